import type { Rate } from '../http/rate-limiter.ts';
import type { FileKind } from '../job/columns.ts';
import type { LookupWay } from '../job/lookup-plan.ts';
import type { ImportMode } from '../job/member-steps.ts';
import type { Target } from '../ledger/ledger.ts';

export type JobCommand = 'import' | 'topup' | 'export' | 'validate';

/**
 * What a run does, saved with it: `resume` does exactly this again, whatever flags are typed then. Holds
 * no secret and no path of a secret.
 */
export type JobSettings = {
  readonly command: JobCommand;
  /** How the file is read; one kind per target. */
  readonly fileKinds: readonly FileKind[];
  readonly targets: readonly Target[];
  readonly mode: ImportMode;
  /** export: the fields to write, in order; undefined: all that were fetched. */
  readonly columns: readonly string[] | undefined;
  readonly encoding: string | undefined;
  readonly delimiter: string | undefined;
  readonly raw: boolean;
  readonly columnMap: Readonly<Record<string, string>> | undefined;
  readonly dateFormats: readonly string[] | undefined;
  readonly country: string | undefined;
  readonly trustRoundIds: boolean;
  /** Zone of birthdays' clock times and of dataChangeTime: the store's. */
  readonly storeZone: string;
  readonly lookup: LookupWay;
  /** import: change the category of existing members too. */
  readonly changesCategory: boolean;
  readonly onDuplicate: 'reject' | 'allow';
  readonly skipInvalid: boolean;
};

/** How a run goes about it: taken anew by `resume`. */
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
};

/** What a top-up must add up to before anything is written; undefined: not asked. */
export type Expectations = {
  readonly rows: number | undefined;
  readonly points: string | undefined;
  readonly balance: string | undefined;
};

/** Where a run's vendors are found again: names and paths, no secrets. */
export type Connection = {
  readonly usesSandbox: boolean;
  readonly store: string | undefined;
  readonly configPath: string | undefined;
};

/** What the ledger keeps of a run's settings, so that `resume` does the same again. */
export type SavedSettings = {
  readonly job: JobSettings;
  readonly controls: ControlSettings;
  readonly connection: Connection;
};
