import { execFile, execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { openRelay } from '../support/relay.ts';
import { BINARY } from '../support/run-binary.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const CREATE = ['import', 'members.csv', '--mode', 'create'];

describe('where the result goes', () => {
  test('is looked at before the first call: input, key, settings and mapping files and the home stay as they are', async () => {
    const { KYBIO_APP_KEY, ...environment } = vendor.settings;
    const work = openWorkspace({ ...environment, KYBIO_APP_KEY_FILE: 'hk1.key' });
    work.file('members.csv', lines('number', 'N1'));
    work.file('hk1.key', KYBIO_APP_KEY);
    work.file('map.json', '{"columns": {"number": "number"}}');
    const path = (name: string): string => join(work.folder, name);
    linkSync(path('members.csv'), path('hard.csv'));
    mkdirSync(work.home, { mode: 0o700 });
    symlinkSync(work.home, path('innocent'));
    const before = work.everything();
    for (const output of [
      ...['hard.csv', 'hk1.key', 'memberload.config.json', 'map.json', 'innocent/ledger.sqlite', 'nowhere/out.csv'],
    ]) {
      const refused = await work.run([...CREATE, '--map', 'map.json', '-o', output, '--overwrite', '-y']);
      expect(refused, output).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Nothing was sent.') });
      expect(refused.stderr, output).not.toContain(KYBIO_APP_KEY);
    }
    for (const [name, bytes] of before) if (!name.startsWith(work.home)) expect(readFileSync(name)).toEqual(bytes);
    expect(await vendor.callCount()).toBe(0);
  });

  test('export --all follows the same rules', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('precious.csv', 'name,phone\nGrace,1\n');
    symlinkSync('precious.csv', join(work.folder, 'all.csv'));
    for (const output of ['precious.csv', 'all.csv', 'nowhere/all.csv']) {
      expect(await work.run(['export', '--all', '-o', output, '--overwrite'])).toMatchObject({ exitCode: 2 });
    }
    expect(work.read('precious.csv')).toBe('name,phone\nGrace,1\n');
    expect(await vendor.callCount()).toBe(0);
  });

  test('cannot be written any more: the run ends 5 with its true counts, and resume -o writes it elsewhere', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('topup.csv', lines('number,pointIncrement', '8008010001,10', '8008010003,20'));
    mkdirSync(join(work.folder, 'out'));
    const origin = new URL(vendor.settings.KYBIO_BASE_URL).origin;
    const relay = await openRelay(origin, () => rmSync(join(work.folder, 'out'), { recursive: true, force: true }));
    onTestFinished(() => relay.close());
    const environment = { KYBIO_BASE_URL: vendor.settings.KYBIO_BASE_URL.replace(origin, relay.baseUrl) };
    const ended = await work.run(['topup', 'topup.csv', '-o', 'out/topup.csv', '--json'], { environment });
    expect(ended.exitCode).toBe(5);
    const document = JSON.parse(ended.stdout) as { run: string };
    expect(document).toMatchObject({
      result: null,
      state: 'stopped',
      rows: { read: 2, done: 2 },
      totals: { pointIncrement: { asked: '30', applied: '30' } },
    });
    expect(ended.stderr).toContain(`memberload resume ${document.run} -o other.csv`);
    const before = await vendor.callCount();
    expect((await work.run(['resume', document.run, '-o', 'other.csv'], { environment })).exitCode).toBe(0);
    expect(outcomesOf(work.read('other.csv'))).toEqual(['done topped_up', 'done topped_up']);
    expect(await vendor.callCount()).toBe(before);
  });

  test.each([
    ['made', undefined],
    ['changed', lines('number,result_status', '1,done')],
  ])('a file that is %s while validate reads is left as it is', async (_, before) => {
    const work = openWorkspace();
    const input = join(work.folder, 'pipe');
    execFileSync('mkfifo', [input]);
    if (before !== undefined) work.file('late.csv', before);
    const running = work.start([
      'validate',
      'pipe',
      '-o',
      'late.csv',
      ...(before === undefined ? [] : ['--overwrite']),
    ]);
    const pipe = await open(input, 'w');
    // More than the reader looks at before it begins to write.
    await pipe.writeFile(lines('number', ...Array.from({ length: 60_000 }, (_, index) => `N${index}`)));
    await expect.poll(() => work.names().some((name) => name.endsWith('.part'))).toBe(true);
    work.file('late.csv', 'my own notes');
    await pipe.close();
    expect(await running.ended).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('late.csv') });
    expect(work.read('late.csv')).toBe('my own notes');
  });

  test('-o - is standard output, and nothing else is printed there', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('members.csv', lines('number', 'N1'));
    const ended = await work.run([...CREATE, '-o', '-']);
    expect(ended.exitCode).toBe(0);
    expect(outcomesOf(ended.stdout)).toEqual(['done created']);
    expect(work.names()).toEqual(['members.csv']);

    const before = await vendor.callCount();
    const both = await work.run([...CREATE, '-o', '-', '--json']);
    expect(both.exitCode).toBe(2);
    expect(JSON.parse(both.stdout)).toMatchObject({ exitCode: 2, error: { code: 'BAD_USAGE' } });
    expect(await vendor.callCount()).toBe(before);
  });

  test('a reader of standard output that goes away is no bug of ours', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('members.csv', lines('number', ...Array.from({ length: 20_000 }, (_, index) => `N${index}`)));
    const check = `'${process.execPath}' '${BINARY}' validate members.csv --as members -o -`;
    const ended = await promisify(execFile)('sh', ['-c', `{ ${check}; echo "exit $?" >&2; } | head -1`], {
      cwd: work.folder,
      env: { PATH: process.env.PATH ?? '', MEMBERLOAD_HOME: work.home },
    });
    expect(ended.stdout).toMatch(/^number,result_row,.*\n$/);
    expect(ended.stderr).toMatch(/^Error: standard output cannot be written: .*\n.*\nexit 5\n$/m);
    expect(ended.stderr).not.toContain('A bug of memberload');
  });

  test.skipIf(process.platform !== 'linux')('what is printed and lost is no success', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('members.csv', lines('number', 'N1'));
    const check = `'${process.execPath}' '${BINARY}' validate members.csv --as members --json >/dev/full`;
    const ended = await promisify(execFile)('sh', ['-c', `{ ${check}; echo "exit $?" >&2; }`], {
      cwd: work.folder,
      env: { PATH: process.env.PATH ?? '', MEMBERLOAD_HOME: work.home },
    });
    expect(ended.stderr).toMatch(/^Error: standard output: the disk or quota is full\.\n.*\nexit 5\n$/m);
    expect(work.names()).toEqual(['members.checked.csv', 'members.csv']);
  });
});
