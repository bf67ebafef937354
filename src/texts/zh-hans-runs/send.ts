import type { Catalogue } from '../texts.ts';

type Send = Catalogue['send'];
type Credit = Parameters<Send['skippedAsCredited']>[0];
type Reads = Parameters<Send['appliedByReads']>[0];

function tellCredit({ rowNumber, runId, isDone, member, points, balance, when }: Credit): string {
  const who = 'number' in member ? `会员号 ${member.number}` : `customerUid ${member.customerUid}`;
  const done = isDone ? '已给' : '正在给';
  const open = isDone ? '' : '，还没有结果';
  return `运行 ${runId} 第 ${rowNumber} 行${done}${who} 加积分 ${points}、余额 ${balance}${when === '' ? '' : `（${when}）`}${open}`;
}

function tellReads({ before, reads }: Reads): string {
  const seen = reads.map(({ point, balance }) => `积分 ${point ?? '未知'}、余额 ${balance ?? '未知'}`).join('，之后');
  return `之前为积分 ${before.point}、余额 ${before.balance}；读取为${seen}。`;
}

const LOOK = '请在后台核对这个会员';
const REPLAYED = `我们与 Kybio 之间可能有设备在重放回复。继续发送之前，${LOOK}。`;

export const send: Send = {
  row: (rowNumber, text) => `第 ${rowNumber} 行：${text}`,
  shutOut: (rowNumber, errorCode) => `第 ${rowNumber} 行：加积分余额时收到 ${errorCode}，不是 Kybio 自己的回复`,
  replayedTime: (rowNumber, runId) =>
    `回复不可信：它的 dataChangeTime 属于运行 ${runId} 第 ${rowNumber} 行。${REPLAYED}`,
  replayedValues: (rowNumber) => `回复不可信：它的变动前数值是第 ${rowNumber} 行入账之前的。${REPLAYED}`,
  repeatUnread: '因与另一次变动重复而被拒绝，又读不到会员，无法确认。',
  repeatApplied: '已入账一次：虽因重复被拒绝，但会员的数值正是之前的值加上这次的数额。',
  notSent: '未发送：运行已停止。',
  timeTaken: (time, customerUid) =>
    `dataChangeTime：'${time}' 已用于会员 ${customerUid}，当时很可能已入账。要再次入账，请把该列留空。`,
  memberWaits: (rowNumber, runId, isOtherRun) =>
    `等待中：${isOtherRun ? `运行 ${runId} ` : ''}第 ${rowNumber} 行给同一个会员入账，尚待核实。请先处理它：memberload resolve ${runId}`,
  takenBack: (rowNumber, runId, undoRun) =>
    `等待中：运行 ${runId} 第 ${rowNumber} 行已入账同样的数额，而运行 ${undoRun} 正在撤回它。请先继续那次运行：memberload resume ${undoRun}`,
  memberRepeated: (rowNumber, customerUid) =>
    `这与第 ${rowNumber} 行是同一个会员（customerUid ${customerUid}），只是写法不同。请删除其中一行，或用 --on-duplicate allow。`,
  skippedAsCredited: (credit) => `${tellCredit(credit)}，与这一行相同：已跳过。`,
  creditedBefore: (credit, wayOn) =>
    `${tellCredit(credit)}，与这一行相同。什么都没有发送。${
      {
        skip: '要跳过这样的行，请用 --skip-credited',
        resolve: `请先处理那一行：memberload resolve ${credit.runId}`,
        resume: `请先继续那次运行：memberload resume ${credit.runId}`,
      }[wayOn]
    }；要区分不同的活动，请用 --campaign NAME；要再入账一次，请用 --again。`,
  creditedOtherwise: (credit, identity) =>
    `${tellCredit(credit)}（${
      'reference' in identity ? `单号 '${identity.reference}'` : `活动 '${identity.campaign}'`
    }），数额与这一行不同。什么都没有发送。请更正这一行，或换一个单号或活动名。`,

  lookingAgain: (rowCount, seconds) => `${rowCount} 行还没有回复，${seconds} 秒后再查一次（quietWindow）。`,
  repeatRefused: (errorCode) => `已入账一次：对方拒绝了相同的 dataChangeTime（${errorCode}）。`,
  appliedNow: '没有收到回复，用相同的 dataChangeTime 再次发送后入账。',
  creditedTwice: `很可能入账了两次：对方再次接受了相同的 dataChangeTime，而且变动前的数值是第一次入账之后的。这个账户并不拒绝重复（原记录已清除，可用 memberload doctor --probe-repeat 重新测试）。${LOOK}，并退回其中一次。`,

  beforeUnknown: '不知道变动前的数值，读取会员也无法判断。',
  appliedByReads: (reads) => `没有收到回复；核对结果为已入账一次：${tellReads(reads)}`,
  age: (ageMs) => {
    if (ageMs < 0) return '不知多久';
    const seconds = Math.round(ageMs / 1000);
    if (seconds < 120) return `${seconds} 秒`;
    if (seconds < 7200) return `${Math.round(seconds / 60)} 分钟`;
    if (seconds < 172_800) return `${Math.round(seconds / 3600)} 小时`;
    return `${Math.round(seconds / 86_400)} 天`;
  },
  notAppliedSoFar: (reads, age, resolve) =>
    `目前没有入账：调用在 ${age}之前发出；${tellReads(reads)}对方仍可能稍后入账。请过一会儿再核对：${resolve} --settle。确定没有入账，才再次发送：${resolve} --resend`,
  readsTellNothing: (reads) => `无法判断：${tellReads(reads)}${LOOK}。`,
  repeatContradicted: (errorCode, reads) =>
    `对方拒绝了相同的 dataChangeTime（${errorCode}），像是已入账一次，但数值对不上：${tellReads(reads)}可能是收银机后来改过数值，也可能那一秒是别人的改动，而这一笔没有入账。${LOOK}。`,
  sharedMember: `有两行待核实的都给这个会员入账，从数值看不出入账的是哪一行。${LOOK}。`,

  ledgerGone:
    '运行期间 MEMBERLOAD_HOME 被删除，已入账会员的记录也随之丢失：不再发送。请从备份恢复该文件夹。没有备份时请保留结果文件，之后只运行结果文件，不要再运行原来的文件',
  outOfTouch: '这台机器与共享账本失去联系太久，其他机器可能会继续它的运行：不再发送',
  decidedByOther: (by, decision, when) => `${by} 已在 ${when} 判定为 ${decision}；要改判，请加 --again`,
  changedMeanwhile: '它刚刚被别人改动；请再看一次',
  decidedApplied: (when) => `${when} 由人工确认：已入账。`,
  decidedNotApplied: (when, resolve) =>
    `${when} 由人工确认：没有入账。要补入账，请用原来的参数（包括 --campaign）再运行结果文件，或输入：${resolve} --resend`,
  mismatchUndecided: '对方入账的内容与要求不符；请先核对会员，再用 --as 确认',
  otherInDoubt: (rowNumber, runId) => `运行 ${runId} 第 ${rowNumber} 行给同一个会员入账，尚待核实；请先处理它`,
  otherCredited: (rowNumber, runId, what, isDone) => {
    const credited =
      what === 'same amounts'
        ? '给这个会员加过同样的数额'
        : 'reference' in what
          ? `为单号 '${what.reference}' 入账`
          : `为活动 '${what.campaign}' 给这个会员入账`;
    return `运行 ${runId} 第 ${rowNumber} 行${isDone ? '已' : '已经或即将'}${credited}；如果这一行也要入账，请加上 --again`;
  },
  memberUnread: '读取不到会员',
  looksApplied:
    '会员现在的数值正是之前的值加上这次的数额，看来已经入账；请用 --as applied 确认，或加上 --again 仍然发送',
  resent: (when) => `${when} 由人工要求再次发送。`,
  resentRefused: (when, errorCode) => `${when} 由人工要求再次发送；因重复被拒绝（${errorCode}）：之前已入账一次。`,
  resentUnsettled: (when, said) =>
    `${when} 由人工要求再次发送；这第二次没有入账：${said}。第一次可能已入账：这一行仍待核实。`,
  resentNotApplied: (when, said) => `${when} 由人工要求再次发送；没有入账：${said}。`,

  probe: {
    lookupFailed: (said) => `查询不到会员：${said}`,
    noMember: (number) => `没有会员号 '${number}'`,
    moved: '期间会员的积分或余额变了，或无法再次读取',
    firstNotApplied: (said) => `第一次加 0 没有入账：${said}`,
    secondUnanswered: (said) => `第二次没有可信的回复：${said}`,
    secondOtherwise: (said) => `第二次被拒绝，但代码另有含义：${said}`,
    noFreeTime: (time) => `从 ${time} 往前一小时，每一秒这个会员都有变动`,
    notTwice: (second, third) => `第二次被拒绝（${second}），再来一次却没有：${third}`,
    earlierOtherwise: (said) => `用更早的 dataChangeTime 得到了不同的回复：${said}`,
    newRefused: (errorCode, said) => `第二次被拒绝（${errorCode}），但换新的 dataChangeTime 也被拒绝：${said}`,
  },
};
