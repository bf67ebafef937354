import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { columnOf, lines, outcomesOf } from '../support/csv-text.ts';
import { CLOSES_WINDOW, runOnTerminal } from '../support/terminal.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

/*
 * The command of an unfinished run is typed once more.
 */

const vendor = useVendorSandbox();

const CREDITS = lines('number,pointIncrement', '8008010001,10', '8008010003,20', '8008010004,30');

/** Pauses before its second row. @returns its id */
async function paused(work: Workspace, args: readonly string[]): Promise<string> {
  // One to look for others, two for a row, two kept back to settle it.
  const quota = String((await vendor.callCount()) + 5);
  const run = await work.run([...args, '--concurrency', '1', '--daily-quota', quota, '--json']);
  expect(run.exitCode, run.stderr).toBe(6);
  return (JSON.parse(run.stdout) as { run: string }).run;
}

describe('a top-up that is unfinished, and is typed again', () => {
  test.each([
    { began: ['--again'], typed: ['--skip-credited'], told: '--again, --skip-credited' },
    { began: ['--again'], typed: [], told: '--again' },
    { began: [], typed: ['--on-duplicate', 'allow'], told: '--on-duplicate' },
    { began: [], typed: ['--delimiter', ','], told: '--delimiter' },
  ])('with other flags ($told) is not carried on: nobody is credited by what was meant otherwise', async (flags) => {
    const work = openWorkspace(vendor.settings);
    work.file('march.csv', CREDITS);
    const run = await paused(work, ['topup', 'march.csv', ...flags.began]);
    const before = (await vendor.books()).increments.length;
    const again = await work.run(['topup', 'march.csv', ...flags.typed, '-o', 'again.csv', '--json']);
    expect(again).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining(`another ${flags.told}. A run goes on`),
    });
    expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: 'OTHER_FLAGS' } });
    expect(again.stderr).toContain(`memberload resume ${run}.`);
    expect((await vendor.books()).increments).toHaveLength(before);
    expect(work.has('again.csv')).toBe(false);

    const same = await work.run(['topup', 'march.csv', ...flags.began, '--daily-quota', '100']);
    expect(same).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`Carrying on run ${run}`) });
    expect((await vendor.books()).increments).toHaveLength(3);
  });

  test('with control totals is carried on only when they fit', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('march.csv', CREDITS);
    const run = await paused(work, ['topup', 'march.csv']);
    const before = (await vendor.books()).increments.length;
    const wrong = await work.run(['topup', 'march.csv', '--expect-rows', '3', '--expect-points', '61']);
    expect(wrong).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining('--expect-points 61, the file adds up to 60'),
    });
    expect((await vendor.books()).increments).toHaveLength(before);
    const right = ['topup', 'march.csv', '--expect-rows', '3', '--expect-points', '60', '--daily-quota', '100'];
    expect(await work.run(right)).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(run) });
    expect((await vendor.books()).increments).toHaveLength(3);
  });
});

describe('an import', () => {
  const GOLD = lines('number,name,categoryName', '8008010001,Ann,No such category');

  test('that was refused for what the vendor has leaves no run: corrected flags are heard', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('gold.csv', GOLD);
    const refused = await work.run(['import', 'gold.csv', '--change-category']);
    expect(refused).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining("has no category 'No such category'"),
    });
    expect((await work.run(['runs'])).stdout).toContain('cancelled');
    const plain = await work.run(['import', 'gold.csv']);
    expect(plain).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('Carrying on') });
    expect(outcomesOf(work.read('gold.result.csv'))).toEqual(['done updated']);
  });

  test('that waits before its first row keeps its rows when its result cannot be written', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('new.csv', lines('number,name', 'N1,Ann', 'N2,Bo'));
    const quota = String((await vendor.callCount()) + 1);
    expect((await work.run(['import', 'new.csv', '--lookup', 'pages', '--daily-quota', quota])).exitCode).toBe(6);
    rmSync(join(work.folder, 'new.csv'));
    const resume = ['resume', '--daily-quota', '100'];
    expect((await work.run([...resume, '-o', `${'n'.repeat(300)}.csv`])).exitCode).toBe(3);
    expect((await work.run(resume)).exitCode).toBe(0);
    expect(outcomesOf(work.read('new.result.csv'))).toEqual(['done created', 'done created']);
  });

  test('whose question was never answered is not carried on by a timer, and a no gives it up', async () => {
    const work = openWorkspace(vendor.settings);
    const environment = vendor.settings;
    work.file('new.csv', lines('number,name', 'N1,Ann', 'N2,Bo'));
    const command = ['import', 'new.csv'];
    const closed = await runOnTerminal(work, command, { answers: [CLOSES_WINDOW], environment });
    expect(closed.shown).toContain('Type yes');
    const all = await work.run(['resume', '--all', '--json']);
    expect(all).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('nobody has answered its question') });
    expect((await vendor.members()).map(({ number }) => number)).not.toContain('N1');

    const no = await runOnTerminal(work, command, { answers: ['no'], environment });
    expect([no.exitCode, no.shown.includes('Carrying on run')]).toEqual([2, true]);
    expect((await work.run(['runs'])).stdout).toContain('cancelled');
    expect((await work.run(['resume', '--all'])).stderr).toContain('No unfinished run');
    expect((await vendor.members()).map(({ number }) => number)).not.toContain('N1');

    const yes = await runOnTerminal(work, command, { answers: ['yes'], environment });
    expect([yes.exitCode, yes.shown.includes('Carrying on run')]).toEqual([0, false]);
    expect(columnOf(work.read('new.result.csv'), 'result_action')).toEqual(['created', 'created']);
  });

  test('whose question was never answered is carried on where its run is named', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('new.csv', lines('number,name', 'N1,Ann', 'N2,Bo'));
    await runOnTerminal(work, ['import', 'new.csv'], { answers: [CLOSES_WINDOW], environment: vendor.settings });
    const run = /^(\S+) .* import /m.exec((await work.run(['runs'])).stdout)?.[1] ?? '';
    expect((await work.run(['resume', run])).exitCode).toBe(0);
    expect(outcomesOf(work.read('new.result.csv'))).toEqual(['done created', 'done created']);
  });
});
