import type { Catalogue } from '../texts.ts';

export const sharedLedger: Catalogue['sharedLedger'] = {
  nothingSent: (hint) => `甚麼都沒有傳送。${hint}`,

  address: (what) => `MEMBERLOAD_LEDGER_URL ${what}。`,
  noAddress: '不是帶使用者名稱和主機的 PostgreSQL 資料庫地址',
  noDatabase: '沒有寫資料庫的名稱',
  addressHint: '寫法如 postgres://memberload@db.example.com/memberload',
  badPercent: '裏有一個 % 不是 %40 這樣的編碼的開頭',
  badPercentHint: '百分號本身請寫成 %25。',
  unknownPart: (name) => `裏的 '${name}' 無法識別`,
  unknownPartHint: '請去掉它；可以使用的是 sslrootcert=<檔案>。',
  otherSslmode: (sslmode) => `要求 sslmode=${sslmode}：只有 verify-full 能防止別人讀取和改動帳本`,
  otherSslmodeHint: '請去掉 sslmode，並用 sslrootcert=<檔案> 指定自己的憑證機構的憑證。',
  certificateUnread: (path, why) => `指定的 ${path} 無法讀取：${why}`,
  certificateUnreadHint: '請更正 sslrootcert。',

  bothAddresses: 'MEMBERLOAD_LEDGER_URL 和 MEMBERLOAD_LEDGER_URL_FILE 都設定了。',
  bothAddressesHint: '請取消其中一個：兩個帳本互不知道對方。',
  required: '設定檔要求 ledgerRequired，但沒有設定 MEMBERLOAD_LEDGER_URL。',
  requiredHint: '請把 MEMBERLOAD_LEDGER_URL 設為團隊共用的地址。',
  emptyAddress: (variable) => `${variable} 設定了，但是空的：沒有說明共用帳本在哪裏。`,
  emptyAddressHint: '請寫上地址；只用這台電腦的帳本時，請取消這個變數。',
  secretInSchedule: 'MEMBERLOAD_LEDGER_URL 不能寫進定時工作：它帶有密碼，或者不是地址。',
  secretInScheduleHint: '請把地址放進一個檔案（chmod 600），改用 MEMBERLOAD_LEDGER_URL_FILE 指定這個檔案，再輸入一次。',

  usedShared: (place, account) =>
    `這個資料夾的帳本曾為 ${account} 使用共用帳本 ${place}。在那裏入賬了甚麼，這裏不知道，所以不再入賬。`,
  wasMoved: (place) => `這個資料夾的帳本已移到 ${place}。在那裏入賬了甚麼，這裏不知道，所以不再入賬。`,
  useSharedHint: '請把 MEMBERLOAD_LEDGER_URL 設為那個地址。',

  noLedger: (place) => `${place} 還沒有帳本。`,
  noLedgerHint: '請用可以建立 schema 的角色建立一次：memberload ledger init',
  needsUpgrade: (place, version, needed) =>
    `${place} 的帳本由較舊版本的 memberload 建立（版本 ${version}，這裏需要 ${needed}）。`,
  needsUpgradeHint: '請用建立它的角色升級：memberload ledger init',
  tooNew: (place, version, known) =>
    `${place} 的帳本由較新版本的 memberload 建立（版本 ${version}，這裏只認到 ${known}）。`,
  tooNewHint: '請安裝較新的 memberload。沒有改動任何東西。',
  oldServer: (place, version) => `${place} 是 PostgreSQL ${version}。共用帳本需要 PostgreSQL 15 或更新的版本。`,
  oldServerHint: '請升級伺服器，或用 MEMBERLOAD_LEDGER_URL 指定另一台。',
  isStandby: (place) => `${place} 是備用副本：那裏讀到的可能比已傳送的舊。`,
  isStandbyHint: '請讓 MEMBERLOAD_LEDGER_URL 指向主資料庫。',

  damaged: (place, why) => `共用帳本 ${place} 已損壞：${why}。`,
  damagedHint: '不再傳送。請先人手核對那之後入賬了甚麼，再放回備份。',
  failed: (place, why) => `共用帳本 ${place} 無法讀寫：${why}。`,
  failedHint: '不再傳送。資料庫恢復之後，請繼續：memberload resume',
  unreachable: (place, why) => `共用帳本 ${place} 無法使用：${why}。`,
  unreachableHint:
    '請檢查 MEMBERLOAD_LEDGER_URL、密碼（PGPASSFILE，或 MEMBERLOAD_LEDGER_URL_FILE），以及伺服器能否連線。',
  takenOver: '資料庫的另一份副本接替了它：發生了故障切換，或放回了備份。最後傳送的內容可能不在其中',
  failedOver: (place, what) => `共用帳本 ${place} 已不是原來的那個：${what}。有人查看之前不再入賬。`,
  failedOverHint: '查看要核對甚麼，然後繼續：memberload ledger status --accept-failover',
  closed: (place) => `共用帳本 ${place} 已經關閉。`,
  closedHint: '不再傳送。請繼續：memberload resume',

  fsyncOff: 'fsync 關閉了：斷電會遺失或損壞最新的提交',
  fullPageWritesOff: 'full_page_writes 關閉了：斷電可能損壞資料庫',
  asynchronous: (standbyCount) =>
    `有 ${standbyCount} 個備用副本，但沒有 synchronous_standby_names：副本接替時，最新的提交會遺失`,
  mayLose: (place, losses) =>
    `共用帳本 ${place} 可能遺失已經確認的內容：${losses.join('；')}。忘記的入賬可能再做一次，所以不再入賬。`,
  mayLoseHint: '請更正伺服器。願意承擔這個風險的，在 memberload.config.json 裏寫 "ledgerMayLoseCommits": true。',

  startedTooLate: (runId) => `執行 ${runId} 沒有開始：這台機器在此之前與共用帳本失去聯絡太久。`,
  startedTooLateHint: '請再輸入一次同樣的命令。',
  atWork: (runId, who, since) => `執行 ${runId} 正在處理：${who}，由 ${since} 開始。`,
  atWorkHint: '請等它結束；被強行結束的程序，在它的期限過後就會放開。',
  lookingForLife: (runId, who, seconds) => `執行 ${runId} 由 ${who} 開始。正在查看它是否還在工作：最多 ${seconds} 秒。`,
  endedMeanwhile: (runId, isFinished) =>
    `執行 ${runId} 在此期間${isFinished ? '已完成' : '已取消'}：沒有可以繼續的了。`,
  endedMeanwhileHint: (runId, resultPath) =>
    `它的結果檔案：${resultPath}。如果有待核實的行：memberload resolve ${runId}`,
  overtaken: (subject, who, runId, of) => `檢查 ${subject} 的時候，${who} 開始了執行 ${runId}（${of}）。`,
  undoOf: (runId) => `執行 ${runId} 的撤銷`,
  commandOf: (command, inputPath) => `${command}，檔案 ${inputPath}`,
  overtakenHint: '請再輸入一次同樣的命令：那時會與那次執行一起核對。',

  badDataKey: (byteCount) =>
    `MEMBERLOAD_DATA_KEY_FILE 指定的檔案裏沒有 ${byteCount} 位元組的密鑰（base64 或十六進位）。`,
  badDataKeyHint: '做法：openssl rand -base64 32 > memberload.key && chmod 600 memberload.key。所有機器要用同一個。',
  noDataKey: (runId) => `執行 ${runId} 的各行加密存放在共用帳本裏，但這裏沒有設定 MEMBERLOAD_DATA_KEY_FILE。`,
  noDataKeyHint: '請把 MEMBERLOAD_DATA_KEY_FILE 設為所有機器共用的密鑰檔案。',
  otherDataKey: (runId) => `執行 ${runId} 的各行是用另一個密鑰加密的，不是這裏的 MEMBERLOAD_DATA_KEY_FILE。`,
  otherDataKeyHint: '請在所有機器上使用同一個密鑰檔案。',
  stageDamaged: (runId) => `共用帳本裏執行 ${runId} 的各行已不是當初存放的內容。`,
  stageDamagedHint: '不再傳送。請在開始這次執行的機器上繼續。',

  unknownWord: (word) =>
    word === undefined ? 'memberload ledger 後面要寫做甚麼。' : `memberload ledger 沒有 '${word}'。`,
  unknownWordHint: '請輸入：memberload ledger init、status 或 import <資料夾>',
  noShared: (homeFolder) => `沒有設定 MEMBERLOAD_LEDGER_URL：帳本是 ${homeFolder}/ledger.sqlite，會自動建立。`,
  noSharedHint: '要共用帳本，請設定 MEMBERLOAD_LEDGER_URL=postgres://user@host/database',
  made: (place, version, wasThere) => `${place} 的帳本${wasThere ? '已經是' : '現在是'}版本 ${version}。`,
  mayWork: (role) => `${role} 可以使用它。`,
  status: (place, version, details, intentCount) =>
    `帳本 ${place}，版本 ${version}，${details.join('，')}；記錄了 ${intentCount} 筆入賬。`,
  problem: (what) => `問題：${what}。`,
  nobodyAtWork: '沒有人在使用。',
  atWorkNow: '正在使用：',
  workerLine: (who, since, leaseUntil, command) => `${who}，由 ${since} 開始，期限到 ${leaseUntil}：${command}`,
  nothingToAccept: (place) => `${place} 就是已知的那一份：沒有需要接受的。`,
  newestIntent: (when) => `這份帳本所知的最新一筆入賬開始於：${when ?? '沒有'}。`,
  whatToCompare:
    '請在每個帳戶的後台查看那之後由 「API」 做的變動。`memberload runs` 不知道的變動就是遺失的：它的行會再入賬一次。',
  wasAtWork: (who) => `據這份帳本所知，之前在使用的有：${who}。`,
  acceptRisk: '已傳送而這裏沒有的，會重複入賬。',
  accepted: (place) => `從現在起使用 ${place} 的帳本。`,
  importNeedsFolder: 'memberload ledger import 後面要寫帳本所在的資料夾。',
  importNeedsFolderHint: (homeFolder) => `請輸入：memberload ledger import ${homeFolder}`,
  nothingToImport: (folder) => `${folder} 裏沒有帳本。`,
  nothingToImportHint: '請指定有 ledger.sqlite 的 MEMBERLOAD_HOME。',
  unfinished: (folder, runCount, inDoubtCount) =>
    `${folder} 的帳本裏有 ${runCount} 次未完成的執行和 ${inDoubtCount} 行待核實。`,
  unfinishedHint: '甚麼都沒有移入。請先在那裏完成，不設 MEMBERLOAD_LEDGER_URL：resume --all、runs cancel、resolve。',
  importedBefore: (folder) => `${folder} 的帳本之前已經移入。`,
  importedBeforeHint: '沒有改動任何東西。',
  imported: (moved, folder) =>
    `已移入 ${moved.runs} 次執行、${moved.rows} 行和 ${moved.changeTimes} 個變動時間。${folder} 的帳本保留着，從現在起拒絕入賬。`,
};
