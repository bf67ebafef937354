import type { Catalogue } from '../texts.ts';

export const sharedLedger: Catalogue['sharedLedger'] = {
  nothingSent: (hint) => `什么都没有发送。${hint}`,

  address: (what) => `MEMBERLOAD_LEDGER_URL ${what}。`,
  noAddress: '不是带用户名和主机的 PostgreSQL 数据库地址',
  noDatabase: '没有写数据库的名称',
  addressHint: '写法如 postgres://memberload@db.example.com/memberload',
  badPercent: '里有一个 % 不是 %40 这样的编码的开头',
  badPercentHint: '百分号本身请写成 %25。',
  unknownPart: (name) => `里的 '${name}' 无法识别`,
  unknownPartHint: '请去掉它；可以使用的是 sslrootcert=<文件>。',
  otherSslmode: (sslmode) => `要求 sslmode=${sslmode}：只有 verify-full 能防止别人读取和改动账本`,
  otherSslmodeHint: '请去掉 sslmode，并用 sslrootcert=<文件> 指定自己的证书机构的证书。',
  certificateUnread: (path, why) => `指定的 ${path} 无法读取：${why}`,
  certificateUnreadHint: '请更正 sslrootcert。',

  bothAddresses: 'MEMBERLOAD_LEDGER_URL 和 MEMBERLOAD_LEDGER_URL_FILE 都设置了。',
  bothAddressesHint: '请取消其中一个：两个账本互不知道对方。',
  required: '设置文件要求 ledgerRequired，但没有设置 MEMBERLOAD_LEDGER_URL。',
  requiredHint: '请把 MEMBERLOAD_LEDGER_URL 设为团队共用的地址。',
  emptyAddress: (variable) => `${variable} 设置了，但是空的：没有说明共享账本在哪里。`,
  emptyAddressHint: '请写上地址；只用这台电脑的账本时，请取消这个变量。',
  secretInSchedule: 'MEMBERLOAD_LEDGER_URL 不能写进定时任务：它带有密码，或者不是地址。',
  secretInScheduleHint: '请把地址放进一个文件（chmod 600），改用 MEMBERLOAD_LEDGER_URL_FILE 指定这个文件，再输入一次。',

  usedShared: (place, account) =>
    `这个文件夹的账本曾为 ${account} 使用共享账本 ${place}。在那里入账了什么，这里不知道，所以不再入账。`,
  wasMoved: (place) => `这个文件夹的账本已移到 ${place}。在那里入账了什么，这里不知道，所以不再入账。`,
  useSharedHint: '请把 MEMBERLOAD_LEDGER_URL 设为那个地址。',

  noLedger: (place) => `${place} 还没有账本。`,
  noLedgerHint: '请用可以建立 schema 的角色建立一次：memberload ledger init',
  needsUpgrade: (place, version, needed) =>
    `${place} 的账本由较旧版本的 memberload 建立（版本 ${version}，这里需要 ${needed}）。`,
  needsUpgradeHint: '请用建立它的角色升级：memberload ledger init',
  tooNew: (place, version, known) =>
    `${place} 的账本由较新版本的 memberload 建立（版本 ${version}，这里只认到 ${known}）。`,
  tooNewHint: '请安装较新的 memberload。没有改动任何东西。',
  oldServer: (place, version) => `${place} 是 PostgreSQL ${version}。共享账本需要 PostgreSQL 15 或更新的版本。`,
  oldServerHint: '请升级服务器，或用 MEMBERLOAD_LEDGER_URL 指定另一台。',
  isStandby: (place) => `${place} 是备用副本：那里读到的可能比已发送的旧。`,
  isStandbyHint: '请让 MEMBERLOAD_LEDGER_URL 指向主库。',

  damaged: (place, why) => `共享账本 ${place} 已损坏：${why}。`,
  damagedHint: '不再发送。请先人工核对那之后入账了什么，再放回备份。',
  failed: (place, why) => `共享账本 ${place} 无法读写：${why}。`,
  failedHint: '不再发送。数据库恢复之后，请继续：memberload resume',
  unreachable: (place, why) => `共享账本 ${place} 无法使用：${why}。`,
  unreachableHint:
    '请检查 MEMBERLOAD_LEDGER_URL、密码（PGPASSFILE，或 MEMBERLOAD_LEDGER_URL_FILE），以及服务器能否连接。',
  takenOver: '数据库的另一份副本接替了它：发生了故障切换，或放回了备份。最后发送的内容可能不在其中',
  failedOver: (place, what) => `共享账本 ${place} 已不是原来的那个：${what}。有人查看之前不再入账。`,
  failedOverHint: '查看要核对什么，然后继续：memberload ledger status --accept-failover',
  closed: (place) => `共享账本 ${place} 已经关闭。`,
  closedHint: '不再发送。请继续：memberload resume',

  fsyncOff: 'fsync 关闭了：断电会丢失或损坏最新的提交',
  fullPageWritesOff: 'full_page_writes 关闭了：断电可能损坏数据库',
  asynchronous: (standbyCount) =>
    `有 ${standbyCount} 个备用副本，但没有 synchronous_standby_names：副本接替时，最新的提交会丢失`,
  mayLose: (place, losses) =>
    `共享账本 ${place} 可能丢失已经确认的内容：${losses.join('；')}。忘记的入账可能再做一次，所以不再入账。`,
  mayLoseHint: '请更正服务器。愿意承担这个风险的，在 memberload.config.json 里写 "ledgerMayLoseCommits": true。',

  startedTooLate: (runId) => `运行 ${runId} 没有开始：这台机器在此之前与共享账本失去联系太久。`,
  startedTooLateHint: '请再输入一次同样的命令。',
  atWork: (runId, who, since) => `运行 ${runId} 正在处理：${who}，自 ${since} 起。`,
  atWorkHint: '请等它结束；被强行结束的进程，在它的期限过后就会放开。',
  lookingForLife: (runId, who, seconds) => `运行 ${runId} 由 ${who} 开始。正在查看它是否还在工作：最多 ${seconds} 秒。`,
  endedMeanwhile: (runId, isFinished) =>
    `运行 ${runId} 在此期间${isFinished ? '已完成' : '已取消'}：没有可以继续的了。`,
  endedMeanwhileHint: (runId, resultPath) =>
    `它的结果文件：${resultPath}。如果有待核实的行：memberload resolve ${runId}`,
  overtaken: (subject, who, runId, of) => `检查 ${subject} 的时候，${who} 开始了运行 ${runId}（${of}）。`,
  undoOf: (runId) => `运行 ${runId} 的撤销`,
  commandOf: (command, inputPath) => `${command}，文件 ${inputPath}`,
  overtakenHint: '请再输入一次同样的命令：那时会与那次运行一起核对。',

  badDataKey: (byteCount) => `MEMBERLOAD_DATA_KEY_FILE 指定的文件里没有 ${byteCount} 字节的密钥（base64 或十六进制）。`,
  badDataKeyHint: '做法：openssl rand -base64 32 > memberload.key && chmod 600 memberload.key。所有机器要用同一个。',
  noDataKey: (runId) => `运行 ${runId} 的各行加密存放在共享账本里，但这里没有设置 MEMBERLOAD_DATA_KEY_FILE。`,
  noDataKeyHint: '请把 MEMBERLOAD_DATA_KEY_FILE 设为所有机器共用的密钥文件。',
  otherDataKey: (runId) => `运行 ${runId} 的各行是用另一个密钥加密的，不是这里的 MEMBERLOAD_DATA_KEY_FILE。`,
  otherDataKeyHint: '请在所有机器上使用同一个密钥文件。',
  stageDamaged: (runId) => `共享账本里运行 ${runId} 的各行已不是当初存放的内容。`,
  stageDamagedHint: '不再发送。请在开始这次运行的机器上继续。',

  unknownWord: (word) =>
    word === undefined ? 'memberload ledger 后面要写做什么。' : `memberload ledger 没有 '${word}'。`,
  unknownWordHint: '请输入：memberload ledger init、status 或 import <文件夹>',
  noShared: (homeFolder) => `没有设置 MEMBERLOAD_LEDGER_URL：账本是 ${homeFolder}/ledger.sqlite，会自动建立。`,
  noSharedHint: '要共用账本，请设置 MEMBERLOAD_LEDGER_URL=postgres://user@host/database',
  made: (place, version, wasThere) => `${place} 的账本${wasThere ? '已经是' : '现在是'}版本 ${version}。`,
  mayWork: (role) => `${role} 可以使用它。`,
  status: (place, version, details, intentCount) =>
    `账本 ${place}，版本 ${version}，${details.join('，')}；记录了 ${intentCount} 笔入账。`,
  problem: (what) => `问题：${what}。`,
  nobodyAtWork: '没有人在使用。',
  atWorkNow: '正在使用：',
  workerLine: (who, since, leaseUntil, command) => `${who}，自 ${since} 起，期限到 ${leaseUntil}：${command}`,
  nothingToAccept: (place) => `${place} 就是已知的那一份：没有需要接受的。`,
  newestIntent: (when) => `这份账本所知的最新一笔入账开始于：${when ?? '没有'}。`,
  whatToCompare:
    '请在每个账户的后台查看那之后由 「API」 做的变动。`memberload runs` 不知道的变动就是丢失的：它的行会再入账一次。',
  wasAtWork: (who) => `据这份账本所知，之前在使用的有：${who}。`,
  acceptRisk: '已发送而这里没有的，会重复入账。',
  accepted: (place) => `从现在起使用 ${place} 的账本。`,
  importNeedsFolder: 'memberload ledger import 后面要写账本所在的文件夹。',
  importNeedsFolderHint: (homeFolder) => `请输入：memberload ledger import ${homeFolder}`,
  nothingToImport: (folder) => `${folder} 里没有账本。`,
  nothingToImportHint: '请指定有 ledger.sqlite 的 MEMBERLOAD_HOME。',
  unfinished: (folder, runCount, inDoubtCount) =>
    `${folder} 的账本里有 ${runCount} 次未完成的运行和 ${inDoubtCount} 行待核实。`,
  unfinishedHint: '什么都没有移入。请先在那里完成，不设 MEMBERLOAD_LEDGER_URL：resume --all、runs cancel、resolve。',
  importedBefore: (folder) => `${folder} 的账本之前已经移入。`,
  importedBeforeHint: '没有改动任何东西。',
  imported: (moved, folder) =>
    `已移入 ${moved.runs} 次运行、${moved.rows} 行和 ${moved.changeTimes} 个变动时间。${folder} 的账本保留着，从现在起拒绝入账。`,
};
