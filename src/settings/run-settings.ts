import type { ControlSettings } from '../calls/control-settings.ts';
import type { JobSettings } from '../job/job-settings.ts';

/** What a top-up must add up to before anything is written; undefined: not asked. */
export type Expectations = {
  readonly rows: number | undefined;
  readonly points: string | undefined;
  readonly balance: string | undefined;
};

/** A flag's name and its value as typed; `true` for a switch. */
export type RepeatedFlag = readonly [name: string, value: string];

/** Where a run's vendors are found again, and what to type for it: names and paths, no secrets. */
export type Connection = {
  readonly usesSandbox: boolean;
  readonly store: string | undefined;
  readonly configPath: string | undefined;
  /** Where the calls go, `https://host`; none for a run of an earlier version, whose place is not compared. */
  readonly origins: readonly string[];
  /** What the next run with the result needs too; undefined for a run of an earlier version. */
  readonly flags: readonly RepeatedFlag[] | undefined;
};

/** What the ledger keeps of a run's settings, so that `resume` does the same again. */
export type SavedSettings = {
  readonly job: JobSettings;
  readonly controls: ControlSettings;
  readonly connection: Connection;
  /** `result_for` of the run's result: command and place; '' for a run of the first edition. */
  readonly resultFor: string;
};
