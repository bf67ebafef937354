import { zonedDateTime } from '../base/zoned-time.ts';
import type { CsvRow } from '../csv/format-csv.ts';
import { plainLine } from '../csv/plain-line.ts';
import type { RecordBlock, TableForm } from '../csv/table.ts';
import type { ResultColumn } from '../job/columns.ts';
import { chooseFields } from '../job/fetched-fields.ts';
import type { HeaderMatch } from '../job/header-match.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { messageText, readNotChanged } from '../job/member-steps.ts';
import type { RowRecord } from '../ledger/ledger.ts';
import type { FoundRecords } from '../stage/found-records.ts';
import type { StageBlock } from '../stage/stage.ts';
import type { CreditedBefore, StagedRow } from '../stage/staged-row.ts';
import { sharedTexts } from '../texts/shared.ts';
import { resultTexts } from '../texts/tables/result.ts';
import { type NotSentReason, type RowView, viewRow } from './row-view.ts';
import type { SkippedFor } from './taken-back.ts';
import type { RowCause, Tally } from './tally.ts';

/** One row of the result file. */
export type ResultRow = {
  /** A line only where `render` was told that lines are taken. */
  readonly cells: CsvRow;
  readonly status: RowView['status'];
  /** What the person is to correct; '' when nothing is. */
  readonly message: string;
  /** Index of the cell that is to be corrected. */
  readonly badCell?: number | undefined;
};

/** Sees the rows of a result as they are made, for the report. */
export interface RowWatch {
  /** Before the first row; again when the result is made a second time. */
  header(header: readonly string[]): void;
  /** The row's cells, and what the ledger knows of the row. */
  row(cells: readonly string[], records: readonly RowRecord[]): void;
}

/** What of a run stands in its result file, beside the rows. */
export type ResultOf = {
  readonly settings: JobSettings;
  readonly account: string;
  readonly header: readonly string[];
  /** Of the input, which a CSV result is written like. */
  readonly form: TableForm;
  readonly match: HeaderMatch;
  /** `result_run` and `result_for`; '' in a file of `validate`. */
  readonly runId: string;
  readonly resultFor: string;
  readonly found: FoundRecords | undefined;
  readonly notSent: NotSentReason;
  readonly watch?: RowWatch | undefined;
};

/**
 * Makes result rows of staged rows and of what the ledger knows. A pure view, so that a result file can be made
 * again at any time. The tally counts what is written: the numbers of a run are those of its file, always.
 */
export class ResultRows {
  readonly #of: ResultOf;
  readonly #tally: Tally;
  readonly #columns: readonly ResultColumn[];
  readonly #fetched: readonly { readonly field: string; readonly header: string }[];
  readonly #passwordIndex: number | undefined;
  /** Whether all cells of the input are written as they stand. */
  readonly #keepsAll: boolean;
  /** Of a row that was never begun and about which there is nothing to say: the same for all of them. */
  readonly #neverBegun: Result;
  /** The cells of its `result_` columns behind the row's number. */
  readonly #neverBegunCells: readonly string[];
  readonly #delimiter: string;
  /** The same as text that follows the row's number, delimiters included; undefined where lines cannot be used. */
  readonly #neverBegunEnd: string | undefined;

