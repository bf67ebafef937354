import type { TargetRow } from '../job/check-row.ts';
import type { RowIssue } from '../job/row-issue.ts';

/** What an earlier result file says of a row, when it matters to this run. */
export type EarlierStatus = 'done' | 'in_doubt' | 'not_sent' | 'failed';

/** One record of the input as intake judged it. The record's own text is kept beside it, see `stage.ts`. */
export type StagedRow = {
  /** 1-based record of the input. */
  readonly rowNumber: number;
  /** 1-based line of the file on which the record begins. */
  readonly lineNumber: number;
  readonly earlier: EarlierStatus | undefined;
  /** Why the row is not sent; empty: it is valid. */
  readonly issues: readonly RowIssue[];
  /** What the row asks for, one for each target of the run; empty when the row is invalid or was done before. */
  readonly targetRows: readonly TargetRow[];
};
