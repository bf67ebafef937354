import { describe, expect, test } from 'vitest';
import { LEDGERS } from './backends.ts';

const call = (day: string, endpoint: string, limit?: number) => ({ day, endpoint, limit });

describe.each(LEDGERS)('calls and the quota ($name)', ({ newPlace }) => {
  test('are counted by account, day and endpoint, and survive a restart', async () => {
    const { open } = newPlace();
    const first = await open();
    await Promise.all([
      first.calls.take('kybio:A', call('2026-11-22', 'add')),
      first.calls.take('kybio:A', call('2026-11-22', 'add')),
      first.calls.take('kybio:A', call('2026-11-22', 'query')),
      first.calls.take('kybio:A', call('2026-11-23', 'add')),
      first.calls.take('kybio:B', call('2026-11-22', 'add')),
    ]);
    await first.close();
    const { calls } = await open();
    expect(await calls.total('kybio:A', '2026-11-22')).toBe(3);
    expect(await calls.total('kybio:A', '2026-11-24')).toBe(0);
    expect(await calls.byDay('kybio:A', 10)).toEqual([
      { account: 'kybio:A', day: '2026-11-23', endpoint: 'add', calls: 1 },
      { account: 'kybio:A', day: '2026-11-22', endpoint: 'add', calls: 2 },
      { account: 'kybio:A', day: '2026-11-22', endpoint: 'query', calls: 1 },
    ]);
    expect(await calls.byDay(undefined, 10)).toHaveLength(4);
    expect(await calls.byDay(undefined, 2)).toHaveLength(2);
  });

  test('are taken up to the limit of the day and no further, whoever asks at once, over restarts', async () => {
    const { open } = newPlace();
    const first = await open();
    const taken = await Promise.all(
      Array.from({ length: 5 }, (_, index) => first.calls.take('kybio:A', call('2026-11-22', `e${index % 2}`, 3))),
    );
    expect(taken).toEqual([
      { isTaken: true, used: 1 },
      { isTaken: true, used: 2 },
      { isTaken: true, used: 3 },
      { isTaken: false, used: 3 },
      { isTaken: false, used: 3 },
    ]);
    expect(await first.calls.total('kybio:A', '2026-11-22')).toBe(3);
    await first.close();
    const { calls } = await open();
    expect(await calls.take('kybio:A', call('2026-11-22', 'e0', 3))).toEqual({ isTaken: false, used: 3 });
    expect(await calls.take('kybio:A', call('2026-11-22', 'e0', 4))).toEqual({ isTaken: true, used: 4 });
    expect(await calls.take('kybio:A', call('2026-11-22', 'e0'))).toEqual({ isTaken: true, used: 5 });
    expect(await calls.take('kybio:A', call('2026-11-23', 'e0', 3))).toEqual({ isTaken: true, used: 1 });
    expect(await calls.take('kybio:B', call('2026-11-22', 'e0', 3))).toEqual({ isTaken: true, used: 1 });
  });

  test('that were never sent are given back, never more than were taken, and can be taken again', async () => {
    const { open } = newPlace();
    const first = await open();
    for (const endpoint of ['add', 'add', 'add', 'query'])
      await first.calls.take('kybio:A', call('2026-11-22', endpoint, 4));
    await first.calls.take('kybio:B', call('2026-11-22', 'add'));
    await first.calls.giveBack('kybio:A', { day: '2026-11-22', endpoint: 'add', count: 2 });
    await first.calls.giveBack('kybio:A', { day: '2026-11-22', endpoint: 'query', count: 2 });
    await first.calls.giveBack('kybio:A', { day: '2026-11-21', endpoint: 'add', count: 1 });
    await first.calls.giveBack('kybio:A', { day: '2026-11-22', endpoint: 'other', count: 1 });
    expect(await first.calls.total('kybio:A', '2026-11-22')).toBe(2);
    expect(await first.calls.total('kybio:B', '2026-11-22')).toBe(1);
    expect(await first.calls.take('kybio:A', call('2026-11-22', 'add', 4))).toEqual({ isTaken: true, used: 3 });
    await first.close();
    const { calls } = await open();
    expect(await calls.byDay('kybio:A', 10)).toEqual([
      { account: 'kybio:A', day: '2026-11-22', endpoint: 'add', calls: 2 },
      { account: 'kybio:A', day: '2026-11-22', endpoint: 'query', calls: 1 },
    ]);
    expect(await calls.take('kybio:A', call('2026-11-22', 'add', 4))).toEqual({ isTaken: true, used: 4 });
    expect(await calls.take('kybio:A', call('2026-11-22', 'add', 4))).toEqual({ isTaken: false, used: 4 });
  });

  test('the newest day is the newest that was counted, whatever was counted last; old days are forgotten', async () => {
    const { calls } = await newPlace().open();
    expect(await calls.newestDay('kybio:A')).toBeUndefined();
    await calls.take('kybio:A', call('2026-11-23', 'add'));
    await calls.take('kybio:A', call('2026-11-22', 'add'));
    await calls.take('kybio:B', call('2026-11-30', 'add'));
    expect(await calls.newestDay('kybio:A')).toBe('2026-11-23');
    await calls.prune('2026-11-23');
    expect(await calls.total('kybio:A', '2026-11-22')).toBe(0);
    expect(await calls.total('kybio:A', '2026-11-23')).toBe(1);
    expect(await calls.take('kybio:A', call('2026-11-22', 'add', 1))).toEqual({ isTaken: true, used: 1 });
  });
});

describe.each(LEDGERS)('facts ($name)', ({ newPlace }) => {
  test('a fact is the last that was learned', async () => {
    const { open } = newPlace();
    const ledger = await open();
    await ledger.facts.write('kybio:A', 'repeat_code', '2031');
    await ledger.facts.write('kybio:A', 'repeat_code', '2032');
    await ledger.close();
    const { facts } = await open();
    expect(await facts.read('kybio:A', 'repeat_code')).toBe('2032');
    expect(await facts.read('kybio:B', 'repeat_code')).toBeUndefined();
  });
});
