import { setTimeout as sleep } from 'node:timers/promises';
import { OperatorError } from '../base/errors.ts';
import type { Ledger, RunRecord } from '../ledger/ledger.ts';
import { type RunDocument, readRunDocument } from '../result/run-document.ts';
import { runTexts } from '../texts/runs/run.ts';
import { type RebuildParts, rebuildResult } from './rebuild-result.ts';
import { removeRunFolder } from './run-folder.ts';
import { claimRun, requireUnended } from './shared/claim-run.ts';

type Cancelled = {
  /** Rows that will not be sent. */
  readonly givenUpCount: number;
  /** Increments that are still in doubt: they stay to be resolved. */
  readonly inDoubtCount: number;
  /** Undefined: an earlier version began the run, so that its result cannot be written. */
  readonly document: RunDocument | undefined;
};

/** Longer than a call and its lease. */
const LET_GO_MS_MAX = 120_000;
const POLL_MS = 500;

/** Workers that were told to stop end what is on the wire. */
async function untilLetGo(runId: string, { runs }: Ledger): Promise<void> {
  for (let waitedMs = 0; waitedMs < LET_GO_MS_MAX; waitedMs += POLL_MS) {
    if ((await runs.claim(runId)).kind === 'claimed') return;
    await sleep(POLL_MS);
  }
}

/** Gives the rest of an unfinished run up: rows not sent end `not_sent`, rows in doubt stay, the result is written. */
export async function cancelRun(known: RunRecord, parts: RebuildParts): Promise<Cancelled> {
  const { ledger, homeFolder, reporter } = parts;
  // A run that somebody is at work on is not given up under their hands; one that is left to workers is anybody's.
  if ((await ledger.slices?.listHandedOut())?.includes(known.runId)) {
    await ledger.slices?.takeBack(known.runId, { kind: 'breaker', detail: runTexts().givenUpBy(ledger.person) });
    await untilLetGo(known.runId, ledger);
  }
  const { run } = await claimRun(known, { ledger, note: reporter.note });
  requireUnended(run);
  const givenUpCount = await ledger.runs.cancel(run.runId);
  const inDoubt = await ledger.rows.listByState(run.runId, ['intent', 'in_doubt']);
  const inDoubtCount = inDoubt.filter(({ dataChangeTime }) => dataChangeTime !== '').length;
  try {
    const document = await rebuildResult({ ...run, state: 'cancelled' }, parts);
    return { givenUpCount: document.rows.not_sent, inDoubtCount, document };
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code !== 'NO_STAGE') throw error;
    reporter.note(runTexts().resultUnwritable(run.runId));
    await ledger.runs.end(run.runId, { state: 'cancelled', summaryJson: run.summaryJson });
    await removeRunFolder(homeFolder, run.runId, ledger);
    return { givenUpCount, inDoubtCount, document: readRunDocument(run.summaryJson) };
  }
}
