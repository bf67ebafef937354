import type { Writable } from 'node:stream';
import { assert } from '../base/errors.ts';
import type { RowToWrite } from '../xlsx/write-sheet.ts';
import type { WorkbookText } from '../xlsx/write-workbook.ts';
import { type CsvDialect, type CsvRow, formatCsvRows } from './format-csv.ts';
import { type NewFile, openNewFile, openNewStream } from './new-file.ts';

/**
 * `name` stands for the stream in messages, such as `stdout`; `runId`: the run that writes, so that what is left of
 * it after a kill is known.
 */
export type WriteTarget =
  | { readonly path: string; readonly mayReplace: boolean; readonly runId?: string | undefined }
  | { readonly stream: Writable; readonly name: string };

export type TableWriter = {
  /** Await it, or memory grows. The first row of the first block is the header. */
  writeBlock(rows: readonly CsvRow[]): Promise<void>;
  /** As `NewFile.commit`. The digest is of the file's bytes, in hex. */
  commit(beforeRename?: (sha256: string) => Promise<void>): Promise<{ readonly sha256: string }>;
  /** As `NewFile.abort`. */
  abort(): Promise<void>;
};

/**
 * Opens a CSV file to be written by blocks; nobody sees half of it.
 *
 * @throws OperatorError (exit 3) for a target that cannot be written, is there already and may not be replaced, or is
 *   no regular file; also from each method, after which the temporary file is gone
 */
export async function openTableWriter(target: WriteTarget, dialect: CsvDialect): Promise<TableWriter> {
  const file = await openTarget(target);
  let isAtStart = true;
  return {
    async writeBlock(rows) {
      if (rows.length === 0) return;
      const text = formatCsvRows(rows, dialect, isAtStart);
      const mark = isAtStart && dialect.withByteOrderMark ? '\ufeff' : '';
      isAtStart = false;
      await file.write(Buffer.from(mark + text, 'utf8'));
    },
    commit: (beforeRename) => file.commit(beforeRename),
    abort: () => file.abort(),
  };
}

export type WorkbookWriter = {
  /** Await it, or memory grows. */
  writeBlock(rows: readonly RowToWrite[]): Promise<void>;
  /** `summary`: lines of the summary's sheet, such as `['done', '12']`. Else as `NewFile.commit`. */
  commit(
    summary: readonly (readonly string[])[],
    beforeRename?: (sha256: string) => Promise<void>,
  ): Promise<{ readonly sha256: string }>;
  abort(): Promise<void>;
};

/** Opens an .xlsx workbook to be written by blocks. Throws as `openTableWriter`. */
export async function openXlsxWriter(target: WriteTarget, options: WorkbookText): Promise<WorkbookWriter> {
  const file = await openTarget(target);
  try {
    const { workbookWriter } = await import('../xlsx/write-workbook.ts');
    const workbook = workbookWriter((bytes) => file.write(bytes), options);
    let isEnded = false;
    const orAbort = async <T>(work: Promise<T>): Promise<T> => {
      try {
        return await work;
      } catch (error) {
        await file.abort();
        throw error;
      }
    };
    return {
      writeBlock: (rows) => orAbort(workbook.writeRows(rows)),
      async commit(summary, beforeRename) {
        assert(!isEnded, 'a workbook is committed once');
        isEnded = true;
        await orAbort(workbook.end(summary));
        return file.commit(beforeRename);
      },
      async abort() {
        workbook.abort();
        await file.abort();
      },
    };
  } catch (error) {
    await file.abort();
    throw error;
  }
}

function openTarget(target: WriteTarget): Promise<NewFile> | NewFile {
  return 'stream' in target ? openNewStream(target.stream, target.name) : openNewFile(target.path, target);
}
