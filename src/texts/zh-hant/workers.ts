import type { WORKERS } from '../workers.ts';

export const workers: typeof WORKERS = {
  needsShared: (flag) => `${flag} 需要共享帳本，但沒有設定 MEMBERLOAD_LEDGER_URL。`,
  needsSharedHint: '什麼都沒有發送。單機帳本只有一個寫入者：請去掉這個參數。',
  needsKey: (flag) => `${flag} 會把各列加密後放進共享帳本，但沒有設定 MEMBERLOAD_DATA_KEY_FILE。`,
  needsKeyHint: '什麼都沒有發送。請指定所有機器共用的金鑰檔；做法見 memberload help many-machines',
  notInSandbox: (flag) => `${flag} 不能和 --sandbox 一起用：每個程序會各有一個沙盒。`,
  notInSandboxHint: '什麼都沒有發送。請先執行 memberload sandbox，再使用它輸出的設定。',
  notBoth: '--workers 和 --detach 不能一起用：交出的列由 worker 發送。',
  notBothHint: '什麼都沒有發送。請去掉其中一個。',
  needsYes: '--detach 把匯入交給 worker，第一次寫入之前沒有人可以確認。',
  needsYesHint: '什麼都沒有發送。請先用 --dry-run 查看，再加上 -y。',
  handedOut: (runId) => `執行 ${runId} 已交給 worker。`,
  howToFollow: (runId) => `查看進度：memberload runs ${runId}。取得結果：memberload result ${runId}`,
  stillHandedOut: (runId) => `同一檔案的執行 ${runId} 已交給 worker，還沒有完成。`,
  stillHandedOutHint: (runId) =>
    `什麼都沒有發送。查看進度：memberload runs ${runId}。改為在這裡繼續：memberload resume ${runId}`,
  leftToWorkers: (runId) => `執行 ${runId} 由 worker 處理。改為在這裡繼續：memberload resume ${runId}`,
  noAccounts: (configPath) =>
    `沒有可處理的帳戶：${configPath === undefined ? '沒有找到設定檔，也沒有找到任何一方的設定' : `${configPath} 裡沒有任何金鑰`}。`,
  noAccountsHint: '什麼都沒有發送。請用 memberload init 建立設定',
  serves: (places, runs) => `正在處理：${places.join('、')}；最多同時處理 ${runs} 次執行。按 Ctrl-C 平穩結束。`,
  sliceDone: (runId, from, to, seconds) => `執行 ${runId}：第 ${from} 到 ${to} 列用 ${seconds} 秒完成。`,
  readDone: (runId) => `執行 ${runId}：讀取完成。`,
  sliceLeft: (runId, from, to, why) => `執行 ${runId}：第 ${from} 到 ${to} 列留下：${why}。`,
  endedAs: (runId, state) => `執行 ${runId}：${state}。`,
  jobFailed: (message) => `一項任務失敗，稍後會再來：${message}`,
  nightlyEnded: (name, exitCode, runId) =>
    exitCode === 0 ? `每晚匯入 ${name} 已開始：執行 ${runId}。` : `每晚匯入 ${name} 沒有開始：結束碼 ${exitCode}。`,
  leaseLost: '這個 worker 與共享帳本失去聯繫太久，別人已接手它的工作。',
  leaseLostHint: '不再發送任何內容。請重新啟動。',
  queueFailed: '共享帳本裡的任務佇列無法寫入：這個 worker 不會再得到任務。',
  queueFailedHint: '不再發送任何內容。請檢查資料庫，然後重新啟動 worker。',
  nothingToHelp: (runId) => `執行 ${runId} 沒有這個程序可以發送的部分。`,
  interrupted: '這個 worker 被要求停止',
  atWork: (who, slices) => (slices === 0 ? `正在處理：${who}。` : `正在處理：${who}，${slices} 部分。`),
  hasDone: (who, rows) => `${who} 處理了 ${rows} 列。`,
};
