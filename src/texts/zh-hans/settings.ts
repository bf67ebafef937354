import type { Catalogue } from '../texts.ts';

const TYPES = { list: '列表', object: '对象', text: '文字', number: '数字', boolean: '布尔值' } as const;

export const settings: Catalogue['settings'] = {
  expects: {
    occasion: '名称',
    text: '文字',
    toggle: 'true 或 false',
    count: (min, max) => `${min} 到 ${max} 的整数`,
    oneOf: (choices) => `${choices.join('、')} 之一`,
    duration: (longest) => `不超过 ${longest} 的时间，例如 500ms、30s、2m、12h 或 1d`,
    amount: '数字',
    maxErrors: '行数，或不超过 100% 的百分比',
    rate: '速率，例如 5/s、100/m、0.5/s 或 unlimited，每秒最多 10000 次调用',
    timeZone: '时区名称',
    timeOfDay: '一天中的时间',
    clockOffset: '毫秒数，最多一天',
    accountId: '由 ASCII 字母和数字组成的 ID',
    rowNumbers: '行号、几个行号（如 3,7）或 all',
    pair: '名称=值',
  },
  isNot: (where, value, expects) => `${where}：'${value}' 不能用，应为${/^\w/.test(expects) ? ' ' : ''}${expects}。`,
  writeExample: (example) => `例如写成 ${example}。`,

  configFile: '设置文件',
  keyFile: '密钥文件',
  unreadable: (where, path, why) => `${where}：${path} 无法读取：${why}。`,
  noSuchFile: '没有这个文件',
  isNoFile: '它不是文件',
  isTooLarge: '它太大，不会是设置、对应或密钥文件',
  noPermission: '没有权限',
  correct: (where) => `请更正${/^\w|^-/.test(where) ? ' ' : ''}${where}。`,
  notJson: (where, path, line) => `${where}：${path} 不是有效的 JSON${line === undefined ? '' : `（第 ${line} 行）`}。`,

  jsonHint: '请写成 {"rate": "5/s"}：所有设置按名称写在一个对象里。',
  keyOf: (path, key) => `${path}：${key}`,
  mustBeObject: (path, key, value) =>
    `${path}：${key === undefined ? '文件内容' : `${key} `}必须是对象 { … }，而现在是 ${value}。`,
  ofType: (type) => (type === 'string' ? '一段文字' : `一个 ${type}`),
  mustBeObjectHint: '请更正。',
  sandboxHint: '要使用沙盒，请输入 --sandbox；文件里写的是沙盒的开关。',
  typedOnly: (path, name) => `${path}：'${name}' 只能当场输入，因为它可能让钱重复入账，或代替人回答问题。`,
  typedOnlyHint: (flag) => `请从文件中删除，需要时在那次运行中输入 --${flag}。`,
  environmentOnly: (path, name) => `${path}：'${name}' 只能来自环境变量。`,
  environmentOnlyHint: (variable) => `请设置 ${variable}。`,
  unknownSetting: (path, name) => `${path}：没有 '${name}' 这项设置。`,
  knownHere: (names) => `这里可用的有：${names.join('、')}。`,
  badValue: (path, name, value) => `${path}：'${name}' 的值是 ${value}。`,
  switchExample: 'true 或 false',
  sandboxValueHint: '请写文字、数字或 true。',
  shown: (value, type) => `${value}（${TYPES[type]}）`,
  unknownStore: (store, path) =>
    `--store：${path === undefined ? '没有设置文件，也就' : `${path} 中`}没有门店 '${store}'。`,
  storesThere: (names) => `现有的门店：${names.join('、') || '无'}。`,
  logBodiesAlone: '--log-bodies 要与 --log <文件> 一起用。',
  logBodiesAloneHint: '例如写 --log calls.jsonl。',
  keyIsOpen: (path, quotedPath) => `${path} 中有密钥，而其他用户可以读取。请输入：chmod 600 ${quotedPath}`,
  keyIsUtf16: (path) => `${path} 是 UTF-16 编码。请把密钥另存为纯文字（UTF-8）。`,
  keyHasLines: (path) => `${path} 有好几行，而密钥只有一行。文件里请只放密钥。`,
  relativeHome: (path) => `MEMBERLOAD_HOME 是 '${path}'，而它必须是绝对路径：换了文件夹，账本就不知道哪些已经入账。`,
  relativeHomeHint: '请写完整的路径，例如 /var/lib/memberload，或不设置 MEMBERLOAD_HOME。',
  noHome: '没有主目录可以存放账本。',
  noHomeHint: '请把 MEMBERLOAD_HOME 设为只有这个用户能读取的绝对路径。',

  reserveTooLarge: (reserve, dailyQuota) => `--reserve：'${reserve}' 把每天的 ${dailyQuota} 次调用全留出去了。`,
  reserveTooLargeHint: '--reserve 要小于 --daily-quota。',
  mapHint: '请写成 {"columns": {"Card #": "number"}}：左边是文件的表头，右边是对应的列。',
  badMap: (where, path, header) =>
    `${where}：${path} ${header === undefined ? '没有 "columns" 对象' : `没有给 ${header} 写列名`}。`,
  unknownRunSettings: (where, known) =>
    `这次运行开始时的设置无法读取：${
      'version' in where ? `版本是 ${where.version}` : where.key === undefined ? '全部都不对' : `问题在 ${where.key}`
    }；这个 memberload 认识的版本是 ${known}。`,
  unknownRunSettingsHint: '请用开始这次运行的 memberload 版本继续，或放弃其余的行：memberload runs cancel <run>',

  missing: (variable, about, key, store) => `没有设置 ${variable}：${about}（${store ?? '设置文件'}中写作 ${key}）。`,
  missingHint: '请在环境变量或设置文件中设置，或加上 --sandbox 试用。',
  emptyKeyFile: (path) => `KYBIO_APP_KEY_FILE：${path} 是空的。`,
  emptyKeyFileHint: '请把 appId 的密钥放进这个文件。',
  notAnAddress: (where) => `${where} 不是网址。`,
  moreThanAddress: (where) => `${where} 除了主机和路径还有别的内容。`,
  addressHint: (ending) => `请写成 https://host${ending}。`,
  insecure: (where, address) => `${where}：'${address}' 会不加密地发送会员资料。`,
  insecureHint: '请用 https://；http:// 只能用于本机（localhost、127.0.0.1）。',
  otherEnding: (where, address, ending) => `${where}：'${address}' 的结尾不是 ${ending}，所有调用都会失败。`,
  otherEndingHint: (first, second) => `例如写成 ${first} 或 ${second}。`,
  badProxy: 'HTTPS_PROXY 不是 HTTP 代理的地址。',
  badProxyHint: '请写成 http://host:port，或不设置 HTTPS_PROXY。',

  sandbox: 'SANDBOX 沙盒（不会改动任何真实数据）',
  place: (vendor, store, id) => `${vendor}${store === undefined ? '' : ` 门店 ${store}`}（${id}）`,
  places: (places) => places.join('和'),
};
