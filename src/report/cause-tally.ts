import type { RowStatus } from '../result/run-document.ts';
import { columnsOfMessage } from './mask.ts';

/** Why rows did not end as they should, one entry for each status and code. */
export type Cause = {
  readonly status: Exclude<RowStatus, 'done'>;
  /** As in `result_errorCode`, without the target. */
  readonly errorCode: string;
  readonly rowCount: number;
  /** Columns that the messages name, the most frequent first. */
  readonly columns: readonly { readonly name: string; readonly rowCount: number }[];
  readonly example: { readonly rowNumber: string; readonly key: string; readonly message: string };
  /** The first rows of the cause; `rowCount` says how many there are. */
  readonly rowNumbers: readonly string[];
};

type CauseRow = {
  readonly status: RowStatus;
  readonly errorCodes: readonly string[];
  readonly message: string;
  readonly rowNumber: string;
  /** Which member or customer the row is about, for a person. */
  readonly key: string;
};

type Group = {
  readonly status: Cause['status'];
  readonly errorCode: string;
  rowCount: number;
  readonly columns: Map<string, number>;
  example: Cause['example'];
  isExampleAlone: boolean;
  readonly rowNumbers: string[];
};

/** A vendor could give a code of its own to each row: what comes later is counted together. */
const GROUPS_MAX = 60;
const COLUMNS_MAX = 40;
const ROW_NUMBERS_MAX = 10;

/** Counts causes while rows pass by. Memory does not grow with the rows. */
export class CauseTally {
  readonly #groups = new Map<string, Group>();

  /** @param show makes the texts of an example; asked only for rows that become one */
  add(row: CauseRow, show: (message: string) => string): void {
    if (row.status === 'done') return;
    const codes = row.errorCodes.length === 0 ? [''] : row.errorCodes;
    // A message has one sentence for each fault, in the order of the codes.
    const parts = codes.length === 1 ? [] : columnsOfMessage(row.message);
    for (const [index, errorCode] of codes.entries()) {
      const message = (parts.length === codes.length && parts[index]?.text.trim()) || row.message;
      this.#addTo(errorCode, { ...row, status: row.status, message }, codes.length === 1, show);
    }
  }

  #addTo(
    errorCode: string,
    { status, message, rowNumber, key }: CauseRow & { status: Cause['status'] },
    isAlone: boolean,
    show: (message: string) => string,
  ): void {
    const group = this.#groupOf(status, errorCode);
    group.rowCount += 1;
    if (group.rowNumbers.length < ROW_NUMBERS_MAX) group.rowNumbers.push(rowNumber);
    // A row that has this one fault shows it best.
    if (group.rowCount === 1 || (isAlone && !group.isExampleAlone)) {
      group.example = { rowNumber, key, message: show(message) };
      group.isExampleAlone = isAlone;
    }
    for (const column of new Set(columnsOfMessage(message).map((part) => part.column))) {
      const count = group.columns.get(column);
      if (count !== undefined || group.columns.size < COLUMNS_MAX) group.columns.set(column, (count ?? 0) + 1);
    }
  }

  #groupOf(status: Cause['status'], errorCode: string): Group {
    const code = this.#groups.has(`${status} ${errorCode}`) || this.#groups.size < GROUPS_MAX ? errorCode : '';
    const key = `${status} ${code}`;
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = {
        status,
        errorCode: code,
        rowCount: 0,
        columns: new Map(),
        example: { rowNumber: '', key: '', message: '' },
        isExampleAlone: false,
        rowNumbers: [],
      };
      this.#groups.set(key, group);
    }
    return group;
  }

  /** The most frequent first. */
  value(): readonly Cause[] {
    return [...this.#groups.values()]
      .sort((left, right) => right.rowCount - left.rowCount)
      .map(({ isExampleAlone: _, columns, ...group }) => ({
        ...group,
        columns: [...columns]
          .map(([name, rowCount]) => ({ name, rowCount }))
          .sort((left, right) => right.rowCount - left.rowCount),
      }));
  }
}