  constructor(of: ResultOf, tally: Tally) {
    this.#of = of;
    this.#tally = tally;
    this.#columns = resultColumns(of.settings);
    this.#fetched = fetchedFields(of.settings);
    this.#passwordIndex = of.match.columns.get('password');
    this.#keepsAll =
      this.#passwordIndex === undefined &&
      of.match.keptIndexes.length === of.header.length &&
      of.match.keptIndexes.every((index, place) => index === place);
    this.#neverBegun = this.#viewed([], [], { run: of.runId, for: of.resultFor });
    this.#neverBegunCells = this.#columns.slice(1).map((column) => this.#neverBegun.values[column] ?? '');
    this.#delimiter = of.form.kind === 'csv' ? of.form.delimiter : ',';
    if (this.#keepsAll && this.#fetched.length === 0)
      this.#neverBegunEnd = plainLine(['0', ...this.#neverBegunCells], this.#delimiter)?.slice(1);
  }

  header(): string[] {
    const { match, header } = this.#of;
    return [
      ...match.keptIndexes.map((index) => header[index] ?? ''),
      ...this.#fetched.map(({ header: name }) => name),
      ...this.#columns.map((column) => `result_${column}`),
    ];
  }

  /**
   * @param records what the ledger holds of each row; a row that is not in the list was never begun
   * @param takenBack see `findTakenBack`
   */
  render(
    { rows, cells }: StageBlock,
    records: readonly (readonly RowRecord[])[],
    takenBack: ReadonlyMap<number, SkippedFor> = new Map(),
  ): ResultRow[] {
    return rows.map((row, index) => {
      const own = records[index] ?? [];
      const result = this.#countedResult(row, cells[index] ?? [], own, takenBack.get(row.rowNumber));
      const written = this.#cellsOf(row, cells[index] ?? [], result);
      this.#of.watch?.row(written, own);
      return this.#rowOf(row, result, written);
    });
  }

  /**
   * The same of rows that were only checked, for a file that takes lines: those about which there is nothing to say are
   * the input's line and the same end for all, where the input's lines are known.
   */
  renderLines({ rows, cells, plainLines }: StageBlock & Pick<RecordBlock, 'plainLines'>): ResultRow[] {
    return rows.map((row, index) => {
      const own = cells[index] ?? [];
      const result = this.#countedResult(row, own, []);
      const line = this.#lineOf(row, own, result, plainLines?.[index]);
      return this.#rowOf(row, result, line ?? this.#cellsOf(row, own, result));
    });
  }

  #countedResult(
    row: StagedRow,
    cells: readonly string[],
    records: readonly RowRecord[],
    takenBack?: SkippedFor,
  ): Result {
    const result = this.#resultOf(row, cells, records, takenBack);
    this.#tally.add(result, causesOf(row, result));
    if (!result.isCarried) {
      for (const { row: asked } of row.targetRows) {
        if (asked.kind === 'topup') this.#tally.addAmounts(amountsOf(asked, records), result);
      }
    }
    return result;
  }

