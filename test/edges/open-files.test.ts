import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lines } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, temporaryFolder } from '../support/workspace.ts';
import { AS_ON_WINDOWS } from './as-on-windows.ts';

describe.runIf(process.platform === 'linux')('where no open file can be removed, as on Windows', () => {
  const vendor = useVendorSandbox();

  test('every job ends as elsewhere, and no data of a member stays in the home', async () => {
    const work = openWorkspace(vendor.settings);
    const scratch = temporaryFolder();
    const run = (...args: string[]) =>
      work.run(args, { nodeFlags: ['--import', AS_ON_WINDOWS], environment: { TMPDIR: scratch } });
    work.file('m.csv', lines('number,name', '8008010001,Wong Ka Ming', '8008010003,Wong Ka Ming', '9001,Wong Ka Ming'));
    work.file('t.csv', lines('number,pointIncrement', '8008010001,5', '8008010003,5'));
    // More keys than stay in memory, and a member twice.
    const many = Array.from({ length: 5000 }, (_, index) => `${9_100_000 + index}`);
    work.file('many.csv', lines('number', ...many, many[7] ?? ''));
    expect((await run('validate', 'many.csv', '-o', '-', '--as', 'members')).exitCode).toBe(1);
    expect((await run('import', 'm.csv', '-y', '--lookup', 'pages')).exitCode).toBe(0);
    expect((await run('export', 'm.csv', '-o', 'looked-up.csv')).exitCode).toBe(0);
    expect((await run('export', '--all', '-o', 'all.csv')).exitCode).toBe(0);
    const quota = String((await vendor.callCount()) + 3);
    expect((await run('topup', 't.csv', '-y', '--concurrency', '1', '--daily-quota', quota)).exitCode).toBe(6);
    expect((await run('resume', '--daily-quota', '1000')).exitCode).toBe(0);
    await vendor.set({ faultsOn: 'increments', 'fault.cutAfter': 1 });
    work.file('d.csv', lines('customerUid,pointIncrement', `${(await vendor.member('8008010004'))?.customerUid},1`));
    const doubtful = await run('topup', 'd.csv', '-y', '--json');
    expect(doubtful.exitCode).toBe(7);
    const { run: runId } = JSON.parse(doubtful.stdout) as { run: string };
    expect((await run('resolve', runId, '--row', '1', '--as', 'applied')).exitCode).toBe(0);

    const ofHome = [...work.everything()].filter(([path]) => path.startsWith(work.home));
    expect(ofHome.filter(([, bytes]) => bytes.includes('Wong Ka Ming')).map(([path]) => path)).toEqual([]);
    expect(readdirSync(scratch)).toEqual([]);
    expect((await run('runs', 'prune', '--older-than', '1d')).exitCode).toBe(0);
    expect(readdirSync(join(work.home, 'runs'))).toEqual([]);
  });

  test('control: a folder with an open file is not removed', () => {
    const folder = join(temporaryFolder(), 'folder');
    mkdirSync(folder);
    const program = `import { openSync, rmSync } from 'node:fs'; openSync(process.argv[1] + '/open', 'w'); rmSync(process.argv[1], { recursive: true })`;
    const words = ['--import', AS_ON_WINDOWS, '--input-type=module', '--eval', program, folder];
    expect(spawnSync(process.execPath, words, { encoding: 'utf8' }).stderr).toContain('EBUSY');
    expect(existsSync(folder)).toBe(true);
  });
});
