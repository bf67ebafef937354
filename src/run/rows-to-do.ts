import type { RowRecord } from '../ledger/ledger.ts';
import { isSettled } from '../ledger/row-states.ts';
import { BegunRows } from './begun-rows.ts';
import type { TargetRow } from './file-job.ts';
import type { InputRow } from './job-rows.ts';
import type { JobSettings } from './run-settings.ts';
import { issuesOf, type Scan } from './scan.ts';

/** One target of one row that is to be done, with what the ledger holds of an earlier attempt. */
export type RowToDo = {
  readonly input: InputRow;
  readonly targetRow: TargetRow;
  readonly record: RowRecord | undefined;
};

/**
 * The rows that a run, a plan or a price is about: valid, not done by an earlier result file, not settled
 * in the ledger. A row's targets come together.
 */
export async function* rowsToDo(
  rows: AsyncIterable<InputRow>,
  parts: { settings: JobSettings; scan: Pick<Scan, 'seenKeys'>; records: Iterable<RowRecord> },
): AsyncGenerator<readonly RowToDo[]> {
  const begun = new BegunRows(parts.records);
  for await (const input of rows) {
    const records = begun.of(input.rowNumber);
    if (input.earlier === 'done' || input.earlier === 'in_doubt' || !input.checked.isValid) continue;
    if (issuesOf(input, parts.settings, parts.scan.seenKeys).length > 0) continue;
    const toDo = input.checked.targetRows
      .map((targetRow) => ({ input, targetRow, record: records.find(({ target }) => target === targetRow.target) }))
      .filter(({ targetRow, record }) => record === undefined || isToDo(record, targetRow));
    if (toDo.length > 0) yield toDo;
  }
}

function isToDo(record: RowRecord, { row }: TargetRow): boolean {
  if (isSettled(record.state) || record.state === 'in_doubt' || record.state === 'deferred') return false;
  // An increment that may have gone out is never sent from here: settling decides about it.
  return !(record.state === 'intent' && row.kind === 'topup');
}
