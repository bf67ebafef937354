import { DecimalSum, isDecimal, subtractDecimals } from '../base/decimal.ts';
import type { ResultColumn } from '../job/columns.ts';
import { describeMatches, type HeaderMatch, matchHeader } from '../job/header-match.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { RowRecord } from '../ledger/ledger.ts';
import type { RowWatch } from '../result/result-rows.ts';
import type { RowStatus } from '../result/run-document.ts';
import { type AmountSpread, AmountTally } from './amount-spread.ts';
import { type Cause, CauseTally } from './cause-tally.ts';
import { isPersonal, maskCell, maskMessage } from './mask.ts';
import { TimeBuckets, type TimeLine } from './time-buckets.ts';

/** What all rows of a run come to. Sums are exact decimals as text. */
export type RowFacts = {
  readonly causes: readonly Cause[];
  /** Rows in doubt that an earlier run has left: that run decides them. */
  readonly earlierDoubtCount: number;
  readonly columns: ColumnFacts;
  readonly point: AmountFacts;
  readonly balance: AmountFacts;
  readonly largest: readonly LargeChange[];
  readonly timeLine: TimeLine | undefined;
};

export type ColumnFacts = {
  readonly read: readonly { readonly header: string; readonly column: string; readonly firstValue: string }[];
  readonly unused: readonly string[];
  readonly moneyLike: readonly string[];
  readonly unnamedCount: number;
};

/** Of the rows that this run credited, and whose values before and after are known. */
export type AmountFacts = {
  readonly before: string;
  readonly after: string;
  readonly knownCount: number;
  readonly spread: AmountSpread;
};

export type LargeChange = {
  readonly rowNumber: string;
  readonly key: string;
  readonly point: { readonly change: string; readonly before: string; readonly after: string };
  readonly balance: { readonly change: string; readonly before: string; readonly after: string };
};

const LARGEST_SHOWN = 5;

/**
 * Adds up the rows of a result while they pass by, from a run at its end or from its result file. Memory does not
 * grow with the rows.
 */
export class ReportRows implements RowWatch {
  readonly #settings: JobSettings;
  readonly #runId: string;
  readonly #showsPersonal: boolean;
  #match: HeaderMatch | undefined;
  #places: Readonly<Partial<Record<ResultColumn, number>>> = {};
  #personal: readonly (readonly [column: string, index: number])[] = [];
  #causes = new CauseTally();
  #times = new TimeBuckets();
  #amounts = { point: new AmountSums(), balance: new AmountSums() };
  #largest: LargeChange[] = [];
  #earlierDoubtCount = 0;
  #firstCells: readonly string[] = [];

  constructor(of: { readonly settings: JobSettings; readonly runId: string; readonly showsPersonal: boolean }) {
    this.#settings = of.settings;
    this.#runId = of.runId;
    this.#showsPersonal = of.showsPersonal;
  }

  /** Begins anew: a result that could not be written is counted a second time without its file. */
  header(header: readonly string[]): void {
    const { fileKinds, columnMap = {}, targets } = this.#settings;
    const match = matchHeader(header, fileKinds, columnMap, targets[0]);
    this.#match = match;
    this.#places = match.earlier;
    this.#personal = match.matches
      .filter(({ column }) => isPersonal(column))
      .map(({ column, index }) => [column, index]);
    this.#causes = new CauseTally();
    this.#times = new TimeBuckets();
    this.#amounts = { point: new AmountSums(), balance: new AmountSums() };
    this.#largest = [];
    this.#earlierDoubtCount = 0;
    this.#firstCells = [];
  }

