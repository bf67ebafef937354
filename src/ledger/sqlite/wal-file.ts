import { closeSync, fdatasync as fdatasyncCallback, fdatasyncSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { syncFolderAtOnce } from '../../base/sync-folder.ts';
import { openPrivateFile } from './private-files.ts';

/** By a thread of its own. */
export const fdatasync = promisify(fdatasyncCallback);

/** The write-ahead log of an open database, for the one thing that SQLite can only do while everybody waits. */
interface WalFile {
  /** Resolves once every transaction committed before the call is on the disk. */
  sync(): Promise<void>;
  close(): void;
}

/**
 * With `synchronous=NORMAL` a commit appends to the write-ahead log and returns; what `synchronous=FULL` adds
 * is one fsync of that log (https://sqlite.org/pragma.html#pragma_synchronous). That fsync is made here, by a
 * thread of its own, so that answers are read and the next requests written while the disk is at work. An
 * fsync is of the file and not of a handle: it takes along what SQLite wrote through its own. Checkpoints and
 * the start of a new log keep SQLite's own fsyncs, which NORMAL has as well.
 *
 * The log is one file from here to the ledger's end. SQLite removes a log only under an exclusive lock on the
 * database file, and our open connection holds a shared lock on that file all the time. Readers of other
 * processes open the database read-only, so that even the last of them to close can neither copy the log into
 * the database nor remove the log. A reader in the middle of a read only delays the moment at which SQLite
 * starts the log anew: the log grows meanwhile, and nothing in it is lost. Opening a second handle of the log
 * drops no lock of SQLite's: those are on the database file and on the `-shm` file.
 *
 * @param databasePath a database that is in WAL mode already
 */
export function openWalFile(databasePath: string): WalFile {
  const file = openPrivateFile(`${databasePath}-wal`, { isNew: false });
  // The log was made with the first commit: its name must be on the disk before any fsync of it counts.
  syncFolderAtOnce(dirname(databasePath));
  // What a killed process committed may not have reached the disk, and the mark must never be ahead of it.
  fdatasyncSync(file);
  return {
    sync: () => fdatasync(file),
    close: () => closeSync(file),
  };
}
