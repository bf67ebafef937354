import type { Catalogue } from '../texts.ts';

const VERDICTS: Readonly<Record<string, string>> = { applied: '已经入账', 'not-applied': '没有入账' };

const STATES: Readonly<Record<string, string>> = {
  done: '已经完成',
  failed: '已经失败',
  invalid: '数据有误',
  intent: '正在发送',
  in_doubt: '待核实',
};

export const resolve: Catalogue['resolve'] = {
  resolveWhat: 'resolve 后面要写运行编号。',
  noTopup: (runId) => `运行 ${runId} 不是加积分余额的运行：只有入账才会待核实。`,
  noTopupHint: (runId) => `如果还没完成，继续请输入：memberload resume ${runId}`,
  pruned: (runId) => `运行 ${runId} 没有待核实的行；各行的情况已被 runs prune 清理。`,
  whichRow: '用 --as 时要说明是哪一行。',
  whichRowHint: '请加上 --row N，几行写作 --row N,M，全部写 --row all。',
  threeWays: '--as、--resend 和 --settle 是三种不同的做法。',
  threeWaysHint: '请只写其中一个；--as not-applied 之后可以再单独运行 --resend。',
  resultNotWritten: (why) => `结论已记下，但结果文件没有写出：${why}`,
  notInDoubt: (row, runId, state) =>
    `运行 ${runId} 的第 ${row} 行${state === undefined ? '还没有开始' : (STATES[state] ?? `的状态是 ${state}`)}，无需确认。`,
  rowsInDoubt: (runId) => `待核实的行：memberload resolve ${runId}`,
  nothingToResend: '没有确认为未入账的行，所以没有重发。请用 --row N 指明是哪一行。',
  notDecided: (row, why) => `第 ${row} 行保持原样：${why}。`,
  notResent: (row, why) => `第 ${row} 行没有发送：${why}。`,
  willLook: (rowCount, callsPerRow) =>
    `再查看 ${rowCount} 行：每行最多 ${callsPerRow} 次调用，共 ${rowCount * callsPerRow} 次。`,
  willResend: (rowCount, callsPerRow, more) =>
    `重新发送 ${rowCount} 行：每行 ${callsPerRow} 次调用，共 ${rowCount * callsPerRow} 次；再次没有回复的，每行最多再用 ${more} 次。`,
  creditedTwice: '其实已经入账的，会重复入账。',
  decided: (row, verdict, messages) => `第 ${row} 行：已确认${VERDICTS[verdict] ?? verdict}。${messages.join('')}`,
  noneInDoubt: (runId) => `运行 ${runId} 没有待核实的行。`,

  lookAgain: (command) => `稍后让程序再查看一次会员：${command}`,
  lookYourself: '请在后台查看每个会员，再输入其中一条命令（几行写作 --row 3,7，全部写 --row all）：',
  ways: {
    applied: '已经入账一次，不发送',
    notApplied: '没有入账，这一行记为失败',
    resend: '没有入账，现在重新发送',
  },

  row: (row, number, customerUid, points, balance, time) =>
    `第 ${row} 行：${number === '' ? `customerUid ${customerUid}` : `会员 ${number}（customerUid ${customerUid}）`}，积分 ${points}，余额 ${balance}，dataChangeTime ${time}`,
  before: (values) => `之前：${values === undefined ? '不清楚' : `积分 ${values[0]}，余额 ${values[1]}`}`,
  sent: (time) => `${time} 发送`,
  backOffice: (member, points, balance, time) => {
    const amounts = [...(points === '' ? [] : [`积分 ${points}`]), ...(balance === '' ? [] : [`余额 ${balance}`])];
    return `后台：打开会员 ${member}，在由「API」产生的变动记录中，查找 ${time} 或稍后的${amounts.join('、')}。`;
  },
  noOutcome: (runId) => `没有记下结果：程序提前结束了。memberload resume ${runId} 会查看这个会员。`,
  evidence: {
    read: (point, balance) => `读取：积分 ${point ?? '不清楚'}，余额 ${balance ?? '不清楚'}`,
    answer: (answer, data) => `对方回复：${answer}${data === '' ? '' : ` ${data}`}`,
    repeat: (answer) => `原样重发：${answer}`,
    decision: (verdict, by) => `人工确认${by === undefined ? '' : `（${by}）`}：${VERDICTS[verdict] ?? verdict}`,
    lateAnswer: (state, point, balance) =>
      `迟到的回复（来自被视为已停止的程序）：${state}${point === undefined ? '' : `，积分 ${point}，余额 ${balance ?? '不清楚'}`}`,
    resend: (detail) => `人工重新发送：${detail}`,
  },
};
