import type { RunState } from '../ledger/ledger.ts';
import type { RowStatus } from '../result/run-document.ts';
import type { Asked, CauseText, Happened } from './texts.ts';

const COMMANDS: Readonly<Record<string, string>> = {
  import: 'Import',
  topup: 'Top-up',
  export: 'Export',
  undo: 'Undo of a top-up',
};

/** Our own codes, `HTTP` for any HTTP status, `VENDOR` for any code of a vendor, `OTHER` where there is no code. */
const CAUSES: Readonly<Record<string, CauseText>> = {
  REQUIRED: { title: 'A column that the row needs is blank', fix: 'Fill the cell in.' },
  NOT_A_DECIMAL: {
    title: 'Not a plain number',
    fix: 'Write digits with a point before the decimals: 1250 or 12.50.',
  },
  OUT_OF_RANGE: { title: 'A number outside what the column may hold', fix: 'Correct the number.' },
  TOO_LONG: { title: 'More characters than the vendor takes', fix: 'Shorten the text.' },
  NOT_ALLOWED: { title: 'A word that the column may not hold', fix: 'Write the word that the message suggests.' },
  BAD_DATE: {
    title: 'A date that does not exist or can be read in two ways',
    fix: 'Write it as 1990-01-05, or say --date-format.',
  },
  BAD_PHONE: { title: 'Cannot be a phone number', fix: 'Correct it, or write it with its country code.' },
  BAD_EMAIL: { title: 'Not one e-mail address', fix: 'Correct it, or leave the cell blank.' },
  BAD_ID: { title: 'Not a valid id', fix: 'Copy the id from an export.' },
  EXCEL_DAMAGED: {
    title: 'A spreadsheet has damaged the value',
    fix: 'Take the value from the original system again, with the column as text.',
  },
  DUPLICATE_ROW: {
    title: 'A member, a reference or a time is given twice',
    fix: 'Keep one of the rows, or say --on-duplicate allow if a member is meant twice.',
  },
  WRONG_COLUMN_COUNT: {
    title: 'More or fewer cells than the header has',
    fix: 'Look for a missing quote or a comma too many. Correct the row, and empty its result_status.',
  },
  NOTHING_TO_DO: { title: 'The row changes nothing', fix: 'Fill something in, or delete the row.' },
  MEMBER_NOT_FOUND: {
    title: 'Kybio has no such member',
    fix: 'Correct the number. Or create the member first: import --mode upsert does.',
  },
  CUSTOMER_NOT_FOUND: { title: 'Wonder has no such customer', fix: 'Correct the reference.' },
  CREDITED_BEFORE: {
    title: 'The same credit was given before',
    fix: 'Say what the credit is for: --campaign, or a reference column. Where undo took it back, run the result again.',
  },
  CREDITED_OTHERWISE: {
    title: 'Credited before with other amounts',
    fix: 'Correct the row, or use another campaign or reference.',
  },
  IN_DOUBT: {
    title: 'No answer came, and nothing tells whether it was credited',
    fix: 'Look at the member, then decide the row with resolve.',
  },
  TIMEOUT: {
    title: 'No answer in time',
    fix: 'Run the result file again. A top-up without an answer is in doubt: look at the member first.',
  },
  CONNECTION_FAILED: {
    title: 'The connection failed or broke',
    fix: 'Run the result file again. A top-up without an answer is in doubt: look at the member first.',
  },
  HTTP: {
    title: 'The vendor answered with an HTTP error',
    fix: 'Run the result file again later. 401 and 403 mean the credentials.',
  },
  BAD_RESPONSE: {
    title: 'An answer that could not be read',
    fix: 'Run the result file again. If all rows have it, check the address.',
  },
  RESPONSE_MISMATCH: {
    title: 'The vendor answered about something else than was asked',
    fix: 'Look at the member before anything else is sent.',
  },
  QUOTA_EXHAUSTED: { title: "The day's calls were used up", fix: 'Carry the run on tomorrow.' },
  STOPPED: { title: 'The run stopped before these rows', fix: 'Carry the run on.' },
  VENDOR: { title: 'The vendor refused the row', fix: "Read the vendor's message, and correct the row." },
  OTHER: { title: 'Other reasons', fix: 'Read result_messages in the result file.' },
};

const ACTIONS: Readonly<Record<string, string>> = {
  created: 'created',
  updated: 'updated',
  unchanged: 'unchanged: already so',
  topped_up: 'credited',
  credited_before: 'credited by an earlier run',
  found: 'found',
  upserted: 'created or updated',
};

