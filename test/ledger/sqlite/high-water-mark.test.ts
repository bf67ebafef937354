import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { openHighWaterMark } from '../../../src/ledger/sqlite/high-water-mark.ts';
import { MIGRATIONS } from '../../../src/ledger/sqlite/schema.ts';
import { openSqliteLedger } from '../../../src/ledger/sqlite/sqlite-ledger.ts';
import { temporaryFolder } from '../../support/workspace.ts';

const HOLDER = { pid: 1, command: 'test', startedAt: '' };
const ACCOUNT = 'kybio:A';

function open(folder: string): Ledger {
  const ledger = openSqliteLedger(folder, HOLDER);
  onTestFinished(() => {
    try {
      ledger.close();
    } catch {
      // Closed by the test already.
    }
  });
  return ledger;
}

async function recordIntent(ledger: Ledger, rowNumber: number): Promise<string | undefined> {
  const intent = { customerUid: String(rowNumber), operation: 'increment', pointIncrement: '1' };
  const key = { runId: 'R', rowNumber, target: 'kybio' } as const;
  return ledger.changeTimes.claimWithIntent(ACCOUNT, key, () => intent, ['2026-01-01 00:00:00'], 1);
}

describe('the high-water mark', () => {
  const markPath = (folder: string): string => join(folder, 'ledger.mark');
  const marked = (folder: string): number => Number(readFileSync(markPath(folder), 'utf8').slice(-21));

  test('stands at the number of intents before any of them is given back to be sent', async () => {
    const folder = temporaryFolder();
    const ledger = open(folder);
    expect(marked(folder)).toBe(0);
    await Promise.all([1, 2, 3].map((row) => recordIntent(ledger, row).then(() => expect(marked(folder)).toBe(3))));
    // The same row, begun again: from an older copy it would be begun a second time.
    await recordIntent(ledger, 1);
    expect(marked(folder)).toBe(4);
  });

  test('that is lower than the ledger is a crash between the two, and is raised', async () => {
    const folder = temporaryFolder();
    const ledger = open(folder);
    await recordIntent(ledger, 1);
    ledger.close();
    writeFileSync(markPath(folder), `memberload-mark ${'0'.repeat(20)}\n`);
    open(folder).requireNewest();
    expect(marked(folder)).toBe(1);
  });

  test.each([
    ['higher than the ledger', `memberload-mark ${'9'.padStart(20, '0')}\n`, /knows 1 increments, 9 were recorded/],
    ['unreadable', 'something else', /cannot be read/],
    ['missing', undefined, /is gone/],
  ])('that is %s keeps every increment from being recorded', async (_name, content, message) => {
    const folder = temporaryFolder();
    const ledger = open(folder);
    await recordIntent(ledger, 1);
    ledger.close();
    if (content === undefined) rmSync(markPath(folder));
    else writeFileSync(markPath(folder), content);
    const older = open(folder);
    expect(() => older.requireNewest()).toThrow(message);
    await expect(recordIntent(older, 2)).rejects.toMatchObject({ code: 'LEDGER_OLDER' });
    // Everything else still works, and nothing is mended in silence.
    await older.calls.count(ACCOUNT, '2026-01-01', 'x');
    expect(older.calls.total(ACCOUNT, '2026-01-01')).toBe(1);
    expect(existsSync(markPath(folder)) ? readFileSync(markPath(folder), 'utf8') : undefined).toBe(content);

    older.acceptAsNewest();
    expect(await recordIntent(older, 2)).toBeDefined();
    expect(marked(folder)).toBe(2);
  });

  test('that cannot be written stops the ledger for good', () => {
    const folder = temporaryFolder();
    const mark = openHighWaterMark(join(folder, 'ledger.mark'), 0);
    mark.raiseNow(5);
    mark.close();
    expect(() => mark.raiseNow(6)).toThrow();
  });
});

describe('schema versions', () => {
  test('a ledger of the first version is brought to the newest with all that it knows', () => {
    const folder = temporaryFolder();
    const database = new DatabaseSync(join(folder, 'ledger.sqlite'));
    database.exec(`${MIGRATIONS[0]}; PRAGMA user_version = 1; PRAGMA application_id = ${0x6d6c6467};
      INSERT INTO run (run_id, command, targets, account, state, created_ms, updated_ms, input_path, input_sha256,
        result_path, settings_json, rows_digest, row_count)
      VALUES ('old', 'topup', 'kybio', '${ACCOUNT}', 'finished', 1, 1, 'a.csv', '', '', '{}', 'digest', 3);
      UPDATE counter SET value = 3`);
    database.close();
    writeFileSync(join(folder, 'ledger.mark'), `memberload-mark ${'3'.padStart(20, '0')}\n`);
    const ledger = open(folder);
    expect(ledger.readHealth()).toMatchObject({ version: MIGRATIONS.length, problems: [], mark: { kind: 'agrees' } });
    expect(ledger.runs.find('old')).toMatchObject({ rowCount: 3, prunedMs: 0 });
  });

  test('an empty file is a new ledger', () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'ledger.sqlite'), '');
    expect(open(folder).readHealth()).toMatchObject({
      version: MIGRATIONS.length,
      journalMode: 'wal',
      synchronous: '1',
    });
  });

  test.each([
    ['newer', `PRAGMA application_id = ${0x6d6c6467}; PRAGMA user_version = 99`, 'LEDGER_TOO_NEW'],
    ['of another program', 'PRAGMA user_version = 1; CREATE TABLE theirs (x)', 'LEDGER_DAMAGED'],
  ])('a database that is %s is refused and stays as it is', (_name, sql, code) => {
    const folder = temporaryFolder();
    const path = join(folder, 'ledger.sqlite');
    const database = new DatabaseSync(path);
    database.exec(sql);
    database.close();
    const bytes = readFileSync(path);
    expect(() => openSqliteLedger(folder, HOLDER)).toThrow(expect.objectContaining({ code }));
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test('a database full of noise is refused and not replaced', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'ledger.sqlite');
    const noise = Buffer.alloc(8192, 'noise');
    writeFileSync(path, noise);
    expect(() => openSqliteLedger(folder, HOLDER)).toThrow(expect.objectContaining({ code: 'LEDGER_DAMAGED' }));
    expect(readFileSync(path).equals(noise)).toBe(true);
  });
});
