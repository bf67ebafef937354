import type { Clock } from '../base/clock.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import type { Reporter } from '../calls/reporter.ts';
import type { RunControl } from '../calls/run-control.ts';
import type { Vendors } from '../calls/vendors.ts';
import type { Scan } from '../intake/scan.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { Ledger, RowRecord, RunRecord } from '../ledger/ledger.ts';
import type { GatherParts } from '../plan/gather.ts';
import type { RunDocument } from '../result/run-document.ts';
import type { Connection, Expectations } from '../settings/run-settings.ts';
import type { FoundRecords } from '../stage/found-records.ts';

/** What one run over a file is asked to do. */
export type FileRun = {
  readonly settings: JobSettings;
  readonly controls: ControlSettings;
  readonly connection: Connection;
  readonly expectations: Expectations;
  readonly inputPath: string;
  readonly resultPath: string;
  /** -o or --yes: the result file may replace another. */
  readonly mayReplaceResult: boolean;
  /** --again: the same top-up may be made a second time. */
  readonly isAgain: boolean;
  /** resume: the run to carry on. */
  readonly resumed: RunRecord | undefined;
  /** --dry-run: read, but write nothing; the diff goes to `resultPath` when one was named. */
  readonly isDryRun: boolean;
  readonly diffPath: string | undefined;
  /** Whose records: `kybio:<appId>`, joined with ','. */
  readonly account: string;
  /** The same command typed again on the file of an unfinished run: carries that run on. */
  readonly carryOn: (run: RunRecord) => Promise<RunDocument>;
  /** Asks the person at the terminal to confirm a top-up; resolves at once elsewhere. */
  readonly confirm: (scan: Scan) => Promise<void>;
};

export type RunParts = {
  readonly ledger: Ledger;
  readonly homeFolder: string;
  readonly openVendors: () => Vendors;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** When this process began, milliseconds since the epoch. */
  readonly startedMs: number;
};

export type RunPlace = { readonly runId: string; readonly runFolder: string; readonly found: FoundRecords | undefined };

/** What reading ahead of a run, or of a plan, takes. `records`: what the ledger holds of it. */
export function gatherParts(
  job: FileRun,
  scan: Scan,
  runFolder: string,
  vendors: Vendors,
  records: () => Iterable<RowRecord>,
  parts: RunParts,
): GatherParts {
  return {
    inputPath: job.inputPath,
    settings: job.settings,
    controls: job.controls,
    scan,
    account: job.account,
    homeFolder: parts.homeFolder,
    runFolder,
    vendors,
    ledger: parts.ledger,
    clock: parts.clock,
    reporter: parts.reporter,
    records,
  };
}
