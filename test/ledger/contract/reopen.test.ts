import { describe, expect, test } from 'vitest';
import { ACCOUNT, newIntent, newRun, plannedRow } from '../../support/test-ledger.ts';
import { LEDGERS, type LedgerCall } from './backends.ts';

const key = (rowNumber: number) => ({ runId: 'run-1', rowNumber, target: 'kybio' }) as const;
const start: LedgerCall = { store: 'runs', method: 'start', given: [newRun(), [[plannedRow({ customerUid: '7' })]]] };

describe.each(LEDGERS)('after a kill -9 ($name)', ({ newPlace }) => {
  test('the ledger opens at once, and has all that was waited for', async () => {
    const { open, killAfter } = newPlace();
    await killAfter([
      start,
      { store: 'increments', method: 'begin', given: [newIntent()] },
      { store: 'calls', method: 'take', given: [ACCOUNT, { day: '2026-11-22', endpoint: 'add' }] },
      { store: 'facts', method: 'write', given: [ACCOUNT, 'fact', 'value'] },
      { store: 'runs', method: 'end', given: ['run-1', { state: 'paused', summaryJson: '{"a":1}' }] },
    ]);
    const ledger = await open();
    expect(await ledger.rows.find(key(1))).toMatchObject({ state: 'intent', dataChangeTime: '2026-11-22 12:00:00' });
    expect(await ledger.increments.listUnsettled(ACCOUNT)).toHaveLength(1);
    expect(await ledger.calls.total(ACCOUNT, '2026-11-22')).toBe(1);
    expect(await ledger.facts.read(ACCOUNT, 'fact')).toBe('value');
    expect(await ledger.runs.find('run-1')).toMatchObject({ state: 'paused', summaryJson: '{"a":1}' });
    await ledger.requireNewest();
    expect((await ledger.readHealth()).intentCount).toBe(1);
    expect((await ledger.rows.find(key(1)))?.sequence).toBeLessThanOrEqual(await ledger.sequence());
  });

  test('an outcome that nobody waited for is there or the intent is: never less', async () => {
    const { open, killAfter } = newPlace();
    await killAfter([
      start,
      { store: 'increments', method: 'begin', given: [newIntent()] },
      { store: 'rows', method: 'recordSoon', given: [key(1), { state: 'done' }] },
    ]);
    const { rows } = await open();
    expect(['intent', 'done']).toContain((await rows.find(key(1)))?.state);
  });
});
