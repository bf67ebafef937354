import { isZeroDecimal } from '../base/decimal.ts';
import type { RunDocument } from './run-document.ts';

/**
 * How a run ended, for a person: counts, result file, and what to type next, one text per line.
 *
 * @param sameFlags the run's own flags as they are typed again, with a space before them
 */
export function renderSummary(document: RunDocument, sameFlags = ''): string[] {
  const { rows, actions, errorCodes, calls, totals, quota } = document;
  const { doneBefore } = rows;
  const counts = [
    `${rows.read} read`,
    doneBefore > 0 ? `${rows.done - doneBefore} done now, ${doneBefore} done before` : `${rows.done} done`,
    ...(['invalid', 'failed', 'in_doubt', 'not_sent'] as const)
      .filter((status) => rows[status] > 0)
      .map((status) => `${rows[status]} ${status}`),
  ];
  const named = (record: Readonly<Record<string, number>>): string =>
    Object.entries(record)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name} ${count}`)
      .join(', ');
  const lines = document.place === null || document.place === '' ? [] : [`At: ${document.place}`];
  lines.push(`Rows: ${counts.join(', ')}.`);
  if (named(actions) !== '') lines.push(`Actions: ${named(actions)}.`);
  if (named(errorCodes) !== '') lines.push(`Errors: ${named(errorCodes)}.`);
  if (named(document.notChanged) !== '') {
    lines.push(
      `Not changed on members who exist (Kybio cannot; rows): ${named(document.notChanged)}.${notChangedHint(document)}`,
    );
  }
  for (const [name, total] of Object.entries(totals)) {
    if (isZeroDecimal(total.asked)) continue;
    const doubt = isZeroDecimal(total.in_doubt) ? '' : `, in doubt ${total.in_doubt}`;
    lines.push(`${name}: asked ${total.asked}, applied ${total.applied}${doubt}.`);
  }
  if (calls.sent > 0) {
    const retried = calls.retried > 0 ? `, ${calls.retried} of them retries` : '';
    const rowByRow = calls.rowByRow === undefined ? '' : ` Row by row: ${calls.rowByRow}.`;
    lines.push(`Calls: ${calls.sent}${retried} (${named(calls.byEndpoint)}).${rowByRow}`);
  }
  if (quota?.limit !== null && quota !== null)
    lines.push(`Quota of ${quota.day}: ${quota.used} of ${quota.limit} used.`);
  if (document.result !== null) lines.push(`Result file: ${document.result}`);
  if (document.report !== undefined) lines.push(`Report: ${document.report}`);
  const next = nextStep(document, sameFlags);
  if (next !== undefined) lines.push(next);
  return lines;
}

/** Points and balances of members who exist are what `topup` is for. */
function notChangedHint({ notChanged }: RunDocument): string {
  if (!notChanged.point && !notChanged.balance) return '';
  return ' To bring members to the points and balances of a file, use topup with the columns pointTarget and balanceTarget.';
}

/** What to type next, for every exit code but 0 (CONTRACT §6). */
function nextStep(document: RunDocument, sameFlags: string): string | undefined {
  const resume = `memberload resume ${document.run}`;
  switch (document.exitCode) {
    case 0:
      return undefined;
    case 1:
      return rowsToCorrect(document, sameFlags);
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
  return quota?.resumeAt === undefined ? '' : ` (${quota.resumeAt.replace('T', ' ')})`;
}

function rowsToCorrect({ command, state, result }: RunDocument, sameFlags: string): string {
  if (state === 'planned') {
    return 'The rows that are invalid would not be sent (memberload validate lists them). To send the others, type the command without --dry-run.';
  }
  if (command === 'validate') {
    return `Correct the rows that are invalid in the result file, then check that file: memberload validate ${result}${sameFlags}`;
  }
  return `Correct the rows that are invalid or failed in the result file, then run that file: memberload ${command} ${result}${sameFlags}`;
}
