import { describe, expect, test } from 'vitest';
import { ALL_ROWS } from '../../../src/ledger/ledger.ts';
import { newRun, plannedRow } from '../../support/test-ledger.ts';
import { all, LEDGERS } from './backends.ts';

const key = { runId: 'run-1', rowNumber: 1, target: 'kybio' } as const;

describe.each(LEDGERS)('rows ($name)', ({ newPlace }) => {
  test('a step adds to what is there: fields that it does not give stay', async () => {
    const { open, clock } = newPlace();
    const { rows } = await open();
    await rows.record(key, { state: 'intent', operation: 'add', pointIncrement: '12.50', messages: ['a'] });
    clock.jumpTo(clock.nowMs() + 1);
    await rows.record(key, { state: 'done', action: 'created', customerUid: '231607639459718452', messages: [] });
    expect(await rows.find(key)).toMatchObject({
      state: 'done',
      operation: 'add',
      action: 'created',
      pointIncrement: '12.50',
      customerUid: '231607639459718452',
      messages: [],
      updatedMs: clock.nowMs(),
    });
    expect(await rows.find({ ...key, target: 'wonder' })).toBeUndefined();
  });

  test('are read in the order of the file, both targets of a row together, over many pages, from any row on', async () => {
    const { rows } = await newPlace().open();
    const numbers = Array.from({ length: 1300 }, (_, index) => index + 1);
    await Promise.all(
      numbers
        .toReversed()
        .flatMap((rowNumber) =>
          (['wonder', 'kybio'] as const).map((target) =>
            rows.record({ runId: 'run-1', rowNumber, target }, { state: 'done' }),
          ),
        ),
    );
    await rows.record({ ...key, runId: 'run-2' }, { state: 'failed' });
    const inOrder = (from: number) => numbers.slice(from).flatMap((n) => [`${n} kybio`, `${n} wonder`]);
    const read = async (from?: number) =>
      (await all(rows.read('run-1', from))).map(({ rowNumber, target }) => `${rowNumber} ${target}`);
    expect(await read()).toEqual(inOrder(0));
    expect(await read(1250)).toEqual(inOrder(1249));
    expect(await rows.countByState('run-1', [ALL_ROWS])).toEqual([{ done: 2600 }]);
  });

  test('are counted by state, for ranges of row numbers', async () => {
    const { rows } = await newPlace().open();
    const states = ['done', 'failed', 'open', 'invalid', 'in_doubt', 'deferred', 'intent', 'retry', 'done'] as const;
    for (const [index, state] of states.entries()) await rows.record({ ...key, rowNumber: index + 1 }, { state });
    await rows.record({ ...key, rowNumber: 9, target: 'wonder' }, { state: 'done' });
    await rows.record({ ...key, runId: 'run-2', rowNumber: 3 }, { state: 'done' });
    const range = (firstRow: number, lastRow: number) => ({ firstRow, lastRow });
    const ranges = [range(1, 3), range(3, 3), range(4, 6), range(7, 8), range(9, 9), range(10, 90)];
    expect(await rows.countByState('run-1', ranges)).toEqual([
      { done: 1, failed: 1, open: 1 },
      { open: 1 },
      { invalid: 1, in_doubt: 1, deferred: 1 },
      { intent: 1, retry: 1 },
      { done: 2 },
      {},
    ]);
    expect(await rows.countByState('run-1', [])).toEqual([]);
  });

  test('are listed by state', async () => {
    const { rows } = await newPlace().open();
    const states = ['intent', 'done', 'in_doubt', 'open'] as const;
    for (const [index, state] of states.entries()) await rows.record({ ...key, rowNumber: 4 - index }, { state });
    const listed = await rows.listByState('run-1', ['intent', 'in_doubt']);
    expect(listed.map(({ rowNumber, state }) => `${rowNumber} ${state}`)).toEqual(['2 in_doubt', '4 intent']);
    expect(await rows.listByState('run-1', [])).toEqual([]);
  });

  test('that are only planned are shown to those who ask for them, until they get a state of their own', async () => {
    const { runs, rows } = await newPlace().open();
    const planned = plannedRow({ number: 'N1', reference: 'R', campaign: 'may', balanceIncrement: '2.50' });
    await runs.start(newRun(), [[planned, plannedRow({ rowNumber: 2 })]]);
    expect(await rows.find(key)).toBeUndefined();
    expect(await all(rows.read('run-1'))).toEqual([]);
    expect(await rows.countByState('run-1', [ALL_ROWS])).toEqual([{}]);
    expect(await rows.listByState('run-1', ['done'])).toEqual([]);
    expect(await rows.listByState('run-1', ['planned'])).toMatchObject([
      {
        rowNumber: 1,
        target: 'kybio',
        state: 'planned',
        number: 'N1',
        reference: 'R',
        campaign: 'may',
        balanceIncrement: '2.50',
      },
      { rowNumber: 2 },
    ]);
    await rows.recordSoon(key, { state: 'failed', errorCode: 'NO_MEMBER' });
    expect(await rows.find(key)).toMatchObject({ state: 'failed', number: 'N1', campaign: 'may' });
    expect(await rows.countByState('run-1', [ALL_ROWS])).toEqual([{ failed: 1 }]);
  });
});

describe.each(LEDGERS)('evidence ($name)', ({ newPlace }) => {
  test('comes back in the order in which it was added, also when the clock was set back', async () => {
    const { open, clock } = newPlace();
    const { rows } = await open();
    const startMs = clock.nowMs();
    await rows.addEvidence({ ...key, rowNumber: 4 }, { kind: 'read', detailJson: '1' });
    clock.jumpTo(startMs - 5000);
    await rows.record({ ...key, rowNumber: 4 }, { state: 'in_doubt' }, { kind: 'repeat', detailJson: '2' });
    await rows.addEvidence({ ...key, rowNumber: 5 }, { kind: 'read', detailJson: '3' });
    expect(await rows.listEvidence('run-1', 4)).toEqual([
      { recordedMs: startMs, kind: 'read', detailJson: '1' },
      { recordedMs: startMs - 5000, kind: 'repeat', detailJson: '2' },
    ]);
    expect(await rows.listEvidence('run-2', 4)).toEqual([]);
    expect(await rows.listEvidenced('run-1')).toEqual([4, 5]);
    expect(await rows.listEvidenced('run-2')).toEqual([]);
  });
});
