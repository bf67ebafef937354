import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { platform } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileTexts } from '../texts/tables/files.ts';
import { codeOf, usageError } from './errors.ts';
import { syncFolderAtOnce } from './sync-folder.ts';

/**
 * Makes the folder and its parents (mode 0700) when they are missing, and brings their names to the disk.
 *
 * @throws OperatorError as `requirePrivateFolder`
 */
export function makePrivateFolder(folder: string, options: { readonly mayBeLink?: boolean } = {}): void {
  if (existsSync(folder)) requirePrivateFolder(folder, options);
  else makeFolder(resolve(folder));
}

/** One by one: `mkdir` with `recursive` never ends where a folder cannot be made in one that is there (/proc). */
function makeFolder(folder: string): void {
  const above = dirname(folder);
  if (!existsSync(above)) makeFolder(above);
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another command has made it since.
    if (codeOf(error) !== 'EEXIST') throw error;
    requirePrivateFolder(folder);
  }
  syncFolderAtOnce(above);
}

/**
 * Refuses a folder in which somebody else could put a ledger, or a link to another place. Does nothing when there is
 * no such folder. On Windows the mode tells nothing: there the user's own folder is private by its place.
 *
 * @param mayBeLink the home may be a link to a larger disk: its own user has made that link
 * @throws OperatorError OPEN_FOLDER, NOT_A_FOLDER or PLANTED_LINK (exit 2)
 */
export function requirePrivateFolder(
  folder: string,
  { mayBeLink = false }: { readonly mayBeLink?: boolean } = {},
): void {
  if (!mayBeLink) requireNoLink(folder);
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found !== undefined && !found.isDirectory()) {
    throw usageError('NOT_A_FOLDER', fileTexts().homeIsNoFolder(folder), fileTexts().homeIsNoFolderHint);
  }
  const mode = found?.mode ?? 0;
  if (platform() === 'win32' || (mode & 0o022) === 0) return;
  throw usageError(
    'OPEN_FOLDER',
    fileTexts().openFolder(folder, (mode & 0o777).toString(8)),
    fileTexts().openFolderHint(folder),
  );
}

/** For what memberload itself makes in its home. @throws OperatorError PLANTED_LINK (exit 2) */
export function requireNoLink(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return;
  throw usageError('PLANTED_LINK', fileTexts().plantedLink(path), fileTexts().plantedLinkHint);
}

/** Windows says so of a folder with an open file in it, and of that file. */
const HELD_CODES: ReadonlySet<string> = new Set(['EBUSY', 'EPERM', 'EACCES', 'ENOTEMPTY']);

/**
 * Removes a folder with members' data. The driver of SQLite (1.2.1) keeps the file of a closed database open until its
 * statements are garbage, and Windows removes no open file: what must stay is emptied, and goes with the next command.
 */
export function removePrivateFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    if (!HELD_CODES.has(codeOf(error))) throw error;
    for (const name of readdirSync(folder)) removeOrEmpty(join(folder, name));
  }
}

function removeOrEmpty(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // The index of a log holds page numbers only. It is mapped into memory: cut off, it would end this process.
    if (path.endsWith('-shm')) return;
    try {
      truncateSync(path);
    } catch {
      // Locked. The next command removes it.
    }
  }
}
