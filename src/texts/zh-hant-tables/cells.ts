import type { Catalogue } from '../texts.ts';

const PARTS = { year: '年', month: '月', day: '日', hour: '時', minute: '分', second: '秒' };

export const cells: Catalogue['cells'] = {
  spreadsheetError: (value) => `${value} 是試算表的錯誤提示，不是真正的數值。請修正儲存格，或留空。`,
  pointZero: (value) =>
    `${value} 末尾的 .0 是某個程式把它當成小數後加上的。請把該欄設為文字，再重新匯出：開頭的 0 和較長的編號可能也已損壞。`,
  digitsLost: (value) => `${value} 不是原值：試算表把它縮寫了，後面的數字已遺失。請把該欄設為文字，再重新匯出。`,
  passwordDigitsLost:
    '這個值（不顯示）不是原來的密碼：試算表把它縮寫了，後面的數字已遺失。請把該欄設為文字，再重新匯出。',
  passwordUnseen: '這個值（不顯示）內有無法輸入的字元。請重新輸入。',
  strayCharacter: (value, code) => `${value} 內有編碼錯誤留下的字元 ${code}。請重新輸入，或把檔案另存為 UTF-8。`,
  unseen: (value) => `${value} 內有看不見的字元。請重新輸入。`,
  formula: (value) => `${value} 是公式。請填寫它的值。`,
  inQuotes: (value) => `${value} 的開頭或結尾有引號。請去掉引號。`,
  notInUrl: (value) => `${value} 不能用在網址內。請換一個編號。`,
  tooLong: (value, length, lengthMax) => `${value} 有 ${length} 個字元，最多 ${lengthMax} 個。請縮短。`,

  tooManyDigits: (value) => `${value} 的整數或小數部分超過 30 位。`,
  notAPercentage: (value) => `${value} 不在 0 至 100 之間。90 表示會員付 90%，即九折。`,
  notADecimal: (value, suggestion) => `${value} 不是有效的數字。${suggestion}`,
  write: (value) => `請寫成 ${value}。`,
  writeAPercentage: '九折請寫 90。',
  writeADecimal: '只寫數字和小數點，例如 12.50。',
  shortenedAmount: '試算表把這個數字縮寫了。請把該欄設為顯示全部位數的數字格式，再重新匯出。',
  commaOfWhat: (thousands, decimals) => `逗號若是千位分隔符，請寫 ${thousands}；若是小數點，請寫 ${decimals}。`,

  notAUid: (value, max) =>
    `${value} 不是有效的 customerUid：只可以是數字，由 1 至 ${max}。請從 memberload 的匯出檔複製。`,
  rounded: (value) =>
    `${value} 由第 16 位起全是 0，像是被 Excel 改過，而且這一欄內這樣的編號太多。請把該欄設為文字，再重新匯出；如果編號本來就是這樣，請在設定檔中設定 trustRoundIds。`,
  notAUuid: (value) => `${value} 不是有效的 UUID，正確的形式如 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed。`,

  notAnEmail: (value) => `${value} 不是有效的電郵地址。`,
  writeAnEmail: (isOneOfSeveral) => `請${isOneOfSeveral ? '只' : ''}填一個，例如 name@example.com，或留空。`,

  notAChoice: (value, choices) => `${value} 不在可選值之內：${choices.join('、')}。`,
  writeAChoice: '請填其中一個。',

  twoPhones: (value) => `${value} 內有兩個號碼。請保留要用的那個，另一個放到獨立一欄。`,
  notOnePhone: (value) => `${value} 不是一個電話號碼。請只填數字。`,
  impossiblePhone: (value) => `${value} 不可能是電話號碼：太長、太短，或沒有這個國家區號。請更正。`,
  otherDialCode: (value, callingCode, dialCode) =>
    `${value} 以 ${callingCode} 開頭，但 dial_code 是 ${dialCode}。請更正其中一個。`,
  mainlandPhone: (value, country, meant) =>
    `${value} 不是 --country 所指的 ${country} 的號碼，看來是中國內地的手機號碼。請寫成 ${meant}。`,
  foreignPhone: (value, country) =>
    `${value} 不是 --country 所指的 ${country} 的號碼。請加上國家區號，例如 +85291234567，或填寫 dial_code。`,
  unseenInPhone: (value) => `${value} 內有看不見的字元。請在一行內只寫一個號碼。`,
  noDigit: (value) => `${value} 內沒有數字。請填寫號碼，或留空。`,
  notADialCode: (value) => `${value} 不是有效的國際區號。`,
  writeADialCode: '請寫成 +852 這樣的形式。',
  unknownCountry: (value) => `沒有 ${value} 這個國家或地區代碼。`,
  unknownCountryHint: (nearest) =>
    `${nearest === undefined ? '' : `是不是 ${nearest}？`}請用 ISO 3166 的兩個字母，例如 --country HK。`,

  writeADate: (value) => `${value} 不是日期。請寫成 1990-01-05。`,
  before1900: (value) => `${value} 早於 1900 年。不知道生日時請留空。`,
  inTheFuture: (value, meant) => `${value} 是將來的日期。請更正：可能是兩位數的年份被當成 20 開頭，應為 ${meant}。`,
  notADateTime: (value) => `${value} 不是日期加時間。請寫成 2026-01-05 13:26:23。`,
  noMonth: (value, month) => `${value} 不存在：沒有 ${month} 月。請更正。`,
  daysOfMonth: (value, month, days) => `${value} 不存在：${month} 只有 ${days} 天。請更正。`,
  noTime: (value) => `${value} 不存在：沒有這個時間。請更正。`,
  yearAlone: (value) => `${value} 只有年份。請寫完整的日期，例如 1990-01-05；不知道是哪天就留空。`,
  serialDate: (value, date) =>
    `${value} 像是 Excel 的日期序號（${date}）。請在 Excel 中把該欄設為 yyyy-mm-dd 格式，再重新匯出。`,
  notOfFormat: (value, formats) => `${value} 不符合 --date-format 所給的日期格式（${formats.join('、')}）。`,
  dayFirst: (value, flag) => `${value} 的日和月分不清先後。如果全部都是日在前，請加上 ${flag}。`,
  monthFirst: (value, flag) => `${value} 的日和月分不清先後。如果全部都是月在前，請加上 ${flag}。`,
  anyOrder: (value, dayFirst, monthFirst) =>
    `${value} 的日和月分不清先後。日在前請加上 ${dayFirst}，月在前請加上 ${monthFirst}。`,
  otherForm: (value, flag) => `${value} 的日期寫法無法識別。如果全部都是這樣寫，請加上 ${flag}。`,
  yearOfTwoDigits: (value) => `${value} 的年份只有兩位數。請寫四位：1990-01-05。`,
  badFormat: (format, why) => `日期格式 ${format} 無法使用：${why}。`,
  badFormatHint: '請用 yyyy、MM 或 M、dd 或 d，有時間時再加 HH 或 H、mm、ss：--date-format dd/MM/yyyy',
  formatHasUnknown: (piece) => `其中的 '${piece}' 沒有意思`,
  formatHasTwice: (part) => `「${PARTS[part]}」出現了兩次`,
  formatIsOpen: (piece) => `'${piece}' 與前一部分之間沒有分隔`,
  formatLacks: (part) => `缺少「${PARTS[part]}」`,
  formatHasNoHour: '有分，沒有時',
  formatHasNoMinutes: '有秒，沒有分',

  headerAgain: (value) => `${value} 是重複的標題列。請刪除這一行。`,
  total: (value) => `${value} 表示合計：這一行是總計，不是會員。請刪除這一行。`,
  nothing: (value) => `${value} 表示「沒有」，不指任何人。請填寫真正的值，或留空，或刪除這一行。`,
  remark: (value) => `${value} 像是表格的備註，不是會員的編號。請刪除這一行。`,
};