  row(cells: readonly string[], records: readonly RowRecord[]): void {
    if (this.#firstCells.length === 0) this.#firstCells = cells;
    for (const record of records) this.record(record);
    const status = this.#cell(cells, 'status') as RowStatus;
    const isOwn = this.#cell(cells, 'run') === this.#runId;
    if (status === 'in_doubt' && !isOwn) this.#earlierDoubtCount += 1;
    if (status !== 'done') this.#addCause(status, cells);
    if (isOwn && status !== 'invalid' && this.#settings.fileKinds.includes('topup')) this.#addAmounts(status, cells);
  }

  /** When the calls of a row were answered, and how many were sent again. */
  record({ state, attempts, updatedMs, intentMs }: RowRecord): void {
    if (state === 'planned') return;
    this.#times.add(intentMs > 0 && state !== 'done' ? intentMs : updatedMs, attempts, Math.max(0, attempts - 1));
  }

  value(): RowFacts {
    const match = this.#match;
    return {
      causes: this.#causes.value(),
      earlierDoubtCount: this.#earlierDoubtCount,
      columns: {
        read: match === undefined ? [] : this.#columnsRead(match),
        unused: match?.unused ?? [],
        moneyLike: match?.moneyLike ?? [],
        unnamedCount: match?.unnamedIndexes.length ?? 0,
      },
      point: this.#amounts.point.value(),
      balance: this.#amounts.balance.value(),
      largest: this.#largest,
      timeLine: this.#times.value(),
    };
  }

  #columnsRead(match: HeaderMatch): ColumnFacts['read'] {
    return describeMatches(match, this.#firstCells).map((read) => ({
      ...read,
      firstValue: this.#showsPersonal ? read.firstValue : maskCell(read.column, read.firstValue),
    }));
  }

  #addCause(status: RowStatus, cells: readonly string[]): void {
    const errorCodes = this.#cell(cells, 'errorCode').split(';').filter(Boolean);
    // What was planned so is no cause: the day's calls were used up, or the run was stopped before the row.
    if (status === 'not_sent' && errorCodes.every((code) => PLANNED_ENDS.test(code))) return;
    this.#causes.add(
      {
        status,
        errorCodes,
        message: this.#cell(cells, 'messages'),
        rowNumber: this.#cell(cells, 'row'),
        key: this.#keyOf(cells),
      },
      (message) => (this.#showsPersonal ? message : maskMessage(message, this.#personalCells(cells))),
    );
  }

  #personalCells(cells: readonly string[]): (readonly [string, string])[] {
    return this.#personal.map(([column, index]) => [column, cells[index] ?? '']);
  }

  #addAmounts(status: RowStatus, cells: readonly string[]): void {
    const point = this.#changeOf(cells, 'point');
    const balance = this.#changeOf(cells, 'balance');
    this.#amounts.point.add(point, status === 'done');
    this.#amounts.balance.add(balance, status === 'done');
    if (status !== 'done' || !isLarger(point, balance, this.#largest.at(-1), this.#largest.length)) return;
    const change = { rowNumber: this.#cell(cells, 'row'), key: this.#keyOf(cells), point, balance };
    this.#largest.push(change);
    this.#largest.sort(byLargest);
    this.#largest.length = Math.min(this.#largest.length, LARGEST_SHOWN);
  }

  /** For a target, the change is what came between the two readings. */
  #changeOf(cells: readonly string[], name: 'point' | 'balance'): LargeChange['point'] {
    const before = this.#cell(cells, `${name}Before`);
    const after = this.#cell(cells, `${name}After`);
    const index = this.#match?.columns.get(`${name}Increment`);
    const given = index === undefined ? '' : (cells[index] ?? '').trim();
    const isKnown = isDecimal(before) && isDecimal(after);
    const change = isDecimal(given) ? given : isKnown ? subtractDecimals(after, before) : '0';
    return isKnown ? { change, before, after } : { change, before: '', after: '' };
  }

  /** The member or customer: the first key that the row gives. */
  #keyOf(cells: readonly string[]): string {
    for (const column of KEYS) {
      const index = this.#match?.columns.get(column);
      const value = index === undefined ? '' : (cells[index] ?? '').trim();
      if (value !== '') return value;
    }
    return '';
  }

  #cell(cells: readonly string[], column: ResultColumn): string {
    const index = this.#places[column];
    return index === undefined ? '' : (cells[index] ?? '');
  }
}

const KEYS = ['number', 'reference_number', 'customerUid', 'uuid'];
const PLANNED_ENDS = /(^|:)(QUOTA_EXHAUSTED|STOPPED)$/;

class AmountSums {
  readonly #before = new DecimalSum();
  readonly #after = new DecimalSum();
  readonly #spread = new AmountTally();
  #knownCount = 0;

  add({ change, before, after }: LargeChange['point'], isDone: boolean): void {
    this.#spread.add(change);
    if (!isDone || before === '') return;
    this.#before.add(before);
    this.#after.add(after);
    this.#knownCount += 1;
  }

  value(): AmountFacts {
    return {
      before: this.#before.value(),
      after: this.#after.value(),
      knownCount: this.#knownCount,
      spread: this.#spread.value(),
    };
  }
}

/** Cheap for the many rows that change less than those that are kept. */
function isLarger(
  point: LargeChange['point'],
  balance: LargeChange['balance'],
  last: LargeChange | undefined,
  keptCount: number,
): boolean {
  if (sizeOf(point.change, balance.change) === 0) return false;
  if (keptCount < LARGEST_SHOWN || last === undefined) return true;
  return sizeOf(point.change, balance.change) > sizeOf(last.point.change, last.balance.change);
}

/** Only to find the largest: the amounts that are shown stay exact. */
function sizeOf(point: string, balance: string): number {
  return Math.max(Math.abs(Number(point)), Math.abs(Number(balance)));
}

function byLargest(left: LargeChange, right: LargeChange): number {
  const difference = sizeOf(right.point.change, right.balance.change) - sizeOf(left.point.change, left.balance.change);
  return difference || Number(left.rowNumber) - Number(right.rowNumber);
}
