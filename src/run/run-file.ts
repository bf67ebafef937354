import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { EXIT, fileError, OperatorError, usageError } from '../base/errors.ts';
import type { HeaderMatch } from '../job/header-match.ts';
import { type FoundSpool, openFoundSpool } from '../ledger/found-spool.ts';
import type { Ledger, RunRecord, RunState } from '../ledger/ledger.ts';
import type { RunDocument } from '../report/run-document.ts';
import { guardTopup } from './guard-topup.ts';
import { openInput } from './job-rows.ts';
import type { Reporter } from './reporter.ts';
import type { NotSentReason } from './row-view.ts';
import { type RunControl, StoppedError, type StopReason } from './run-control.ts';
import { makeRunFolder, newRunId } from './run-folder.ts';
import { runRows } from './run-rows.ts';
import type { Connection, ControlSettings, Expectations, JobSettings, SavedSettings } from './run-settings.ts';
import { type Scan, scanInput } from './scan.ts';
import { settleIncrements } from './settle.ts';
import { exitCodeOf, runDocument } from './summary.ts';
import type { Tally } from './tally.ts';
import type { Vendors } from './vendors.ts';
import { writeResult } from './write-result.ts';

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
  /** Whose records: `kybio:<appId>`, joined with ','. */
  readonly account: string;
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

/**
 * One run over a file: scan → guards → run → settle → write. Resuming is the same flow again: what the
 * ledger has settled is not planned again.
 *
 * @throws OperatorError when nothing was sent (exit 2 or 3), or when the ledger failed
 */
export async function runFile(job: FileRun, parts: RunParts): Promise<RunDocument> {
  const { control, ledger, clock, reporter } = parts;
  const { settings } = job;
  const scan = await scanInput(job.inputPath, settings, () => control.reason !== undefined);
  try {
    if (control.reason !== undefined) throw interruptedInScan(control.reason);
    describeColumns(scan.match, reporter);
    const carriedOn = job.resumed ?? findUnfinished(job, scan, ledger);
    if (carriedOn) checkSameInput(carriedOn, scan);
    const resultPath = carriedOn?.resultPath ?? job.resultPath;
    guardTopup(job, scan, ledger, carriedOn);
    if (settings.command === 'topup') ledger.requireNewest();
    if (!carriedOn && !job.mayReplaceResult && existsSync(resultPath)) throw resultExists(resultPath);
    if (!carriedOn) await job.confirm(scan);

    const runId = carriedOn?.runId ?? newRunId(clock.nowMs());
    if (carriedOn) {
      reporter.note(`Carrying on run ${runId}.`);
      ledger.runs.setState(runId, 'running', clock.nowMs());
    } else {
      startRun(job, scan, runId, resultPath, parts);
    }
    const folder = makeRunFolder(parts.homeFolder, runId);
    const found = settings.command === 'export' ? openFoundSpool(folder) : undefined;
    try {
      return await execute({ ...job, resultPath }, scan, runId, found, parts);
    } catch (error) {
      found?.close();
      throw error;
    }
  } finally {
    scan.seenKeys.close();
  }
}

