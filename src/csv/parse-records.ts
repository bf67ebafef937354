import { parse } from 'csv-parse/sync';

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

/** Cells on their way between threads: one text is copied a hundred times as fast as many. */
export type PackedRecords = {
  /** All cells, a NUL between them. */
  readonly text: string;
  /** Of each record. */
  readonly cellCounts: Uint32Array<ArrayBuffer>;
};

/** Undefined when a cell may hold a NUL. */
export function packRecords(records: readonly (readonly string[])[], bytes: Uint8Array): PackedRecords | undefined {
  if (bytes.includes(0)) return undefined;
  const cellCounts = new Uint32Array(records.length);
  for (let index = 0; index < records.length; index += 1) cellCounts[index] = records[index]?.length ?? 0;
  return { text: records.map((cells) => cells.join('\0')).join('\0'), cellCounts };
}

export function unpackRecords({ text, cellCounts }: PackedRecords): string[][] {
  const all = text.split('\0');
  const records: string[][] = [];
  let next = 0;
  for (const cellCount of cellCounts) {
    records.push(all.slice(next, next + cellCount));
    next += cellCount;
  }
  return records;
}
