import type { Catalogue } from '../texts.ts';

export const steps: Catalogue['steps'] = {
  calls: {
    lookup: '查詢',
    increment: '加積分與餘額',
    queryByNumber: '按會員編號查詢',
    add: '新增會員',
    updateBaseInfo: '修改會員資料',
    batchUpdateCategory: '更改會員分類',
    'POST customers': '儲存客戶',
    'PUT customers': '修改客戶',
  },
  refused: (call, words) => `${call}：${words || '被拒絕，對方沒有說明原因'}`,
  withoutCall: (message) => message,
  noAnswer: (call, detail) => `${call}：${detail}。再次執行結果檔案即可重做這一行。`,

  notChanged: (columns) => `現有會員的這些欄沒有更改（updateBaseInfo 不能改）：${columns.join('、')}。`,
  numberTaken: (number) => `number：'${number}' 已被佔用，卻查不到這個會員（可能屬於已刪除的會員）。請換一個會員編號。`,
  noUidInAnswer: 'queryByNumber 傳回的會員沒有 customerUid。',
  alreadyExists: (number) => `number：'${number}' 已有會員使用。要更新這個會員，請用 --mode upsert。`,
  otherUid: (uid, number, realUid) =>
    `customerUid：'${uid}' 與會員編號 '${number}' 不是同一個會員，後者是 ${realUid}。請更正其中一個，或留空 customerUid，以會員編號為準。`,
  zerosLost: (number, whole, mayCreate) =>
    `number：沒有會員編號 '${number}'，但有 '${whole}'：開頭的 0 被試算表去掉了。請寫成 ${whole}。${
      mayCreate ? `如果 ${number} 確實是新會員，請用 --mode create 新增。` : ''
    }`,
  phoneKept: 'phone：這是會員原有號碼被試算表改動後的樣子，所以沒有更改。',
  memberNotFound: (number) => `number：沒有會員編號 '${number}'。請更正，或用 --mode upsert 新增會員。`,

  customerNotFound: (reference) => `reference_number：沒有客戶 '${reference}'。請更正，或用 --mode upsert 新增客戶。`,

  zerosLostInTopup: (number, whole) =>
    `number：沒有會員編號 '${number}'，但有 '${whole}'：開頭的 0 被試算表去掉了。沒有入賬。請寫成 ${whole}，再執行結果檔案。`,
  noMemberToCredit: (column, value) => `${column}：沒有會員 '${value}'，所以沒有入賬。請更正後再執行結果檔案。`,
  moved: (read, credited) =>
    `期間會員的數額被其他操作改動：讀取時積分 ${read[0]}、餘額 ${read[1]}，入賬時積分 ${credited[0]}、餘額 ${credited[1]}。請再執行這些行，以達到目標值。`,
  otherMember: (uid, number, realUid) =>
    `customerUid：'${uid}' 與會員編號 '${number}' 不是同一個會員，後者是 ${realUid}。沒有入賬。請更正其中一個，或把一個留空。`,
  valuesUnread: (member) => `讀取會員 ${member} 時沒有得到積分或餘額，算不出與目標值的差額。沒有入賬。`,
  unknownCode: (errorCode, words) => `對方傳回 ${errorCode}（${words || '沒有說明'}），這個代碼看不出是否已入賬`,
  timeOfAnother: (errorCode) =>
    `沒有入賬：同一秒內這個會員有別的變動（${errorCode}）。請再執行結果檔案，這一行會換一個時間。`,
  insteadOf: (name, actual, expected) => `${name} 為 ${actual}，應為 ${expected}`,
  appliedOtherwise: (mismatches) =>
    `對方入賬的內容與要求不符：${mismatches.join('；')}。繼續傳送之前，請先在後台核對這個會員。`,
  inDoubt: (detail) => `沒有收到可信的回覆：${detail}。可能已入賬，也可能沒有。`,

  memberUnknown: (column, value) => `${column}：沒有會員 '${value}'。請在後台核對。`,
  customerUnknown: (column, value) => `${column}：沒有客戶 '${value}'。請在 Wonder 後台核對。`,
};
