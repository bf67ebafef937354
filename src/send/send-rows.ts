import { forEachBounded } from '../base/pull.ts';
import type { RunContext } from '../calls/run-context.ts';
import { StoppedError } from '../calls/run-control.ts';
import { type Categories, priorIntent } from '../job/member-steps.ts';
import type { Outcome } from '../job/outcome.ts';
import { memberKey } from '../job/row-key.ts';
import { stepsOf } from '../job/row-steps.ts';
import type { Snapshots } from '../plan/lookups.ts';
import type { FoundRecords } from '../stage/found-records.ts';
import type { PartToDo, RowToDo } from '../stage/rows-to-do.ts';
import { sendRow } from './send-row.ts';
import { TurnQueue } from './turn-queue.ts';

/** What sending takes besides the run itself. */
type SendParts = {
  readonly snapshots: Snapshots;
  /** Uid of each category, when categories are to be changed. */
  readonly categories: Categories;
  /** Where the records that a lookup finds are kept. */
  readonly found: FoundRecords | undefined;
  /** Told of every row as it ends, for progress and --max-errors. */
  readonly onRow: (outcome: Outcome) => void;
};

/**
 * Sends what the rows need, so many rows at a time as `rowsAtOnce` says. Rows of one member follow each other in
 * the order of the file.
 *
 * Resolves when everything is recorded on the disk; rows that the run stopped before are left to `resume`.
 */
export async function sendRows(
  rows: AsyncIterable<readonly RowToDo[]>,
  context: RunContext,
  parts: SendParts,
): Promise<void> {
  const { runId, settings, control, ledger } = context;
  const { snapshots, found, onRow } = parts;
  const rowTurns = new TurnQueue();
  const members = new TurnQueue();

  const sendPart = async ({ targetRow, record }: PartToDo, rowNumber: number): Promise<void> => {
    const prior = priorIntent(record);
    const key = { runId, rowNumber, target: targetRow.target };
    try {
      const outcome = await sendRow(() => stepsOf(settings, targetRow, prior, parts.categories), {
        ...{ context, key, snapshots, members, found },
        trace: { hasIntent: prior !== undefined },
      });
      onRow(outcome);
    } catch (error) {
      if (!(error instanceof StoppedError)) throw error;
    }
  };

  const send = async ({ rowNumber, parts: targets }: RowToDo): Promise<void> => {
    const first = targets[0];
    const leave = settings.onDuplicate === 'allow' && first && (await rowTurns.enter(memberKey(first.targetRow.row)));
    try {
      if (first !== undefined && targets.length === 1) await sendPart(first, rowNumber);
      // Both targets of a row at once: each has its own lane and its own outcome.
      else await Promise.all(targets.map((part) => sendPart(part, rowNumber)));
    } finally {
      if (leave) leave();
    }
  };

  await forEachBounded(rows, rowsAtOnce(context), send, () => control.reason !== undefined);
  await ledger.flush();
}

/**
 * Increments: no more intents than connections, so that a kill leaves no more rows in doubt than there were calls on
 * the wire. The intents of an import put nothing in doubt, a kill costs a look at each: as fast as it goes, as many
 * rows again are brought to the disk while the others are on the wire, so that no connection waits for the disk.
 */
function rowsAtOnce({ settings, controls: { concurrency, rate, maxErrors } }: RunContext): number {
  const goesAhead = settings.command === 'import' && rate === 'unlimited' && concurrency > 1 && maxErrors === undefined;
  return goesAhead ? concurrency * 2 : concurrency;
}
