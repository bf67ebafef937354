import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { columnOf, lines, outcomesOf } from '../support/csv-text.ts';
import { BINARY } from '../support/run-binary.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const CAMPAIGN = 'Q3 $5 "gift"';

async function credited(): Promise<string[]> {
  const { increments } = await vendor.books();
  return increments.map(({ number, pointIncrement }) => `${number} ${pointIncrement}`).sort();
}

/** The command line that a run printed last. */
function printedLine(text: string): string {
  const line = /(?:run that file|check that file|try those again): (memberload .*)$/m.exec(text)?.[1];
  expect(line, text).toBeDefined();
  return line ?? '';
}

/** Types the line into a shell, as a person would. */
async function type(line: string, work: Workspace): Promise<{ exitCode: number; stderr: string }> {
  const command = line.replace(/^memberload/, `'${process.execPath}' '${BINARY}'`);
  const env = { PATH: process.env.PATH ?? '', HOME: work.folder, MEMBERLOAD_HOME: work.home, ...vendor.settings };
  const options = { cwd: work.folder, env };
  const run = promisify(execFile)('sh', ['-c', command], options);
  return run.then(
    ({ stderr }) => ({ exitCode: 0, stderr }),
    ({ code, stderr }: { code: number; stderr: string }) => ({ exitCode: code, stderr }),
  );
}

describe('the line that is printed to run a corrected result', () => {
  test('names the campaign of a run that was resumed: nobody is credited twice by typing it', async () => {
    const work = openWorkspace(vendor.settings);
    mkdirSync(join(work.folder, 'shop hk'));
    const file = join('shop hk', 'march.csv');
    const result = join('shop hk', 'march.result.csv');
    const topup = ['topup', file, '--campaign', CAMPAIGN, '--concurrency', '1'];
    work.file('first.csv', lines('number,pointIncrement', '8008010001,5'));
    expect((await work.run(['topup', 'first.csv', '--campaign', CAMPAIGN])).exitCode).toBe(0);
    work.file(file, lines('number,pointIncrement', '8008010003,10', '99999999,20', '8008010004,30'));
    const quota = String((await vendor.callCount()) + 5);
    const paused = await work.run([...topup, '--daily-quota', quota, '--json']);
    expect(paused.exitCode).toBe(6);
    const { run } = JSON.parse(paused.stdout) as { run: string };

    const resumed = await work.run(['resume', '--daily-quota', '100']);
    expect(resumed.exitCode).toBe(1);
    const line = printedLine(resumed.stderr);
    expect(line).toBe(`memberload topup "${join(work.folder, result)}" --campaign '${CAMPAIGN}'`);
    // Looking at the run later prints the same.
    expect(printedLine((await work.run(['runs', run])).stdout)).toBe(line);

    const once = ['8008010001 5', '8008010003 10', '8008010004 30'];
    expect(await credited()).toEqual(once);
    // The wrong number was that of a member whom the campaign has credited.
    work.file(result, work.read(result).replace('99999999', '8008010001'));
    const typed = await type(line, work);
    expect(typed.exitCode, typed.stderr).toBe(3);
    expect(typed.stderr).toContain(CAMPAIGN);
    expect(await credited()).toEqual(once);

    work.file(result, work.read(result).replace('8008010001', '8008010007'));
    expect(await type(line, work)).toMatchObject({ exitCode: 0 });
    expect(await credited()).toEqual([...once, '8008010007 20']);
  });

  test('names the campaign when the last row in doubt was decided', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
    work.file('march.csv', lines('number,pointIncrement', '8008010003,10', '99999999,20'));
    const { stdout } = await work.run(['topup', 'march.csv', '--campaign', 'Q3', '--json']);
    const { run } = JSON.parse(stdout) as { run: string };
    const decided = await work.run(['resolve', run, '--row', 'all', '--as', 'applied']);
    expect(decided.exitCode).toBe(1);
    expect(printedLine(decided.stderr)).toBe(`memberload topup ${join(work.folder, 'march.result.csv')} --campaign Q3`);
  });

  test('names the place, the mapping and the config file, also from another folder', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('map.json', '{"columns": {"Card": "number"}}');
    work.file('cards.csv', lines('Card,birthday', 'N1,', 'N2,soon'));
    const args = ['import', 'cards.csv', '--sandbox', '--mode', 'create', '--map', 'map.json'];
    const map = join(work.folder, 'map.json');
    const flags = `--mode create --map ${map} --sandbox`;
    const line = `memberload import ${join(work.folder, 'cards.result.csv')} ${flags}`;
    const imported = await work.run([...args, '--json']);
    expect(printedLine(imported.stderr)).toBe(line);
    const { run } = JSON.parse(imported.stdout) as { run: string };
    mkdirSync(join(work.folder, 'elsewhere'));
    const elsewhere = { ...work, folder: join(work.folder, 'elsewhere') };
    expect(await type(line, elsewhere)).toMatchObject({ exitCode: 1 });
    const shown = await work.run(['runs', run, '--config', 'other.json']);
    expect(shown.exitCode).toBe(2);
    work.file('other.json', '{}');
    const other = await work.run(['runs', run, '--config', 'other.json']);
    expect(printedLine(other.stdout)).toBe(`${line} --config ${join(work.folder, 'memberload.config.json')}`);
  });

  test('after validate quotes a path with a space', async () => {
    const work = openWorkspace();
    work.file('my members.csv', lines('number,birthday', 'N1,soon'));
    const checked = await work.run(['validate', 'my members.csv', '--as', 'members']);
    const line = `memberload validate "${join(work.folder, 'my members.checked.csv')}" --as members`;
    expect(printedLine(checked.stderr)).toBe(line);
  });
});

