import type { Catalogue } from '../texts.ts';

const SUMS = { points: '积分', balance: '余额' } as const;

export const questions: Catalogue['questions'] = {
  typeSum: (place, { rowCount, points, balance }, unread, of) =>
    `${place}：共 ${rowCount} 行，积分 ${points}，余额 ${balance}。${unread}\n确认发送，请输入${SUMS[of]}的合计：`,
  sumNotTyped: '没有输入合计。',
  notTheSum: (typed, of) => `'${typed}' 不是${SUMS[of]}的合计。`,
  nothingSent: '没有发送任何数据。',
  nothingWritten: '没有写入任何数据。',
  willBe: {
    created: (count) => `新增 ${count}`,
    updated: (count) => `更新 ${count}`,
    unchanged: (count) => `无需更改 ${count}`,
    upserted: (count) => `新增或更新 ${count}`,
    unknown: (count) => `新增或更新 ${count}（逐个查询后才知道）`,
  },
  willImport: (place, counts, columns, unread) =>
    `${place}：${counts.join('，')}。读取的列：${columns.join('、')}。${unread}`,
  notRead: (columns) => `\n看起来是金额或积分，但没有读取：${columns.join('、')}。`,
  typeYes: (question) => `${question}确认请输入「是」：`,
  notConfirmed: '没有得到确认。',
  noTerminal: '这需要确认，而这里没有终端可以询问。',
  noTerminalHint: '确实要做，请加上 -y。',

  whichFile: {
    import: '要导入哪个文件？',
    topup: '哪个文件写明为谁加多少？',
    validate: '要检查哪个文件？',
    other: '哪个文件？',
  },
  inThisFolder: (files) => `这个文件夹里有：${files.join('、')}。`,
  typeItsName: '请输入文件名，或把文件拖进这个窗口：',
  needsFile: (command) => `memberload ${command} 后面要写文件。`,
  needsFileHint: (command, template) => `例如输入：${command}\n还没有文件时：${template}`,

  templateWritten: (path) => `${path} 里有各列和一行例子。请把例子换成您自己的数据。`,
  templateColumns: (command) => `每一列可以填什么：${command}`,
  templateNext: (command) => `然后输入：${command}`,
  noTemplate: (word) => `没有 '${word}' 这种模板。`,
  templateKinds: (kinds) => `可用的有：${kinds.join('、')}。`,

  notAnswered: '问题没有得到回答。',
  notAnsweredHint: '没有写入任何数据。请在终端上输入这个命令。',
  initBegins: 'memberload 把账户保存在设置文件中。您同意之前不会发送任何数据。',
  initEnter: '直接按回车，就采用 [方括号] 里的内容。',
  written: (path) => `已写出：${path}`,
  keyIsIn: (path) => `密钥保存在 ${path}，只有您能读取。`,
  tryNow: (targets) =>
    `现在试用吗？需要 ${targets
      .map((target) => (target === 'kybio' ? 'Kybio 1 或 2 次调用' : 'Wonder 1 次调用'))
      .join('、')}。试用请输入「是」 [否]：`,
  tryLater: (command) => `以后试用：${command}`,
  whichAccount: '哪个账户：kybio、wonder，或两个都要（both）？[kybio]：',
  whichAccountHint: '请写 kybio、wonder 或 both。',
  kybioAddress: 'Kybio 的网址，写到 /openapi/v1 为止：',
  kybioAppId: '门店的 appId：',
  kybioKey: 'appId 的密钥（输入时不显示）：',
  keyNeeded: '必须填写密钥。',
  callsPerDay: '这个 appId 每天可以调用多少次 [不清楚]：',
  callsPerDayHint: '请写整数，例如 300，或留空。',
  wonderAddress: (standard) => `Wonder 的网址 [${standard}]：`,
  wonderAppId: '商户的 AppID：',
  wonderKeyFile: '存放私钥的文件（PEM）：',
  correctIt: '请更正。',
  replaces: (path, others, hasComments) =>
    `${path} 中${[
      ...(others.length > 0 ? [`已有不同的 ${others.join('、')}`] : []),
      ...(hasComments ? ['有注释，替换后不会保留'] : []),
    ].join('，并且')}。要替换请输入「是」：`,
  secondStore: '没有写入任何数据。要添加另一家门店：memberload init --store <名称>',
  keyFileIsThere: (path) => `已有 ${path}，里面是另一个密钥。没有写入任何数据。`,
  keyFileIsThereHint: '请移走这个文件，或给门店起个名称：memberload init --store <名称>',
  noHomeForKey: '没有主目录可以存放密钥。',
  noHomeForKeyHint: '请把 XDG_CONFIG_HOME 设为绝对路径。',
  variableWins: (variable) => `注意：环境变量 ${variable} 优先于设置文件。要使用设置文件，请取消这个变量。`,

  whatFor: (kinds) => `这个文件是做什么用的？可以写：${kinds.join('、')}：`,
  certainties: {
    known: '',
    guessed: '推测的，请核对',
    money: '看起来是金额或积分，请指明是哪一种',
    unknown: '不认识',
  },
  columnsOf: (kind) => `文件的列${kind === undefined ? '' : `（按 ${kind}）`}：`,
  notUsed: '（不使用）',
  askColumns: (names) =>
    `不确定的列请写出对应的名称；直接按回车采用建议，写 - 表示不使用。可用的名称：${names.join('、')}。`,
  askColumn: (header, values, proposed) => `${header}（${values.join('、')}） [${proposed}]：`,
  questionsLeft: '没有回答完问题。',
  takenAlready: (column, header) => `${column} 已经对应 '${header}'。请换一个，或写 -。`,
  noColumnOf: (typed, kind) => `${kind} 没有 '${typed}' 这一列。`,
  notComplete: (what) => `还不完整：${what}`,
  mappingFile: (path) => `对应文件：${path}`,
  mappingNext: (command) => `请先查看，再使用：${command}`,
  mapInHome: (path) => `对应文件不能写到 ${path}：它在 MEMBERLOAD_HOME 中，那里存放账本。`,
  nameAnother: '请用 -o 指定别处的文件。',
  isNoMapping: (path) => `已有 ${path}，但不是对应文件，已原样保留。`,
  isNoMappingHint: '请用 -o 指定另一个文件。',
  mappingIsThere: (path) => `已有对应文件 ${path}，已原样保留。`,
  mappingIsThereHint: '请用 -o 指定另一个文件，或用 --overwrite 替换。',
  mapComments: (name, kind, columns) => [
    `${name} 的各列对应什么（按 ${kind} 读取）。`,
    '左边是文件的表头，右边是对应的列。"" 表示不使用。',
    `可用的列：${columns.join('、')}。`,
  ],
};
