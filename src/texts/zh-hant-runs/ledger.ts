import type { Catalogue } from '../texts.ts';

export const ledger: Catalogue['ledger'] = {
  inUse: (path, holder) =>
    `另一個 memberload 正在使用 ${path}${
      holder === undefined ? '' : `（程序 ${holder.pid}，'${holder.command}'，由 ${holder.since} 開始）`
    }。`,
  inUseHint: '請等它結束，或按 Ctrl-C 停止它：它會完成已發出的呼叫。兩個同時執行可能重複入賬。',

  otherPragma: (name, actual, expected) => `SQLite 的 ${name} 是 '${actual}'，而保證入賬安全需要 '${expected}'。`,
  otherPragmaHint: '請把 MEMBERLOAD_HOME 設為本機磁碟上的資料夾（不要用網絡共用）。',
  notALedger: (path) => `${path} 是資料庫，但不是 memberload 的帳本。`,
  notALedgerHint: '請把 MEMBERLOAD_HOME 設為另一個資料夾，或放回正確的帳本。沒有改動任何東西。',
  tooNew: (path, version, known) =>
    `${path} 由較新版本的 memberload 寫成（帳本版本 ${version}，這裏只認到 ${known}）。`,
  tooNewHint: '請重新安裝較新的 memberload。沒有改動任何東西。',
  needsUpgrade: (path, version, needed) =>
    `${path} 由較舊版本的 memberload 寫成（帳本版本 ${version}，這裏需要 ${needed}）。`,
  needsUpgradeHint: '匯入、加積分餘額、匯出或繼續執行的命令都會升級它。請先備份這個資料夾。',

  failed: (path, why) => `帳本 ${path} 無法讀寫：${why}。`,
  failedHint:
    '不再傳送。請騰出磁碟空間或修好磁碟，然後繼續：memberload resume（如果沒有未完成的執行，請再次輸入原來的命令）',
  notUsable: (path, why) => `帳本 ${path} 無法使用：${why}。`,
  notUsableHint: '請確認資料夾可以寫入、磁碟沒有滿，或把 MEMBERLOAD_HOME 設為另一個資料夾。',
  damaged: (path, why) => `帳本 ${path} 已損壞：${why}。`,
  damagedHint: '帳本保持原樣。請放回備份；或先人手核對最後一次執行入賬了甚麼，再把 MEMBERLOAD_HOME 設為新的資料夾。',

  older: (path, found) => `帳本 ${path} 可能比已傳送的內容舊：${found}。用它傳送可能為會員重複入賬，所以不再入賬。`,
  olderHint: '請放回最新的帳本。如果沒有：請對照後台核對那之後入賬了甚麼，然後輸入：memberload doctor --accept-ledger',
  knowsFewer: (counted, marked) =>
    `它只有 ${counted} 筆入賬，而這裏記錄過 ${marked} 筆。可能是放回了舊的副本，或最新的部分遺失了`,
  markMissing: '旁邊的 ledger.mark 不見了，無法知道它是不是最新的',
  markUnreadable: '旁邊的 ledger.mark 無法讀取，無法知道它是不是最新的',

  stageFailed: (why) => `這次執行自己的檔案（輸入的副本和讀取到的內容）無法讀寫：${why}。`,
};
