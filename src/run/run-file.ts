import { existsSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { EXIT, fileError, OperatorError, usageError } from '../base/errors.ts';
import type { HeaderMatch } from '../job/header-match.ts';
import type { Categories } from '../job/member-steps.ts';
import { type FoundSpool, openFoundSpool } from '../ledger/found-spool.ts';
import type { Ledger, RowRecord, RunRecord, RunState } from '../ledger/ledger.ts';
import type { RunDocument } from '../report/run-document.ts';
import { changeCategories } from './change-categories.ts';
import { dryRun } from './dry-run.ts';
import { type Gathered, type GatherParts, gather, openSnapshots } from './gather.ts';
import { guardTopup } from './guard-topup.ts';
import { openInput } from './job-rows.ts';
import type { Snapshots } from './lookups.ts';
import { priceRun } from './plan-run.ts';
import { describePrice, priceOf } from './price.ts';
import { writeRecordCount } from './read-snapshots.ts';
import type { Reporter } from './reporter.ts';
import { renderResultStamp } from './result-stamp.ts';
import type { NotSentReason } from './row-view.ts';
import { type RunControl, StoppedError, type StopReason } from './run-control.ts';
import { makeRunFolder, newRunId } from './run-folder.ts';
import { runRows } from './run-rows.ts';
import type { Connection, ControlSettings, Expectations, JobSettings, SavedSettings } from './run-settings.ts';
import { type Scan, scanInput } from './scan.ts';
import { settleIncrements } from './settle.ts';
import { exitCodeOf, runDocument, sumCalls } from './summary.ts';
import { Tally } from './tally.ts';
import { laneOf, type Vendors } from './vendors.ts';
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
  /** --dry-run: read, but write nothing; the diff goes to `resultPath` when one was named. */
  readonly isDryRun: boolean;
  readonly diffPath: string | undefined;
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
    if (job.isDryRun) return await planFile(job, scan, parts);
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
    const runFolder = makeRunFolder(parts.homeFolder, runId);
    const found = settings.command === 'export' ? openFoundSpool(runFolder) : undefined;
    try {
      return await execute({ ...job, resultPath }, scan, { runId, runFolder, found }, parts);
    } catch (error) {
      found?.close();
      throw error;
    }
  } finally {
    scan.seenKeys.close();
  }
}

type RunPlace = { readonly runId: string; readonly runFolder: string; readonly found: FoundSpool | undefined };

async function execute(job: FileRun, scan: Scan, place: RunPlace, parts: RunParts): Promise<RunDocument> {
  const { ledger, control, clock, reporter } = parts;
  const { settings, controls } = job;
  const { runId, found } = place;
  const toSendCount = scan.rowCount - scan.invalidCount - scan.doneEarlierCount - scan.inDoubtEarlierCount;
  const vendors = parts.openVendors();
  const gathering = gatherParts(job, scan, place.runFolder, vendors, () => ledger.rows.iterate(runId), parts);
  const snapshots = openSnapshots(gathering);
  try {
    const errors = new ErrorCount(controls.maxErrors, scan, control);
    const createdMs = ledger.runs.find(runId)?.createdMs ?? clock.nowMs();
    const pass = async (categories: Categories): Promise<void> => {
      const input = await openInput(job.inputPath, settings);
      await runRows(input.rows, {
        runId,
        settings,
        concurrency: controls.concurrency,
        scan,
        vendors,
        snapshots,
        // With several rows of one member, what was read before the first of them is no evidence for the next.
        evidenceFromMs: settings.onDuplicate === 'reject' ? createdMs : Number.POSITIVE_INFINITY,
        categories,
        ledger,
        control,
        clock,
        found,
        onRow: (outcome) => {
          errors.add(outcome.status === 'failed' || outcome.status === 'in_doubt');
          reporter.row(outcome);
        },
      });
      if (vendors.kybio && settings.changesCategory) await changeCategories(runId, vendors.kybio, parts);
    };
    // Rows that went out before a kill are settled first: their members' later rows wait for that.
    await settle(runId, vendors, job, parts);
    const gathered = await gatherOrStop(snapshots, gathering, control);
    if (gathered) {
      await announcePrice(gathered, gathering);
      reporter.start(toSendCount);
      for (;;) {
        const refusedBefore = quotaRefusalCount(vendors);
        await pass(gathered.categories);
        const decidedCount = await settle(runId, vendors, job, parts);
        // Again for rows that waited for a member's unanswered increment, and for those that the vendor refused
        // because the day's calls were used up, when the run has waited for more.
        const mayGoAgain = decidedCount > 0 || quotaRefusalCount(vendors) > refusedBefore;
        if (!mayGoAgain || control.reason !== undefined) break;
      }
      reporter.end();
    }
    const tally = await writeResult({
      inputPath: job.inputPath,
      resultPath: job.resultPath,
      settings,
      scan,
      records: ledger.rows.iterate(runId),
      found,
      notSent: notSentReason(control.reason),
    });
    // Told apart later from a file that a person has corrected since.
    await ledger.runs.setProgress(runId, renderResultStamp(job.resultPath), clock.nowMs());
    if (gathered) rememberCreated(gathered, tally, gathering);
    return finish(job, place, tally, { snapshots, rowByRowCalls: gathered?.rowByRowCalls ?? 0 }, vendors, parts);
  } catch (error) {
    // A failed ledger cannot be written to any more.
    if (error instanceof OperatorError && control.reason?.kind !== 'fatal') {
      ledger.runs.setState(runId, 'stopped', clock.nowMs());
    }
    throw withCalls(error, vendors);
  } finally {
    closeSnapshots(snapshots);
    await Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
  }
}

