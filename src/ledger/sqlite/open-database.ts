import { lstatSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { codeOf, EXIT, OperatorError } from '../../base/errors.ts';
import { ledgerTexts } from '../../texts/runs/ledger.ts';
import { sealOldEvidence, sealOldMessages } from '../vendor-words.ts';
import { type LedgerPaths, ledgerInUse } from './ledger-lock.ts';
import { makePrivateFile } from './private-files.ts';
import { MIGRATIONS } from './schema.ts';
import { isBusy } from './sqlite-errors.ts';

/** 'mldg': tells our file from any other SQLite database. */
const APPLICATION_ID = 0x6d6c6467;

/**
 * How long the log may grow (pages of 4 KiB: 32 MB) before it is copied into the database, which takes fsyncs
 * that everybody waits for. Each group rewrites the same few pages, so a longer log copies fewer of them:
 * measured over 10,000 top-ups, 0.06 to 0.10 s instead of 0.33 to 0.37 s with SQLite's own 1,000 pages.
 */
const CHECKPOINT_PAGES = 8000;

/** Nobody keeps a lock of the database for long; a process of an earlier version keeps its lock until its end. */
const BUSY_TIMEOUT_MS = 2000;

/** Opens the database for writing, makes it when it is not there, and brings it to the newest version. */
export function openForWriting(paths: LedgerPaths): DatabaseSyncInstance {
  makePrivateFile(paths.database);
  const database = new DatabaseSync(paths.database, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Before anything is written: a database that is not ours, or too new, stays as it is to the last byte.
    const version = readVersion(database, paths.database);
    // Normal locking, so that other processes can read.
    setPragma(database, 'journal_mode', 'WAL', 'wal');
    // NORMAL: a commit has reached the log, and GroupCommit waits until the log has reached the disk. OFF would
    // leave out the fsyncs of a checkpoint as well, and a power cut could damage the database.
    setPragma(database, 'synchronous', 'NORMAL', 1);
    setPragma(database, 'wal_autocheckpoint', String(CHECKPOINT_PAGES), CHECKPOINT_PAGES);
    // Deleted rows are overwritten: what was pruned is gone.
    setPragma(database, 'secure_delete', 'ON', 1);
    migrate(database, version);
    overwriteFreePages(database);
    removeHalfStarted(database);
    return database;
  } catch (error) {
    database.close();
    // Our own lock is free: whoever has the database is an earlier version, which locks the database itself.
    throw isBusy(error) ? ledgerInUse(paths, error) : error;
  }
}

/**
 * Opens the database read-only; undefined when there is none yet.
 *
 * @throws OperatorError LEDGER_NEEDS_UPGRADE, LEDGER_TOO_NEW, LEDGER_DAMAGED, LEDGER_IN_USE
 */
export function openForReading(paths: LedgerPaths): DatabaseSyncInstance | undefined {
  if (!isThere(paths.database)) return undefined;
  const database = new DatabaseSync(paths.database, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  try {
    const version = readVersion(database, paths.database);
    if (version === MIGRATIONS.length) return database;
    // Version 0: another process is making the ledger at this moment.
    if (version > 0) throw needsUpgrade(paths.database, version);
    database.close();
    return undefined;
  } catch (error) {
    if (database.isOpen) database.close();
    throw isBusy(error) ? ledgerInUse(paths, error) : error;
  }
}

export function numberOf(database: DatabaseSyncInstance, sql: string): number {
  return Number(firstValue(database, sql));
}

export function firstValue(database: DatabaseSyncInstance, sql: string): unknown {
  const record: unknown = database.prepare(sql).get();
  return typeof record === 'object' && record !== null ? Object.values(record)[0] : undefined;
}

function isThere(path: string): boolean {
  try {
    return lstatSync(path).isFile();
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return false;
    throw error;
  }
}

function setPragma(database: DatabaseSyncInstance, name: string, value: string, expected: string | number): void {
  database.exec(`PRAGMA ${name} = ${value}`);
  const actual = firstValue(database, `PRAGMA ${name}`);
  if (actual !== expected) {
    throw new OperatorError({
      code: 'LEDGER_NOT_WRITABLE',
      message: ledgerTexts().otherPragma(name, String(actual), String(expected)),
      hint: ledgerTexts().otherPragmaHint,
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
      message: ledgerTexts().notALedger(path),
      hint: ledgerTexts().notALedgerHint,
      exitCode: EXIT.usage,
    });
  }
  if (version > MIGRATIONS.length) {
    throw new OperatorError({
      code: 'LEDGER_TOO_NEW',
      message: ledgerTexts().tooNew(path, version, MIGRATIONS.length),
      hint: ledgerTexts().tooNewHint,
      exitCode: EXIT.usage,
    });
  }
  return version;
}

function needsUpgrade(path: string, version: number): OperatorError {
  return new OperatorError({
    code: 'LEDGER_NEEDS_UPGRADE',
    message: ledgerTexts().needsUpgrade(path, version, MIGRATIONS.length),
    hint: ledgerTexts().needsUpgradeHint,
    exitCode: EXIT.usage,
  });
}

function migrate(database: DatabaseSyncInstance, version: number): void {
  if (version === MIGRATIONS.length) return;
  database.function('old_messages_without_words', (messages: unknown, errorCode: unknown, hasStage: unknown) =>
    sealOldMessages(String(messages), String(errorCode), Number(hasStage) === 1),
  );
  database.function('old_evidence_without_words', (detail: unknown) => sealOldEvidence(String(detail)));
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    database.exec(
      `BEGIN IMMEDIATE; ${MIGRATIONS[next]}; PRAGMA user_version = ${next + 1}; PRAGMA application_id = ${APPLICATION_ID}; COMMIT`,
    );
  }
}

/**
 * After the migration that took vendors' words out: earlier builds freed pages without overwriting them, and the log
 * still has what was there before. The mark stays until both are clean, so that a kill in between loses nothing. With a
 * reader in the log the next opening does it again.
 */
function overwriteFreePages(database: DatabaseSyncInstance): void {
  const mark = "counter WHERE name = 'free_pages_hold_words'";
  if (numberOf(database, `SELECT count(*) FROM ${mark}`) === 0) return;
  database.exec('VACUUM');
  if (numberOf(database, 'PRAGMA wal_checkpoint(TRUNCATE)') === 0) database.exec(`DELETE FROM ${mark}`);
}

/** What a kill in the middle of `runs.start` has left. */
function removeHalfStarted(database: DatabaseSyncInstance): void {
  database.exec(`BEGIN IMMEDIATE;
    DELETE FROM row WHERE run_id IN (SELECT run_id FROM starting_run) AND state = 'planned';
    DELETE FROM starting_run;
    COMMIT`);
}
