import { chmodSync, closeSync, constants, fchmodSync, fdatasyncSync, fstatSync, lstatSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../base/errors.ts';
import { syncFolderAtOnce } from '../../base/sync-folder.ts';
import { writeAllAtOnce } from '../../base/whole-bytes.ts';

/**
 * Files and folders for the owner alone. A link is never followed: whoever planted one would choose which file
 * is written. A link of the ledger itself is refused for one more reason: two homes with one database would
 * have two locks.
 */

/** Windows has no such flag, and its links need a right of their own. */
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;
/** Without it the open of a planted FIFO would wait for ever. */
const NO_WAIT = constants.O_NONBLOCK ?? 0;

/**
 * Makes an empty file (mode 0600), or checks the one that is there. An existing file is not opened: to close a
 * second handle of a database file would drop the locks that SQLite holds on it in this process.
 */
export function makePrivateFile(path: string): void {
  try {
    closeSync(openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600));
    syncFolderAtOnce(dirname(path));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    requireRegular(lstatSync(path).isFile(), path);
    chmodSync(path, 0o600);
  }
}

/** Opens a file for reading and writing; with `isNew` the file is made, and must not have been there. */
export function openPrivateFile(path: string, { isNew }: { isNew: boolean }): number {
  const made = isNew ? constants.O_CREAT | constants.O_EXCL : 0;
  const file = openSync(path, constants.O_RDWR | NO_FOLLOW | NO_WAIT | made, 0o600);
  try {
    requireRegular(fstatSync(file).isFile(), path);
    fchmodSync(file, 0o600);
    if (isNew) syncFolderAtOnce(dirname(path));
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Replaces the whole text of a file that is no database. */
export function writePrivateFile(path: string, text: string, { isDurable = false } = {}): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | NO_FOLLOW | NO_WAIT;
  const file = openSync(path, flags, 0o600);
  try {
    requireRegular(fstatSync(file).isFile(), path);
    fchmodSync(file, 0o600);
    writeAllAtOnce(file, Buffer.from(text));
    if (isDurable) fdatasyncSync(file);
  } finally {
    closeSync(file);
  }
}

function requireRegular(isFile: boolean, path: string): void {
  if (!isFile) throw new Error(`${path} is a link, a folder or a device, and not a file of its own`);
}