async function execute(
  job: FileRun,
  scan: Scan,
  runId: string,
  found: FoundSpool | undefined,
  parts: RunParts,
): Promise<RunDocument> {
  const { ledger, control, clock, reporter } = parts;
  const { settings, controls } = job;
  const toSendCount = scan.rowCount - scan.invalidCount - scan.doneEarlierCount - scan.inDoubtEarlierCount;
  const vendors = parts.openVendors();
  try {
    const errors = new ErrorCount(controls.maxErrors, scan, control);
    reporter.start(toSendCount);
    const pass = async (): Promise<void> => {
      const input = await openInput(job.inputPath, settings);
      await runRows(input.rows, {
        runId,
        settings,
        concurrency: controls.concurrency,
        scan,
        vendors,
        ledger,
        control,
        clock,
        found,
        onRow: (outcome) => {
          errors.add(outcome.status === 'failed' || outcome.status === 'in_doubt');
          reporter.row(outcome);
        },
      });
    };
    // Rows that went out before a kill are settled first: their members' later rows wait for that.
    await settle(runId, vendors, job, parts);
    for (;;) {
      const refusedBefore = quotaRefusalCount(vendors);
      await pass();
      const decidedCount = await settle(runId, vendors, job, parts);
      // Again for rows that waited for a member's unanswered increment, and for those that the vendor refused
      // because the day's calls were used up, when the run has waited for more.
      const mayGoAgain = decidedCount > 0 || quotaRefusalCount(vendors) > refusedBefore;
      if (!mayGoAgain || control.reason !== undefined) break;
    }
    reporter.end();
    const tally = await writeResult({
      inputPath: job.inputPath,
      resultPath: job.resultPath,
      settings,
      scan,
      records: ledger.rows.iterate(runId),
      found,
      notSent: notSentReason(control.reason),
    });
    return finish(job, runId, tally, found, vendors, parts);
  } finally {
    await Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
  }
}

async function settle(runId: string, vendors: Vendors, job: FileRun, parts: RunParts): Promise<number> {
  const { control, reporter } = parts;
  if (!vendors.kybio || job.settings.command !== 'topup' || !control.maySettle) return 0;
  try {
    return await settleIncrements({
      runId,
      kybio: vendors.kybio,
      ledger: parts.ledger,
      clock: parts.clock,
      // Not the signal of the run: when the day's calls are used up, those kept back still settle.
      signal: control.interruptSignal,
      mayGoOn: () => control.maySettle,
      quietWindowMs: job.controls.quietWindowMs,
      startedMs: parts.startedMs,
      onWait: (rowCount, delayMs) =>
        reporter.note(
          `${rowCount} ${rowCount === 1 ? 'row has' : 'rows have'} no answer yet; looking again in ${Math.ceil(delayMs / 1000)} s (quietWindow).`,
        ),
    });
  } catch (error) {
    if (error instanceof StoppedError) return 0;
    throw error;
  }
}

function quotaRefusalCount(vendors: Vendors): number {
  return (vendors.kybio?.lane.quotaRefusalCount ?? 0) + (vendors.wonder?.lane.quotaRefusalCount ?? 0);
}

function finish(
  job: FileRun,
  runId: string,
  tally: Tally,
  found: FoundSpool | undefined,
  vendors: Vendors,
  parts: RunParts,
): RunDocument {
  const { control, ledger, clock } = parts;
  const state = endState(control.reason, tally);
  if (state === 'finished') found?.remove();
  else found?.close();
  const document = runDocument({
    runId,
    job,
    tally,
    state,
    reason: control.reason,
    vendors,
    elapsedMs: clock.nowMs() - parts.startedMs,
    // Stopped for no reason of its own: its rows wait for one in doubt of another run.
    exitCode: state === 'stopped' && control.reason === undefined ? EXIT.inDoubt : exitCodeOf(control.reason, tally),
  });
  if (control.reason && 'detail' in control.reason) parts.reporter.note(`Stopped: ${control.reason.detail}.`);
  ledger.runs.setSummary(runId, JSON.stringify(document), clock.nowMs());
  ledger.runs.setState(runId, state, clock.nowMs());
  return document;
}

function endState(reason: StopReason | undefined, tally: Tally): Exclude<RunState, 'running'> {
  switch (reason?.kind) {
    case 'quota':
      // The day's calls went with the last row: nothing is left to carry on.
      return tally.rows.not_sent === 0 ? 'finished' : 'paused';
    case 'interrupted':
      return 'interrupted';
    case undefined:
      return tally.rows.not_sent === 0 ? 'finished' : 'stopped';
    default:
      return 'stopped';
  }
}

