import { createHash, randomBytes } from 'node:crypto';
import { link, lstat, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { assert, codeOf, fileError } from '../base/errors.ts';
import { syncFolder } from '../base/sync-folder.ts';
import { writeAll } from '../base/whole-bytes.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { folderError, writingError } from './file-errors.ts';

/** Bytes that become a file only when they are all there. */
export type NewFile = {
  /** In order, also when the caller does not wait. */
  write(bytes: Uint8Array): Promise<void>;
  /**
   * Makes the file appear under its name, whole and durable. The order: bytes to the disk, `beforeRename` with their
   * digest, rename, folder to the disk. What `beforeRename` has recorded is therefore true or not there yet.
   */
  commit(beforeRename?: (sha256: string) => Promise<void>): Promise<{ readonly sha256: string }>;
  /** Removes what was written; the file of that name stays as it was. Does nothing after `commit`. */
  abort(): Promise<void>;
};

/**
 * Opens a temporary file beside `path` at once, so that a folder that cannot be written shows itself before any work.
 * Mode 0600, for it holds members' data. Throws `fileError`s, after which the temporary file is gone.
 */
export async function openNewFile(
  path: string,
  options: { readonly mayReplace: boolean; readonly runId?: string | undefined },
): Promise<NewFile> {
  const target = await resolveTarget(path, options.mayReplace);
  // 60 characters of the name: with all of it, a long one would be too long for the file system.
  const name = `.${basename(target).slice(0, 60)}.`;
  const owner = options.runId === undefined ? '' : `${options.runId}.`;
  await removeLeftovers(dirname(target), name, owner);
  const temporary = join(dirname(target), `${name}${owner}${randomBytes(6).toString('hex')}${ENDING}`);
  const handle = await open(temporary, 'wx', 0o600).catch((error: unknown) =>
    Promise.reject(writingError(path, error)),
  );
  const hash = createHash('sha256');
  let state: 'open' | 'committed' | 'aborted' = 'open';
  let last: Promise<void> = Promise.resolve();

  const abort = async (): Promise<void> => {
    if (state !== 'open') return;
    state = 'aborted';
    await last.catch(() => undefined);
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
  };
  const orAbort = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      await abort().catch(() => undefined);
      throw writingError(path, error);
    }
  };

  return {
    write(bytes) {
      assert(state === 'open', 'bytes are written before the file is committed or aborted');
      hash.update(bytes);
      last = last.then(() => writeAll(handle, bytes));
      return orAbort(last);
    },
    async commit(beforeRename) {
      assert(state === 'open', 'a file is committed once');
      const sha256 = hash.digest('hex');
      await orAbort(
        (async () => {
          await last;
          // Before the rename: else a crash could leave the name on a file without its bytes.
          await handle.sync();
          await handle.close();
        })(),
      );
      try {
        await beforeRename?.(sha256);
      } catch (error) {
        // Not an error of the file: it keeps its own words.
        await abort();
        throw error;
      }
      await orAbort(options.mayReplace ? replace(temporary, target, path) : renameToNew(temporary, target, path));
      state = 'committed';
      await syncFolderOf(path, target);
      return { sha256 };
    },
    abort,
  };
}

/** As a new file, for a stream such as stdout: what is written is out, and cannot be taken back. */
export function openNewStream(stream: Writable, name: string): NewFile {
  const hash = createHash('sha256');
  // Each write gets its error; without a listener the stream's own event would end the process.
  stream.on('error', ignoreError);
  return {
    write(bytes) {
      hash.update(bytes);
      return new Promise((resolve, reject) => {
        stream.write(bytes, (error) => (error ? reject(writingError(name, error)) : resolve()));
      });
    },
    async commit(beforeRename) {
      const sha256 = hash.digest('hex');
      await beforeRename?.(sha256);
      stream.off('error', ignoreError);
      return { sha256 };
    },
    async abort() {
      stream.off('error', ignoreError);
    },
  };
}

function ignoreError(): void {}

