import type { TargetRow } from '../job/check-row.ts';
import { ALL_ROWS, type LedgerReader, type RowRange, type RowRecord } from '../ledger/ledger.ts';
import { countIn, RESTING_STATES, type StateCounts } from '../ledger/row-states.ts';
import { BegunRows } from './begun-rows.ts';
import type { Stage, StagedPart } from './stage.ts';

/** One target of a row that is to be done, with what the ledger holds of an earlier attempt. */
export type PartToDo = { readonly targetRow: TargetRow; readonly record: RowRecord | undefined };

/** A row that a run, a plan or a price is about. Its targets come together. */
export type RowToDo = { readonly rowNumber: number; readonly parts: readonly PartToDo[] };

/**
 * The rows that are still to be done: valid, not done by an earlier run, not settled in the ledger. Blocks of which
 * nothing is left are not read, so that a long run is carried on at once.
 *
 * @param runId undefined for a plan, of which the ledger holds nothing
 * @param range only these rows of the file; undefined: all
 * @param known blocks of which nothing was left a moment ago, by `countParts`; undefined: they are looked for now
 */
export async function* rowsToDo(
  stage: Stage,
  ledger: LedgerReader,
  runId: string | undefined,
  range: RowRange = ALL_ROWS,
  known?: DoneParts,
): AsyncGenerator<readonly RowToDo[]> {
  const { firstRow, lastRow } = range;
  const doneParts =
    runId === undefined ? undefined : (known ?? donePartsOf(await countParts(stage, ledger, runId, range)));
  let begun = new BegunRows(noPages());
  let nextRow = 0;
  try {
    for await (const rows of stage.readRows(firstRow, doneParts, ROWS_AT_ONCE)) {
      const first = rows[0]?.rowNumber ?? 0;
      if (first > lastRow) return;
      if (runId !== undefined && first !== nextRow) {
        // The first block, or one behind blocks that were left out.
        await begun.close();
        begun = new BegunRows(ledger.rows.read(runId, first));
      }
      nextRow = (rows.at(-1)?.rowNumber ?? 0) + 1;
      await begun.readTo(nextRow - 1);
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

/**
 * A block takes a while to be sent. Rows that are made long before their turn outlive the young part of the heap, and
 * are collected with the old one.
 */
const ROWS_AT_ONCE = 64;

/** Blocks of which nothing is left. */
type DoneParts = ReadonlySet<StagedPart>;

/** Where a run stands: the states of each block's rows. It takes a look at every row of the run in the ledger. */
export type PartCounts = readonly { readonly part: StagedPart; readonly counts: StateCounts }[];

/** Of the blocks that have rows of the range. */
export async function countParts(
  { parts }: Stage,
  { rows }: LedgerReader,
  runId: string,
  { firstRow, lastRow }: RowRange = ALL_ROWS,
): Promise<PartCounts> {
  const asked = parts.filter((part) => part.lastRow >= firstRow && part.firstRow <= lastRow);
  const counts = await rows.countByState(runId, asked);
  return asked.map((part, index) => ({ part, counts: counts[index] ?? {} }));
}

/**
 * Blocks of which every row rests in the ledger. A row that turned out to be invalid after it was staged has no record,
 * so that its block is read.
 */
export function donePartsOf(counted: PartCounts): DoneParts {
  const done = counted.filter(({ part, counts }) => countIn(counts, RESTING_STATES) === part.writeCount);
  return new Set(done.map(({ part }) => part));
}

function mayBeDone({ state }: RowRecord, { row }: TargetRow): boolean {
  if (RESTING_STATES.includes(state)) return false;
  // An increment that may have gone out is never sent from here: settling decides about it.
  return !(state === 'intent' && row.kind === 'topup');
}

async function* noPages(): AsyncGenerator<readonly RowRecord[]> {}
