import { type FileHandle, open } from 'node:fs/promises';
import { codeOf, fileError } from '../base/errors.ts';
import { writeAll } from '../base/whole-bytes.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { writingError } from './file-errors.ts';
import { type CsvDialect, formatCsvRows } from './format-csv.ts';
import { refuseNonFile, syncFolderOf } from './new-file.ts';

type TableAppender = {
  /** Await it, or memory grows. The first row of an empty file is the header. */
  writeBlock(rows: readonly (readonly string[])[]): Promise<void>;
  /** Everything written so far is on disk; returns the file's length, to be given as `truncateToByte` after a crash. */
  sync(): Promise<number>;
  /** What `sync` has not confirmed may be lost in a crash. */
  close(): Promise<void>;
};

/**
 * Appends rows to `path` itself, made when it does not exist, for exports that go on page by page.
 * `truncateToByte`, a length that `sync` returned, cuts off what a crash left behind it. Throws `fileError`s.
 */
export async function openTableAppender(
  path: string,
  dialect: CsvDialect,
  truncateToByte?: number,
): Promise<TableAppender> {
  const { handle, byteLength, isNew } = await openForAppending(path, truncateToByte);
  let position = byteLength;
  let mustSyncFolder = isNew;
  let last: Promise<void> = Promise.resolve();
  const orTell = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => Promise.reject(writingError(path, error)));

  return {
    writeBlock(rows) {
      if (rows.length === 0) return last;
      const isAtStart = position === 0;
      const text = formatCsvRows(rows, dialect, isAtStart);
      const bytes = Buffer.from((isAtStart && dialect.withByteOrderMark ? '\ufeff' : '') + text, 'utf8');
      const at = position;
      position += bytes.length;
      // One after the other, also when the caller does not wait: rows must not overtake each other.
      last = last.then(() => orTell(writeAll(handle, bytes, at)));
      return last;
    },
    async sync() {
      await last;
      const length = position;
      await orTell(handle.sync());
      if (mustSyncFolder) await syncFolderOf(path);
      mustSyncFolder = false;
      return length;
    },
    async close() {
      try {
        await last;
      } finally {
        await handle.close();
      }
    },
  };
}

async function openForAppending(path: string, truncateToByte: number | undefined) {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r+').catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    });
    const found = await handle?.stat();
    if (found !== undefined) refuseNonFile(path, found);
    const size = found?.size ?? 0;
    const byteLength = truncateToByte ?? size;
    if (size < byteLength) {
      throw fileError('FILE_CHANGED', fileTexts().outputChanged(path, size, byteLength), fileTexts().outputChangedHint);
    }
    if (handle === undefined) return { handle: await open(path, 'wx', 0o600), byteLength, isNew: true };
    if (size > byteLength) await handle.truncate(byteLength);
    return { handle, byteLength, isNew: false };
  } catch (error) {
    await handle?.close();
    throw writingError(path, error);
  }
}
