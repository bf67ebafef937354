import type { Catalogue } from '../texts.ts';

const STATUSES = { invalid: '数据有误', failed: '失败', in_doubt: '待核实', not_sent: '未发送' };

const ACTIONS: Readonly<Record<string, string>> = {
  created: '新增',
  updated: '更新',
  unchanged: '无需更改',
  topped_up: '已入账',
  credited_before: '之前已入账',
  found: '已查到',
  upserted: '新增或更新',
};

export const result: Catalogue['result'] = {
  creditedBefore: (rowNumber, runId, when) => `之前已入账：${when} 的运行 ${runId} 第 ${rowNumber} 行。`,
  takenBack: (rowNumber, runId) =>
    `运行 ${runId} 第 ${rowNumber} 行曾为同样的数额入账，之后已被 undo 撤回，或正在撤回。本行没有发送任何内容。要入账，请再次运行结果文件。`,
  endedBeforeAnswer: '运行在收到回复之前结束了。可能已入账，也可能没有；resume 会核对。',

  place: (place) => `位置：${place}`,
  report: (path) => `报告：${path}`,
  file: (path) => `结果文件：${path}`,
  validated: (good, wrong, doneBefore) =>
    `${good} 行无误，${wrong === 0 ? '没有错误' : `${wrong} 行有误`}${doneBefore > 0 ? `，${doneBefore} 行之前已完成` : ''}。`,
  rows: ({ read, done, doneBefore }, others) => {
    const told = doneBefore > 0 ? `这次完成 ${done - doneBefore}，之前已完成 ${doneBefore}` : `完成 ${done}`;
    return `行数：读取 ${read}，${[told, ...others.map(([status, count]) => `${STATUSES[status]} ${count}`)].join('，')}。`;
  },
  actions: (actions, isPlanned) =>
    `${isPlanned ? '计划' : '操作'}：${actions.map(([name, count]) => `${isPlanned && name === 'topped_up' ? '入账' : (ACTIONS[name] ?? name)} ${count}`).join('，')}。`,
  wentWrong: '出错的原因：',
  cause: (rowCount, cause, example) => `${rowCount} 行：${cause}。${example ?? ''}`,
  otherCauses: (rowCount) => `${rowCount} 行：其他原因，见结果文件。`,
  example: (rowCount, rowNumber, lineNumber, message) =>
    `${rowCount === 1 ? '' : '例如'}第 ${rowNumber} 行${lineNumber > 0 ? `（文件第 ${lineNumber} 行）` : ''}，${message}`,
  notChanged: (columns, hasAmounts) =>
    `没有更改（Kybio 不能改已有会员的这些列）：${columns.map(([name, count]) => `${name}（${count} 行）`).join('、')}。${
      hasAmounts ? '要把积分和余额改成文件中的值，请用 topup 和 pointTarget、balanceTarget 列。' : ''
    }`,
  totalNames: { pointIncrement: '积分', balanceIncrement: '余额' },
  toCredit: (name, asked) => `${name}：将入账 ${asked}。`,
  credited: (name, asked, applied, inDoubt) =>
    `${name}：应入账 ${asked}，已入账 ${applied}${inDoubt === undefined ? '' : `，待核实 ${inDoubt}`}。`,
  calls: (sent, retried, today) =>
    `调用：${sent} 次${retried > 0 ? `，其中重试 ${retried} 次` : ''}。${
      today === undefined ? '' : `今天 ${today.limit} 次已用 ${today.used} 次。`
    }`,

  sendPlanned: '要正式发送，请输入同一条命令，去掉 --dry-run。',
  credentials: (resume) => `对方不接受账户凭证。请更正后输入：${resume}`,
  stopped: (resume) => `已停止。排除原因后请输入：${resume}`,
  paused: (resume, backAt, left) =>
    `已暂停：当天的调用额度已用完${left > 0 ? `（按本机计数还剩 ${left} 次：已保留，或对方的计数更多）` : ''}。额度恢复后${backAt === undefined ? '' : `（${backAt}）`}请输入：${resume}`,
  interrupted: (resume) => `已中断。继续请输入：${resume}`,
  waitForOthers: (rowCount, resume) =>
    `${rowCount} 行在等另一次运行中待核实的行（见各行的说明）。请先处理那一行，再输入：${resume}`,
  inDoubt: (resolve) => `请核对待核实的行：${resolve}`,
  inDoubtThenResume: (resolve, resume, backAt) =>
    `请核对待核实的行：${resolve}，然后继续${backAt === undefined ? '' : `（${backAt}）`}：${resume}`,
  invalidPlanned: '有误的行不会发送（用 memberload validate 可列出）。要发送其他行，请输入同一条命令，去掉 --dry-run。',
  notTakenBack: (undo) => `有些行没有撤销：原因见结果文件。要再试这些行：${undo}`,
  checkAgain: (validate) => `请在结果文件中更正有误的行，再检查这个文件：${validate}`,
  sendTheRest: (command) => `如果仍要发送未发送的行，请运行结果文件：${command}`,
  runAgain: (command) => `请在结果文件中更正有误或失败的行，再运行这个文件：${command}`,

  noUsableAnswer: (httpStatus) => `对方没有可用的回复（HTTP ${httpStatus}）`,
  refusedWith: (errorCode) => `被对方拒绝，代码 ${errorCode}`,
  refusedByKybio: (words, errorCode) => `被 Kybio 拒绝：${words}（${errorCode}）`,
  causes: {
    REQUIRED: '必填的单元格是空的',
    NOT_A_DECIMAL: '数额不是普通数字',
    OUT_OF_RANGE: '数字太大或太小',
    TOO_LONG: '文字太长',
    NOT_ALLOWED: '值不在可选范围内',
    BAD_DATE: '日期不存在或不明确',
    BAD_PHONE: '电话号码有误',
    BAD_EMAIL: '邮箱地址有误',
    BAD_ID: '编号有误',
    EXCEL_DAMAGED: '数字被电子表格改坏',
    DUPLICATE_ROW: '会员、单号或时间重复',
    WRONG_COLUMN_COUNT: '列数与表头不同',
    NOTHING_TO_DO: '没有要改的内容',
    MEMBER_NOT_FOUND: '没有这个会员',
    CUSTOMER_NOT_FOUND: '没有这个客户',
    CREDITED_BEFORE: '之前已入账',
    CREDITED_OTHERWISE: '之前已按别的数额入账',
    IN_DOUBT: '还不知道是否已入账',
    TIMEOUT: '对方没有及时回复',
    CONNECTION_FAILED: '与对方的连接失败',
    BAD_RESPONSE: '对方的回复无法识别',
    RESPONSE_MISMATCH: '对方回复的不是同一件事',
  },

  standardOutput: '标准输出',
  changedMeanwhile: (path) => `写结果期间，${path} 被新建或改动；已保留原样。`,
  changedMeanwhileHint: '请用 -o 把结果写到另一个文件。',
  exists: (path) => `结果文件 ${path} 已经存在，保持原样。`,
  existsHint: '请用 -o 指定另一个文件，或用 --overwrite 替换它。',
  notWritable: (path, why) => `结果不能写到 ${path}：${why}。`,
  inHome: ['它在存放账本的 MEMBERLOAD_HOME 里', '什么都没有发送。请用 -o 指定别处的文件。'],
  isRead: (path) => [`它是这条命令要读取的 ${path}`, '什么都没有发送。请用 -o 指定另一个文件。'],
  isFolder: ['它是文件夹', '什么都没有发送。请用 -o 指定一个文件。'],
  isNoFile: ['它不是普通文件', '什么都没有发送。请用 -o 指定一个文件，或用 -o - 写到标准输出。'],
  isNoResult: [
    '它不是 memberload 的结果，--overwrite 不替换别的文件',
    '什么都没有发送。请用 -o 指定另一个文件，或删除那个文件。',
  ],
  noFolder: (why) => [`所在的文件夹不能用（${why}）`, '什么都没有发送。请先新建文件夹，或用 -o 指定另一个文件。'],
  deadLink: ['它是失效的链接', '什么都没有发送。请删除链接，或用 -o 指定另一个文件。'],
  reportExists: (path) => `${path} 已经存在，而且不是 memberload 的报告；已保留原样。`,
  reportExistsHint: '请把报告写到另一个文件：memberload report <run> -o <file>',
};
