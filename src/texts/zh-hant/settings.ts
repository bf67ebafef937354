import type { Catalogue } from '../texts.ts';

const TYPES = { list: '清單', object: '物件', text: '文字', number: '數字', boolean: '布林值' } as const;

export const settings: Catalogue['settings'] = {
  expects: {
    occasion: '名稱',
    text: '文字',
    toggle: 'true 或 false',
    count: (min, max) => `${min} 到 ${max} 的整數`,
    oneOf: (choices) => `${choices.join('、')} 之一`,
    duration: (longest) => `不超過 ${longest} 的時間，例如 500ms、30s、2m、12h 或 1d`,
    amount: '數字',
    maxErrors: '行數，或不超過 100% 的百分比',
    rate: '速率，例如 5/s、100/m、0.5/s 或 unlimited，每秒最多 10000 次呼叫',
    timeZone: '時區名稱',
    timeOfDay: '一天中的時間',
    clockOffset: '毫秒數，最多一天',
    accountId: '由 ASCII 字母和數字組成的 ID',
    rowNumbers: '行號、幾個行號（如 3,7）或 all',
    pair: '名稱=值',
  },
  isNot: (where, value, expects) => `${where}：'${value}' 不能用，應為${/^\w/.test(expects) ? ' ' : ''}${expects}。`,
  writeExample: (example) => `例如寫成 ${example}。`,

  configFile: '設定檔案',
  keyFile: '密鑰檔案',
  unreadable: (where, path, why) => `${where}：${path} 無法讀取：${why}。`,
  noSuchFile: '沒有這個檔案',
  isNoFile: '它不是檔案',
  isTooLarge: '它太大，不會是設定、對應或密鑰檔案',
  noPermission: '沒有權限',
  correct: (where) => `請更正${/^\w|^-/.test(where) ? ' ' : ''}${where}。`,
  notJson: (where, path, line) => `${where}：${path} 不是有效的 JSON${line === undefined ? '' : `（第 ${line} 行）`}。`,

  jsonHint: '請寫成 {"rate": "5/s"}：所有設定按名稱寫在一個物件裏。',
  keyOf: (path, key) => `${path}：${key}`,
  mustBeObject: (path, key, value) =>
    `${path}：${key === undefined ? '檔案內容' : `${key} `}必須是物件 { … }，而現在是 ${value}。`,
  ofType: (type) => (type === 'string' ? '一段文字' : `一個 ${type}`),
  mustBeObjectHint: '請更正。',
  sandboxHint: '要使用沙盒，請輸入 --sandbox；檔案裏寫的是沙盒的開關。',
  typedOnly: (path, name) => `${path}：'${name}' 只能當場輸入，因為它可能讓錢重複入賬，或代替人回答問題。`,
  typedOnlyHint: (flag) => `請從檔案中刪除，需要時在那次執行中輸入 --${flag}。`,
  environmentOnly: (path, name) => `${path}：'${name}' 只能來自環境變數。`,
  environmentOnlyHint: (variable) => `請設定 ${variable}。`,
  unknownSetting: (path, name) => `${path}：沒有 '${name}' 這項設定。`,
  knownHere: (names) => `這裏可用的有：${names.join('、')}。`,
  badValue: (path, name, value) => `${path}：'${name}' 的值是 ${value}。`,
  switchExample: 'true 或 false',
  sandboxValueHint: '請寫文字、數字或 true。',
  shown: (value, type) => `${value}（${TYPES[type]}）`,
  unknownStore: (store, path) =>
    `--store：${path === undefined ? '沒有設定檔案，也就' : `${path} 中`}沒有店舖 '${store}'。`,
  storesThere: (names) => `現有的店舖：${names.join('、') || '無'}。`,
  logBodiesAlone: '--log-bodies 要與 --log <檔案> 一起用。',
  logBodiesAloneHint: '例如寫 --log calls.jsonl。',
  keyIsOpen: (path, quotedPath) => `${path} 中有密鑰，而其他用戶可以讀取。請輸入：chmod 600 ${quotedPath}`,
  keyIsUtf16: (path) => `${path} 是 UTF-16 編碼。請把密鑰另存為純文字（UTF-8）。`,
  keyHasLines: (path) => `${path} 有好幾行，而密鑰只有一行。檔案裏請只放密鑰。`,
  relativeHome: (path) => `MEMBERLOAD_HOME 是 '${path}'，而它必須是絕對路徑：換了資料夾，帳本就不知道哪些已經入賬。`,
  relativeHomeHint: '請寫完整的路徑，例如 /var/lib/memberload，或不設定 MEMBERLOAD_HOME。',
  noHome: '沒有主目錄可以存放帳本。',
  noHomeHint: '請把 MEMBERLOAD_HOME 設為只有這個用戶能讀取的絕對路徑。',

  reserveTooLarge: (reserve, dailyQuota) => `--reserve：'${reserve}' 把每天的 ${dailyQuota} 次呼叫全留出去了。`,
  reserveTooLargeHint: '--reserve 要小於 --daily-quota。',
  mapHint: '請寫成 {"columns": {"Card #": "number"}}：左邊是檔案的標題列，右邊是對應的欄。',
  badMap: (where, path, header) =>
    `${where}：${path} ${header === undefined ? '沒有 "columns" 物件' : `沒有給 ${header} 寫欄名`}。`,
  unknownRunSettings: (where, known) =>
    `這次執行開始時的設定無法讀取：${
      'version' in where ? `版本是 ${where.version}` : where.key === undefined ? '全部都不對' : `問題在 ${where.key}`
    }；這個 memberload 認識的版本是 ${known}。`,
  unknownRunSettingsHint: '請用開始這次執行的 memberload 版本繼續，或放棄其餘的行：memberload runs cancel <run>',

  missing: (variable, about, key, store) => `沒有設定 ${variable}：${about}（${store ?? '設定檔案'}中寫作 ${key}）。`,
  missingHint: '請在環境變數或設定檔案中設定，或加上 --sandbox 試用。',
  emptyKeyFile: (path) => `KYBIO_APP_KEY_FILE：${path} 是空的。`,
  emptyKeyFileHint: '請把 appId 的密鑰放進這個檔案。',
  notAnAddress: (where) => `${where} 不是網址。`,
  moreThanAddress: (where) => `${where} 除了主機和路徑還有別的內容。`,
  addressHint: (ending) => `請寫成 https://host${ending}。`,
  insecure: (where, address) => `${where}：'${address}' 會不加密地傳送會員資料。`,
  insecureHint: '請用 https://；http:// 只能用於本機（localhost、127.0.0.1）。',
  otherEnding: (where, address, ending) => `${where}：'${address}' 的結尾不是 ${ending}，所有呼叫都會失敗。`,
  otherEndingHint: (first, second) => `例如寫成 ${first} 或 ${second}。`,
  badProxy: 'HTTPS_PROXY 不是 HTTP 代理的地址。',
  badProxyHint: '請寫成 http://host:port，或不設定 HTTPS_PROXY。',

  sandbox: 'SANDBOX 沙盒（不會改動任何真實資料）',
  place: (vendor, store, id) => `${vendor}${store === undefined ? '' : ` 店舖 ${store}`}（${id}）`,
  places: (places) => places.join('和'),
};
