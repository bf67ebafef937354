import type { Catalogue } from '../texts.ts';

export const help: Catalogue['help'] = {
  usage: 'memberload <命令> [文件] [选项]',
  purpose: '批量导入、加积分余额、导出：Kybio 会员和 Wonder 客户。',
  examples: '例子：',
  exampleAbouts: { validate: '检查文件，不发送任何数据', import: '试用，不需要账户' },
  groups: {
    members: '会员和客户：',
    runs: '运行：',
    start: '开始使用：',
    others: '其他：',
    everyCommand: '所有命令都可以用：',
  },
  helpFlag: '命令的帮助',
  versionFlag: '版本',
  flagsOfCommand: '一个命令的选项：memberload help <命令>。',
  topics: (topics) => `手册（英文）：memberload help <主题>。主题有：${topics.join('、')}。`,
  exitCodes: '退出码：0 完成，1 有数据有误或失败的行，2 用法，3 文件，4 账户凭证，5 停止，6 暂停，7 待核实。',
  manualLanguage: '手册目前只有英文。',
  noHelp: (subject) => `没有 '${subject}' 的帮助。`,
  noHelpNearest: (nearest) => `是不是：memberload help ${nearest}`,
  noHelpHint: (topics) => `主题有：${topics.join('、')}。请看：memberload --help`,

  flags: '[选项]',
  words: { file: '文件', run: '运行编号', kind: '种类', shell: 'shell' },
  oneOf: (word, choices) => `${word}：${choices.join('、')}`,
  withDefault: (about, standard) => `${about}（默认 ${standard}）`,
  flagGroups: {
    what: '做什么：',
    where: '在哪里：',
    safety: '安全：',
    speed: '速度和调用：',
    output: '输出：',
  },
  columns: '文件的列：',
  columnsOfCustomers: '用 --to wonder 时文件的列：',
  headersKnown: '也认得中文表头：memberload help columns。',

  helpCommand: '命令或主题的帮助',
  noCompletion: (shell) => `没有 '${shell}' 的自动补全。`,
  shells: (shells) => `可用的有：${shells.join('、')}。`,
  switchOn: (command) => `启用请输入：${command}`,
  afterCompinit: '（放在 compinit 之后）',

  welcome: 'memberload 读取会员名单（CSV、Excel），写入 Kybio 和 Wonder。',
  threeCommands: '从这三个命令开始，都不需要账户：',
  threeAbouts: {
    template: '生成文件：有各列和一行例子',
    validate: '检查文件，不发送任何数据',
    import: '在自己的电脑上试用',
  },
  withAccount: '有了账户：请用 memberload init 填写。所有命令：memberload --help',
};
