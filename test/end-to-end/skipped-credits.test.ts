import { describe, expect, test } from 'vitest';
import { columnOf, lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

/*
 * Rows that are skipped because something says that they are credited: it must be true when the run ends, and what is
 * most likely the same credit must not be given twice without a word.
 */

const vendor = useVendorSandbox();

const NUMBERS = ['8008010001', '8008010003', '8008010004'] as const;
const [ANN, BEN, CAT] = NUMBERS;

async function credits(): Promise<string[]> {
  const { increments } = await vendor.books();
  return increments.map(({ number, pointIncrement }) => `${number} ${pointIncrement}`).sort();
}

async function topup(work: Workspace, ...args: readonly string[]) {
  const ended = await work.run(['topup', ...args, '--json']);
  const { run, error } = JSON.parse(ended.stdout) as { run?: string; error?: { code: string } };
  return { ...ended, runId: run ?? '', code: error?.code };
}

/** Until one row is done. */
async function quotaOfOneRow(): Promise<string[]> {
  return ['--concurrency', '1', '--daily-quota', String((await vendor.callCount()) + 5)];
}

describe('what undo takes back', () => {
  test('while a run waits whose send has skipped its rows: it does not call them done', async () => {
    const work = openWorkspace(vendor.settings);
    const uids = Object.fromEntries((await vendor.members()).map(({ number, customerUid }) => [number, customerUid]));
    work.file('uids.csv', lines('customerUid,pointIncrement', `${uids[ANN]},7`, `${uids[BEN]},7`));
    work.file('numbers.csv', lines('number,pointIncrement', `${ANN},7`, `${BEN},7`, `${CAT},7`, '8008010005,7'));
    const first = await topup(work, 'uids.csv', '--campaign', 'March');
    const march = ['numbers.csv', '--campaign', 'March', '--lookup', 'rows'];
    expect((await topup(work, ...march, ...(await quotaOfOneRow()))).exitCode).toBe(6);
    expect(outcomesOf(work.read('numbers.result.csv')).slice(0, 2)).toEqual(Array(2).fill('done credited_before'));
    expect((await work.run(['undo', first.runId])).exitCode).toBe(0);
    expect((await work.run(['resume', '--daily-quota', '100'])).exitCode).toBe(1);
    const result = work.read('numbers.result.csv');
    expect(outcomesOf(result)).toEqual([
      ...Array(2).fill('invalid CREDITED_BEFORE'),
      ...Array(2).fill('done topped_up'),
    ]);
    expect((await topup(work, 'numbers.result.csv', '--campaign', 'March', '-o', 'again.csv')).exitCode).toBe(0);
    expect((await credits()).filter((credit) => credit.startsWith(ANN))).toEqual([`${ANN} -7`, `${ANN} 7`, `${ANN} 7`]);
  });

  test('is told of rows that were skipped, although the same amounts of another quarter stand', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('quarter.csv', lines('number,pointIncrement', `${ANN},10`, `${BEN},10`));
    await topup(work, 'quarter.csv', '--campaign', 'Q1', '-o', 'q1.csv');
    const second = await topup(work, 'quarter.csv', '--campaign', 'Q2', '-o', 'q2.csv');
    await topup(work, 'quarter.csv', '--campaign', 'Q2', '-o', 'skipped.csv');
    expect((await work.run(['undo', second.runId])).exitCode).toBe(0);
    const again = await topup(work, 'skipped.csv', '--campaign', 'Q2', '-o', 'again.csv');
    expect(again.stderr).toContain('Warning: 2 rows are called done, but undo has taken the credit back since.');
    work.file('edited.csv', work.read('q1.csv').replace(`${ANN},10`, `${ANN},11`));
    await topup(work, 'quarter.csv', '--campaign', 'Q1', '-o', 'skipped1.csv');
    work.file('edited.csv', work.read('skipped1.csv').replace(`${ANN},10`, `${ANN},99`));
    const edited = await topup(work, 'edited.csv', '--campaign', 'Q1', '-o', 'edited.result.csv');
    expect(edited.stderr).toContain('1 row is called done, but another member or other amounts stand there');
  });

  test('while a result waits that was run again: its done rows are told when it is carried on', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('march.csv', lines('number,pointIncrement', `${ANN},10`, `${BEN},10`, 'nobody,10'));
    const first = await topup(work, 'march.csv', '--campaign', 'March');
    work.file('corrected.csv', work.read('march.result.csv').replace('nobody,10', `${CAT},10`));
    const quota = String(await vendor.callCount());
    const waiting = await topup(work, 'corrected.csv', '--campaign', 'March', '--daily-quota', quota);
    expect([waiting.exitCode, waiting.stderr.includes('taken the credit back')]).toEqual([6, false]);
    expect((await work.run(['undo', first.runId, '--row', '1'])).exitCode).toBe(0);
    const resumed = await work.run(['resume', '--daily-quota', '100']);
    expect(resumed.stderr).toContain('Warning: 1 row is called done, but undo has taken the credit back since. Row 1:');
    expect(await credits()).toEqual([`${ANN} -10`, `${ANN} 10`, `${BEN} 10`, `${CAT} 10`]);
  });

  test('is told after a spreadsheet has shortened the uids of the result', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('march.csv', lines('number,pointIncrement', `${ANN},10`, `${BEN},10`));
    const { runId } = await topup(work, 'march.csv');
    const result = work.read('march.result.csv');
    const uids = columnOf(result, 'result_customerUid');
    const shortened = uids.reduce((text, uid) => text.replaceAll(uid, `${uid[0]}.${uid.slice(1, 6)}E+17`), result);
    work.file('saved.csv', shortened.replace(`${ANN},10`, `${ANN},99`));
    const edited = await topup(work, 'saved.csv', '-o', 'one.csv');
    expect(edited.stderr).toContain('1 row is called done, but another member or other amounts stand there');
    expect((await work.run(['undo', runId])).exitCode).toBe(0);
    work.file('saved.csv', shortened);
    const undone = await topup(work, 'saved.csv', '-o', 'two.csv');
    expect(undone.stderr).toContain('Warning: 2 rows are called done, but undo has taken the credit back since.');
  });
});

