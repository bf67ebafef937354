import { assert, OperatorError } from '../../base/errors.ts';
import type { RunContext } from '../../calls/run-context.ts';
import { StoppedError, type StopReason } from '../../calls/run-control.ts';
import { isCrediting } from '../../job/job-settings.ts';
import type { Categories } from '../../job/member-steps.ts';
import { ALL_ROWS } from '../../ledger/ledger.ts';
import { countIn } from '../../ledger/row-states.ts';
import { RUN_STOPS, type RunStop, type Slice, type SliceCalls, type Taken } from '../../ledger/slices.ts';
import { closeSnapshots, gather, gatherCategories, openSnapshots } from '../../plan/gather.ts';
import type { Snapshots } from '../../plan/lookups.ts';
import type { RunDocument } from '../../result/run-document.ts';
import { lanesOf, sumCalls } from '../../result/summary.ts';
import { ErrorCount } from '../../send/error-count.ts';
import { sendRows } from '../../send/send-rows.ts';
import { settleIncrements } from '../../send/settle.ts';
import { rowsToDo } from '../../stage/rows-to-do.ts';
import type { BegunRun } from '../execute-run.ts';
import { tellPrice } from '../execute-run.ts';
import type { RunParts } from '../run-parts.ts';
import { receiveSnapshots, shareSnapshots } from './shared-stage.ts';

/** What a process needs of a run to work on its slices. */
type RunInSlices = Pick<BegunRun, 'runId' | 'settings' | 'controls' | 'runFolder' | 'staged' | 'confirm'>;

/** `left`: not all of its rows were seen to. The slice is free again. */
type SliceEnd = { readonly kind: 'done' } | { readonly kind: 'left'; readonly reason: StopReason };

/** One process at work on slices of a run, one after the other or several at once. */
export interface SlicedRun {
  take(slice?: number): Promise<Taken>;
  /** Works on a slice that was taken. @throws OperatorError when the run cannot go on; the slice is free again */
  work(slice: Slice): Promise<SliceEnd>;
  /** Does nothing the second time. */
  close(): Promise<void>;
}

/** What was read by pages is shared by all: it is never taken from a snapshot that other commands use. */
const OWN_SNAPSHOT = { snapshotMaxAgeMs: 0 } as const;

/**
 * The flow of a run, cut into slices: slice 0 reads what the rows need to know, the others send. What is left after the
 * last one (rows in doubt, categories, the result) is done by `executeRun`.
 */
