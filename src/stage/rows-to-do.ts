import type { TargetRow } from '../job/check-row.ts';
import type { LedgerReader, RowRecord } from '../ledger/ledger.ts';
import { isSettled } from '../ledger/row-states.ts';
import { BegunRows } from './begun-rows.ts';
import type { Stage } from './stage.ts';

/** One target of a row that is to be done, with what the ledger holds of an earlier attempt. */
export type PartToDo = { readonly targetRow: TargetRow; readonly record: RowRecord | undefined };

/** A row that a run, a plan or a price is about. Its targets come together. */
export type RowToDo = { readonly rowNumber: number; readonly parts: readonly PartToDo[] };

/**
 * The rows that are still to be done: valid, not done by an earlier run, not settled in the ledger.
 *
 * @param runId undefined for a plan, of which the ledger holds nothing
 * @param part only the rows of this part of the file; undefined: all
 */
export async function* rowsToDo(
  stage: Stage,
  ledger: LedgerReader,
  runId: string | undefined,
  part: { readonly firstRow: number; readonly lastRow: number } = ALL_ROWS,
): AsyncGenerator<readonly RowToDo[]> {
  const { firstRow, lastRow } = part;
  const begun = new BegunRows(runId === undefined ? noPages() : ledger.rows.read(runId, firstRow));
  try {
    for await (const rows of stage.readRows(firstRow)) {
      if ((rows[0]?.rowNumber ?? 0) > lastRow) return;
      await begun.readTo(rows.at(-1)?.rowNumber ?? 0);
      const toDo: RowToDo[] = [];
      for (const { rowNumber, targetRows } of rows) {
        if (rowNumber > lastRow) break;
        if (targetRows.length === 0) continue;
        const records = begun.of(rowNumber);
        const parts: PartToDo[] = [];
        for (const targetRow of targetRows) {
          const record = records.find(({ target }) => target === targetRow.target);
          if (record === undefined || mayBeDone(record, targetRow)) parts.push({ targetRow, record });
        }
        if (parts.length > 0) toDo.push({ rowNumber, parts });
      }
      if (toDo.length > 0) yield toDo;
    }
  } finally {
    await begun.close();
  }
}

const ALL_ROWS = { firstRow: 1, lastRow: Number.POSITIVE_INFINITY };

function mayBeDone({ state }: RowRecord, { row }: TargetRow): boolean {
  if (isSettled(state) || state === 'in_doubt' || state === 'deferred') return false;
  // An increment that may have gone out is never sent from here: settling decides about it.
  return !(state === 'intent' && row.kind === 'topup');
}

async function* noPages(): AsyncGenerator<readonly RowRecord[]> {}
