import { readFileSync } from 'node:fs';
import { DatabaseSync } from '@photostructure/sqlite';
import { EXIT, OperatorError } from '../../base/errors.ts';
import { ledgerTexts } from '../../texts/runs/ledger.ts';
import { makePrivateFile, writePrivateFile } from './private-files.ts';
import { isBusy } from './sqlite-errors.ts';

/** The process that has the ledger open, for the message to a second one. */
export type LedgerHolder = { readonly pid: number; readonly command: string; readonly startedAt: string };

export type LedgerPaths = {
  readonly database: string;
  readonly lock: string;
  readonly holder: string;
  readonly mark: string;
};

/**
 * The guard against two writers: an exclusive lock of SQLite's on an empty database of its own, held until
 * `close`. The lock belongs to the process, so that it goes with the process, also after kill -9. The ledger
 * itself stays open to readers.
 *
 * Only `exec` is used: the driver (1.2.1) cannot end a prepared statement, and a connection with one keeps its
 * lock after `close` until the statement is garbage.
 *
 * @throws OperatorError LEDGER_IN_USE
 */
export function lockLedger(paths: LedgerPaths, holder: LedgerHolder): { close(): void } {
  makePrivateFile(paths.lock);
  const database = new DatabaseSync(paths.lock, { timeout: 0 });
  try {
    // Nothing is ever written: a journal on the disk would only be one more file in the folder.
    database.exec('PRAGMA journal_mode = MEMORY; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    writePrivateFile(paths.holder, JSON.stringify(holder));
  } catch (error) {
    database.close();
    throw isBusy(error) ? ledgerInUse(paths, error) : error;
  }
  return { close: () => database.close() };
}

export function ledgerInUse(paths: LedgerPaths, cause: unknown): OperatorError {
  return new OperatorError({
    code: 'LEDGER_IN_USE',
    message: ledgerTexts().inUse(paths.database, readHolder(paths.holder)),
    hint: ledgerTexts().inUseHint,
    exitCode: EXIT.usage,
    cause,
  });
}

function readHolder(holderPath: string): { pid: string; command: string; since: string } | undefined {
  try {
    const holder: unknown = JSON.parse(readFileSync(holderPath, 'utf8'));
    if (typeof holder !== 'object' || holder === null) return undefined;
    const { pid, command, startedAt } = holder as Record<string, unknown>;
    return { pid: String(pid), command: String(command), since: String(startedAt) };
  } catch {
    // Written by a process that was killed at once, or not yet: the refusal stands without it.
    return undefined;
  }
}
