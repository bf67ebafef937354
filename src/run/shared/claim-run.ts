import { setTimeout as sleep } from 'node:timers/promises';
import { assert, fileError, usageError } from '../../base/errors.ts';
import { zonedIso } from '../../base/zoned-time.ts';
import type { Ledger, RunRecord, Started } from '../../ledger/ledger.ts';
import { sharedLedgerTexts } from '../../texts/runs/shared-ledger.ts';

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
  const texts = sharedLedgerTexts();
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
      const since = zonedIso(sinceMs, 'UTC');
      throw usageError('RUN_AT_WORK', texts.atWork(runId, who, since), texts.nothingSent(texts.atWorkHint));
    }
    if (firstLeaseMs === undefined) {
      firstLeaseMs = leaseUntilMs;
      const seconds = Math.ceil((leaseUntilMs - (await ledger.now())) / 1000);
      note(texts.lookingForLife(runId, who, seconds));
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
  const { endedMeanwhile, endedMeanwhileHint, nothingSent } = sharedLedgerTexts();
  const message = endedMeanwhile(runId, state === 'finished');
  throw usageError('RUN_FINISHED', message, nothingSent(endedMeanwhileHint(runId, resultPath)));
}

/** @throws OperatorError RUN_OVERTAKEN (exit 3): of two people who start at once, one wins */
export function requireStarted(started: Started, subject: string): void {
  if (started.kind === 'started') return;
  const { by, who } = started;
  const { overtaken, commandOf, overtakenHint, nothingSent } = sharedLedgerTexts();
  const of = by.inputPath === '' ? by.command : commandOf(by.command, by.inputPath);
  throw fileError('RUN_OVERTAKEN', overtaken(subject, who, by.runId, of), nothingSent(overtakenHint));
}
