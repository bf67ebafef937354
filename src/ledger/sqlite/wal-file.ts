import { closeSync, fdatasync as fdatasyncCallback, fdatasyncSync, openSync, realpathSync } from 'node:fs';
import { promisify } from 'node:util';

const fdatasync = promisify(fdatasyncCallback);

/** The write-ahead log of an open database, for the one thing that SQLite can only do while everybody waits. */
export interface WalFile {
  /** Resolves once every transaction committed before the call is on the disk. */
  sync(): Promise<void>;
  /** The same, waited for on the spot. */
  syncNow(): void;
  close(): void;
}

/**
 * With `synchronous=NORMAL` a commit appends to the write-ahead log and returns; what `synchronous=FULL` adds
 * is one fsync of that log (https://sqlite.org/pragma.html#pragma_synchronous). That fsync is made here, by a
 * thread of its own, so that answers are read and the next requests written while the disk is at work. An
 * fsync is of the file and not of a handle: it takes along what SQLite wrote through its own. Checkpoints and
 * the start of a new log keep SQLite's own fsyncs, which NORMAL has as well.
 *
 * The log is one file from here to the ledger's end: with `locking_mode=EXCLUSIVE` nobody else can remove it,
 * and SQLite overwrites it from the start after a checkpoint. Opening a second handle drops no lock of
 * SQLite's, which are all on the database file.
 *
 * @param databasePath a database that is in WAL mode already
 */
export function openWalFile(databasePath: string): WalFile {
  // SQLite keeps the log beside the real file, wherever a link to it stands.
  const file = openSync(`${realpathSync(databasePath)}-wal`, 'r+');
  return {
    sync: () => fdatasync(file),
    syncNow: () => fdatasyncSync(file),
    close: () => closeSync(file),
  };
}
