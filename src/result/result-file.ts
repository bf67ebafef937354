import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OperatorError, usageError } from '../base/errors.ts';
import type { TableForm } from '../csv/table.ts';
import { type CsvWriter, openCsvWriter } from '../csv/write-csv.ts';
import { checkResultPath, sha256Of } from './result-path.ts';
import type { ResultRow } from './result-rows.ts';
import type { Tally } from './tally.ts';

/** Plain CSV: what memberload writes where nothing else is asked for. */
export const PLAIN_CSV = {
  kind: 'csv',
  delimiter: ',',
  lineEnding: '\n',
  encoding: 'utf-8',
  hasByteOrderMark: false,
  withByteOrderMark: false,
  raw: false,
} as const;

export interface ResultFile {
  readonly path: string;
  writeHeader(header: string[], form?: TableForm): Promise<void>;
  write(rows: readonly ResultRow[]): Promise<void>;
  /** Closes what was written under its temporary name, which is returned: to be read back. */
  finish(): Promise<string>;
  /** Appears under its name whole and durable. `beforeRename` is given the hash of what is about to appear. */
  commit(beforeRename: (sha256: string) => Promise<void>, tally?: Tally): Promise<void>;
  abort(): Promise<void>;
}

export type ResultFileOptions = {
  readonly homeFolder: string;
  readonly ownSha256s: readonly string[];
  readonly writeStdout: (text: string | Uint8Array) => void;
};

/** Looks that the result can be written, and makes it ready to be. */
export async function openResultFile(
  target: {
    readonly path: string;
    readonly mayReplace: boolean;
    readonly protectedPaths: readonly string[];
    readonly excel: boolean;
  },
  { homeFolder, ownSha256s }: ResultFileOptions,
): Promise<ResultFile> {
  const { path, mayReplace, protectedPaths } = target;
  await checkResultPath(path, { homeFolder, ownSha256s, mayReplace, protectedPaths });
  await access(dirname(path), constants.W_OK).catch(() => {
    throw usageError(
      'RESULT_NOT_WRITABLE',
      `The result cannot be written to ${path}: its folder cannot be written.`,
      'Nothing was sent. Name another file with -o.',
    );
  });
  let writer: CsvWriter | undefined;
  return {
    path,
    async writeHeader(header, form) {
      const { delimiter, lineEnding, hasByteOrderMark } = form?.kind === 'csv' ? form : PLAIN_CSV;
      writer = await orFailed(
        openCsvWriter(path, { delimiter, lineEnding, withByteOrderMark: hasByteOrderMark, raw: false }),
      );
      await orFailed(Promise.resolve(writer.write(header)));
    },
    async write(rows) {
      for (const { cells } of rows) await orFailed(Promise.resolve(writer?.write(cells)));
    },
    async finish() {
      throw new Error('comes with the next merge');
    },
    async commit(beforeRename) {
      await orFailed(writer?.commit() ?? Promise.resolve());
      await beforeRename(await sha256Of(path));
    },
    async abort() {
      await writer?.abort();
    },
  };
}

async function orFailed<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    throw new OperatorError({ ...error, message: error.message, code: 'RESULT_FAILED', exitCode: 5, hint: error.hint });
  }
}
