import { parse } from 'csv-parse/sync';
import { plainLine } from './plain-line.ts';

/** What the scanner has seen of records, for the parser. */
export type ParseOptions = {
  readonly delimiter: string;
  /** What ends every record; undefined when they differ. */
  readonly lineEnding: '\n' | '\r\n' | undefined;
  /** Whether a cell is Excel's `="…"` without quotes around it. */
  readonly hasTextFormula: boolean;
};

/** Takes whole records in UTF-8 apart. */
export function parseRecords(bytes: Uint8Array, { delimiter, lineEnding, hasTextFormula }: ParseOptions): string[][] {
  return parse(bytes, {
    delimiter,
    // One line end is found faster than three.
    record_delimiter: lineEnding ?? ['\r\n', '\n', '\r'],
    relax_column_count: true,
    skip_empty_lines: true,
    // The scanner has let pass only the quotes of `="…"`.
    relax_quotes: hasTextFormula,
    // Where no quote is, the parser need not look for one at every byte.
    ...(!bytes.includes(QUOTE) && { quote: null, escape: null }),
  });
}

const QUOTE = 0x22;

/** Records that were taken apart. */
export type ParsedRecords = {
  readonly cells: string[][];
  /** Of each record what `plainLine` makes of its cells; undefined where nobody has looked. */
  readonly plainLines?: (string | undefined)[] | undefined;
};

/** Records on their way between threads: one text is copied a hundred times as fast as many. */
export type PackedRecords = {
  /** All plain lines, one behind the other. */
  readonly plainLines: string;
  /** Where the line of each record ends; a record without one ends where the one before it does. */
  readonly plainLineEnds: Uint32Array<ArrayBuffer>;
  /** All cells of the other records, a NUL between them. */
  readonly otherCells: string;
  /** Of each of the other records. */
  readonly otherCellCounts: Uint32Array<ArrayBuffer>;
};

/** Undefined when a cell may hold a NUL. */
export function packRecords(
  records: readonly (readonly string[])[],
  bytes: Uint8Array,
  delimiter: string,
): PackedRecords | undefined {
  if (bytes.includes(0)) return undefined;
  const plainLines: string[] = [];
  const plainLineEnds = new Uint32Array(records.length);
  const others: string[] = [];
  const otherCellCounts: number[] = [];
  let end = 0;
  for (const [index, cells] of records.entries()) {
    const line = plainLine(cells, delimiter);
    if (line !== undefined) {
      plainLines.push(line);
      end += line.length;
    } else {
      others.push(cells.join('\0'));
      otherCellCounts.push(cells.length);
    }
    plainLineEnds[index] = end;
  }
  return {
    plainLines: plainLines.join(''),
    plainLineEnds,
    otherCells: others.join('\0'),
    otherCellCounts: Uint32Array.from(otherCellCounts),
  };
}

export function unpackRecords(packed: PackedRecords, delimiter: string): ParsedRecords {
  const { plainLineEnds, otherCellCounts } = packed;
  const otherCells = packed.otherCells.split('\0');
  const cells: string[][] = [];
  const plainLines: (string | undefined)[] = [];
  let [start, other, otherCell] = [0, 0, 0];
  for (const end of plainLineEnds) {
    // A plain line has a delimiter: it is never empty.
    const line = end === start ? undefined : packed.plainLines.slice(start, end);
    start = end;
    plainLines.push(line);
    if (line !== undefined) {
      // No delimiter in it is part of a cell.
      cells.push(line.split(delimiter));
      continue;
    }
    const next = otherCell + (otherCellCounts[other++] ?? 0);
    cells.push(otherCells.slice(otherCell, next));
    otherCell = next;
  }
  return { cells, plainLines };
}
