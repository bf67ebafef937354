import type { Catalogue } from '../texts.ts';

export const rows: Catalogue['rows'] = {
  memberKeyBlank: (mayBeUid) => `沒有填寫。請填會員編號${mayBeUid ? '，或填 customerUid' : ''}。`,
  customerKeyBlank: (mayBeUuid) => `沒有填寫。請填客戶編號${mayBeUuid ? '，或填 uuid' : ''}。`,
  neededByWonder: '沒有填寫，而 Wonder 需要它。請填寫。',
  keyBlank: '沒有填寫。請填會員編號或 customerUid。',
  lookupKeyBlank: '沒有填寫。請填寫，或填 uuid。',

  changesNothing: (changeable, hasAmounts) =>
    `這一行沒有要改的內容：現有會員只可以改 ${changeable.join('、')}。請至少填一項${hasAmounts ? '；積分和餘額請用 topup 增加' : ''}。`,
  noTarget: '這一行沒有要改的內容：pointTarget 和 balanceTarget 都沒有填寫。請填一項，或刪除這一行。',
  addsNothing: '這一行沒有要加的內容：pointIncrement 和 balanceIncrement 都沒有填寫或為 0。請填一項，或刪除這一行。',
  wrongColumnCount: (actual, expected) =>
    `這一行有 ${actual} 欄，標題列有 ${expected} 欄：通常是少了引號，或多了分隔符號。請更正這一行。`,
  wrongColumnCountEarlier:
    '之前的執行發現這一行的欄數不對，結果檔案內的這一行是截短或補齊過的。請更正各儲存格，並清空 result_status。',
  duplicate: (column, value, rowNumber) =>
    `${column}：${value} 與第 ${rowNumber} 行重複。請只保留一行，或加上 --on-duplicate allow。`,
  duplicateReference: (column, value, rowNumber) =>
    `${column}：${value} 與第 ${rowNumber} 行重複。一個單號只入賬一次：請只保留一行，或每行用自己的單號。`,

  swappedDate: (date) => `birthday：'${date}' 的日和月可能反了，這一欄被試算表改過。請把該欄設為文字，再重新匯出。`,

  workbookNumber: (column) =>
    `${column}：活頁簿把它存成了超過 15 位的數字，後面的數字已遺失。請在原來的程式中把該欄設為文字，再重新匯出。`,
};
