import { rmSync } from 'node:fs';
import { EXIT } from '../base/errors.ts';
import type { StopReason } from '../calls/run-control.ts';
import type { Vendors } from '../calls/vendors.ts';
import type { RunState } from '../ledger/ledger.ts';
import { closeSnapshots } from '../plan/gather.ts';
import type { Snapshots } from '../plan/lookups.ts';
import type { NotSentReason } from '../result/row-view.ts';
import type { RunDocument } from '../result/run-document.ts';
import { exitCodeOf, runDocument } from '../result/summary.ts';
import type { Tally } from '../result/tally.ts';
import type { FileRun, RunParts, RunPlace } from './file-run.ts';

/** Makes the run's end durable, clears away what only it needed, and returns its document. */
export function finish(
  job: FileRun,
  { runId, runFolder, found }: RunPlace,
  tally: Tally,
  { snapshots, rowByRowCalls }: { snapshots: Snapshots; rowByRowCalls: number },
  vendors: Vendors,
  parts: RunParts,
): RunDocument {
  const { control, ledger, clock, reporter } = parts;
  const state = endState(control.reason, tally);
  if (control.reason && 'detail' in control.reason)
    reporter.note(`Stopped: ${control.reason.detail.replace(/\.$/, '')}.`);
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

export function notSentReason(reason: StopReason | undefined): NotSentReason {
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
