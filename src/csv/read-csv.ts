import { parse } from 'csv-parse/sync';
import { assert, fileError } from '../base/errors.ts';
import { checkHeader, findDelimiter, readHeaderLine } from './csv-header.ts';
import { type FileBytes, openFileBytes } from './file-bytes.ts';
import { unguardCell } from './formula-guard.ts';
import { RECORD_BYTES_MAX, type RecordBatch, recordScanner } from './scan-records.ts';
import { countLineEnds, textBlocks } from './text-blocks.ts';
import { decideEncoding, findEncoding } from './text-encoding.ts';

export type CsvReadOptions = {
  /** Undefined: the byte order mark decides, else UTF-8. */
  readonly encoding?: string;
  /** Undefined: the header line decides. */
  readonly delimiter?: string;
  /** Cells as they stand, without taking formula guards away. */
  readonly raw?: boolean;
};

export type CsvRow = {
  /** 1-based record after the header. */
  readonly rowNumber: number;
  /** 1-based line of the file on which the record starts. */
  readonly lineNumber: number;
  /** As many as the record has: not padded, not cut. */
  readonly cells: string[];
  readonly columnCountError?: { readonly expected: number; readonly actual: number };
};

export type CsvFile = {
  /** Trimmed names, all different; a file's nameless columns at the right end are not among them. */
  readonly header: string[];
  readonly delimiter: string;
  readonly encoding: string;
  readonly hasByteOrderMark: boolean;
  readonly lineEnding: '\n' | '\r\n';
  /** To be iterated once. Ending it, early or not, closes the file. Throws `fileError`s where the file is bad. */
  readonly rows: AsyncIterable<CsvRow>;
  /** Of the file's bytes, in hex, once rows ended. */
  sha256(): string;
  /** Of the bytes read so far: the file's, once rows ended. */
  byteLength(): number;
  /** For a caller that does not iterate the rows. */
  close(): Promise<void>;
};

/**
 * Opens a CSV file and reads its header; the rows are streamed by blocks of some hundred KiB, on demand.
 * Throws usage errors for options that name no encoding or delimiter, and `fileError`s for the file.
 */
export async function openCsv(path: string, options: CsvReadOptions): Promise<CsvFile> {
  const told = toldFormat(options);
  return readCsv(path, await openFileBytes(path), told);
}

type ToldFormat = {
  readonly encoding: string | undefined;
  readonly delimiter: string | undefined;
  readonly raw: boolean;
};

/** Checks the options alone, so that wrong ones are told before the file is looked at. */
export function toldFormat(options: CsvReadOptions): ToldFormat {
  return {
    encoding: options.encoding === undefined ? undefined : findEncoding(options.encoding),
    delimiter: options.delimiter === undefined ? undefined : findDelimiter(options.delimiter),
    raw: options.raw ?? false,
  };
}