test('a decision that was changed after the result was written is told when that result is run again', async () => {
  const work = openWorkspace(vendor.settings);
  await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
  work.file('march.csv', lines('number,pointIncrement', `${ANN},10`));
  const doubt = await topup(work, 'march.csv', '--campaign', 'M');
  await vendor.set({ 'fault.cutBefore': 0 });
  await work.run(['resolve', doubt.runId, '--row', '1', '--as', 'applied']);
  expect(outcomesOf(work.read('march.result.csv'))).toEqual(['done topped_up']);
  await work.run(['resolve', doubt.runId, '--row', '1', '--as', 'not-applied']);
  const again = await topup(work, 'march.result.csv', '--campaign', 'M', '-o', 'again.csv');
  expect(again.stderr).toContain('Warning: 1 row is called done, but the run that it names has it otherwise. Row 1:');
  expect(await credits()).toEqual([]);
});

describe('with --on-duplicate allow a credit counts for one row', () => {
  const ALLOW = ['--on-duplicate', 'allow', '--campaign', 'M'];
  const FILE = lines('number,pointIncrement', `${ANN},10`, `${ANN},10`, `${BEN},5`);

  test('the rest of a cancelled run is sent from its result, and no row is taken for its sibling', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('m.csv', FILE);
    const { runId } = await topup(work, 'm.csv', ...ALLOW, ...(await quotaOfOneRow()));
    await work.run(['runs', 'cancel', runId]);
    expect(outcomesOf(work.read('m.result.csv'))[0]).toBe('done topped_up');
    const rest = await topup(work, 'm.result.csv', ...ALLOW, '-o', 'rest.csv');
    expect([rest.exitCode, outcomesOf(work.read('rest.csv'))]).toEqual([0, Array(3).fill('done topped_up')]);
    expect(await credits()).toEqual([`${ANN} 10`, `${ANN} 10`, `${BEN} 5`]);
    // Sent once more as a whole, nobody is credited again.
    expect((await topup(work, 'm.csv', ...ALLOW, '-o', 'whole.csv')).exitCode).toBe(0);
    expect(outcomesOf(work.read('whole.csv'))).toEqual(Array(3).fill('done credited_before'));
    expect(await credits()).toHaveLength(3);
  });

  test('a result of a result sends what is left, whichever run has sent the rows above', async () => {
    const work = openWorkspace(vendor.settings);
    let file = 'm.csv';
    work.file(file, lines('number,pointIncrement', `${ANN},10`, `${ANN},10`, `${ANN},10`));
    for (const result of ['one.csv', 'two.csv']) {
      const { runId, exitCode } = await topup(work, file, ...ALLOW, ...(await quotaOfOneRow()), '-o', result);
      expect(exitCode).toBe(6);
      await work.run(['runs', 'cancel', runId]);
      file = result;
    }
    expect((await topup(work, file, ...ALLOW, '-o', 'three.csv')).exitCode).toBe(0);
    expect(outcomesOf(work.read('three.csv'))).toEqual(Array(3).fill('done topped_up'));
    expect(await credits()).toEqual(Array(3).fill(`${ANN} 10`));
  });

  test('without a campaign as well, and the same amounts of two months ago are no sibling', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('m.csv', FILE);
    const twoMonthsAgo = `const now = Date.now; Date.now = () => now() - 60 * 86_400_000;`;
    const nodeFlags = ['--import', `data:text/javascript,${encodeURIComponent(twoMonthsAgo)}`];
    const allow = ['--on-duplicate', 'allow', '--skip-credited'];
    expect((await work.run(['topup', 'm.csv', ...allow, '-o', 'old.csv'], { nodeFlags })).exitCode).toBe(0);
    const { runId } = await topup(work, 'm.csv', ...allow, '-o', 'new.csv');
    expect(outcomesOf(work.read('new.csv'))).toEqual(Array(3).fill('done topped_up'));
    expect((await work.run(['undo', runId, '--row', '2'])).exitCode).toBe(0);
    expect((await topup(work, 'm.csv', ...allow, '-o', 'rest.csv')).exitCode).toBe(0);
    expect(outcomesOf(work.read('rest.csv'))).toEqual([
      'done credited_before',
      'done topped_up',
      'done credited_before',
    ]);
    expect((await credits()).filter((credit) => credit === `${ANN} 10`)).toHaveLength(5);
  });

  test('an older result and the one that has sent its rest, pasted together, credit nobody twice', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('m.csv', lines('number,pointIncrement', `${CAT},10`, `${BEN},5`));
    const { runId } = await topup(work, 'm.csv', ...ALLOW, ...(await quotaOfOneRow()));
    await work.run(['runs', 'cancel', runId]);
    expect((await topup(work, 'm.result.csv', ...ALLOW, '-o', 'y.csv')).exitCode).toBe(0);
    const [header = '', ...rest] = work.read('y.csv').split('\n');
    const [, ...older] = work.read('m.result.csv').split('\n');
    for (const [name, rows] of Object.entries({ 'ab.csv': [...older, ...rest], 'ba.csv': [...rest, ...older] })) {
      work.file(name, `${[header, ...rows.filter((row) => row !== '')].join('\n')}\n`);
      expect((await topup(work, name, ...ALLOW, '-o', `${name}.out.csv`)).exitCode).toBe(0);
    }
    expect(await credits()).toEqual([`${BEN} 5`, `${CAT} 10`]);
  });

  test('the result of a run that itself has skipped a row sends the other one', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('one.csv', lines('number,pointIncrement', `${ANN},10`));
    work.file('n.csv', lines('number,pointIncrement', `${ANN},10`, 'nobody,10'));
    await topup(work, 'one.csv', ...ALLOW);
    await topup(work, 'n.csv', ...ALLOW, '-o', 'y.csv');
    expect(outcomesOf(work.read('y.csv'))[0]).toBe('done credited_before');
    work.file('corrected.csv', work.read('y.csv').replace('nobody,10', `${ANN},10`));
    expect((await topup(work, 'corrected.csv', ...ALLOW, '-o', 'z.csv')).exitCode).toBe(0);
    expect(await credits()).toEqual([`${ANN} 10`, `${ANN} 10`]);
  });

  test('rows with and without a reference in one campaign are credits of their own', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('m.csv', lines('number,pointIncrement,reference', `${ANN},10,`, `${ANN},10,R2`, `${BEN},5,R3`));
    const { runId } = await topup(work, 'm.csv', ...ALLOW, ...(await quotaOfOneRow()));
    await work.run(['runs', 'cancel', runId]);
    const rest = await topup(work, 'm.result.csv', ...ALLOW, '-o', 'rest.csv');
    expect([rest.exitCode, outcomesOf(work.read('rest.csv'))]).toEqual([0, Array(3).fill('done topped_up')]);
    expect((await topup(work, 'm.csv', ...ALLOW, '-o', 'whole.csv')).exitCode).toBe(0);
    expect(await credits()).toEqual([`${ANN} 10`, `${ANN} 10`, `${BEN} 5`]);
  });

  test('a row that was taken back is credited from the file again, its sibling is not', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('m.csv', FILE);
    const { runId } = await topup(work, 'm.csv', ...ALLOW);
    expect((await work.run(['undo', runId, '--row', '2'])).exitCode).toBe(0);
    expect((await topup(work, 'm.csv', ...ALLOW, '-o', 'again.csv')).exitCode).toBe(0);
    expect(outcomesOf(work.read('again.csv')).sort()).toEqual([
      'done credited_before',
      'done credited_before',
      'done topped_up',
    ]);
    expect(await credits()).toEqual([`${ANN} -10`, `${ANN} 10`, `${ANN} 10`, `${ANN} 10`, `${BEN} 5`]);
    const warned = await topup(work, 'm.result.csv', ...ALLOW, '-o', 'third.csv');
    expect(warned.stderr).toContain('Warning: 1 row is called done, but undo has taken the credit back since. Row 2:');
  });
});