export async function openSlicedRun(run: RunInSlices, parts: RunParts): Promise<SlicedRun> {
  const { ledger, control, clock } = parts;
  const { slices, stages } = ledger;
  assert(slices && stages, 'only a shared ledger knows slices');
  const { runId, settings, staged } = run;
  const vendors = parts.openVendors(runId, true);
  const controls = { ...run.controls, ...OWN_SNAPSHOT };
  const context: RunContext = { ...parts, runId, settings, controls, runFolder: run.runFolder, vendors };
  let snapshots: Promise<Snapshots> | undefined;
  let isReadHere = false;
  let categories: Promise<Categories> | undefined;
  const errors = new ErrorCount(run.controls.maxErrors, staged.facts.sums, control);
  let stopping: Promise<void> = Promise.resolve();
  const stopForAll = (): void => {
    const stop = control.reason && stopOf(control.reason);
    // A ledger that failed is told by whatever is recorded next.
    if (stop) stopping = slices.stop(runId, stop).catch(() => undefined);
  };
  control.signal.addEventListener('abort', stopForAll, { once: true });

  const allRows = () => rowsToDo(staged.stage, ledger, runId);

  async function read(): Promise<void> {
    const own = await openSnapshots(context);
    try {
      const gathered = await gather(own, context, allRows);
      rowByRow = gathered.rowByRowCalls;
      const foreseen = await tellPrice(gathered, context, allRows);
      if (control.reason !== undefined) return;
      await run.confirm?.({ foreseen, match: staged.match });
      assert(stages, 'only a shared ledger knows slices');
      await shareSnapshots(runId, run.runFolder, { snapshots: own, stages });
      isReadHere = true;
    } finally {
      closeSnapshots(own);
    }
  }

  async function openOwnSnapshots(): Promise<Snapshots> {
    assert(stages, 'only a shared ledger knows slices');
    if (!isReadHere) await receiveSnapshots(runId, run.runFolder, stages);
    return openSnapshots(context);
  }

  async function send(part: Slice): Promise<void> {
    const takenMs = clock.nowMs();
    const rows = () => rowsToDo(staged.stage, ledger, runId, part);
    snapshots ??= openOwnSnapshots();
    // For all rows at once: a call each time a slice begins would be one too many.
    categories ??= settings.changesCategory ? gatherCategories(context, allRows) : Promise.resolve(undefined);
    const found = { snapshots: await snapshots, categories: await categories, found: undefined };
    await countErrors();
    await sendRows(rows(), context, {
      ...found,
      onRow(outcome) {
        const isError = outcome.status === 'failed' || outcome.status === 'in_doubt';
        errors.add(isError);
        // A failed ledger is told by whatever is recorded next.
        if (isError) countErrors().catch(() => undefined);
      },
    });
    await settle(part, takenMs);
  }

  /**
   * Increments without an answer, while their evidence is fresh: the run may go on for days. Those of a killed process
   * were sent before its slice was taken over.
   */
  async function settle({ firstRow, lastRow }: Slice, takenMs: number): Promise<void> {
    if (!isCrediting(settings.command) || !control.maySettle) return;
    const rowNumbers = { has: (rowNumber: number) => rowNumber >= firstRow && rowNumber <= lastRow };
    await ledger.flush();
    await settleIncrements({ ...context, startedMs: takenMs }, { rowNumbers });
  }

  /** Rows that went wrong in other processes count as well. */
  async function countErrors(): Promise<void> {
    if (!errors.isLimited) return;
    const [counts = {}] = await ledger.rows.countByState(runId, [ALL_ROWS]);
    errors.atLeast(staged.facts.sums.invalidCount + countIn(counts, ['failed', 'retry', 'in_doubt']));
  }

  let told: SliceCalls = {};
  /** What the rows would have cost one by one. */
  let rowByRow = 0;
  /** Slices at work at once share the lanes: each call is told once, with whichever slice ends first. */
  function callsSinceLast(): SliceCalls {
    const { sent, retried, byEndpoint } = sumCalls(lanesOf(vendors));
    const now: SliceCalls = { sent, retried, rowByRow, ...byEndpoint };
    const since = Object.entries(now).map(([name, count]) => [name, count - (told[name] ?? 0)] as const);
    told = now;
    return Object.fromEntries(since.filter(([, count]) => count !== 0));
  }

  async function letGo({ slice }: Slice, reason: StopReason | undefined): Promise<void> {
    await stopping;
    // The vendor's day ends by this machine's clock, and the ledger has its own.
    const delayMs = reason?.kind === 'quota' ? reason.resumeAtMs - clock.nowMs() : 0;
    await slices?.release(runId, slice, (await ledger.now()) + delayMs, callsSinceLast());
  }

  let closing: Promise<void> | undefined;
  return {
    take: (slice) => slices.take(runId, slice),
    async work(slice) {
      try {
        await (slice.slice === 0 ? read() : send(slice));
        await ledger.flush();
      } catch (error) {
        // A failed ledger cannot be written to any more: the slice is free when the lease is over.
        if (control.reason?.kind === 'fatal') throw control.reason.error;
        if (isPageFailure(error)) control.stop({ kind: 'breaker', detail: error.message });
        else if (!(error instanceof StoppedError)) {
          if (error instanceof OperatorError) control.stop({ kind: 'breaker', detail: error.message });
          await letGo(slice, undefined);
          throw error;
        }
      }
      const { reason } = control;
      if (reason === undefined) {
        await slices.finish(runId, slice.slice, callsSinceLast());
        return { kind: 'done' };
      }
      if (reason.kind === 'fatal') throw reason.error;
      await letGo(slice, reason);
      return { kind: 'left', reason };
    },
    close() {
      closing ??= close();
      return closing;
    },
  };

  async function close(): Promise<void> {
    control.signal.removeEventListener('abort', stopForAll);
    await stopping;
    if (snapshots) closeSnapshots(await snapshots);
    await Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
  }
}

/** Calls of a run's slices, as the document of the run tells them. */
export function callsOfSlices({ sent = 0, retried = 0, rowByRow, ...byEndpoint }: SliceCalls): RunDocument['calls'] {
  return { sent, retried, byEndpoint, ...(rowByRow !== undefined && { rowByRow }) };
}

function isPageFailure(error: unknown): error is OperatorError {
  return error instanceof OperatorError && error.code === 'PAGE_FAILED';
}

/** What stops the run for every process; undefined: only this one stops. */
function stopOf(reason: StopReason): RunStop | undefined {
  const kind = RUN_STOPS.find((each) => each === reason.kind);
  return kind === undefined || !('detail' in reason) ? undefined : { kind, detail: reason.detail };
}
