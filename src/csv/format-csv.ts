import { stringify } from 'csv-stringify/sync';
import { assert } from '../base/errors.ts';
import { guardCell } from './formula-guard.ts';

export type CsvFormat = {
  readonly delimiter: string;
  /** Cells as they stand, without formula guards. */
  readonly raw: boolean;
  /** The first row of a file, off which a reader finds the delimiter: names that contain a usual one are quoted. */
  readonly isHeader?: boolean;
};

/** One record, without its line end. Quotes only where RFC 4180 or a careless reader needs them. */
export function formatCsvRow(cells: readonly string[], format: CsvFormat): string {
  // Nothing at all would be a blank line, which readers skip.
  assert(cells.length > 0, 'a CSV row has a cell');
  return stringify([format.raw ? cells : cells.map((cell) => guardCell(cell, format.delimiter))], {
    delimiter: format.delimiter,
    eof: false,
    quoted_empty: cells.length === 1,
    quoted_match: format.isHeader ? HEADER_QUOTED : SPACE_AT_AN_END,
  });
}

/** Many readers trim cells that are not quoted. */
const SPACE_AT_AN_END = [/^\s|\s$/];
const HEADER_QUOTED = [...SPACE_AT_AN_END, /[,;\t|]/];
