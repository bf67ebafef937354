import { EXIT, OperatorError } from '../base/errors.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import type { RunContext } from '../calls/run-context.ts';
import { StoppedError, type StopReason } from '../calls/run-control.ts';
import { laneOf, type Vendors } from '../calls/vendors.ts';
import { countToSend } from '../intake/input-sums.ts';
import type { StagedInput } from '../intake/stage-input.ts';
import { isCrediting, type JobSettings } from '../job/job-settings.ts';
import type { RunRecord, RunState } from '../ledger/ledger.ts';
import { closeSnapshots, type Gathered, gather, openSnapshots } from '../plan/gather.ts';
import type { Snapshots } from '../plan/lookups.ts';
import { lookForOthers } from '../plan/others-today.ts';
import { describePrice, priceOf } from '../plan/price.ts';
import { type Foreseen, priceRun } from '../plan/price-run.ts';
import { writeRecordCount } from '../plan/read-snapshots.ts';
import type { ResultFile, ResultTarget } from '../result/result-file.ts';
import { type RunDocument, readRunDocument, writeRunDocument } from '../result/run-document.ts';
import { addCalls, exitCodeOf, runDocument, withCalls } from '../result/summary.ts';
import type { Tally } from '../result/tally.ts';
import { changeCategories } from '../send/change-categories.ts';
import { ErrorCount } from '../send/error-count.ts';
import { sendRows } from '../send/send-rows.ts';
import { settleIncrements, settleOldDoubts } from '../send/settle.ts';
import { type FoundRecords, openFoundRecords } from '../stage/found-records.ts';
import { countParts, donePartsOf, type PartCounts, type RowToDo, rowsToDo } from '../stage/rows-to-do.ts';
import { runTexts } from '../texts/runs/run.ts';
import { sharedTexts } from '../texts/shared.ts';
import { rebuildResult } from './rebuild-result.ts';
import { removeRunFolder } from './run-folder.ts';
import type { FileRun, RunParts } from './run-parts.ts';
import { watchRows, withReport } from './run-report.ts';
import { notSentReason, resultOf, type Written, writeRunResult } from './run-result.ts';
import { callsOfSlices } from './shared/sliced-run.ts';
import { endedOf, sendingOf, tellRun } from './tell-run.ts';

/** A run that the ledger knows, with its stage: begun just now, or carried on. */
export type BegunRun = {
  readonly settings: JobSettings;
  readonly controls: ControlSettings;
  readonly account: string;
  readonly place: string;
  readonly resultFor: string;
  readonly inputPath: string;
  readonly result: ResultTarget;
  readonly runId: string;
  readonly runFolder: string;
  readonly staged: StagedInput;
  readonly file: ResultFile | undefined;
  readonly confirm?: FileRun['confirm'];
  /** `resumed`: begun by an earlier process. `sent`: in slices, so that only its end is left. */
  readonly standing?: 'resumed' | 'sent';
};

/**
 * Carries a run out: settle what is left of an earlier part → read what the rows need to know → send → settle →
 * write the result. Resuming is the same flow again: what the ledger has settled is not planned again.
 *
 * @throws OperatorError when the ledger failed, or when the run could not go on; the run is then `stopped`
 */
export async function executeRun(run: BegunRun, parts: RunParts): Promise<RunDocument> {
  const { ledger, control } = parts;
  const { runId, settings } = run;
  const vendors = parts.openVendors(runId);
  const { controls, runFolder } = run;
  const context: RunContext = { ...parts, runId, settings, controls, runFolder, vendors };
  const found = settings.command === 'export' ? openFoundRecords(run.runFolder) : undefined;
  const snapshots = await openSnapshots(context);
  let document: RunDocument;
  try {
    if (run.standing !== 'sent') {
      tellRun(run.standing === 'resumed', context);
      await lookAtOldDoubts(context, parts);
    }
    const gathered = await sendAll(run, context, snapshots, found);
    const watch = hasResultFile(run.result) ? await watchRows(run, parts) : undefined;
    const notSent = notSentReason(control.reason?.kind === 'quota', runId);
    const of = resultOf(run, run.staged, { found, notSent, watch });
    const written = await writeRunResult(of, run.staged.stage, ledger, run.file);
    if (run.file && !written.failure && run.file.path !== run.result.path) {
      parts.reporter.note(runTexts().resultWentTo(run.result.path, run.file.path));
    }
    if (gathered) await rememberCreated(gathered, written.tally, context);
    const ended = await endRun(run, written, gathered?.rowByRowCalls ?? 0, context);
    // Whoever fetches the result has the report written where the result is.
    document = run.result.path === '' ? ended : await withReport(ended, { controls: run.controls, watch }, parts);
  } catch (error) {
    // A failed ledger cannot be written to any more.
    if (error instanceof OperatorError && control.reason?.kind !== 'fatal')
      await ledger.runs.setState(runId, 'stopped');
    throw withCalls(error, vendors, runId);
  } finally {
    found?.close();
    closeSnapshots(snapshots);
    await run.staged.stage.close();
    await run.file?.abort();
    await Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
  }
  // After the state: a run killed before it must find its stage. And after everything is closed: Windows removes no
  // folder in which a file is open.
  await removeRunFolder(parts.homeFolder, runId, ledger);
  return document;
}