function notSentReason(reason: StopReason | undefined): NotSentReason {
  switch (reason?.kind) {
    case 'quota':
      return {
        errorCode: 'QUOTA_EXHAUSTED',
        message: "The day's calls were used up before this row. Carry on with: memberload resume",
      };
    case undefined:
    case 'interrupted':
    case 'mismatch':
    case 'max_errors':
    case 'breaker':
    case 'credentials':
    case 'fatal':
      return { errorCode: 'STOPPED', message: 'The run stopped before this row. Carry on with: memberload resume' };
  }
}

/** Stops the run when more rows than allowed went wrong; invalid rows count before anything is sent. */
class ErrorCount {
  readonly #limit: number;
  readonly #control: RunControl;
  #count: number;

  constructor(maxErrors: ControlSettings['maxErrors'], scan: Scan, control: RunControl) {
    this.#control = control;
    if (maxErrors === undefined) this.#limit = Number.POSITIVE_INFINITY;
    else this.#limit = 'count' in maxErrors ? maxErrors.count : (scan.rowCount * maxErrors.percent) / 100;
    this.#count = scan.invalidCount;
    this.add(false);
  }

  add(isError: boolean): void {
    if (isError) this.#count += 1;
    if (this.#count <= this.#limit) return;
    this.#control.stop({
      kind: 'max_errors',
      detail: `${this.#count} rows went wrong, --max-errors allows ${this.#limit}`,
    });
  }
}

function startRun(job: FileRun, scan: Scan, runId: string, resultPath: string, parts: RunParts): void {
  parts.ledger.runs.start({
    runId,
    command: job.settings.command,
    targets: job.settings.targets.join(','),
    account: job.account,
    state: 'running',
    createdMs: parts.clock.nowMs(),
    inputPath: resolve(job.inputPath),
    inputSha256: scan.inputSha256,
    resultPath,
    settingsJson: JSON.stringify({
      job: job.settings,
      controls: job.controls,
      connection: job.connection,
    } satisfies SavedSettings),
    rowsDigest: scan.rowsDigest,
    rowCount: scan.rowCount,
  });
}

/** The same command on the same rows, unfinished: typing it again carries it on (CONTRACT §2). */
function findUnfinished(job: FileRun, scan: Scan, ledger: Ledger): RunRecord | undefined {
  return ledger.runs.findByDigest(job.settings.command, scan.rowsDigest, job.account).find((run) => {
    if (run.state === 'finished' || run.inputSha256 !== scan.inputSha256) return false;
    const saved = JSON.parse(run.settingsJson) as SavedSettings;
    return saved.job.mode === job.settings.mode && run.targets === job.settings.targets.join(',');
  });
}

function checkSameInput(run: RunRecord, scan: Scan): void {
  if (run.inputSha256 === scan.inputSha256) return;
  throw fileError(
    'INPUT_CHANGED',
    `${run.inputPath} is no longer the file that run ${run.runId} began with.`,
    'Put the file back as it was to carry the run on, or run the changed file as a run of its own.',
  );
}

function resultExists(path: string): Error {
  return usageError(
    'RESULT_EXISTS',
    `The result file ${path} is there already; it was left as it is.`,
    'Name another with -o, or replace it with --yes.',
  );
}

function describeColumns(match: HeaderMatch, reporter: Reporter): void {
  const renamed = match.matches
    .filter(({ isRenamed }) => isRenamed)
    .map(({ header, column }) => `${header} → ${column}`);
  if (renamed.length > 0) reporter.note(`Columns read: ${renamed.join(', ')}.`);
  if (match.unused.length > 0) reporter.note(`Columns not used: ${match.unused.join(', ')}.`);
}

function interruptedInScan(reason: StopReason): OperatorError {
  const wasSigint = reason.kind === 'interrupted' && reason.signal === 'SIGINT';
  return new OperatorError({
    code: 'INTERRUPTED',
    message: 'Interrupted while the file was being checked; nothing was sent.',
    hint: 'Type the same command to begin again.',
    exitCode: wasSigint ? EXIT.interrupted : EXIT.terminated,
  });
}
