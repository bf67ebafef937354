import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lines } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, temporaryFolder } from '../support/workspace.ts';

const vendor = useVendorSandbox();
const BINARY = new URL('../../dist/main.js', import.meta.url).pathname;
const isPosix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;
const TOPUP = lines('number,pointIncrement', '8008010001,5');

/** A workspace with a home that a run has made. */
async function usedHome() {
  const work = openWorkspace(vendor.settings);
  work.file('t.csv', TOPUP);
  expect((await work.run(['topup', 't.csv', '-y'])).exitCode).toBe(0);
  return work;
}

describe.runIf(isPosix)('a home in which somebody else can write', () => {
  test.each([0o770, 0o702])('of mode %o is refused by whatever would believe it', async (mode) => {
    const work = await usedHome();
    chmodSync(work.home, mode);
    const calls = await vendor.callCount();
    for (const words of [['topup', 't.csv', '-y', '--again', '-o', 'r.csv'], ['runs'], ['resume']]) {
      const ended = await work.run(words);
      expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(`chmod 700 ${work.home}`) });
    }
    const looked = await work.run(['doctor']);
    expect(looked).toMatchObject({ exitCode: 2, stdout: expect.stringMatching(/FAILED +ledger: .*written by others/) });
    expect(await vendor.callCount()).toBe(calls);
  });

  test('that others can only read is told, and used', async () => {
    const work = await usedHome();
    chmodSync(work.home, 0o755);
    expect((await work.run(['topup', 't.csv', '-y', '--again', '-o', 'r.csv'])).exitCode).toBe(0);
    expect((await work.run(['doctor'])).stdout).toMatch(/WARNING +home folder/);
  });
});

describe('a home that is no folder', () => {
  test.each([['m.csv'], [isPosix ? '/dev/null' : 'm.csv']])(
    '%s is refused, and nobody is told to change its mode',
    async (name) => {
      const work = openWorkspace();
      work.file('m.csv', lines('number,name', 'A1,B'));
      const environment = { MEMBERLOAD_HOME: isAbsolute(name) ? name : join(work.folder, name) };
      for (const words of [['import', 'm.csv', '--sandbox'], ['runs']]) {
        const ended = await work.run(words, { environment });
        expect(ended).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining('is no folder') });
        expect(ended.stderr).not.toContain('chmod');
      }
    },
  );
});

describe.runIf(isPosix)('links that were planted in the home', () => {
  test.each(['runs', 'snapshots', 'sandbox', 'sandbox/sandbox.sqlite', 'sandbox/wonder-private-key.pem'])(
    '%s is not followed',
    async (name) => {
      const work = await usedHome();
      const target = join(temporaryFolder(), 'target');
      if (name.includes('.')) writeFileSync(target, 'precious', { mode: 0o644 });
      else mkdirSync(target);
      rmSync(join(work.home, name), { recursive: true, force: true });
      mkdirSync(join(work.home, name, '..'), { recursive: true });
      symlinkSync(target, join(work.home, name));
      const usesSandbox = name.startsWith('sandbox') ? ['--sandbox'] : [];
      const flags = ['-y', '--again', '--lookup', 'pages', '-o', 'r.csv', ...usesSandbox];
      work.config({ snapshotMaxAge: '1h' });
      const ended = await work.run(['topup', 't.csv', ...flags]);
      expect([ended.exitCode, ended.stderr]).toEqual([expect.toBeOneOf([2, 5]), expect.stringContaining('is a link')]);
      if (name.includes('.')) {
        expect([readFileSync(target, 'utf8'), statSync(target).mode & 0o777]).toEqual(['precious', 0o644]);
      } else expect(readdirSync(target)).toEqual([]);
    },
  );

  test.each([
    ['stage.json', 5],
    ['stage', 5],
    ['ledger.shared.json', 2],
  ])(
    '%s of a run that sleeps is not followed, and what a file in its place holds is not shown',
    async (name, exitCode) => {
      const work = openWorkspace(vendor.settings);
      await vendor.seed({ count: 8, prefix: 'L' });
      work.file(
        't.csv',
        lines('number,pointIncrement', ...Array.from({ length: 8 }, (_, index) => `L00000${index + 1},1`)),
      );
      const quota = String((await vendor.callCount()) + 4);
      const { stdout } = await work.run([
        'topup',
        't.csv',
        '-y',
        '--daily-quota',
        quota,
        '--concurrency',
        '1',
        '--json',
      ]);
      const { run } = JSON.parse(stdout) as { run: string };
      const path = name.startsWith('stage') ? join(work.home, 'runs', run, name) : join(work.home, name);
      const words = ['resume', run, '--daily-quota', '99999'];
      const target = join(temporaryFolder(), 'target');
      writeFileSync(target, 'precious words');
      const calls = await vendor.callCount();

      rmSync(path, { force: true });
      symlinkSync(target, path);
      expect(await work.run(words)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is a link') });
      rmSync(path);
      writeFileSync(path, 'precious words__'.repeat(1000));
      const ended = await work.run(words);
      expect([ended.exitCode, ended.stderr]).toEqual([exitCode, expect.not.stringMatching(/precious|BUG|bug of/)]);
      expect([await vendor.callCount(), readFileSync(target, 'utf8')]).toEqual([calls, 'precious words']);
    },
  );

  test('the home itself may be a link to a larger disk', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('t.csv', TOPUP);
    const place = join(temporaryFolder(), 'large');
    mkdirSync(place, { mode: 0o700 });
    symlinkSync(place, work.home);
    expect((await work.run(['topup', 't.csv', '-y'])).exitCode).toBe(0);
    expect(existsSync(join(place, 'ledger.sqlite'))).toBe(true);
  });
});

