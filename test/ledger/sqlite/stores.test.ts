import { describe, expect, test } from 'vitest';
import { openSqliteLedger } from '../../../src/ledger/sqlite/sqlite-ledger.ts';
import { HOLDER, openTestLedger, run } from '../../support/test-ledger.ts';
import { temporaryFolder } from '../../support/workspace.ts';

describe('calls', () => {
  test('are counted by account, day and endpoint, and survive a restart', async () => {
    const folder = temporaryFolder();
    const first = openSqliteLedger(folder, HOLDER);
    await Promise.all([
      first.calls.count('kybio:A', '2026-11-22', 'add'),
      first.calls.count('kybio:A', '2026-11-22', 'add'),
      first.calls.count('kybio:A', '2026-11-22', 'query'),
      first.calls.count('kybio:A', '2026-11-23', 'add'),
      first.calls.count('kybio:B', '2026-11-22', 'add'),
    ]);
    first.close();
    const { calls } = openTestLedger(folder);
    expect(calls.total('kybio:A', '2026-11-22')).toBe(3);
    expect(calls.total('kybio:A', '2026-11-24')).toBe(0);
    expect(calls.byDay('kybio:A', 10)).toEqual([
      { account: 'kybio:A', day: '2026-11-23', endpoint: 'add', calls: 1 },
      { account: 'kybio:A', day: '2026-11-22', endpoint: 'add', calls: 2 },
      { account: 'kybio:A', day: '2026-11-22', endpoint: 'query', calls: 1 },
    ]);
    expect(calls.byDay(undefined, 10)).toHaveLength(4);
  });
});

describe('rows', () => {
  const key = { runId: 'run-1', rowNumber: 1, target: 'kybio' } as const;

  test('a step adds to what is there: fields that it does not give stay', async () => {
    const { rows } = openTestLedger();
    await rows.record(key, { state: 'intent', operation: 'add', pointIncrement: '12.50', messages: ['a'] }, 5);
    await rows.record(key, { state: 'done', action: 'created', customerUid: '231607639459718452', messages: [] }, 6);
    expect(rows.find(key)).toMatchObject({
      state: 'done',
      operation: 'add',
      action: 'created',
      pointIncrement: '12.50',
      customerUid: '231607639459718452',
      messages: [],
      updatedMs: 6,
    });
  });

  test('are read in the order of the file, both targets of a row together, over many pages', async () => {
    const { rows } = openTestLedger();
    const numbers = Array.from({ length: 1300 }, (_, index) => index + 1);
    await Promise.all(
      numbers
        .toReversed()
        .flatMap((rowNumber) =>
          (['wonder', 'kybio'] as const).map((target) =>
            rows.record({ runId: 'run-1', rowNumber, target }, { state: 'done' }, 1),
          ),
        ),
    );
    await rows.record({ ...key, runId: 'run-2' }, { state: 'failed' }, 1);
    expect([...rows.iterate('run-1')].map(({ rowNumber, target }) => `${rowNumber} ${target}`)).toEqual(
      numbers.flatMap((rowNumber) => [`${rowNumber} kybio`, `${rowNumber} wonder`]),
    );
    expect(rows.countByState('run-1')).toEqual([
      { target: 'kybio', state: 'done', rowCount: 1300 },
      { target: 'wonder', state: 'done', rowCount: 1300 },
    ]);
  });

  test('are listed by state', async () => {
    const { rows } = openTestLedger();
    for (const [rowNumber, state] of [
      [3, 'in_doubt'],
      [1, 'intent'],
      [2, 'done'],
    ] as const) {
      await rows.record({ ...key, rowNumber }, { state }, 1);
    }
    expect(rows.listByState('run-1', ['intent', 'in_doubt']).map(({ rowNumber }) => rowNumber)).toEqual([1, 3]);
  });
});

describe('runs', () => {
  test('are found by the digest of their rows, newest first, for the same account and command only', () => {
    const { runs } = openTestLedger();
    runs.start(run({ runId: 'old', createdMs: 1 }));
    runs.start(run({ runId: 'new', createdMs: 2 }));
    runs.start(run({ runId: 'other store', account: 'kybio:B' }));
    runs.start(run({ runId: 'other rows', rowsDigest: 'x' }));
    runs.start(run({ runId: 'other command', command: 'import' }));
    expect(runs.findByDigest('topup', 'digest', 'kybio:APP').map(({ runId }) => runId)).toEqual(['new', 'old']);
  });

  test('keep their state, progress and summary', async () => {
    const { runs } = openTestLedger();
    runs.start(run());
    runs.setState('run-1', 'paused', 5);
    runs.setSummary('run-1', '{"a":1}', 6);
    await runs.setProgress('run-1', '{"page":3}', 7);
    expect(runs.find('run-1')).toMatchObject({
      state: 'paused',
      summaryJson: '{"a":1}',
      progressJson: '{"page":3}',
      updatedMs: 7,
    });
    expect(runs.find('run-2')).toBeUndefined();
  });
});

describe('evidence and facts', () => {
  test('evidence comes back in the order in which it was added', async () => {
    const { evidence } = openTestLedger();
    await evidence.add('run-1', 4, { recordedMs: 9, kind: 'read', detailJson: '1' });
    await evidence.add('run-1', 4, { recordedMs: 8, kind: 'read', detailJson: '2' });
    await evidence.add('run-1', 5, { recordedMs: 7, kind: 'read', detailJson: '3' });
    expect(evidence.list('run-1', 4).map(({ detailJson }) => detailJson)).toEqual(['1', '2']);
  });

  test('a fact is the last that was learned', () => {
    const { facts } = openTestLedger();
    facts.write('kybio:A', 'repeat_code', '2031', 1);
    facts.write('kybio:A', 'repeat_code', '2032', 2);
    expect(facts.read('kybio:A', 'repeat_code')).toBe('2032');
    expect(facts.read('kybio:B', 'repeat_code')).toBeUndefined();
  });
});
