import type { Catalogue } from '../texts.ts';

const STATUSES = { invalid: '資料有誤', failed: '失敗', in_doubt: '待核實', not_sent: '未傳送' };

const ACTIONS: Readonly<Record<string, string>> = {
  created: '新增',
  updated: '更新',
  unchanged: '無需更改',
  topped_up: '已入賬',
  credited_before: '之前已入賬',
  found: '已查到',
  upserted: '新增或更新',
};

export const result: Catalogue['result'] = {
  creditedBefore: (rowNumber, runId, when) => `之前已入賬：${when} 的執行 ${runId} 第 ${rowNumber} 行。`,
  takenBack: (rowNumber, runId) =>
    `執行 ${runId} 第 ${rowNumber} 行曾為同樣的數額入賬，之後已被 undo 撤回，或正在撤回。本行沒有發送任何內容。要入賬，請再次執行結果檔案。`,
  endedBeforeAnswer: '執行在收到回覆之前結束了。可能已入賬，也可能沒有；resume 會核對。',

  place: (place) => `位置：${place}`,
  report: (path) => `報告：${path}`,
  file: (path) => `結果檔案：${path}`,
  validated: (good, wrong, doneBefore) =>
    `${good} 行無誤，${wrong === 0 ? '沒有錯誤' : `${wrong} 行有誤`}${doneBefore > 0 ? `，${doneBefore} 行之前已完成` : ''}。`,
  rows: ({ read, done, doneBefore }, others) => {
    const told = doneBefore > 0 ? `這次完成 ${done - doneBefore}，之前已完成 ${doneBefore}` : `完成 ${done}`;
    return `行數：讀取 ${read}，${[told, ...others.map(([status, count]) => `${STATUSES[status]} ${count}`)].join('，')}。`;
  },
  actions: (actions, isPlanned) =>
    `${isPlanned ? '計劃' : '操作'}：${actions.map(([name, count]) => `${isPlanned && name === 'topped_up' ? '入賬' : (ACTIONS[name] ?? name)} ${count}`).join('，')}。`,
  wentWrong: '出錯的原因：',
  cause: (rowCount, cause, example) => `${rowCount} 行：${cause}。${example ?? ''}`,
  otherCauses: (rowCount) => `${rowCount} 行：其他原因，見結果檔案。`,
  example: (rowCount, rowNumber, lineNumber, message) =>
    `${rowCount === 1 ? '' : '例如'}第 ${rowNumber} 行${lineNumber > 0 ? `（檔案第 ${lineNumber} 行）` : ''}，${message}`,
  notChanged: (columns, hasAmounts) =>
    `沒有更改（Kybio 不能改現有會員的這些欄）：${columns.map(([name, count]) => `${name}（${count} 行）`).join('、')}。${
      hasAmounts ? '要把積分和餘額改成檔案中的值，請用 topup 和 pointTarget、balanceTarget 欄。' : ''
    }`,
  totalNames: { pointIncrement: '積分', balanceIncrement: '餘額' },
  toCredit: (name, asked) => `${name}：將入賬 ${asked}。`,
  credited: (name, asked, applied, inDoubt) =>
    `${name}：應入賬 ${asked}，已入賬 ${applied}${inDoubt === undefined ? '' : `，待核實 ${inDoubt}`}。`,
  calls: (sent, retried, today) =>
    `呼叫：${sent} 次${retried > 0 ? `，其中重試 ${retried} 次` : ''}。${
      today === undefined ? '' : `今天 ${today.limit} 次已用 ${today.used} 次。`
    }`,

  sendPlanned: '要正式傳送，請輸入同一條命令，去掉 --dry-run。',
  credentials: (resume) => `對方不接受帳戶憑證。請更正後輸入：${resume}`,
  stopped: (resume) => `已停止。排除原因後請輸入：${resume}`,
  paused: (resume, backAt, left) =>
    `已暫停：當天的呼叫額度已用完${left > 0 ? `（按本機計數還剩 ${left} 次：已保留，或對方的計數更多）` : ''}。額度恢復後${backAt === undefined ? '' : `（${backAt}）`}請輸入：${resume}`,
  interrupted: (resume) => `已中斷。繼續請輸入：${resume}`,
  waitForOthers: (rowCount, resume) =>
    `${rowCount} 行在等另一次執行中待核實的行（見各行的說明）。請先處理那一行，再輸入：${resume}`,
  inDoubt: (resolve) => `請核對待核實的行：${resolve}`,
  inDoubtThenResume: (resolve, resume, backAt) =>
    `請核對待核實的行：${resolve}，然後繼續${backAt === undefined ? '' : `（${backAt}）`}：${resume}`,
  invalidPlanned: '有誤的行不會傳送（用 memberload validate 可列出）。要傳送其他行，請輸入同一條命令，去掉 --dry-run。',
  notTakenBack: (undo) => `有些行沒有撤銷：原因見結果檔案。要再試這些行：${undo}`,
  checkAgain: (validate) => `請在結果檔案中更正有誤的行，再檢查這個檔案：${validate}`,
  sendTheRest: (command) => `如果仍要傳送未傳送的行，請執行結果檔案：${command}`,
  runAgain: (command) => `請在結果檔案中更正有誤或失敗的行，再執行這個檔案：${command}`,

  noUsableAnswer: (httpStatus) => `對方沒有可用的回覆（HTTP ${httpStatus}）`,
  refusedWith: (errorCode) => `被對方拒絕，代碼 ${errorCode}`,
  refusedByKybio: (words, errorCode) => `被 Kybio 拒絕：${words}（${errorCode}）`,
  causes: {
    REQUIRED: '必填的儲存格是空的',
    NOT_A_DECIMAL: '數額不是普通數字',
    OUT_OF_RANGE: '數字太大或太小',
    TOO_LONG: '文字太長',
    NOT_ALLOWED: '值不在可選範圍內',
    BAD_DATE: '日期不存在或不明確',
    BAD_PHONE: '電話號碼有誤',
    BAD_EMAIL: '電郵地址有誤',
    BAD_ID: '編號有誤',
    EXCEL_DAMAGED: '數字被試算表改壞',
    DUPLICATE_ROW: '會員、單號或時間重複',
    WRONG_COLUMN_COUNT: '欄數與標題列不同',
    NOTHING_TO_DO: '沒有要改的內容',
    MEMBER_NOT_FOUND: '沒有這個會員',
    CUSTOMER_NOT_FOUND: '沒有這個客戶',
    CREDITED_BEFORE: '之前已入賬',
    CREDITED_OTHERWISE: '之前已按別的數額入賬',
    IN_DOUBT: '還不知道是否已入賬',
    TIMEOUT: '對方沒有及時回覆',
    CONNECTION_FAILED: '與對方的連線失敗',
    BAD_RESPONSE: '對方的回覆無法識別',
    RESPONSE_MISMATCH: '對方回覆的不是同一件事',
  },

  standardOutput: '標準輸出',
  changedMeanwhile: (path) => `寫結果期間，${path} 被新建或改動；已保留原樣。`,
  changedMeanwhileHint: '請用 -o 把結果寫到另一個檔案。',
  exists: (path) => `結果檔案 ${path} 已經存在，保持原樣。`,
  existsHint: '請用 -o 指定另一個檔案，或用 --overwrite 取代它。',
  notWritable: (path, why) => `結果不能寫到 ${path}：${why}。`,
  inHome: ['它在存放帳本的 MEMBERLOAD_HOME 內', '沒有傳送任何資料。請用 -o 指定別處的檔案。'],
  isRead: (path) => [`它是這條命令要讀取的 ${path}`, '沒有傳送任何資料。請用 -o 指定另一個檔案。'],
  isFolder: ['它是資料夾', '沒有傳送任何資料。請用 -o 指定一個檔案。'],
  isNoFile: ['它不是普通檔案', '沒有傳送任何資料。請用 -o 指定一個檔案，或用 -o - 寫到標準輸出。'],
  isNoResult: [
    '它不是 memberload 的結果，--overwrite 不取代別的檔案',
    '沒有傳送任何資料。請用 -o 指定另一個檔案，或刪除那個檔案。',
  ],
  noFolder: (why) => [`所在的資料夾不能用（${why}）`, '沒有傳送任何資料。請先建立資料夾，或用 -o 指定另一個檔案。'],
  deadLink: ['它是失效的連結', '沒有傳送任何資料。請刪除連結，或用 -o 指定另一個檔案。'],
  reportExists: (path) => `${path} 已經存在，而且不是 memberload 的報告；已保留原樣。`,
  reportExistsHint: '請把報告寫到另一個檔案：memberload report <run> -o <file>',
};
