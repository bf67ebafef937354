import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { csv, memberNumber, range } from '../bench/call-jobs.ts';
import { columnOf, lines, outcomesOf, recordsOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { ADD, BY_NUMBER, binaryWork, fill, INCREMENT, PAGES, quickWork, UPDATE } from './counted.ts';

const vendor = useVendorSandbox();

const SHARED = { config: { snapshotMaxAge: '12h' } };

/** The databases of members' data that lie under a home, with the run's folders. */
function snapshotFiles(home: string): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' })
    .filter((name) => /(^|\/)(snapshot-|snapshots\/).*\.sqlite/.test(name))
    .map((name) => join(home, name));
}

describe('what was read by pages', () => {
  test('is gone with the run that needed it, unless an age was asked for', async () => {
    await fill(vendor, 120);
    const work = binaryWork(vendor);
    work.file(
      'file.csv',
      csv(
        ['number', 'name'],
        range(30).map((row) => [memberNumber(row), 'Changed']),
      ),
    );
    expect((await work.run(['import', 'file.csv', '--dry-run'])).spent).toEqual({ [PAGES]: 2 });
    expect(snapshotFiles(work.home)).toEqual([]);
    expect((await work.run(['import', 'file.csv'])).spent).toEqual({ [PAGES]: 2, [UPDATE]: 30 });
    expect(snapshotFiles(work.home)).toEqual([]);
  });

  test('kept for 12 h, it is shared by a plan, its run and an export, and only the owner can read it', async () => {
    await fill(vendor, 120);
    const work = binaryWork(vendor, SHARED);
    work.file(
      'file.csv',
      csv(
        ['number', 'name'],
        range(30).map((row) => [memberNumber(row), 'Changed']),
      ),
    );
    expect((await work.run(['import', 'file.csv', '--dry-run'])).spent).toEqual({ [PAGES]: 2 });
    const files = snapshotFiles(work.home);
    expect(files.length).toBeGreaterThan(0);
    for (const file of files) expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600]);
    expect(statSync(join(work.home, 'snapshots')).mode & 0o777).toBe(0o700);
    expect((await work.run(['import', 'file.csv'])).spent).toEqual({ [UPDATE]: 30 });
    // The export sees what the run has changed, without a call.
    expect((await work.run(['export', '--all', '-o', 'all.csv'])).spent).toEqual({});
    expect(columnOf(work.read('all.csv'), 'name').filter((name) => name === 'Changed')).toHaveLength(30);
    expect(columnOf(work.read('all.csv'), 'number')).toHaveLength(120);
  });

  test('expires', async () => {
    await fill(vendor, 20);
    const work = quickWork(vendor, SHARED);
    const args = ['export', '--all', '--overwrite', '-o', 'all.csv'];
    expect((await work.run(args)).spent).toEqual({ [PAGES]: 1 });
    expect((await work.run(args)).spent).toEqual({});
    ageSnapshot(work.home, 12 * 3_600_000 + 1000);
    expect((await work.run(args)).spent).toEqual({ [PAGES]: 1 });
  });

  test('is not used by a command that asks for none, or for a fresher one', async () => {
    await fill(vendor, 20);
    const work = quickWork(vendor, SHARED);
    const args = ['export', '--all', '--overwrite', '-o', 'all.csv'];
    await work.run(args);
    ageSnapshot(work.home, 3_600_000);
    expect((await work.run([...args, '--snapshot-max-age', '0s'])).spent).toEqual({ [PAGES]: 1 });
    expect((await work.run([...args, '--snapshot-max-age', '30m'])).spent).toEqual({ [PAGES]: 1 });
  });

  test('after a run that added members, an export reads anew and a second import looks them up', async () => {
    await fill(vendor, 20);
    const work = quickWork(vendor, SHARED);
    work.file('one.csv', lines('number,name', 'N1,First', 'N2,First'));
    expect((await work.run(['import', 'one.csv', '--lookup', 'pages'])).spent).toEqual({ [PAGES]: 1, [ADD]: 2 });
    work.file('two.csv', lines('number,name', 'N1,First', 'N2,Second'));
    const second = await work.run(['import', 'two.csv', '--lookup', 'pages']);
    expect(second.spent).toEqual({ [BY_NUMBER]: 2, [UPDATE]: 1 });
    expect(outcomesOf(work.read('two.result.csv'))).toEqual(['done unchanged', 'done updated']);
    expect((await work.run(['export', '--all', '-o', 'all.csv'])).spent).toEqual({ [PAGES]: 1 });
    expect(columnOf(work.read('all.csv'), 'number')).toHaveLength(22);
  });

  test('after a change without an answer, an export still holds the member, with the values of now', async () => {
    await fill(vendor, 20);
    const work = quickWork(vendor, SHARED);
    await work.run(['export', '--all', '-o', 'before.csv']);
    work.file('file.csv', lines('number,pointIncrement', 'M000003,5'));
    await vendor.set({ faultsOn: 'increments', 'fault.unknownCodeAfter': 1 });
    await work.run(['topup', 'file.csv']);
    await vendor.set({ 'fault.unknownCodeAfter': 0 });
    await work.run(['export', '--all', '-o', 'after.csv']);
    const member = recordsOf(work.read('after.csv')).find(({ number }) => number === 'M000003');
    expect(member?.point).toBe('8');
    expect(columnOf(work.read('after.csv'), 'number')).toHaveLength(20);
  });

  test('is one for a run about both vendors and a run about one of them', async () => {
    await fill(vendor, 20);
    const work = quickWork(vendor, SHARED);
    expect((await work.run(['export', '--all', '-o', 'before.csv'])).spent).toEqual({ [PAGES]: 1 });
    work.file('both.csv', lines('number,name,phone', 'M000003,Changed,+85291230003'));
    const both = await work.run(['import', 'both.csv', '--to', 'kybio,wonder', '--lookup', 'pages']);
    expect(both.spent[PAGES]).toBeUndefined();
    expect((await work.run(['export', '--all', '-o', 'after.csv'])).spent).toEqual({});
    expect(columnOf(work.read('after.csv'), 'name')).toContain('Changed');
  });

  test('belongs to one account', async () => {
    await fill(vendor, 20);
    const work = quickWork(vendor, SHARED);
    await work.run(['export', '--all', '-o', 'all.csv']);
    const names = readdirSync(join(work.home, 'snapshots'));
    // The appId is not in the name: it says whose members these are.
    for (const name of names) expect(name).not.toContain(vendor.settings.KYBIO_APP_ID);
    await work.run(['export', '--all', '--from', 'wonder', '-o', 'customers.csv']);
    const kinds = readdirSync(join(work.home, 'snapshots')).map((name) => /^pages-(\w+)-/.exec(name)?.[1]);
    expect(new Set(kinds)).toEqual(new Set(['kybio', 'wonder']));
  });
});

