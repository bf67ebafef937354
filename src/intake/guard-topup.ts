import { decimalsEqual } from '../base/decimal.ts';
import { fileError, type OperatorError } from '../base/errors.ts';
import { quoted } from '../base/quoted.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { Expectations } from '../settings/run-settings.ts';
import { intakeTexts } from '../texts/tables/intake.ts';
import { countToSend, type FirstIssue, type InputSums } from './input-sums.ts';

/**
 * Refuses a top-up that should not begin, before anything is sent: a member given twice, rows that are invalid,
 * control totals that differ.
 *
 * @throws OperatorError (exit 3)
 */
export function guardTopup(
  sums: InputSums,
  {
    settings,
    expectations,
    inputPath,
  }: { readonly settings: JobSettings; readonly expectations: Expectations; readonly inputPath: string },
): void {
  if (settings.command !== 'topup') return;
  // Not even --skip-invalid: which of the two rows is meant, only the owner of the file knows.
  if (sums.repeatedCount > 0) throw repeatedRows(sums, settings, inputPath);
  if (sums.invalidCount > 0 && !settings.skipInvalid) throw invalidRows(sums, inputPath);
  checkExpectations(sums, expectations);
}

/** @throws OperatorError TOTALS_DIFFER (exit 3) */
export function checkExpectations(sums: InputSums, expected: Expectations): void {
  const toSendCount = countToSend(sums);
  const differences = [
    expected.rows !== undefined && expected.rows !== toSendCount
      ? intakeTexts().expectedRows(expected.rows, toSendCount)
      : undefined,
    amountDifference('--expect-points', expected.points, sums.pointIncrement),
    amountDifference('--expect-balance', expected.balance, sums.balanceIncrement),
  ].filter((difference) => difference !== undefined);
  if (differences.length === 0) return;
  throw fileError('TOTALS_DIFFER', intakeTexts().totalsDiffer(differences), intakeTexts().totalsDifferHint);
}

function amountDifference(flag: string, expected: string | undefined, actual: string): string | undefined {
  if (expected === undefined || decimalsEqual(expected, actual)) return undefined;
  return intakeTexts().expectedAmount(flag, expected, actual);
}

function repeatedRows(sums: InputSums, { onDuplicate }: JobSettings, inputPath: string): OperatorError {
  const first = sums.firstIssues.filter(({ errorCode }) => errorCode === 'DUPLICATE_ROW').map(tell);
  return fileError(
    'DUPLICATE_ROW',
    intakeTexts().repeatedRows(sums.repeatedCount, sums.rowCount, first),
    intakeTexts().repeatedRowsHint(onDuplicate === 'allow', checking(inputPath)),
  );
}

function invalidRows(sums: InputSums, inputPath: string): OperatorError {
  return fileError(
    'INVALID_ROWS',
    intakeTexts().invalidRows(sums.invalidCount, sums.rowCount, sums.firstIssues.map(tell)),
    intakeTexts().invalidRowsHint(checking(inputPath)),
  );
}

/** The command that lists every mistake. What came over standard input has no name to type. */
function checking(inputPath: string): string {
  return `memberload validate ${inputPath === '-' ? '<file>' : quoted(inputPath)} --as topup`;
}

function tell({ rowNumber, lineNumber, message }: FirstIssue): string {
  return intakeTexts().row(rowNumber, lineNumber, message);
}
