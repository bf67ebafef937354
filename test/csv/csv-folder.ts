import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import { type CsvFile, type CsvReadOptions, type CsvRow, openCsv } from '../../src/csv/read-csv.ts';

/** A temporary folder that goes away after the test file. */
export function csvFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'memberload-csv-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let count = 0;
  return {
    path: folder,
    /** Writes a new file and returns its path. */
    file(content: string | Uint8Array, name = 'members.csv'): string {
      count += 1;
      const path = join(folder, `${count}-${name}`);
      writeFileSync(path, content);
      return path;
    },
  };
}

/** Reads all of a file at once. */
export async function readAll(path: string, options: CsvReadOptions = {}) {
  return collect(await openCsv(path, options));
}

export async function collect(file: CsvFile): Promise<{ file: CsvFile; header: string[]; rows: CsvRow[] }> {
  const rows: CsvRow[] = [];
  for await (const row of file.rows) rows.push(row);
  return { file, header: file.header, rows };
}

/** The operator error that the work ends in, for its code, message and hint. */
export async function errorOf(work: Promise<unknown>): Promise<OperatorError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof OperatorError) return error;
    throw error;
  }
  throw new Error('expected an operator error, but it succeeded');
}
