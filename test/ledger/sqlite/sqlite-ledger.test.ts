import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../src/base/errors.ts';
import { openSqliteLedger } from '../../../src/ledger/sqlite/sqlite-ledger.ts';
import { HOLDER, openTestLedger, run } from '../../support/test-ledger.ts';
import { temporaryFolder } from '../../support/workspace.ts';

const LEDGER_MODULE = new URL('../../dist/ledger/sqlite/sqlite-ledger.js', import.meta.url).href;

function refusalOf(folder: string): OperatorError {
  try {
    openSqliteLedger(folder, HOLDER).close();
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('the ledger was opened');
}

/** Every file of the folder by its bytes. */
function bytesOf(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('hex')]),
  );
}

describe('opening the ledger', () => {
  test('reads back the settings that durability hangs on', () => {
    expect(openTestLedger().readHealth()).toMatchObject({
      journalMode: 'wal',
      synchronous: '1',
      lockingMode: 'exclusive',
      problems: [],
      mark: { kind: 'agrees' },
    });
  });

  test('the folder and the files are for the owner alone', () => {
    const folder = join(temporaryFolder(), 'deep', 'home');
    openTestLedger(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder))
      expect([name, statSync(join(folder, name)).mode & 0o077]).toEqual([name, 0]);
  });

  test('behind a link the log of the real file is the one that is brought to the disk', async () => {
    const folder = temporaryFolder();
    const elsewhere = join(temporaryFolder(), 'real.sqlite');
    writeFileSync(elsewhere, '');
    symlinkSync(elsewhere, join(folder, 'ledger.sqlite'));
    // The log of the link's name is not there to be opened.
    const ledger = openTestLedger(folder);
    await ledger.calls.count('kybio:APP', '2026-01-01', 'x');
    expect(ledger.calls.total('kybio:APP', '2026-01-01')).toBe(1);
    expect(statSync(`${elsewhere}-wal`).size).toBeGreaterThan(0);
  });

  test('a second process is refused and told who holds it, and let in when that one ends, even by kill -9', () => {
    const folder = temporaryFolder();
    const holder = openSqliteLedger(folder, HOLDER);
    const open = `import('${LEDGER_MODULE}').then(({ openSqliteLedger }) => {
      try { openSqliteLedger(process.argv[1], { pid: process.pid, command: 'other', startedAt: '' }); console.log('opened'); }
      catch (error) { console.log(error.code, error.exitCode, error.message); }
      process.kill(process.pid, 'SIGKILL');
    })`;
    const second = () => spawnSync(process.execPath, ['-e', open, folder], { encoding: 'utf8' }).stdout.trim();
    expect(second()).toBe(
      `LEDGER_IN_USE 2 Another memberload is at work with ${folder}/ledger.sqlite (process 4711, 'memberload import members.csv', since 2026-11-22T04:00:00.000Z).`,
    );
    holder.close();
    expect(second()).toBe('opened');
    openTestLedger(folder);
  });

  test('a process can close it and open it again at once', () => {
    const folder = temporaryFolder();
    for (const runId of ['a', 'b', 'c']) {
      const ledger = openSqliteLedger(folder, HOLDER);
      ledger.runs.start(run({ runId }));
      ledger.runs.list(5);
      ledger.close();
    }
    expect(
      openTestLedger(folder)
        .runs.list(5)
        .map(({ runId }) => runId),
    ).toEqual(['c', 'b', 'a']);
  });

  test.each([
    ['garbage', (path: string) => writeFileSync(path, 'this is no database, however long it is. '.repeat(200))],
    [
      'cut in the middle',
      (path: string) => truncateSync(path, Math.trunc(statSync(path).size / 2 / 4096) * 4096 + 100),
    ],
    [
      'overwritten in its header',
      (path: string) => {
        const bytes = readFileSync(path);
        writeFileSync(path, bytes.fill(0xee, 0, 100));
      },
    ],
  ])('a ledger that is %s is refused and left byte for byte as it is', (_, damage) => {
    const folder = temporaryFolder();
    openSqliteLedger(folder, HOLDER).close();
    damage(join(folder, 'ledger.sqlite'));
    const before = bytesOf(folder);
    expect(refusalOf(folder)).toMatchObject({ code: 'LEDGER_DAMAGED', exitCode: 2 });
    expect(bytesOf(folder)).toEqual(before);
  });

  test("another program's database is not touched", () => {
    const folder = temporaryFolder();
    const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
    database.exec(
      'PRAGMA journal_mode = WAL; CREATE TABLE theirs (x); PRAGMA user_version = 3; PRAGMA journal_mode = DELETE',
    );
    database.close();
    expect(refusalOf(folder)).toMatchObject({ code: 'LEDGER_DAMAGED' });
    const after = new DatabaseSync(join(folder, 'ledger.sqlite'));
    expect(after.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()).toEqual([{ name: 'theirs' }]);
    after.close();
  });

  test('a ledger of a newer memberload is refused', () => {
    const folder = temporaryFolder();
    openSqliteLedger(folder, HOLDER).close();
    const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
    database.exec('PRAGMA user_version = 99');
    database.close();
    expect(refusalOf(folder)).toMatchObject({
      code: 'LEDGER_TOO_NEW',
      message: expect.stringContaining('ledger version 99'),
    });
  });

  test('an older copy put back opens, but no increment is recorded in it', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'ledger.sqlite');
    const intent = { customerUid: '7', pointIncrement: '1', balanceIncrement: '0' };
    const claim = (ledger: ReturnType<typeof openSqliteLedger>, rowNumber: number) =>
      ledger.changeTimes.claimWithIntent(
        'a',
        { runId: 'run-1', rowNumber, target: 'kybio' },
        () => intent,
        [`t${rowNumber}`],
        1,
      );
    const first = openSqliteLedger(folder, HOLDER);
    await claim(first, 1);
    first.close();
    copyFileSync(path, `${path}.copy`);
    const second = openSqliteLedger(folder, HOLDER);
    await claim(second, 2);
    second.close();
    copyFileSync(`${path}.copy`, path);
    const restored = openTestLedger(folder);
    await expect(claim(restored, 3)).rejects.toMatchObject({ code: 'LEDGER_OLDER', exitCode: 2 });
  });
});