/** The progress of a run whose question nobody has answered yet: a window that was closed is no yes. */
const UNANSWERED = JSON.stringify({ isUnanswered: true });

export function isUnanswered({ progressJson }: RunRecord): boolean {
  return progressJson === UNANSWERED;
}

/** A report is written beside the result. */
function hasResultFile({ path }: ResultTarget): boolean {
  return path !== '-' && path !== '';
}

/** Undefined: the run stopped while it was still reading. */
async function sendAll(
  run: BegunRun,
  context: RunContext,
  snapshots: Snapshots,
  found: FoundRecords | undefined,
): Promise<Gathered | undefined> {
  const { control, reporter, vendors, settings, ledger } = context;
  const { stage, facts } = run.staged;
  // Told, counted, priced and sent: where the run stands is looked for once.
  let stands: PartCounts | undefined = await countParts(stage, ledger, run.runId);
  await startReporting(run, stands, context);
  const rows = async function* (): AsyncGenerator<readonly RowToDo[]> {
    stands ??= await countParts(stage, ledger, run.runId);
    yield* rowsToDo(stage, ledger, run.runId, undefined, donePartsOf(stands));
  };
  const errors = new ErrorCount(run.controls.maxErrors, facts.sums, control);
  const lookedAt = new Set<number>();
  let settledCount = 0;
  const settleNow = async (): Promise<void> => {
    settledCount += await settle(context, lookedAt);
  };
  if (vendors.kybio) vendors.kybio.lane.beforeQuotaSleep = settleNow;
  // Rows that went out before a kill are settled first: their members' later rows wait for that.
  await settleNow();
  if (settledCount > 0) stands = undefined;
  await lookForOthers(context, countToSend(facts.sums));
  const gathered = await gatherOrStop(snapshots, context, rows);
  if (gathered === undefined) {
    reporter.end();
    return undefined;
  }
  const foreseen = await tellPrice(gathered, context, rows);
  if (control.reason === undefined && run.confirm) {
    await ledger.runs.setProgress(run.runId, UNANSWERED);
    await run.confirm({ foreseen, match: run.staged.match });
    await ledger.runs.setProgress(run.runId, '{}');
  }
  for (;;) {
    const refusedBefore = quotaRefusalCount(vendors);
    settledCount = 0;
    await sendRows(rows(), context, {
      snapshots,
      categories: gathered.categories,
      found,
      onRow(outcome) {
        errors.add(outcome.status === 'failed' || outcome.status === 'in_doubt');
        reporter.row(outcome);
      },
    });
    if (settings.changesCategory) await changeCategories(context);
    await settleNow();
    // Again for rows that waited for a member's unanswered increment, and for those that the vendor refused because
    // the day's calls were used up, when the run has waited for more.
    const mayGoAgain = settledCount > 0 || quotaRefusalCount(vendors) > refusedBefore;
    if (!mayGoAgain || control.reason !== undefined) break;
    stands = undefined;
  }
  reporter.end();
  return gathered;
}

/** Whoever watches a run that goes on sees it from where it stands. */
async function startReporting(run: BegunRun, stands: PartCounts, context: RunContext): Promise<void> {
  const { settings, ledger, reporter, runId } = context;
  const { sums } = run.staged.facts;
  const record = await ledger.runs.find(runId);
  const unit = settings.targets.length > 1 ? 'writes' : 'rows';
  const totalCount = countToSend(sums) * settings.targets.length;
  const ended = endedOf(stands.map(({ counts }) => counts));
  const endedCount = ended.done + ended.failed + ended.inDoubt;
  // A run that reads nothing beforehand has not asked yet what other runs have used today.
  await laneOf(context.vendors, settings.targets[0] ?? 'kybio').readDay();
  if (endedCount > 0) reporter.note(runTexts().decidedAlready(endedCount, totalCount, unit));
  reporter.start({
    ...sendingOf(context, record?.createdMs ?? context.startedMs),
    unit,
    totalCount,
    ended,
    invalidCount: sums.invalidCount,
  });
}

/** Rows of other runs that a look has decided: their result files are brought up to date. */
async function lookAtOldDoubts(context: RunContext, { stdout, report }: RunParts): Promise<void> {
  const { ledger, reporter } = context;
  const decided = await settleOldDoubts(context);
  for (const { runId, rowNumber } of decided) {
    reporter.note(runTexts().wasInDoubt(rowNumber, runId));
  }
  for (const runId of new Set(decided.map((row) => row.runId))) {
    const run = await ledger.runs.find(runId);
    if (!run) continue;
    // A result that nobody has fetched yet is written by whoever fetches it.
    const hasResult = readRunDocument(run.summaryJson)?.result != null;
    try {
      if (hasResult) await rebuildResult(run, { ...context, stdout, report });
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      reporter.note(runTexts().resultNotRewritten(runId, error.message));
    }
    // This run may go on for nights, and others may want to decide the rest of that one.
    await ledger.runs.release(runId);
  }
}

