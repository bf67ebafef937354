import type { Happened, ReportTexts } from './texts.ts';

const COMMANDS: Readonly<Record<string, string>> = {
  import: '會員匯入',
  topup: '加積分與餘額',
  export: '匯出',
  undo: '撤銷加積分與餘額',
};

/** Traditional Chinese, as it is read in Taiwan and Hong Kong: 列 is a row, 欄 a column. */
export const TEXTS: ReportTexts = {
  locale: 'zh-Hant',
  formats: 'zh-TW',
  title: (command, file) => `${COMMANDS[command] ?? command}：${file}`,
  report: '執行報告',
  commands: COMMANDS,
  sandbox: '沙盒 SANDBOX',
  sandboxHint: '演練環境，未改動任何真實資料。',
  asked({ command, rowCount, file, targets, mode, campaign, undoes }) {
    switch (command) {
      case 'topup':
        return `任務：按 ${file} 的 ${rowCount}為會員加積分和餘額${campaign === '' ? '' : `，活動「${campaign}」`}。`;
      case 'undo':
        return `任務：撤銷執行 ${undoes} 已入帳的 ${rowCount}。`;
      case 'export':
        return `任務：在 ${targets} 查詢 ${rowCount}，寫入 ${file}。`;
      default:
        return `任務：把 ${file} 的 ${rowCount}寫入 ${targets}（${IMPORT_MODES[mode] ?? mode}）。`;
    }
  },
  happened: (happened) => `${outcomeOf(happened)}${toDoOf(happened)}`,
  between: '',
  states: {
    running: '執行中',
    paused: '已暫停',
    stopped: '已停止',
    interrupted: '已中斷',
    finished: '已完成',
    cancelled: '已放棄',
  },
  statuses: { done: '完成', invalid: '資料有誤', failed: '失敗', in_doubt: '待核實', not_sent: '未傳送' },
  statusHints: {
    done: '對方已確認，或原本就是如此',
    invalid: '檢查未通過，沒有傳送',
    failed: '被對方拒絕，或確定沒有發出',
    in_doubt: '可能已入帳，也可能沒有',
    not_sent: '尚未處理',
  },
  doneBefore: (count) => `其中 ${count} 列由之前的執行完成`,
  rows: (_, text) => `${text} 列`,
  run: '執行編號',
  begun: '開始',
  ended: '結束',
  lastChange: '最後更新',
  workers: '處理者',
  workerList: (workers) => workers.map(({ who, rowCount }) => `${who}（${rowCount} 列）`).join('；'),
  took: '耗時',
  timesIn: (zone) => `所有時間均為 ${zone} 時區`,
  duration(seconds) {
    if (seconds < 60) return `${Math.round(seconds * 10) / 10} 秒`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} 分 ${Math.round(seconds % 60)} 秒`.replace(' 0 秒', '鐘');
    if (seconds < 86_400)
      return `${Math.floor(seconds / 3600)} 小時 ${Math.round((seconds % 3600) / 60)} 分`.replace(' 0 分', '');
    return `${Math.round(seconds / 86_400)} 天`;
  },
  sections: {
    rows: '各列結果',
    next: '下一步',
    doubts: '待核實的列',
    causes: '哪裡出錯，如何改正',
    amounts: '積分與餘額',
    spread: '數額分布',
    actions: '已完成的操作',
    days: '日期與每日額度',
    calls: 'API 呼叫',
    columns: '檔案中的欄',
    settings: '檔案與設定',
  },
  next: {
    resume: '繼續這次執行（不再需要原檔案）：',
    resumeAt: (when) => `今天的呼叫額度已用完，${when} 恢復。恢復後繼續這次執行：`,
    resumeStopped: '排除原因後，繼續這次執行：',
    resumeCredentials: '對方拒絕了帳號憑證。改正後繼續這次執行：',
    resolve: '檢視待核實的列及其依據，逐列確認：',
    correct: (file) => `在 ${file} 中改正有問題的列（改您自己的欄），再執行該檔案。已完成的列不會再次傳送：`,
    running: '執行正在進行，或在等待額度恢復。檢視當前進度：',
    killed: '如果程式已意外結束（斷電、被強制關閉），繼續這次執行：',
    undo: '如果這次加積分是誤操作，可以撤銷一次：',
    nothing: '無需處理，所有列都已完成。',
  },
  causes: {
    byCode: {
      REQUIRED: { title: '必填的欄位為空', fix: '填寫該儲存格。' },
      NOT_A_DECIMAL: { title: '不是正確的數字', fix: '只寫數字和小數點，例如 1250 或 12.50。' },
      OUT_OF_RANGE: { title: '數字超出該欄允許的範圍', fix: '改正數字。' },
      TOO_LONG: { title: '文字超過允許的長度', fix: '縮短文字。' },
      NOT_ALLOWED: { title: '該欄不允許的內容', fix: '改成提示中建議的寫法。' },
      BAD_DATE: { title: '日期不存在，或有兩種讀法', fix: '寫成 1990-01-05，或用 --date-format 說明格式。' },
      BAD_PHONE: { title: '不是有效的電話號碼', fix: '改正號碼，或加上國碼。' },
      BAD_EMAIL: { title: '不是有效的電子郵件地址', fix: '改正，或留空。' },
      BAD_ID: { title: '不是有效的 ID', fix: '從匯出檔案中複製 ID。' },
      EXCEL_DAMAGED: { title: '數值被表格軟體損壞', fix: '從原系統重新取得資料，並把該欄設為文字格式。' },
      DUPLICATE_ROW: {
        title: '會員、憑證號或時間重複',
        fix: '只保留一列；如果同一會員的兩列都要，請加 --on-duplicate allow。',
      },
      WRONG_COLUMN_COUNT: {
        title: '儲存格數量與標題列不一致',
        fix: '檢查是否缺少引號或多了逗號。改正後清空該列的 result_status。',
      },
      NOTHING_TO_DO: { title: '該列沒有任何改動', fix: '填寫內容，或刪除該列。' },
      MEMBER_NOT_FOUND: {
        title: 'Kybio 中沒有該會員',
        fix: '改正會員編號；或先建立會員（import --mode upsert 會建立）。',
      },
      CUSTOMER_NOT_FOUND: { title: 'Wonder 中沒有該客戶', fix: '改正客戶編號。' },
      CREDITED_BEFORE: {
        title: '之前已加過同樣的數額',
        fix: '說明用途：用 --campaign，或增加 reference 欄。已被 undo 撤回的，請再次執行結果檔案。',
      },
      CREDITED_OTHERWISE: { title: '之前以不同的數額加過', fix: '改正該列，或換一個活動名稱或 reference。' },
      IN_DOUBT: { title: '沒有收到答覆，無法判斷是否入帳', fix: '檢視該會員，再用 resolve 確認。' },
      TIMEOUT: { title: '超時未答覆', fix: '再次執行結果檔案。沒有答覆的加積分屬於待核實：請先檢視會員。' },
      CONNECTION_FAILED: {
        title: '連線失敗或中斷',
        fix: '再次執行結果檔案。沒有答覆的加積分屬於待核實：請先檢視會員。',
      },
      HTTP: { title: '對方傳回 HTTP 錯誤', fix: '稍後再次執行結果檔案。401 和 403 表示帳號憑證有問題。' },
      BAD_RESPONSE: { title: '答覆無法讀取', fix: '再次執行結果檔案。如果每列都這樣，請檢查 API 網址。' },
      RESPONSE_MISMATCH: { title: '對方答覆的不是所請求的內容', fix: '先檢視該會員，再傳送其他資料。' },
      QUOTA_EXHAUSTED: { title: '當天的呼叫額度已用完', fix: '明天繼續這次執行。' },
      STOPPED: { title: '執行在這些列之前停止', fix: '繼續這次執行。' },
      VENDOR: { title: '對方拒絕了該列', fix: '閱讀對方的提示，改正該列。' },
      OTHER: { title: '其他原因', fix: '檢視結果檔案中的 result_messages。' },
    },
    inColumns: (columns) => `欄：${columns}`,
    example: '範例',
    exampleRow: (row) => `第 ${row} 列`,
    fix: '如何處理',
    whichRows: '涉及的列',
    andMore: (count) => `，另有 ${count} 列，見結果檔案`,
    more: (count) => `另有 ${count} 種原因，見結果檔案的 result_errorCode。`,
    none: '沒有資料有誤或失敗的列。',
    noRows: '這次執行沒有逐列的資料。',
    onlyLedger: '結果檔案不在原處，或之後被改動。因此這裡缺少傳送前被拒絕的列、欄位說明和數額。',
  },
  doubts: {
    about:
      '這些加積分或餘額的請求沒有收到答覆，當下無法判斷是否已入帳，所以 memberload 既不會重發，也不會忘記。請在後台檢視每位會員，再執行其中一條命令。',
    settle: '讓程式再檢視一次這些會員（每列最多 2 次呼叫）：',
    row: (row) => `第 ${row} 列`,
    member: '會員',
    sent: '已傳送',
    changeTime: 'dataChangeTime',
    before: '之前的數值',
    unknown: '未知',
    evidence: '已知情況',
    backOffice: (member, amounts, time) =>
      `開啟會員 ${member}，在由「API」產生的變動記錄中查詢 ${time} 或稍後的：${amounts}。`,
    wasApplied: '已入帳：',
    wasNot: '沒有入帳：',
    sendAgain: '沒有入帳，現在重新傳送：',
    onTheWire: '還沒有記錄結果。',
    values: (point, balance) => `積分 ${point}，餘額 ${balance}`,
    read: (values) => `讀取：${values}`,
    answer: (answer) => `對方答覆：${answer}`,
    repeat: (answer) => `原樣重發：${answer}`,
    decision: (verdict) => `人工確認：${verdict}`,
    lateAnswer: (state, values) => `遲來的答覆（來自被視為已停止的程式）：${state}${values && `，${values}`}`,
    resend: '人工重新傳送',
    more: (count) => `另有 ${count} 列待核實。檢視全部：`,
    earlier: (count) => `其中 ${count} 列來自之前的執行，由那次執行處理；執行編號見 result_run。`,
  },
  amounts: {
    point: '積分',
    balance: '餘額',
    asked: '應加',
    applied: '已加',
    inDoubt: '待核實',
    open: '未加',
    before: '之前',
    after: '之後',
    knownOf: (count) => `「之前」和「之後」是這次執行已入帳的 ${count}的合計。`,
    bar: (what, before, after) => `${what}：之前 ${before}，之後 ${after}`,
    largest: '變動最大的列',
    row: '列',
    member: '會員',
    spreadOf: (what) => `${what}：各數額的列數`,
    spreadRange: (from, to) => `${from} 至 ${to}`,
    spreadNote: '如果某個數額遠離其他數額，請核對：多寫一位數就會這樣。',
  },
  actions: {
    created: '新增',
    updated: '更新',
    unchanged: '無需更改',
    topped_up: '已入帳',
    credited_before: '之前的執行已入帳',
    found: '已找到',
    upserted: '新增或更新',
  },
  notChanged: (column, rows) => `${column}：${rows}`,
  notChangedHint:
    'Kybio 不能更改已有會員的這些欄。要把積分和餘額調整為檔案中的數值，請用 topup 和 pointTarget、balanceTarget 欄。',
  days: {
    about: (perDay) => `該帳號所有執行合計，每天最多 ${perDay} 次呼叫。`,
    aboutNoQuota: '該帳號所有執行合計的每日呼叫次數。',
    weekdays: ['一', '二', '三', '四', '五', '六', '日'],
    calls: (count) => `${count} 次呼叫`,
    planned: (count) => `預計 ${count} 次呼叫`,
    finishes: (day, days, calls) => `還需約 ${calls} 次呼叫。如果每天繼續，將於 ${day}完成（${days}）。`,
    legendUsed: '已呼叫',
    legendPlanned: '預計',
    legendFinish: '完成日',
    moreMonths: (count) => `另有 ${count} 個月`,
  },
  calls: {
    timeLine: '各時段的呼叫',
    first: '首次',
    again: '重發',
    perBar: (duration) => `每條 ${duration}`,
    timeLineNote: '每列最後一次呼叫，按收到答覆的時間。分頁讀取和其他查詢見下表。',
    endpoint: '呼叫',
    count: '次數',
    byName: {
      'customerOpenApi/add': 'Kybio：新增會員',
      'customerOpenApi/updateBaseInfo': 'Kybio：更新會員資料',
      'customerOpenApi/updateBalancePointByIncrement': 'Kybio：加積分與餘額',
      'customerOpenApi/queryByNumber': 'Kybio：按會員編號查詢',
      'customerOpenApi/queryByUid': 'Kybio：按 ID 查詢會員',
      'customerOpenApi/queryCustomerPages': 'Kybio：分頁讀取會員',
      'openApiLimitAccess/queryDailyAccessTimesLog': 'Kybio：查詢當天的呼叫次數',
      'POST /customers': 'Wonder：新增或更新客戶',
      'PUT /customers/:id': 'Wonder：更新客戶',
      'GET /customers/ref/:id': 'Wonder：查詢客戶',
      'GET /customers': 'Wonder：分頁讀取客戶',
    },
    total: (count, retried) => `共 ${count} 次呼叫${retried === '0' ? '' : `，其中 ${retried} 次為重發`}。`,
    lastPart: '這裡只統計執行的最後一段；上面的日曆統計全部。',
    none: '沒有呼叫 API。',
  },
  columns: {
    read: '已使用',
    header: '檔案中的欄',
    field: '讀作',
    firstValue: '第一列的值',
    unused: '未使用',
    unusedNone: '檔案的每一欄都已使用。',
    moneyLike: (columns) => `${columns}：看起來是金額或積分，但未使用。如果需要讀取，請用 --map 指定對應的欄位。`,
    unnamed: (count) => `${count} 個沒有名稱的欄未使用。`,
    blank: '空',
  },
  settings: {
    place: '位置',
    input: '輸入檔案',
    result: '結果檔案',
    fingerprint: '輸入檔案的 SHA-256',
    byName: {
      command: '命令',
      targets: '目標系統',
      mode: '方式',
      campaign: '活動',
      columns: '匯出的欄位',
      encoding: '編碼',
      delimiter: '分隔符',
      headerRow: '標題列的位置',
      sheet: '工作表',
      columnMap: '欄位對應',
      dateFormats: '日期格式',
      country: '電話的國家/地區',
      storeZone: '門店時區',
      lookup: '查詢方式',
      changesCategory: '更改會員等級',
      onDuplicate: '重複的會員',
      skipInvalid: '跳過有誤的列',
      skipsCredited: '跳過之前已入帳的列',
      isAgain: '再加一次（--again）',
      readsBefore: '加之前先讀取',
      repeatWindow: '多久之內相同數額視為同一筆',
      ignoresResults: '忽略結果欄',
      rate: '速率',
      concurrency: '同時呼叫數',
      timeout: '單次呼叫時限',
      dailyQuota: '每日呼叫額度',
      reserve: '其中留給他人',
      waitsForQuota: '等到第二天繼續',
      quotaZone: '額度的時區',
      maxErrors: '錯誤達到多少即停止',
    },
    on: '是',
    undoneBy: '撤銷它的執行',
  },
  copy: '複製',
  copied: '已複製',
  masked: '姓名、電話等已遮蔽。memberload report --show-personal 可顯示全部。',
  shown: '本報告含有姓名、電話等個人資訊，請像會員名單一樣妥善保管。',
  made: (when, version) => `由 memberload ${version} 生成於 ${when}。`,
};

const IMPORT_MODES: Readonly<Record<string, string>> = {
  upsert: '沒有的新增，不同的更新',
  create: '只新增',
  update: '只更新',
};

function outcomeOf({ state, done, read, isAllDone, left, resumeAt, exitCode }: Happened): string {
  const sofar = isAllDone ? `${read}全部完成` : `${read}中已完成 ${done} 列`;
  switch (state) {
    case 'running':
      return `正在執行或等待：${sofar}。`;
    case 'paused':
      return `${sofar}；當天的呼叫額度已用完，${left}等待${resumeAt === '' ? '' : `至 ${resumeAt}`}。`;
    case 'interrupted':
      return `${sofar}；執行被中斷，${left}等待繼續。`;
    case 'stopped':
      if (exitCode === 4) return `${sofar}；對方拒絕了帳號憑證，${left}未傳送。`;
      return `${sofar}；執行已停止，${left}未傳送。`;
    case 'cancelled':
      return `${sofar}；其餘已放棄，${left}未傳送。`;
    case 'finished':
      return `${sofar}。`;
  }
}

function toDoOf({ toCorrect, inDoubt }: Happened): string {
  const correct = toCorrect === '' ? '' : `${toCorrect}需要改正。`;
  const doubt = inDoubt === '' ? '' : `${inDoubt}待核實，需要人工檢視。`;
  return correct + doubt;
}
