import { openCsv } from '../csv/read-csv.ts';
import { type CheckedRow, checkRow } from '../job/check-row.ts';
import { type HeaderMatch, matchHeader } from '../job/header-match.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { wrongColumnCount, wrongColumnCountEarlier } from '../job/validate-row.ts';

/** One record of the input, read and checked; the same in every pass over the file. */
export type InputRow = {
  readonly rowNumber: number;
  readonly lineNumber: number;
  readonly cells: readonly string[];
  /** The status that an earlier result file gives the row, when that settles it. */
  readonly earlier: EarlierStatus | undefined;
  readonly checked: CheckedRow;
};

/**
 * Done rows are not sent again, those in doubt wait for a person; those not sent or failed may be done by the
 * `resume` of a run that is not finished.
 */
export type EarlierStatus = 'done' | 'in_doubt' | 'not_sent' | 'failed';

export type InputFile = {
  readonly header: readonly string[];
  readonly match: HeaderMatch;
  readonly delimiter: string;
  readonly lineEnding: '\n' | '\r\n';
  readonly encoding: string;
  readonly hasByteOrderMark: boolean;
  readonly rows: AsyncIterable<InputRow>;
  /** Of the file's bytes; known once all rows were read. */
  sha256(): string;
  /** For a caller that does not read the rows. */
  close(): Promise<void>;
};

/**
 * Opens one pass over an input file.
 *
 * @throws OperatorError (exit 3) for whatever cannot be read as asked, also from `rows`
 */
export async function openInput(path: string, settings: JobSettings): Promise<InputFile> {
  const csv = await openCsv(path, {
    raw: settings.raw,
    ...(settings.encoding !== undefined && { encoding: settings.encoding }),
    ...(settings.delimiter !== undefined && { delimiter: settings.delimiter }),
  });
  const match = matchHeader(csv.header, settings.fileKinds, settings.columnMap ?? {}, settings.targets[0]);
  return {
    header: csv.header,
    match,
    delimiter: csv.delimiter,
    lineEnding: csv.lineEnding,
    encoding: csv.encoding,
    hasByteOrderMark: csv.hasByteOrderMark,
    rows: readRows(csv.rows, match, settings),
    sha256: () => csv.sha256(),
    close: () => csv.close(),
  };
}

async function* readRows(
  rows: Awaited<ReturnType<typeof openCsv>>['rows'],
  match: HeaderMatch,
  settings: JobSettings,
): AsyncGenerator<InputRow> {
  for await (const { rowNumber, lineNumber, cells, columnCountError } of rows) {
    const earlier = earlierStatus(cells, match);
    const wrongCount = columnCountError
      ? wrongColumnCount(columnCountError.expected, columnCountError.actual)
      : wasRagged(cells, match)
        ? wrongColumnCountEarlier()
        : undefined;
    const checked: CheckedRow = wrongCount
      ? { isValid: false, issues: [wrongCount] }
      : checkRow(settings, cells, match);
    yield { rowNumber, lineNumber, cells, earlier, checked };
  }
}

const EARLIER: readonly EarlierStatus[] = ['done', 'in_doubt', 'not_sent', 'failed'];

function earlierStatus(cells: readonly string[], match: HeaderMatch): EarlierStatus | undefined {
  const status = earlierCell(cells, match.earlier.status);
  return EARLIER.find((known) => known === status);
}

function wasRagged(cells: readonly string[], match: HeaderMatch): boolean {
  const isInvalid = earlierCell(cells, match.earlier.status) === 'invalid';
  return isInvalid && earlierCell(cells, match.earlier.errorCode) === 'WRONG_COLUMN_COUNT';
}

/** What an earlier result file says of the row in one of its columns. */
export function earlierCell(cells: readonly string[], index: number | undefined): string | undefined {
  return index === undefined ? undefined : cells[index]?.trim();
}
