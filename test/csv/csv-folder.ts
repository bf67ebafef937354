import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import type { CsvDialect } from '../../src/csv/format-csv.ts';
import { openTable } from '../../src/csv/open-table.ts';
import type { CellDamage, ColumnCountError, Table, TableOptions } from '../../src/csv/table.ts';

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

/** Some names that a shop's member list has. */
const KNOWN = 'number,name,phone,会员卡号,会员号,姓名,积分,手机,會員編號,積分,餘額,手提電話,Member No,Mobile,Points';
const known = new Set(KNOWN.split(','));
export const isHeaderName = (text: string): boolean => known.has(text);

export const options: TableOptions = { raw: false, isHeaderName };

export type ReadRow = {
  rowNumber: number;
  lineNumber: number;
  cells: string[];
  columnCountError?: ColumnCountError;
  damage?: Record<number, CellDamage>;
};

/** Reads all of a file at once. */
export async function readAll(path: string, changes: Partial<TableOptions> = {}) {
  return collect(await openTable({ path }, { ...options, ...changes }));
}

export async function collect(table: Table): Promise<{ table: Table; header: readonly string[]; rows: ReadRow[] }> {
  const rows: ReadRow[] = [];
  for await (const { firstRowNumber, lineNumbers, cells, columnCountErrors, damage } of table.blocks) {
    for (const [index, record] of cells.entries()) {
      const columnCountError = columnCountErrors.get(index);
      const damaged = damage?.get(index);
      rows.push({
        rowNumber: firstRowNumber + index,
        lineNumber: lineNumbers[index] ?? 0,
        cells: record,
        ...(columnCountError && { columnCountError }),
        ...(damaged && { damage: Object.fromEntries(damaged) }),
      });
    }
  }
  return { table, header: table.header, rows };
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

/** What a result for a person with Excel looks like. */
export function excelDialect(delimiter: string): CsvDialect {
  return { delimiter, lineEnding: '\r\n', withByteOrderMark: true, raw: false, keepsExcelText: true };
}