const WEEKDAYS: readonly [string, string, string, string, string, string, string] = [
  'Mon',
  'Tue',
  'Wed',
  'Thu',
  'Fri',
  'Sat',
  'Sun',
];

const CALL_NAMES: Readonly<Record<string, string>> = {
  'customerOpenApi/add': 'Kybio: create a member',
  'customerOpenApi/updateBaseInfo': 'Kybio: update a member',
  'customerOpenApi/updateBalancePointByIncrement': 'Kybio: credit a member',
  'customerOpenApi/queryByNumber': 'Kybio: find a member by number',
  'customerOpenApi/queryByUid': 'Kybio: find a member by id',
  'customerOpenApi/queryCustomerPages': 'Kybio: read a page of members',
  'openApiLimitAccess/queryDailyAccessTimesLog': "Kybio: read the day's count of calls",
  'POST /customers': 'Wonder: create or update a customer',
  'PUT /customers/:id': 'Wonder: update a customer',
  'GET /customers/ref/:id': 'Wonder: find a customer',
  'GET /customers': 'Wonder: read a page of customers',
};

const SETTING_NAMES: Readonly<Record<string, string>> = {
  command: 'Command',
  targets: 'Vendors',
  mode: 'Mode',
  campaign: 'Campaign',
  columns: 'Fields to export',
  encoding: 'Encoding',
  delimiter: 'Delimiter',
  headerRow: 'Header row',
  sheet: 'Sheet',
  columnMap: 'Mapping',
  dateFormats: 'Date format',
  country: 'Country of phones',
  storeZone: "The store's time zone",
  lookup: 'How records are found',
  changesCategory: 'Changes categories',
  onDuplicate: 'Members given twice',
  skipInvalid: 'Skips invalid rows',
  skipsCredited: 'Skips rows credited before',
  isAgain: 'Credits once more (--again)',
  readsBefore: 'Reads before each credit',
  repeatWindow: 'Same amounts count as the same credit for',
  ignoresResults: 'Ignores result columns',
  rate: 'Rate',
  concurrency: 'Calls at a time',
  timeout: 'Time for a call',
  dailyQuota: 'Calls a day',
  reserve: 'Of these left to others',
  waitsForQuota: 'Waits for the next day',
  quotaZone: "The quota's time zone",
  maxErrors: 'Stops after errors',
};

