export type TableOptions = {
  /** As a user writes it. Undefined: found by looking at the bytes. */
  readonly encoding?: string | undefined;
  /** As a user writes it: one ASCII sign or `tab`. Undefined: found by looking at the first lines. */
  readonly delimiter?: string | undefined;
  /** 1-based line (of a sheet: row) that holds the column names. Undefined: found by `isHeaderName`. */
  readonly headerRow?: number | undefined;
  /** The sheet of a workbook. Undefined: the first one. */
  readonly sheet?: string | undefined;
  /** Cells as they stand, without taking formula guards and Excel's `="…"` away. */
  readonly raw: boolean;
  /** Whether a cell text is a known column name: finds the header below title rows, and tells encodings apart. */
  isHeaderName(text: string): boolean;
  /** Whether `sha256()` will be asked. */
  readonly wantsDigest?: boolean | undefined;
  /** Ends a wait for bytes: the blocks then throw the signal's reason. */
  readonly signal?: AbortSignal | undefined;
};

/** The sheets of a result as a workbook. `toCorrect` repeats rows of `rows`; only those are read again. */
export const RESULT_SHEETS = { rows: 'result', toCorrect: 'to correct', summary: 'summary' } as const;

export type TableForm =
  | {
      readonly kind: 'csv';
      readonly delimiter: string;
      readonly lineEnding: '\n' | '\r\n';
      readonly encoding: string;
      readonly hasByteOrderMark: boolean;
    }
  | { readonly kind: 'xlsx'; readonly sheet: string };

/** A file's header and rows, read once. */
export type Table = {
  /** Trimmed names; '' for a column without a name. Nameless columns at the right end are not among them. */
  readonly header: readonly string[];
  /** The encoding of a file that begins in plain ASCII may turn out only later: ask when the rows are read. */
  readonly form: TableForm;
  /** One sentence each for the person: what was chosen and why, what was left out. Complete once all rows were read. */
  notes(): readonly string[];
  /** To be iterated once. Ending it, early or not, closes the file. Throws `fileError`s where the file is bad. */
  readonly blocks: AsyncIterable<RecordBlock>;
  /** Of the file's bytes, in hex: once all blocks were read, and only when `wantsDigest` was set. */
  sha256(): string;
  /** For a caller that does not iterate the blocks. */
  close(): Promise<void>;
};

/** Records that follow each other; those without any value are not among them and not counted. Never empty. */
export type RecordBlock = {
  /** 1-based record after the header of the block's first record. */
  readonly firstRowNumber: number;
  /** 1-based line (of a sheet: row) on which each record starts. */
  readonly lineNumbers: readonly number[];
  /** As many cells as the record has: not padded, not cut. */
  readonly cells: string[][];
  /** Of a CSV file: what `plainLine` makes of each record's cells; undefined where nobody has looked. */
  readonly plainLines?: readonly (string | undefined)[] | undefined;
  /** Index in the block → what is wrong with the record's shape. */
  readonly columnCountErrors: ReadonlyMap<number, ColumnCountError>;
  /** Only of workbooks: index in the block → index of the column → what a spreadsheet has done to the cell. */
  readonly damage?: ReadonlyMap<number, ReadonlyMap<number, CellDamage>>;
};

export type ColumnCountError = { readonly expected: number; readonly actual: number };

/** A number of more than 15 digits, of which a spreadsheet has lost the rest. */
export type CellDamage = 'EXCEL_DAMAGED';
