import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { EXIT, errorText, OperatorError } from '../../base/errors.ts';
import type { Ledger, LedgerHealth } from '../ledger.ts';
import { type Disk, GroupCommit } from './group-commit.ts';
import { type HighWaterMark, openHighWaterMark } from './high-water-mark.ts';
import { MIGRATIONS } from './schema.ts';
import { openCallStore, openEvidenceStore, openFactStore } from './sqlite-calls.ts';
import { openChangeTimeStore, openRowStore } from './sqlite-rows.ts';
import { openRunStore } from './sqlite-runs.ts';
import { openWalFile, type WalFile } from './wal-file.ts';

/** 'mldg': tells our file from any other SQLite database. */
const APPLICATION_ID = 0x6d6c6467;

/**
 * How long the log may grow (pages of 4 KiB: 32 MB) before it is copied into the database, which takes fsyncs
 * that everybody waits for. Each group rewrites the same few pages, so a longer log copies fewer of them:
 * measured over 10,000 top-ups, 0.06 to 0.10 s instead of 0.33 to 0.37 s with SQLite's own 1,000 pages.
 */
const CHECKPOINT_PAGES = 8000;

/**
 * Opens `<folder>/ledger.sqlite`, made with mode 0600 in a folder of mode 0700 when it is not there.
 *
 * One process at a time: `locking_mode=EXCLUSIVE` is set before WAL, so a second process is refused by
 * SQLite itself, also after a kill -9 of the first, when the lock goes with the process.
 *
 * The guard is as wide as the folder: a process of the same account with another MEMBERLOAD_HOME, or on
 * another machine, has a ledger of its own. It is not seen, its calls are not counted, and the same file
 * given to both is credited twice.
 *
 * @param holder what to tell a second process about this one: its command
 * @param onFailure told once, when nothing may be sent any more
 * @throws OperatorError LEDGER_IN_USE, LEDGER_DAMAGED, LEDGER_TOO_NEW, LEDGER_NOT_WRITABLE
 */
export function openSqliteLedger(
  folder: string,
  holder: { pid: number; command: string; startedAt: string },
  onFailure: (error: OperatorError) => void = () => undefined,
): Ledger {
  const path = join(folder, 'ledger.sqlite');
  const holderPath = join(folder, 'ledger.holder.json');
  const database = openDatabase(folder, path, holderPath);
  let mark: HighWaterMark | undefined;
  let wal: WalFile | undefined;
  try {
    writeFileSync(holderPath, JSON.stringify(holder), { mode: 0o600 });
    let intentCount = numberOf(database, "SELECT value FROM counter WHERE name = 'increment_intents'");
    let isClosed = false;
    const openWal = openWalFile(path);
    wal = openWal;
    // What a killed process committed may not have reached the disk, and the mark must never be ahead of it.
    openWal.syncNow();
    const openMark = openHighWaterMark(join(folder, 'ledger.mark'), intentCount);
    mark = openMark;
    const disk: Disk = {
      async sync() {
        // As of now: what is committed while the disk is at work is not durable with it.
        const committedCount = intentCount;
        await openWal.sync();
        // Nobody waits any more, and the same ledger may be open again with a mark that is higher.
        if (!isClosed) await openMark.raise(committedCount);
      },
      syncNow() {
        openWal.syncNow();
        openMark.raiseNow(intentCount);
      },
    };
    const commits = new GroupCommit(database, disk, onFailure);
    const rows = openRowStore(database, commits);
    const requireNewest = (): void => {
      if (openMark.state.kind !== 'agrees') throw ledgerOlder(path, openMark.state);
    };
    return {
      path,
      runs: openRunStore(database, commits),
      rows,
      calls: openCallStore(database, commits),
      changeTimes: openChangeTimeStore(database, commits, {
        recordNow: rows.recordNow,
        findRow: rows.find,
        requireNewest,
        onIntent: () => {
          intentCount += 1;
        },
      }),
      facts: openFactStore(database, commits),
      evidence: openEvidenceStore(database, commits),
      requireNewest,
      acceptAsNewest: () => openMark.accept(intentCount),
      flush: () => commits.write(() => undefined),
      readHealth: () => readHealth(database, path, openMark),
      close() {
        isClosed = true;
        openWal.close();
        closeUnlocked(database, commits);
        openMark.close();
      },
    };
  } catch (error) {
    database.close();
    wal?.close();
    mark?.close();
    throw explainSqliteError(error, path, holderPath);
  }
}

/**
 * The driver (1.2.1) has no way to end a statement: after its close() SQLite keeps the file locked until the
 * statements are garbage, and `resume`, which opens the ledger twice, would wait for itself. Leaving WAL gives
 * the lock back at once; it costs 1.5 ms and leaves one file behind. It also brings to the disk what nobody has
 * waited for.
 */
function closeUnlocked(database: DatabaseSyncInstance, commits: GroupCommit): void {
  try {
    commits.commitQueued();
    database.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema');
  } catch {
    // A ledger that failed: what is durable is in the log, and the next process reads it from there.
  }
  database.close();
}