describe.runIf(isRoot)('a user', () => {
  /** Runs the binary as a user who is in no list of users. */
  function runAsNobody(args: readonly string[], cwd: string, environment: Record<string, string> = {}) {
    const child = spawn(process.execPath, [BINARY, ...args], {
      ...{ cwd, uid: 54_321, gid: 54_321 },
      env: { PATH: process.env.PATH ?? '', ...vendor.settings, ...environment },
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    return new Promise<{ status: number | null; stderr: string }>((resolve, reject) => {
      child.on('error', reject).on('close', (status) => resolve({ status, stderr }));
    });
  }

  function folderOfNobody(mode = 0o777): string {
    const folder = temporaryFolder();
    chmodSync(folder, mode);
    writeFileSync(join(folder, 't.csv'), TOPUP, { mode: 0o644 });
    return folder;
  }

  test.each([
    ['without an entry and without HOME', {}, 'There is no home folder'],
    ['with an empty HOME', { HOME: '' }, 'There is no home folder'],
    ['with an empty MEMBERLOAD_HOME', { MEMBERLOAD_HOME: '' }, 'must be an absolute path'],
    ['with a home that is read-only', { MEMBERLOAD_HOME: '/proc/memberload' }, 'cannot be used'],
  ])('%s gets a sentence and exit 2', async (_who, environment, message) => {
    const folder = folderOfNobody();
    const ended = await runAsNobody(['topup', 't.csv', '-y'], folder, environment);
    expect([ended.status, ended.stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(ended.stderr).not.toMatch(/\bat .*\.js:\d+|BUG/);
    // What needs no home works without one.
    expect((await runAsNobody(['help', 'topup'], folder, environment)).status).toBe(0);
  });

  test('who may not write beside the input is told so before the first call', async () => {
    const folder = folderOfNobody(0o755);
    const home = join(temporaryFolder(), 'home');
    chmodSync(join(home, '..'), 0o777);
    const ended = await runAsNobody(['topup', 't.csv', '-y'], folder, { MEMBERLOAD_HOME: home });
    expect([ended.status, ended.stderr]).toEqual([3, expect.stringContaining('-o')]);
    expect(await vendor.callCount()).toBe(0);
    const elsewhere = join(home, '..', 'r.csv');
    const written = await runAsNobody(['topup', 't.csv', '-y', '-o', elsewhere], folder, { MEMBERLOAD_HOME: home });
    expect([written.status, written.stderr]).toEqual([0, expect.anything()]);
  });
});

test.runIf(isPosix)('a working folder that was deleted is named, and nothing else happens', () => {
  const folder = join(temporaryFolder(), 'gone');
  mkdirSync(folder);
  const command = `rmdir '${folder}'; exec '${process.execPath}' '${BINARY}' runs`;
  const ended = spawnSync('/bin/sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  expect([ended.status, ended.stderr]).toEqual([2, expect.stringContaining('working folder does not exist any more')]);
});

test.runIf(isPosix)('a key or settings file that is a pipe is refused at once: nobody waits for a writer', async () => {
  const work = openWorkspace(vendor.settings);
  work.file('t.csv', TOPUP);
  const pipe = join(work.folder, 'pipe');
  spawnSync('mkfifo', [pipe]);
  const { KYBIO_APP_KEY: _key, ...account } = vendor.settings;
  const environment = { ...account, KYBIO_APP_KEY: '', KYBIO_APP_KEY_FILE: pipe };
  for (const words of [
    ['topup', 't.csv', '-y', '--config', pipe],
    ['topup', 't.csv', '-y', '--map', pipe],
  ]) {
    expect(await work.run(words)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('it is not a file') });
  }
  const ended = await work.run(['topup', 't.csv', '-y'], { environment });
  expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('it is not a file') });
});

describe('what a killed command leaves', () => {
  test('beside the result is removed by the run that goes on, and by prune in the temporary folder', async () => {
    const work = openWorkspace(vendor.settings);
    const scratch = temporaryFolder();
    work.file('t.csv', lines('number,pointIncrement', '8008010001,5', '8008010003,5'));
    const flags = ['--concurrency', '1', '--daily-quota', '3', '--json'];
    const paused = await work.run(['topup', 't.csv', '-y', ...flags]);
    expect(paused.exitCode).toBe(6);
    const { run } = JSON.parse(paused.stdout) as { run: string };
    work.file(`.t.result.csv.${run}.0123456789ab.part`, '8008010001');
    work.file('.t.result.csv.20200101-000000-0000.0123456789ab.part', 'of a run that may be at work');
    expect((await work.run(['resume', '--daily-quota', '100'])).exitCode).toBe(0);
    expect(work.names()).toEqual([
      '.t.result.csv.20200101-000000-0000.0123456789ab.part',
      't.csv',
      't.report.html',
      't.result.csv',
    ]);

    for (const [name, ageMs] of [
      ['old', 2 * 3_600_000],
      ['new', 0],
    ] as const) {
      const folder = join(scratch, `memberload-scratch-${name}`);
      mkdirSync(folder);
      writeFileSync(join(folder, 'checked.csv'), '8008010001');
      const at = new Date(Date.now() - ageMs);
      for (const path of [join(folder, 'checked.csv'), folder]) utimesSync(path, at, at);
    }
    await work.run(['runs', 'prune', '--older-than', '90d'], { environment: { TMPDIR: scratch } });
    expect(readdirSync(scratch)).toEqual(['memberload-scratch-new']);
  });

  test.each(['SIGHUP', 'SIGTERM'] as const)('validate leaves nothing when it ends by %s', async (signal) => {
    const work = openWorkspace();
    const scratch = temporaryFolder();
    const rows = Array.from({ length: 300_000 }, (_, index) => `${9_000_000 + index},A`);
    work.file('m.csv', `number,name\n${rows.join('\n')}\n`);
    const environment = { TMPDIR: scratch };
    const running = work.start(['validate', 'm.csv', '-o', '-', '--as', 'members'], { environment });
    await expect.poll(() => readdirSync(scratch).length, { interval: 5, timeout: 20_000 }).toBeGreaterThan(0);
    running.kill(signal);
    expect((await running.ended).exitCode).toBe({ SIGHUP: 129, SIGTERM: 143 }[signal]);
    expect([readdirSync(scratch), work.names()]).toEqual([[], ['m.csv']]);
  });
});
