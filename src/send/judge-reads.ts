import { addDecimals, decimalsEqual, isZeroDecimal } from '../base/decimal.ts';
import type { RowRecord } from '../ledger/ledger.ts';
import type { Reading } from './read-amounts.ts';

export type ReadVerdict = { readonly isApplied: boolean; readonly message: string };

type Amounts = Pick<RowRecord, 'pointBefore' | 'balanceBefore' | 'pointIncrement' | 'balanceIncrement'>;

/** What two reads after the quiet window say about an increment; the honest limit is in `help doubt`. */
export function judgeReads(
  record: Amounts & Pick<RowRecord, 'runId' | 'rowNumber' | 'intentMs'>,
  reads: readonly Reading[],
  nowMs: number,
): ReadVerdict {
  const { runId, rowNumber, pointBefore, balanceBefore, pointIncrement, balanceIncrement } = record;
  if (pointBefore === '' || balanceBefore === '') {
    return { isApplied: false, message: 'The values before are not known, so reading the member decides nothing.' };
  }
  const allRead = (point: string, balance: string): boolean =>
    reads.length > 0 && reads.every((read) => isAt(read, point, balance));
  const seen = reads
    .map((read) => `point ${read.point ?? 'unknown'}, balance ${read.balance ?? 'unknown'}`)
    .join('; then ');
  const was = `before: point ${pointBefore}, balance ${balanceBefore}; read: ${seen}.`;
  if (allRead(addDecimals(pointBefore, pointIncrement), addDecimals(balanceBefore, balanceIncrement))) {
    return { isApplied: true, message: `No answer came; applied once by the evidence: ${was}` };
  }
  if (allRead(pointBefore, balanceBefore)) {
    const age = describeAge(nowMs - record.intentMs);
    const resolve = `memberload resolve ${runId} --row ${rowNumber}`;
    return {
      isApplied: false,
      message: `Not applied so far: the call left ${age} ago; ${was} The vendor may still apply it. Look again later with: ${resolve} --settle. Only when you are sure, send it again with: ${resolve} --resend`,
    };
  }
  return { isApplied: false, message: `The evidence does not tell: ${was} Look at the member in the back office.` };
}

/** Whether the member has by now exactly the values before plus the increment. An increment of nothing never looks so. */
export function looksApplied(record: Amounts, reading: Reading): boolean {
  const { pointBefore, balanceBefore, pointIncrement, balanceIncrement } = record;
  if (pointBefore === '' || balanceBefore === '') return false;
  if (isZeroDecimal(pointIncrement) && isZeroDecimal(balanceIncrement)) return false;
  return isAt(reading, addDecimals(pointBefore, pointIncrement), addDecimals(balanceBefore, balanceIncrement));
}

function isAt(reading: Reading, point: string, balance: string): boolean {
  return (
    reading.point !== undefined &&
    reading.balance !== undefined &&
    decimalsEqual(reading.point, point) &&
    decimalsEqual(reading.balance, balance)
  );
}

export const sharedVerdict: ReadVerdict = {
  isApplied: false,
  message:
    'Two rows in doubt credit this member: its values cannot tell which was applied. Look at the member in the back office.',
};

/** `40 s`, `12 min`, `3 h` or `2 days`; an age below zero (the clock was set back) is told as unknown. */
export function describeAge(ageMs: number): string {
  if (ageMs < 0) return 'an unknown time';
  const seconds = Math.round(ageMs / 1000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}
