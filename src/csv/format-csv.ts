import { stringify } from 'csv-stringify/sync';
import { assert } from '../base/errors.ts';
import { guardCell } from './formula-guard.ts';
import { plainLine } from './plain-line.ts';

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

/** The cells of a row; or the text of its line, where that is what `plainLine` has made of them. */
export type CsvRow = readonly string[] | string;

/** Whether rows may be given as lines: Excel needs another text of many cells. */
export function takesLines(dialect: CsvDialect): boolean {
  return !dialect.keepsExcelText;
}

/**
 * Records with their line ends. Quotes only where RFC 4180 or a careless reader needs them. With `hasHeader` the
 * first row holds the column names, off which a reader finds the delimiter: those with a usual one are quoted.
 */
export function formatCsvRows(rows: readonly CsvRow[], dialect: CsvDialect, hasHeader: boolean): string {
  const [first, ...others] = hasHeader ? rows : [];
  if (first === undefined) return formatRows(rows, dialect, SPACE_AT_AN_END, dialect.keepsExcelText ?? false);
  return (
    formatRows([first], dialect, HEADER_QUOTED, false) +
    formatRows(others, dialect, SPACE_AT_AN_END, dialect.keepsExcelText ?? false)
  );
}

function formatRows(rows: readonly CsvRow[], dialect: CsvDialect, quoted: RegExp[], keepsExcelText: boolean): string {
  const pieces: string[] = [];
  /** Rows that need a closer look, between those that need none. */
  let others: (readonly string[])[] = [];
  const writeOthers = (): void => {
    if (others.length > 0) pieces.push(formatClosely(others, dialect, quoted, keepsExcelText));
    others = [];
  };
  const mayBePlain = quoted === SPACE_AT_AN_END && !keepsExcelText;
  for (const row of rows) {
    // Nothing at all would be a blank line, which readers skip.
    assert(row.length > 0, 'a CSV row has a cell');
    assert(mayBePlain || typeof row !== 'string', 'no line is given where cells are written in another way');
    const line = typeof row === 'string' ? row : mayBePlain ? plainLine(row, dialect.delimiter) : undefined;
    if (line !== undefined) {
      writeOthers();
      pieces.push(line, dialect.lineEnding);
    } else if (typeof row !== 'string') others.push(row);
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
