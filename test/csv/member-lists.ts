/** Member lists as shops have them, for telling encodings apart. The words are other ones than those the detector was tried on. */
export type Language = {
  readonly header: readonly string[];
  readonly surnames: readonly string[];
  readonly givenNames: readonly string[];
  readonly addresses: readonly string[];
  readonly remarks: readonly string[];
};

const words = (text: string): string[] => text.split(' ');

export const LANGUAGES = {
  simplified: {
    header: ['会员卡号', '姓名', '手机', '地址', '备注'],
    surnames: words('王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 欧阳 司马 蔡 潘 袁'),
    givenNames: words(
      '伟 芳 娜 秀英 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 梓涵 浩然 子轩 诗涵 欣怡 宇航 志强 建国 淑珍 晓东',
    ),
    addresses: words(
      '北京市朝阳区建国路88号 上海市浦东新区世纪大道100号 广州市天河区体育西路 深圳市福田区华强北 成都市锦江区春熙路',
    ),
    remarks: words('老客户 对花生过敏 生日送蛋糕 喜欢靠窗 金卡'),
  },
  traditional: {
    header: ['會員編號', '姓名', '手提電話', '地址', '備註'],
    surnames: words('陳 林 黃 張 李 王 吳 劉 蔡 楊 許 鄭 謝 洪 郭 邱 曾 廖 賴 徐 周 葉 蘇 莊 呂 江 何 蕭 羅 歐陽'),
    givenNames: words(
      '大文 小明 志強 家豪 淑芬 美玲 雅婷 怡君 冠宇 宗翰 嘉欣 詠詩 子晴 浩賢 俊傑 慧敏 麗華 國榮 穎怡 子軒',
    ),
    addresses: words('九龍旺角彌敦道700號 香港銅鑼灣軒尼詩道 新界沙田正街 台北市信義區信義路五段 高雄市前鎮區中山二路'),
    remarks: words('舊會員 對海鮮過敏 生日送禮 靠窗座位 金卡'),
  },
  hongKong: {
    header: ['會員編號', '姓名', '手提電話', '地址', '備註'],
    surnames: words('陳 林 黃 張 李 王 吳 劉 蔡 楊'),
    givenNames: words('堃 喆 煒堃 峯 卓峯 啓明 啓邦 滙豐 家衞'),
    addresses: words('九龍深水埗福華街 大嶼山赤鱲角 深水埗大埔道 九龍深水埗南昌街'),
    remarks: words('唔食辣 鍾意靠窗 冇海鮮 嗰日生日'),
  },
  japanese: {
    header: ['会員番号', '氏名', '電話番号', '住所', '備考'],
    surnames: words(
      '佐藤 鈴木 高橋 田中 渡辺 伊藤 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 清水 齋藤 長谷川',
    ),
    givenNames: words('翔太 さくら 健一 美咲 大輔 由美子 ひなた 誠 恵 太郎 花子 陽菜 蓮 結衣 悠斗 ケンジ'),
    addresses: words(
      '東京都新宿区西新宿2丁目 大阪府大阪市北区梅田 名古屋市中区栄 福岡市博多区博多駅前 札幌市中央区大通西',
    ),
    remarks: words('お得意様 アレルギーあり 誕生日ケーキ ゴールド会員'),
  },
  korean: {
    header: ['회원번호', '이름', '휴대폰', '주소', '비고'],
    surnames: words('김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 홍'),
    givenNames: words('민준 서연 지훈 수빈 영희 철수 현우 예은 도윤 하은 준호 미영 성민 지원 동현 은지 상철 혜진'),
    addresses: words('서울특별시강남구테헤란로 부산광역시해운대구우동 대구광역시수성구범어동 인천광역시연수구송도동'),
    remarks: words('단골손님 땅콩알레르기 생일케이크 골드회원'),
  },
  /** Syllables that only CP949 has. */
  cp949: {
    header: ['회원번호', '이름', '휴대폰', '주소', '비고'],
    surnames: words('김 이 박 최 정 강 조 윤'),
    givenNames: words('믜나 슌이 쌰롱 뢔미 묜지 펲시 햏자 뷁돌'),
    addresses: words('서울특별시강남구테헤란로 부산광역시해운대구우동 믜르빌딩 인천광역시연수구송도동'),
    remarks: words('단골손님 땅콩알레르기 생일케이크 골드회원'),
  },
  western: {
    header: ['Número', 'Prénom', 'Téléphone', 'Straße', 'Observações'],
    surnames: words(
      'García Müller Lefèvre Núñez Schröder Gonçalves Åkesson Björk Dubois Martínez Weiß Sørensen López Pérez',
    ),
    givenNames: words('José René Zoë André María Jürgen Inês João Søren Léa Hélène Iñigo François Käthe'),
    addresses: [
      '12 rue de la Liberté',
      'Königstraße 5',
      'Calle Alcalá 30',
      'Avenida São João 100',
      'Östermalmsgatan 7',
    ],
    remarks: ['allergique aux crevettes – fenêtre', 'Kunde seit 2019', 'cliente señor', '€ 20 de crédit'],
  },
} as const satisfies Readonly<Record<string, Language>>;

/** A generator with a seed, so that a failure comes again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A list of `rowCount` members; with `asciiHeader` only names and addresses tell its encoding. */
export function memberList(
  language: Language,
  rowCount: number,
  options: { seed: number; asciiHeader: boolean },
): string {
  const random = seeded(options.seed);
  const one = (list: readonly string[]): string => list[Math.floor(random() * list.length)] ?? '';
  const lines = [(options.asciiHeader ? ['number', 'name', 'phone', 'address', 'remarks'] : language.header).join(',')];
  const isWestern = language === LANGUAGES.western;
  for (let row = 0; row < rowCount; row += 1) {
    const names = [one(language.surnames), one(language.givenNames)];
    const name = isWestern ? names.reverse().join(' ') : names.join('');
    const remark = random() < 0.3 ? one(language.remarks) : '';
    const number = 8_009_000_000 + Math.floor(random() * 1e6);
    lines.push([number, name, 91_230_000 + row, one(language.addresses), remark].join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}
