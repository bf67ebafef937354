import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { OperatorError } from '../../../src/base/errors.ts';
import { type Disk, GroupCommit, type GroupEvents } from '../../../src/ledger/sqlite/group-commit.ts';
import { explainAtWork } from '../../../src/ledger/sqlite/sqlite-errors.ts';
import { temporaryFolder } from '../../support/workspace.ts';

/** A disk that is done with each sync when the test says so. */
function heldDisk() {
  const pending: { resolve: () => void; reject: (error: Error) => void }[] = [];
  let syncCount = 0;
  return {
    sync: () => {
      syncCount += 1;
      return new Promise<void>((resolve, reject) => pending.push({ resolve, reject }));
    },
    /** Resolves once a group is on its way to the disk. */
    async reached(): Promise<void> {
      while (pending.length === 0) await nextTurn();
    },
    done: () => pending.shift()?.resolve(),
    fail: (message: string) => pending.shift()?.reject(new Error(message)),
    get syncCount() {
      return syncCount;
    },
  };
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const instantDisk = { sync: () => Promise.resolve() };

function newGroup(
  database: ConstructorParameters<typeof GroupCommit>[0],
  disk: Disk,
  events: Partial<GroupEvents> = {},
): GroupCommit {
  const explain = (error: unknown) => explainAtWork(error, 'the path');
  return new GroupCommit(database, disk, {
    beforeCommit: () => undefined,
    explain,
    onFailure: () => undefined,
    ...events,
  });
}

function open() {
  const path = join(temporaryFolder(), 'test.sqlite');
  const database = new DatabaseSync(path);
  database.exec('PRAGMA journal_mode = WAL; CREATE TABLE t (x INTEGER PRIMARY KEY)');
  const reader = new DatabaseSync(path);
  onTestFinished(() => {
    database.close();
    reader.close();
  });
  const insert = database.prepare('INSERT INTO t VALUES (?)');
  return {
    database,
    path,
    insert: (x: number) => () => void insert.run(x),
    /** What another connection sees: only what was committed. */
    committed: () =>
      reader
        .prepare('SELECT x FROM t ORDER BY x')
        .all()
        .map((row) => Number((row as { x: number }).x)),
  };
}

describe('writes in groups', () => {
  test('a promise resolves only once the disk is done with its group', async () => {
    const { database, insert, committed } = open();
    const disk = heldDisk();
    const commits = newGroup(database, disk);
    const resolved: number[] = [];
    const writes = [1, 2, 3].map((x) => commits.write(insert(x)).then(() => resolved.push(x)));
    expect(committed()).toEqual([]);
    await disk.reached();
    expect(committed()).toEqual([1, 2, 3]);
    await nextTurn();
    expect(resolved).toEqual([]);
    disk.done();
    await Promise.all(writes);
    expect(resolved).toEqual([1, 2, 3]);
  });

  test('what comes while the disk is at work makes the next group, in the order in which it came', async () => {
    const { database, insert, committed } = open();
    const disk = heldDisk();
    const commits = newGroup(database, disk);
    const order: number[] = [];
    const first = commits.write(insert(1));
    await disk.reached();
    const second = commits.write(insert(2)).then(() => order.push(2));
    commits.writeBehind(insert(3));
    const third = commits.writeAndRead(() => committed()).then((seen) => order.push(seen.length));
    disk.done();
    await first;
    expect(order).toEqual([]);
    await disk.reached();
    disk.done();
    await Promise.all([second, third]);
    // The third ran inside the group's transaction: another connection saw the first group alone.
    expect(order).toEqual([2, 1]);
    expect(disk.syncCount).toBe(2);
  });

  test('whatever waits is committed together, and what a write returns comes back', async () => {
    const { database, insert } = open();
    const disk = heldDisk();
    const commits = newGroup(database, disk);
    const results = Promise.all(
      Array.from({ length: 500 }, (_, x) =>
        commits.writeAndRead(() => {
          insert(x)();
          return x * 2;
        }),
      ),
    );
    await disk.reached();
    disk.done();
    expect((await results)[250]).toBe(500);
    expect(disk.syncCount).toBe(1);
  });

  test('a write behind goes to the disk like any other, and is seen at once by whoever commits before reading', async () => {
    const { database, insert, committed } = open();
    const disk = heldDisk();
    const commits = newGroup(database, disk);
    commits.writeBehind(insert(1));
    expect(committed()).toEqual([]);
    commits.commitQueued();
    expect(committed()).toEqual([1]);
    commits.writeBehind(insert(2));
    await disk.reached();
    expect(committed()).toEqual([1, 2]);
    disk.done();
    await nextTurn();
    expect(disk.syncCount).toBe(1);
  });

  test('what a read committed early waits for a sync that begins after it', async () => {
    const { database, insert } = open();
    const disk = heldDisk();
    const commits = newGroup(database, disk);
    const first = commits.write(insert(1));
    await disk.reached();
    let isDurable = false;
    const second = commits.write(insert(2)).then(() => {
      isDurable = true;
    });
    commits.commitQueued();
    disk.done();
    await first;
    await disk.reached();
    expect(isDurable).toBe(false);
    disk.done();
    await second;
  });
});

describe('what a group changes only once', () => {
  test('is written once before each commit, and with it', async () => {
    const { database, insert, committed } = open();
    const seen: number[][] = [];
    const commits = newGroup(database, instantDisk, {
      beforeCommit: () => {
        seen.push(committed());
        insert(100 + seen.length)();
      },
    });
    await Promise.all([commits.write(insert(1)), commits.write(insert(2))]);
    await commits.write(insert(3));
    expect(seen).toEqual([[], [1, 2, 101]]);
    expect(committed()).toEqual([1, 2, 3, 101, 102]);
  });
});

describe('a ledger that fails', () => {
  test('one failing write fails its whole group, nothing of it stays, and everything later is refused', async () => {
    const { database, insert, committed } = open();
    const failures: OperatorError[] = [];
    const commits = newGroup(database, instantDisk, { onFailure: (error) => failures.push(error) });
    await commits.write(insert(1));
    const group = await Promise.allSettled([
      commits.write(insert(2)),
      commits.write(insert(1)),
      commits.write(insert(3)),
    ]);
    for (const { status } of group) expect(status).toBe('rejected');
    await expect(commits.write(insert(4))).rejects.toMatchObject({ code: 'LEDGER_FAILED', exitCode: 5 });
    expect(() => commits.writeBehind(insert(6))).toThrow(/could not be read or written/);
    expect(() => commits.commitQueued()).toThrow(/could not be read or written/);
    expect(failures).toHaveLength(1);
    expect(committed()).toEqual([1]);
  });

  test('a disk that fails after the commit refuses its group and all that waits behind it', async () => {
    const { database, insert } = open();
    const disk = heldDisk();
    const failures: OperatorError[] = [];
    const commits = newGroup(database, disk, { onFailure: (error) => failures.push(error) });
    const first = commits.write(insert(1));
    await disk.reached();
    const second = commits.write(insert(2));
    disk.fail('EIO: i/o error, fdatasync');
    await expect(first).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
    await expect(second).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
    await expect(commits.write(insert(3))).rejects.toThrow(/EIO/);
    expect(failures).toHaveLength(1);
  });

  test('a commit that fails early, for a read, refuses the group that the disk is at work with', async () => {
    const { database, insert } = open();
    const disk = heldDisk();
    const commits = newGroup(database, disk);
    const first = commits.write(insert(1));
    await disk.reached();
    const second = commits.write(insert(1));
    expect(() => commits.commitQueued()).toThrow(/UNIQUE/);
    disk.done();
    await expect(first).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
    await expect(second).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
  });

  test('it keeps no lock: another connection can write at once', async () => {
    const { database, insert, path } = open();
    const commits = newGroup(database, instantDisk);
    await expect(Promise.all([commits.write(insert(1)), commits.write(insert(1))])).rejects.toThrow();
    const other = new DatabaseSync(path, { timeout: 0 });
    other.exec('INSERT INTO t VALUES (9)');
    other.close();
  });
});