/** Undefined when the run stops while it is still reading: the rows are left to `resume`. */
async function gatherOrStop(
  snapshots: Snapshots,
  context: RunContext,
  rows: () => AsyncIterable<readonly RowToDo[]>,
): Promise<Gathered | undefined> {
  const { control } = context;
  try {
    return await gather(snapshots, context, rows);
  } catch (error) {
    if (error instanceof StoppedError) return undefined;
    if (!(error instanceof OperatorError) || error.code !== 'PAGE_FAILED') throw error;
    // The reason that the lane gave (credentials, quota, breaker) says more than the page.
    if (control.reason === undefined) control.stop({ kind: 'breaker', detail: error.message });
    return undefined;
  }
}

/** Tells what the rows that are left are going to cost. */
export async function tellPrice(
  gathered: Gathered,
  context: RunContext,
  rows: () => AsyncIterable<readonly RowToDo[]>,
): Promise<Foreseen> {
  const { settings, controls, vendors, clock, reporter } = context;
  const { calls, isAtMost, foreseen } = await priceRun(gathered, context, rows);
  const lane = laneOf(vendors, settings.targets[0] ?? 'kybio');
  const price = priceOf(calls, lane, controls, settings.storeZone, clock.nowMs());
  reporter.note(describePrice(price, controls, lane, isAtMost));
  reporter.price(price.total);
  return foreseen;
}

async function settle(context: RunContext, lookedAt: Set<number>): Promise<number> {
  const { control, settings, vendors } = context;
  if (!vendors.kybio || !isCrediting(settings.command) || !control.maySettle) return 0;
  try {
    return await settleIncrements(context, { lookedAt });
  } catch (error) {
    if (error instanceof StoppedError) return 0;
    throw error;
  }
}

function quotaRefusalCount(vendors: Vendors): number {
  return (vendors.kybio?.lane.quotaRefusalCount ?? 0) + (vendors.wonder?.lane.quotaRefusalCount ?? 0);
}

/** What we added ourselves counts too, so that the next choice between pages and rows is right. */
async function rememberCreated({ snapshots }: Gathered, tally: Tally, context: RunContext): Promise<void> {
  const { vendors, ledger } = context;
  const createdCount = tally.actions.created ?? 0;
  if (!vendors.kybio || !snapshots.kybio?.isComplete || createdCount === 0) return;
  await writeRecordCount(ledger, vendors.kybio.lane.settings.account, snapshots.kybio.recordCount + createdCount);
}

/** Makes the run's end durable, and returns its document. */
async function endRun(
  run: BegunRun,
  { tally, failure }: Written,
  rowByRowCalls: number,
  context: RunContext,
): Promise<RunDocument> {
  const { control, ledger, clock, reporter, vendors } = context;
  const { reason } = control;
  const state = failure ? 'stopped' : endState(reason, tally);
  // The last line says until when.
  const isForeseen = reason?.kind === 'quota' && reason.isForeseen;
  if (reason && 'detail' in reason && !isForeseen) {
    const told = runTexts().stopped(sharedTexts().withoutStop(reason.detail));
    // A pause is no news to a scheduler.
    if (reason.kind === 'quota') reporter.note(told);
    else reporter.warn(told);
  }
  if (failure) {
    reporter.warn(runTexts().resultFailed(failure.message));
    reporter.warn(runTexts().writeElsewhere(run.runId));
  }
  const isWaiting = state === 'stopped' && reason === undefined && !failure;
  const counted = await runDocument({
    runId: run.runId,
    settings: run.settings,
    place: run.place,
    inputPath: run.inputPath,
    resultPath: failure ? '' : (run.file?.path ?? ''),
    tally,
    state,
    reason,
    vendors,
    elapsedMs: clock.nowMs() - context.startedMs,
    // Stopped for no reason of its own: its rows wait for one in doubt of another run.
    exitCode: exitCodeAtEnd(failure !== undefined, isWaiting, reason, tally),
    rowByRowCalls,
  });
  const inSlices = await ledger.slices?.readCalls(run.runId);
  const document = inSlices ? { ...counted, calls: addCalls(counted.calls, callsOfSlices(inSlices)) } : counted;
  await ledger.runs.end(run.runId, { state, summaryJson: writeRunDocument(document) });
  return document;
}

function exitCodeAtEnd(hasNoFile: boolean, isWaiting: boolean, reason: StopReason | undefined, tally: Tally) {
  if (isWaiting) return EXIT.inDoubt;
  const exitCode = exitCodeOf(reason, tally);
  // 7 > 4 > 5.
  return hasNoFile && exitCode !== EXIT.inDoubt && exitCode !== EXIT.credentials ? EXIT.stopped : exitCode;
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
