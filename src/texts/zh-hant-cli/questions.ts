import type { Catalogue } from '../texts.ts';

const SUMS = { points: '積分', balance: '餘額' } as const;

export const questions: Catalogue['questions'] = {
  typeSum: (place, { rowCount, points, balance }, unread, of) =>
    `${place}：共 ${rowCount} 行，積分 ${points}，餘額 ${balance}。${unread}\n確認傳送，請輸入${SUMS[of]}的合計：`,
  sumNotTyped: '沒有輸入合計。',
  notTheSum: (typed, of) => `'${typed}' 不是${SUMS[of]}的合計。`,
  nothingSent: '沒有傳送任何資料。',
  nothingWritten: '沒有寫入任何資料。',
  willBe: {
    created: (count) => `新增 ${count}`,
    updated: (count) => `更新 ${count}`,
    unchanged: (count) => `無需更改 ${count}`,
    upserted: (count) => `新增或更新 ${count}`,
    unknown: (count) => `新增或更新 ${count}（逐個查詢後才知道）`,
  },
  willImport: (place, counts, columns, unread) =>
    `${place}：${counts.join('，')}。讀取的欄：${columns.join('、')}。${unread}`,
  notRead: (columns) => `\n看起來是金額或積分，但沒有讀取：${columns.join('、')}。`,
  typeYes: (question) => `${question}確認請輸入「是」：`,
  notConfirmed: '沒有得到確認。',
  noTerminal: '這需要確認，而這裏沒有終端機可以詢問。',
  noTerminalHint: '確實要做，請加上 -y。',

  whichFile: {
    import: '要匯入哪個檔案？',
    topup: '哪個檔案寫明為誰加多少？',
    validate: '要檢查哪個檔案？',
    other: '哪個檔案？',
  },
  inThisFolder: (files) => `這個資料夾裏有：${files.join('、')}。`,
  typeItsName: '請輸入檔名，或把檔案拖進這個視窗：',
  needsFile: (command) => `memberload ${command} 後面要寫檔案。`,
  needsFileHint: (command, template) => `例如輸入：${command}\n還沒有檔案時：${template}`,

  templateWritten: (path) => `${path} 裏有各欄和一行例子。請把例子換成您自己的資料。`,
  templateColumns: (command) => `每一欄可以填什麼：${command}`,
  templateNext: (command) => `然後輸入：${command}`,
  noTemplate: (word) => `沒有 '${word}' 這種範本。`,
  templateKinds: (kinds) => `可用的有：${kinds.join('、')}。`,

  notAnswered: '問題沒有得到回答。',
  notAnsweredHint: '沒有寫入任何資料。請在終端機上輸入這個命令。',
  initBegins: 'memberload 把帳戶儲存在設定檔案中。您同意之前不會傳送任何資料。',
  initEnter: '直接按 Enter，就採用 [方括號] 裏的內容。',
  written: (path) => `已寫出：${path}`,
  keyIsIn: (path) => `密鑰儲存在 ${path}，只有您能讀取。`,
  tryNow: (targets) =>
    `現在試用嗎？需要 ${targets
      .map((target) => (target === 'kybio' ? 'Kybio 1 或 2 次呼叫' : 'Wonder 1 次呼叫'))
      .join('、')}。試用請輸入「是」 [否]：`,
  tryLater: (command) => `以後試用：${command}`,
  whichAccount: '哪個帳戶：kybio、wonder，或兩個都要（both）？[kybio]：',
  whichAccountHint: '請寫 kybio、wonder 或 both。',
  kybioAddress: 'Kybio 的網址，寫到 /openapi/v1 為止：',
  kybioAppId: '店舖的 appId：',
  kybioKey: 'appId 的密鑰（輸入時不顯示）：',
  keyNeeded: '必須填寫密鑰。',
  callsPerDay: '這個 appId 每天可以呼叫多少次 [不清楚]：',
  callsPerDayHint: '請寫整數，例如 300，或留空。',
  wonderAddress: (standard) => `Wonder 的網址 [${standard}]：`,
  wonderAppId: '商戶的 AppID：',
  wonderKeyFile: '存放私鑰的檔案（PEM）：',
  correctIt: '請更正。',
  replaces: (path, others, hasComments) =>
    `${path} 中${[
      ...(others.length > 0 ? [`已有不同的 ${others.join('、')}`] : []),
      ...(hasComments ? ['有註解，取代後不會保留'] : []),
    ].join('，並且')}。要取代請輸入「是」：`,
  secondStore: '沒有寫入任何資料。要加入另一家店舖：memberload init --store <名稱>',
  keyFileIsThere: (path) => `已有 ${path}，裏面是另一個密鑰。沒有寫入任何資料。`,
  keyFileIsThereHint: '請移走這個檔案，或給店舖起個名稱：memberload init --store <名稱>',
  noHomeForKey: '沒有主目錄可以存放密鑰。',
  noHomeForKeyHint: '請把 XDG_CONFIG_HOME 設為絕對路徑。',
  variableWins: (variable) => `注意：環境變數 ${variable} 優先於設定檔案。要使用設定檔案，請取消這個變數。`,

  whatFor: (kinds) => `這個檔案是做什麼用的？可以寫：${kinds.join('、')}：`,
  certainties: {
    known: '',
    guessed: '推測的，請核對',
    money: '看起來是金額或積分，請指明是哪一種',
    unknown: '不認識',
  },
  columnsOf: (kind) => `檔案的欄${kind === undefined ? '' : `（按 ${kind}）`}：`,
  notUsed: '（不使用）',
  askColumns: (names) =>
    `不確定的欄請寫出對應的名稱；直接按 Enter 採用建議，寫 - 表示不使用。可用的名稱：${names.join('、')}。`,
  askColumn: (header, values, proposed) => `${header}（${values.join('、')}） [${proposed}]：`,
  questionsLeft: '沒有回答完問題。',
  takenAlready: (column, header) => `${column} 已經對應 '${header}'。請換一個，或寫 -。`,
  noColumnOf: (typed, kind) => `${kind} 沒有 '${typed}' 這一欄。`,
  notComplete: (what) => `還不完整：${what}`,
  mappingFile: (path) => `對應檔案：${path}`,
  mappingNext: (command) => `請先查看，再使用：${command}`,
  mapInHome: (path) => `對應檔案不能寫到 ${path}：它在 MEMBERLOAD_HOME 中，那裏存放帳本。`,
  nameAnother: '請用 -o 指定別處的檔案。',
  isNoMapping: (path) => `已有 ${path}，但不是對應檔案，已原樣保留。`,
  isNoMappingHint: '請用 -o 指定另一個檔案。',
  mappingIsThere: (path) => `已有對應檔案 ${path}，已原樣保留。`,
  mappingIsThereHint: '請用 -o 指定另一個檔案，或用 --overwrite 取代。',
  mapComments: (name, kind, columns) => [
    `${name} 的各欄對應什麼（按 ${kind} 讀取）。`,
    '左邊是檔案的標題列，右邊是對應的欄。"" 表示不使用。',
    `可用的欄：${columns.join('、')}。`,
  ],
};