  #cellsOf(row: StagedRow, cells: readonly string[], result: Result): string[] {
    const { values } = result;
    const written = this.#keepsAll && cells.length === this.#of.header.length ? [...cells] : this.#kept(cells);
    if (this.#fetched.length > 0) {
      const fetched = this.#of.found?.read(row.rowNumber);
      for (const { field, header } of this.#fetched) {
        written.push(fetched?.[field] ?? this.#carriedCell(row, cells, header));
      }
    }
    // The first of the columns is `result_row`.
    written.push(String(row.rowNumber));
    if (result === this.#neverBegun) written.push(...this.#neverBegunCells);
    else
      for (let place = 1; place < this.#columns.length; place += 1)
        written.push(values[this.#columns[place] ?? 'row'] ?? '');
    return written;
  }

  #lineOf(row: StagedRow, cells: readonly string[], result: Result, line: string | undefined): string | undefined {
    if (line === undefined || this.#neverBegunEnd === undefined || result !== this.#neverBegun) return undefined;
    // A row with fewer cells than columns is filled up, which its line is not.
    if (cells.length !== this.#of.header.length) return undefined;
    return `${line}${this.#delimiter}${row.rowNumber}${this.#neverBegunEnd}`;
  }

  #rowOf(row: StagedRow, { status, values }: Result, cells: CsvRow): ResultRow {
    return {
      status,
      badCell: row.issues.length === 0 ? undefined : this.#badCell(row),
      message: status === 'done' ? '' : (values.messages ?? ''),
      cells,
    };
  }

  #kept(cells: readonly string[]): string[] {
    return this.#of.match.keptIndexes.map((index) => (index === this.#passwordIndex ? '' : (cells[index] ?? '')));
  }

  /** The first cell of the row that is to be corrected, as an index of the result's cells. */
  #badCell({ issues }: StagedRow): number | undefined {
    const { columns, keptIndexes } = this.#of.match;
    const column = issues.find((issue) => issue.column !== undefined)?.column;
    const index = column === undefined ? -1 : keptIndexes.indexOf(columns.get(column) ?? -1);
    return index < 0 ? undefined : index;
  }

  #resultOf(
    row: StagedRow,
    cells: readonly string[],
    records: readonly RowRecord[],
    takenBack: SkippedFor | undefined,
  ): Result {
    if (row.earlier === 'done' || row.earlier === 'in_doubt') return this.#carried(row.earlier, cells);
    if (records.length === 0 && row.notes === undefined && row.issues.length === 0 && !row.credited) {
      return this.#neverBegun;
    }
    const own = { run: this.#of.runId, for: this.#of.resultFor };
    if (row.issues.length > 0) return invalidResult(row.issues, own);
    if (takenBack) return takenBackResult(takenBack, own);
    if (row.credited) return this.#credited(row, row.credited, own);
    return this.#viewed(records, row.notes ?? [], own);
  }

  /** What the ledger says of a row. */
  #viewed(
    records: readonly RowRecord[],
    notes: readonly string[],
    own: { readonly run: string; readonly for: string },
  ): Result {
    const { settings, notSent } = this.#of;
    const view = viewRow(settings.targets, records, notSent);
    const { status, actions, errorCodes, values } = view;
    const hasTargets = settings.targets.length > 1;
    const name = (target: string, text: string): string => (hasTargets ? `${target}:${text}` : text);
    // Two targets that were not reached for one reason say it once.
    const joined = (codes: readonly string[]): string =>
      codes.length < 2 ? (codes[0] ?? '') : [...new Set(codes)].join(';');
    const messages = view.messages.map(({ target, message }) =>
      status === 'not_sent' ? message : name(target, messageText(message)),
    );
    // Into the view's own values: a copy for every row took longer than all the rest here.
    values.run = own.run;
    values.for = own.for;
    values.status = status;
    values.action = joined(actions.map(({ target, action }) => name(target, action)));
    values.errorCode = joined(errorCodes.map(({ target, errorCode }) => name(target, errorCode)));
    values.messages = told(notes.length === 0 ? messages : [...messages, ...notes]);
    values.attempts = String(view.attempts);
    return {
      status,
      actions: actions.map(({ action }) => action),
      errorCodes: [...new Set(errorCodes.map(({ errorCode }) => errorCode))],
      notChanged: view.messages.flatMap(({ message }) => readNotChanged(message)),
      isCarried: false,
      values,
    };
  }

  /** A row that an earlier run has decided: written as it was. */
  #carried(status: 'done' | 'in_doubt', cells: readonly string[]): Result {
    const values: Partial<Record<ResultColumn, string>> = {};
    for (const column of this.#columns) {
      const index = this.#of.match.earlier[column];
      if (index !== undefined) values[column] = cells[index] ?? '';
    }
    return {
      status,
      actions: [],
      errorCodes: status === 'in_doubt' ? (values.errorCode ?? '').split(';').filter(Boolean) : [],
      isCarried: true,
      values: { ...values, status },
    };
  }

