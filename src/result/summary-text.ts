import { isZeroDecimal } from '../base/decimal.ts';
import { quoted } from '../base/quoted.ts';
import { type Cause, describeCause } from './causes.ts';
import type { RunDocument } from './run-document.ts';

/** What the command line that runs a result again needs to know of its run. */
export type NextCommand = {
  /** The run's own flags as they are typed again, each with a space before it. */
  readonly sameFlags: string;
  /** The run that an undo takes back; '' for every other command. */
  readonly undoes: string;
};

/** More kinds of causes than this would push the counts off the screen. */
const CAUSES_SHOWN = { run: 4, validate: 10 } as const;
/** A message that repeats a long cell is cut: the result file has all of it. */
const MESSAGE_LENGTH_MAX = 200;

/**
 * How a run ended, for a person, one text per line: where, counts, causes with an example and its fix, what was not
 * changed, calls, the result file, and what to type next. Fits a screen.
 */
export function renderSummary(document: RunDocument, nextCommand: NextCommand): string[] {
  const next = nextStep(document, nextCommand);
  return [
    ...(document.place === null || document.place === '' ? [] : [`At: ${document.place}`]),
    ...describeRows(document),
    ...describeCauses(document),
    ...describeNotChanged(document),
    ...describeTotals(document),
    ...describeCalls(document),
    ...(document.report === undefined ? [] : [`Report: ${document.report}`]),
    ...(document.result === null ? [] : [`Result file: ${document.result}`]),
    ...(next === undefined ? [] : [next]),
  ];
}

