import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { OperatorError } from '../../src/base/errors.ts';
import { GroupCommit } from '../../src/ledger/group-commit.ts';
import { temporaryFolder } from '../support/workspace.ts';

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
    insert: (x: number) => () => insert.run(x),
    /** What another connection sees: only what was committed. */
    committed: () =>
      reader
        .prepare('SELECT x FROM t ORDER BY x')
        .all()
        .map((row) => Number((row as { x: number }).x)),
  };
}

describe('writes in groups', () => {
  test('a promise resolves only once another connection could read the write', async () => {
    const { database, insert, committed } = open();
    const commits = new GroupCommit(database);
    const seen: number[][] = [];
    const writes = [1, 2, 3].map((x) => commits.write(insert(x)).then(() => seen.push(committed())));
    expect(committed()).toEqual([]);
    await Promise.all(writes);
    expect(seen).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  test('whatever waits is committed together, and what a write returns comes back', async () => {
    const { database, insert } = open();
    let commitCount = 0;
    const commits = new GroupCommit(database, {
      afterCommit: () => {
        commitCount += 1;
      },
    });
    const results = await Promise.all(
      Array.from({ length: 500 }, (_, x) =>
        commits.write(() => {
          insert(x)();
          return x * 2;
        }),
      ),
    );
    expect(results[250]).toBe(500);
    expect(commitCount).toBe(1);
  });

  test('writeNow commits at once, after what was queued before it', async () => {
    const { database, insert, committed } = open();
    const commits = new GroupCommit(database);
    const queued = commits.write(insert(1));
    commits.writeNow(insert(2));
    expect(committed()).toEqual([1, 2]);
    await queued;
  });

  test('one failing write fails its whole group, nothing of it stays, and everything later is refused', async () => {
    const { database, insert, committed } = open();
    const failures: OperatorError[] = [];
    const commits = new GroupCommit(database, { onFailure: (error) => failures.push(error) });
    await commits.write(insert(1));
    const group = await Promise.allSettled([
      commits.write(insert(2)),
      commits.write(insert(1)),
      commits.write(insert(3)),
    ]);
    for (const { status } of group) expect(status).toBe('rejected');
    await expect(commits.write(insert(4))).rejects.toMatchObject({ code: 'LEDGER_FAILED', exitCode: 5 });
    expect(() => commits.writeNow(insert(5))).toThrow(/could not be written/);
    expect(failures).toHaveLength(1);
    expect(committed()).toEqual([1]);
  });

  test('a failure after the commit is as final as one before', async () => {
    const { database, insert } = open();
    const commits = new GroupCommit(database, {
      afterCommit: () => {
        throw new Error('the mark could not be raised');
      },
    });
    await expect(commits.write(insert(1))).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
    await expect(commits.write(insert(2))).rejects.toMatchObject({ code: 'LEDGER_FAILED' });
  });
});
