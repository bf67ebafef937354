import type { Catalogue } from '../texts.ts';

export const commands: Catalogue['commands'] = {
  error: '错误：',
  failure: (label, message) => `${label}${message}`,
  bug: (trace) => `memberload 的程序错误：${trace}`,
  bugHint: '已发送的内容都记在账本里；用 memberload resume 继续是安全的。请连同上面的文字反馈给我们。',

  seeHelp: '请看：memberload --help',
  seeHelpOf: (command) => `请看：memberload ${command} --help`,
  notTaken: (word) => `memberload 没有 '${word}' 这个选项。`,
  notTrueOrFalse: (flag, value) => `--${flag}：'${value}' 不是 true 或 false。`,
  switchHint: (flag) => `要启用，只写 --${flag} 即可。`,
  needsValue: (flag, value) => `--${flag} 后面要写一个值：<${value}>。`,
  needsValueHint: (flag, example) => `例如写成 --${flag} ${example}。`,
  nameACommand: '请写出命令。',
  isAFile: (word) => `'${word}' 是文件，没有写命令。`,
  isAFileHint: (file) => `检查这个文件：memberload validate ${file}\n导入这个文件：memberload import ${file}`,
  noCommand: (word) => `memberload 没有 '${word}' 这个命令。`,
  notTakenBy: (command, word) => `memberload ${command} 没有 '${word}' 这个选项。`,
  belongsTo: (names, help) => `它属于 ${names.join('、')}。${help}`,
  needsWord: (command, word) => `${command} 还需要 ${word}。`,
  needsWordHint: (usage, word, choices) =>
    `请输入：${usage}${choices === undefined ? '' : `。${word} 可以是：${choices.join('、')}。`}`,
  notTakenAsWell: (command, word) => `memberload ${command} 后面不能再写 '${word}'。`,
  typeIt: (usage) => `请输入：${usage}`,

  unknownRun: (runId) => `没有编号为 '${runId}' 的运行。`,
  unknownRunHint: '列出所有运行：memberload runs',
  flagsOfRun: ' <开始时的选项>',
  exportOfWhat: 'export 要么写出要查询的文件，要么写 --all。',
  exportOfWhatHint: '请输入：memberload export <文件>，或 memberload export --all -o members.csv',
  standardInput: '标准输入',

  carryOnLater: '继续请输入：memberload resume',
  nothingSent: '没有发送任何数据。',
  stopping: '正在停止：等已发出的调用完成。再按一次 Ctrl-C 立即退出。',
  notInSandbox: (runId, place) => `运行 ${runId} 是在 ${place} 开始的，不在沙盒中。`,
  notInSandboxHint: '请去掉 --sandbox。',
  otherAccount: (runId, account, now) => `运行 ${runId} 属于 ${account}，而现在的设置是 ${now}。`,
  otherAccountHint: '请改回这次运行开始时的账户凭证和网址。',
  otherAddress: (runId, origins, now) =>
    `运行 ${runId} 是在 ${origins.join('、')} 开始的，而现在的设置指向 ${now.join('、')}。`,
  otherAddressHint: (runId) =>
    `请改回这次运行开始时的网址。如果当时的网址有误，或对方换了网址，请放弃其余的行：memberload runs cancel ${runId}，再用同样的选项运行结果文件`,
  logInHome: (path) => `日志不能写到 ${path}：它在 MEMBERLOAD_HOME 中，那里存放账本。`,
  logInHomeHint: '没有发送任何数据。请用 --log 指定别处的文件。',

  noUnfinishedRun: '没有未完成的运行。',
  allOrOne: '--all 会继续所有未完成的运行。',
  allOrOneHint: '请去掉运行编号，或去掉 --all。',
  run: (runId) => `运行 ${runId}：`,
  leftAlone: (runId, why) =>
    `没有继续运行 ${runId}：${{ credentials: '对方拒绝了账户凭证', errors: '它因错误而停止', question: '是否可以写入的问题还没有人回答' }[why]}。`,
  carryOn: (runId) => `继续请输入：memberload resume ${runId}`,
  hasEnded: (runId, how) => `运行 ${runId} ${how === 'finished' ? '已经完成' : '已经放弃'}，没有可以继续的行。`,
  hasEndedHint: (runId, resultPath) =>
    resultPath === ''
      ? '各行的情况已被 runs prune 清理。'
      : `结果文件：${resultPath}。如有待核实的行：memberload resolve ${runId}`,

  noRunToReport: '还没有运行过，没有可以报告的内容。',
  reportOf: (runId, command, state) => `运行 ${runId}（${command}，${state}）的报告：`,
  reportInHome: (path) => `报告不能写到 ${path}：它在 MEMBERLOAD_HOME 中，那里存放账本。`,
  nameAnotherOutput: '请用 -o 指定别处的文件。',

  states: {
    running: '运行中',
    paused: '已暂停',
    stopped: '已停止',
    interrupted: '已中断',
    finished: '已完成',
    cancelled: '已放弃',
  },
  olderThanAlone: '--older-than 要与 prune 一起用。',
  olderThanAloneHint: '请输入：memberload runs prune --older-than 90d',
  prunedRun: (runId, command) => `运行 ${runId}：${command}，已完成；各行的情况已被 runs prune 清理。`,
  pruned: (runCount, age, folderCount) =>
    `清理了 ${age} 前结束的 ${runCount} 次运行，删除了 ${folderCount} 个文件夹。已入账的仍然记得，不会重复入账。`,
  cancelWhat: 'cancel 后面要写运行编号。',
  cancelWhatHint: '列出未完成的运行：memberload runs',
  cancelEnded: (runId) => `运行 ${runId} 已经结束，没有可以放弃的行。`,
  writeResult: (runId) => `写出它的结果：memberload resume ${runId}`,
  givenUp: (runId, rowCount) => `已放弃运行 ${runId}：${rowCount} 行不会发送。`,
  resultFile: (path) => `结果文件：${path}`,
  doubtsStay: (runId, rowCount) => `还有 ${rowCount} 行待核实：memberload resolve ${runId}`,
  noRuns: '还没有运行过。',
  rowsOfRun: (rowCount) => `${rowCount} 行`,
  calls: '调用次数：',
  runIs: (runId, command, state, begun, zone) => `运行 ${runId}：${command}，${state}，开始于 ${begun}（${zone} 时区）`,
  placeOfRun: (place) => `位置：${place}`,
  inputOfRun: (path, sha256) => `输入文件：${path}（sha256 ${sha256}）`,
  settingsOfRun: (settings) => `设置：${settings.join('，')}`,
  takesBack: (runId) => `它撤销的是运行 ${runId}。`,
  takenBackBy: (runId, state, doneCount, rowCount) =>
    `已由运行 ${runId}（${state}）撤销：${rowCount} 行中的 ${doneCount} 行。`,
  rowInDoubt: ({ row, number, customerUid, points, balance, time, messages }) =>
    `第 ${row} 行待核实：${number === '' ? '' : `会员号 ${number}，`}customerUid ${customerUid}，积分 ${points}，余额 ${balance}，dataChangeTime ${time}。${messages.join('')}`,
  ifKilled: (runId) => `如果程序已意外结束（断电、被强制关闭），继续这次运行：memberload resume ${runId}`,
  decideThem: (runId) => `请逐行确认：memberload resolve ${runId}`,

  resultWhat: 'result 后面要写运行编号。',
  undoWhat: 'undo 后面要写运行编号。',
  listRuns: '列出所有运行：memberload runs',
  creditsPruned: (runId) => `运行 ${runId} 已被 runs prune 清理：已经查不到它为谁入了账。`,
  creditsPrunedHint: '请自己做一个数额相反的文件，用 topup 入账。',

  sandboxListens: (url, folder) => `沙盒的网址是 ${url}，状态保存在 ${folder}。按 Ctrl-C 停止。`,
  scheduleHint:
    '没有未完成的运行时，resume 什么也不做。它需要与运行相同的设置：请放在这个文件夹的设置文件和密钥文件里，不要写在命令行上。',
  scheduleLines: {
    cron: (time) => `# cron：crontab -e。${time}`,
    environment: [
      '# 把 KYBIO_BASE_URL、KYBIO_APP_ID、KYBIO_APP_KEY_FILE 等写进一个权限为 0600 的文件，每行一个。前面的短横表示：',
      '# 如果这个文件夹的设置文件里都有，可以没有这个文件。',
    ],
    paused: '# 6：按计划暂停到明天',
    timer: '# ~/.config/systemd/user/memberload.timer，然后输入：systemctl --user enable --now memberload.timer',
    linger: '# 只在您登录期间有效，除非输入一次：loginctl enable-linger',
    windows: (time) => `:: Windows 任务计划程序。${time}`,
    save: (script) => `:: 把下面几行存成 ${script}（UTF-8）：`,
    thenType: ':: 然后输入一次：',
    tooLong: (script) => `:: ${script} 的路径太长，任务用不了：请把文件夹移到较短的路径，再在那里输入这个命令。`,
    keys: ':: 密钥请放在设置文件指明的文件里：用 setx 设置的变量，这个用户的所有程序都能读取。',
  },
  scheduleTime: (localTime, localZone, quotaTime, quotaZone) =>
    `本机的 ${localTime}（${localZone}）是 ${quotaZone} 的 ${quotaTime}，夏令时变动时最多晚一小时。`,
};