const ENDING = '.part';

/** A writer that has written nothing for so long is most likely dead. Should it live, its file fails, with words. */
const LEFTOVER_AGE_MS = 60 * 60_000;

/**
 * Of commands that were killed while they wrote a file of that name: members' data that nobody would find again. One
 * process at a time works for a run, so what an earlier process has left of the same run is removed at once.
 */
async function removeLeftovers(folder: string, name: string, owner: string): Promise<void> {
  for (const entry of await readdir(folder).catch(() => [])) {
    const leftover = entry.startsWith(name) ? LEFTOVER.exec(entry.slice(name.length)) : null;
    if (leftover === null) continue;
    const path = join(folder, entry);
    const found = await lstat(path).catch(() => undefined);
    if (!found?.isFile()) continue;
    const isOurs = owner !== '' && leftover[1] === owner;
    if (isOurs || Date.now() - found.mtimeMs > LEFTOVER_AGE_MS) await rm(path, { force: true });
  }
}

/** What follows the name: the run that was writing, if there was one, and twelve digits. */
const LEFTOVER = /^((?:[0-9]{8}-[0-9]{6}-[0-9a-f]{4}\.)?)[0-9a-f]{12}\.part$/;

/** The file that `path` means; refuses what a rename must not replace, such as a folder or `/dev/stdout`. */
async function resolveTarget(path: string, mayReplace: boolean): Promise<string> {
  try {
    // A symbolic link stays one: its target is replaced.
    const target = await realpath(path);
    refuseNonFile(path, await stat(target));
    if (!mayReplace) throw alreadyThere(path);
    return target;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw writingError(path, error);
  }
  if (await lstat(path).catch(() => undefined)) {
    throw fileError('NOT_A_FILE', fileTexts().deadLink(path), fileTexts().deadLinkHint);
  }
  return path;
}

/** Makes a new name durable. */
export async function syncFolderOf(path: string, target = path): Promise<void> {
  await syncFolder(dirname(target)).catch((error: unknown) => Promise.reject(writingError(path, error)));
}

/** Windows refuses to replace a file that a program has open. */
const HELD_CODES: ReadonlySet<string> = new Set(['EBUSY', 'EPERM', 'EACCES']);

async function replace(temporary: string, target: string, path: string): Promise<void> {
  try {
    await rename(temporary, target);
  } catch (error) {
    const isHeld = HELD_CODES.has(codeOf(error)) && (await lstat(target).catch(() => undefined));
    throw isHeld ? heldError(path, error) : error;
  }
}

/** Looks whether another program has the file open and lets nobody write it, as Excel does on Windows. */
export async function requireNotHeld(path: string): Promise<void> {
  try {
    await (await open(path, 'r+')).close();
  } catch (error) {
    // Whatever else is wrong with the file, the rename tells: a file that must not be written may still be replaced.
    if (codeOf(error) === 'EBUSY') throw heldError(path, error);
  }
}

function heldError(path: string, cause: unknown) {
  return fileError('FILE_HELD', fileTexts().held(path), fileTexts().heldHint, cause);
}

/** A rename would replace a file that has come there meanwhile; a hard link does not. */
async function renameToNew(temporary: string, target: string, path: string): Promise<void> {
  try {
    await link(temporary, target);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') throw alreadyThere(path);
    // File systems without hard links, such as FAT and some network shares.
    if (await lstat(target).catch(() => undefined)) throw alreadyThere(path);
    await rename(temporary, target);
    return;
  }
  await rm(temporary, { force: true });
}

function alreadyThere(path: string) {
  return fileError('FILE_EXISTS', fileTexts().exists(path), fileTexts().existsHint);
}

export function refuseNonFile(path: string, found: { isDirectory(): boolean; isFile(): boolean }): void {
  if (found.isDirectory()) throw folderError(path);
  if (found.isFile()) return;
  throw fileError('NOT_A_FILE', fileTexts().notRegular(path), fileTexts().notRegularHint);
}
