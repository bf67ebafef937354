import { assert, fileError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';
import type { ByteSource } from './byte-source.ts';
import { decideShape, readSepLine } from './csv-shape.ts';
import { decideEncoding } from './detect-encoding.ts';
import { unguardCell } from './formula-guard.ts';
import { openRecordParser } from './parse-ahead.ts';
import type { ParsedRecords } from './parse-records.ts';
import { type RecordBatch, type RecordScanner, recordScanner } from './scan-records.ts';
import type { ColumnCountError, RecordBlock, Table } from './table.ts';
import { checkHeader } from './table-header.ts';
import { type TextBlocks, textBlocks } from './text-blocks.ts';

type CsvTableOptions = {
  /** Canonical name. */
  readonly encoding: string | undefined;
  /** One ASCII character. */
  readonly delimiter: string | undefined;
  readonly headerRow: number | undefined;
  readonly raw: boolean;
  readonly isHeaderName: (text: string) => boolean;
};

/** Reads the header of a CSV file whose first bytes are `head`; the rows follow on demand. Owns `source`. */
export async function openCsvTable(source: ByteSource, head: Buffer, options: CsvTableOptions): Promise<Table> {
  const { name } = source;
  const encodingOptions = { told: options.encoding, isHeaderName: options.isHeaderName };
  const blocks = textBlocks(source, head, decideEncoding(name, head, encodingOptions), encodingOptions);
  const start = await readStart(blocks);
  const sample = start.bytes.subarray(0, SAMPLE_BYTES).toString('utf8');
  const sep = readSepLine(sample);
  const shape = decideShape(sampleBelow(sample, sep?.length ?? 0, options.headerRow), {
    name,
    told: options.delimiter ?? sep?.delimiter ?? (name.toLowerCase().endsWith('.tsv') ? '\t' : undefined),
    isCut: start.mayFollow || start.bytes.length > SAMPLE_BYTES,
    isHeaderName: options.isHeaderName,
  });
  const { delimiter } = shape;

  const scanner = recordScanner(name, delimiter, sep === undefined ? 1 : 2);
  // A `sep=` line is ASCII: as many bytes as characters.
  const records = recordReader(blocks, scanner, {
    delimiter,
    raw: options.raw,
    start: start.bytes.subarray(sep?.length ?? 0),
  });
  const header = await readHeader(name, records, options.headerRow ?? shape).catch((error: unknown) => {
    records.close();
    throw error;
  });
  const counts = { blank: 0 };
  const shaper = recordShaper(header.names.length, header.cellCount, counts);

  async function* readBlocks(): AsyncGenerator<RecordBlock> {
    try {
      let rowNumber = 1;
      for (let batch: Records | undefined = header.rest; batch !== undefined; batch = await records.next()) {
        const block = shaper(batch, rowNumber);
        if (block === undefined) continue;
        rowNumber += block.cells.length;
        yield block;
      }
    } finally {
      await close();
    }
  }

  async function close(): Promise<void> {
    records.close();
    await source.close();
  }

  return {
    header: header.names,
    get form() {
      const encoding = blocks.encoding();
      return {
        kind: 'csv',
        delimiter,
        lineEnding: header.lineEnding,
        encoding: encoding.name,
        hasByteOrderMark: encoding.byteOrderMarkLength > 0,
      } as const;
    },
    notes() {
      const notes = [blocks.encoding().note];
      const texts = fileTexts();
      if (sep !== undefined) notes.push(texts.sepLine(sep.delimiter, delimiter));
      if (header.skipped > 0) notes.push(texts.headerBelow(header.lineNumber, header.skipped));
      if (counts.blank > 0) notes.push(texts.blankRows(counts.blank));
      const formulas = records.textFormulaCount();
      if (formulas > 0) notes.push(texts.textFormulas(formulas));
      return notes.filter((note) => note !== undefined);
    },
    blocks: iteratedOnce(readBlocks),
    sha256: () => source.sha256(),
    close,
  };
}

/** A second pass over the same bytes would silently find none. */
export function iteratedOnce(readBlocks: () => AsyncIterator<RecordBlock>): AsyncIterable<RecordBlock> {
  let isIterated = false;
  return {
    [Symbol.asyncIterator]() {
      assert(!isIterated, 'the blocks of an open table are iterated once');
      isIterated = true;
      return readBlocks();
    },
  };
}

/** The sample from the header's line on, when the caller named that; else without the `sep=` line. */
function sampleBelow(sample: string, sepLength: number, headerRow: number | undefined): string {
  if (headerRow === undefined) return sample.slice(sepLength);
  const lineStarts = [0, ...Array.from(sample.matchAll(/\r\n|\n|\r/g), (end) => end.index + end[0].length)];
  return sample.slice(lineStarts[headerRow - 1] ?? sepLength);
}

/** What delimiter and header are judged on. */
const SAMPLE_BYTES = 64 * 1024;

/** The first blocks of the file, until there is text enough to judge. */
async function readStart(blocks: TextBlocks): Promise<{ bytes: Buffer; mayFollow: boolean }> {
  const read: Buffer[] = [];
  let length = 0;
  let lineNumber = 1;
  while (length < SAMPLE_BYTES) {
    const block = await blocks.next(lineNumber);
    if (block === undefined)
      return { bytes: read.length === 1 && read[0] ? read[0] : Buffer.concat(read), mayFollow: false };
    read.push(block);
    length += block.length;
    for (let at = block.indexOf(0x0a); at !== -1; at = block.indexOf(0x0a, at + 1)) lineNumber += 1;
  }
  return { bytes: read.length === 1 && read[0] ? read[0] : Buffer.concat(read), mayFollow: true };
}

/** Records without the lines of spaces; all arrays have the same length. */
type Records = ParsedRecords & {
  readonly lineNumbers: number[];
  readonly lineEnding: '\n' | '\r\n' | undefined;
};

type RecordReader = {
  /** Undefined at the end of the file. */
  next(): Promise<Records | undefined>;
  textFormulaCount(): number;
  close(): void;
};

function recordReader(
  blocks: TextBlocks,
  scanner: RecordScanner,
  options: { readonly delimiter: string; readonly raw: boolean; readonly start: Buffer },
): RecordReader {
  const parser = openRecordParser();
  let start: Buffer | undefined = options.start;
  let hasEnded = false;
  let textFormulaCount = 0;
  /** Read, and perhaps not parsed yet. An error is thrown when its turn comes. */
  const ahead: Promise<{ readonly batch: RecordBatch; readonly parse: () => ParsedRecords }>[] = [];

  const readNext = async (): Promise<RecordBatch> => {
    const block = start ?? (await blocks.next(scanner.lineNumber()));
    start = undefined;
    if (block !== undefined) return scanner.push(block);
    hasEnded = true;
    return scanner.end();
  };

  const readAhead = async (): Promise<void> => {
    while (!hasEnded && ahead.length < parser.depth()) {
      try {
        const batch = await readNext();
        const { bytes, lineNumbers, lineEnding, hasTextFormula } = batch;
        const how = { delimiter: options.delimiter, lineEnding, hasTextFormula };
        const parsing = lineNumbers.length === 0 ? NO_RECORDS : parser.parse(bytes, how);
        ahead.push(Promise.resolve(parsing).then((parse) => ({ batch, parse })));
      } catch (error) {
        hasEnded = true;
        ahead.push(Promise.reject(error));
      }
      ahead.at(-1)?.catch(() => undefined);
    }
  };

  const take = (batch: RecordBatch, parsed: ParsedRecords): Records => {
    const records = withLines(batch, parsed);
    if (options.raw) return records;
    // Whole blocks have neither sign: their cells are not looked at. No plain line has one where it counts.
    const mayHaveGuard = batch.bytes.includes("'");
    const mayHaveFormula = batch.bytes.includes('=');
    if (!mayHaveGuard && !mayHaveFormula) return records;
    for (const cells of records.cells) {
      for (let index = 0; index < cells.length; index += 1) {
        const cell = cells[index] ?? '';
        // Behind a guard stands a text, also when the text looks like a formula.
        const text = cell.charCodeAt(0) === 0x3d ? textOfFormula(cell) : undefined;
        if (text !== undefined) textFormulaCount += 1;
        if (text !== undefined) cells[index] = text;
        else if (mayHaveGuard) cells[index] = unguardCell(cell);
      }
    }
    return records;
  };

  return {
    textFormulaCount: () => textFormulaCount,
    async next() {
      await readAhead();
      const first = await ahead.shift();
      return first && take(first.batch, first.parse());
    },
    close: parser.close,
  };
}

/**
 * The text of `="00123"`, which keeps a spreadsheet from reading a number, and of `=8009000501`, which a spreadsheet
 * shows as 8009000501. Undefined for every other formula.
 */
function textOfFormula(cell: string): string | undefined {
  if (cell.startsWith('="') && cell.endsWith('"') && cell.length >= 3) {
    const inside = cell.slice(2, -1);
    const text = inside.replaceAll('""', '"');
    // A quote that is not doubled ends the text: this is a longer formula.
    return text.split('"').length - 1 === inside.length - text.length ? text : undefined;
  }
  return cell.length <= 64 && /^=[0-9]+(\.[0-9]+)?$/.test(cell) ? cell.slice(1) : undefined;
}

const NO_RECORDS = (): ParsedRecords => ({ cells: [] });

function withLines({ lineNumbers, lineEnding }: RecordBatch, { cells, plainLines }: ParsedRecords): Records {
  // Two readings of the same bytes: were they to differ, line numbers would be wrong from here on.
  assert(cells.length === lineNumbers.length, 'the scanner and the parser count records alike');
  if (!lineNumbers.includes(0)) return { cells, plainLines, lineNumbers: [...lineNumbers], lineEnding };
  const isRecord = (_: unknown, index: number): boolean => lineNumbers[index] !== 0;
  return {
    cells: cells.filter(isRecord),
    plainLines: plainLines?.filter(isRecord),
    lineNumbers: lineNumbers.filter(isRecord),
    lineEnding,
  };
}

type Header = {
  readonly names: string[];
  readonly lineNumber: number;
  /** More than the names when the header ends in nameless columns. */
  readonly cellCount: number;
  readonly lineEnding: '\n' | '\r\n';
  /** Rows with a value above it. */
  readonly skipped: number;
  /** The records of the header's block that follow it. */
  readonly rest: Records;
};

/** `where`: the header's line, or how many records with a value stand above it. */
async function readHeader(
  name: string,
  records: RecordReader,
  where: number | { readonly recordsAboveHeader: number },
): Promise<Header> {
  let skipped = 0;
  for (let batch = await records.next(); batch !== undefined; batch = await records.next()) {
    for (const [index, cells] of batch.cells.entries()) {
      const lineNumber = batch.lineNumbers[index] ?? 0;
      const isHeader =
        typeof where === 'number' ? lineNumber === where : skipped === where.recordsAboveHeader && hasValue(cells);
      if (isHeader) {
        return {
          names: checkHeader(fileTexts().line(name, lineNumber), cells),
          lineNumber,
          cellCount: cells.length,
          lineEnding: batch.lineEnding ?? '\n',
          skipped,
          rest: {
            ...batch,
            cells: batch.cells.slice(index + 1),
            plainLines: batch.plainLines?.slice(index + 1),
            lineNumbers: batch.lineNumbers.slice(index + 1),
          },
        };
      }
      if (typeof where === 'number' && lineNumber > where) throw noHeaderRow(name, where);
      if (hasValue(cells)) skipped += 1;
    }
  }
  if (typeof where === 'number' && skipped > 0) throw noHeaderRow(name, where);
  throw fileError('FILE_IS_EMPTY', fileTexts().isEmpty(name), fileTexts().isEmptyHint);
}

export function noHeaderRow(name: string, line: number) {
  return fileError('NO_HEADER', fileTexts().noHeaderRow(name, line), fileTexts().noHeaderRowHint);
}

/** Leaves out rows without a value, and compares the number of cells with the header's. */
export function recordShaper(expected: number, headerCellCount: number, counts: { blank: number }) {
  return (records: ParsedRecords & { lineNumbers: number[] }, firstRowNumber: number): RecordBlock | undefined => {
    const columnCountErrors = new Map<number, ColumnCountError>();
    const { cells: all, lineNumbers: allLines, plainLines } = records;
    let kept = 0;
    for (let index = 0; index < all.length; index += 1) {
      let cells = all[index] ?? [];
      if (!hasValue(cells)) {
        counts.blank += 1;
        continue;
      }
      const actual = cells.length;
      if (actual !== expected) {
        // Below nameless columns only blank cells are let pass: a value there belongs to no column.
        const isCovered = actual > expected && actual <= headerCellCount && !hasValue(cells.slice(expected));
        if (isCovered) {
          cells = cells.slice(0, expected);
          if (plainLines) plainLines[index] = undefined;
        } else columnCountErrors.set(kept, { expected, actual });
      }
      all[kept] = cells;
      allLines[kept] = allLines[index] ?? 0;
      if (plainLines) plainLines[kept] = plainLines[index];
      kept += 1;
    }
    if (kept === 0) return undefined;
    all.length = kept;
    allLines.length = kept;
    if (plainLines) plainLines.length = kept;
    return { firstRowNumber, lineNumbers: allLines, cells: all, plainLines, columnCountErrors };
  };
}

export function hasValue(cells: readonly string[]): boolean {
  for (const cell of cells) if (cell !== '' && cell.trim() !== '') return true;
  return false;
}
