import { randomBytes } from 'node:crypto';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { assert, fileError } from '../base/errors.ts';
import { folderError, systemCode, writingError } from './file-errors.ts';
import { formatCsvRow } from './format-csv.ts';

export type CsvWriteOptions = {
  readonly delimiter: string;
  readonly lineEnding: '\n' | '\r\n';
  readonly withByteOrderMark: boolean;
  readonly raw: boolean;
};

export type CsvWriter = {
  /** A promise when the buffer is full and goes to disk: await it, or memory grows. The first row is the header. */
  write(cells: readonly string[]): Promise<void> | void;
  /** Makes the file appear under its name, whole and durable. */
  commit(): Promise<void>;
  /** Removes what was written; the file of that name stays as it was. Does nothing after `commit`. */
  abort(): Promise<void>;
};

export type CsvAppender = {
  /** As `CsvWriter.write`; the first row of an empty file is the header. */
  write(cells: readonly string[]): Promise<void> | void;
  /** Everything written so far is on disk; returns the file's length, to be given as `truncateToByte` after a crash. */
  sync(): Promise<number>;
  /** Writes what waits, and closes. What `sync` has not confirmed may be lost in a crash. */
  close(): Promise<void>;
};

/**
 * Writes to a temporary name beside `path`, which `commit` renames: nobody ever sees half a file. Mode 0600,
 * for it holds members' data. Throws `fileError`s, after which the temporary file is gone.
 */
export async function openCsvWriter(path: string, options: CsvWriteOptions): Promise<CsvWriter> {
  const target = await resolveTarget(path);
  // 60 characters of the name: with all of it, a long one would be too long for the file system.
  const temporary = join(dirname(target), `.${basename(target).slice(0, 60)}.${randomBytes(6).toString('hex')}.part`);
  const handle = await open(temporary, 'wx', 0o600).catch((error: unknown) =>
    Promise.reject(writingError(path, error)),
  );
  let state: 'open' | 'committed' | 'aborted' = 'open';

  const abort = async (): Promise<void> => {
    if (state !== 'open') return;
    state = 'aborted';
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

  const buffer = rowBuffer(handle, 0, options);
  return {
    write(cells) {
      assert(state === 'open', 'rows are written before the file is committed or aborted');
      const flushed = buffer.write(cells);
      return flushed === undefined ? undefined : orAbort(flushed);
    },
    async commit() {
      assert(state === 'open', 'a file is committed once');
      await orAbort(
        (async () => {
          await buffer.flush();
          // Before the rename: else a crash could leave the name on a file without its bytes.
          await handle.sync();
          await handle.close();
          await rename(temporary, target);
        })(),
      );
      state = 'committed';
      await syncFolder(path, dirname(target));
    },
    abort,
  };
}

/**
 * Appends rows to `path` itself, made when it does not exist, for exports that go on page by page.
 * `truncateToByte`, a length that `sync` returned, cuts off what a crash left behind it.
 */
export async function openCsvAppender(
  path: string,
  options: CsvWriteOptions & { readonly truncateToByte?: number },
): Promise<CsvAppender> {
  const { handle, byteLength, isNew } = await openForAppending(path, options.truncateToByte);
  const buffer = rowBuffer(handle, byteLength, options);
  let mustSyncFolder = isNew;
  const orTell = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      throw writingError(path, error);
    }
  };

  return {
    write(cells) {
      const flushed = buffer.write(cells);
      return flushed === undefined ? undefined : orTell(flushed);
    },
    async sync() {
      const length = await orTell(
        (async () => {
          const flushed = await buffer.flush();
          await handle.sync();
          return flushed;
        })(),
      );
      if (mustSyncFolder) await syncFolder(path, dirname(path));
      mustSyncFolder = false;
      return length;
    },
    async close() {
      try {
        await orTell(buffer.flush());
      } finally {
        await handle.close();
      }
    },
  };
}

/** Rows wait as text until a write to disk is worth its cost. */
const BUFFER_CHARACTERS = 64 * 1024;

type RowBuffer = {
  write(cells: readonly string[]): Promise<void> | undefined;
  /** Writes what waits; returns the length of the file. */
  flush(): Promise<number>;
};

/** The only writer of `handle`, from `byteLength` on. After an error every later flush fails with the same. */
function rowBuffer(handle: FileHandle, byteLength: number, options: CsvWriteOptions): RowBuffer {
  let waiting = '';
  let isAtStart = byteLength === 0;
  let position = byteLength;
  let last: Promise<void> = Promise.resolve();

  const writeOut = async (text: string): Promise<void> => {
    const bytes = Buffer.from(text, 'utf8');
    let written = 0;
    while (written < bytes.length) {
      const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position);
      written += bytesWritten;
      position += bytesWritten;
    }
  };
  // One after the other, also when the caller does not wait: rows must not overtake each other.
  const flush = (): Promise<void> => {
    const text = waiting;
    waiting = '';
    last = last.then(() => writeOut(text));
    return last;
  };

  return {
    write(cells) {
      if (isAtStart && options.withByteOrderMark) waiting += '\ufeff';
      waiting += formatCsvRow(cells, { delimiter: options.delimiter, raw: options.raw, isHeader: isAtStart });
      waiting += options.lineEnding;
      isAtStart = false;
      return waiting.length < BUFFER_CHARACTERS ? undefined : flush();
    },
    async flush() {
      await flush();
      return position;
    },
  };
}

/** The file that `path` means; refuses what a rename must not replace, such as a folder or `/dev/stdout`. */
async function resolveTarget(path: string): Promise<string> {
  try {
    // A symbolic link stays one: its target is replaced.
    const target = await realpath(path);
    refuseNonFile(path, await stat(target));
    return target;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return path;
    throw writingError(path, error);
  }
}

async function openForAppending(path: string, truncateToByte: number | undefined) {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r+').catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    });
    const found = await handle?.stat();
    if (found !== undefined) refuseNonFile(path, found);
    const size = found?.size ?? 0;
    const byteLength = truncateToByte ?? size;
    if (size < byteLength) {
      throw fileError(
        'FILE_CHANGED',
        `${path} has ${size} bytes, but ${byteLength} were written before.`,
        'Someone changed or removed the file: start the export anew.',
      );
    }
    if (handle === undefined) return { handle: await open(path, 'wx', 0o600), byteLength, isNew: true };
    if (size > byteLength) await handle.truncate(byteLength);
    return { handle, byteLength, isNew: false };
  } catch (error) {
    await handle?.close();
    throw writingError(path, error);
  }
}

function refuseNonFile(path: string, found: { isDirectory(): boolean; isFile(): boolean }): void {
  if (found.isDirectory()) throw folderError(path);
  if (found.isFile()) return;
  throw fileError('NOT_A_FILE', `${path} is not a regular file.`, 'Write to a file with -o.');
}

/** Makes a new name in the folder durable. */
async function syncFolder(path: string, folder: string): Promise<void> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    // Windows cannot open folders, and some network shares cannot sync them: nothing more can be done there.
    if (!NO_FOLDER_SYNC.has(systemCode(error) ?? '')) throw writingError(path, error);
  } finally {
    await handle?.close();
  }
}

const NO_FOLDER_SYNC: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EISDIR', 'EINVAL', 'ENOTSUP', 'ENOSYS']);
