import { stringify } from 'csv-stringify/sync';
import { assert } from '../base/errors.ts';
import { guardCell } from './formula-guard.ts';

/** How CSV is written. */
export type CsvDialect = {
  readonly delimiter: string;
  readonly lineEnding: '\n' | '\r\n';
  readonly withByteOrderMark: boolean;
  /** Cells as they stand, without formula guards and without Excel's `="…"`. */
  readonly raw: boolean;
  /** Writes what Excel would change on opening as `="…"`: a formula whose value is that text. */
  readonly keepsExcelText?: boolean;
};

/**
 * Records with their line ends. Quotes only where RFC 4180 or a careless reader needs them. With `hasHeader` the
 * first row holds the column names, off which a reader finds the delimiter: those with a usual one are quoted.
 */
export function formatCsvRows(rows: readonly (readonly string[])[], dialect: CsvDialect, hasHeader: boolean): string {
  const [first, ...others] = hasHeader ? rows : [];
  if (first === undefined) return formatRows(rows, dialect, SPACE_AT_AN_END, dialect.keepsExcelText ?? false);
  return (
    formatRows([first], dialect, HEADER_QUOTED, false) +
    formatRows(others, dialect, SPACE_AT_AN_END, dialect.keepsExcelText ?? false)
  );
}

function formatRows(
  rows: readonly (readonly string[])[],
  dialect: CsvDialect,
  quoted: RegExp[],
  keepsExcelText: boolean,
): string {
  const pieces: string[] = [];
  /** Rows that need a closer look, between those that need none. */
  let others: (readonly string[])[] = [];
  const writeOthers = (): void => {
    if (others.length > 0) pieces.push(formatClosely(others, dialect, quoted, keepsExcelText));
    others = [];
  };
  const delimiter = dialect.delimiter.charCodeAt(0);
  for (const cells of rows) {
    // Nothing at all would be a blank line, which readers skip.
    assert(cells.length > 0, 'a CSV row has a cell');
    const line = cells.join(dialect.delimiter);
    if (quoted === SPACE_AT_AN_END && !keepsExcelText && isPlainLine(line, delimiter, cells.length)) {
      writeOthers();
      pieces.push(line, dialect.lineEnding);
    } else others.push(cells);
  }
  writeOthers();
  return pieces.join('');
}

function formatClosely(
  rows: readonly (readonly string[])[],
  dialect: CsvDialect,
  quoted: RegExp[],
  keepsExcelText: boolean,
): string {
  const { delimiter } = dialect;
  const toCell = keepsExcelText
    ? (text: string) => (isChangedByExcel(text) ? `="${text}"` : guardCell(text, delimiter))
    : (text: string) => guardCell(text, delimiter);
  return stringify(dialect.raw ? [...rows] : rows.map((cells) => cells.map(toCell)), {
    delimiter,
    record_delimiter: dialect.lineEnding,
    quoted_empty: rows.some((cells) => cells.length === 1),
    quoted_match: quoted,
  });
}

/**
 * Whether csv-stringify would write the cells of this line as they stand. True only for what is plain beyond doubt:
 * cells of letters, digits, Chinese characters and signs that mean nothing, with no space at an end. Nine of ten rows
 * of a large file are so; csv-stringify takes 9 µs for a row, this look 0.2 µs.
 */
function isPlainLine(line: string, delimiter: number, cellCount: number): boolean {
  // A row of one cell may be blank.
  if (cellCount === 1) return false;
  let delimiterCount = 0;
  let previous = delimiter;
  for (let index = 0; index < line.length; index += 1) {
    const code = line.charCodeAt(index);
    if (code === delimiter) {
      if (previous === SPACE) return false;
      delimiterCount += 1;
    } else if (code < 128) {
      const kind = KINDS[code];
      if (kind === SUSPECT || (kind === SUSPECT_AT_START && previous === delimiter)) return false;
    } else if ((code < 0x3400 || code > 0x9fff) && code !== ELLIPSIS) return false;
    previous = code;
  }
  return previous !== SPACE && delimiterCount === cellCount - 1;
}

const SPACE = 0x20;
/** `…` stands in `result_for` of every row. */
const ELLIPSIS = 0x2026;
const SUSPECT = 1;
const SUSPECT_AT_START = 2;
/** Of ASCII: what is quoted or guarded wherever it stands, and what only at the start of a cell. */
const KINDS = new Uint8Array(128);
for (let code = 0; code < 0x20; code += 1) KINDS[code] = SUSPECT;
// The delimiters of other locales are among them: a formula may follow.
for (const sign of '"\',;\x7f') KINDS[sign.charCodeAt(0)] = SUSPECT;
for (const sign of ' =+-@') KINDS[sign.charCodeAt(0)] = SUSPECT_AT_START;

/**
 * What Excel, when it opens a CSV file, makes another value of, and saves as that: leading zeros and plus signs are
 * lost, digits from the 16th on become zeros, 12 and more are shown and saved as 8.01E+17, dates get the form of the
 * country. `="…"` keeps the text; saved again it comes as plain text, which we read as well.
 */
function isChangedByExcel(text: string): boolean {
  if (text.length < 2 || text.length > 64) return false;
  const first = text.charCodeAt(0);
  if (first !== 0x2b && (first < 0x30 || first > 0x39)) return false;
  return CHANGED_BY_EXCEL.test(text);
}

const CHANGED_BY_EXCEL =
  /^(\+[0-9]+|0[0-9]+|[0-9]{12,}|[0-9]+[eE][0-9]+|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{2}(:[0-9]{2})?)?)$/;

/** Many readers trim cells that are not quoted, and a lone CR or LF ends their records. */
const SPACE_AT_AN_END = [/^\s|\s$|[\r\n]/];
const HEADER_QUOTED = [...SPACE_AT_AN_END, /[,;\t|]/];
