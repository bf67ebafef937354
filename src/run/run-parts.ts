import type { Writable } from 'node:stream';
import type { Clock } from '../base/clock.ts';
import { fileError, type OperatorError } from '../base/errors.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import type { Reporter } from '../calls/reporter.ts';
import type { RunControl } from '../calls/run-control.ts';
import type { Vendors } from '../calls/vendors.ts';
import type { TableSource } from '../csv/byte-source.ts';
import type { HeaderMatch } from '../job/header-match.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { Ledger, RunRecord } from '../ledger/ledger.ts';
import type { Foreseen } from '../plan/price-run.ts';
import type { ResultTarget } from '../result/result-file.ts';
import type { Connection, Expectations } from '../settings/run-settings.ts';
import type { Language } from '../texts/language.ts';
import { runTexts } from '../texts/runs/run.ts';

/** What one run over a file is asked to do. */
export type FileRun = {
  readonly settings: JobSettings;
  readonly controls: ControlSettings;
  readonly connection: Connection;
  readonly expectations: Expectations;
  /** The file that --map named, absolute; its columns are in `settings`. */
  readonly mapPath: string | undefined;
  readonly source: TableSource;
  /** As it is told to the person and kept in the ledger. */
  readonly inputPath: string;
  readonly result: ResultTarget;
  /** Whose records: `kybio:<appId>`, joined with ','. */
  readonly account: string;
  /** Where, for a person. */
  readonly place: string;
  /** `result_for` of this run's result. */
  readonly resultFor: string;
  /** --dry-run: read, but write nothing. The diff goes to `result`, when -o named one. */
  readonly isDryRun: boolean;
  /** Who else carries the run on: processes of this machine, or workers that take it from the shared ledger. */
  readonly sharing?:
    | {
        readonly kind: 'workers';
        /** Processes, with this one. */
        readonly count: number;
        start(runId: string): readonly WorkerProcess[];
      }
    | { readonly kind: 'detached' }
    | undefined;
  /**
   * Asked once, after everything was read and before the first write.
   *
   * @throws OperatorError NOT_CONFIRMED (exit 2): the run is given up, nothing was written
   */
  readonly confirm:
    | ((asked: { readonly foreseen: Foreseen; readonly match: HeaderMatch }) => Promise<void>)
    | undefined;
};

/** Another process of this machine that works on slices of the run. */
export type WorkerProcess = {
  /** Ends gently. */
  stop(): void;
  readonly ended: Promise<void>;
};

export type RunParts = {
  readonly ledger: Ledger;
  readonly homeFolder: string;
  /** `isShared`: other processes carry the run on as well. */
  readonly openVendors: (runId?: string, isShared?: boolean) => Vendors;
  readonly control: RunControl;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** When this process began, milliseconds since the epoch. */
  readonly startedMs: number;
  /** Where `-o -` writes. */
  readonly stdout: Writable;
  /** How the HTML report is written at the end. */
  readonly report: ReportOptions;
};

/** How an HTML report is written. */
export type ReportOptions = {
  readonly language: Language;
  /** Names, phones and the like as they are, not masked. */
  readonly showsPersonal: boolean;
  /** Of memberload. */
  readonly version: string;
};

/** A run that has no stage here: another machine or an earlier version began it. */
export function withoutStage(run: RunRecord, ledger: Ledger): OperatorError {
  const { noStage, noStageHint, noStageHere, noStageHereHint, noStageEnded, noStageEndedHint } = runTexts();
  // The copy goes with the end of the run.
  if (run.state === 'finished' || run.state === 'cancelled') {
    return fileError('NO_STAGE', noStageEnded(run.runId), noStageEndedHint(run.resultPath));
  }
  if (ledger.person !== '') return fileError('NO_STAGE', noStageHere(run.runId), noStageHereHint(run.runId));
  return fileError('NO_STAGE', noStage(run.runId), noStageHint(run.runId));
}
