import { openCsvWriter } from '../csv/write-csv.ts';
import { type InputFile, type InputRow, openInput } from '../intake/read-rows.ts';
import { issuesOf, type Scan } from '../intake/scan.ts';
import type { ResultColumn } from '../job/columns.ts';
import { chooseFields } from '../job/fetched-fields.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { RowRecord } from '../ledger/ledger.ts';
import { BegunRows } from '../stage/begun-rows.ts';
import type { FoundRecords } from '../stage/found-records.ts';
import { type NotSentReason, type RowView, viewRow } from './row-view.ts';
import { Tally } from './tally.ts';

/**
 * Writes the result file: a view of the input and the ledger, rebuilt at will, so that a crash while it is
 * being written loses nothing. Its counts are the run's counts.
 */
export async function writeResult(parts: {
  inputPath: string;
  resultPath: string;
  settings: JobSettings;
  scan: Scan;
  records: Iterable<RowRecord>;
  found: FoundRecords | undefined;
  notSent: NotSentReason;
}): Promise<Tally> {
  const { settings, scan } = parts;
  const input = await openInput(parts.inputPath, settings);
  const columns = resultColumns(settings);
  const fetched = fetchedFields(settings);
  const writer = await openCsvWriter(parts.resultPath, {
    delimiter: input.delimiter,
    lineEnding: input.lineEnding,
    // Excel needs the mark to read UTF-8; a file that came in another encoding came from it.
    withByteOrderMark: input.hasByteOrderMark || input.encoding !== 'utf-8',
    raw: settings.raw,
  });
  const tally = new Tally();
  const begun = new BegunRows(parts.records);
  try {
    const kept = input.match.keptIndexes;
    await writer.write([
      ...kept.map((index) => input.header[index] ?? ''),
      ...fetched.map(({ header }) => header),
      ...columns.map((column) => `result_${column}`),
    ]);
    const passwordIndex = input.match.columns.get('password');
    for await (const row of input.rows) {
      const result = resultOf(row, input, settings, scan, begun.of(row.rowNumber), parts.notSent);
      countRow(tally, row, result);
      const found = parts.found?.read(row.rowNumber);
      await writer.write([
        ...kept.map((index) => (index === passwordIndex ? '' : (row.cells[index] ?? ''))),
        ...fetched.map(({ field, header }) => found?.[field] ?? carriedCell(row, input, header)),
        ...columns.map((column) => result.values[column] ?? ''),
      ]);
    }
    await writer.commit();
    return tally;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

type Result = {
  readonly status: RowView['status'];
  readonly actions: readonly string[];
  readonly errorCodes: readonly string[];
  readonly values: Readonly<Partial<Record<ResultColumn, string>>>;
  /** Whether an earlier run decided the row: it is written as it was, and adds nothing to this run's sums. */
  readonly isCarried: boolean;
};

function resultOf(
  row: InputRow,
  input: InputFile,
  settings: JobSettings,
  scan: Scan,
  records: readonly RowRecord[],
  notSent: NotSentReason,
): Result {
  if (row.earlier === 'done' || row.earlier === 'in_doubt') return carriedResult(row, row.earlier, input);
  const issues = issuesOf(row, settings, scan.seenKeys);
  if (issues.length > 0) {
    const errorCodes = [...new Set(issues.map((issue) => issue.errorCode))];
    return {
      status: 'invalid',
      actions: [],
      errorCodes,
      isCarried: false,
      values: {
        row: String(row.rowNumber),
        status: 'invalid',
        errorCode: errorCodes.join(';'),
        messages: issues.map((issue) => issue.message).join(' '),
        attempts: '0',
      },
    };
  }
  const view = viewRow(settings.targets, records, notSent);
  const isNotSent = view.status === 'not_sent';
  const name = (target: string, text: string): string => (settings.targets.length > 1 ? `${target}:${text}` : text);
  // Two targets that were not reached for one reason say it once.
  const distinct = <T>(items: readonly T[], text: (item: T) => string): string[] => [...new Set(items.map(text))];
  return {
    status: view.status,
    actions: view.actions.map(({ action }) => action),
    errorCodes: distinct(view.errorCodes, ({ errorCode }) => errorCode),
    isCarried: false,
    values: {
      ...view.values,
      row: String(row.rowNumber),
      status: view.status,
      action: distinct(view.actions, ({ target, action }) => name(target, action)).join(';'),
      errorCode: distinct(view.errorCodes, ({ target, errorCode }) => name(target, errorCode)).join(';'),
      messages: distinct(view.messages, ({ target, message }) => (isNotSent ? message : name(target, message))).join(
        ' ',
      ),
      attempts: String(view.attempts),
    },
  };
}

function carriedResult(row: InputRow, status: 'done' | 'in_doubt', input: InputFile): Result {
  const values: Partial<Record<ResultColumn, string>> = {};
  for (const [column, index] of Object.entries(input.match.earlier)) {
    values[column as ResultColumn] = row.cells[index] ?? '';
  }
  return {
    status,
    actions: [],
    errorCodes: status === 'in_doubt' ? (values.errorCode ?? '').split(';').filter(Boolean) : [],
    isCarried: true,
    values: { ...values, row: String(row.rowNumber) },
  };
}

function carriedCell(row: InputRow, input: InputFile, header: string): string {
  const index = input.match.fetched.get(header);
  return row.earlier === 'done' && index !== undefined ? (row.cells[index] ?? '') : '';
}

function countRow(tally: Tally, row: InputRow, result: Result): void {
  tally.add(result);
  if (result.isCarried || result.status === 'invalid' || !row.checked.isValid) return;
  for (const { row: targetRow } of row.checked.targetRows) {
    if (targetRow.kind === 'topup') tally.addAmounts(targetRow, result.status);
  }
}

/** The `result_` columns of a run, in the order of CONTRACT §5. */
function resultColumns(settings: JobSettings): readonly ResultColumn[] {
  const columns: ResultColumn[] = ['row', 'status', 'action', 'errorCode', 'messages', 'attempts'];
  if (settings.targets.includes('kybio')) columns.push('customerUid');
  if (settings.targets.includes('wonder')) columns.push('uuid');
  if (settings.fileKinds.includes('topup')) {
    columns.push('balanceBefore', 'balanceAfter', 'pointBefore', 'pointAfter', 'dataChangeTime');
  }
  return columns;
}

function fetchedFields(settings: JobSettings): readonly { field: string; header: string }[] {
  if (settings.command !== 'export') return [];
  return settings.targets.flatMap((target) =>
    chooseFields(target, settings.columns).map((field) => ({ field, header: `${target}_${field}` })),
  );
}
