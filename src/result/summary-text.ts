import { isZeroDecimal } from '../base/decimal.ts';
import { quoted } from '../base/quoted.ts';
import { stepTexts } from '../texts/runs/steps.ts';
import { resultTexts } from '../texts/tables/result.ts';
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
  const texts = resultTexts();
  const next = nextStep(document, nextCommand);
  return [
    ...(document.place === null || document.place === '' ? [] : [texts.place(document.place)]),
    ...describeRows(document),
    ...describeCauses(document),
    ...describeNotChanged(document),
    ...describeTotals(document),
    ...describeCalls(document),
    ...(document.report === undefined ? [] : [texts.report(document.report)]),
    ...(document.result === null ? [] : [texts.file(document.result)]),
    ...(next === undefined ? [] : [next]),
  ];
}

function describeRows({ command, state, rows, actions }: RunDocument): string[] {
  const texts = resultTexts();
  if (command === 'validate') {
    return [texts.validated(rows.read - rows.invalid - rows.done, rows.invalid, rows.doneBefore)];
  }
  const others = (['invalid', 'failed', 'in_doubt', 'not_sent'] as const)
    .filter((status) => rows[status] > 0)
    .map((status) => [status, rows[status]] as const);
  const done = Object.entries(actions).filter(([, count]) => count > 0);
  return [texts.rows(rows, others), ...(done.length === 0 ? [] : [texts.actions(done, state === 'planned')])];
}

/** Of a run that ended long ago only the codes are known. */
function describeCauses({ command, causes, errorCodes }: RunDocument): string[] {
  const known = causes ?? Object.entries(errorCodes).map(([errorCode, rowCount]) => ({ errorCode, rowCount }));
  const told = known.filter(({ errorCode }) => errorCode !== 'QUOTA_EXHAUSTED' && errorCode !== 'STOPPED');
  if (told.length === 0) return [];
  const shownCount = CAUSES_SHOWN[command === 'validate' ? 'validate' : 'run'];
  const rest = told.slice(shownCount);
  const restCount = rest.reduce((sum, { rowCount }) => sum + rowCount, 0);
  const texts = resultTexts();
  return [
    texts.wentWrong,
    ...told.slice(0, shownCount).map((cause) => {
      const example = 'example' in cause ? renderExample(cause) : undefined;
      return `  ${texts.cause(cause.rowCount, describeCause(cause.errorCode), example)}`;
    }),
    ...(rest.length === 0 ? [] : [`  ${texts.otherCauses(restCount)}`]),
  ];
}

function renderExample({ errorCode, rowCount, example: { rowNumber, lineNumber, message } }: Cause): string {
  // The vendor's message begins with the name of the call, which a shop does not know.
  const told = /[0-9]/.test(errorCode) ? stepTexts().withoutCall(message) : message;
  const cut = told.length > MESSAGE_LENGTH_MAX ? `${told.slice(0, MESSAGE_LENGTH_MAX)}…` : told;
  return resultTexts().example(rowCount, rowNumber, lineNumber, cut.replace(/\s*[\r\n]+\s*/g, ' '));
}

function describeNotChanged({ notChanged }: RunDocument): string[] {
  const columns = Object.entries(notChanged);
  if (columns.length === 0) return [];
  // Points and balances of members who exist are what `topup` is for.
  return [resultTexts().notChanged(columns, Boolean(notChanged.point || notChanged.balance))];
}

function describeTotals({ command, state, totals }: RunDocument): string[] {
  // What a run would credit was told before.
  if (command === 'validate') return [];
  const texts = resultTexts();
  return (['pointIncrement', 'balanceIncrement'] as const).flatMap((name) => {
    const { asked, applied, in_doubt } = totals[name];
    if (isZeroDecimal(asked)) return [];
    if (state === 'planned') return [texts.toCredit(texts.totalNames[name], asked)];
    const doubt = isZeroDecimal(in_doubt) ? undefined : in_doubt;
    return [texts.credited(texts.totalNames[name], asked, applied, doubt)];
  });
}

function describeCalls({ calls, quota }: RunDocument): string[] {
  const today = quota === null || quota.limit === null ? undefined : { used: quota.used, limit: quota.limit };
  return calls.sent === 0 && today === undefined ? [] : [resultTexts().calls(calls.sent, calls.retried, today)];
}

/** What to type next, for every exit code but 0 (CONTRACT §6). */
function nextStep(document: RunDocument, nextCommand: NextCommand): string | undefined {
  const texts = resultTexts();
  const resume = `memberload resume ${document.run}`;
  switch (document.exitCode) {
    case 0:
      return document.state === 'planned' ? texts.sendPlanned : undefined;
    case 1:
      return rowsToCorrect(document, nextCommand);
    case 4:
      return texts.credentials(resume);
    case 5:
      return texts.stopped(resume);
    case 6:
      return texts.paused(resume, backAt(document), callsLeft(document));
    case 7:
      return inDoubtStep(document, resume);
    case 129:
    case 130:
    case 143:
      return texts.interrupted(resume);
    default:
      return undefined;
  }
}

function inDoubtStep(document: RunDocument, resume: string): string {
  const { in_doubt, not_sent } = document.rows;
  const texts = resultTexts();
  if (in_doubt === 0) return texts.waitForOthers(not_sent, resume);
  const resolve = `memberload resolve ${document.run}`;
  return not_sent === 0 ? texts.inDoubt(resolve) : texts.inDoubtThenResume(resolve, resume, backAt(document));
}

/** Of the day, yet not for another row: for `--reserve`, or to settle rows without an answer. */
function callsLeft({ quota }: RunDocument): number {
  return quota === null || quota.limit === null ? 0 : Math.max(0, quota.limit - quota.used);
}

function backAt({ quota }: RunDocument): string | undefined {
  return quota?.resumeAt?.slice(0, 19).replace('T', ' ');
}

function rowsToCorrect({ command, state, result, rows }: RunDocument, { sameFlags, undoes }: NextCommand): string {
  const texts = resultTexts();
  if (state === 'planned') return texts.invalidPlanned;
  if (command === 'undo') return texts.notTakenBack(`memberload undo ${undoes}${sameFlags} -o other.csv`);
  const typed = `memberload ${command} ${quoted(result ?? '')}${sameFlags}`;
  if (command === 'validate') return texts.checkAgain(typed);
  // Of a run that was given up.
  return rows.invalid + rows.failed === 0 ? texts.sendTheRest(typed) : texts.runAgain(typed);
}
