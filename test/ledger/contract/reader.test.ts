import { describe, expect, test } from 'vitest';
import { ALL_ROWS } from '../../../src/ledger/ledger.ts';
import { ACCOUNT, newIntent, newRun, plannedRow } from '../../support/test-ledger.ts';
import { all, LEDGERS } from './backends.ts';

const key = (rowNumber: number) => ({ runId: 'run-1', rowNumber, target: 'kybio' }) as const;

describe.each(LEDGERS)('a reader ($name)', ({ newPlace }) => {
  test('finds no ledger where there is none, and makes none', async () => {
    const { openReader } = newPlace();
    expect(await openReader()).toBeUndefined();
    expect(await openReader()).toBeUndefined();
  });

  test('reads everything while another one writes, and sees what becomes durable meanwhile', async () => {
    const { open, openReader, clock } = newPlace();
    const writer = await open();
    await writer.runs.start(newRun(), [[plannedRow(), plannedRow({ rowNumber: 2, number: 'N2' })]]);
    await writer.increments.begin(newIntent());
    await writer.calls.take(ACCOUNT, { day: '2026-11-22', endpoint: 'add', limit: 300 });
    await writer.facts.write(ACCOUNT, 'fact', 'value');
    await writer.rows.addEvidence(key(1), { kind: 'read', detailJson: '{}' });
    const reader = await openReader();
    if (!reader) throw new Error('there is a ledger');
    expect(reader.place).toBe(writer.place);
    expect(await reader.now()).toBe(clock.nowMs());
    expect(await reader.sequence()).toBe(await writer.sequence());
    expect(await reader.runs.list(5)).toEqual(await writer.runs.list(5));
    expect(await reader.runs.find('run-1')).toMatchObject({ state: 'running' });
    expect(await reader.runs.listUnfinished()).toHaveLength(1);
    expect(await reader.rows.find(key(1))).toEqual(await writer.rows.find(key(1)));
    expect(await all(reader.rows.read('run-1'))).toHaveLength(1);
    expect(await reader.rows.listByState('run-1', ['planned'])).toHaveLength(1);
    expect(await reader.rows.countByState('run-1', [ALL_ROWS])).toEqual([{ intent: 1 }]);
    expect(await reader.rows.listEvidence('run-1', 1)).toHaveLength(1);
    expect(await reader.increments.listUnsettled(ACCOUNT)).toHaveLength(1);
    expect(await reader.increments.listOfMember(ACCOUNT, '7')).toHaveLength(1);
    const of = { numbers: ['N2'], customerUids: ['7'], references: [] };
    expect(await reader.increments.findCredits(ACCOUNT, of)).toHaveLength(2);
    expect(await reader.increments.findCredits(ACCOUNT, of)).toEqual(await writer.increments.findCredits(ACCOUNT, of));
    expect(await reader.calls.total(ACCOUNT, '2026-11-22')).toBe(1);
    expect(await reader.calls.newestDay(ACCOUNT)).toBe('2026-11-22');
    expect(await reader.calls.byDay(undefined, 5)).toHaveLength(1);
    expect(await reader.facts.read(ACCOUNT, 'fact')).toBe('value');
    expect(await reader.readHealth()).toMatchObject({ problems: [], intentCount: 1 });

    await writer.rows.record(key(1), { state: 'done' });
    expect(await reader.rows.find(key(1))).toMatchObject({ state: 'done' });
    await writer.close();
    expect(await reader.rows.find(key(1))).toMatchObject({ state: 'done' });
    const next = await open();
    await next.runs.claim('run-1');
    await next.rows.record(key(2), { state: 'failed' });
    expect(await reader.rows.find(key(2))).toMatchObject({ state: 'failed' });
    await reader.close();
    await reader.close();
  });

  test('reads what a killed writer has left, while nobody writes', async () => {
    const { openReader, killAfter } = newPlace();
    await killAfter([
      { store: 'runs', method: 'start', given: [newRun(), []] },
      { store: 'increments', method: 'begin', given: [newIntent()] },
    ]);
    expect(await (await openReader())?.rows.find(key(1))).toMatchObject({ state: 'intent' });
  });
});