/** `openCsv` for bytes from anywhere; `path` only names them in messages. Owns `file`, and closes it. */
export async function readCsv(path: string, file: FileBytes, told: ToldFormat): Promise<CsvFile> {
  try {
    return await readStart(path, file, told);
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function readStart(path: string, file: FileBytes, told: ToldFormat): Promise<CsvFile> {
  const { raw } = told;
  const head: Buffer = (await file.read()) ?? Buffer.alloc(0);
  refuseWorkbook(path, head);
  const encoding = decideEncoding(path, head, told.encoding);
  const blocks = textBlocks(path, head, file, encoding);

  let start: Buffer = Buffer.alloc(0);
  let headerLine = readHeaderLine(start, true);
  while (headerLine === undefined) {
    const block = await blocks.next(1 + countLineEnds(start));
    start = block === undefined ? start : Buffer.concat([start, block]);
    headerLine = readHeaderLine(start, block !== undefined && start.length <= RECORD_BYTES_MAX);
  }
  const delimiter = told.delimiter ?? (path.toLowerCase().endsWith('.tsv') ? '\t' : headerLine.delimiter);

  const scanner = recordScanner(path, delimiter);
  let hasEnded = false;
  const nextRecords = async (): Promise<Records | undefined> => {
    if (hasEnded) return undefined;
    const block = await blocks.next(scanner.lineNumber());
    if (block !== undefined) return parseRecords(scanner.push(block), delimiter);
    hasEnded = true;
    return parseRecords(scanner.end(), delimiter);
  };

  let first: Records | undefined = parseRecords(scanner.push(start), delimiter);
  while (first !== undefined && first.cells.length === 0) first = await nextRecords();
  const headerCells = first?.cells.shift();
  const headerLineNumber = first?.lineNumbers.shift();
  if (first === undefined || headerCells === undefined || headerLineNumber === undefined) {
    throw fileError('FILE_IS_EMPTY', `${path} is empty.`, 'Give a file with a header line and rows.');
  }
  const headerNames = raw ? headerCells : headerCells.map(unguardCell);
  const header = checkHeader(path, headerLineNumber, headerNames);
  const toRow = rowMaker(header.length, headerCells.length, raw);

  let isIterated = false;
  async function* readRows(first: Records): AsyncGenerator<CsvRow> {
    try {
      let rowNumber = 0;
      for (let records: Records | undefined = first; records !== undefined; records = await nextRecords()) {
        const { cells, lineNumbers } = records;
        for (let index = 0; index < cells.length; index += 1) {
          rowNumber += 1;
          yield toRow(rowNumber, lineNumbers[index] ?? 0, cells[index] ?? []);
        }
      }
    } finally {
      await file.close();
    }
  }

  return {
    header,
    delimiter,
    encoding: encoding.name,
    hasByteOrderMark: encoding.byteOrderMarkLength > 0,
    lineEnding: headerLine.lineEnding,
    rows: {
      [Symbol.asyncIterator]() {
        // A second pass over the same bytes would silently find none.
        assert(!isIterated, 'the rows of an open CSV file are iterated once');
        isIterated = true;
        return readRows(first);
      },
    },
    sha256: () => file.sha256(),
    byteLength: () => file.byteLength(),
    close: () => file.close(),
  };
}

/** Records without the blank lines; both arrays have the same length. */
type Records = { readonly cells: string[][]; readonly lineNumbers: number[] };

function parseRecords(batch: RecordBatch, delimiter: string): Records {
  if (batch.bytes.length === 0) return { cells: [], lineNumbers: [] };
  const parsed = parse(batch.bytes, {
    delimiter,
    record_delimiter: ['\r\n', '\n', '\r'],
    relax_column_count: true,
  });
  // Two readings of the same bytes: were they to differ, line numbers would be wrong from here on.
  assert(parsed.length === batch.lineNumbers.length, 'the scanner and the parser count records alike');
  if (!batch.lineNumbers.includes(0)) return { cells: parsed, lineNumbers: [...batch.lineNumbers] };
  return {
    cells: parsed.filter((_, index) => batch.lineNumbers[index] !== 0),
    lineNumbers: batch.lineNumbers.filter((lineNumber) => lineNumber !== 0),
  };
}

/** `headerCellCount` is more than `expected` when the header ends in nameless columns. */
function rowMaker(expected: number, headerCellCount: number, raw: boolean) {
  return (rowNumber: number, lineNumber: number, cells: string[]): CsvRow => {
    if (!raw) {
      for (let index = 0; index < cells.length; index += 1) cells[index] = unguardCell(cells[index] ?? '');
    }
    const actual = cells.length;
    if (actual === expected) return { rowNumber, lineNumber, cells };
    // Below nameless columns only blank cells are let pass: a value there belongs to no column.
    if (actual > expected && actual <= headerCellCount && cells.slice(expected).every((cell) => cell.trim() === '')) {
      return { rowNumber, lineNumber, cells: cells.slice(0, expected) };
    }
    return { rowNumber, lineNumber, cells, columnCountError: { expected, actual } };
  };
}

/** `PK..` begins an .xlsx (a zip), the other an .xls. */
const WORKBOOK_SIGNATURES = [Buffer.from('PK\u0003\u0004', 'latin1'), Buffer.from('d0cf11e0a1b11ae1', 'hex')];

function refuseWorkbook(path: string, head: Buffer): void {
  if (!WORKBOOK_SIGNATURES.some((signature) => head.subarray(0, signature.length).equals(signature))) return;
  throw fileError(
    'NOT_CSV',
    `${path} is an Excel workbook, not a CSV file.`,
    'Save it in Excel as "CSV UTF-8 (Comma delimited)" and give that file.',
  );
}
