import type { Target } from '../ledger/ledger.ts';
import type { Rate } from './rate.ts';

/** How a run goes about its work: taken anew by `resume`. */
export type ControlSettings = {
  readonly rate: Rate;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly dailyQuota: number | undefined;
  readonly reserve: number;
  readonly waitsForQuota: boolean;
  readonly quotaZone: string;
  /** Errors (failed, invalid or in doubt) after which the run stops: a count or a share of the rows read. */
  readonly maxErrors: { readonly count: number } | { readonly percent: number } | undefined;
  /** How old what was read by pages may be to be used again; 0: only within the run itself. */
  readonly snapshotMaxAgeMs: number;
  readonly pageSizes: Readonly<Record<Target, number>>;
  /** How long after its deadline an unanswered increment may still be applied: settling waits so long. */
  readonly quietWindowMs: number;
  /** An unanswered increment that is older is not sent again without a read that decides. */
  readonly repeatAgeMaxMs: number;
  /** `--no-report`: no HTML report at the end. */
  readonly skipsReport: boolean;
};
