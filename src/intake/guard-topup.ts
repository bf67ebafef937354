import { decimalsEqual } from '../base/decimal.ts';
import { fileError, type OperatorError } from '../base/errors.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { Expectations } from '../settings/run-settings.ts';
import { countToSend, type FirstIssue, type InputSums } from './read-input.ts';

/**
 * Refuses a top-up that should not begin, before anything is sent: a member given twice, rows that are invalid,
 * control totals that differ.
 *
 * @throws OperatorError (exit 3)
 */
export function guardTopup(sums: InputSums, settings: JobSettings, expectations: Expectations): void {
  if (settings.command !== 'topup') return;
  // Not even --skip-invalid: which of the two rows is meant, only the owner of the file knows.
  if (sums.repeatedCount > 0) throw repeatedRows(sums, settings);
  if (sums.invalidCount > 0 && !settings.skipInvalid) throw invalidRows(sums);
  checkExpectations(sums, expectations);
}

function checkExpectations(sums: InputSums, expected: Expectations): void {
  const toSendCount = countToSend(sums);
  const differences = [
    expected.rows !== undefined && expected.rows !== toSendCount
      ? `--expect-rows ${expected.rows}, the file has ${toSendCount} to credit`
      : undefined,
    amountDifference('--expect-points', expected.points, sums.pointIncrement),
    amountDifference('--expect-balance', expected.balance, sums.balanceIncrement),
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

function repeatedRows(sums: InputSums, { onDuplicate }: JobSettings): OperatorError {
  const first = sums.firstIssues.filter(({ errorCode }) => errorCode === 'DUPLICATE_ROW').map(tell);
  const wayOn =
    onDuplicate === 'allow'
      ? 'Keep one row a reference (memberload validate --as topup lists them all), or give each row its own.'
      : 'Keep one row a member and a reference (memberload validate --as topup lists them all), or credit each row of a member with --on-duplicate allow.';
  return fileError(
    'DUPLICATE_ROW',
    `${sums.repeatedCount} of ${sums.rowCount} rows name a member or a reference that another row names already. ${first.join(' ')}`.trim(),
    `Nothing was sent. ${wayOn}`,
  );
}

function invalidRows(sums: InputSums): OperatorError {
  return fileError(
    'INVALID_ROWS',
    `${sums.invalidCount} of ${sums.rowCount} rows cannot be credited. ${sums.firstIssues.map(tell).join(' ')}`,
    'Nothing was sent. Correct them (memberload validate --as topup lists them all), or credit the others with --skip-invalid.',
  );
}

function tell({ rowNumber, lineNumber, message }: FirstIssue): string {
  return `Row ${rowNumber} (line ${lineNumber}), ${message}`;
}
