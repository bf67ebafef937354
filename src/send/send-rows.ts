import type { Clock } from '../base/clock.ts';
import { forEachBounded } from '../base/pull.ts';
import { type RunControl, StoppedError } from '../calls/run-control.ts';
import type { Vendors } from '../calls/vendors.ts';
import type { InputRow } from '../intake/read-rows.ts';
import { type RowToDo, rowsToDo } from '../intake/rows-to-do.ts';
import type { Scan } from '../intake/scan.ts';
import type { SeenKeys } from '../intake/seen-keys.ts';
import { stepsOf } from '../job/check-row.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { Categories, PriorIntent } from '../job/member-steps.ts';
import type { Outcome } from '../job/outcome.ts';
import { memberKey } from '../job/row-key.ts';
import type { Ledger, RowRecord } from '../ledger/ledger.ts';
import type { Snapshots } from '../plan/lookups.ts';
import type { FoundRecords } from '../stage/found-records.ts';
import { type MemberTurn, type RowContext, runRow } from './send-row.ts';
import { TurnQueue } from './turn-queue.ts';

export type RunRowsParts = {
  readonly runId: string;
  readonly settings: JobSettings;
  /** Rows under way at once; how many calls are is for the lane to say. */
  readonly rowsAtOnce: number;
  readonly scan: Scan;
  readonly vendors: Vendors;
  readonly snapshots: Snapshots;
  /** Values read before are no evidence of what an increment did. */
  readonly evidenceFromMs: number;
  /** Uid of each category, when categories are to be changed. */
  readonly categories: Categories;
  readonly ledger: Ledger;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly found: FoundRecords | undefined;
  /** Told of every row as it ends, for progress and --max-errors. */
  readonly onRow: (outcome: Outcome) => void;
};

/**
 * The second pass: sends what the rows need, a bounded number of rows at a time, and leaves alone what the
 * ledger has settled. Rows of one member follow each other in the order of the file.
 */
export async function runRows(rows: AsyncIterable<InputRow>, parts: RunRowsParts): Promise<void> {
  const { runId, settings, scan, vendors, ledger, control } = parts;
  const turns = new TurnQueue();
  if (settings.command === 'topup' && settings.onDuplicate === 'reject') {
    claimBegunMembers(runId, ledger, scan.seenKeys);
  }
  const members = new MemberGuard(
    runId,
    // Of every run of the account: another run's increment in doubt is told apart no better than our own.
    vendors.kybio ? ledger.rows.listUnsettledIncrements(vendors.kybio.lane.settings.account) : [],
    settings.onDuplicate === 'reject' ? scan.seenKeys : undefined,
  );

  const runTarget = async ({ input, targetRow, record }: RowToDo): Promise<void> => {
    const { rowNumber } = input;
    const context: RowContext = {
      ...parts,
      key: { runId, rowNumber, target: targetRow.target },
      trace: { hasIntent: priorIntent(record) !== undefined },
      storeZone: settings.storeZone,
      enterMember: (customerUid) => members.enter(customerUid, rowNumber),
      ...(parts.found && { onFound: (fields) => parts.found?.write(rowNumber, fields) }),
    };
    try {
      const { outcome } = await runRow(stepsOf(settings, targetRow, priorIntent(record), parts.categories), context);
      members.leave(rowNumber, outcome);
      parts.onRow(outcome);
    } catch (error) {
      members.abandon(rowNumber);
      if (!(error instanceof StoppedError)) throw error;
    }
  };

  const work = async (toDo: readonly RowToDo[]): Promise<void> => {
    // Both targets of a row at once: each has its own lane and its own outcome.
    const run = async (): Promise<void> => {
      await Promise.all(toDo.map(runTarget));
    };
    const first = toDo[0];
    if (settings.onDuplicate === 'allow' && first) await turns.after(memberKey(first.targetRow.row), run);
    else await run();
  };

  const toDo = rowsToDo(rows, { settings, scan, records: ledger.rows.iterate(runId) });
  await forEachBounded(toDo, parts.rowsAtOnce, work, () => control.reason !== undefined);
  await ledger.flush();
}

/**
 * Enters the members that this run has sent an increment for, in this process or before it: a row that leads to
 * one of them by another number is a repetition, also after a kill.
 */
function claimBegunMembers(runId: string, ledger: Ledger, seenKeys: SeenKeys): void {
  for (const { customerUid, dataChangeTime, rowNumber } of ledger.rows.iterate(runId)) {
    if (dataChangeTime !== '') seenKeys.firstRowOf(`uid:${customerUid}`, rowNumber);
  }
}

/** The write that an earlier attempt had begun and whose effect is not known. */
export function priorIntent(record: RowRecord | undefined): PriorIntent {
  return record && record.operation !== '' ? { operation: record.operation } : undefined;
}

/**
 * One increment at a time for a member, by uid, which also catches a member that one file names once by
 * number and once by uid. While an increment of the member is unanswered, its later rows wait: their
 * before-values would be guesses, and two rows in doubt could not be told apart.
 */
class MemberGuard {
  readonly #runId: string;
  readonly #seenKeys: SeenKeys | undefined;
  readonly #turns = new TurnQueue();
  /** Members with an increment in doubt → its row, of this run or another. */
  readonly #unanswered = new Map<string, { readonly runId: string; readonly rowNumber: number }>();
  readonly #held = new Map<number, { customerUid: string; release: () => void }>();

  /** `seenKeys`: refuse a second row of one member; undefined: allow it. */
  constructor(runId: string, unsettled: readonly RowRecord[], seenKeys: SeenKeys | undefined) {
    this.#runId = runId;
    this.#seenKeys = seenKeys;
    for (const record of unsettled) this.#unanswered.set(record.customerUid, record);
  }

  async enter(customerUid: string, rowNumber: number): Promise<MemberTurn> {
    const release = await this.#turns.enter(customerUid);
    const unanswered = this.#unanswered.get(customerUid);
    if (unanswered !== undefined) {
      release();
      const where = unanswered.runId === this.#runId ? '' : ` of run ${unanswered.runId}`;
      return {
        refuse: {
          status: 'unapplied',
          errorCode: 'STOPPED',
          messages: [
            `Waits: row ${unanswered.rowNumber}${where} credits the same member and is in doubt. Decide it first with: memberload resolve ${unanswered.runId}`,
          ],
        },
      };
    }
    const first = this.#seenKeys?.firstRowOf(`uid:${customerUid}`, rowNumber) ?? rowNumber;
    if (first !== rowNumber) {
      release();
      return {
        refuse: {
          status: 'invalid',
          errorCode: 'DUPLICATE_ROW',
          messages: [
            `This is the member of row ${first} (customerUid ${customerUid}), given under another key. Remove one of the two, or use --on-duplicate allow.`,
          ],
        },
      };
    }
    this.#held.set(rowNumber, { customerUid, release });
    return 'go';
  }

  leave(rowNumber: number, outcome: Outcome): void {
    const held = this.#held.get(rowNumber);
    if (!held) return;
    if (outcome.status === 'in_doubt') this.#unanswered.set(held.customerUid, { runId: this.#runId, rowNumber });
    this.abandon(rowNumber);
  }

  abandon(rowNumber: number): void {
    this.#held.get(rowNumber)?.release();
    this.#held.delete(rowNumber);
  }
}
