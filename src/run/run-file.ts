import { existsSync } from 'node:fs';
import { EXIT, OperatorError } from '../base/errors.ts';
import type { Reporter } from '../calls/reporter.ts';
import { type RunControl, StoppedError, type StopReason } from '../calls/run-control.ts';
import { laneOf, type Vendors } from '../calls/vendors.ts';
import { type CreditedSince, guardTopup, noteIfCredited } from '../intake/guard-topup.ts';
import { guardUnfinishedRows } from '../intake/guard-unfinished.ts';
import { openInput } from '../intake/read-rows.ts';
import { judgeRoundIds } from '../intake/round-ids.ts';
import { type Scan, scanInput } from '../intake/scan.ts';
import type { HeaderMatch } from '../job/header-match.ts';
import type { Categories } from '../job/member-steps.ts';
import { closeSnapshots, type Gathered, type GatherParts, gather, openSnapshots } from '../plan/gather.ts';
import type { Snapshots } from '../plan/lookups.ts';
import { describePrice, priceOf } from '../plan/price.ts';
import { priceRun } from '../plan/price-run.ts';
import { writeRecordCount } from '../plan/read-snapshots.ts';
import { renderResultStamp } from '../result/result-stamp.ts';
import type { RunDocument } from '../result/run-document.ts';
import { withCalls } from '../result/summary.ts';
import type { Tally } from '../result/tally.ts';
import { writeResult } from '../result/write-result.ts';
import { changeCategories } from '../send/change-categories.ts';
import { ErrorCount } from '../send/error-count.ts';
import { runRows } from '../send/send-rows.ts';
import { settleIncrements } from '../send/settle.ts';
import { openFoundRecords } from '../stage/found-records.ts';
import { checkSameInput, findUnfinished, resultExists, startRun } from './begin-run.ts';
import { finish, notSentReason } from './end-run.ts';
import { type FileRun, gatherParts, type RunParts, type RunPlace } from './file-run.ts';
import { planFile } from './plan-file.ts';
import { makeRunFolder, newRunId } from './run-folder.ts';

/**
 * One run over a file: scan → guards → run → settle → write. Resuming is the same flow again: what the
 * ledger has settled is not planned again.
 *
 * @throws OperatorError when nothing was sent (exit 2 or 3), or when the ledger failed
 */
export async function runFile(asked: FileRun, parts: RunParts): Promise<RunDocument> {
  const job = { ...asked, settings: await judgeRoundIds(asked.inputPath, asked.settings) };
  const { control, ledger, clock, reporter } = parts;
  const { settings } = job;
  const creditedSince: CreditedSince = { count: 0, first: undefined };
  const scan = await scanInput(
    job.inputPath,
    settings,
    () => control.reason !== undefined,
    (row) => noteIfCredited(row, job.account, ledger, creditedSince),
  );
  try {
    if (control.reason !== undefined) throw interruptedInScan(control.reason);
    const carriedOn = job.resumed ?? findUnfinished(job, scan, ledger);
    if (carriedOn && !job.resumed && !job.isDryRun) return await job.carryOn(carriedOn);
    describeColumns(scan.match, reporter);
    if (carriedOn) checkSameInput(carriedOn, scan);
    const resultPath = carriedOn?.resultPath ?? job.resultPath;
    guardTopup(job, scan, ledger, creditedSince, carriedOn);
    if (!carriedOn) await guardUnfinishedRows(job, ledger);
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
    const found = settings.command === 'export' ? openFoundRecords(runFolder) : undefined;
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
        rowsAtOnce: rowsAtOnce(controls),
        scan,
        vendors,
        snapshots,
        evidenceFromMs: evidenceFrom(job, createdMs),
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
    let settledCount = 0;
    const lookedAt = new Set<number>();
    const settleNow = async (): Promise<void> => {
      settledCount += await settle(runId, lookedAt, vendors, job, parts);
    };
    if (vendors.kybio) vendors.kybio.lane.beforeQuotaSleep = settleNow;
    // Rows that went out before a kill are settled first: their members' later rows wait for that.
    await settleNow();
    const gathered = await gatherOrStop(snapshots, gathering, control);
    if (gathered) {
      await announcePrice(gathered, gathering);
      reporter.start(toSendCount);
      for (;;) {
        const refusedBefore = quotaRefusalCount(vendors);
        settledCount = 0;
        await pass(gathered.categories);
        await settleNow();
        // Again for rows that waited for a member's unanswered increment, and for those that the vendor refused
        // because the day's calls were used up, when the run has waited for more.
        const mayGoAgain = settledCount > 0 || quotaRefusalCount(vendors) > refusedBefore;
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

/**
 * Without a rate the vendor is the bottleneck or we are: as many rows again are then made durable while the
 * others are on the wire. With one they would only wait for their turn, and a kill would leave more of them
 * in doubt. One at a time is meant to be that, and --max-errors is to stop the run at once.
 */
function rowsAtOnce({ rate, concurrency, maxErrors }: FileRun['controls']): number {
  const isAhead = rate === 'unlimited' && concurrency > 1 && maxErrors === undefined;
  return isAhead ? 2 * concurrency : concurrency;
}

/** From when on a value that was read by pages is evidence of what an increment did. */
function evidenceFrom({ settings, controls }: FileRun, createdMs: number): number {
  // With several rows of one member, what was read before the first of them says nothing about the next.
  if (settings.onDuplicate === 'allow') return Number.POSITIVE_INFINITY;
  // The run's own reading is its own whatever the clock does; only a shared one may be older.
  return controls.snapshotMaxAgeMs === 0 ? Number.NEGATIVE_INFINITY : createdMs;
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

/** What we added ourselves counts too, so that the next choice between pages and rows is right. */
function rememberCreated({ snapshots }: Gathered, tally: Tally, { ledger, vendors, clock }: GatherParts): void {
  const createdCount = tally.actions.created ?? 0;
  if (!vendors.kybio || !snapshots.kybio?.isComplete || createdCount === 0) return;
  const recordCount = snapshots.kybio.recordCount + createdCount;
  writeRecordCount(ledger, vendors.kybio.lane.settings.account, recordCount, clock.nowMs());
}

async function settle(
  runId: string,
  lookedAt: Set<number>,
  vendors: Vendors,
  job: FileRun,
  parts: RunParts,
): Promise<number> {
  const { control, reporter } = parts;
  if (!vendors.kybio || job.settings.command !== 'topup' || !control.maySettle) return 0;
  try {
    return await settleIncrements({
      runId,
      lookedAt,
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
