import type { Catalogue } from '../texts.ts';

const PARTS = { year: '年', month: '月', day: '日', hour: '时', minute: '分', second: '秒' };

export const cells: Catalogue['cells'] = {
  spreadsheetError: (value) => `${value} 是电子表格的报错，不是真正的值。请修正单元格，或留空。`,
  pointZero: (value) =>
    `${value} 末尾的 .0 是某个程序把它当成小数后加上的。请把该列设为文本，再重新导出：开头的 0 和较长的编号可能也已损坏。`,
  digitsLost: (value) => `${value} 不是原值：电子表格把它缩写了，后面的数字已丢失。请把该列设为文本，再重新导出。`,
  passwordDigitsLost:
    '这个值（不显示）不是原来的密码：电子表格把它缩写了，后面的数字已丢失。请把该列设为文本，再重新导出。',
  passwordUnseen: '这个值（不显示）里有无法输入的字符。请重新输入。',
  strayCharacter: (value, code) => `${value} 里有编码错误留下的字符 ${code}。请重新输入，或把文件另存为 UTF-8。`,
  unseen: (value) => `${value} 里有看不见的字符。请重新输入。`,
  formula: (value) => `${value} 是公式。请填写它的值。`,
  inQuotes: (value) => `${value} 的开头或结尾有引号。请去掉引号。`,
  notInUrl: (value) => `${value} 不能用在网址里。请换一个编号。`,
  tooLong: (value, length, lengthMax) => `${value} 有 ${length} 个字符，最多 ${lengthMax} 个。请缩短。`,

  tooManyDigits: (value) => `${value} 的整数或小数部分超过 30 位。`,
  notAPercentage: (value) => `${value} 不在 0 到 100 之间。90 表示会员付 90%，即九折。`,
  notADecimal: (value, suggestion) => `${value} 不是有效的数字。${suggestion}`,
  write: (value) => `请写成 ${value}。`,
  writeAPercentage: '九折请写 90。',
  writeADecimal: '只写数字和小数点，例如 12.50。',
  shortenedAmount: '电子表格把这个数缩写了。请把该列设为显示全部位数的数字格式，再重新导出。',
  commaOfWhat: (thousands, decimals) => `逗号若是千位分隔符，请写 ${thousands}；若是小数点，请写 ${decimals}。`,

  notAUid: (value, max) =>
    `${value} 不是有效的 customerUid：只能是数字，从 1 到 ${max}。请从 memberload 的导出文件中复制。`,
  rounded: (value) =>
    `${value} 从第 16 位起全是 0，像是被 Excel 改过，而且这一列里这样的编号太多。请把该列设为文本，再重新导出；如果编号本来就是这样，请在配置文件中设置 trustRoundIds。`,
  notAUuid: (value) => `${value} 不是有效的 UUID，正确的形式如 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed。`,

  notAnEmail: (value) => `${value} 不是有效的邮箱地址。`,
  writeAnEmail: (isOneOfSeveral) => `请${isOneOfSeveral ? '只' : ''}填一个，例如 name@example.com，或留空。`,

  notAChoice: (value, choices) => `${value} 不在可选值之内：${choices.join('、')}。`,
  writeAChoice: '请填其中一个。',

  twoPhones: (value) => `${value} 里有两个号码。请保留要用的那个，另一个放到单独一列。`,
  notOnePhone: (value) => `${value} 不是一个电话号码。请只填数字。`,
  impossiblePhone: (value) => `${value} 不可能是电话号码：太长、太短，或没有这个国家区号。请更正。`,
  otherDialCode: (value, callingCode, dialCode) =>
    `${value} 以 ${callingCode} 开头，但 dial_code 是 ${dialCode}。请更正其中一个。`,
  mainlandPhone: (value, country, meant) =>
    `${value} 不是 --country 所指的 ${country} 的号码，看起来是中国内地的手机号。请写成 ${meant}。`,
  foreignPhone: (value, country) =>
    `${value} 不是 --country 所指的 ${country} 的号码。请加上国家区号，例如 +85291234567，或填写 dial_code。`,
  unseenInPhone: (value) => `${value} 里有看不见的字符。请在一行内只写一个号码。`,
  noDigit: (value) => `${value} 里没有数字。请填写号码，或留空。`,
  notADialCode: (value) => `${value} 不是有效的国际区号。`,
  writeADialCode: '请写成 +852 这样的形式。',
  unknownCountry: (value) => `没有 ${value} 这个国家或地区代码。`,
  unknownCountryHint: (nearest) =>
    `${nearest === undefined ? '' : `是不是 ${nearest}？`}请用 ISO 3166 的两个字母，例如 --country HK。`,

  writeADate: (value) => `${value} 不是日期。请写成 1990-01-05。`,
  before1900: (value) => `${value} 早于 1900 年。不知道生日时请留空。`,
  inTheFuture: (value, meant) => `${value} 是将来的日期。请更正：可能是两位数的年份被当成了 20 开头，应为 ${meant}。`,
  notADateTime: (value) => `${value} 不是日期加时间。请写成 2026-01-05 13:26:23。`,
  noMonth: (value, month) => `${value} 不存在：没有 ${month} 月。请更正。`,
  daysOfMonth: (value, month, days) => `${value} 不存在：${month} 只有 ${days} 天。请更正。`,
  noTime: (value) => `${value} 不存在：没有这个时间。请更正。`,
  yearAlone: (value) => `${value} 只有年份。请写完整的日期，例如 1990-01-05；不知道是哪天就留空。`,
  serialDate: (value, date) =>
    `${value} 像是 Excel 的日期序号（${date}）。请在 Excel 中把该列设为 yyyy-mm-dd 格式，再重新导出。`,
  notOfFormat: (value, formats) => `${value} 不符合 --date-format 所给的日期格式（${formats.join('、')}）。`,
  dayFirst: (value, flag) => `${value} 的日和月分不清先后。如果都是日在前，请加上 ${flag}。`,
  monthFirst: (value, flag) => `${value} 的日和月分不清先后。如果都是月在前，请加上 ${flag}。`,
  anyOrder: (value, dayFirst, monthFirst) =>
    `${value} 的日和月分不清先后。日在前请加上 ${dayFirst}，月在前请加上 ${monthFirst}。`,
  otherForm: (value, flag) => `${value} 的日期写法无法识别。如果都是这样写的，请加上 ${flag}。`,
  yearOfTwoDigits: (value) => `${value} 的年份只有两位数。请写四位：1990-01-05。`,
  badFormat: (format, why) => `日期格式 ${format} 无法使用：${why}。`,
  badFormatHint: '请用 yyyy、MM 或 M、dd 或 d，有时间时再加 HH 或 H、mm、ss：--date-format dd/MM/yyyy',
  formatHasUnknown: (piece) => `其中的 '${piece}' 没有含义`,
  formatHasTwice: (part) => `「${PARTS[part]}」出现了两次`,
  formatIsOpen: (piece) => `'${piece}' 与前一部分之间没有间隔`,
  formatLacks: (part) => `缺少「${PARTS[part]}」`,
  formatHasNoHour: '有分，没有时',
  formatHasNoMinutes: '有秒，没有分',

  headerAgain: (value) => `${value} 是重复的表头。请删除这一行。`,
  total: (value) => `${value} 表示合计：这一行是汇总，不是会员。请删除这一行。`,
  nothing: (value) => `${value} 表示「没有」，不指任何人。请填写真正的值，或留空，或删除这一行。`,
  remark: (value) => `${value} 像是表格的备注，不是会员的编号。请删除这一行。`,
};