/** English. */
export const TEXTS = {
  /** For `<html lang>`. */
  locale: 'en',
  /** For the form of numbers and dates. */
  formats: 'en-GB',
  title: (command: string, file: string) => `${COMMANDS[command] ?? command}: ${file}`,
  report: 'Report',
  commands: COMMANDS,
  sandbox: 'SANDBOX',
  sandboxHint: 'Nothing real was touched.',
  asked({ command, rowCount, file, targets, mode, campaign, undoes }: Asked) {
    switch (command) {
      case 'topup':
        return `Credit the ${rowCount} of ${file}${campaign === '' ? '' : `, campaign “${campaign}”`}.`;
      case 'undo':
        return `Take back what run ${undoes} credited: ${rowCount}.`;
      case 'export':
        return `Look up ${rowCount} at ${targets} and write ${file}.`;
      default:
        return `Bring the ${rowCount} of ${file} to ${targets} (${IMPORT_MODES[mode] ?? mode}).`;
    }
  },
  happened: (happened: Happened) => `${outcomeOf(happened)}${toDoOf(happened)}`,
  /** What stands between two sentences. */
  between: ' ',
  states: {
    running: 'at work',
    paused: 'paused',
    stopped: 'stopped',
    interrupted: 'interrupted',
    finished: 'finished',
    cancelled: 'given up',
  } satisfies Readonly<Record<RunState, string>>,
  statuses: {
    done: 'Done',
    invalid: 'Invalid',
    failed: 'Failed',
    in_doubt: 'In doubt',
    not_sent: 'Not sent',
  } satisfies Readonly<Record<RowStatus, string>>,
  statusHints: {
    done: 'confirmed, or already so',
    invalid: 'refused before sending',
    failed: 'refused by the vendor, or certainly not sent',
    in_doubt: 'may or may not have been credited',
    not_sent: 'still to do',
  } satisfies Readonly<Record<RowStatus, string>>,
  doneBefore: (count: string) => `${count} of these by an earlier run`,
  rows: (count: number, text: string) => `${text} ${count === 1 ? 'row' : 'rows'}`,
  run: 'Run',
  begun: 'Begun',
  ended: 'Ended',
  lastChange: 'Last change',
  took: 'Took',
  workers: 'Sent by',
  workerList: (workers: readonly { readonly who: string; readonly rowCount: number }[]) =>
    workers.map(({ who, rowCount }) => `${who} (${rowCount})`).join('; '),
  timesIn: (zone: string) => `All times: ${zone}`,
  duration(seconds: number) {
    if (seconds < 60) return `${Math.round(seconds * 10) / 10} s`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`.replace(' 0 s', '');
    if (seconds < 86_400)
      return `${Math.floor(seconds / 3600)} h ${Math.round((seconds % 3600) / 60)} min`.replace(' 0 min', '');
    return `${Math.round(seconds / 86_400)} ${seconds < 129_600 ? 'day' : 'days'}`;
  },
  sections: {
    rows: 'How the rows ended',
    next: 'What to do next',
    doubts: 'Rows in doubt',
    causes: 'What went wrong, and how to correct it',
    amounts: 'Points and balance',
    spread: 'Which amounts were asked for',
    actions: 'What was done',
    days: 'Days and quota',
    calls: 'Calls',
    columns: 'Columns of the file',
    settings: 'Files and settings',
  },
  next: {
    resume: 'Carry the run on. The input file is not needed any more:',
    resumeAt: (when: string) => `The day's calls are used up. They are back ${when}. Then carry the run on:`,
    resumeStopped: 'When the cause is gone, carry the run on:',
    resumeCredentials: 'The vendor refused the credentials. Correct them, then carry the run on:',
    resolve: 'Look at the rows in doubt with their evidence, and decide them:',
    correct: (file: string) =>
      `Correct the rows in ${file} (your own columns), then run that file. Rows that are done are not sent again:`,
    running: 'The run is at work, or sleeps until calls are back. See where it stands:',
    killed: 'If its process has ended without a word (a power cut, a kill), carry the run on:',
    undo: 'If this top-up was a mistake, take it back, once:',
    nothing: 'Nothing. Every row is done.',
  },
  causes: {
    byCode: CAUSES,
    inColumns: (columns: string) => `in ${columns}`,
    example: 'Example',
    exampleRow: (row: string) => `Row ${row}`,
    fix: 'What to do',
    whichRows: 'Which rows',
    andMore: (count: string) => ` and ${count} more, see the result file`,
    more: (count: string) => `And ${count} more causes: see result_errorCode in the result file.`,
    none: 'No row is invalid or failed.',
    noRows: 'This run has no rows of its own to tell of.',
    onlyLedger:
      'The result file is not where the run wrote it, or was changed since. Rows that were refused before sending, columns and amounts are therefore missing here.',
  },
  doubts: {
    about:
      'These credits got no answer. Nobody can know at once whether they were applied, so memberload neither repeats nor forgets them. Look at each member in the back office, then type one of the commands.',
    settle: 'To have the members looked at once more (at most 2 calls a row):',
    row: (row: string) => `Row ${row}`,
    member: 'Member',
    sent: 'Sent',
    changeTime: 'dataChangeTime',
    before: 'Before',
    unknown: 'not known',
    evidence: 'What is known',
    backOffice: (member: string, amounts: string, time: string) =>
      `Open member ${member} and look among the changes by “API” for ${amounts} at ${time} or shortly after.`,
    wasApplied: 'It was credited:',
    wasNot: 'It was not credited:',
    sendAgain: 'It was not, and shall be sent again now:',
    onTheWire: 'No outcome is recorded yet.',
    values: (point: string, balance: string) => `points ${point}, balance ${balance}`,
    read: (values: string) => `read: ${values}`,
    answer: (answer: string) => `the vendor said: ${answer}`,
    repeat: (answer: string) => `the same sent again: ${answer}`,
    decision: (verdict: string) => `decided by a person: ${verdict}`,
    lateAnswer: (state: string, values: string) =>
      `an answer that came late, from the process that was taken for dead: ${state}${values && `, ${values}`}`,
    resend: 'sent again by a person',
    more: (count: string) => `And ${count} more rows in doubt. All of them:`,
    earlier: (count: string) =>
      `${count} of the rows in doubt were left by an earlier run. That run decides them; result_run names it.`,
  },
  amounts: {
    point: 'Points',
    balance: 'Balance',
    asked: 'Asked',
    applied: 'Applied',
    inDoubt: 'In doubt',
    open: 'Not applied',
    before: 'Before',
    after: 'After',
    knownOf: (count: string) => `Before and after: the sums over the ${count} credited by this run.`,
    bar: (what: string, before: string, after: string) => `${what}: ${before} before, ${after} after`,
    largest: 'The largest changes',
    row: 'Row',
    member: 'Member',
    spreadOf: (what: string) => `${what}, rows by amount`,
    spreadRange: (from: string, to: string) => `${from} to ${to}`,
    spreadNote: 'An amount that stands alone far from the others is worth a look: a digit too many looks like this.',
  },
  actions: ACTIONS,
  notChanged: (column: string, rows: string) => `${column}: ${rows}`,
  notChangedHint:
    'Kybio cannot change these columns on members who exist. To bring points and balances to the values of a file, use topup with pointTarget and balanceTarget.',
  days: {
    about: (perDay: string) => `Up to ${perDay} calls a day, over all runs of this account.`,
    aboutNoQuota: 'Calls of each day, over all runs of this account.',
    weekdays: WEEKDAYS,
    calls: (count: string) => `${count} calls`,
    planned: (count: string) => `about ${count} calls to come`,
    finishes: (day: string, days: string, calls: string) =>
      `About ${calls} calls are left. Carried on every day, the run is done on ${day} (${days}).`,
    legendUsed: 'calls made',
    legendPlanned: 'to come',
    legendFinish: 'finish',
    moreMonths: (count: string) => `and ${count} more months`,
  },
  calls: {
    timeLine: 'Calls over time',
    first: 'first time',
    again: 'sent again',
    perBar: (duration: string) => `one bar: ${duration}`,
    timeLineNote: 'The last call of each row, by the time of its answer. Pages and other lookups are in the table.',
    endpoint: 'Call',
    count: 'Count',
    byName: CALL_NAMES,
    total: (count: string, retried: string) =>
      `${count} calls${retried === '0' ? '' : `, ${retried} of them sent again`}.`,
    lastPart: 'Calls of the last part of the run. The days above count all of them.',
    none: 'No call was made.',
  },
  columns: {
    read: 'Used',
    header: 'In the file',
    field: 'Read as',
    firstValue: 'First value',
    unused: 'Not used',
    unusedNone: 'Every column of the file was used.',
    moneyLike: (columns: string) =>
      `${columns}: looks like money or points, and was not used. If it is meant to be read, name its field with --map.`,
    unnamed: (count: string) => `${count} columns without a name were not used.`,
    blank: 'blank',
  },
  settings: {
    place: 'Place',
    input: 'Input',
    result: 'Result',
    fingerprint: 'SHA-256 of the input',
    byName: SETTING_NAMES,
    on: 'yes',
    undoneBy: 'Taken back by',
  },
  copy: 'Copy',
  copied: 'Copied',
  masked: 'Names, phones and the like are masked. memberload report --show-personal shows them.',
  shown: 'This report shows names, phones and the like. Keep it as you keep your member list.',
  made: (when: string, version: string) => `Made ${when} by memberload ${version}.`,
};

