import { hasSameAmounts } from '../ledger/credit-guard.ts';
import type { Credit, StandingCredit } from '../ledger/increments.ts';
import type { LedgerReader, RowRecord } from '../ledger/ledger.ts';
import type { StagedRow } from '../stage/staged-row.ts';

/** The credit for which a row was skipped. */
export type SkippedFor = Pick<Credit, 'runId' | 'rowNumber'>;

/**
 * The rows, by number, that were skipped because an earlier run had credited the same, and whose credit `undo` has
 * taken back since, or is taking back. A run may wait for days between its first look and its last row: such a row is
 * credited no more, and must not be called done.
 *
 * @param records what the ledger holds of each row: a row may be skipped by the send as well
 */
export async function findTakenBack(
  rows: readonly StagedRow[],
  records: readonly (readonly RowRecord[])[],
  { account, repeatWindowMs }: { readonly account: string; readonly repeatWindowMs: number },
  ledger: LedgerReader,
): Promise<ReadonlyMap<number, SkippedFor>> {
  const skipped = rows.flatMap((row, index) => {
    const record = records[index]?.find(({ action }) => action === 'credited_before');
    return row.credited || record ? { row, record } : [];
  });
  if (skipped.length === 0) return NONE;
  const uids = await Promise.all(skipped.map(({ row, record }) => uidOf(row, record, ledger)));
  const credits = await ledger.increments.findCredits(account, {
    ...{ numbers: [], references: [] },
    customerUids: uids.filter((uid) => uid !== ''),
  });
  return new Map(
    skipped.flatMap(({ row, record }): [number, SkippedFor][] => {
      const { credited } = row;
      const candidates = credited
        ? credits.filter(({ runId, rowNumber }) => runId === credited.runId && rowNumber === credited.rowNumber)
        : credits.filter((credit) => record && isSame(credit, record, repeatWindowMs));
      const [first] = candidates;
      return first && candidates.every(isTakenBack) ? [[row.rowNumber, first]] : [];
    }),
  );
}

const NONE: ReadonlyMap<number, SkippedFor> = new Map();

/** Stages of earlier builds do not say whose credit it is: the credit's own row does. */
async function uidOf({ credited }: StagedRow, record: RowRecord | undefined, ledger: LedgerReader): Promise<string> {
  if (credited === undefined) return record?.customerUid ?? '';
  if (credited.customerUid !== undefined) return credited.customerUid;
  const found = await ledger.rows.find({ runId: credited.runId, rowNumber: credited.rowNumber, target: 'kybio' });
  return found?.customerUid ?? '';
}

/** The send takes a credit for the row's own by its reference, else its campaign, else its amounts. */
function isSame(credit: Credit, record: RowRecord, repeatWindowMs: number): boolean {
  if (credit.customerUid !== record.customerUid || credit.runId === record.runId) return false;
  if (record.reference !== '') return credit.reference === record.reference;
  if (!hasSameAmounts(credit, record)) return false;
  if (record.campaign !== '') return credit.campaign === record.campaign;
  return credit.intentMs === 0 || credit.intentMs >= record.updatedMs - repeatWindowMs;
}

function isTakenBack({ isUndone, undoRun }: StandingCredit): boolean {
  return isUndone || undoRun !== '';
}