/** Undefined when the run stops while it is still reading: the rows are left to `resume`. */
async function gatherOrStop(
  snapshots: Snapshots,
  gathering: GatherParts,
  control: RunControl,
): Promise<Gathered | undefined> {
  try {
    return await gather(snapshots, gathering);
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    if (!(error instanceof OperatorError) || error.code !== 'PAGE_FAILED') throw error;
    // The reason that the lane gave (credentials, quota, breaker) says more than the page.
    if (control.reason === undefined) control.stop({ kind: 'breaker', detail: error.message });
    return undefined;
  }
}

async function announcePrice(gathered: Gathered, gathering: GatherParts): Promise<void> {
  const { settings, controls, vendors, clock, reporter } = gathering;
  const { calls, isAtMost } = await priceRun(gathered, gathering);
  const lane = laneOf(vendors, settings.targets[0] ?? 'kybio');
  reporter.note(
    describePrice(priceOf(calls, lane, controls, settings.storeZone, clock.nowMs()), controls, lane, isAtMost),
  );
}

/** --dry-run: everything but writing, and nothing of it in the ledger but the calls it made. */
async function planFile(job: FileRun, scan: Scan, parts: RunParts): Promise<RunDocument> {
  const runFolder = makeRunFolder(parts.homeFolder, `plan-${newRunId(parts.clock.nowMs())}`);
  const vendors = parts.openVendors();
  const gathering = gatherParts(job, scan, runFolder, vendors, () => [], parts);
  const snapshots = openSnapshots(gathering);
  try {
    const { tally, plan } = await dryRun(await gather(snapshots, gathering), job.diffPath, gathering);
    return {
      ...runDocument({
        runId: null,
        job: { ...job, resultPath: job.diffPath ?? '' },
        tally,
        state: 'planned',
        vendors,
        elapsedMs: parts.clock.nowMs() - parts.startedMs,
        exitCode: tally.rows.invalid > 0 ? EXIT.rowsFailed : EXIT.ok,
      }),
      plan,
    };
  } catch (error) {
    throw withCalls(error instanceof StoppedError ? stoppedInPlan(parts.control.reason) : error, vendors);
  } finally {
    closeSnapshots(snapshots);
    rmSync(runFolder, { recursive: true, force: true });
    await Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
  }
}

/** Lets the error tell the calls that were made before it. */
function withCalls(error: unknown, vendors: Vendors): unknown {
  const lanes = [vendors.kybio?.lane, vendors.wonder?.lane].filter((lane) => lane !== undefined);
  if (error instanceof OperatorError) error.spent = sumCalls(lanes);
  return error;
}

function stoppedInPlan(reason: StopReason | undefined): OperatorError {
  const detail = reason && 'detail' in reason ? reason.detail : 'interrupted';
  return new OperatorError({
    code: 'PLAN_STOPPED',
    message: `The dry run stopped: ${detail}.`,
    hint: 'Nothing was written.',
    exitCode: exitCodeOf(reason, new Tally()),
  });
}

function gatherParts(
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

/** What we added ourselves counts too, so that the next choice between pages and rows is right. */
function rememberCreated({ snapshots }: Gathered, tally: Tally, { ledger, vendors, clock }: GatherParts): void {
  const createdCount = tally.actions.created ?? 0;
  if (!vendors.kybio || !snapshots.kybio?.isComplete || createdCount === 0) return;
  const recordCount = snapshots.kybio.recordCount + createdCount;
  writeRecordCount(ledger, vendors.kybio.lane.settings.account, recordCount, clock.nowMs());
}

function closeSnapshots(snapshots: Snapshots): void {
  snapshots.kybio?.close();
  snapshots.wonder?.close();
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
  { runId, runFolder, found }: RunPlace,
  tally: Tally,
  { snapshots, rowByRowCalls }: { snapshots: Snapshots; rowByRowCalls: number },
  vendors: Vendors,
  parts: RunParts,
): RunDocument {
  const { control, ledger, clock, reporter } = parts;
  const state = endState(control.reason, tally);
  if (control.reason && 'detail' in control.reason) reporter.note(`Stopped: ${control.reason.detail}.`);
  found?.close();
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
    rowByRowCalls,
  });
  ledger.runs.setSummary(runId, JSON.stringify(document), clock.nowMs());
  ledger.runs.setState(runId, state, clock.nowMs());
  if (state === 'finished') {
    // Personal data that only this run needed; what is shared with other commands lies elsewhere. After the
    // state: a run killed before it must find what it has looked up.
    closeSnapshots(snapshots);
    rmSync(runFolder, { recursive: true, force: true });
  }
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