describe('a shared read is no evidence of what a top-up did', () => {
  test('an unanswered credit that a stale value would explain stays in doubt', async () => {
    await fill(vendor, 20);
    const work = quickWork(vendor, SHARED);
    await work.run(['export', '--all', '-o', 'all.csv']);
    // A sale of exactly the same amount before the run: by the old value the credit would look applied.
    await vendor.sell('M000003', '5');
    work.file('file.csv', lines('number,pointIncrement', 'M000003,5'));
    await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
    const { exitCode, spent, document } = await work.run(['topup', 'file.csv']);
    expect(spent[PAGES] ?? 0).toBe(0);
    expect(spent[INCREMENT]).toBe(1);
    expect(outcomesOf(work.read('file.result.csv'))[0]).toMatch(/^in_doubt /);
    expect(exitCode).toBe(7);
    expect(intentOf(work.home, document.run)).toEqual({ point_before: '', balance_before: '' });
  });

  test('read by the run itself, the same value settles it', async () => {
    await fill(vendor, 20);
    const work = quickWork(vendor);
    work.file('file.csv', lines('number,pointIncrement', 'M000003,5'));
    await vendor.set({ faultsOn: 'increments', 'fault.cutAfter': 1 });
    const { exitCode } = await work.run(['topup', 'file.csv', '--lookup', 'pages']);
    expect(outcomesOf(work.read('file.result.csv'))).toEqual(['done topped_up']);
    expect(exitCode).toBe(0);
    expect(await vendor.member('M000003')).toMatchObject({ point: '8' });
  });
});

test('runs prune removes what was read by pages', async () => {
  await fill(vendor, 20);
  const work = quickWork(vendor, SHARED);
  await work.run(['export', '--all', '-o', 'all.csv']);
  expect(snapshotFiles(work.home).length).toBeGreaterThan(0);
  await work.run(['runs', 'prune']);
  expect(snapshotFiles(work.home)).toEqual([]);
});

function ageSnapshot(home: string, byMs: number): void {
  for (const file of snapshotFiles(home).filter((name) => name.endsWith('.sqlite'))) {
    const database = new DatabaseSync(file);
    database
      .prepare("UPDATE fact SET value = CAST(CAST(value AS INTEGER) - ? AS TEXT) WHERE name = 'taken_ms'")
      .run(byMs);
    database.close();
  }
}

function intentOf(home: string, run: string | null): unknown {
  const database = new DatabaseSync(join(home, 'ledger.sqlite'), { readOnly: true });
  try {
    return {
      ...(database.prepare('SELECT point_before, balance_before FROM row WHERE run_id = ?').get(run ?? '') as object),
    };
  } finally {
    database.close();
  }
}
