import { addDecimals, decimalsEqual, isZeroDecimal } from '../base/decimal.ts';
import type { RowRecord } from '../ledger/ledger.ts';
import { sendTexts } from '../texts/runs/send.ts';
import type { Reading } from './read-amounts.ts';

type ReadVerdict = { readonly isApplied: boolean; readonly message: string };

type Amounts = Pick<RowRecord, 'pointBefore' | 'balanceBefore' | 'pointIncrement' | 'balanceIncrement'>;

/** What two reads after the quiet window say about an increment; the honest limit is in `help doubt`. */
export function judgeReads(
  record: Amounts & Pick<RowRecord, 'runId' | 'rowNumber' | 'intentMs'>,
  reads: readonly Reading[],
  nowMs: number,
): ReadVerdict {
  const { runId, rowNumber, pointBefore, balanceBefore, pointIncrement, balanceIncrement } = record;
  if (pointBefore === '' || balanceBefore === '') {
    return { isApplied: false, message: sendTexts().beforeUnknown };
  }
  const allRead = (point: string, balance: string): boolean =>
    reads.length > 0 && reads.every((read) => isAt(read, point, balance));
  const told = { before: { point: pointBefore, balance: balanceBefore }, reads };
  const texts = sendTexts();
  if (allRead(addDecimals(pointBefore, pointIncrement), addDecimals(balanceBefore, balanceIncrement))) {
    return { isApplied: true, message: texts.appliedByReads(told) };
  }
  if (allRead(pointBefore, balanceBefore)) {
    const resolve = `memberload resolve ${runId} --row ${rowNumber}`;
    const message = texts.notAppliedSoFar(told, texts.age(nowMs - record.intentMs), resolve);
    return { isApplied: false, message };
  }
  return { isApplied: false, message: texts.readsTellNothing(told) };
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

export function sharedVerdict(): ReadVerdict {
  return { isApplied: false, message: sendTexts().sharedMember };
}
