import { decimalsEqual } from '../base/decimal.ts';
import type { Begun, Credit, IncrementIntent } from './increments.ts';

/** Another row, as the guard sees it. */
export type OtherRow = Credit & {
  readonly sequence: number;
  /** Whether the row counts as a credit, see `Credit`; a row of an earlier attempt may not. */
  readonly isCredit: boolean;
  /** A row of `undo` has an identity of its own, the row that it takes back: it is never the same credit as a top-up. */
  readonly isUndo: boolean;
};

/** What the ledger knows of other rows, read in the statement that records the intent. */
export type OtherRows = {
  /** Every row of the account with this customerUid that was begun or is planned. */
  readonly ofMember: readonly OtherRow[];
  /** Rows of the account with this member number whose customerUid is not known yet. */
  readonly ofNumber: readonly OtherRow[];
  /** Credits of the account with this reference; empty without a reference. */
  readonly ofReference: readonly OtherRow[];
  /** Credits that take back the same row; empty for a row of a top-up. */
  readonly ofUndone: readonly OtherRow[];
};

/** Why the increment must not be sent; undefined: nothing speaks against it. */
export function findRefusal(
  intent: IncrementIntent,
  others: OtherRows,
  { nowMs, isUndo }: { nowMs: number; isUndo: boolean },
): Begun | undefined {
  const waiting = others.ofMember.find(({ state }) => state === 'intent' || state === 'in_doubt');
  if (waiting) return { kind: 'member_waits', runId: waiting.runId, rowNumber: waiting.rowNumber };
  if (!intent.mayRepeatMember) {
    const begun = others.ofMember.find((other) => isOfSameRun(other, intent) && other.dataChangeTime !== '');
    if (begun) return { kind: 'member_repeated', rowNumber: begun.rowNumber };
  }
  // What was taken back once is never taken back again, whatever else is asked for.
  if (isUndo) return refuseBy(intent, others.ofUndone);
  const { guard } = intent;
  if (!guard) return undefined;
  if (intent.reference !== '') {
    // A row of the same run that is still to be sent is no reason: of the two, the first one goes.
    return refuseBy(
      intent,
      others.ofReference.filter(
        (other) => !other.isUndo && (!isOfSameRun(other, intent) || other.dataChangeTime !== ''),
      ),
    );
  }
  const elsewhere = [...others.ofMember, ...others.ofNumber].filter(
    (other) => !isOfSameRun(other, intent) && !other.isUndo,
  );
  if (guard.campaign !== '') {
    return refuseBy(
      intent,
      elsewhere.filter(({ campaign }) => campaign === guard.campaign),
    );
  }
  // A row that is only planned has no intent yet: it will be credited now, so to say.
  const sinceMs = nowMs - guard.repeatWindowMs;
  return refuseBy(
    intent,
    elsewhere.filter((other) => hasSameAmounts(other, intent) && (other.intentMs === 0 || other.intentMs >= sinceMs)),
  );
}

/** Whether the member's values, read at that sequence, were changed by another row since. */
export function isOutdated(readAtSequence: number, ofMember: readonly OtherRow[]): boolean {
  return ofMember.some(({ dataChangeTime, sequence }) => dataChangeTime !== '' && sequence > readAtSequence);
}

function refuseBy(intent: IncrementIntent, candidates: readonly OtherRow[]): Begun | undefined {
  const credits = candidates.filter((other) => other.isCredit && !other.isUndone);
  const same = credits.find((other) => isOfSameMember(other, intent) && hasSameAmounts(other, intent));
  if (same) return { kind: 'credited_before', credit: creditOf(same) };
  return credits[0] && { kind: 'credited_otherwise', credit: creditOf(credits[0]) };
}

function isOfSameRun(other: OtherRow, { key }: IncrementIntent): boolean {
  return other.runId === key.runId;
}

function isOfSameMember(other: OtherRow, intent: IncrementIntent): boolean {
  if (other.customerUid !== '') return other.customerUid === intent.customerUid;
  return other.number !== '' && other.number === intent.number;
}

type Amounts = Pick<Credit, 'pointIncrement' | 'balanceIncrement'>;

export function hasSameAmounts(left: Amounts, right: Amounts): boolean {
  return (
    isSameAmount(left.pointIncrement, right.pointIncrement) &&
    isSameAmount(left.balanceIncrement, right.balanceIncrement)
  );
}

/** `10` and `10.0` are the same amount; an amount that is not given adds nothing. */
function isSameAmount(left: string, right: string): boolean {
  return left === right || decimalsEqual(left || '0', right || '0');
}

/** Without what only the guard looks at. */
export function creditOf({ sequence: _sequence, isCredit: _isCredit, isUndo: _isUndo, ...credit }: OtherRow): Credit {
  return credit;
}
