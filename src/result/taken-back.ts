import type { LedgerReader } from '../ledger/ledger.ts';
import type { StagedRow } from '../stage/staged-row.ts';

/**
 * The numbers of rows that an earlier run had credited when the file was read, and whose credit `undo` has taken back
 * since, or is taking back. A run may wait for days between its first look and its last row: such a row is credited no
 * more, and must not be called done.
 */
export async function findTakenBack(
  rows: readonly StagedRow[],
  account: string,
  ledger: LedgerReader,
): Promise<ReadonlySet<number>> {
  const customerUids = rows.flatMap(({ credited }) => credited?.customerUid || []);
  if (customerUids.length === 0) return NONE;
  const credits = await ledger.increments.findCredits(account, { numbers: [], customerUids, references: [] });
  const takenBack = new Set(
    credits.filter(({ isUndone, undoRun }) => isUndone || undoRun !== '').map((credit) => nameOf(credit)),
  );
  return new Set(
    rows.flatMap(({ rowNumber, credited }) => (credited && takenBack.has(nameOf(credited)) ? rowNumber : [])),
  );
}

const NONE: ReadonlySet<number> = new Set();

function nameOf({ runId, rowNumber }: { readonly runId: string; readonly rowNumber: number }): string {
  return `${runId} ${rowNumber}`;
}
