import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import { columnOf, lines } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, temporaryFolder } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const topupOf = (count: number, points: number): string =>
  lines(
    'number,pointIncrement',
    ...Array.from({ length: count }, (_, index) => `P${String(index + 1).padStart(6, '0')},${points}`),
  );

const DAY_MS = 86_400_000;
const TIME_TRAVEL = ['--import', new URL('../support/time-travel.mjs', import.meta.url).pathname];

describe('a ledger that was put back', () => {
  test('sends no increment until a person accepts it, and says so', async () => {
    await vendor.seed({ count: 3, prefix: 'P' });
    const { run, file, home } = openWorkspace(vendor.settings);
    file('one.csv', topupOf(3, 1));
    file('two.csv', topupOf(3, 2));
    await run(['topup', 'one.csv']);
    copyFileSync(join(home, 'ledger.sqlite'), join(home, 'backup'));
    await run(['topup', 'two.csv']);
    copyFileSync(join(home, 'backup'), join(home, 'ledger.sqlite'));

    const refused = await run(['topup', 'two.csv', '-y']);
    expect(refused).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('it knows 3 increments, 6 were recorded'),
    });
    expect((await vendor.books()).increments).toHaveLength(6);
    const checked = await run(['doctor']);
    expect(checked).toMatchObject({ exitCode: 2, stdout: expect.stringContaining('doctor --accept-ledger') });
    // What credits nobody goes on.
    expect((await run(['runs'])).exitCode).toBe(0);
    file('look.csv', lines('number', 'P000001'));
    expect((await run(['export', 'look.csv'])).exitCode).toBe(0);

    expect((await run(['doctor', '--accept-ledger'])).exitCode).toBe(0);
    file('three.csv', topupOf(3, 3));
    expect((await run(['topup', 'three.csv'])).exitCode).toBe(0);
  });
});

describe('a ledger that is damaged inside', () => {
  test.each(['run', 'row', 'change_time', 'call_count'])(
    'in %s stops what meets it, says so, and sends nothing',
    async (table) => {
      await vendor.seed({ count: 3, prefix: 'P' });
      const { run, file, home } = openWorkspace(vendor.settings);
      file('one.csv', topupOf(3, 1));
      await run(['topup', 'one.csv']);
      const path = join(home, 'ledger.sqlite');
      const damaged = withDamagedRoot(path, table);
      writeFileSync(path, damaged);
      const { increments } = await vendor.books();

      file('two.csv', topupOf(3, 2));
      const ended = await run(['topup', 'two.csv', '-y']);
      expect([2, 5]).toContain(ended.exitCode);
      expect(ended.stderr).toMatch(/ledger .* is damaged: .*\n.*Put a backup of it back/);
      expect((await vendor.books()).increments).toEqual(increments);
      writeFileSync(path, damaged);
      const checked = await run(['doctor', '--json']);
      expect([2, 5]).toContain(checked.exitCode);
      expect(checked.stdout).toMatch(/"name":"ledger","status":"failed","detail":"[^"]* is damaged/);
    },
  );

  /** The table's root page, which is all that a small table has, overwritten with noise. */
  function withDamagedRoot(path: string, table: string): Buffer {
    const database = new DatabaseSync(path);
    const { rootpage } = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table) as {
      rootpage: number;
    };
    database.close();
    const bytes = readFileSync(path);
    for (let at = (rootpage - 1) * 4096; at < rootpage * 4096; at += 1) bytes[at] = (at * 7919 + 13) & 255;
    return bytes;
  }
});

test('the lock of a process that was killed goes with it', async () => {
  await vendor.set({ 'fault.slow': 1, slowMs: 3000 });
  const { run, start, file } = openWorkspace(vendor.settings);
  file('topup.csv', lines('number,pointIncrement', '8008010001,1'));
  const first = start(['topup', 'topup.csv']);
  await expect.poll(() => vendor.callCount()).toBeGreaterThan(0);
  first.kill('SIGKILL');
  await first.ended;
  await vendor.set({ 'fault.slow': 0 });
  const { runs } = JSON.parse((await run(['runs', '--json'])).stdout) as { runs: { run: string }[] };
  const runId = runs[0]?.run ?? '';
  // What the ledger still calls running: whoever looks is told what to type.
  expect((await run(['runs', runId])).stdout).toContain(`memberload resume ${runId}`);
  expect((await run(['resume'])).exitCode).toBe(0);
});

