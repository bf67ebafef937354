import type { Catalogue } from '../texts.ts';

export const calls: Catalogue['calls'] = {
  success: '成功',
  refused: (errorCode, words) => `被拒絕 ${errorCode}：${words || '沒有說明'}`,
  unanswered: (errorCode, detail) => `沒有可信的回覆（${errorCode}：${detail}）`,
  notSent: (errorCode, detail) => `沒有發出（${errorCode}：${detail}）`,

  noAnswers: (count, errorCode, detail) => `連續 ${count} 次呼叫沒有回覆；最後一次：${errorCode}，${detail}`,
  sameRefusals: (count, errorCode, words) => `連續 ${count} 次被拒絕，代碼 ${errorCode}（${words || '沒有說明'}）`,
  unknownRefusals: (count, errorCode, words) =>
    `連續 ${count} 次被拒絕，代碼 ${errorCode}（${words || '沒有說明'}）。如果它表示當天的呼叫額度已用完，請寫進設定檔的 kybio.quotaCodes；如果表示呼叫太快，請寫進 kybio.tooFastCodes 或 wonder.tooFastCodes`,
  badCredentials: (errorCode, words) => `對方傳回 ${errorCode}（${words || '沒有說明'}）`,

  vendorSaysUsedUp: '對方表示當天的呼叫額度已用完',
  answeredUsedUp: (errorCode) => `對方傳回 ${errorCode}：當天的呼叫額度已用完`,
  usedUp: (used, dailyQuota, keptBack, ahead) =>
    `當天 ${dailyQuota} 次呼叫已用 ${used} 次${keptBack > 0 ? `，另預留 ${keptBack} 次` : ''}${
      ahead === undefined
        ? ''
        : `；現在時鐘是 ${ahead.clockDay}，但之前時鐘走快時已計到 ${ahead.day}，計數不會退回更早的日期`
    }`,

  badRate: (text) => `速率 ${text} 不能用。`,
  rateTooHigh: (text, max) => `速率 ${text} 超過每秒 ${max} 次呼叫。`,
  badRateHint: '請寫每秒或每分鐘的呼叫次數，例如 5/s、100/m、0.5/s，或寫 unlimited。',

  tooManyErrors: (count, limit) =>
    `已有 ${count} 行出錯，--max-errors 只容許 ${limit} 行。可用更大的 --max-errors 繼續，或用 runs cancel 放棄其餘的行，再更正檔案`,

  logBroken: (path, why) => `記錄檔 ${path} 無法再寫入（${why}）。執行繼續，不再寫記錄檔。`,
  logRefused: (path, why) => `記錄檔不能寫到 ${path}：${why}。`,
  logRefusedHint: '沒有傳送任何資料。請用 --log 指定另一個檔案。',
  logIsNoFile: '它不是普通檔案',
  logIsOther: '檔案已存在，而且不是 memberload 的記錄檔',

  badUrl: '基礎網址無法識別。',
  urlNotPlain: (host) => `${host} 的基礎網址不是普通的 http(s) 網址。`,
  badUrlHint: '請寫成 https://host/path 的形式，不帶問號、使用者名稱和密碼。',
  badAppId: 'Wonder 的 AppID 含有憑證中不能使用的字元。',
  badAppIdHint: '請把 WONDER_APP_ID 設為 Wonder 後台顯示的 AppID。',
  keyNotPem: 'Wonder 私密金鑰不是 PEM 格式。',
  keyIsOther: (label) => `這不是 Wonder 私密金鑰，而是 ${label}。`,
  keyEncrypted: 'Wonder 私密金鑰有密碼保護。',
  keyOfType: (type) => `Wonder 私密金鑰的類型是 ${type}，不是 RSA。`,
  keyTooShort: (bits, min) => `Wonder 私密金鑰只有 ${bits} 位元，至少需要 ${min} 位元。`,
  keyDamaged: 'Wonder 私密金鑰已損壞：PEM 內容無法讀取。',
  badKeyHint: '請把 WONDER_PRIVATE_KEY_FILE 設為這個 AppID 的 RSA 私密金鑰檔案（PEM，2048 或 4096 位元，不加密）。',
};
