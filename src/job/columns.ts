/** The kinds of input file. A run with two targets reads one file as two kinds at once. */
export type FileKind = 'members' | 'customers' | 'topup' | 'lookups';

/**
 * How a cell is read. A cell is text until its column says otherwise: nothing is guessed from its look.
 * - `reference`: text that names a record; on one line, nothing invisible in it
 * - `uid`: Kybio's Long; `uuid`: Wonder's
 * - `contact`: a phone number as given; `phone`: one that may hold a country code
 */
export type ColumnType =
  | 'reference'
  | 'uid'
  | 'uuid'
  | 'text'
  | 'secret'
  | 'decimal'
  | 'percentage'
  | 'choice'
  | 'birthday'
  | 'dateTime'
  | 'email'
  | 'contact'
  | 'phone'
  | 'dialCode';

/**
 * One input column. With the vendor's own table (kybio/member-fields.ts) this is all that is known of a field; what a
 * person is told of it stands in texts/cli/column-help.ts.
 */
export type Column = {
  /** As the vendor spells the field. */
  readonly name: string;
  readonly type: ColumnType;
  /** Finds the record. */
  readonly isKey: boolean;
  /** In UTF-16 units; see `readText`. Absent where the vendor publishes none. */
  readonly lengthMax?: number;
  /** What a `choice` may be, exactly. */
  readonly choices?: readonly string[];
  /** Headers that surely mean this column, besides its own name. */
  readonly synonyms: readonly string[];
};

/**
 * Wonder publishes 255 characters for each text field. For Kybio no limit is published: the same number
 * only guards the one-line fields against a row that swallowed its neighbours.
 */
const LENGTH_MAX = 255;

type ColumnFacts = Partial<Omit<Column, 'name' | 'type'>>;

function column(name: string, type: ColumnType, facts: ColumnFacts = {}): Column {
  return Object.freeze({ name, type, isKey: false, synonyms: [], ...facts });
}

/** Header words of a list: `words('会员号 | Member No')`. */
function words(text: string): readonly string[] {
  return text.split('|').map((word) => word.trim());
}

/*
 * Header words are only those that cannot mean anything else. Left out on purpose: 编号, 名称, 状态, Member ID,
 * Level, Notes (which of two things they mean depends on who made the file), and 充值, 充值金额, 赠送积分,
 * which reports use for what was credited in the past. `--map` names them.
 */
const NUMBER_WORDS = words(
  '会员号 | 会员号码 | 会员编号 | 会员卡号 | 会员卡号码 | 卡号 | 會員號 | 會員號碼 | 會員編號 | 會員卡號 | 會員卡號碼 | 卡號 | ' +
    'Member No | Member Number | Membership No | Membership Number | Card No | Card Number | Member Card No | ' +
    'Membership Card No | customerNum',
);
const NAME_WORDS = words(
  '姓名 | 会员姓名 | 会员名称 | 客户姓名 | 顾客姓名 | 會員姓名 | 會員名稱 | 客戶姓名 | 顧客姓名 | ' +
    'Full Name | Member Name | Customer Name',
);
const PHONE_WORDS = words(
  '手机 | 手机号 | 手机号码 | 手机电话 | 移动电话 | 电话 | 电话号码 | 联系电话 | 联系手机 | 联络电话 | 会员手机 | 会员电话 | ' +
    '手機 | 手機號 | 手機號碼 | 手提電話 | 手提電話號碼 | 手提號碼 | 流動電話 | 流動電話號碼 | 行動電話 | 電話 | 電話號碼 | ' +
    '聯絡電話 | 聯繫電話 | 會員手機 | 會員電話 | Mobile | Mobile No | Mobile Number | Mobile Phone | Mobile Phone No | ' +
    'Phone No | Phone Number | Tel | Tel No | Telephone | Telephone No | Telephone Number | Contact No | Contact Number | ' +
    'Contact Phone | Cell Phone | Cellphone No | Handphone | Handphone No',
);
const EMAIL_WORDS = words(
  '邮箱 | 邮箱地址 | 电子邮箱 | 电子邮件 | 电邮 | 电邮地址 | 郵箱 | 郵箱地址 | 電子郵箱 | 電子郵件 | 電子郵件地址 | 電郵 | 電郵地址 | ' +
    'Email Address | Email Addr',
);
const REFERENCE_WORDS = words('Reference | Reference No | Ref No | 参考编号 | 客户编号 | 參考編號 | 客戶編號');

