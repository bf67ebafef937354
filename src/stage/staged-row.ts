import type { TargetRow } from '../job/check-row.ts';
import type { ConditionalIssue, RowIssue } from '../job/row-issue.ts';

/** One record of the input as intake judged it. The record's own text is kept beside it, see `stage.ts`. */
export type StagedRow = {
  /** 1-based record of the input. */
  readonly rowNumber: number;
  /** 1-based line of the file on which the record begins. */
  readonly lineNumber: number;
  /** Absent: no earlier result file says anything of the row. */
  readonly earlier?: EarlierStatus;
  /** Absent: no earlier run has credited the same. */
  readonly credited?: CreditedBefore;
  /** Why the row is not sent; empty: it is valid. */
  readonly issues: readonly RowIssue[];
  /** What the row asks for, one for each target of the run; empty when nothing is to be sent for it. */
  readonly targetRows: readonly TargetRow[];
  /** Issues that hold only if the whole column turns out to be damaged. */
  readonly conditional?: readonly ConditionalIssue[];
  /** What was repaired without loss, or is worth a word; told in the row's messages. */
  readonly notes?: readonly string[];
};

/** What an earlier result file says of a row, when it matters to this run. */
export type EarlierStatus = 'done' | 'in_doubt' | 'not_sent' | 'failed';

/** The credit that an earlier run gave for the same. */
export type CreditedBefore = {
  readonly runId: string;
  readonly rowNumber: number;
  readonly atMs: number;
  /** Absent in stages of earlier builds. */
  readonly customerUid?: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
};
