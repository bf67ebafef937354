import { setTimeout as sleep } from 'node:timers/promises';
import { assert, OperatorError } from '../../base/errors.ts';
import type { RunControl } from '../../calls/run-control.ts';
import { laneOf } from '../../calls/vendors.ts';
import { countToSend } from '../../intake/input-sums.ts';
import { ALL_ROWS } from '../../ledger/ledger.ts';
import type { RunDocument } from '../../result/run-document.ts';
import { type BegunRun, executeRun } from '../execute-run.ts';
import type { RunParts, WorkerProcess } from '../run-parts.ts';
import { endedOf, sendingOf, tellRun } from '../tell-run.ts';
import { claimRun } from './claim-run.ts';
import { openSlicedRun, type SlicedRun } from './sliced-run.ts';

/** How often this process looks for slices that another one has left, and tells where the run stands. */
const POLL_MS = 500;

/**
 * Carries a run out with the help of other processes: this one reads what the rows need to know, all of them send, and
 * this one ends the run.
 *
 * @param startWorkers begins the other processes; they end by themselves when no slice is left
 */
export async function shareRun(
  run: BegunRun,
  startWorkers: (runId: string) => readonly WorkerProcess[],
  parts: RunParts,
): Promise<RunDocument> {
  const { ledger, control, reporter } = parts;
  const { runId, settings } = run;
  tellRun(false, { runId, settings, reporter });
  const sliced = await openSlicedRun(run, parts);
  let workers: readonly WorkerProcess[] = [];
  const stopWorkers = (): void => {
    for (const worker of workers) worker.stop();
  };
  try {
    const reading = await sliced.take(0);
    if (reading.kind === 'taken') await sliced.work(reading);
    if (control.reason === undefined) {
      workers = startWorkers(runId);
      control.signal.addEventListener('abort', stopWorkers, { once: true });
      const watching = await watch(run, parts);
      try {
        await workUntilDone(sliced, control);
      } finally {
        watching.stop();
      }
    }
  } catch (error) {
    if (error instanceof OperatorError && control.reason?.kind !== 'fatal') await stopAsItIs(run, parts);
    throw error;
  } finally {
    control.signal.removeEventListener('abort', stopWorkers);
    stopWorkers();
    await Promise.all(workers.map(({ ended }) => ended));
    await sliced.close();
  }
  await claimRun(await known(runId, parts), { ledger, note: reporter.note });
  reporter.end();
  const { confirm: _, ...rest } = run;
  return executeRun({ ...rest, standing: 'sent' }, parts);
}

/** Works on slices until none is left. Also takes over what a killed process has left, as soon as its lease is over. */
export async function workUntilDone(sliced: SlicedRun, control: RunControl): Promise<void> {
  while (control.reason === undefined) {
    const taken = await sliced.take();
    if (taken.kind === 'over' && taken.stop) control.stop(taken.stop);
    if (taken.kind === 'taken') await sliced.work(taken);
    else if (taken.kind === 'busy') await sleep(POLL_MS, undefined, { signal: control.signal }).catch(() => undefined);
    else return;
  }
}

/** Tells where the run stands over all processes, by the ledger. */
async function watch(run: BegunRun, parts: RunParts): Promise<{ stop(): void }> {
  const { ledger, reporter, clock } = parts;
  const { settings, controls, staged, runId } = run;
  const vendors = parts.openVendors(runId);
  await laneOf(vendors, settings.targets[0] ?? 'kybio').readDay();
  const { sums } = staged.facts;
  reporter.start({
    ...sendingOf({ vendors, controls, settings }, clock.nowMs()),
    unit: settings.targets.length > 1 ? 'writes' : 'rows',
    totalCount: countToSend(sums) * settings.targets.length,
    ended: endedOf([]),
    invalidCount: sums.invalidCount,
  });
  const timer = setInterval(() => {
    ledger.rows
      .countByState(runId, [ALL_ROWS])
      .then((states) => reporter.stand(endedOf(states)))
      // A failed ledger is told by the work itself.
      .catch(() => undefined);
  }, POLL_MS);
  return {
    stop() {
      clearInterval(timer);
      reporter.end();
      void Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
    },
  };
}

/** What the slices have left belongs to this process, and the run waits for a person. */
async function stopAsItIs(run: BegunRun, { ledger, reporter }: RunParts): Promise<void> {
  await claimRun(await known(run.runId, { ledger }), { ledger, note: reporter.note });
  await ledger.runs.setState(run.runId, 'stopped');
}

async function known(runId: string, { ledger }: Pick<RunParts, 'ledger'>) {
  const run = await ledger.runs.find(runId);
  assert(run, 'a run that was begun is known');
  return run;
}
