import { describe, expect, test } from 'vitest';
import { columnOf, lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const MARCH = lines('number,pointIncrement,balanceIncrement', '8008010001,10,1.5', '8008010003,20,', '8008010004,5,0');

type Undone = Workspace & { readonly runId: string };

/** A top-up of three members for the campaign March. */
async function credited(): Promise<Undone> {
  const work = openWorkspace(vendor.settings);
  work.file('march.csv', MARCH);
  const { exitCode, stdout } = await work.run(['topup', 'march.csv', '--campaign', 'March', '--json']);
  expect(exitCode).toBe(0);
  return { ...work, runId: (JSON.parse(stdout) as { run: string }).run };
}

async function amounts(): Promise<string[]> {
  const { increments } = await vendor.books();
  return increments
    .map(({ number, pointIncrement, balanceIncrement }) => `${number} ${pointIncrement} ${balanceIncrement}`)
    .sort();
}

const CREDITED = ['8008010001 10 1.5', '8008010003 20 0', '8008010004 5 0'];
const TAKEN_BACK = ['8008010001 -10 -1.5', '8008010003 -20 0', '8008010004 -5 0'];

describe('memberload undo', () => {
  test('takes every credit of a run back, once; runs says so; then the campaign can be credited again', async () => {
    const work = await credited();
    const undone = await work.run(['undo', work.runId, '--json']);
    expect(undone).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('at most 2 calls a row, 6 in all') });
    const document = JSON.parse(undone.stdout) as { run: string };
    expect(document).toMatchObject({
      command: 'undo',
      rows: { read: 3, done: 3 },
      totals: { pointIncrement: { asked: '-35', applied: '-35' }, balanceIncrement: { applied: '-1.5' } },
    });
    expect(await amounts()).toEqual([...CREDITED, ...TAKEN_BACK].sort());
    const result = work.read(`undo-${work.runId}.result.csv`);
    expect(outcomesOf(result)).toEqual(Array(3).fill('done topped_up'));
    expect(columnOf(result, 'undone_row')).toEqual(['1', '2', '3']);
    expect(columnOf(result, 'result_for')[0]).toMatch(/^undo kybio /);

    const shown = await work.run(['runs', work.runId]);
    expect(shown.stdout).toContain(`Taken back by run ${document.run} (finished): 3 of 3 rows.`);
    expect((await work.run(['runs', document.run])).stdout).toContain(`Takes back run ${work.runId}.`);

    const again = await work.run(['undo', work.runId, '--overwrite']);
    expect(again).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('no credit that could be taken back') });
    expect(await work.run(['undo', document.run])).toMatchObject({ exitCode: 2 });
    expect(await amounts()).toHaveLength(6);

    // The credits count no more: neither the campaign nor the amounts refuse them.
    expect((await work.run(['topup', 'march.csv', '--campaign', 'March', '--overwrite'])).exitCode).toBe(0);
    expect(outcomesOf(work.read('march.result.csv'))).toEqual(Array(3).fill('done topped_up'));
    expect(await amounts()).toEqual([...CREDITED, ...CREDITED, ...TAKEN_BACK].sort());
    expect((await work.run(['topup', 'march.csv', '-o', 'third.csv'])).exitCode).toBe(3);
  });

  test('--row takes some rows back; the others can be taken back later, and no row twice', async () => {
    const work = await credited();
    expect((await work.run(['undo', work.runId, '--row', '2', '-o', 'second.csv'])).exitCode).toBe(0);
    expect(await amounts()).toEqual([...CREDITED, '8008010003 -20 0'].sort());
    expect(await work.run(['undo', work.runId, '--row', '2,9', '-o', 'none.csv'])).toMatchObject({ exitCode: 3 });
    expect(work.has('none.csv')).toBe(false);
    expect((await work.run(['undo', work.runId, '--row', 'all', '-o', 'rest.csv'])).exitCode).toBe(0);
    expect(columnOf(work.read('rest.csv'), 'undone_row')).toEqual(['1', '3']);
    expect(await amounts()).toEqual([...CREDITED, ...TAKEN_BACK].sort());
  });

  test('a row in doubt is refused until it is decided', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
    work.file('march.csv', lines('number,pointIncrement', '8008010001,10'));
    const doubt = await work.run(['topup', 'march.csv', '--json']);
    const { run } = JSON.parse(doubt.stdout) as { run: string };
    await vendor.set({ 'fault.cutBefore': 0 });
    const refused = await work.run(['undo', run]);
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(`memberload resolve ${run}`) });
    await work.run(['resolve', run, '--row', 'all', '--as', 'applied']);
    expect((await work.run(['undo', run])).exitCode).toBe(0);
    expect(await amounts()).toEqual(['8008010001 -10 0']);
  });

  test('one that is paused is carried on by resume, and its rows without an answer are settled', async () => {
    const work = await credited();
    await vendor.set({ faultsOn: 'increments', 'fault.cutAfter': 1 });
    const used = await vendor.callCount();
    // Two calls for a row, and two kept back to settle it.
    const quota = String(used + 4);
    const paused = await work.run(['undo', work.runId, '--concurrency', '1', '--daily-quota', quota, '--json']);
    expect(paused.exitCode).toBe(6);
    expect(JSON.parse(paused.stdout)).toMatchObject({ rows: { done: 1, not_sent: 2 } });
    // What is to be taken back still counts as taken back: it is not undone twice.
    expect(await work.run(['undo', work.runId, '-o', 'other.csv'])).toMatchObject({ exitCode: 3 });
    await vendor.set({ 'fault.cutAfter': 0 });
    expect((await work.run(['resume', '--daily-quota', '100'])).exitCode).toBe(0);
    expect(outcomesOf(work.read(`undo-${work.runId}.result.csv`))).toEqual(Array(3).fill('done topped_up'));
    expect(await amounts()).toEqual([...CREDITED, ...TAKEN_BACK].sort());
  });

  /** Takes one of the credits back and pauses. */
  async function halfTakenBack(work: Undone): Promise<string> {
    // Two calls for a row, and two kept back to settle it.
    const quota = String((await vendor.callCount()) + 4);
    const paused = await work.run(['undo', work.runId, '--concurrency', '1', '--daily-quota', quota, '--json']);
    expect(JSON.parse(paused.stdout)).toMatchObject({ state: 'paused', rows: { done: 1, not_sent: 2 } });
    return (JSON.parse(paused.stdout) as { run: string }).run;
  }

  test('until it has ended, what it is to take back is not called credited: the file waits for it', async () => {
    const work = await credited();
    const undoRun = await halfTakenBack(work);
    const again = ['topup', 'march.csv', '--campaign', 'March', '-o', 'again.csv', '--json'];
    const refused = await work.run(again);
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('is taking 2 of them back') });
    expect(refused.stderr).toContain(`memberload resume ${undoRun}`);
    expect(work.has('again.csv')).toBe(false);
    expect((await work.run(['resume', undoRun, '--daily-quota', '100'])).exitCode).toBe(0);
    expect((await work.run(again)).exitCode).toBe(0);
    expect(outcomesOf(work.read('again.csv'))).toEqual(Array(3).fill('done topped_up'));
    expect(await amounts()).toEqual([...CREDITED, ...CREDITED, ...TAKEN_BACK].sort());
  });

  test('a result whose rows were taken back since is run again: they are skipped, and that is said', async () => {
    const work = await credited();
    expect((await work.run(['undo', work.runId, '--row', '2,3'])).exitCode).toBe(0);
    const again = await work.run(['topup', 'march.result.csv', '--campaign', 'March', '-o', 'again.csv']);
    expect(again.exitCode).toBe(0);
    expect(again.stderr).toContain('Warning: 2 rows are called done, but undo has taken the credit back since. Row 2:');
    expect(outcomesOf(work.read('again.csv'))).toEqual(Array(3).fill('done topped_up'));
    expect(await amounts()).toHaveLength(5);
  });

  test('while a run that skipped its credits waits: that run calls their rows credited no more', async () => {
    const work = await credited();
    work.file('more.csv', `${MARCH}8008010002,7,\n`);
    const quota = String(await vendor.callCount());
    const more = ['topup', 'more.csv', '--campaign', 'March', '--daily-quota', quota];
    expect((await work.run(more)).exitCode).toBe(6);
    expect(outcomesOf(work.read('more.result.csv'))).toEqual([
      ...Array(3).fill('done credited_before'),
      'not_sent QUOTA_EXHAUSTED',
    ]);
    expect((await work.run(['undo', work.runId, '--row', '2', '-o', 'second.csv'])).exitCode).toBe(0);
    const halted = ['undo', work.runId, '--daily-quota', String((await vendor.callCount()) + 4), '-o', 'rest.csv'];
    expect((await work.run([...halted, '--concurrency', '1'])).exitCode).toBe(6);

    const resumed = await work.run(['resume', '--all', '--daily-quota', '100', '--json']);
    expect(resumed.exitCode).toBe(1);
    const result = work.read('more.result.csv');
    expect(outcomesOf(result)).toEqual([...Array(3).fill('invalid CREDITED_BEFORE'), 'done topped_up']);
    expect(columnOf(result, 'result_messages')[1]).toContain(
      `Row 2 of run ${work.runId} had credited the same, and undo has taken it back since, or is doing so.`,
    );
    expect(await amounts()).toEqual([...CREDITED, ...TAKEN_BACK, '8008010002 7 0'].sort());

    // As the message says.
    expect((await work.run(['topup', 'more.result.csv', '--campaign', 'March', '-o', 'again.csv'])).exitCode).toBe(0);
    expect(await amounts()).toEqual([...CREDITED, ...CREDITED, ...TAKEN_BACK, '8008010002 7 0'].sort());
  });

  test('a result of a run that skipped its credits is run again: that they were taken back is said', async () => {
    const work = await credited();
    expect((await work.run(['topup', 'march.csv', '--campaign', 'March', '-o', 'skipped.csv'])).exitCode).toBe(0);
    const uids = columnOf(work.read('march.result.csv'), 'result_customerUid');
    expect(columnOf(work.read('skipped.csv'), 'result_customerUid')).toEqual(uids);
    const again = ['topup', 'skipped.csv', '--campaign', 'March', '-o'];
    expect((await work.run([...again, 'first.csv'])).stderr).not.toContain('Warning');
    expect((await work.run(['undo', work.runId, '--row', '2,3'])).exitCode).toBe(0);
    const warned = await work.run([...again, 'second.csv']);
    expect(warned.stderr).toContain(
      'Warning: 2 rows are called done, but undo has taken the credit back since. Row 2:',
    );
    expect(await amounts()).toHaveLength(5);
  });

  test('the file waits for it as well where only the send finds out whom a row is about', async () => {
    const work = openWorkspace(vendor.settings);
    const uids = (await vendor.members()).map(({ customerUid }) => customerUid).slice(0, 3);
    const numbers = (await vendor.members()).map(({ number }) => number).slice(0, 3);
    work.file('uids.csv', lines('customerUid,pointIncrement', ...uids.map((uid) => `${uid},7`)));
    work.file('numbers.csv', lines('number,pointIncrement', ...numbers.map((number) => `${number},7`)));
    const first = await work.run(['topup', 'uids.csv', '--campaign', 'March', '--json']);
    const undoRun = await halfTakenBack({ ...work, runId: (JSON.parse(first.stdout) as { run: string }).run });
    const waits = await work.run(['topup', 'numbers.csv', '--campaign', 'March', '--json']);
    expect(waits.exitCode).toBe(7);
    expect(outcomesOf(work.read('numbers.result.csv')).sort()).toEqual([
      'done topped_up',
      'not_sent STOPPED',
      'not_sent STOPPED',
    ]);
    expect(work.read('numbers.result.csv')).toContain(`run ${undoRun} is taking it back`);
    expect((await work.run(['resume', undoRun, '--daily-quota', '100'])).exitCode).toBe(0);
    expect((await work.run(['resume', '--daily-quota', '100'])).exitCode).toBe(0);
    expect(outcomesOf(work.read('numbers.result.csv'))).toEqual(Array(3).fill('done topped_up'));
    expect(await amounts()).toHaveLength(9);
  });

  test('says beforehand, and in the rows, who was changed since or would fall below zero, for no call more', async () => {
    const work = await credited();
    await vendor.sell('8008010004', '-3');
    await vendor.sell('8008010003', '1');
    const before = await vendor.callCount();
    const changed = /Row 2, member 8008010003: Changed since the credit: point [\d.]+, now [\d.]+\.$/m;
    const negative =
      'Row 3, member 8008010004: Changed since the credit: point 5, now 2. Falls below zero when taken back: point -3.';

    const planned = await work.run(['undo', work.runId, '--dry-run', '--json']);
    expect(planned, planned.stderr).toMatchObject({ exitCode: 0, stderr: expect.stringMatching(changed) });
    expect(planned.stderr).toContain(negative);
    expect(planned.stderr).not.toContain('Row 1, member');
    expect(JSON.parse(planned.stdout)).toMatchObject({
      state: 'planned',
      actions: { topped_up: 3 },
      calls: { sent: 3 },
    });
    expect(work.has(`undo-${work.runId}.result.csv`)).toBe(false);
    expect(await vendor.callCount()).toBe(before + 3);
    expect(await amounts()).toEqual(CREDITED);

    const undone = await work.run(['undo', work.runId, '--json']);
    expect(undone.stderr).toContain(negative);
    expect(JSON.parse(undone.stdout)).toMatchObject({ rows: { done: 3 }, calls: { sent: 6 } });
    expect(await vendor.callCount()).toBe(before + 9);
    const messages = columnOf(work.read(`undo-${work.runId}.result.csv`), 'result_messages');
    expect(messages[0]).toBe('');
    expect(messages[1]).toContain('Changed since the credit');
    expect(messages[2]).toContain('Falls below zero when taken back: point -3.');
    expect(await amounts()).toEqual([...CREDITED, ...TAKEN_BACK].sort());
  });

  test('says that nobody was changed; with too few calls left it does not look, and says so', async () => {
    const work = await credited();
    const planned = await work.run(['undo', work.runId, '-n']);
    expect(planned.stderr).toContain('No member was changed since the credit, and none falls below zero.');
    const used = await vendor.callCount();
    const paused = await work.run(['undo', work.runId, '--daily-quota', String(used + 4)]);
    expect(paused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('not looked at beforehand') });
  });

  test('guards the result against formulas, also when it is carried on, and whatever the config file says', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('members.csv', lines('number', '@sum'));
    expect((await work.run(['import', 'members.csv', '--mode', 'create'])).exitCode).toBe(0);
    work.file('march.csv', lines('number,pointIncrement', '@sum,10', '8008010001,5'));
    const topup = await work.run(['topup', 'march.csv', '--json']);
    const { run } = JSON.parse(topup.stdout) as { run: string };
    work.config({ raw: true });
    const quota = String((await vendor.callCount()) + 4);
    const paused = await work.run(['undo', run, '--daily-quota', quota]);
    expect(paused.exitCode, paused.stderr).toBe(6);
    const result = `undo-${run}.result.csv`;
    expect(columnOf(work.read(result), 'number')[0]).toBe("'@sum");
    expect((await work.run(['resume', '--daily-quota', '100'])).exitCode).toBe(0);
    expect(columnOf(work.read(result), 'number')).toEqual(["'@sum", '8008010001']);
  });

  test('writes the result for Excel with --excel, also when it is carried on', async () => {
    const work = await credited();
    const used = await vendor.callCount();
    expect((await work.run(['undo', work.runId, '--excel', '--daily-quota', String(used + 4)])).exitCode).toBe(6);
    const twice = await work.run(['undo', work.runId, '--daily-quota', '100', '-o', 'twice.csv']);
    expect(twice).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/is not finished\. .*memberload resume/),
    });
    const result = `undo-${work.runId}.result.csv`;
    expect(work.read(result)).toMatch(/^\uFEFF/);
    expect((await work.run(['resume', '--daily-quota', '100'])).exitCode).toBe(0);
    expect(work.read(result)).toMatch(/^\uFEFF/);
  });

  test('refuses what is no top-up, and a run that is not there, without a call', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('members.csv', lines('number', 'N1'));
    const { stdout } = await work.run(['import', 'members.csv', '--mode', 'create', '--json']);
    const before = await vendor.callCount();
    const { run } = JSON.parse(stdout) as { run: string };
    expect(await work.run(['undo', run])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('no top-up') });
    expect((await work.run(['undo', 'nowhere'])).exitCode).toBe(2);
    expect((await work.run(['undo'])).exitCode).toBe(2);
    expect(await vendor.callCount()).toBe(before);
  });
});
