import { topic } from '../texts.ts';

/** What commands say around their runs, and what is wrong with a command line. */
export const COMMANDS_TEXTS = {
  // console.ts, run-cli.ts
  error: 'Error:',
  /** `label`: the text above, in colour. */
  failure: (label: string, message: string) => `${label} ${message}`,
  bug: (trace: string) => `A bug of memberload: ${trace}`,
  bugHint: 'What was sent is in the ledger; memberload resume is safe. Please report this with the text above.',

  // command-line.ts
  seeHelp: 'See: memberload --help',
  seeHelpOf: (command: string) => `See: memberload ${command} --help`,
  notTaken: (word: string) => `memberload does not take '${word}'.`,
  notTrueOrFalse: (flag: string, value: string) => `--${flag}: '${value}' is not true or false.`,
  switchHint: (flag: string) => `Write --${flag} alone to switch it on.`,
  needsValue: (flag: string, value: string) => `--${flag} needs a value: <${value}>.`,
  needsValueHint: (flag: string, example: string) => `Write for example --${flag} ${example}.`,
  nameACommand: 'Name a command.',
  isAFile: (word: string) => `'${word}' is a file, and the command is missing.`,
  isAFileHint: (file: string) =>
    `To check the file: memberload validate ${file}\nTo import it: memberload import ${file}`,
  noCommand: (word: string) => `memberload has no command '${word}'.`,
  notTakenBy: (command: string, word: string) => `memberload ${command} does not take '${word}'.`,
  belongsTo: (commands: readonly string[], help: string) => `It belongs to ${commands.join(', ')}. ${help}`,
  needsWord: (command: string, word: string) => `${command} needs ${word}.`,
  /** `choices`: undefined when the word may be anything. */
  needsWordHint: (usage: string, word: string, choices: readonly string[] | undefined) =>
    `Type: ${usage}${choices === undefined ? '' : `. ${word} is one of: ${choices.join(', ')}.`}`,
  notTakenAsWell: (command: string, word: string) => `memberload ${command} does not take '${word}' as well.`,
  typeIt: (usage: string) => `Type: ${usage}`,

  // find-run.ts, next-command.ts, run-command.ts, run-files.ts
  unknownRun: (runId: string) => `There is no run '${runId}'.`,
  unknownRunHint: 'List them with: memberload runs',
  flagsOfRun: ' <the flags that the run began with>',
  exportOfWhat: 'export needs either a file of rows to look up, or --all.',
  exportOfWhatHint: 'Type: memberload export <file>, or memberload export --all -o members.csv',
  standardInput: 'standard input',

  // session.ts, stop-signals.ts, validate.ts
  carryOnLater: 'Carry on with: memberload resume',
  nothingSent: 'Nothing was sent.',
  stopping: 'Stopping: finishing what is in flight. Press Ctrl-C again to leave at once.',
  notInSandbox: (runId: string, place: string) => `Run ${runId} was begun at ${place}, not in the sandbox.`,
  notInSandboxHint: 'Leave --sandbox away.',
  otherAccount: (runId: string, account: string, now: string) =>
    `Run ${runId} belongs to ${account}, the settings now are those of ${now}.`,
  otherAccountHint: 'Set the credentials and the address that the run began with.',
  otherAddress: (runId: string, origins: readonly string[], now: readonly string[]) =>
    `Run ${runId} was begun at ${origins.join(', ')}; the settings now lead to ${now.join(', ')}.`,
  otherAddressHint: (runId: string) =>
    `Set the address that the run began with. If that one was wrong, or the vendor has moved, give the rest up with: memberload runs cancel ${runId}, and run the result file again with the flags of the run`,
  logInHome: (path: string) => `The log cannot be written to ${path}: it lies in MEMBERLOAD_HOME, where the ledger is.`,
  logInHomeHint: 'Nothing was sent. Name a file elsewhere with --log.',

  // resume.ts
  noUnfinishedRun: 'No unfinished run.',
  allOrOne: '--all carries every unfinished run on.',
  allOrOneHint: 'Leave the run or --all away.',
  run: (runId: string) => `Run ${runId}:`,
  leftAlone: (runId: string, why: 'credentials' | 'errors' | 'question') => {
    const reasons = {
      credentials: 'the vendor refused the credentials',
      errors: 'it was stopped by errors',
      question: 'nobody has answered its question, whether it may write',
    };
    return `Run ${runId} is left alone: ${reasons[why]}.`;
  },
  carryOn: (runId: string) => `Carry it on with: memberload resume ${runId}`,
  hasEnded: (runId: string, how: 'finished' | 'cancelled') =>
    `Run ${runId} ${how === 'finished' ? 'has finished' : 'was cancelled'}: nothing is left to carry on.`,
  hasEndedHint: (runId: string, resultPath: string) =>
    resultPath === ''
      ? 'Its rows were dropped by runs prune.'
      : `Its result file: ${resultPath}. Its rows in doubt, if any: memberload resolve ${runId}`,

  // report.ts
  noRunToReport: 'There is no run yet, so there is nothing to report.',
  reportOf: (runId: string, command: string, state: string) => `Report of run ${runId} (${command}, ${state}):`,
  reportInHome: (path: string) =>
    `The report cannot be written to ${path}: it lies in MEMBERLOAD_HOME, where the ledger is.`,
  nameAnotherOutput: 'Name a file elsewhere with -o.',

  // runs.ts
  states: {
    running: 'running',
    paused: 'paused',
    stopped: 'stopped',
    interrupted: 'interrupted',
    finished: 'finished',
    cancelled: 'cancelled',
  },
  olderThanAlone: '--older-than belongs to prune.',
  olderThanAloneHint: 'Type: memberload runs prune --older-than 90d',
  prunedRun: (runId: string, command: string) =>
    `Run ${runId}: ${command}, finished; its rows were dropped by runs prune.`,
  pruned: (runCount: number, age: string, folderCount: number) =>
    `${runCount} runs that ended more than ${age} ago were dropped, ${folderCount} folders removed. What they credited is still known: a credit is not given twice.`,
  cancelWhat: 'cancel needs the run.',
  cancelWhatHint: 'List the unfinished runs with: memberload runs',
  cancelEnded: (runId: string) => `Run ${runId} has ended already: there is nothing to give up.`,
  writeResult: (runId: string) => `Write its result with: memberload resume ${runId}`,
  givenUp: (runId: string, rowCount: number) =>
    `Run ${runId} is given up: ${rowCount === 1 ? '1 row' : `${rowCount} rows`} will not be sent.`,
  resultFile: (path: string) => `Result file: ${path}`,
  doubtsStay: (runId: string, rowCount: number) =>
    `${rowCount} rows in doubt stay to be decided: memberload resolve ${runId}`,
  noRuns: 'No runs yet.',
  rowsOfRun: (rowCount: string) => `${rowCount} rows`,
  calls: 'Calls:',
  runIs: (runId: string, command: string, state: string, begun: string, zone: string) =>
    `Run ${runId}: ${command}, ${state}, begun ${begun} (times of ${zone})`,
  placeOfRun: (place: string) => `Place: ${place}`,
  inputOfRun: (path: string, sha256: string) => `Input: ${path} (sha256 ${sha256})`,
  settingsOfRun: (settings: readonly string[]) => `Settings: ${settings.join(', ')}`,
  takesBack: (runId: string) => `Takes back run ${runId}.`,
  takenBackBy: (runId: string, state: string, doneCount: number, rowCount: number) =>
    `Taken back by run ${runId} (${state}): ${doneCount} of ${rowCount} rows.`,
  /** `number`: '' when the row has none. */
  rowInDoubt: ({
    row,
    number,
    customerUid,
    points,
    balance,
    time,
    messages,
  }: {
    readonly row: number;
    readonly number: string;
    readonly customerUid: string;
    readonly points: string;
    readonly balance: string;
    readonly time: string;
    readonly messages: readonly string[];
  }) =>
    `Row ${row} in doubt: ${number === '' ? '' : `number ${number}, `}customerUid ${customerUid}, points ${points}, balance ${balance}, dataChangeTime ${time}. ${messages.join(' ')}`,
  ifKilled: (runId: string) =>
    `If its process has ended without a word (a power cut, a kill), carry the run on: memberload resume ${runId}`,
  decideThem: (runId: string) => `Decide them with: memberload resolve ${runId}`,

  // undo.ts
  undoWhat: 'undo needs the run.',
  resultWhat: 'result needs the run.',
  listRuns: 'List the runs with: memberload runs',
  creditsPruned: (runId: string) =>
    `Run ${runId} was dropped by runs prune: where its rows were credited is not known any more.`,
  creditsPrunedHint: 'Credit the opposite amounts with a top-up of your own.',

  // sandbox.ts, schedule.ts
  sandboxListens: (url: string, folder: string) =>
    `The sandbox listens at ${url}; its state is kept in ${folder}. Stop it with Ctrl-C.`,
  scheduleHint:
    'resume does nothing when no run is unfinished, and needs the same settings as the run: keep them in the config file of this folder and in key files, never on a command line.',
  /** Comments among the lines: they begin as comments do there. */
  scheduleLines: {
    cron: (time: string) => `# cron: crontab -e. ${time}`,
    environment: [
      '# KYBIO_BASE_URL, KYBIO_APP_ID, KYBIO_APP_KEY_FILE and the like, one a line, in a file with mode 0600. The dash:',
      '# the file may be missing, when the config file in the folder has it all.',
    ],
    paused: '# 6: paused until tomorrow, as planned',
    timer: '# ~/.config/systemd/user/memberload.timer, then: systemctl --user enable --now memberload.timer',
    linger: '# It works only while you are logged in, until you type once: loginctl enable-linger',
    windows: (time: string) => `:: Windows Task Scheduler. ${time}`,
    save: (script: string) => `:: Save the next lines as ${script} (UTF-8):`,
    thenType: ':: Then type once:',
    tooLong: (script: string) =>
      `:: ${script} is too long a path for a task: move the folder to a shorter one, and type this command there.`,
    keys: ':: Keys stay in files that the config file names: a variable set with setx can be read by every program of this user.',
  },
  scheduleTime: (localTime: string, localZone: string, quotaTime: string, quotaZone: string) =>
    `${localTime} here (${localZone}) is ${quotaTime} in ${quotaZone}, or up to an hour later in the other half of the year.`,
};

export const commandTexts = topic('commands', COMMANDS_TEXTS);
