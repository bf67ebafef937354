import { addDecimals, compareDecimals, decimalsEqual, subtractDecimals } from '../base/decimal.ts';
import type { TextFields } from '../base/text-fields.ts';
import type { RunContext } from '../calls/run-context.ts';
import type { Credit } from '../ledger/increments.ts';
import type { RowRecord } from '../ledger/ledger.ts';
import { lookUp } from '../plan/dry-run.ts';
import { closeSnapshots, gather, openSnapshots } from '../plan/gather.ts';
import type { RowToDo } from '../stage/rows-to-do.ts';
import type { StagedRow } from '../stage/staged-row.ts';
import { runTexts } from '../texts/runs/run.ts';
import { sharedTexts } from '../texts/shared.ts';

/** A read and the increment: the read is kept, so that the run does not read again. */
export const UNDO_CALLS = 2;
/** Kept back for an increment on the wire, see `SETTLING_CALLS`. */
const SPARE_CALLS = 2;

/** What speaks against taking a row back. */
type UndoWarning = {
  /** Of the undo. */
  readonly rowNumber: number;
  /** Of the run that is taken back, as `--row` names it. */
  readonly undoneRow: number;
  /** Number, else customerUid. */
  readonly member: string;
  readonly text: string;
};

/** Whether the calls left today are enough to look first and still send every row. */
export async function hasCallsToLook({ vendors }: RunContext, rowCount: number): Promise<boolean> {
  const lane = vendors.kybio?.lane;
  if (lane === undefined || lane.settings.dailyQuota === undefined) return true;
  const { used } = await lane.readDay();
  return lane.settings.dailyQuota - lane.settings.reserve - used >= rowCount * UNDO_CALLS + SPARE_CALLS;
}

/**
 * Reads every member once, by pages or one by one, and finds those that were changed since the credit or would fall
 * below zero. What was read stays in the run's folder: the run sends with it.
 *
 * @param rows the rows of the undo, in the order of `credits`
 * @throws StoppedError; OperatorError PAGE_FAILED, LOOKUP_FAILED
 */
export async function lookBeforeUndo(
  credits: readonly Credit[],
  rows: readonly StagedRow[],
  context: RunContext,
): Promise<readonly UndoWarning[]> {
  const snapshots = await openSnapshots(context);
  try {
    const toDo = rows.map(({ rowNumber, targetRows }): RowToDo => {
      return { rowNumber, parts: targetRows.map((targetRow) => ({ targetRow, record: undefined })) };
    });
    const gathered = await gather(snapshots, context, async function* () {
      yield toDo;
    });
    const lastCredits = await findLastCredits(credits, context);
    const byMember = new Map<string, Credit[]>();
    for (const credit of credits) {
      const own = byMember.get(credit.customerUid);
      if (own) own.push(credit);
      else byMember.set(credit.customerUid, [credit]);
    }
    const warnings: UndoWarning[] = [];
    for (const [index, credit] of credits.entries()) {
      const { customerUid, number } = credit;
      const endpoint = 'customerOpenApi/queryByUid';
      const answer = await lookUp({ endpoint, customerUid, source: 'snapshot_if_present' }, gathered, context);
      if (answer.kind !== 'success' || answer.data.state !== 'present') continue;
      const own = byMember.get(customerUid) ?? [];
      const text = warningOf(answer.data.fields, lastCredits.get(customerUid), own);
      if (text !== '')
        warnings.push({ rowNumber: index + 1, undoneRow: credit.rowNumber, member: number || customerUid, text });
    }
    return warnings;
  } finally {
    closeSnapshots(snapshots);
  }
}

/** The last row of the run that credited a member: its values after are those that the member should have. */
async function findLastCredits(
  credits: readonly Credit[],
  { ledger }: RunContext,
): Promise<ReadonlyMap<string, RowRecord>> {
  const last = new Map<string, RowRecord>();
  for (const { runId, rowNumber, customerUid } of credits) {
    const record = await ledger.rows.find({ runId, rowNumber, target: 'kybio' });
    const known = last.get(customerUid);
    if (record && (known === undefined || record.sequence > known.sequence)) last.set(customerUid, record);
  }
  return last;
}

/** '' when nothing speaks against it. */
function warningOf(fields: TextFields, last: RowRecord | undefined, own: readonly Credit[]): string {
  const amounts = [
    { name: 'point', now: fields.point, after: last?.pointAfter, credited: own.map((one) => one.pointIncrement) },
    {
      name: 'balance',
      now: fields.balance,
      after: last?.balanceAfter,
      credited: own.map((one) => one.balanceIncrement),
    },
  ];
  const changed: { name: string; after: string; now: string }[] = [];
  const negative: { name: string; left: string }[] = [];
  for (const { name, now, after = '', credited } of amounts) {
    if (now === undefined) continue;
    if (after !== '' && !decimalsEqual(now, after)) changed.push({ name, after, now });
    const sum = credited.reduce((total, amount) => addDecimals(total, amount || '0'), '0');
    const left = subtractDecimals(now, sum);
    if (compareDecimals(left, '0') < 0 && compareDecimals(sum, '0') > 0) negative.push({ name, left });
  }
  return sharedTexts().sentences([
    changed.length === 0 ? '' : runTexts().changedSince(changed),
    negative.length === 0 ? '' : runTexts().belowZero(negative),
  ]);
}
