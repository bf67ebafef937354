import { describe, expect, test } from 'vitest';
import type { Credit } from '../../../src/ledger/increments.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { ACCOUNT, newIntent, newRun, plannedRow } from '../../support/test-ledger.ts';
import { all, LEDGERS } from './backends.ts';

const key = (runId: string, rowNumber: number) => ({ runId, rowNumber, target: 'kybio' }) as const;
const names = (credits: readonly Pick<Credit, 'runId' | 'rowNumber'>[]): string[] =>
  credits.map(({ runId, rowNumber }) => `${runId}:${rowNumber}`).sort();
const NONE = { numbers: [], customerUids: [], references: [] };

async function begin(
  ledger: Ledger,
  runId: string,
  rowNumber: number,
  member: { customerUid: string; number?: string; reference?: string },
) {
  const intent = newIntent({ key: key(runId, rowNumber), mayRepeatMember: true, ...member });
  expect(await ledger.increments.begin(intent)).toMatchObject({ kind: 'begun' });
}

describe.each(LEDGERS)('credits ($name)', ({ newPlace }) => {
  async function openWithCredits(): Promise<Ledger> {
    const ledger = await newPlace().open();
    await ledger.runs.start(newRun(), [
      [plannedRow({ rowNumber: 4, number: 'N4' }), plannedRow({ rowNumber: 5, reference: 'R5' })],
    ]);
    await begin(ledger, 'run-1', 1, { customerUid: '1', number: 'N1' });
    await ledger.rows.record(key('run-1', 1), { state: 'done' });
    await begin(ledger, 'run-1', 2, { customerUid: '2', number: 'N2' });
    await begin(ledger, 'run-1', 3, { customerUid: '3', number: 'N3', reference: 'R3' });
    await ledger.rows.record(key('run-1', 3), { state: 'in_doubt' });
    await ledger.rows.record(key('run-1', 6), { state: 'failed', number: 'N6' });
    await ledger.runs.start(newRun({ runId: 'import', command: 'import' }), []);
    await ledger.rows.record(key('import', 1), { state: 'done', customerUid: '1', number: 'N1' });
    await ledger.runs.start(newRun({ runId: 'other', account: 'kybio:B' }), [[plannedRow({ number: 'N1' })]]);
    return ledger;
  }

  test('are found by number, customerUid and reference, each once, of the account only', async () => {
    const { increments } = await openWithCredits();
    const find = (of: Partial<typeof NONE>) =>
      increments.findCredits(ACCOUNT, { ...NONE, ...of } as typeof NONE).then(names);
    const list = (...values: string[]) => values as never[];
    expect(await find({ numbers: list('N1', 'N4', 'N6', 'x', '') })).toEqual(['run-1:1', 'run-1:4']);
    expect(await find({ customerUids: list('1', '2', '') })).toEqual(['run-1:1', 'run-1:2']);
    expect(await find({ references: list('R3', 'R5', '') })).toEqual(['run-1:3', 'run-1:5']);
    expect(await find({ numbers: list('N1'), customerUids: list('1'), references: list('R3') })).toEqual([
      'run-1:1',
      'run-1:3',
    ]);
    expect(await find({})).toEqual([]);
    const [credit] = await increments.findCredits('kybio:B', { ...NONE, numbers: ['N1'] });
    expect(credit).toMatchObject({ runId: 'other', state: 'planned', pointIncrement: '10', isUndone: false });
  });

  test('are found for ten thousand members at once', async () => {
    const { increments } = await openWithCredits();
    const numbers = Array.from({ length: 10_000 }, (_, index) => `N${index}`);
    expect(names(await increments.findCredits(ACCOUNT, { ...NONE, numbers }))).toEqual([
      'run-1:1',
      'run-1:2',
      'run-1:3',
      'run-1:4',
    ]);
  });

  test('of a run come in pages, by row number, and none is lost between two', async () => {
    const ledger = await newPlace().open();
    const planned = Array.from({ length: 4500 }, (_, index) =>
      plannedRow({ rowNumber: index + 1, number: `N${index}` }),
    );
    await ledger.runs.start(newRun(), [planned.slice(0, 2000), planned.slice(2000)]);
    const dataChangeTime = '2026-11-22 12:00:00';
    await Promise.all(
      planned.map(({ rowNumber }) => ledger.rows.record(key('run-1', rowNumber), { state: 'done', dataChangeTime })),
    );
    const sizes: number[] = [];
    const numbers: string[] = [];
    for await (const page of ledger.increments.readCreditsOfRun('run-1')) {
      sizes.push(page.length);
      numbers.push(...page.map(({ number }) => number));
    }
    expect(sizes.length).toBeGreaterThan(1);
    expect(numbers).toEqual(planned.map(({ number }) => number));
  });

  test('increments without an outcome are listed for all runs, the oldest run first', async () => {
    const ledger = await openWithCredits();
    await ledger.runs.start(newRun({ runId: 'a-later-run' }), []);
    await begin(ledger, 'a-later-run', 1, { customerUid: '9' });
    expect(names(await ledger.increments.listUnsettled(ACCOUNT))).toEqual(['a-later-run:1', 'run-1:2', 'run-1:3']);
    expect((await ledger.increments.listUnsettled(ACCOUNT)).at(-1)?.runId).toBe('a-later-run');
    expect(await ledger.increments.listUnsettled('kybio:B')).toEqual([]);
  });

  test('increments of a member are listed in the order of their last change', async () => {
    const ledger = await newPlace().open();
    await ledger.runs.start(newRun(), [[plannedRow({ rowNumber: 9, customerUid: '7' })]]);
    for (const rowNumber of [1, 2]) {
      await begin(ledger, 'run-1', rowNumber, { customerUid: '7' });
      await ledger.rows.record(key('run-1', rowNumber), { state: 'done' });
    }
    await ledger.rows.record(key('run-1', 1), { state: 'failed' });
    const listed = await ledger.increments.listOfMember(ACCOUNT, '7');
    expect(listed.map(({ rowNumber, state }) => `${rowNumber} ${state}`)).toEqual(['2 done', '1 failed']);
    expect(await ledger.increments.listOfMember(ACCOUNT, '8')).toEqual([]);
  });

  test('of a run that may be taken back are those that are done and that no other run takes back', async () => {
    const ledger = await newPlace().open();
    await ledger.runs.start(newRun(), []);
    for (const rowNumber of [1, 2, 3]) await begin(ledger, 'run-1', rowNumber, { customerUid: String(rowNumber) });
    for (const rowNumber of [1, 2]) await ledger.rows.record(key('run-1', rowNumber), { state: 'done' });
    const read = async (runId: string) => names(await all(ledger.increments.readCreditsOfRun(runId)));
    expect(await read('run-1')).toEqual(['run-1:1', 'run-1:2']);
    const undoes = { runId: 'run-1', rowNumber: 1 };
    await ledger.runs.start(newRun({ runId: 'undo', undoes: 'run-1' }), [
      [plannedRow({ customerUid: '1', pointIncrement: '-10', undoes })],
    ]);
    expect(await read('run-1')).toEqual(['run-1:2']);
    await begin(ledger, 'undo', 1, { customerUid: '1' });
    expect(await read('run-1')).toEqual(['run-1:2']);
    const find = () => ledger.increments.findCredits(ACCOUNT, { ...NONE, customerUids: ['1'] });
    expect(await find()).toMatchObject([{ runId: 'run-1', isUndone: false, undoRun: 'undo' }]);
    await ledger.rows.record(key('undo', 1), { state: 'done' });
    expect(await find()).toMatchObject([{ runId: 'run-1', isUndone: true }]);
    expect(await read('run-1')).toEqual(['run-1:2']);
    expect(await read('undo')).toEqual(['undo:1']);
    // The row that took back failed after all: a person decided so.
    await ledger.rows.record(key('undo', 1), { state: 'failed' });
    expect(await read('run-1')).toEqual(['run-1:1', 'run-1:2']);
  });
});