const IMPORT_MODES: Readonly<Record<string, string>> = {
  upsert: 'create new records, update those that differ',
  create: 'only create',
  update: 'only update',
};

function outcomeOf({ state, done, read, isAllDone, left, resumeAt, exitCode }: Happened): string {
  const sofar = isAllDone ? `All ${read} are done` : `${done} of ${read} are done`;
  switch (state) {
    case 'running':
      return `The run is at work or sleeps: ${sofar}.`;
    case 'paused':
      return `${sofar}. The day's calls are used up; ${left} wait${resumeAt === '' ? '' : ` until ${resumeAt}`}.`;
    case 'interrupted':
      return `${sofar}. The run was interrupted; ${left} wait for resume.`;
    case 'stopped':
      if (exitCode === 4) return `${sofar}. The vendor refused the credentials; ${left} were not sent.`;
      return `${sofar}. The run was stopped; ${left} were not sent.`;
    case 'cancelled':
      return `${sofar}. The rest was given up; ${left} were not sent.`;
    case 'finished':
      return `${sofar}.`;
  }
}

function toDoOf({ toCorrect, inDoubt, isOne }: Happened): string {
  const correct = toCorrect === '' ? '' : ` ${toCorrect} ${isOne.toCorrect ? 'needs' : 'need'} a correction.`;
  const doubt = inDoubt === '' ? '' : ` ${inDoubt} ${isOne.inDoubt ? 'is' : 'are'} in doubt: a person must look.`;
  return correct + doubt;
}
