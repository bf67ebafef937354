import { decimalsEqual } from '../base/decimal.ts';
import { fileError, type OperatorError } from '../base/errors.ts';
import type { Ledger, RunRecord } from '../ledger/ledger.ts';
import type { FileRun } from './run-file.ts';
import type { Scan } from './scan.ts';

/**
 * Refuses a top-up that should not begin, before anything is sent: control totals that differ, rows that
 * are invalid, the same rows again, a paused run's result file.
 *
 * @throws OperatorError (exit 3)
 */
export function guardTopup(job: FileRun, scan: Scan, ledger: Ledger, carriedOn: RunRecord | undefined): void {
  if (job.settings.command !== 'topup') return;
  checkExpectations(job, scan);
  if (scan.invalidCount > 0 && !job.settings.skipInvalid) throw invalidRows(scan);
  if (carriedOn || job.isAgain) return;
  const same = ledger.runs.findByDigest('topup', scan.rowsDigest, job.account).at(0);
  if (same && scan.rowCount > scan.doneEarlierCount + scan.inDoubtEarlierCount + scan.invalidCount) {
    throw same.state === 'finished' ? alreadyFinished(same) : otherUnfinished(same);
  }
  const paused = ledger.runs
    .list(RECENT_RUNS)
    .find((run) => run.command === 'topup' && run.account === job.account && run.state !== 'finished');
  if (paused && scan.notSentEarlierCount > 0) throw resultOfPaused(paused, scan);
}

/** Far more unfinished top-ups than anybody keeps. */
const RECENT_RUNS = 1000;

function checkExpectations({ expectations }: FileRun, scan: Scan): void {
  const toSendCount = scan.rowCount - scan.doneEarlierCount - scan.inDoubtEarlierCount - scan.invalidCount;
  const differences = [
    expectations.rows !== undefined && expectations.rows !== toSendCount
      ? `--expect-rows ${expectations.rows}, the file has ${toSendCount} to credit`
      : undefined,
    amountDifference('--expect-points', expectations.points, scan.pointIncrement),
    amountDifference('--expect-balance', expectations.balance, scan.balanceIncrement),
  ].filter((difference) => difference !== undefined);
  if (differences.length === 0) return;
  throw fileError(
    'TOTALS_DIFFER',
    `The file is not what was expected: ${differences.join('; ')}.`,
    'Nothing was sent. Check that it is the right file, whole and not edited.',
  );
}

function amountDifference(flag: string, expected: string | undefined, actual: string): string | undefined {
  if (expected === undefined || decimalsEqual(expected, actual)) return undefined;
  return `${flag} ${expected}, the file adds up to ${actual}`;
}

function invalidRows(scan: Scan): OperatorError {
  const first = scan.firstIssues.map(
    ({ rowNumber, lineNumber, message }) => `Row ${rowNumber} (line ${lineNumber}), ${message}`,
  );
  return fileError(
    'INVALID_ROWS',
    `${scan.invalidCount} of ${scan.rowCount} rows cannot be credited. ${first.join(' ')}`,
    'Nothing was sent. Correct them (memberload validate --as topup lists them all), or credit the others with --skip-invalid.',
  );
}

function alreadyFinished(run: RunRecord): OperatorError {
  return fileError(
    'SAME_TOPUP',
    `These rows were credited already: run ${run.runId} on ${new Date(run.createdMs).toISOString().slice(0, 10)} from ${run.inputPath}.`,
    'Nothing was sent. If they are to be credited a second time, say so with --again.',
  );
}

function otherUnfinished(run: RunRecord): OperatorError {
  return fileError(
    'SAME_TOPUP',
    `These rows belong to run ${run.runId}, which is not finished (${run.inputPath}).`,
    `Nothing was sent. Carry it on with: memberload resume ${run.runId}`,
  );
}

function resultOfPaused(run: RunRecord, scan: Scan): OperatorError {
  return fileError(
    'UNFINISHED_RUN',
    `The file has ${scan.notSentEarlierCount} rows that an earlier run did not reach, and run ${run.runId} is not finished: sending them here and carrying that run on would credit them twice.`,
    `Nothing was sent. Carry it on with: memberload resume ${run.runId} — or, if these rows are not its rows, use --again.`,
  );
}
