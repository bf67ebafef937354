import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { EXIT, errorText, OperatorError } from '../base/errors.ts';
import { GroupCommit } from './group-commit.ts';
import type { Ledger } from './ledger.ts';
import { MIGRATIONS } from './schema.ts';
import { openCallStore, openEvidenceStore, openFactStore } from './sqlite-calls.ts';
import { openChangeTimeStore, openRowStore } from './sqlite-rows.ts';
import { openRunStore } from './sqlite-runs.ts';

/** 'mldg': tells our file from any other SQLite database. */
const APPLICATION_ID = 0x6d6c6467;

/**
 * Opens `<folder>/ledger.sqlite`, made with mode 0600 in a folder of mode 0700 when it is not there.
 *
 * One process at a time: `locking_mode=EXCLUSIVE` is set before WAL, so a second process is refused by
 * SQLite itself, also after a kill -9 of the first, when the lock goes with the process.
 *
 * @param holder what to tell a second process about this one: its command
 * @throws OperatorError LEDGER_IN_USE, LEDGER_DAMAGED, LEDGER_TOO_NEW, LEDGER_NOT_WRITABLE
 */
export function openSqliteLedger(folder: string, holder: { pid: number; command: string; startedAt: string }): Ledger {
  const path = join(folder, 'ledger.sqlite');
  const holderPath = join(folder, 'ledger.holder.json');
  const database = openDatabase(folder, path, holderPath);
  try {
    writeFileSync(holderPath, JSON.stringify(holder), { mode: 0o600 });
    const commits = new GroupCommit(database);
    const rows = openRowStore(database, commits);
    return {
      path,
      runs: openRunStore(database, commits),
      rows,
      calls: openCallStore(database, commits),
      changeTimes: openChangeTimeStore(database, commits, rows.recordNow, rows.find),
      facts: openFactStore(database, commits),
      evidence: openEvidenceStore(database, commits),
      close: () => database.close(),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function openDatabase(folder: string, path: string, holderPath: string): DatabaseSyncInstance {
  let database: DatabaseSyncInstance | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    database = new DatabaseSync(path);
    setPragma(database, 'locking_mode', 'EXCLUSIVE', 'exclusive');
    setPragma(database, 'journal_mode', 'WAL', 'wal');
    // FULL: a commit has reached the disk when it returns. NORMAL would lose the last intents in a power cut.
    setPragma(database, 'synchronous', 'FULL', 2);
    // Deleted rows are overwritten: what was pruned is gone.
    setPragma(database, 'secure_delete', 'ON', 1);
    migrate(database, path);
    return database;
  } catch (error) {
    database?.close();
    throw explainOpenError(error, path, holderPath);
  }
}

function setPragma(database: DatabaseSyncInstance, name: string, value: string, expected: string | number): void {
  database.exec(`PRAGMA ${name} = ${value}`);
  const row = database.prepare(`PRAGMA ${name}`).get() as Record<string, unknown> | undefined;
  const actual = row && Object.values(row)[0];
  if (actual !== expected) {
    throw new OperatorError({
      code: 'LEDGER_NOT_WRITABLE',
      message: `SQLite keeps ${name} at '${String(actual)}' where '${String(expected)}' is needed to keep top-ups safe.`,
      hint: 'Set MEMBERLOAD_HOME to a folder on a local disk (not a network share).',
      exitCode: EXIT.usage,
    });
  }
}

function migrate(database: DatabaseSyncInstance, path: string): void {
  const version = numberOf(database, 'PRAGMA user_version');
  const applicationId = numberOf(database, 'PRAGMA application_id');
  if (version > 0 && applicationId !== APPLICATION_ID) {
    throw new OperatorError({
      code: 'LEDGER_DAMAGED',
      message: `${path} is a database, but not a memberload ledger.`,
      hint: 'Set MEMBERLOAD_HOME to another folder, or put the right ledger back. Nothing was changed.',
      exitCode: EXIT.usage,
    });
  }
  if (version > MIGRATIONS.length) {
    throw new OperatorError({
      code: 'LEDGER_TOO_NEW',
      message: `${path} was written by a newer memberload (ledger version ${version}, this one knows ${MIGRATIONS.length}).`,
      hint: 'Install the newer memberload again. Nothing was changed.',
      exitCode: EXIT.usage,
    });
  }
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    database.exec(
      `BEGIN IMMEDIATE; ${MIGRATIONS[next]}; PRAGMA user_version = ${next + 1}; PRAGMA application_id = ${APPLICATION_ID}; COMMIT`,
    );
  }
}

function numberOf(database: DatabaseSyncInstance, sql: string): number {
  const row = database.prepare(sql).get() as Record<string, unknown> | undefined;
  return Number(row ? Object.values(row)[0] : 0);
}

/** SQLite's result codes (https://sqlite.org/rescode.html). */
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function explainOpenError(error: unknown, path: string, holderPath: string): unknown {
  if (error instanceof OperatorError) return error;
  const resultCode = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;
  if (resultCode === SQLITE_BUSY) {
    return new OperatorError({
      code: 'LEDGER_IN_USE',
      message: `Another memberload is at work with ${path}${describeHolder(holderPath)}.`,
      hint: 'Wait until it ends, or stop it with Ctrl-C: it finishes what is in flight. Two at a time could credit twice.',
      exitCode: EXIT.usage,
      cause: error,
    });
  }
  if (resultCode === SQLITE_CORRUPT || resultCode === SQLITE_NOTADB) {
    return new OperatorError({
      code: 'LEDGER_DAMAGED',
      message: `The ledger ${path} is damaged: ${errorText(error)}.`,
      hint: 'It was left as it is. Put a backup of it back, or set MEMBERLOAD_HOME to a new folder after checking by hand what its last run has credited.',
      exitCode: EXIT.usage,
      cause: error,
    });
  }
  return new OperatorError({
    code: 'LEDGER_NOT_WRITABLE',
    message: `The ledger ${path} cannot be opened: ${errorText(error)}.`,
    hint: 'Check that the folder can be written and the disk is not full, or set MEMBERLOAD_HOME to another folder.',
    exitCode: EXIT.usage,
    cause: error,
  });
}

function describeHolder(holderPath: string): string {
  try {
    const holder = JSON.parse(readFileSync(holderPath, 'utf8')) as {
      pid?: unknown;
      command?: unknown;
      startedAt?: unknown;
    };
    return ` (process ${holder.pid}, '${holder.command}', since ${holder.startedAt})`;
  } catch {
    // Written by a process that was killed at once, or not yet: the refusal stands without it.
    return '';
  }
}
