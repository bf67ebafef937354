import type { TargetRow } from '../job/check-row.ts';
import type { RowRecord } from '../ledger/ledger.ts';

/** One target of a row that is to be done, with what the ledger holds of an earlier attempt. */
export type PartToDo = { readonly targetRow: TargetRow; readonly record: RowRecord | undefined };

/** A row that a run, a plan or a price is about. Its targets come together. */
export type RowToDo = { readonly rowNumber: number; readonly parts: readonly PartToDo[] };
