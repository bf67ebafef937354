import { describe, expect, test } from 'vitest';
import { fc } from '../../support/chance.ts';
import { newIntent, newRun } from '../../support/test-ledger.ts';
import { LEDGERS } from './backends.ts';

type Step =
  | { readonly kind: 'begin'; readonly runId: string; readonly rowNumber: number; readonly member: string }
  | { readonly kind: 'restart' }
  | { readonly kind: 'clock'; readonly byMs: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('begin' as const),
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

describe.each(LEDGERS)('the times given to increments ($name)', ({ newPlace }) => {
  test('no member ever gets one twice, whatever the order of runs, restarts and clock jumps; each is newer than all before', async () => {
    const { open, clock } = newPlace();
    let ledger = await open();
    let index = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), async (steps) => {
        // A member store of its own for each sequence, in one ledger.
        index += 1;
        const account = `kybio:${index}`;
        const own = (runId: string) => `${runId}-${index}`;
        for (const runId of ['run-1', 'run-2']) await ledger.runs.start(newRun({ runId: own(runId), account }), []);
        const given = new Map<string, { time: string; member: string }>();
        const newest = new Map<string, string>();
        for (const next of steps) {
          if (next.kind === 'clock') clock.jumpTo(clock.nowMs() + next.byMs);
          if (next.kind === 'restart') {
            await ledger.close();
            ledger = await open();
            for (const runId of ['run-1', 'run-2']) await ledger.runs.claim(own(runId));
          }
          if (next.kind !== 'begin') continue;
          const key = { runId: own(next.runId), rowNumber: next.rowNumber, target: 'kybio' } as const;
          const row = `${key.runId}:${key.rowNumber}`;
          const earlier = given.get(row);
          // A row is about one member for ever.
          const customerUid = earlier?.member ?? next.member;
          const begun = await ledger.increments.begin(
            newIntent({
              key,
              account,
              customerUid,
              dataChangeTime: { kind: 'next', fromMs: clock.nowMs(), timeZone: 'Asia/Shanghai' },
              mayRepeatMember: true,
            }),
          );
          if (begun.kind !== 'begun') throw new Error(`refused: ${begun.kind}`);
          await ledger.rows.recordSoon(key, { state: 'open' });
          const { dataChangeTime: time } = begun;
          // The row's own is the newest: it keeps it. Any other is newer than all, also than one that it had itself.
          if (time === earlier?.time) expect(time).toBe(newest.get(customerUid));
          else expect(time > (newest.get(customerUid) ?? '')).toBe(true);
          newest.set(customerUid, time);
          given.set(row, { time, member: customerUid });
        }
      }),
      { numRuns: 40 },
    );
  });
});
