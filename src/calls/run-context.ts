import type { Clock } from '../base/clock.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ControlSettings } from './control-settings.ts';
import type { Reporter } from './reporter.ts';
import type { RunControl } from './run-control.ts';
import type { Vendors } from './vendors.ts';

/** What everything that works for one run shares. */
export type RunContext = {
  readonly runId: string;
  readonly settings: JobSettings;
  readonly controls: ControlSettings;
  readonly vendors: Vendors;
  readonly ledger: Ledger;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** Where ledger, stages and shared snapshots are. */
  readonly homeFolder: string;
  /** The run's own folder: mode 0700, gone when the run needs nothing any more. */
  readonly runFolder: string;
  /** When this process began, milliseconds since the epoch. */
  readonly startedMs: number;
};
