import { DecimalSum } from '../base/decimal.ts';
import { assert } from '../base/errors.ts';
import type { Cause } from './causes.ts';
import { ACTIONS, type RowStatus, type RowStatusCount, type Total } from './run-document.ts';

type AmountName = 'pointIncrement' | 'balanceIncrement';
type Amounts = Readonly<Record<AmountName, string>>;
export type RowCause = { readonly errorCode: string } & Cause['example'];

/** Counts rows as they are written to the result file: the numbers of a run are the file's, always. */
export class Tally {
  readonly #rows: Record<RowStatusCount, number> = {
    read: 0,
    done: 0,
    doneBefore: 0,
    invalid: 0,
    failed: 0,
    in_doubt: 0,
    not_sent: 0,
  };
  readonly #actions = new Map<string, number>(ACTIONS.map((action) => [action, 0]));
  readonly #errorCodes = new Map<string, number>();
  readonly #notChanged = new Map<string, number>();
  readonly #causes = new Map<string, Cause>();
  readonly #totals: Record<AmountName, Record<keyof Total, DecimalSum>> = {
    pointIncrement: { asked: new DecimalSum(), applied: new DecimalSum(), in_doubt: new DecimalSum() },
    balanceIncrement: { asked: new DecimalSum(), applied: new DecimalSum(), in_doubt: new DecimalSum() },
  };

  /** `causes`: of a row that is invalid, failed or in doubt: why, each cause once. */
  add(
    row: {
      readonly status: RowStatus;
      readonly actions: readonly string[];
      readonly errorCodes: readonly string[];
      /** Decided by an earlier run. */
      readonly isCarried?: boolean;
      readonly notChanged?: readonly string[];
    },
    causes: readonly RowCause[] = [],
  ): void {
    this.#rows.read += 1;
    this.#rows[row.status] += 1;
    if (row.isCarried && row.status === 'done') this.#rows.doneBefore += 1;
    for (const cause of causes) this.#addCause(cause);
    for (const name of row.notChanged ?? []) this.#notChanged.set(name, (this.#notChanged.get(name) ?? 0) + 1);
    for (const action of row.actions) this.#actions.set(action, (this.#actions.get(action) ?? 0) + 1);
    for (const code of row.errorCodes) this.#errorCodes.set(code, (this.#errorCodes.get(code) ?? 0) + 1);
  }

  /** Planned actions, by name; a plan's other counts are not actions. */
  addActions(actions: ReadonlyMap<string, number>): void {
    for (const [action, count] of actions) {
      if (this.#actions.has(action)) this.#actions.set(action, (this.#actions.get(action) ?? 0) + count);
    }
  }

  /** A row that the send found credited before is done without money of its own: its amounts are asked, not applied. */
  addAmounts(amounts: Amounts, row: { readonly status: RowStatus; readonly actions: readonly string[] }): void {
    const { status, actions } = row;
    const isApplied = status === 'done' && !actions.includes('credited_before');
    for (const name of ['pointIncrement', 'balanceIncrement'] as const) {
      const total = this.#totals[name];
      total.asked.add(amounts[name]);
      if (isApplied) total.applied.add(amounts[name]);
      if (status === 'in_doubt') total.in_doubt.add(amounts[name]);
    }
  }

  get rows(): Readonly<Record<RowStatusCount, number>> {
    const { read, done, invalid, failed, in_doubt, not_sent } = this.#rows;
    assert(
      read === done + invalid + failed + in_doubt + not_sent,
      `row counts do not add up: ${JSON.stringify(this.#rows)}`,
    );
    return { ...this.#rows };
  }

  get actions(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#actions);
  }

  get errorCodes(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#errorCodes);
  }

  #addCause({ errorCode, rowNumber, lineNumber, message }: RowCause): void {
    const { rowCount, example } = this.#causes.get(errorCode) ?? {
      rowCount: 0,
      example: { rowNumber, lineNumber, message },
    };
    this.#causes.set(errorCode, { errorCode, rowCount: rowCount + 1, example });
  }

  /** The most frequent first. Their messages may show a name or a phone: they are for the screen, not for the ledger. */
  get causes(): readonly Cause[] {
    return [...this.#causes.values()].sort((left, right) => right.rowCount - left.rowCount);
  }

  get notChanged(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#notChanged);
  }

  get totals(): Readonly<Record<AmountName, Total>> {
    const value = ({ asked, applied, in_doubt }: Record<keyof Total, DecimalSum>): Total => ({
      asked: asked.value(),
      applied: applied.value(),
      in_doubt: in_doubt.value(),
    });
    return {
      pointIncrement: value(this.#totals.pointIncrement),
      balanceIncrement: value(this.#totals.balanceIncrement),
    };
  }
}
