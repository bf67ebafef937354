import { openCsv } from './read-csv.ts';

// Stands in until the readers of the next commits are merged.
export type TableOptions = {
  readonly encoding?: string;
  readonly delimiter?: string;
  readonly headerRow?: number;
  readonly sheet?: string;
  readonly raw: boolean;
  readonly signal?: AbortSignal;
  isHeaderName(text: string): boolean;
};
export type TableSource =
  | { readonly path: string }
  | { readonly stream: AsyncIterable<Uint8Array>; readonly name: string };
export type TableForm =
  | {
      readonly kind: 'csv';
      readonly delimiter: string;
      readonly lineEnding: '\n' | '\r\n';
      readonly encoding: string;
      readonly hasByteOrderMark: boolean;
    }
  | { readonly kind: 'xlsx'; readonly sheet: string };
export type RecordBlock = {
  readonly firstRowNumber: number;
  readonly lineNumbers: readonly number[];
  readonly cells: string[][];
  readonly columnCountErrors: ReadonlyMap<number, { readonly expected: number; readonly actual: number }>;
};
export type Table = {
  readonly header: readonly string[];
  readonly headerLine: number;
  readonly form: TableForm;
  notes(): readonly string[];
  readonly blocks: AsyncIterable<RecordBlock>;
  sha256(): string;
  byteLength(): number;
  close(): Promise<void>;
};

export async function openTable(source: TableSource, options: TableOptions): Promise<Table> {
  if (!('path' in source)) throw new Error('streams come with the next merge');
  const csv = await openCsv(source.path, options);
  async function* blocks(): AsyncGenerator<RecordBlock> {
    let cells: string[][] = [];
    let lineNumbers: number[] = [];
    let errors = new Map<number, { expected: number; actual: number }>();
    let first = 1;
    for await (const row of csv.rows) {
      if (row.columnCountError) errors.set(cells.length, row.columnCountError);
      cells.push(row.cells);
      lineNumbers.push(row.lineNumber);
      if (cells.length === 500) {
        yield { firstRowNumber: first, lineNumbers, cells, columnCountErrors: errors };
        first += cells.length;
        cells = [];
        lineNumbers = [];
        errors = new Map();
      }
    }
    if (cells.length > 0) yield { firstRowNumber: first, lineNumbers, cells, columnCountErrors: errors };
  }
  const { delimiter, lineEnding, encoding, hasByteOrderMark } = csv;
  return {
    header: csv.header,
    headerLine: 1,
    form: { kind: 'csv', delimiter, lineEnding, encoding, hasByteOrderMark },
    notes: () => [],
    blocks: blocks(),
    sha256: () => csv.sha256(),
    byteLength: () => csv.byteLength(),
    close: () => csv.close(),
  };
}