function describeRows({ command, state, rows, actions }: RunDocument): string[] {
  const { doneBefore } = rows;
  if (command === 'validate') {
    const before = doneBefore > 0 ? `, ${doneBefore} ${doneBefore === 1 ? 'was' : 'were'} done before` : '';
    const wrong = rows.invalid === 0 ? 'none wrong' : `${rows.invalid} ${rows.invalid === 1 ? 'is' : 'are'} wrong`;
    return [`${rowsAre(rows.read - rows.invalid - rows.done)} good, ${wrong}${before}.`];
  }
  const counts = [
    `${rows.read} read`,
    doneBefore > 0 ? `${rows.done - doneBefore} done now, ${doneBefore} done before` : `${rows.done} done`,
    ...(['invalid', 'failed', 'in_doubt', 'not_sent'] as const)
      .filter((status) => rows[status] > 0)
      .map((status) => `${rows[status]} ${inWords(status)}`),
  ];
  const done = Object.entries(actions)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${count} ${inWords(name)}`);
  return [
    `Rows: ${counts.join(', ')}.`,
    ...(done.length === 0 ? [] : [`${state === 'planned' ? 'Planned' : 'Done'}: ${done.join(', ')}.`]),
  ];
}

function rowsAre(count: number): string {
  return count === 1 ? '1 row is' : `${count} rows are`;
}

/** `credited_before` → `credited before`. */
function inWords(name: string): string {
  return name.replaceAll('_', ' ');
}

/** Of a run that ended long ago only the codes are known. */
function describeCauses({ command, causes, errorCodes }: RunDocument): string[] {
  const known = causes ?? Object.entries(errorCodes).map(([errorCode, rowCount]) => ({ errorCode, rowCount }));
  const told = known.filter(({ errorCode }) => errorCode !== 'QUOTA_EXHAUSTED' && errorCode !== 'STOPPED');
  if (told.length === 0) return [];
  const shownCount = CAUSES_SHOWN[command === 'validate' ? 'validate' : 'run'];
  const rest = told.slice(shownCount);
  const restCount = rest.reduce((sum, { rowCount }) => sum + rowCount, 0);
  return [
    'What went wrong:',
    ...told.slice(0, shownCount).map((cause) => {
      const example = 'example' in cause ? ` ${renderExample(cause)}` : '';
      return `  ${cause.rowCount} ${cause.rowCount === 1 ? 'row' : 'rows'}: ${describeCause(cause.errorCode)}.${example}`;
    }),
    ...(rest.length === 0
      ? []
      : [`  ${restCount} ${restCount === 1 ? 'row' : 'rows'}: other causes, see the result file.`]),
  ];
}

function renderExample({ errorCode, rowCount, example: { rowNumber, lineNumber, message } }: Cause): string {
  // The vendor's message begins with the name of the call, which a shop does not know.
  const told = /[0-9]/.test(errorCode) ? message.replace(/^[A-Za-z/: ]+: /, '') : message;
  const cut = told.length > MESSAGE_LENGTH_MAX ? `${told.slice(0, MESSAGE_LENGTH_MAX)}…` : told;
  const line = lineNumber > 0 ? ` (line ${lineNumber})` : '';
  return `${rowCount === 1 ? 'Row' : 'The first, row'} ${rowNumber}${line}, ${cut.replace(/\s*[\r\n]+\s*/g, ' ')}`;
}

function describeNotChanged({ notChanged }: RunDocument): string[] {
  const fields = Object.entries(notChanged).map(
    ([name, count]) => `${name} (${count} ${count === 1 ? 'row' : 'rows'})`,
  );
  if (fields.length === 0) return [];
  // Points and balances of members who exist are what `topup` is for.
  const hint =
    notChanged.point || notChanged.balance
      ? ' To bring points and balances to those of a file, use topup with the columns pointTarget and balanceTarget.'
      : '';
  return [`Not changed, since Kybio cannot change it on a member who exists: ${fields.join(', ')}.${hint}`];
}

const TOTAL_NAMES: Readonly<Record<keyof RunDocument['totals'], string>> = {
  pointIncrement: 'Points',
  balanceIncrement: 'Balance',
};

function describeTotals({ command, state, totals }: RunDocument): string[] {
  // What a run would credit was told before.
  if (command === 'validate') return [];
  return (['pointIncrement', 'balanceIncrement'] as const).flatMap((name) => {
    const { asked, applied, in_doubt } = totals[name];
    if (isZeroDecimal(asked)) return [];
    if (state === 'planned') return [`${TOTAL_NAMES[name]}: ${asked} to credit.`];
    const doubt = isZeroDecimal(in_doubt) ? '' : `, in doubt ${in_doubt}`;
    return [`${TOTAL_NAMES[name]}: asked ${asked}, credited ${applied}${doubt}.`];
  });
}

function describeCalls({ calls, quota }: RunDocument): string[] {
  const retried = calls.retried > 0 ? `, ${calls.retried} of them retries` : '';
  const today = quota === null || quota.limit === null ? '' : ` Today: ${quota.used} of ${quota.limit} used.`;
  return calls.sent === 0 && today === '' ? [] : [`Calls: ${calls.sent}${retried}.${today}`];
}

/** What to type next, for every exit code but 0 (CONTRACT §6). */
function nextStep(document: RunDocument, nextCommand: NextCommand): string | undefined {
  const resume = `memberload resume ${document.run}`;
  switch (document.exitCode) {
    case 0:
      return document.state === 'planned' ? 'To send them, type the command without --dry-run.' : undefined;
    case 1:
      return rowsToCorrect(document, nextCommand);
    case 4:
      return `The vendor refused the credentials. Correct them, then type: ${resume}`;
    case 5:
      return `Stopped. When the cause is gone, type: ${resume}`;
    case 6:
      return `Paused: the day's calls are used up. When they are back${backAt(document)}, type: ${resume}`;
    case 7:
      return inDoubtStep(document, resume);
    case 129:
    case 130:
    case 143:
      return `Interrupted. Carry on with: ${resume}`;
    default:
      return undefined;
  }
}

function inDoubtStep(document: RunDocument, resume: string): string {
  const { in_doubt, not_sent } = document.rows;
  if (in_doubt === 0) {
    return `${not_sent} rows wait for a row in doubt of another run, which their messages name. Decide that one, then type: ${resume}`;
  }
  const carryOn = not_sent === 0 ? '' : ` — then carry on${backAt(document)}: ${resume}`;
  return `Look at the rows in doubt: memberload resolve ${document.run}${carryOn}`;
}

function backAt({ quota }: RunDocument): string {
  return quota?.resumeAt === undefined ? '' : ` (${quota.resumeAt.slice(0, 19).replace('T', ' ')})`;
}

function rowsToCorrect({ command, state, result }: RunDocument, { sameFlags, undoes }: NextCommand): string {
  if (state === 'planned') {
    return 'The rows that are invalid would not be sent (memberload validate lists them). To send the others, type the command without --dry-run.';
  }
  if (command === 'undo') {
    return `Some rows were not taken back: see the messages in the result file. To try those again: memberload undo ${undoes}${sameFlags} -o other.csv`;
  }
  const file = quoted(result ?? '');
  if (command === 'validate') {
    return `Correct the rows that are invalid in the result file, then check that file: memberload validate ${file}${sameFlags}`;
  }
  return `Correct the rows that are invalid or failed in the result file, then run that file: memberload ${command} ${file}${sameFlags}`;
}