test('doctor quotes the folder in the line that closes it to others', async () => {
  const work = openWorkspace();
  const home = join(work.folder, 'my home');
  mkdirSync(home);
  chmodSync(home, 0o755);
  const checked = await work.run(['doctor', '--sandbox'], { environment: { MEMBERLOAD_HOME: home } });
  const [, line = ''] = /Type: (chmod 700 .*)$/m.exec(checked.stdout) ?? [];
  await type(line, work);
  expect(statSync(home).mode & 0o777, checked.stdout).toBe(0o700);
});

describe('rows that an undo could not take back', () => {
  test('are tried again by the line that it prints, and only those', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('march.csv', lines('number,pointIncrement', '8008010001,10', '8008010004,5', '8008010007,7'));
    const { stdout } = await work.run(['topup', 'march.csv', '--json']);
    const { run } = JSON.parse(stdout) as { run: string };
    const has = String((await vendor.member('8008010004'))?.point);
    await vendor.sell('8008010004', `-${has}`);
    await vendor.set({ negativeBalance: 'refused' });
    const undone = await work.run(['undo', run, '--row', '1,2', '--json']);
    expect(undone.exitCode, undone.stderr).toBe(1);
    const line = `memberload undo ${run} --row 1,2 -o other.csv`;
    expect(printedLine(undone.stderr)).toBe(line);
    const { run: undo } = JSON.parse(undone.stdout) as { run: string };
    expect(printedLine((await work.run(['runs', undo])).stdout)).toBe(line);

    await vendor.sell('8008010004', has);
    expect(await type(line, work)).toMatchObject({ exitCode: 0 });
    expect(columnOf(work.read('other.csv'), 'undone_row')).toEqual(['2']);
    expect(outcomesOf(work.read('other.csv'))).toEqual(['done topped_up']);
    expect((await credited()).filter((credit) => credit.includes('-'))).toEqual(['8008010001 -10', '8008010004 -5']);
  });

  test('when nothing is left to take back, that is said, whatever lies at the place of the result', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('march.csv', lines('number,pointIncrement', '8008010001,10'));
    const { stdout } = await work.run(['topup', 'march.csv', '--json']);
    const { run } = JSON.parse(stdout) as { run: string };
    expect((await work.run(['undo', run])).exitCode).toBe(0);
    const again = await work.run(['undo', run]);
    expect(again).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('no credit that could be taken back') });
  });
});
