import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { zonedDateTime } from '../../../src/base/zoned-time.ts';
import type { RowKey } from '../../../src/ledger/ledger.ts';
import { openSqliteLedger } from '../../../src/ledger/sqlite/sqlite-ledger.ts';
import { HOLDER, openTestLedger } from '../../support/test-ledger.ts';
import { temporaryFolder } from '../../support/workspace.ts';

const ACCOUNT = 'kybio:APP';
const START_MS = Date.UTC(2026, 10, 22, 4);

/** As the run does: every second from now on. */
function* secondsFrom(nowMs: number): Generator<string> {
  for (let second = nowMs; ; second += 1000) yield zonedDateTime(second, 'Asia/Shanghai');
}

const intentFor = (customerUid: string) => ({ customerUid, pointIncrement: '1', balanceIncrement: '0' });
const rowKey = (rowNumber: number, runId = 'run-1'): RowKey => ({ runId, rowNumber, target: 'kybio' });

type Step =
  | { readonly kind: 'claim'; readonly runId: string; readonly rowNumber: number; readonly member: string }
  | { readonly kind: 'restart' }
  | { readonly kind: 'clock'; readonly byMs: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      runId: fc.constantFrom('run-1', 'run-2'),
      rowNumber: fc.integer({ min: 1, max: 6 }),
      member: fc.constantFrom('7', '8'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' as const }) },
  // Back as well: a wall clock is set, and daylight saving ends.
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('clock' as const), byMs: fc.integer({ min: -5000, max: 5000 }) }),
  },
);

describe('the times given to increments', () => {
  test('no member ever gets one twice, whatever the order of runs, restarts and clock jumps; a row keeps its own', async () => {
    const folder = temporaryFolder();
    let account = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        // A member store of its own for each sequence, in one ledger.
        account += 1;
        const inAccount = `${ACCOUNT}-${account}`;
        const own = (runId: string) => `${runId}-${account}`;
        let ledger = openSqliteLedger(folder, HOLDER);
        let nowMs = START_MS;
        const given = new Map<string, { time: string; member: string }>();
        try {
          for (const next of steps) {
            if (next.kind === 'clock') nowMs += next.byMs;
            if (next.kind === 'restart') {
              ledger.close();
              ledger = openSqliteLedger(folder, HOLDER);
            }
            if (next.kind !== 'claim') continue;
            const key = rowKey(next.rowNumber, own(next.runId));
            const row = `${key.runId}:${key.rowNumber}`;
            const earlier = given.get(row);
            // A row is about one member for ever.
            const member = earlier?.member ?? next.member;
            const time = await ledger.changeTimes.claimWithIntent(
              inAccount,
              key,
              () => intentFor(member),
              secondsFrom(nowMs),
              nowMs,
            );
            if (time === undefined) throw new Error('endless candidates ran out');
            if (earlier) expect(time).toBe(earlier.time);
            given.set(row, { time, member });
            expect(ledger.changeTimes.isTaken(inAccount, member, time)).toBe(true);
          }
        } finally {
          ledger.close();
        }
        const all = [...given.values()].map(({ member, time }) => `${member} ${time}`);
        expect(new Set(all).size).toBe(all.length);
      }),
      { numRuns: 40 },
    );
  });

  test('two members may have the same second, two rows of one member may not', async () => {
    const { changeTimes } = openTestLedger();
    const claim = (rowNumber: number, member: string) =>
      changeTimes.claimWithIntent(ACCOUNT, rowKey(rowNumber), () => intentFor(member), secondsFrom(START_MS), START_MS);
    expect(await Promise.all([claim(1, '7'), claim(2, '7'), claim(3, '8'), claim(4, '7')])).toEqual([
      '2026-11-22 12:00:00',
      '2026-11-22 12:00:01',
      '2026-11-22 12:00:00',
      '2026-11-22 12:00:02',
    ]);
  });

  test('a given time that the member had already is refused, and nothing is recorded', async () => {
    const { changeTimes, rows } = openTestLedger();
    const claim = (rowNumber: number) =>
      changeTimes.claimWithIntent(ACCOUNT, rowKey(rowNumber), () => intentFor('7'), ['2026-01-05 13:26:23'], START_MS);
    expect(await claim(1)).toBe('2026-01-05 13:26:23');
    expect(await claim(2)).toBeUndefined();
    expect(rows.find(rowKey(2))).toBeUndefined();
  });

  test('the intent is durable together with its time, with everything that evidence needs', async () => {
    const folder = temporaryFolder();
    const ledger = openSqliteLedger(folder, HOLDER);
    const intent = { ...intentFor('7'), operation: 'increment', pointBefore: '1', balanceBefore: '2.50' };
    await ledger.changeTimes.claimWithIntent(ACCOUNT, rowKey(1), () => intent, ['t1'], START_MS);
    ledger.close();
    expect(openTestLedger(folder).rows.find(rowKey(1))).toMatchObject({
      ...intent,
      state: 'intent',
      dataChangeTime: 't1',
      intentMs: START_MS,
    });
  });
});
