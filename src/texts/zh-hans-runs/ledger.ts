import type { Catalogue } from '../texts.ts';

export const ledger: Catalogue['ledger'] = {
  inUse: (path, holder) =>
    `另一个 memberload 正在使用 ${path}${
      holder === undefined ? '' : `（进程 ${holder.pid}，'${holder.command}'，从 ${holder.since} 开始）`
    }。`,
  inUseHint: '请等它结束，或按 Ctrl-C 停止它：它会完成已发出的调用。两个同时运行可能重复入账。',

  otherPragma: (name, actual, expected) => `SQLite 的 ${name} 是 '${actual}'，而保证入账安全需要 '${expected}'。`,
  otherPragmaHint: '请把 MEMBERLOAD_HOME 设为本机磁盘上的文件夹（不要用网络共享）。',
  notALedger: (path) => `${path} 是数据库，但不是 memberload 的账本。`,
  notALedgerHint: '请把 MEMBERLOAD_HOME 设为另一个文件夹，或放回正确的账本。什么都没有改动。',
  tooNew: (path, version, known) =>
    `${path} 由更新版本的 memberload 写成（账本版本 ${version}，这里只认到 ${known}）。`,
  tooNewHint: '请重新安装较新的 memberload。什么都没有改动。',
  needsUpgrade: (path, version, needed) =>
    `${path} 由较早版本的 memberload 写成（账本版本 ${version}，这里需要 ${needed}）。`,
  needsUpgradeHint: '导入、加积分余额、导出或继续运行的命令都会升级它。请先备份这个文件夹。',

  failed: (path, why) => `账本 ${path} 无法读写：${why}。`,
  failedHint:
    '不再发送。请腾出磁盘空间或修好磁盘，然后继续：memberload resume（如果没有未完成的运行，请再次输入原来的命令）',
  notUsable: (path, why) => `账本 ${path} 无法使用：${why}。`,
  notUsableHint: '请确认文件夹可以写入、磁盘没有满，或把 MEMBERLOAD_HOME 设为另一个文件夹。',
  damaged: (path, why) => `账本 ${path} 已损坏：${why}。`,
  damagedHint: '账本保持原样。请放回备份；或先人工核对最后一次运行入账了什么，再把 MEMBERLOAD_HOME 设为新的文件夹。',

  older: (path, found) => `账本 ${path} 可能比已发送的内容旧：${found}。用它发送可能给会员重复入账，所以不再入账。`,
  olderHint: '请放回最新的账本。如果没有：请对照后台核对那之后入账了什么，然后输入：memberload doctor --accept-ledger',
  knowsFewer: (counted, marked) =>
    `它只有 ${counted} 笔入账，而这里记录过 ${marked} 笔。可能是放回了旧的副本，或最新的部分丢失了`,
  markMissing: '旁边的 ledger.mark 不见了，无法知道它是不是最新的',
  markUnreadable: '旁边的 ledger.mark 无法读取，无法知道它是不是最新的',

  stageFailed: (why) => `这次运行自己的文件（输入的副本和读取到的内容）无法读写：${why}。`,
};
