import { decimalsEqual } from '../base/decimal.ts';
import { assert, fileError, type OperatorError } from '../base/errors.ts';
import { zonedDateTime } from '../base/zoned-time.ts';
import type { Ledger, RunRecord } from '../ledger/ledger.ts';
import type { FileRun } from '../run/file-run.ts';
import type { EarlierIncrement, Scan } from './scan.ts';

/**
 * Refuses a top-up that should not begin, before anything is sent: a member given twice, rows that are
 * invalid, control totals that differ, the same rows again, an older copy of a result file, the result file of a
 * run that is not finished.
 *
 * The same rows are known by the digest that the ledger keeps of every top-up it ever began, also of those
 * that were pruned. It knows what was sent from its own MEMBERLOAD_HOME only.
 *
 * @throws OperatorError (exit 3)
 */
export function guardTopup(
  job: FileRun,
  scan: Scan,
  ledger: Ledger,
  creditedSince: CreditedSince,
  carriedOn: RunRecord | undefined,
): void {
  if (job.settings.command !== 'topup') return;
  // Not even --skip-invalid: which of the two rows is meant, only the owner of the file knows.
  if (scan.repeatedCount > 0) throw repeatedMembers(scan);
  if (scan.invalidCount > 0 && !job.settings.skipInvalid) throw invalidRows(scan);
  checkExpectations(job, scan);
  if (carriedOn || job.isAgain) return;
  if (creditedSince.first !== undefined) throw outdatedResult(creditedSince);
  if (scan.rowCount > scan.doneEarlierCount + scan.inDoubtEarlierCount + scan.invalidCount) {
    for (const same of ledger.runs.findByDigest('topup', scan.rowsDigest, job.account)) {
      if (same.state !== 'finished') throw otherUnfinished(same, job.settings.storeZone);
      const creditedCount = countCredited(same, ledger);
      // A run that credited nobody (every member was missing, say) is no reason to refuse its rows.
      if (creditedCount !== 0) throw alreadyFinished(same, creditedCount, job.settings.storeZone);
    }
  }
  const [unfinished] = ledger.runs.listUnfinished({ command: 'topup', account: job.account });
  if (unfinished && scan.leftEarlierCount > 0) throw resultOfUnfinished(unfinished, scan);
}

/** Rows of an older copy of a result file: what it calls failed was credited since, or may have been. */
export type CreditedSince = {
  count: number;
  first: { readonly row: EarlierIncrement; readonly runId: string; readonly isInDoubt: boolean } | undefined;
};

/** Looks one increment of an earlier result file up; its member and dataChangeTime name it for ever. */
export function noteIfCredited(row: EarlierIncrement, account: string, ledger: Ledger, since: CreditedSince): void {
  const credited = ledger.rows
    .listOfMember(account, row.customerUid)
    .find(
      ({ dataChangeTime, state }) =>
        dataChangeTime === row.dataChangeTime && (state === 'done' || state === 'in_doubt' || state === 'intent'),
    );
  if (credited === undefined) return;
  since.count += 1;
  since.first ??= { row, runId: credited.runId, isInDoubt: credited.state !== 'done' };
}

/** Rows that were or may have been applied; undefined when the run was pruned. */
function countCredited(run: RunRecord, ledger: Ledger): number | undefined {
  if (run.prunedMs > 0) return undefined;
  return ledger.rows
    .countByState(run.runId)
    .filter(({ state }) => state === 'done' || state === 'in_doubt' || state === 'intent')
    .reduce((sum, { rowCount }) => sum + rowCount, 0);
}

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

function repeatedMembers(scan: Scan): OperatorError {
  const first = scan.firstIssues
    .filter(({ errorCode }) => errorCode === 'DUPLICATE_ROW')
    .map(({ rowNumber, lineNumber, message }) => `Row ${rowNumber} (line ${lineNumber}), ${message}`);
  return fileError(
    'DUPLICATE_ROW',
    `${scan.repeatedCount} of ${scan.rowCount} rows name a member that an earlier row names already. ${first.join(' ')}`.trim(),
    'Nothing was sent. Keep one row a member (memberload validate --as topup lists them all), or credit each row with --on-duplicate allow.',
  );
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

function alreadyFinished(run: RunRecord, creditedCount: number | undefined, storeZone: string): OperatorError {
  const isAll = creditedCount === undefined || creditedCount >= run.rowCount;
  const which = isAll ? 'These rows were' : `${creditedCount} of these ${run.rowCount} rows were`;
  const rest = isAll ? '' : ` For the others, run its result file: memberload topup ${run.resultPath}.`;
  return fileError(
    'SAME_TOPUP',
    `${which} credited already: run ${run.runId} on ${zonedDateTime(run.createdMs, storeZone)} from ${run.inputPath}.`,
    `Nothing was sent.${rest} If all are to be credited a second time, say so with --again.`,
  );
}

function outdatedResult({ count, first }: CreditedSince): OperatorError {
  assert(first, 'no row was credited since');
  const { row, runId, isInDoubt } = first;
  return fileError(
    'OUTDATED_RESULT',
    `${count === 1 ? '1 row' : `${count} rows`} of this result file ${count === 1 ? 'was' : 'were'} credited since it was written, or may have been. Row ${row.rowNumber} (line ${row.lineNumber}): member ${row.customerUid} with dataChangeTime ${row.dataChangeTime} ${isInDoubt ? 'is in doubt' : 'is done'} in run ${runId}.`,
    `Nothing was sent. Take the result file as it is now (memberload runs ${runId} says where it is), or credit the rows a second time with --again.`,
  );
}

function otherUnfinished(run: RunRecord, storeZone: string): OperatorError {
  return fileError(
    'SAME_TOPUP',
    `These rows belong to run ${run.runId}, begun on ${zonedDateTime(run.createdMs, storeZone)} with ${run.inputPath} and not finished.`,
    `Nothing was sent. Carry it on with: memberload resume ${run.runId}`,
  );
}

function resultOfUnfinished(run: RunRecord, scan: Scan): OperatorError {
  return fileError(
    'UNFINISHED_RUN',
    `The file has ${scan.leftEarlierCount} rows that an earlier run left not sent or failed, and run ${run.runId} is not finished: sending them here and carrying that run on would credit them twice.`,
    `Nothing was sent. Carry it on with: memberload resume ${run.runId} — or, if these rows are not its rows, use --again.`,
  );
}
