import type { Clock } from '../base/clock.ts';
import type { FoundSpool } from '../ledger/found-spool.ts';
import type { Ledger, RowRecord, RunRecord } from '../ledger/ledger.ts';
import type { RunDocument } from '../report/run-document.ts';
import type { GatherParts } from './gather.ts';
import type { Reporter } from './reporter.ts';
import type { RunControl } from './run-control.ts';
import type { Connection, ControlSettings, Expectations, JobSettings } from './run-settings.ts';
import type { Scan } from './scan.ts';
import type { Vendors } from './vendors.ts';

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

export type RunPlace = { readonly runId: string; readonly runFolder: string; readonly found: FoundSpool | undefined };

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