const memberNumber = () =>
  column('number', 'reference', { isKey: true, lengthMax: LENGTH_MAX, synonyms: NUMBER_WORDS });

const customerUid = () =>
  // The misspelt one is what the vendor itself sends.
  column('customerUid', 'uid', { isKey: true, synonyms: ['customrUid'] });

const referenceNumber = () =>
  column('reference_number', 'reference', {
    isKey: true,
    lengthMax: LENGTH_MAX,
    synonyms: REFERENCE_WORDS,
  });

const customerUuid = () => column('uuid', 'uuid', { isKey: true, synonyms: ['Customer UUID'] });

const MEMBERS: readonly Column[] = [
  memberNumber(),
  column('name', 'text', { synonyms: NAME_WORDS }),
  column('phone', 'contact', { lengthMax: LENGTH_MAX, synonyms: PHONE_WORDS }),
  column('birthday', 'birthday', {
    synonyms: words(
      '生日 | 会员生日 | 生日日期 | 出生日期 | 出生年月日 | 會員生日 | Birth Date | Date of Birth | DOB | Birthday Date',
    ),
  }),
  column('qq', 'contact', {
    lengthMax: LENGTH_MAX,
    synonyms: words('QQ号 | QQ号码 | QQ號 | QQ號碼 | QQ Number | QQ No'),
  }),
  column('email', 'email', { lengthMax: LENGTH_MAX, synonyms: EMAIL_WORDS }),
  column('address', 'text', {
    synonyms: words(
      '地址 | 联系地址 | 联络地址 | 通讯地址 | 住址 | 家庭住址 | 家庭地址 | 聯絡地址 | 聯繫地址 | 通訊地址 | 會員地址 | 会员地址 | ' +
        'Home Address | Mailing Address',
    ),
  }),
  column('remarks', 'text', {
    synonyms: words('备注 | 备注信息 | 备注说明 | 備註 | 備注 | 備註資料 | 附註 | 會員備註 | 会员备注 | Remark'),
  }),
  column('categoryName', 'text', {
    synonyms: words(
      '会员等级 | 会员级别 | 会员分类 | 会员类别 | 會員等級 | 會員級別 | 會員分類 | 會員類別 | Category | Member Category | ' +
        'Member Level | Membership Level | Member Tier | Membership Tier',
    ),
  }),
  column('point', 'decimal', {
    synonyms: words(
      '积分 | 会员积分 | 当前积分 | 剩余积分 | 可用积分 | 现有积分 | 积分余额 | 積分 | 會員積分 | 目前積分 | 現有積分 | 當前積分 | ' +
        '剩餘積分 | 可用積分 | 積分餘額 | Points | Current Points | Point Balance | Points Balance | Member Points',
    ),
  }),
  column('balance', 'decimal', {
    synonyms: words(
      '余额 | 会员余额 | 当前余额 | 账户余额 | 储值余额 | 会员卡余额 | 卡内余额 | 卡余额 | 餘額 | 會員餘額 | 目前餘額 | 當前餘額 | ' +
        '帳戶餘額 | 賬戶餘額 | 儲值餘額 | 會員卡餘額 | 卡內餘額 | 卡餘額 | Current Balance | Account Balance | Card Balance | ' +
        'Member Balance | Stored Value Balance',
    ),
  }),
  column('discount', 'percentage', {
    synonyms: words('折扣 | 会员折扣 | 會員折扣'),
  }),
  column('enable', 'choice', {
    choices: ['-1', '0', '1'],
    synonyms: ['Enabled'],
  }),
  column('onAccount', 'choice', {
    choices: ['0', '1'],
    synonyms: words('允许赊账 | 是否允许赊账 | 允許賒帳 | 允許賒賬 | 是否允許賒帳 | 是否允許賒賬'),
  }),
  column('password', 'secret', {
    synonyms: words('密码 | 会员密码 | 密碼 | 會員密碼 | Member Password'),
  }),
  customerUid(),
];