test('a home that is deleted while a run is at work stops it: no credit goes out that nobody would remember', async () => {
  await vendor.set({ 'fault.slow': 1, slowMs: 200 });
  const { run, start, file, read, home } = openWorkspace(vendor.settings);
  const numbers = ['8008010001', '8008010003', '8008010004', '8008010005', '8008010006', '8008010007'];
  file('topup.csv', lines('number,pointIncrement', ...numbers.map((number) => `${number},1`)));
  const running = start(['topup', 'topup.csv', '--campaign', 'Q4', '--concurrency', '1']);
  await expect.poll(async () => (await vendor.books()).increments.length, { timeout: 20_000 }).toBeGreaterThan(0);
  rmSync(home, { recursive: true });
  const stopped = await running.ended;
  expect(stopped).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('MEMBERLOAD_HOME was deleted') });
  const sent = (await vendor.books()).increments.length;
  expect(sent).toBeLessThan(numbers.length);
  expect(columnOf(read('topup.result.csv'), 'result_status').filter((status) => status === 'done')).toHaveLength(sent);
  // What the message says: the result file, and not the first one.
  await vendor.set({ 'fault.slow': 0 });
  expect((await run(['topup', 'topup.result.csv', '--campaign', 'Q4'])).exitCode).toBe(0);
  expect((await vendor.books()).increments.map(({ number }) => number).sort()).toEqual(numbers);
});

test('a full disk stops the run before anything is sent that is not recorded, and resume completes it', async () => {
  if (process.getuid?.() !== 0) return;
  const small = temporaryFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=700k,mode=700', 'tmpfs', small]);
  onTestFinished(() => {
    execFileSync('umount', ['-l', small]);
  });
  await vendor.seed({ count: 800, prefix: 'P' });
  const { run, file, read } = openWorkspace({ ...vendor.settings, MEMBERLOAD_HOME: small });
  file('topup.csv', topupOf(800, 1));
  const full = await run(['topup', 'topup.csv', '--json']);
  expect(full).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('could not be read or written') });
  const { run: runId } = JSON.parse(full.stdout) as { run: string };
  const sent = (await vendor.books()).increments.length;
  expect(sent).toBeGreaterThan(0);
  expect(sent).toBeLessThan(800);

  execFileSync('mount', ['-o', 'remount,size=50m', small]);
  const resumed = await run(['resume', runId]);
  expect([0, 7]).toContain(resumed.exitCode);
  const { increments } = await vendor.books();
  expect(new Set(increments.map(({ number }) => number)).size).toBe(increments.length);
  const done = columnOf(read('topup.result.csv'), 'result_status').filter((status) => status === 'done').length;
  expect(done).toBe(increments.length);
});

test('a file in place of the home is an error that says what to set', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  const { run, file } = openWorkspace({ ...vendor.settings, MEMBERLOAD_HOME: join(folder, 'file') });
  file('topup.csv', topupOf(1, 1));
  expect(await run(['topup', 'topup.csv'])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('MEMBERLOAD_HOME'),
  });
});

describe('runs prune', () => {
  test('drops what finished long ago, and a campaign credits nobody again all the same', async () => {
    await vendor.seed({ count: 2, prefix: 'P' });
    const { run, file, home } = openWorkspace(vendor.settings);
    file('topup.csv', topupOf(2, 1));
    file('look.csv', lines('number', 'P000001'));
    await run(['topup', 'topup.csv', '--campaign', 'Q1']);
    await run(['export', 'look.csv']);
    await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
    await run(['topup', '-', '-o', 'doubt.csv'], { stdin: lines('number,pointIncrement', 'P000001,5') });
    await vendor.set({ 'fault.cutBefore': 0 });
    await run(['topup', '-', '-o', 'other.csv'], { stdin: lines('number,pointIncrement', 'P000002,6') });
    const leftover = join(home, 'runs', '20200101-000000-dead');
    mkdirSync(leftover, { recursive: true });

    const early = await run(['runs', 'prune', '--json']);
    // Nothing is old enough; the copy of its input that a run in doubt keeps is needed, the others are not.
    expect(JSON.parse(early.stdout)).toMatchObject({ prunedRuns: 0 });
    expect(existsSync(leftover)).toBe(false);
    expect(readdirSync(join(home, 'runs'))).toHaveLength(1);

    const later = { nodeFlags: TIME_TRAVEL, environment: { TIME_OFFSET_MS: String(91 * DAY_MS) } };
    const pruned = await run(['runs', 'prune', '--json'], later);
    expect(JSON.parse(pruned.stdout)).toMatchObject({ prunedRuns: 3 });
    const { runs } = JSON.parse((await run(['runs', '--json'], later)).stdout) as { runs: { command: string }[] };
    expect(runs).toHaveLength(1);
    const { increments } = await vendor.books();
    const again = await run(['topup', 'topup.csv', '--campaign', 'Q1', '-o', 'again.csv', '--json'], later);
    expect(JSON.parse(again.stdout)).toMatchObject({ exitCode: 0, actions: { credited_before: 2, topped_up: 0 } });
    expect((await vendor.books()).increments).toEqual(increments);
    expect(readFileSync(join(home, 'ledger.sqlite')).includes('look.csv')).toBe(false);
  });
});
