import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { csv, memberNumber, range } from '../bench/call-jobs.ts';
import { columnOf, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { binaryWork, CATEGORY_BATCH, fill, INCREMENT, PAGES, UPDATE } from './counted.ts';

const vendor = useVendorSandbox();

/** Every call is applied at once and answered late, so that a kill hits where it is meant to. */
const SLOW = { 'fault.slow': 1, slowMs: 120 };
const FAST = { 'fault.slow': 0 };

type Work = ReturnType<typeof binaryWork>;

/** kill -9 once the vendor has had so many calls of this endpoint. */
async function killAt(work: Work, args: readonly string[], endpoint: string, count: number): Promise<void> {
  await vendor.set(SLOW);
  const running = work.start(args);
  while (((await vendor.calls())[endpoint] ?? 0) < count) {
    if (running.hasEnded()) throw new Error(`ended before it could be killed: ${(await running.ended).stderr}`);
    await sleep(5);
  }
  running.kill('SIGKILL');
  expect((await running.ended).signal).toBe('SIGKILL');
  await vendor.set(FAST);
}

describe('kill -9, then the same command again', () => {
  test('while pages are read for an import: goes on at the cursor and ends the same', async () => {
    await fill(vendor, 95, { pageSize: 10 });
    const work = binaryWork(vendor, { config: { kybio: { pageSize: 10 } } });
    work.file(
      'file.csv',
      csv(
        ['number', 'name'],
        range(40).map((row) => [memberNumber(row * 2), 'Changed']),
      ),
    );
    await killAt(work, ['import', 'file.csv'], PAGES, 4);
    const { exitCode } = await work.run(['import', 'file.csv']);
    expect(exitCode).toBe(0);
    expect(outcomesOf(work.read('file.result.csv'))).toEqual(range(40).map(() => 'done updated'));
    // At most the page that was on its way is asked for twice.
    expect((await vendor.calls())[PAGES]).toBeLessThanOrEqual(11);
    expect((await vendor.calls())[UPDATE]).toBe(40);
  });

  test('while pages are read for a top-up: credits each member once', async () => {
    await fill(vendor, 95, { pageSize: 10 });
    const work = binaryWork(vendor, { config: { kybio: { pageSize: 10 } } });
    work.file(
      'file.csv',
      csv(
        ['number', 'pointIncrement'],
        range(40).map((row) => [memberNumber(row), '5']),
      ),
    );
    await killAt(work, ['topup', 'file.csv'], PAGES, 6);
    expect((await work.run(['topup', 'file.csv'])).exitCode).toBe(0);
    expect((await vendor.books()).increments).toHaveLength(40);
    expect((await vendor.calls())[PAGES]).toBeLessThanOrEqual(11);
    expect((await vendor.calls())[INCREMENT]).toBe(40);
  });

  test('while everybody is exported: every member once', async () => {
    await fill(vendor, 95, { pageSize: 10 });
    const work = binaryWork(vendor, { config: { kybio: { pageSize: 10 } } });
    await killAt(work, ['export', '--all', '-o', 'all.csv'], PAGES, 5);
    expect((await work.run(['export', '--all', '-o', 'all.csv'])).exitCode).toBe(0);
    expect(columnOf(work.read('all.csv'), 'number')).toEqual(range(95).map(memberNumber));
    expect((await vendor.calls())[PAGES]).toBeLessThanOrEqual(11);
  });

  test('between two batches of categories: every member has its category, no batch more than once again', async () => {
    await fill(vendor, 260);
    const work = binaryWork(vendor);
    const args = ['import', 'file.csv', '--change-category'];
    work.file(
      'file.csv',
      csv(
        ['number', 'categoryName'],
        range(250).map((row) => [memberNumber(row), 'Gold Card']),
      ),
    );
    await killAt(work, args, CATEGORY_BATCH, 2);
    const { exitCode, document } = await work.run(args);
    expect(exitCode).toBe(0);
    expect(document.rows).toMatchObject({ read: 250, done: 250 });
    const members = await vendor.members();
    expect(members.filter(({ categoryName }) => categoryName === 'Gold Card')).toHaveLength(250);
    expect((await vendor.calls())[CATEGORY_BATCH]).toBeLessThanOrEqual(4);
  });
});
