import { DecimalSum } from '../base/decimal.ts';
import type { StagedRow } from '../stage/staged-row.ts';

/** What one pass over the whole input tells, before anything is sent. */
export type InputSums = {
  readonly rowCount: number;
  /** Rows that an earlier result file calls done or in doubt. */
  readonly doneEarlierCount: number;
  readonly inDoubtEarlierCount: number;
  /** Rows that were credited before, and are skipped. */
  readonly creditedCount: number;
  readonly invalidCount: number;
  readonly repeatedCount: number;
  /** The first few issues, for messages. */
  readonly firstIssues: readonly FirstIssue[];
  /** Exact sums over the rows to send. */
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
};

export type FirstIssue = {
  readonly rowNumber: number;
  readonly lineNumber: number;
  readonly errorCode: string;
  readonly message: string;
};

const ISSUES_KEPT_MAX = 5;

/** Counts and adds up judged rows. */
export class SumsOfRows {
  #rowCount = 0;
  #doneEarlierCount = 0;
  #inDoubtEarlierCount = 0;
  #creditedCount = 0;
  #invalidCount = 0;
  #repeatedCount = 0;
  readonly #firstIssues: FirstIssue[] = [];
  readonly #pointIncrement = new DecimalSum();
  readonly #balanceIncrement = new DecimalSum();

  add(row: StagedRow): void {
    this.#rowCount += 1;
    if (row.earlier === 'done') this.#doneEarlierCount += 1;
    else if (row.earlier === 'in_doubt') this.#inDoubtEarlierCount += 1;
    else if (row.credited) this.#creditedCount += 1;
    else if (row.issues.length > 0) this.#addInvalid(row);
    for (const { row: asked } of row.targetRows) {
      if (asked.kind !== 'topup') continue;
      this.#pointIncrement.add(asked.pointIncrement);
      this.#balanceIncrement.add(asked.balanceIncrement);
    }
  }

  #addInvalid({ rowNumber, lineNumber, issues }: StagedRow): void {
    this.#invalidCount += 1;
    if (issues.some(({ errorCode }) => errorCode === 'DUPLICATE_ROW')) this.#repeatedCount += 1;
    for (const { errorCode, message } of issues) {
      // Of each sort some: a file with many mistakes still tells which member is given twice.
      const isRepeated = errorCode === 'DUPLICATE_ROW';
      const kept = this.#firstIssues.filter((issue) => (issue.errorCode === 'DUPLICATE_ROW') === isRepeated);
      if (kept.length < ISSUES_KEPT_MAX) this.#firstIssues.push({ rowNumber, lineNumber, errorCode, message });
    }
  }

  value(): InputSums {
    return {
      rowCount: this.#rowCount,
      doneEarlierCount: this.#doneEarlierCount,
      inDoubtEarlierCount: this.#inDoubtEarlierCount,
      creditedCount: this.#creditedCount,
      invalidCount: this.#invalidCount,
      repeatedCount: this.#repeatedCount,
      firstIssues: this.#firstIssues,
      pointIncrement: this.#pointIncrement.value(),
      balanceIncrement: this.#balanceIncrement.value(),
    };
  }
}

/** Rows that are to be sent. */
export function countToSend(sums: InputSums): number {
  return sums.rowCount - sums.invalidCount - sums.doneEarlierCount - sums.inDoubtEarlierCount - sums.creditedCount;
}
