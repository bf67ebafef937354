import type { WORKERS } from '../workers.ts';

export const workers: typeof WORKERS = {
  needsShared: (flag) => `${flag} 需要共享账本，但没有设置 MEMBERLOAD_LEDGER_URL。`,
  needsSharedHint: '什么都没有发送。单机账本只有一个写入者：请去掉这个参数。',
  needsKey: (flag) => `${flag} 会把各行加密后放进共享账本，但没有设置 MEMBERLOAD_DATA_KEY_FILE。`,
  needsKeyHint: '什么都没有发送。请指定所有机器共用的密钥文件；做法见 memberload help many-machines',
  notInSandbox: (flag) => `${flag} 不能和 --sandbox 一起用：每个进程会各有一个沙盒。`,
  notInSandboxHint: '什么都没有发送。请先运行 memberload sandbox，再使用它输出的设置。',
  notBoth: '--workers 和 --detach 不能一起用：交出的行由 worker 发送。',
  notBothHint: '什么都没有发送。请去掉其中一个。',
  needsYes: '--detach 把导入交给 worker，第一次写入之前没有人可以确认。',
  needsYesHint: '什么都没有发送。请先用 --dry-run 查看，再加上 -y。',
  handedOut: (runId) => `运行 ${runId} 已交给 worker。`,
  howToFollow: (runId) => `查看进度：memberload runs ${runId}。取得结果：memberload result ${runId}`,
  stillHandedOut: (runId) => `同一文件的运行 ${runId} 已交给 worker，还没有完成。`,
  stillHandedOutHint: (runId) =>
    `什么都没有发送。查看进度：memberload runs ${runId}。改为在这里继续：memberload resume ${runId}`,
  leftToWorkers: (runId) => `运行 ${runId} 由 worker 处理。改为在这里继续：memberload resume ${runId}`,
  noAccounts: (configPath) =>
    `没有可处理的账户：${configPath === undefined ? '没有找到设置文件，也没有找到任何一方的设置' : `${configPath} 里没有任何密钥`}。`,
  noAccountsHint: '什么都没有发送。请用 memberload init 建立设置',
  serves: (places, runs) => `正在处理：${places.join('、')}；最多同时处理 ${runs} 次运行。按 Ctrl-C 平稳结束。`,
  sliceDone: (runId, from, to, seconds) => `运行 ${runId}：第 ${from} 到 ${to} 行用 ${seconds} 秒完成。`,
  readDone: (runId) => `运行 ${runId}：读取完成。`,
  sliceLeft: (runId, from, to, why) => `运行 ${runId}：第 ${from} 到 ${to} 行留下：${why}。`,
  endedAs: (runId, state) => `运行 ${runId}：${state}。`,
  jobFailed: (message) => `一项任务失败，稍后会再来：${message}`,
  nightlyEnded: (name, exitCode, runId) =>
    exitCode === 0 ? `每晚导入 ${name} 已开始：运行 ${runId}。` : `每晚导入 ${name} 没有开始：退出码 ${exitCode}。`,
  leaseLost: '这个 worker 与共享账本失去联系太久，别人已接手它的工作。',
  leaseLostHint: '不再发送任何内容。请重新启动。',
  queueFailed: '共享账本里的任务队列无法写入：这个 worker 不会再得到任务。',
  queueFailedHint: '不再发送任何内容。请检查数据库，然后重新启动 worker。',
  nothingToHelp: (runId) => `运行 ${runId} 没有这个进程可以发送的部分。`,
  interrupted: '这个 worker 被要求停止',
  atWork: (who, slices) => (slices === 0 ? `正在处理：${who}。` : `正在处理：${who}，${slices} 部分。`),
  hasDone: (who, rows) => `${who} 处理了 ${rows} 行。`,
};
