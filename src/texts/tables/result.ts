import { topic } from '../texts.ts';

function rows(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}

/** `credited_before` → `credited before`. */
function inWords(name: string): string {
  return name.replaceAll('_', ' ');
}

/** Why a result is not written there, and what to do. */
type Refusal = readonly [why: string, hint: string];

type Status = 'invalid' | 'failed' | 'in_doubt' | 'not_sent';

/** The result file, and the summary at the end of a command. */
export const RESULT = {
  // result-rows.ts, row-view.ts
  creditedBefore: (rowNumber: number, runId: string, when: string) =>
    `Credited before: row ${rowNumber} of run ${runId} on ${when}.`,
  takenBack: (rowNumber: number, runId: string) =>
    `Row ${rowNumber} of run ${runId} had credited the same, and undo has taken it back since, or is doing so. Nothing was sent for this row. To credit it, run the result file again.`,
  endedBeforeAnswer:
    'The run ended before the answer came. The increment may or may not have been applied; resume settles it.',

  // summary-text.ts
  place: (place: string) => `At: ${place}`,
  report: (path: string) => `Report: ${path}`,
  file: (path: string) => `Result file: ${path}`,
  validated: (good: number, wrong: number, doneBefore: number) => {
    const before = doneBefore > 0 ? `, ${doneBefore} ${doneBefore === 1 ? 'was' : 'were'} done before` : '';
    const bad = wrong === 0 ? 'none wrong' : `${wrong} ${wrong === 1 ? 'is' : 'are'} wrong`;
    return `${good === 1 ? '1 row is' : `${good} rows are`} good, ${bad}${before}.`;
  },
  /** `others`: every other status that has rows. */
  rows: (
    counts: { readonly read: number; readonly done: number; readonly doneBefore: number },
    others: readonly (readonly [status: Status, count: number])[],
  ) => {
    const { read, done, doneBefore } = counts;
    const told = doneBefore > 0 ? `${done - doneBefore} done now, ${doneBefore} done before` : `${done} done`;
    return `Rows: ${[`${read} read`, told, ...others.map(([status, count]) => `${count} ${inWords(status)}`)].join(', ')}.`;
  },
  /** What was done, or would be done, as `result_action` names it. */
  actions: (actions: readonly (readonly [action: string, count: number])[], isPlanned: boolean) =>
    `${isPlanned ? 'Planned' : 'Done'}: ${actions.map(([name, count]) => `${count} ${inWords(name)}`).join(', ')}.`,
  wentWrong: 'What went wrong:',
  cause: (rowCount: number, cause: string, example: string | undefined) =>
    `${rows(rowCount)}: ${cause}.${example === undefined ? '' : ` ${example}`}`,
  otherCauses: (rowCount: number) => `${rows(rowCount)}: other causes, see the result file.`,
  /** `lineNumber`: 0 when there is none. */
  example: (rowCount: number, rowNumber: number, lineNumber: number, message: string) =>
    `${rowCount === 1 ? 'Row' : 'The first, row'} ${rowNumber}${lineNumber > 0 ? ` (line ${lineNumber})` : ''}, ${message}`,
  notChanged: (columns: readonly (readonly [name: string, rowCount: number])[], hasAmounts: boolean) =>
    `Not changed, since Kybio cannot change it on a member who exists: ${columns
      .map(([name, count]) => `${name} (${rows(count)})`)
      .join(', ')}.${
      hasAmounts
        ? ' To bring points and balances to those of a file, use topup with the columns pointTarget and balanceTarget.'
        : ''
    }`,
  totalNames: { pointIncrement: 'Points', balanceIncrement: 'Balance' },
  toCredit: (name: string, asked: string) => `${name}: ${asked} to credit.`,
  /** `inDoubt`: undefined when nothing is. */
  credited: (name: string, asked: string, applied: string, inDoubt: string | undefined) =>
    `${name}: asked ${asked}, credited ${applied}${inDoubt === undefined ? '' : `, in doubt ${inDoubt}`}.`,
  calls: (sent: number, retried: number, today: { readonly used: number; readonly limit: number } | undefined) =>
    `Calls: ${sent}${retried > 0 ? `, ${retried} of them retries` : ''}.${
      today === undefined ? '' : ` Today: ${today.used} of ${today.limit} used.`
    }`,

  // summary-text.ts: what to type next. `backAt`: when calls are back, undefined when it is not known. `left`: calls of the
  // day, by our count, that no row may use
  sendPlanned: 'To send them, type the command without --dry-run.',
  credentials: (resume: string) => `The vendor refused the credentials. Correct them, then type: ${resume}`,
  stopped: (resume: string) => `Stopped. When the cause is gone, type: ${resume}`,
  paused: (resume: string, backAt: string | undefined, left: number) =>
    `Paused: the day's calls are used up${left > 0 ? ` (by our count ${left} are left: kept back, or the vendor counts more)` : ''}. When they are back${backAt === undefined ? '' : ` (${backAt})`}, type: ${resume}`,
  interrupted: (resume: string) => `Interrupted. Carry on with: ${resume}`,
  waitForOthers: (rowCount: number, resume: string) =>
    `${rowCount === 1 ? '1 row waits' : `${rowCount} rows wait`} for a row in doubt of another run, which the messages of the result file name. Decide that one, then type: ${resume}`,
  inDoubt: (resolve: string) => `Look at the rows in doubt: ${resolve}`,
  inDoubtThenResume: (resolve: string, resume: string, backAt: string | undefined) =>
    `Look at the rows in doubt: ${resolve} — then carry on${backAt === undefined ? '' : ` (${backAt})`}: ${resume}`,
  invalidPlanned:
    'The rows that are invalid would not be sent (memberload validate lists them). To send the others, type the command without --dry-run.',
  notTakenBack: (undo: string) =>
    `Some rows were not taken back: see the messages in the result file. To try those again: ${undo}`,
  checkAgain: (validate: string) =>
    `Correct the rows that are invalid in the result file, then check that file: ${validate}`,
  sendTheRest: (command: string) => `To send the rows that were not sent after all, run the result file: ${command}`,
  runAgain: (command: string) =>
    `Correct the rows that are invalid or failed in the result file, then run that file: ${command}`,

  // causes.ts
  noUsableAnswer: (httpStatus: string) => `no usable answer from the vendor (HTTP ${httpStatus})`,
  refusedWith: (errorCode: string) => `refused by the vendor with ${errorCode}`,
  refusedByKybio: (words: string, errorCode: string) => `refused by Kybio: ${words} (${errorCode})`,
  causes: {
    REQUIRED: 'a needed cell is blank',
    NOT_A_DECIMAL: 'an amount is not a plain number',
    OUT_OF_RANGE: 'a number is too large or too small',
    TOO_LONG: 'a text is too long',
    NOT_ALLOWED: 'a value is not one of those that are possible',
    BAD_DATE: 'a date does not exist or is not clear',
    BAD_PHONE: 'a phone number is wrong',
    BAD_EMAIL: 'an e-mail address is wrong',
    BAD_ID: 'an id is wrong',
    EXCEL_DAMAGED: 'a spreadsheet has damaged a number',
    DUPLICATE_ROW: 'a member, a reference or a time is given twice',
    WRONG_COLUMN_COUNT: 'the row has more or fewer cells than the header',
    NOTHING_TO_DO: 'the row changes nothing',
    MEMBER_NOT_FOUND: 'there is no such member',
    CUSTOMER_NOT_FOUND: 'there is no such customer',
    CREDITED_BEFORE: 'credited before',
    CREDITED_OTHERWISE: 'credited before with other amounts',
    IN_DOUBT: 'nobody knows yet whether it was credited',
    TIMEOUT: 'the vendor did not answer in time',
    CONNECTION_FAILED: 'the connection to the vendor failed',
    BAD_RESPONSE: "the vendor's answer could not be read",
    RESPONSE_MISMATCH: 'the vendor answered about something else',
  },

  // result-file.ts, result-path.ts, report/report-file.ts
  standardOutput: 'standard output',
  changedMeanwhile: (path: string) => `${path} was made or changed while the result was written; it is left as it is.`,
  changedMeanwhileHint: 'Write the result to another file with -o.',
  exists: (path: string) => `The result file ${path} is there already; it was left as it is.`,
  existsHint: 'Name another with -o, or replace it with --overwrite.',
  notWritable: (path: string, why: string) => `The result cannot be written to ${path}: ${why}.`,
  inHome: [
    'it lies in MEMBERLOAD_HOME, where the ledger is',
    'Nothing was sent. Name a file elsewhere with -o.',
  ] as Refusal,
  isRead: (path: string): Refusal => [
    `it is ${path}, which this command reads`,
    'Nothing was sent. Name another file with -o.',
  ],
  isFolder: ['it is a folder', 'Nothing was sent. Name a file with -o.'] as Refusal,
  isNoFile: ['it is no regular file', 'Nothing was sent. Name a file with -o, or -o - for standard output.'] as Refusal,
  isNoResult: [
    'it is no result of memberload, and --overwrite replaces nothing else',
    'Nothing was sent. Name another file with -o, or remove that one.',
  ] as Refusal,
  noFolder: (why: string): Refusal => [
    `its folder cannot be used (${why})`,
    'Nothing was sent. Make the folder first, or name another file with -o.',
  ],
  deadLink: [
    'it is a link that leads nowhere',
    'Nothing was sent. Remove the link, or name another file with -o.',
  ] as Refusal,
  reportExists: (path: string) => `${path} is there already, and is no report of memberload; it was left as it is.`,
  reportExistsHint: 'Write the report to another file with: memberload report <run> -o <file>',
};

export const resultTexts = topic('result', RESULT);
