import type { Catalogue } from '../texts.ts';

type Example = { readonly value: string; readonly rowNumber: number };

function shown(examples: readonly Example[]): string {
  return examples.map(({ value, rowNumber }) => `第 ${rowNumber} 行 ${value}`).join('、');
}

export const columns: Catalogue['columns'] = {
  finding: (column, cellCount, examples, problem) => `${column}：${cellCount} 個儲存格（${shown(examples)}）${problem}`,
  shortened: '被試算表縮寫了，後面的數字已遺失。請在原來的程式中把該欄設為文字，再重新匯出。',
  pointZero: '被某個程式當成小數，加上了 .0；開頭的 0 和較長的編號可能也已損壞。請把該欄設為文字，再重新匯出。',
  errors: '是試算表的錯誤提示，不是真正的數值。請加闊該欄或修正公式，再重新匯出。',

  rounded:
    '由第 16 位起全是 0，多得不像巧合：編號被試算表改過。請把該欄設為文字，再重新匯出；如果編號本來就是這樣，請在設定檔中設定 trustRoundIds。',
  lostZeros: (digits) =>
    `不足 ${digits} 位，而多數編號有 ${digits} 位：如果原來以 0 開頭，就是被試算表去掉了。請對照原始資料，並把該欄按文字匯出。`,
  lostPlus: '看來帶有國家區號，卻沒有 +：試算表會去掉 +。需要時請把 + 補上。',

  serialDates: '是試算表的日期序號。請在表格中把該欄設為 yyyy-mm-dd 格式，再重新匯出。',
  swappedDates: (dayFirst) =>
    `的「日」都不超過 12，而其他儲存格是日在前（${shown(dayFirst)}）：試算表把日和月讀反了。請把該欄設為文字，再重新匯出。`,
  lowDays: '的「日」都不超過 12：試算表可能把日和月讀反了。請抽查幾個，對照原始資料。',
  mixedDates: (dayFirst) =>
    `是月在前，其他的是日在前（${shown(dayFirst)}）：沒有一種 --date-format 適合全部。請把該欄設為文字，再重新匯出。`,
  sameDate: '是同一個日期，人數太多，可能表示「不知道」。不知道生日時請留空。',

  signsLost: (column, before, now) =>
    `${column}：產生這個結果時，${before[1]} 個值中有 ${before[0]} 個以 0 或 + 開頭，現在 ${now[1]} 個中只有 ${now[0]} 個：檔案被試算表開啟並儲存過。請使用原來的結果檔案，開啟時把該欄設為文字，或把結果寫成 .xlsx。`,
  signLost: (column, value) =>
    `${column}：${value} 開頭的 0 或 + 可能丟失了，這一欄的其他值就是這樣。請寫回原樣；如果確實都沒有丟失，請加上 --ignore-results。`,

  readAs: (column, from, to) => `${column}：${from} 按 ${to} 讀取。`,
  uidIgnored: (column, value) => `${column}：${value} 已損壞，沒有使用；這一行以會員編號為準。`,

  repairs: {
    blanks: '去掉了值前後的空格',
    invisible: '去掉了看不見的字元',
    apostrophe: "去掉了開頭的 '",
    formula: '把公式 ="…" 讀成了文字',
    width: '把全形或組合字元改成了普通字元',
  },
  repaired: (column, cellCount, repair, rowNumber, change) =>
    `${column}：${cellCount} 個儲存格${repair}（第 ${rowNumber} 行${change ? `，${change[0]} 改為 ${change[1]}` : ''}）。`,
  noCountry: (column, count, phoneCount, { value, rowNumber }) => {
    const phones = phoneCount === undefined ? `${count} 個號碼` : `${phoneCount} 個號碼中有 ${count} 個`;
    return `${column}：${phones}沒有國家區號，例如第 ${rowNumber} 行的 ${value}，將照原樣傳送。請加上 --country 或 dial_code 欄，或在號碼前寫 +852。`;
  },
  uidsIgnored: (column, rowCount, { value, rowNumber }) =>
    `${column}：${rowCount} 行的編號已損壞，例如第 ${rowNumber} 行的 ${value}。這些行以會員編號為準。`,
};
