import { describe, expect, test } from 'vitest';
import { ALL_ROWS } from '../../../src/ledger/ledger.ts';
import { newIntent, newRun } from '../../support/test-ledger.ts';
import { LEDGERS } from './backends.ts';

const key = (rowNumber: number) => ({ runId: 'run-1', rowNumber, target: 'kybio' }) as const;

describe.each(LEDGERS)('the order of changes ($name)', ({ newPlace }) => {
  test('a read sees every write that was given out before it, whether anybody waited for it or not', async () => {
    const { rows, runs } = await newPlace().open();
    await runs.start(newRun(), []);
    const recorded = rows.record(key(1), { state: 'intent' });
    expect(await rows.find(key(1))).toMatchObject({ state: 'intent' });
    void rows.recordSoon(key(1), { state: 'done', action: 'created' });
    void rows.recordSoon(key(2), { state: 'failed' });
    expect(await rows.find(key(1))).toMatchObject({ state: 'done', action: 'created' });
    expect(await rows.countByState('run-1', [ALL_ROWS])).toEqual([{ done: 1, failed: 1 }]);
    await recorded;
  });

  test('writes take effect in the order in which they were called, of whatever kind they are', async () => {
    const { rows, increments, runs } = await newPlace().open();
    await runs.start(newRun(), []);
    const all = [
      increments.begin(newIntent({ key: key(1) })),
      rows.recordSoon(key(1), { state: 'open' }),
      increments.begin(newIntent({ key: key(1) })),
      rows.record(key(1), { state: 'in_doubt' }),
      rows.record(key(1), { state: 'done' }),
    ];
    await Promise.all(all);
    expect(await rows.find(key(1))).toMatchObject({ state: 'done' });
  });

  test('every change of a row has a higher sequence than all before it, also after a restart and with the clock set back', async () => {
    const { open, clock } = newPlace();
    const first = await open();
    const seen: number[] = [];
    const change = async (ledger: typeof first, rowNumber: number) => {
      const before = await ledger.sequence();
      await ledger.rows.record(key(rowNumber), { state: 'open' });
      seen.push((await ledger.rows.find(key(rowNumber)))?.sequence ?? -1);
      expect(seen.at(-1)).toBeGreaterThan(before);
      expect(await ledger.sequence()).toBeGreaterThanOrEqual(seen.at(-1) ?? 0);
    };
    await change(first, 1);
    await change(first, 2);
    await first.close();
    clock.jumpTo(clock.nowMs() - 10_000);
    const second = await open();
    await change(second, 3);
    await change(second, 1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBe(4);
  });

  test('what is read at a sequence has seen every change up to it', async () => {
    const { rows, sequence } = await newPlace().open();
    void rows.recordSoon(key(1), { state: 'open' });
    const at = await sequence();
    expect((await rows.find(key(1)))?.sequence).toBeLessThanOrEqual(at);
  });

  test('close waits for what was given out, can be called twice, and is the end', async () => {
    const { open } = newPlace();
    const ledger = await open();
    const written = ledger.rows.record(key(1), { state: 'open' });
    void ledger.rows.recordSoon(key(2), { state: 'open' });
    await Promise.all([ledger.close(), ledger.close(), written]);
    await ledger.close();
    await expect(ledger.rows.find(key(1))).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
    await expect(ledger.rows.record(key(1), { state: 'done' })).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
    const { rows } = await open();
    expect(await rows.listByState('run-1', ['open'])).toHaveLength(2);
  });
});
