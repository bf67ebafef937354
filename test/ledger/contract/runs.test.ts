import { describe, expect, test } from 'vitest';
import type { RunState } from '../../../src/ledger/ledger.ts';
import { newIntent, newRun, plannedRow } from '../../support/test-ledger.ts';
import { all, LEDGERS } from './backends.ts';

const ids = (runs: readonly { runId: string }[]): string[] => runs.map(({ runId }) => runId);
const kybio = (runId: string, rowNumber: number) => ({ runId, rowNumber, target: 'kybio' }) as const;

describe.each(LEDGERS)('runs ($name)', ({ newPlace }) => {
  test('keep what they were started with, and their state, progress, result and summary', async () => {
    const { open, clock } = newPlace();
    const { runs } = await open();
    await runs.start(newRun({ targets: ['kybio', 'wonder'], place: 'Kybio, store hk1', undoes: 'run-0' }), []);
    const startedMs = clock.nowMs();
    expect(await runs.find('run-1')).toEqual({
      ...newRun({ targets: ['kybio', 'wonder'], place: 'Kybio, store hk1', undoes: 'run-0' }),
      state: 'running',
      createdMs: startedMs,
      updatedMs: startedMs,
      resultSha256: '',
      progressJson: '{}',
      summaryJson: '{}',
      prunedMs: 0,
    });
    clock.jumpTo(startedMs + 5);
    await runs.setProgress('run-1', '{"page":3}');
    await runs.setResult('run-1', { path: '/other.csv', sha256: 'ab' });
    await runs.end('run-1', { state: 'paused', summaryJson: '{"a":1}' });
    expect(await runs.find('run-1')).toMatchObject({
      state: 'paused',
      summaryJson: '{"a":1}',
      progressJson: '{"page":3}',
      resultPath: '/other.csv',
      resultSha256: 'ab',
      updatedMs: startedMs + 5,
    });
    await runs.setState('run-1', 'running');
    expect(await runs.find('run-1')).toMatchObject({ state: 'running', summaryJson: '{"a":1}' });
    expect(await runs.find('run-2')).toBeUndefined();
  });

  test('that take a run back are found by it, oldest first', async () => {
    const { runs } = await newPlace().open();
    for (const [runId, undoes] of [
      ['undo-1', 'run-1'],
      ['undo-2', 'run-2'],
      ['undo-3', 'run-1'],
      ['run-4', ''],
    ] as const) {
      await runs.start(newRun({ runId, undoes }), []);
    }
    expect(ids(await runs.listUndoing('run-1'))).toEqual(['undo-1', 'undo-3']);
    expect(await runs.listUndoing('')).toEqual([]);
  });

  test('an import that was killed in a write and then cancelled is pruned: nothing of it is in doubt', async () => {
    const { open, clock } = newPlace();
    const { runs, rows } = await open();
    await runs.start(newRun({ command: 'import' }), []);
    await rows.record(kybio('run-1', 1), { state: 'intent', operation: 'customerOpenApi/add' });
    await runs.cancel('run-1');
    expect(await runs.prune(clock.nowMs() + 1)).toEqual(['run-1']);
  });

  test('are listed newest first, in the order in which they were started, whatever the clock said', async () => {
    const { open, clock } = newPlace();
    const { runs } = await open();
    await runs.start(newRun({ runId: 'a' }), []);
    clock.jumpTo(clock.nowMs() - 60_000);
    await runs.start(newRun({ runId: 'b' }), []);
    expect(ids(await runs.list(10))).toEqual(['b', 'a']);
    expect(ids(await runs.list(1))).toEqual(['b']);
  });

  test('are put in the order in which they were started, without those that are not known', async () => {
    const { open, clock } = newPlace();
    const { runs } = await open();
    for (const runId of ['run-2', 'run-3', 'run-1']) {
      await runs.start(newRun({ runId }), []);
      clock.jumpTo(clock.nowMs() - 60_000);
    }
    expect(await runs.inOrder(['run-1', 'run-9', 'run-2'])).toEqual(['run-2', 'run-1']);
    expect(await runs.inOrder([])).toEqual([]);
  });

  test('that may be carried on are all found, of one command and account or of all', async () => {
    const { runs } = await newPlace().open();
    const states: RunState[] = ['running', 'paused', 'stopped', 'interrupted', 'finished', 'cancelled'];
    for (const state of states) {
      await runs.start(newRun({ runId: state }), []);
      await runs.setState(state, state);
    }
    await runs.start(newRun({ runId: 'import', command: 'import' }), []);
    await runs.start(newRun({ runId: 'elsewhere', account: 'kybio:B' }), []);
    const unfinished = ['interrupted', 'stopped', 'paused', 'running'];
    expect(ids(await runs.listUnfinished({ command: 'topup', account: 'kybio:APP' }))).toEqual(unfinished);
    expect(ids(await runs.listUnfinished())).toEqual(['elsewhere', 'import', ...unfinished]);
  });

  test('a run whose rows cannot be read to the end is not started, its rows are unknown, and the ledger goes on', async () => {
    const ledger = await newPlace().open();
    const ofMembers = { numbers: [], customerUids: ['7', '8'], references: [] };
    async function* broken() {
      yield [plannedRow({ customerUid: '7' })];
      expect(await ledger.runs.find('run-1')).toBeUndefined();
      expect(await ledger.rows.listByState('run-1', ['planned'])).toEqual([]);
      expect(await ledger.increments.findCredits('kybio:APP', ofMembers)).toEqual([]);
      throw new Error('the stage is gone');
    }
    await expect(ledger.runs.start(newRun(), broken())).rejects.toThrow('the stage is gone');
    expect(await ledger.runs.find('run-1')).toBeUndefined();
    await ledger.runs.start(newRun(), [[plannedRow({ customerUid: '8' })]]);
    expect(await ledger.increments.findCredits('kybio:APP', ofMembers)).toMatchObject([{ customerUid: '8' }]);
  });

  test('cancelled: rows that were not sent are given up and no credits any more, rows in doubt stay', async () => {
    const { runs, rows, increments } = await newPlace().open();
    await runs.start(newRun(), [
      [1, 2, 3, 4].map((rowNumber) => plannedRow({ rowNumber, customerUid: String(rowNumber) })),
    ]);
    for (const rowNumber of [1, 2, 3]) {
      await increments.begin(newIntent({ key: kybio('run-1', rowNumber), customerUid: String(rowNumber) }));
    }
    await rows.record(kybio('run-1', 1), { state: 'in_doubt' });
    await rows.record(kybio('run-1', 2), { state: 'open' });
    await rows.record(kybio('run-1', 3), { state: 'done' });
    expect(await runs.cancel('run-1')).toBe(2);
    expect(await runs.find('run-1')).toMatchObject({ state: 'cancelled' });
    expect(await rows.listByState('run-1', ['planned'])).toEqual([]);
    const ofMembers = { numbers: [], customerUids: ['1', '2', '3', '4'], references: [] };
    const credits = await increments.findCredits('kybio:APP', ofMembers);
    expect(credits.map(({ rowNumber }) => rowNumber).sort()).toEqual([1, 3]);
    expect(await increments.listUnsettled('kybio:APP')).toMatchObject([{ rowNumber: 1, state: 'in_doubt' }]);
    expect(await runs.cancel('run-1')).toBe(0);
  });

  test('a finished run is not cancelled', async () => {
    const { runs } = await newPlace().open();
    await runs.start(newRun(), []);
    await runs.setState('run-1', 'finished');
    expect(await runs.cancel('run-1')).toBe(0);
    expect(await runs.find('run-1')).toMatchObject({ state: 'finished' });
  });

  test('pruned: everything goes but credits, with what the guard needs, and the times of all', async () => {
    const { open, clock } = newPlace();
    const { runs, rows, increments } = await open();
    await runs.start(newRun(), [
      [plannedRow({ number: 'N1', reference: 'R1', campaign: 'may' }), plannedRow({ rowNumber: 2, number: 'N2' })],
    ]);
    const begun = await increments.begin(
      newIntent({ number: 'N1', before: { point: '1', balance: '2', sequence: 99 } }),
    );
    await rows.record(
      kybio('run-1', 1),
      { state: 'done', action: 'topped_up', messages: ['m'], pointAfter: '11', uuid: 'u' },
      {
        kind: 'read',
        detailJson: '{}',
      },
    );
    await rows.record(kybio('run-1', 2), { state: 'failed', messages: ['no member'] });
    await runs.setState('run-1', 'finished');
    await runs.start(newRun({ runId: 'import', command: 'import' }), []);
    await rows.record(kybio('import', 1), { state: 'done', customerUid: '9' });
    await runs.setState('import', 'finished');
    const endedMs = clock.nowMs();
    expect(await runs.prune(endedMs)).toEqual([]);
    expect(await runs.prune(endedMs + 1)).toEqual(['run-1', 'import']);
    expect(await runs.list(9)).toEqual([]);
    expect(await runs.find('import')).toBeUndefined();
    expect(await runs.find('run-1')).toMatchObject({
      prunedMs: endedMs,
      inputPath: '',
      resultPath: '',
      settingsJson: '{}',
    });
    expect(await all(rows.read('run-1'))).toMatchObject([
      {
        rowNumber: 1,
        state: 'done',
        customerUid: '7',
        number: 'N1',
        pointIncrement: '10',
        reference: 'R1',
        campaign: 'may',
        dataChangeTime: '2026-11-22 12:00:00',
        intentMs: endedMs,
        messages: [],
        action: '',
        uuid: '',
        pointBefore: '',
        pointAfter: '',
      },
    ]);
    expect(await rows.listEvidence('run-1', 1)).toEqual([]);
    const ofReference = { numbers: [], customerUids: [], references: ['R1'] };
    expect(await increments.findCredits('kybio:APP', ofReference)).toMatchObject([{ runId: 'run-1', rowNumber: 1 }]);
    expect(begun).toMatchObject({ dataChangeTime: '2026-11-22 12:00:00' });
    await runs.start(newRun({ runId: 'run-2' }), []);
    expect(await increments.begin(newIntent({ key: kybio('run-2', 1) }))).toMatchObject({
      dataChangeTime: '2026-11-22 12:00:01',
    });
  });

  test('pruned: what a fact tells of the input of a run goes with it, and that of a run that never began', async () => {
    const { open, clock } = newPlace();
    const { runs, facts } = await open();
    const account = newRun().account;
    for (const runId of ['ended', 'asleep', 'never-began']) await facts.write(account, `signs_${runId}`, '{}');
    await facts.write(account, 'mapping_1', '/map.json');
    for (const runId of ['ended', 'asleep']) await runs.start(newRun({ runId }), []);
    await runs.setState('ended', 'finished');
    await runs.setState('asleep', 'paused');
    const known = async (): Promise<string[]> => {
      const names = ['signs_ended', 'signs_asleep', 'signs_never-began', 'mapping_1'];
      const values = await Promise.all(names.map((name) => facts.read(account, name)));
      return names.filter((_, index) => values[index] !== undefined);
    };
    // A run that is just being begun has its fact, and is not recorded yet.
    await runs.prune(clock.nowMs());
    expect(await known()).toHaveLength(4);
    await runs.prune(clock.nowMs() + 1);
    expect(await known()).toEqual(['signs_asleep', 'mapping_1']);
  });

  test('neither a run with a row in doubt nor one that may be carried on is pruned', async () => {
    const { open, clock } = newPlace();
    const { runs, rows, increments } = await open();
    await runs.start(newRun({ runId: 'doubt' }), []);
    await increments.begin(newIntent({ key: kybio('doubt', 1) }));
    await rows.record(kybio('doubt', 1), { state: 'in_doubt' });
    await runs.setState('doubt', 'finished');
    await runs.start(newRun({ runId: 'paused' }), []);
    await runs.setState('paused', 'paused');
    expect(await runs.prune(clock.nowMs() + 1)).toEqual([]);
    await rows.record(kybio('doubt', 1), { state: 'failed' });
    expect(await runs.prune(clock.nowMs() + 1)).toEqual(['doubt']);
  });
});
