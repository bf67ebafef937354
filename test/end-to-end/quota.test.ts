import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { columnOf, lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const NUMBERS = ['8008010001', '8008010003', '8008010004', '8008010005', '8008010006', '8008010007'];
const TOPUP = lines('number,pointIncrement', ...NUMBERS.map((number) => `${number},1`));
const TIME_TRAVEL = ['--import', new URL('../support/time-travel.mjs', import.meta.url).pathname];
const DAY_MS = 86_400_000;
/** The wall clock is a day ahead once the file TIME_GATE is there. */
const NEXT_DAY = [
  '--import',
  `data:text/javascript,${encodeURIComponent(`import { existsSync } from 'node:fs';
const now = Date.now;
Date.now = () => now() + (existsSync(process.env.TIME_GATE) ? ${DAY_MS} : 0);`)}`,
];

type Document = { run: string; state: string; quota: { used: number; resumeAt?: string } };
const documentOf = (stdout: string): Document => JSON.parse(stdout) as Document;

describe("the day's calls", () => {
  test('are never exceeded: the run pauses, says when and how to go on, and the next day goes on', async () => {
    const { run, file, read } = openWorkspace(vendor.settings);
    file('topup.csv', TOPUP);
    const args = ['--daily-quota', '8', '--concurrency', '1'];
    const paused = await run(['topup', 'topup.csv', ...args, '--json']);
    const { run: runId, state, quota } = documentOf(paused.stdout);
    expect(paused.exitCode).toBe(6);
    expect(state).toBe('paused');
    // Two calls a row, and of the last eight two are kept back while an increment is on its way.
    expect(await vendor.callCount()).toBeLessThanOrEqual(8);
    expect(quota.used).toBe(await vendor.callCount());
    expect(quota.resumeAt).toMatch(/^20\d\d-\d\d-\d\dT00:00:30\+08:00$/);
    expect(paused.stderr.trimEnd().split('\n').at(-1)).toMatch(
      new RegExp(`When they are back \\(20\\d\\d-\\d\\d-\\d\\d 00:00:30\\), type: memberload resume ${runId}$`),
    );
    expect(
      outcomesOf(read('topup.result.csv')).filter((outcome) => outcome === 'not_sent QUOTA_EXHAUSTED').length,
    ).toBeGreaterThan(1);

    // The same day: counted over runs and restarts, so nothing is left but what was kept back.
    const before = await vendor.callCount();
    expect((await run(['resume', ...args])).exitCode).toBe(6);
    expect((await vendor.callCount()) - before).toBeLessThanOrEqual(2);
    expect(await vendor.callCount()).toBeLessThanOrEqual(8);

    const tomorrow = { nodeFlags: TIME_TRAVEL, environment: { TIME_OFFSET_MS: String(DAY_MS) } };
    const carriedOn = await run(['resume', '--daily-quota', '300'], tomorrow);
    expect(carriedOn.exitCode).toBe(0);
    expect((await vendor.books()).increments).toHaveLength(6);
  });

  test('that were used while the clock was days ahead are back when that day is over: the pause says so, and why', async () => {
    const { run, file } = openWorkspace(vendor.settings);
    file('look.csv', lines('number', ...NUMBERS));
    const args = ['export', 'look.csv', '--daily-quota', '6', '--json'];
    const ahead = { nodeFlags: TIME_TRAVEL, environment: { TIME_OFFSET_MS: String(3 * DAY_MS) } };
    expect((await run(args, ahead)).exitCode).toBe(0);
    const paused = await run([...args, '-o', 'again.csv']);
    expect(paused).toMatchObject({ exitCode: 6, stderr: expect.stringContaining('while a clock was ahead') });
    const { resumeAt = '' } = documentOf(paused.stdout).quota;
    expect(Date.parse(resumeAt) - Date.now()).toBeGreaterThan(3 * DAY_MS - 60_000);
    expect(await vendor.callCount()).toBe(6);
  });

  test('are those of the day on which a call goes out, though it was counted before midnight', async () => {
    const { start, file, folder } = openWorkspace(vendor.settings);
    await vendor.seed({ count: 16, prefix: 'P' });
    file(
      'look.csv',
      lines('number', ...Array.from({ length: 16 }, (_, row) => `P${String(row + 1).padStart(6, '0')}`)),
    );
    const gate = join(folder, 'midnight');
    // Half a second between two calls: when the second goes out, others are counted and wait for their turn.
    const args = ['--rate', '2/s', '--concurrency', '4', '--daily-quota', '8', '--json'];
    const running = start(['export', 'look.csv', ...args], { nodeFlags: NEXT_DAY, environment: { TIME_GATE: gate } });
    await vi.waitUntil(async () => (await vendor.callCount()) > 1, { timeout: 20_000 });
    const sentBefore = await vendor.callCount();
    writeFileSync(gate, '');
    const { exitCode, stdout } = await running.ended;
    expect(exitCode).toBe(6);
    expect((await vendor.callCount()) - sentBefore).toBe(8);
    expect(documentOf(stdout).quota.used).toBe(8);
  });

  test('are counted for the appId, whatever the command, and --reserve leaves some to others', async () => {
    const { run, file } = openWorkspace(vendor.settings);
    file('look.csv', lines('number', ...NUMBERS));
    file('more.csv', lines('number', ...NUMBERS.slice(0, 2)));
    expect((await run(['export', 'look.csv', '--daily-quota', '10', '--reserve', '3'])).exitCode).toBe(0);
    expect((await run(['export', 'more.csv', '--daily-quota', '10', '--reserve', '3'])).exitCode).toBe(6);
    expect(await vendor.callCount()).toBe(7);
  });

  test('that are kept back settle what is in flight when the others are used up', async () => {
    await vendor.set({ faultsOn: 'increments', 'fault.cutAfter': 1 });
    const { run, file, read } = openWorkspace(vendor.settings);
    file('topup.csv', TOPUP);
    // Row 1: lookup, increment, and two reads kept back. Row 2: its lookup, and then nothing is left.
    const ended = await run(['topup', 'topup.csv', '--daily-quota', '5', '--concurrency', '1']);
    expect(ended.exitCode).toBe(6);
    expect(outcomesOf(read('topup.result.csv'))[0]).toBe('done topped_up');
    expect(await vendor.callCount()).toBe(5);
  });

  test('with --wait the run sleeps until midnight in the quota zone and goes on', async () => {
    const { run, file } = openWorkspace(vendor.settings);
    file('topup.csv', TOPUP);
    const ended = await run(['topup', 'topup.csv', '--daily-quota', '8', '--wait', '--concurrency', '4'], {
      nodeFlags: TIME_TRAVEL,
    });
    expect(ended.exitCode).toBe(0);
    // A lookup and an increment a row: what was answered before the night needs no look.
    expect(await vendor.callCount()).toBe(12);
    expect(ended.stderr).toMatch(
      /Waiting until 20\d\d-\d\d-\d\d 00:00:30: \d of the day's 8 calls are used(, \d kept back)?\. Day 1 of 2\.\n/,
    );
    expect((await vendor.books()).increments).toHaveLength(6);
    const { calls } = JSON.parse((await run(['runs', '--json'])).stdout) as { calls: { day: string; calls: number }[] };
    const perDay = new Map<string, number>();
    for (const { day, calls: count } of calls) perDay.set(day, (perDay.get(day) ?? 0) + count);
    expect(perDay.size).toBeGreaterThan(1);
    expect(Math.max(...perDay.values())).toBeLessThanOrEqual(8);
  });
});

test('with --wait what got no answer is settled before the night, not after a day of sales', async () => {
  await vendor.set({ faultsOn: 'increments', 'fault.cutAfter': 1 });
  const { start, file, folder, read } = openWorkspace(vendor.settings);
  file('topup.csv', TOPUP);
  const gate = join(folder, 'midnight');
  const running = start(['topup', 'topup.csv', '--daily-quota', '8', '--wait', '--concurrency', '1'], {
    nodeFlags: TIME_TRAVEL,
    environment: { TIME_GATE: gate },
  });
  // Two rows of a lookup, an increment and two reads each.
  await running.printed('stderr', 'Waiting until');
  expect((await vendor.books()).calls.byEndpoint).toEqual({
    'customerOpenApi/queryByNumber': 2,
    'customerOpenApi/updateBalancePointByIncrement': 2,
    'customerOpenApi/queryByUid': 4,
  });
  await vendor.set({ 'fault.cutAfter': 0 });
  writeFileSync(gate, '');
  expect((await running.ended).exitCode).toBe(0);
  expect(new Set(columnOf(read('topup.result.csv'), 'result_status'))).toEqual(new Set(['done']));
  expect((await vendor.books()).increments.map(({ number }) => number).sort()).toEqual(NUMBERS);
});

describe('a vendor that says "used up"', () => {
  test('in a configured code pauses the run without another call', async () => {
    await vendor.set({ quotaLimit: 5, quotaCode: '9010' });
    const { run, file, config, read } = openWorkspace(vendor.settings);
    config({ kybio: { quotaCodes: ['9010'] } });
    file('topup.csv', TOPUP);
    const ended = await run(['topup', 'topup.csv', '--concurrency', '1', '--json']);
    expect(ended.exitCode).toBe(6);
    expect(documentOf(ended.stdout).quota.resumeAt).toBeDefined();
    expect(await vendor.callCount()).toBe(6);
    expect(outcomesOf(read('topup.result.csv')).filter((outcome) => outcome.startsWith('in_doubt'))).toEqual([]);
    await vendor.set({ quotaLimit: 0 });
    expect((await run(['resume'])).exitCode).toBe(0);
    expect((await vendor.books()).increments).toHaveLength(6);
  });

  test('is waited for with --wait, and what it refused is sent after midnight, once', async () => {
    await vendor.set({ quotaLimit: 6, quotaCode: '9010' });
    const { start, file, config, folder, read } = openWorkspace(vendor.settings);
    config({ kybio: { quotaCodes: ['9010'] } });
    file('topup.csv', TOPUP);
    const gate = join(folder, 'midnight');
    const running = start(['topup', 'topup.csv', '--wait'], {
      nodeFlags: TIME_TRAVEL,
      environment: { TIME_GATE: gate },
    });
    await running.printed('stderr', 'Waiting until');
    await vendor.set({ quotaLimit: 0 });
    writeFileSync(gate, '');
    expect((await running.ended).exitCode).toBe(0);
    expect(new Set(columnOf(read('topup.result.csv'), 'result_status'))).toEqual(new Set(['done']));
    const { increments } = await vendor.books();
    expect(increments.map(({ number }) => number).sort()).toEqual(NUMBERS);
  });

  test('in a code that nobody knows stops the run by the breaker after ten', async () => {
    await vendor.set({ quotaLimit: 1 });
    await vendor.seed({ count: 30, prefix: 'P' });
    const { run, file } = openWorkspace(vendor.settings);
    const numbers = Array.from({ length: 30 }, (_, index) => `P${String(index + 1).padStart(6, '0')}`);
    file('topup.csv', lines('number,pointIncrement', ...numbers.map((number) => `${number},1`)));
    const ended = await run(['topup', 'topup.csv', '--concurrency', '1']);
    expect(ended).toMatchObject({
      exitCode: 7,
      stderr: expect.stringMatching(/refusals in a row with code 9010 .*kybio\.quotaCodes/),
    });
    expect(await vendor.callCount()).toBeLessThan(16);
  });
});
