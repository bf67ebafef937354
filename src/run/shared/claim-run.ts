import { setTimeout as sleep } from 'node:timers/promises';
import { assert, fileError, usageError } from '../../base/errors.ts';
import { zonedIso } from '../../base/zoned-time.ts';
import type { Ledger, RunRecord, Started } from '../../ledger/ledger.ts';

const POLL_MS = 1000;

/**
 * Makes this process the one that works on the run. A process that was killed is waited for until its lease has
 * ended: at most some minutes.
 *
 * @returns the run as it is now: while this process waited, another one may have ended the run. `waitedMs`: how long
 * @throws OperatorError RUN_AT_WORK (exit 2) when another machine is at work on it
 */
export async function claimRun(
  { runId }: RunRecord,
  { ledger, note, signal }: { ledger: Ledger; note: (text: string) => void; signal?: AbortSignal | undefined },
): Promise<{ readonly run: RunRecord; readonly waitedMs: number }> {
  const startedMs = performance.now();
  let firstLeaseMs: number | undefined;
  for (;;) {
    const claimed = await ledger.runs.claim(runId);
    if (claimed.kind === 'claimed') {
      const run = await ledger.runs.find(runId);
      assert(run, 'a run that was claimed is known');
      return { run, waitedMs: performance.now() - startedMs };
    }
    const { who, sinceMs, leaseUntilMs } = claimed;
    const isAlive = firstLeaseMs !== undefined && leaseUntilMs > firstLeaseMs;
    if (isAlive || signal?.aborted) {
      throw usageError(
        'RUN_AT_WORK',
        `Run ${runId} is at work: ${who}, since ${zonedIso(sinceMs, 'UTC')}.`,
        'Nothing was sent. Wait until it ends; a process that was killed is let go when its lease is over.',
      );
    }
    if (firstLeaseMs === undefined) {
      firstLeaseMs = leaseUntilMs;
      const seconds = Math.ceil((leaseUntilMs - (await ledger.now())) / 1000);
      note(`Run ${runId} was begun by ${who}. Looking whether that is still at work: at most ${seconds} s.`);
    }
    await sleep(POLL_MS, undefined, signal && { signal }).catch(() => undefined);
  }
}

/**
 * Asked of a run as it is after it was claimed. A run that was ended must not be carried on: its file may have been
 * started anew, and would be credited twice.
 *
 * @throws OperatorError RUN_FINISHED (exit 2)
 */
export function requireUnended({ runId, state, resultPath }: RunRecord): void {
  if (state !== 'finished' && state !== 'cancelled') return;
  const ended = state === 'finished' ? 'has finished' : 'was cancelled';
  throw usageError(
    'RUN_FINISHED',
    `Run ${runId} ${ended} meanwhile: nothing is left to carry on.`,
    `Nothing was sent. Its result file: ${resultPath}. Its rows in doubt, if any: memberload resolve ${runId}`,
  );
}

/** @throws OperatorError RUN_OVERTAKEN (exit 3): of two people who start at once, one wins */
export function requireStarted(started: Started, subject: string): void {
  if (started.kind === 'started') return;
  const { by, who } = started;
  const of = by.inputPath === '' ? by.command : `${by.command} of ${by.inputPath}`;
  throw fileError(
    'RUN_OVERTAKEN',
    `While ${subject} was being checked, ${who} started run ${by.runId} (${of}).`,
    'Nothing was sent. Type the same command again: it is then compared with that run as well.',
  );
}