const TOPUP: readonly Column[] = [
  memberNumber(),
  customerUid(),
  // 积分, 余额, Points and Balance are what a member has: credited as an increment they would double it.
  column('pointIncrement', 'decimal', {
    synonyms: words(
      '增加积分 | 积分增量 | 积分增减 | 增加積分 | 積分增量 | 積分增減 | Points to Add | Add Points | Points Increment',
    ),
  }),
  column('balanceIncrement', 'decimal', {
    synonyms: words('增加余额 | 余额增量 | 余额增减 | 增加餘額 | 餘額增量 | 餘額增減 | Balance to Add | Add Balance'),
  }),
  column('pointTarget', 'decimal', {
    synonyms: words('目标积分 | 目標積分 | Target Points | Points Target'),
  }),
  column('balanceTarget', 'decimal', {
    synonyms: words('目标余额 | 目標餘額 | Target Balance'),
  }),
  column('dataChangeTime', 'dateTime'),
  column('reference', 'reference', {
    lengthMax: LENGTH_MAX,
    synonyms: words(
      'Reference No | Ref No | Receipt No | Receipt Number | Invoice No | Invoice Number | 小票号 | 收据号 | 收据编号 | 发票号 | ' +
        '发票号码 | 小票號 | 收據號 | 收據編號 | 收據號碼 | 發票號 | 發票號碼',
    ),
  }),
];

const CUSTOMERS: readonly Column[] = [
  referenceNumber(),
  memberNumber(),
  customerUuid(),
  column('name', 'text', { lengthMax: LENGTH_MAX, synonyms: NAME_WORDS }),
  column('phone', 'phone', {
    lengthMax: LENGTH_MAX,
    synonyms: PHONE_WORDS,
  }),
  column('email', 'email', { lengthMax: LENGTH_MAX, synonyms: EMAIL_WORDS }),
  column('dial_code', 'dialCode', {
    lengthMax: 6,
    synonyms: words('Dialling Code | Dialing Code | Calling Code | 国际区号 | 國際區號'),
  }),
  column('company_name', 'text', {
    lengthMax: LENGTH_MAX,
    synonyms: words('Company | 公司 | 公司名称 | 公司名稱'),
  }),
  column('default_payment_method', 'choice', {
    choices: ['Credit Card', 'Alipay', 'Wechat Pay'],
    synonyms: words('默认支付方式 | 預設付款方式 | 默認支付方式'),
  }),
  column('default_payment_token', 'uuid'),
];

const LOOKUPS: readonly Column[] = [memberNumber(), customerUid(), referenceNumber(), customerUuid()];

export const COLUMNS: Readonly<Record<FileKind, readonly Column[]>> = Object.freeze({
  members: MEMBERS,
  topup: TOPUP,
  customers: CUSTOMERS,
  lookups: LOOKUPS,
});

/** Columns of a result file, without the `result_` that they carry there. */
export const RESULT_COLUMNS = [
  'row',
  'status',
  'action',
  'errorCode',
  'messages',
  'attempts',
  'customerUid',
  'uuid',
  'balanceBefore',
  'balanceAfter',
  'pointBefore',
  'pointAfter',
  'dataChangeTime',
  'run',
  'for',
] as const;

export type ResultColumn = (typeof RESULT_COLUMNS)[number];
