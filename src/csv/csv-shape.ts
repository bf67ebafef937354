import { fileError, usageError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { unguardCell } from './formula-guard.ts';
import { findHeaderRow } from './table-header.ts';

/** How the file is cut into cells, judged on its first lines. */
type CsvShape = {
  readonly delimiter: string;
  /** How many records with a value stand above the header. */
  readonly recordsAboveHeader: number;
};

/** The characters that are looked for when nobody names the delimiter; the first wins a tie. */
const USUAL_DELIMITERS = [',', ';', '\t', '|'];

/** The delimiter as a user writes it: one ASCII character, or `\t` or `tab`, which a shell makes hard to type. */
export function findDelimiter(text: string): string {
  const delimiter = text === '\\t' || text.toLowerCase() === 'tab' ? '\t' : text;
  if (isDelimiter(delimiter)) return delimiter;
  throw usageError('BAD_DELIMITER', fileTexts().badDelimiter(text), fileTexts().badDelimiterHint);
}

function isDelimiter(text: string): boolean {
  return /^[\t!-~]$/.test(text) && !/["'0-9A-Za-z]/.test(text);
}

/** Excel's own line, `sep=;`, at the start of a file. Undefined when there is none. */
export function readSepLine(text: string): { delimiter: string; length: number } | undefined {
  const match = /^"?sep=(.)"?(\r\n|\n|\r|$)/i.exec(text.slice(0, 16));
  const delimiter = match?.[1];
  if (match === null || delimiter === undefined || !isDelimiter(delimiter)) return undefined;
  return { delimiter, length: match[0].length };
}

type ShapeOptions = {
  readonly name: string;
  /** What the caller, the name of the file, or a `sep=` line says. */
  readonly told: string | undefined;
  /** Whether only the text's start is given. */
  readonly isCut: boolean;
  readonly isHeaderName: (text: string) => boolean;
};

/**
 * Judges each usual delimiter by what it makes of the first records: known column names first, then how many
 * records have as many cells as the header, then the number of columns. A told delimiter counts, unless it makes one
 * column, or ragged records, where another makes a table.
 */
export function decideShape(text: string, options: ShapeOptions): CsvShape {
  const judged = USUAL_DELIMITERS.map((delimiter) => judge(text, delimiter, options));
  let best = judged[0] as Judged;
  for (const other of judged.slice(1)) if (isBetter(other, best)) best = other;
  if (options.told === undefined || options.told === best.delimiter) return shapeOf(best);
  const told = judge(text, options.told, options);
  const isWrong =
    best.columnCount > 1 &&
    best.raggedShare <= 0.1 &&
    (told.knownCount < best.knownCount ? told.columnCount === 1 || told.raggedShare > 0.5 : told.raggedShare > 0.5);
  if (!isWrong) return shapeOf(told);
  throw fileError(
    'WRONG_DELIMITER',
    fileTexts().wrongDelimiter(options.name, options.told, told.columnCount === 1, best.delimiter),
    fileTexts().wrongDelimiterHint(best.delimiter),
  );
}

type Judged = {
  readonly delimiter: string;
  readonly headerIndex: number;
  readonly knownCount: number;
  readonly columnCount: number;
  /** Of the records below the header; 0 when there is none. */
  readonly raggedShare: number;
};

function judge(text: string, delimiter: string, options: ShapeOptions): Judged {
  const records = splitSample(text, delimiter, options.isCut);
  // A name stands in the file as it was written: with the apostrophe that keeps it from being run as a formula.
  const { index, knownCount } = findHeaderRow(records, (name) => options.isHeaderName(unguardCell(name)));
  const columnCount = records[index]?.length ?? 0;
  const below = records.slice(index + 1);
  const ragged = below.filter((cells) => cells.length !== columnCount).length;
  return {
    delimiter,
    headerIndex: index,
    knownCount,
    columnCount,
    raggedShare: below.length === 0 ? 0 : ragged / below.length,
  };
}

function isBetter(one: Judged, other: Judged): boolean {
  // Where a delimiter leaves no value, the lines are made of it: `,,` is no name of a column.
  if ((one.columnCount === 0) !== (other.columnCount === 0)) return one.columnCount === 0;
  if (one.knownCount !== other.knownCount) return one.knownCount > other.knownCount;
  // One column is no table, while another delimiter makes two.
  if (one.columnCount > 1 !== other.columnCount > 1) return one.columnCount > 1;
  if (one.raggedShare !== other.raggedShare) return one.raggedShare < other.raggedShare;
  return one.columnCount > other.columnCount;
}

function shapeOf(judged: Judged): CsvShape {
  return { delimiter: judged.delimiter, recordsAboveHeader: judged.headerIndex };
}

const SAMPLE_RECORDS = 100;

/**
 * The first records as a careful reader would cut them: for judging only. The last one is left out when the text is
 * cut off, for it may be half a record. Records without a value are left out.
 */
function splitSample(text: string, delimiter: string, isCut: boolean): string[][] {
  const records: string[][] = [];
  let cells: string[] = [];
  let cell = '';
  let isQuoted = false;
  const endRecord = () => {
    cells.push(cell);
    if (cells.some((text) => text.trim() !== '')) records.push(cells);
    cells = [];
    cell = '';
  };
  for (let index = 0; index < text.length && records.length < SAMPLE_RECORDS; index += 1) {
    const sign = text[index] ?? '';
    if (isQuoted) {
      if (sign !== '"') cell += sign;
      else if (text[index + 1] === '"') {
        cell += '"';
        index += 1;
      } else isQuoted = false;
    } else if (sign === '"' && cell === '') isQuoted = true;
    else if (sign === delimiter) {
      cells.push(cell);
      cell = '';
    } else if (sign === '\n' || sign === '\r') {
      if (sign === '\r' && text[index + 1] === '\n') index += 1;
      endRecord();
    } else cell += sign;
  }
  if (records.length < SAMPLE_RECORDS && (!isCut || records.length === 0) && (cell !== '' || cells.length > 0)) {
    endRecord();
  }
  return records;
}