function readHealth(database: DatabaseSyncInstance, path: string, mark: HighWaterMark): LedgerHealth {
  const text = (sql: string): string => String(Object.values(database.prepare(sql).get() as object)[0]);
  return {
    path,
    version: numberOf(database, 'PRAGMA user_version'),
    sqliteVersion: text('SELECT sqlite_version()'),
    journalMode: text('PRAGMA journal_mode'),
    synchronous: text('PRAGMA synchronous'),
    lockingMode: text('PRAGMA locking_mode'),
    problems: findProblems(database),
    mark: mark.state,
  };
}

function findProblems(database: DatabaseSyncInstance): string[] {
  try {
    const lines = database.prepare('PRAGMA quick_check(10)').all();
    return lines.map((row) => String(Object.values(row as object)[0])).filter((line) => line !== 'ok');
  } catch (error) {
    // Too damaged to be checked to the end.
    if (!isSqliteError(error)) throw error;
    return [errorText(error)];
  }
}

/** Says what the mark found, and what a person can do about it. */
function ledgerOlder(path: string, state: Exclude<HighWaterMark['state'], { kind: 'agrees' }>): OperatorError {
  const found = {
    older: () =>
      state.kind === 'older'
        ? `it knows ${state.countedInLedger} increments, ${state.marked} were recorded from here. An older copy was put back, or its newest part was lost`
        : '',
    missing: () => 'ledger.mark, which stood beside it, is gone, so nobody can tell whether it is the newest',
    unreadable: () =>
      'ledger.mark, which stands beside it, cannot be read, so nobody can tell whether it is the newest',
  }[state.kind]();
  return new OperatorError({
    code: 'LEDGER_OLDER',
    message: `The ledger ${path} may be older than what was sent: ${found}. Sending from it could credit members twice, so no increment is sent.`,
    hint: 'Put the newest ledger back. If there is none: compare what was credited since then with the back office, then type: memberload doctor --accept-ledger',
    exitCode: EXIT.usage,
  });
}

function openDatabase(folder: string, path: string, holderPath: string): DatabaseSyncInstance {
  let database: DatabaseSyncInstance | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    database = new DatabaseSync(path);
    setPragma(database, 'locking_mode', 'EXCLUSIVE', 'exclusive');
    // Before anything is written: a database that is not ours, or too new, stays as it is to the last byte.
    const version = readVersion(database, path);
    setPragma(database, 'journal_mode', 'WAL', 'wal');
    // NORMAL: a commit has reached the log, and GroupCommit waits until the log has reached the disk. OFF would
    // leave out the fsyncs of a checkpoint as well, and a power cut could damage the database.
    setPragma(database, 'synchronous', 'NORMAL', 1);
    setPragma(database, 'wal_autocheckpoint', String(CHECKPOINT_PAGES), CHECKPOINT_PAGES);
    // Deleted rows are overwritten: what was pruned is gone.
    setPragma(database, 'secure_delete', 'ON', 1);
    migrate(database, version);
    return database;
  } catch (error) {
    database?.close();
    throw explainSqliteError(error, path, holderPath);
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

/** @throws OperatorError LEDGER_DAMAGED or LEDGER_TOO_NEW for a database that this version cannot keep */
function readVersion(database: DatabaseSyncInstance, path: string): number {
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
  return version;
}

function migrate(database: DatabaseSyncInstance, version: number): void {
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

/** Whether SQLite itself failed. */
export function isSqliteError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}

/** Also of a cause: a GroupCommit that failed says what SQLite said. */
export function isDamaged(error: unknown): boolean {
  const code = resultCodeOf(error instanceof OperatorError ? error.cause : error);
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

/**
 * The driver (1.2.1) gives the result code with errors of `exec` alone; those of statements have only the text
 * that SQLite keeps for each code (sqlite3_errstr).
 */
function resultCodeOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('errcode' in error) return Number(error.errcode) & 0xff;
  if (!isSqliteError(error)) return undefined;
  return { 'database disk image is malformed': SQLITE_CORRUPT, 'file is not a database': SQLITE_NOTADB }[error.message];
}

/**
 * What SQLite failed with, as something a person can act on; anything else as it is.
 *
 * @param isAtWork calls may have been made: exit 2 would say that there were none
 */
export function explainSqliteError(error: unknown, path: string, holderPath: string, isAtWork = false): unknown {
  if (error instanceof OperatorError && !isDamaged(error)) return error;
  const resultCode = resultCodeOf(error instanceof OperatorError ? error.cause : error);
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
      message: `The ledger ${path} is damaged: ${errorText(error instanceof OperatorError ? error.cause : error)}.`,
      hint: 'It was left as it is. Put a backup of it back, or set MEMBERLOAD_HOME to a new folder after checking by hand what its last run has credited.',
      exitCode: isAtWork ? EXIT.stopped : EXIT.usage,
      cause: error,
    });
  }
  if (isAtWork) {
    return new OperatorError({
      code: 'LEDGER_FAILED',
      message: `What a run keeps in ${dirname(path)} could not be read or written: ${errorText(error)}.`,
      hint: 'Nothing more is sent. Free disk space or mend the disk, then carry on with: memberload resume',
      exitCode: EXIT.stopped,
      cause: error,
    });
  }
  return new OperatorError({
    code: 'LEDGER_NOT_WRITABLE',
    message: `The ledger ${path} cannot be used: ${errorText(error)}.`,
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
