import type { Catalogue } from '../texts.ts';

const UNITS = { rows: '行', writes: '次写入', records: '条记录' } as const;

const FIELDS: Readonly<Record<string, string>> = { point: '积分', balance: '余额' };

export const run: Catalogue['run'] = {
  begins: (runId, isCarriedOn, zone) =>
    `${isCarriedOn ? `继续运行 ${runId}` : `开始运行 ${runId}`}。时间均为 ${zone} 时区。`,

  otherFlags: (runId, flags) =>
    `同一文件未完成的运行 ${runId} 开始时的 ${flags.join('、')} 不同。运行只能按开始时的方式继续。`,
  otherFlagsHint: (runId) =>
    `没有发送任何内容。要按原来的方式继续：memberload resume ${runId}。要用这些选项重新开始：先 memberload runs cancel ${runId}，再输入本命令。`,

  columnsRead: '读取的列：',
  columnsReadAre: (headers) => `读取的列：${headers.join('、')}。`,
  columnsUnused: (headers) => `没有使用的列：${headers.join('、')}。`,
  columnsUnnamed: (places) => `没有列名、因此没有使用的列：从左数第 ${places.join('、')} 列。`,
  moneyUnused: (header) =>
    `注意：'${header}' 看起来是金额或积分，但没有使用。如果需要读取，请用 --map 指明对应的字段。`,

  decidedAlready: (endedCount, totalCount, unit) =>
    `${totalCount} ${UNITS[unit]}中已有 ${endedCount} ${UNITS[unit]}有了结果。`,
  wasInDoubt: (rowNumber, runId) => `运行 ${runId} 的第 ${rowNumber} 行原为待核实，现已确认：已经入账。`,
  resultNotRewritten: (runId, message) => `运行 ${runId} 的结果文件没有更新：${message}`,
  resultWentTo: (path, other) => `${path} 在运行期间被改动，已原样保留。结果写到了 ${other}。`,
  stopped: (detail) => `已停止：${detail}。`,
  resultFailed: (message) => `${message}已完成的部分都有记录。`,
  writeElsewhere: (runId) => `要把结果写到别处，请输入：memberload resume ${runId} -o other.csv`,
  notSentQuota: (runId) => `还没轮到这一行，当天的调用额度就用完了。继续请输入：memberload resume ${runId}`,
  notSentStopped: (runId) => `运行在这一行之前停止了。继续请输入：memberload resume ${runId}`,
  notSentGivenUp: (runId) => `运行 ${runId} 在这一行之前已放弃。`,

  countUnknown: (pageSize) => `还不知道一共有多少条：每 ${pageSize} 条用 1 次调用，至少 1 次。第一次导出时会数清。`,

  resultGoesTo: (path, other) => `${path} 在运行写入之后被改动，或属于别的运行，已原样保留。结果将写到 ${other}。`,
  givenUpBy: (person) => `${person} 放弃了这次运行`,
  resultUnwritable: (runId) => `运行 ${runId} 的结果无法写出：没有保留输入文件的副本。`,

  planStopped: (detail) => `试运行已停止：${detail}。`,
  planStoppedHint: (why, back) =>
    `没有写入任何数据。${
      { quota: `额度恢复后${back === '' ? '' : `（${back}）`}`, interrupted: '要重新计划', cause: '排除原因后' }[why]
    }，请重新输入同一条命令。`,
  interrupted: '被中断',

  rowsPruned: (runId) => `运行 ${runId} 已被 runs prune 清理：各行的情况已经查不到。`,
  rowsPrunedHint: '各行的结果请看它的结果文件。',
  reportLacksRows: (why) => `报告中没有各行的情况：${why}`,
  reportNotWritten: (why) => `报告没有写出：${why}`,

  noStageHere: (runId) => `运行 ${runId} 在这里没有输入文件的副本：副本在开始这次运行的 MEMBERLOAD_HOME 里。`,
  noStageHereHint: (runId) =>
    `请在那里执行这个命令。或放弃其余的行：memberload runs cancel ${runId}，再在这里重新运行文件。已入账的内容都有记录，不会重复入账。`,
  noStageEnded: (runId) => `运行 ${runId} 已结束，输入文件的副本已不在：无法重新生成结果。`,
  noStageEndedHint: (resultPath) => `它写出的结果（在运行结束的那台电脑上）：${resultPath}`,
  noStage: (runId) => `运行 ${runId} 没有输入文件的副本：它由旧版 memberload 开始，或副本已被删除。`,
  noStageHint: (runId) =>
    `请放弃其余的行：memberload runs cancel ${runId}，然后重新运行文件。已入账的都有记录，不会再次入账。`,

  undoOfNoTopup: (runId) => `运行 ${runId} 不是加积分余额的运行：只有入账才能撤销。`,
  undoInDoubt: (runId, count) => `运行 ${runId} 有 ${count} 行待核实：还不知道该不该撤销。`,
  undoInDoubtHint: (runId) => `没有发送任何数据。请先确认这些行：memberload resolve ${runId}`,
  nothingToUndo: (runId, areRowsNamed) =>
    `运行 ${runId} ${areRowsNamed ? '的这些行中' : ''}没有可以撤销的入账：之前已经撤销，或没有为任何人入账。`,
  nothingToUndoHint: (runId) => `没有发送任何数据。查看这次运行：memberload runs ${runId}`,
  undoUnfinished: (runId) => `没有发送任何数据。撤销入账的运行 ${runId} 还没有完成。请继续：memberload resume ${runId}`,
  undoPrice: (rowCount, runId, callsPerRow) =>
    `撤销运行 ${runId} 的 ${rowCount} 行：每行最多 ${callsPerRow} 次调用，共 ${rowCount * callsPerRow} 次。其中一次用来在发送前读取会员。`,
  undoUnseen: '没有事先查看会员：今天剩余的调用不够读取并发送全部。',
  undoWarning: (rowNumber, member, text) => `第 ${rowNumber} 行，会员 ${member}：${text}`,
  undoWarningsMore: (count) => `… 另有 ${count} 行也是这样，全部写在结果文件的说明中。`,
  undoUnchanged: '入账之后没有会员的数额变动过，撤销后也没有会员低于零。',

  changedSince: (changes) =>
    `入账之后有变动：${changes.map(({ name, after, now }) => `${FIELDS[name] ?? name} ${after}，现在是 ${now}`).join('；')}。`,
  belowZero: (left) =>
    `撤销后会低于零：${left.map(({ name, left: amount }) => `${FIELDS[name] ?? name} ${amount}`).join('；')}。`,

  checkedAs: (kind) => `按 ${kind} 检查。`,
  unknownKind: (headers, more) =>
    `从表头看不出这是哪种文件。现有的列：${headers.join('、')}${more > 0 ? ` 等，另有 ${more} 列` : ''}。`,
  unknownKindHint: '请用 --as 指明：members（会员）、customers（客户）、topup（加积分余额）或 lookups（查询）。',
  wouldCredit: (rowCount, points, balance, hasInvalid) =>
    `${hasInvalid ? '文件中有数据有误的行，memberload topup 会拒绝；加上 --skip-invalid 则' : 'memberload topup '}将为 ${rowCount} 行入账：共积分 ${points}、余额 ${balance}。`,
  wouldSaveCustomers: (rowCount) => `memberload import --to wonder 将新增或更新 ${rowCount} 行。`,
  wouldLookUp: (rowCount, isForWonder) =>
    `memberload export${isForWonder ? ' --from wonder' : ''} 将查询 ${rowCount} 行。`,
  wouldImport: (rowCount) => `memberload import 将新增或更新 ${rowCount} 行。`,
};