describe('a reference', () => {
  test.each([
    ['000123', '123'],
    ['2026-01-05', '2026/1/5'],
    ['1.10', '1.1'],
    ['12E3', '12000'],
    ['INV-a', 'inv-A'],
    ['A  7', 'A 7'],
  ])('%s that a spreadsheet or a hand has made %s is no other receipt: nobody is credited twice', async (was, now) => {
    const work = openWorkspace(vendor.settings);
    work.file('first.csv', lines('number,pointIncrement,reference', `${ANN},10,${was}`));
    work.file('second.csv', lines('number,pointIncrement,reference', `${ANN},10,${now}`));
    expect((await topup(work, 'first.csv')).exitCode).toBe(0);
    const refused = await topup(work, 'second.csv');
    expect([refused.exitCode, refused.code]).toEqual([3, 'CREDITED_BEFORE']);
    const skipped = await topup(work, 'second.csv', '--skip-credited');
    expect([skipped.exitCode, outcomesOf(work.read('second.result.csv'))]).toEqual([0, ['done credited_before']]);
    expect((await topup(work, 'second.csv', '--again', '-o', 'meant.csv')).exitCode).toBe(0);
    expect(await credits()).toHaveLength(2);
  });

  test('another one, other amounts and another member are credited', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('first.csv', lines('number,pointIncrement,reference', `${ANN},10,7`));
    work.file('others.csv', lines('number,pointIncrement,reference', `${ANN},10,70`, `${ANN},11,07`, `${BEN},10,0070`));
    expect((await topup(work, 'first.csv')).exitCode).toBe(0);
    expect((await topup(work, 'others.csv', '--on-duplicate', 'allow')).exitCode).toBe(0);
    expect(await credits()).toHaveLength(4);
  });

  test('of another month is another receipt when its campaign says so', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('jan.csv', lines('number,pointIncrement,reference', `${ANN},10,2026.1`));
    work.file('oct.csv', lines('number,pointIncrement,reference', `${ANN},10,2026.10`));
    expect((await topup(work, 'jan.csv')).exitCode).toBe(0);
    expect((await topup(work, 'oct.csv')).exitCode).toBe(3);
    expect((await topup(work, 'oct.csv', '--campaign', 'October')).exitCode).toBe(0);
    expect(await credits()).toHaveLength(2);
  });

  test('in a column that only a corrected header names does not credit a campaign again', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('first.csv', lines('number,pointIncrement,Recipt', `${ANN},10,R1`));
    work.file('named.csv', lines('number,pointIncrement,reference', `${ANN},10,R1`));
    expect((await topup(work, 'first.csv', '--campaign', 'M')).exitCode).toBe(0);
    expect(await topup(work, 'named.csv', '--campaign', 'M')).toMatchObject({ exitCode: 3, code: 'CREDITED_BEFORE' });
    expect(await credits()).toHaveLength(1);
  });
});

test.each([
  ['under a campaign with a slip', ['--campaign', 'March'], ['--campaign', 'Marhc']],
  ['with --again', ['--again'], ['--again']],
])('rows that a paused run has still to send are not sent from its result %s', async (_, began, typed) => {
  const work = openWorkspace(vendor.settings);
  work.file('march.csv', lines('number,pointIncrement', ...NUMBERS.map((number) => `${number},10`)));
  const { runId } = await topup(work, 'march.csv', ...began, ...(await quotaOfOneRow()));
  const before = (await credits()).length;
  const again = await topup(work, 'march.result.csv', ...typed, '-o', 'again.csv');
  expect(again).toMatchObject({ exitCode: 3, code: 'CREDITED_BEFORE' });
  expect(again.stderr).toContain(`memberload resume ${runId}`);
  expect(await credits()).toHaveLength(before);
  expect((await work.run(['resume', '--daily-quota', '100'])).exitCode).toBe(0);
  expect(await credits()).toEqual(NUMBERS.map((number) => `${number} 10`));
});
