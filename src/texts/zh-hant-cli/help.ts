import type { Catalogue } from '../texts.ts';

export const help: Catalogue['help'] = {
  usage: 'memberload <命令> [檔案] [選項]',
  purpose: '批量匯入、加積分餘額、匯出：Kybio 會員和 Wonder 客戶。',
  examples: '例子：',
  exampleAbouts: { validate: '檢查檔案，不傳送任何資料', import: '試用，不需要帳戶' },
  groups: {
    members: '會員和客戶：',
    runs: '執行：',
    start: '開始使用：',
    others: '其他：',
    everyCommand: '所有命令都可以用：',
  },
  helpFlag: '命令的說明',
  versionFlag: '版本',
  flagsOfCommand: '一個命令的選項：memberload help <命令>。',
  topics: (topics) => `手冊（英文）：memberload help <主題>。主題有：${topics.join('、')}。`,
  exitCodes: '退出碼：0 完成，1 有資料有誤或失敗的行，2 用法，3 檔案，4 帳戶憑證，5 停止，6 暫停，7 待核實。',
  manualLanguage: '手冊目前只有英文。',
  noHelp: (subject) => `沒有 '${subject}' 的說明。`,
  noHelpNearest: (nearest) => `是不是：memberload help ${nearest}`,
  noHelpHint: (topics) => `主題有：${topics.join('、')}。請看：memberload --help`,

  flags: '[選項]',
  words: { file: '檔案', run: '執行編號', kind: '種類', shell: 'shell' },
  oneOf: (word, choices) => `${word}：${choices.join('、')}`,
  withDefault: (about, standard) => `${about}（預設 ${standard}）`,
  flagGroups: {
    what: '做什麼：',
    where: '在哪裏：',
    safety: '安全：',
    speed: '速度和呼叫：',
    output: '輸出：',
  },
  columns: '檔案的欄：',
  columnsOfCustomers: '用 --to wonder 時檔案的欄：',
  headersKnown: '也認得中文標題列：memberload help columns。',

  helpCommand: '命令或主題的說明',
  noCompletion: (shell) => `沒有 '${shell}' 的自動補全。`,
  shells: (shells) => `可用的有：${shells.join('、')}。`,
  switchOn: (command) => `啟用請輸入：${command}`,
  afterCompinit: '（放在 compinit 之後）',

  welcome: 'memberload 讀取會員名單（CSV、Excel），寫入 Kybio 和 Wonder。',
  threeCommands: '從這三個命令開始，都不需要帳戶：',
  threeAbouts: {
    template: '生成檔案：有各欄和一行例子',
    validate: '檢查檔案，不傳送任何資料',
    import: '在自己的電腦上試用',
  },
  withAccount: '有了帳戶：請用 memberload init 填寫。所有命令：memberload --help',
};
