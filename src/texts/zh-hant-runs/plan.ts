import type { Catalogue } from '../texts.ts';

/** What a row would become. */
const ACTIONS: Readonly<Record<string, string>> = {
  created: '新增',
  updated: '更新',
  topped_up: '入賬',
  upserted: '新增或更新',
};

export const plan: Catalogue['plan'] = {
  changes: (row, key, action, fields) => `第 ${row} 行 ${key}（${ACTIONS[action] ?? action}）：${fields.join('，')}`,
  allInDiff: '… 全部寫在 -o 的檔案內',
  othersInDiff: '… 其餘的請用 -o diff.csv 查看',
  lookupFailed: (errorCode) => `查詢失敗（${errorCode}），無法做出計劃。`,
  lookupFailedHint: (isRefused) =>
    `沒有寫入任何資料。${isRefused ? '對方不接受帳戶憑證：請更正後再輸入同一條命令。' : '請再試一次。'}`,

  categoriesUnread: (errorCode) => `無法讀取會員分類：${errorCode}。`,
  categoriesUnreadHint: '沒有寫入任何資料。請再試一次，或去掉 --change-category。',
  unknownCategories: (names) =>
    `categoryName：帳戶沒有這些會員分類：${names
      .map(({ name, nearest }) => (nearest ? `'${name}'（是不是 '${nearest}'？）` : `'${name}'`))
      .join('、')}。`,
  unknownCategoriesHint: (categories) => `沒有寫入任何資料。現有的分類：${categories.join('、') || '無'}。`,

  othersToday: (atVendor, counted) =>
    `今天還有別的程式或別的 MEMBERLOAD_HOME 使用這個帳戶：Kybio 計了 ${atVendor} 次呼叫，這裏只計了 ${counted} 次。`,
  adviceOnOthers: (count) =>
    `有 ${count} 次呼叫是別處發出的：別的程式，或看不到的另一個 MEMBERLOAD_HOME。請用 --reserve ${count} 為它們預留額度，並且不要把同一個積分餘額檔案交給兩邊。`,

  pagesTurn: (call) => `${call} 傳回了讀過的一頁：翻頁在原地打轉。`,
  pagesTurnHint: '沒有繼續讀取。請稍後再試；用 --lookup rows 則不需要翻頁。如果一直這樣，請告知對方。',
  pageFailed: (call, errorCode, detail) => `${call} 失敗（${errorCode}）：${detail}。`,
  pageFailedHint: '已傳送的內容都有記錄。繼續請輸入：memberload resume',

  probing: (pageCount) =>
    `先${pageCount === 1 ? '讀取 1 頁' : `最多讀取 ${pageCount} 頁`}會員，看看翻頁和逐個查詢哪種用的呼叫較少。`,
  readingPages: (rowCount) => `按頁讀取會員：比 ${rowCount} 行逐個查詢用的呼叫少。`,
  readingPagesToSkip: (rowCount) => `按頁讀取會員：${rowCount} 行中本來就一致的不用再寫入。`,

  price: ({ total, readCount, isAtMost, quota, finishes }) => {
    const parts = [
      ...(readCount > 0 ? [`讀取 ${readCount} 次`] : []),
      ...(total > readCount ? [`寫入 ${total - readCount} 次`] : []),
    ].join('，');
    const left = quota && `今天還剩 ${quota.left} 次（共 ${quota.of} 次），需要 ${quota.days ?? '?'} 天。`;
    return `${isAtMost ? '最多' : ''}需要 ${total} 次呼叫${parts === '' ? '' : `（${parts}）`}。${left ?? ''}${
      finishes === undefined ? '' : `預計 ${finishes} 完成。`
    }`;
  },
};
