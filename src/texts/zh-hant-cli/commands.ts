import type { Catalogue } from '../texts.ts';

export const commands: Catalogue['commands'] = {
  error: '錯誤：',
  failure: (label, message) => `${label}${message}`,
  bug: (trace) => `memberload 的程式錯誤：${trace}`,
  bugHint: '已傳送的內容都記在帳本里；用 memberload resume 繼續是安全的。請連同上面的文字回報給我們。',

  seeHelp: '請看：memberload --help',
  seeHelpOf: (command) => `請看：memberload ${command} --help`,
  notTaken: (word) => `memberload 沒有 '${word}' 這個選項。`,
  notTrueOrFalse: (flag, value) => `--${flag}：'${value}' 不是 true 或 false。`,
  switchHint: (flag) => `要啟用，只寫 --${flag} 即可。`,
  needsValue: (flag, value) => `--${flag} 後面要寫一個值：<${value}>。`,
  needsValueHint: (flag, example) => `例如寫成 --${flag} ${example}。`,
  nameACommand: '請寫出命令。',
  isAFile: (word) => `'${word}' 是檔案，沒有寫命令。`,
  isAFileHint: (file) => `檢查這個檔案：memberload validate ${file}\n匯入這個檔案：memberload import ${file}`,
  noCommand: (word) => `memberload 沒有 '${word}' 這個命令。`,
  notTakenBy: (command, word) => `memberload ${command} 沒有 '${word}' 這個選項。`,
  belongsTo: (names, help) => `它屬於 ${names.join('、')}。${help}`,
  needsWord: (command, word) => `${command} 還需要 ${word}。`,
  needsWordHint: (usage, word, choices) =>
    `請輸入：${usage}${choices === undefined ? '' : `。${word} 可以是：${choices.join('、')}。`}`,
  notTakenAsWell: (command, word) => `memberload ${command} 後面不能再寫 '${word}'。`,
  typeIt: (usage) => `請輸入：${usage}`,

  unknownRun: (runId) => `沒有編號為 '${runId}' 的執行。`,
  unknownRunHint: '列出所有執行：memberload runs',
  flagsOfRun: ' <開始時的選項>',
  exportOfWhat: 'export 要麼寫出要查詢的檔案，要麼寫 --all。',
  exportOfWhatHint: '請輸入：memberload export <檔案>，或 memberload export --all -o members.csv',
  standardInput: '標準輸入',

  carryOnLater: '繼續請輸入：memberload resume',
  nothingSent: '沒有傳送任何資料。',
  stopping: '正在停止：等已發出的呼叫完成。再按一次 Ctrl-C 立即退出。',
  notInSandbox: (runId, place) => `執行 ${runId} 是在 ${place} 開始的，不在沙盒中。`,
  notInSandboxHint: '請去掉 --sandbox。',
  otherAccount: (runId, account, now) => `執行 ${runId} 屬於 ${account}，而現在的設定是 ${now}。`,
  otherAccountHint: '請改回這次執行開始時的帳戶憑證和網址。',
  otherAddress: (runId, origins, now) =>
    `執行 ${runId} 是在 ${origins.join('、')} 開始的，而現在的設定指向 ${now.join('、')}。`,
  otherAddressHint: (runId) =>
    `請改回這次執行開始時的網址。如果當時的網址有誤，或對方換了網址，請放棄其餘的行：memberload runs cancel ${runId}，再用同樣的選項執行結果檔案`,
  logInHome: (path) => `日誌不能寫到 ${path}：它在 MEMBERLOAD_HOME 中，那裏存放帳本。`,
  logInHomeHint: '沒有傳送任何資料。請用 --log 指定別處的檔案。',

  noUnfinishedRun: '沒有未完成的執行。',
  allOrOne: '--all 會繼續所有未完成的執行。',
  allOrOneHint: '請去掉執行編號，或去掉 --all。',
  run: (runId) => `執行 ${runId}：`,
  leftAlone: (runId, why) =>
    `沒有繼續執行 ${runId}：${{ credentials: '對方拒絕了帳戶憑證', errors: '它因錯誤而停止', question: '是否可以寫入的問題還沒有人回答' }[why]}。`,
  carryOn: (runId) => `繼續請輸入：memberload resume ${runId}`,
  hasEnded: (runId, how) => `執行 ${runId} ${how === 'finished' ? '已經完成' : '已經放棄'}，沒有可以繼續的行。`,
  hasEndedHint: (runId, resultPath) =>
    resultPath === ''
      ? '各行的情況已被 runs prune 清理。'
      : `結果檔案：${resultPath}。如有待核實的行：memberload resolve ${runId}`,

  noRunToReport: '還沒有執行過，沒有可以報告的內容。',
  reportOf: (runId, command, state) => `執行 ${runId}（${command}，${state}）的報告：`,
  reportInHome: (path) => `報告不能寫到 ${path}：它在 MEMBERLOAD_HOME 中，那裏存放帳本。`,
  nameAnotherOutput: '請用 -o 指定別處的檔案。',

  states: {
    running: '執行中',
    paused: '已暫停',
    stopped: '已停止',
    interrupted: '已中斷',
    finished: '已完成',
    cancelled: '已放棄',
  },
  olderThanAlone: '--older-than 要與 prune 一起用。',
  olderThanAloneHint: '請輸入：memberload runs prune --older-than 90d',
  prunedRun: (runId, command) => `執行 ${runId}：${command}，已完成；各行的情況已被 runs prune 清理。`,
  pruned: (runCount, age, folderCount) =>
    `清理了 ${age} 前結束的 ${runCount} 次執行，刪除了 ${folderCount} 個資料夾。已入賬的仍然記得，不會重複入賬。`,
  cancelWhat: 'cancel 後面要寫執行編號。',
  cancelWhatHint: '列出未完成的執行：memberload runs',
  cancelEnded: (runId) => `執行 ${runId} 已經結束，沒有可以放棄的行。`,
  writeResult: (runId) => `寫出它的結果：memberload resume ${runId}`,
  givenUp: (runId, rowCount) => `已放棄執行 ${runId}：${rowCount} 行不會傳送。`,
  resultFile: (path) => `結果檔案：${path}`,
  doubtsStay: (runId, rowCount) => `還有 ${rowCount} 行待核實：memberload resolve ${runId}`,
  noRuns: '還沒有執行過。',
  rowsOfRun: (rowCount) => `${rowCount} 行`,
  calls: '呼叫次數：',
  runIs: (runId, command, state, begun, zone) => `執行 ${runId}：${command}，${state}，開始於 ${begun}（${zone} 時區）`,
  placeOfRun: (place) => `位置：${place}`,
  inputOfRun: (path, sha256) => `輸入檔案：${path}（sha256 ${sha256}）`,
  settingsOfRun: (settings) => `設定：${settings.join('，')}`,
  takesBack: (runId) => `它撤銷的是執行 ${runId}。`,
  takenBackBy: (runId, state, doneCount, rowCount) =>
    `已由執行 ${runId}（${state}）撤銷：${rowCount} 行中的 ${doneCount} 行。`,
  rowInDoubt: ({ row, number, customerUid, points, balance, time, messages }) =>
    `第 ${row} 行待核實：${number === '' ? '' : `會員編號 ${number}，`}customerUid ${customerUid}，積分 ${points}，餘額 ${balance}，dataChangeTime ${time}。${messages.join('')}`,
  ifKilled: (runId) => `如果程式已意外結束（斷電、被強制關閉），繼續這次執行：memberload resume ${runId}`,
  decideThem: (runId) => `請逐行確認：memberload resolve ${runId}`,

  resultWhat: 'result 後面要寫執行編號。',
  undoWhat: 'undo 後面要寫執行編號。',
  listRuns: '列出所有執行：memberload runs',
  creditsPruned: (runId) => `執行 ${runId} 已被 runs prune 清理：已經查不到它為誰入了賬。`,
  creditsPrunedHint: '請自己做一個數額相反的檔案，用 topup 入賬。',

  sandboxListens: (url, folder) => `沙盒的網址是 ${url}，狀態儲存在 ${folder}。按 Ctrl-C 停止。`,
  scheduleHint:
    '沒有未完成的執行時，resume 什麼也不做。它需要與執行相同的設定：請放在這個資料夾的設定檔案和密鑰檔案裏，不要寫在命令列上。',
  scheduleLines: {
    cron: (time) => `# cron：crontab -e。${time}`,
    environment: [
      '# 把 KYBIO_BASE_URL、KYBIO_APP_ID、KYBIO_APP_KEY_FILE 等寫進一個權限為 0600 的檔案，每行一個。前面的短橫表示：',
      '# 如果這個資料夾的設定檔案裏都有，可以沒有這個檔案。',
    ],
    paused: '# 6：按計劃暫停到明天',
    timer: '# ~/.config/systemd/user/memberload.timer，然後輸入：systemctl --user enable --now memberload.timer',
    linger: '# 只在您登入期間有效，除非輸入一次：loginctl enable-linger',
    windows: (time) => `:: Windows 工作排程器。${time}`,
    save: (script) => `:: 把下面幾行存成 ${script}（UTF-8）：`,
    thenType: ':: 然後輸入一次：',
    tooLong: (script) => `:: ${script} 的路徑太長，任務用不了：請把資料夾移到較短的路徑，再在那裏輸入這個命令。`,
    keys: ':: 密鑰請放在設定檔案指明的檔案裏：用 setx 設定的變數，這個用戶的所有程式都能讀取。',
  },
  scheduleTime: (localTime, localZone, quotaTime, quotaZone) =>
    `本機的 ${localTime}（${localZone}）是 ${quotaZone} 的 ${quotaTime}，夏令時變動時最多晚一小時。`,
};
