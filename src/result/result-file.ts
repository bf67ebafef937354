import { createReadStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { assert, EXIT, fileError, OperatorError } from '../base/errors.ts';
import { type CsvDialect, takesLines } from '../csv/format-csv.ts';
import { openNewFile, openNewStream, requireNotHeld } from '../csv/new-file.ts';
import {
  openTableWriter,
  openXlsxWriter,
  type TableWriter,
  type WorkbookWriter,
  type WriteTarget,
} from '../csv/open-table-writer.ts';
import { RESULT_SHEETS, type TableForm } from '../csv/table.ts';
import { resultTexts } from '../texts/tables/result.ts';
import type { RowToWrite } from '../xlsx/write-sheet.ts';
import { besideResult, checkResultPath, fileMark } from './result-path.ts';
import type { ResultRow } from './result-rows.ts';
import type { Tally } from './tally.ts';

/** Where a result goes. */
export type ResultTarget = {
  /** `-`: standard output. '' (a dry run alone): nowhere. */
  readonly path: string;
  /** `--overwrite`. */
  readonly mayReplace: boolean;
  /** Files that are never replaced. */
  readonly protectedPaths: readonly string[];
  /** `--excel`: a CSV that Excel opens without damage. */
  readonly excel: boolean;
  /** `--raw`: cells as they are. */
  readonly raw: boolean;
  /** `fileMark` of what is there, when it was seen to be the run's own. */
  readonly ownMark?: string;
};

/** A result on its way. Nobody sees half of it. */
export interface ResultFile {
  /** From `writeHeader` on another than was asked for, when another file has come there since the start. */
  readonly path: string;
  /** `form`: of the input, whose delimiter and line ends a CSV result keeps. */
  writeHeader(header: string[], form?: TableForm): Promise<void>;
  /** From `writeHeader` on: whether rows may be given as lines. */
  readonly takesLines: boolean;
  write(rows: readonly ResultRow[]): Promise<void>;
  /** Appears under its name whole and durable. `beforeRename` is given the hash of what is about to appear. */
  commit(beforeRename: (sha256: string) => Promise<void>, tally?: Tally): Promise<void>;
  abort(): Promise<void>;
}

type ResultFileOptions = {
  readonly homeFolder: string;
  /** Hashes of the file as the run itself wrote it: such a file is replaced without being asked for. */
  readonly ownSha256s: readonly string[];
  /** Names the file that is written instead when the one at the path has changed meanwhile; undefined: none is. */
  readonly runId: string | undefined;
  /** What `-o -` writes to. */
  readonly stdout: Writable;
};

/**
 * Looks that the result can be written, before the first call: the path by its rules, the folder by a trial. The file
 * itself is begun when its rows are there, so that a run of days leaves no half file beside the input. A file that a
 * person has made or changed there meanwhile is left alone: the result goes beside it.
 *
 * @throws OperatorError (exit 2 or 3) for a path that cannot be written or must not be replaced; after that, from each
 *   method, RESULT_FAILED (exit 5): what was sent is in the ledger
 */
export async function openResultFile(
  target: ResultTarget,
  { homeFolder, ownSha256s, runId, stdout }: ResultFileOptions,
): Promise<ResultFile> {
  let { path } = target;
  const markAtStart = await fileMark(path);
  if (path !== '-') {
    await checkResultPath(path, { ...target, homeFolder, ownSha256s });
    await requireNotHeld(path);
    await (await openNewFile(path, { mayReplace: true })).abort();
  }
  const isWorkbook = /\.xlsx$/i.test(path);
  let writer: Pick<ResultFile, 'write' | 'commit' | 'abort'> | undefined;
  let mayTakeLines = false;
  return {
    get path() {
      return path;
    },
    get takesLines() {
      return mayTakeLines;
    },
    async writeHeader(header, form) {
      if (path !== '-' && runId !== undefined) {
        const mark = await fileMark(path);
        if (mark !== undefined && mark !== markAtStart) path = besideResult(path, runId);
      }
      // Where nothing was at the start, nothing is replaced; a name of the run's own may be there from an earlier end.
      const mayReplace = markAtStart !== undefined || path !== target.path;
      const writeTo: WriteTarget =
        path === '-' ? { stream: stdout, name: resultTexts().standardOutput } : { path, mayReplace, runId };
      const dialect = dialectOf(target, form);
      mayTakeLines = !isWorkbook && takesLines(dialect);
      writer = isWorkbook
        ? workbookResult(await orFailed(openXlsxWriter(writeTo, { header, sheetNames: RESULT_SHEETS })))
        : csvResult(await orFailed(openTableWriter(writeTo, dialect)), header);
    },
    write: (rows) => orFailed(writer?.write(rows) ?? Promise.resolve()),
    async commit(beforeRename, tally) {
      const beforeReplacing = async (sha256: string): Promise<void> => {
        if (path === target.path) await requireUnchanged(path, markAtStart);
        await beforeRename(sha256);
      };
      await orFailed(writer?.commit(beforeReplacing, tally) ?? Promise.resolve());
    },
    async abort() {
      await writer?.abort();
      writer = undefined;
    },
  };
}

/**
 * Writes a result that lies in a file of ours to standard output, whose reader may go away (`| head`).
 *
 * @throws OperatorError RESULT_FAILED (exit 5)
 */
export async function copyResult(path: string, stdout: Writable): Promise<void> {
  const out = openNewStream(stdout, resultTexts().standardOutput);
  for await (const bytes of createReadStream(path)) await orFailed(out.write(bytes));
  await out.commit();
}

/** Whoever has made or changed the file while its new content was written keeps it. */
async function requireUnchanged(path: string, markAtStart: string | undefined): Promise<void> {
  const mark = path === '-' ? undefined : await fileMark(path);
  if (mark === undefined || mark === markAtStart) return;
  throw fileError('FILE_CHANGED', resultTexts().changedMeanwhile(path), resultTexts().changedMeanwhileHint);
}

/** Plain CSV: what memberload writes where nothing else is asked for. */
export const PLAIN_CSV = {
  kind: 'csv',
  delimiter: ',',
  lineEnding: '\n',
  encoding: 'utf-8',
  hasByteOrderMark: false,
} as const satisfies TableForm;

/** The dialect of `PLAIN_CSV`. */
export const PLAIN_DIALECT: CsvDialect = { delimiter: ',', lineEnding: '\n', withByteOrderMark: false, raw: false };

/**
 * A CSV result is written as its input was. An input with a byte order mark or in a legacy encoding came from Excel
 * and goes back there: the result is then written so that Excel opens it without damage.
 */
function dialectOf({ excel, raw }: ResultTarget, form: TableForm = PLAIN_CSV): CsvDialect {
  const csv = form.kind === 'csv' ? form : PLAIN_CSV;
  const isFromExcel = csv.hasByteOrderMark || csv.encoding !== 'utf-8';
  if (!excel && !isFromExcel)
    return { delimiter: csv.delimiter, lineEnding: csv.lineEnding, withByteOrderMark: false, raw };
  return {
    delimiter: csv.delimiter,
    lineEnding: '\r\n',
    withByteOrderMark: true,
    raw,
    ...(!raw && { keepsExcelText: true }),
  };
}

function csvResult(writer: TableWriter, header: readonly string[]): Pick<ResultFile, 'write' | 'commit' | 'abort'> {
  let isHeaderWritten = false;
  /** One block goes to the disk while the next one is made. An error of it is that of the next write, or of the end. */
  let behind: Promise<void> = Promise.resolve();
  const write = async (rows: readonly ResultRow[]): Promise<void> => {
    await behind;
    const written = rows.map(({ cells }) => cells);
    behind = writer.writeBlock(isHeaderWritten ? written : [header, ...written]);
    behind.catch(() => undefined);
    isHeaderWritten = true;
  };
  return {
    write,
    async commit(beforeRename) {
      if (!isHeaderWritten) await write([]);
      await behind;
      await writer.commit(beforeRename);
    },
    abort: () => writer.abort(),
  };
}

const TONES = {
  done: 'good',
  invalid: 'bad',
  failed: 'bad',
  in_doubt: 'warning',
  not_sent: 'waiting',
} as const satisfies Record<ResultRow['status'], RowToWrite['tone']>;

function workbookResult(writer: WorkbookWriter): Pick<ResultFile, 'write' | 'commit' | 'abort'> {
  return {
    write: (rows) =>
      writer.writeBlock(
        rows.map(({ cells, status, message, badCell }) => {
          assert(typeof cells !== 'string', 'a workbook takes no lines');
          return {
            cells,
            tone: TONES[status],
            isToCorrect: status === 'invalid' || status === 'failed',
            ...(badCell !== undefined && { badCell, message }),
          };
        }),
      ),
    async commit(beforeRename, tally) {
      const summary = tally ? Object.entries(tally.rows).map(([name, count]) => [name, String(count)]) : [];
      await writer.commit(summary, beforeRename);
    },
    abort: () => writer.abort(),
  };
}

/** After calls were made, a file that cannot be written is no fault of the input any more. */
async function orFailed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof OperatorError) || error.exitCode === EXIT.stopped) throw error;
    const { message, hint } = error;
    throw new OperatorError({ code: 'RESULT_FAILED', message, hint, exitCode: EXIT.stopped, cause: error });
  }
}
