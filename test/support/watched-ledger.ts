import type { IncrementIntent } from '../../src/ledger/increments.ts';
import type { Ledger, RowRecord } from '../../src/ledger/ledger.ts';
import type { HeldClock } from './held-clock.ts';
import { ACCOUNT, newIntent, newRun, openTestLedger, rowRecord } from './test-ledger.ts';

/** The real ledger in a folder of its own, with what a test looks at and what it finds there already. */
export type WatchedLedger = Ledger & {
  /** What `begin` was asked for, in order. */
  readonly intents: readonly IncrementIntent[];
  /** A row that is there already, of `run-1` unless another run is named. */
  put(values: Partial<RowRecord>): Promise<RowRecord>;
};

export async function openWatchedLedger(clock: HeldClock): Promise<WatchedLedger> {
  const ledger = await openTestLedger({ clock });
  const intents: IncrementIntent[] = [];
  const startRun = async (runId: string): Promise<void> => {
    if ((await ledger.runs.find(runId)) === undefined) await ledger.runs.start(newRun({ runId }), []);
  };
  await startRun('run-1');
  return {
    ...ledger,
    increments: {
      ...ledger.increments,
      begin(intent) {
        intents.push(intent);
        return ledger.increments.begin(intent);
      },
    },
    intents,
    async put(values) {
      const { runId, rowNumber, target, campaign, updatedMs, sequence: _, ...change } = rowRecord(values);
      const key = { runId, rowNumber, target };
      await startRun(runId);
      const { dataChangeTime: time, customerUid } = change;
      // Such rows may come from an earlier version; today a member's increment waits for the one before.
      const unsettled = (await ledger.increments.listUnsettled(ACCOUNT)).filter(
        (other) => time !== '' && other.customerUid === customerUid,
      );
      for (const other of unsettled) await ledger.rows.record(other, { state: 'open' });
      if (time !== '') {
        const guard = campaign === '' ? undefined : { campaign, repeatWindowMs: 0 };
        const dataChangeTime = { kind: 'given', time } as const;
        const intent = { ...change, key, guard, dataChangeTime, mayRepeatMember: true, before: undefined };
        const begun = await ledger.increments.begin(newIntent(intent));
        if (begun.kind !== 'begun') throw new Error(`row ${rowNumber} of ${runId}: ${begun.kind}`);
      }
      const nowMs = clock.nowMs();
      if (updatedMs > 0) clock.jumpTo(updatedMs);
      await ledger.rows.record(key, change);
      for (const { state, ...other } of unsettled) await ledger.rows.record(other, { state });
      clock.jumpTo(nowMs);
      const row = await ledger.rows.find(key);
      if (row === undefined) throw new Error(`row ${rowNumber} of ${runId} is not there`);
      return row;
    },
  };
}