  #credited(
    row: StagedRow,
    { runId, rowNumber, atMs, customerUid = '' }: CreditedBefore,
    own: Result['values'],
  ): Result {
    const when = zonedDateTime(atMs, this.#of.settings.storeZone);
    return {
      status: 'done',
      actions: ['credited_before'],
      errorCodes: [],
      isCarried: false,
      values: {
        ...own,
        status: 'done',
        action: 'credited_before',
        errorCode: '',
        messages: told([resultTexts().creditedBefore(rowNumber, runId, when), ...(row.notes ?? [])]),
        attempts: '0',
        customerUid,
      },
    };
  }

  #carriedCell(row: StagedRow, cells: readonly string[], header: string): string {
    const index = this.#of.match.fetched.get(header);
    return row.earlier === 'done' && index !== undefined ? (cells[index] ?? '') : '';
  }
}

type Result = {
  readonly status: RowView['status'];
  readonly actions: readonly string[];
  readonly errorCodes: readonly string[];
  /** Columns that the row gives and that cannot change on an existing member. */
  readonly notChanged?: readonly string[];
  readonly values: Readonly<Partial<Record<ResultColumn, string>>>;
  /** Whether an earlier run decided the row: it adds nothing to this run's sums. */
  readonly isCarried: boolean;
};

/** Messages of a row, none of them twice: two targets that were not reached for one reason say it once. */
function told(messages: readonly string[]): string {
  return messages.length < 2 ? (messages[0] ?? '') : sharedTexts().sentences([...new Set(messages)]);
}

/** Why the row is not done, for the summary. That a row was not sent has no cause of its own: the run says why. */
function causesOf({ rowNumber, lineNumber, issues }: StagedRow, { status, errorCodes, values }: Result): RowCauses {
  if (status === 'done' || status === 'not_sent') return NO_CAUSES;
  return errorCodes.map((errorCode) => {
    const message = issues.find((issue) => issue.errorCode === errorCode)?.message ?? values.messages ?? '';
    return { errorCode, rowNumber, lineNumber, message };
  });
}

type RowCauses = readonly RowCause[];
const NO_CAUSES: RowCauses = [];

function takenBackResult({ runId, rowNumber }: SkippedFor, own: Result['values']): Result {
  const message = resultTexts().takenBack(rowNumber, runId);
  return invalidResult([{ errorCode: 'CREDITED_BEFORE', message }], own);
}

function invalidResult(
  issues: readonly { readonly errorCode: string; readonly message: string }[],
  own: Result['values'],
): Result {
  const errorCodes = [...new Set(issues.map(({ errorCode }) => errorCode))];
  return {
    status: 'invalid',
    actions: [],
    errorCodes,
    isCarried: false,
    values: {
      ...own,
      status: 'invalid',
      errorCode: errorCodes.join(';'),
      messages: sharedTexts().sentences(issues.map(({ message }) => message)),
      attempts: '0',
    },
  };
}

/** What a row asked for. For a target, the ledger knows the increment that the target came to. */
function amountsOf(
  asked: { readonly pointIncrement: string; readonly balanceIncrement: string },
  records: readonly RowRecord[],
): { pointIncrement: string; balanceIncrement: string } {
  const [record] = records;
  return {
    pointIncrement: record?.pointIncrement || asked.pointIncrement,
    balanceIncrement: record?.balanceIncrement || asked.balanceIncrement,
  };
}

/** The `result_` columns of a run, in the order of CONTRACT §5. */
function resultColumns(settings: JobSettings): readonly ResultColumn[] {
  const columns: ResultColumn[] = ['row', 'status', 'action', 'errorCode', 'messages', 'attempts'];
  if (settings.targets.includes('kybio')) columns.push('customerUid');
  if (settings.targets.includes('wonder')) columns.push('uuid');
  if (settings.fileKinds.includes('topup')) {
    columns.push('balanceBefore', 'balanceAfter', 'pointBefore', 'pointAfter', 'dataChangeTime');
  }
  return [...columns, 'run', 'for'];
}

function fetchedFields(settings: JobSettings): readonly { field: string; header: string }[] {
  if (settings.command !== 'export') return [];
  return settings.targets.flatMap((target) =>
    chooseFields(target, settings.columns).map((field) => ({ field, header: `${target}_${field}` })),
  );
}
