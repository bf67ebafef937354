import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder, removePrivateFolder } from '../base/private-folder.ts';
import { zonedDateTime } from '../base/zoned-time.ts';
import { isCrediting } from '../job/job-settings.ts';
import type { Ledger, LedgerReader, RunRecord } from '../ledger/ledger.ts';
import { readRunDocument } from '../result/run-document.ts';
import { isUnsettled, withEvidence } from '../send/resolve-row.ts';
import { holdsStage } from '../stage/stage.ts';

/** `20261122-050612-3fa9`: the time in the store's zone, as everything else that a run prints; short enough to type. */
export function newRunId(nowMs: number, storeZone: string): string {
  const stamp = zonedDateTime(nowMs, storeZone).replace(/[-:]/g, '').replace(' ', '-');
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** The run's own folder: its stage, what it has read from the vendors, what its lookups found. Members' data. */
export function runFolderOf(homeFolder: string, runId: string): string {
  return join(homeFolder, 'runs', runId);
}

/**
 * Its name is on the disk when this returns: after a power cut the ledger must not know a run without its folder.
 *
 * @throws OperatorError OPEN_FOLDER or PLANTED_LINK (exit 2)
 */
export function makeRunFolder(homeFolder: string, runId: string): string {
  const folder = runFolderOf(homeFolder, runId);
  makePrivateFolder(join(homeFolder, 'runs'));
  makePrivateFolder(folder);
  return folder;
}

/** Removes the folder of a run that has just ended, unless the run still needs the folder. */
export async function removeRunFolder(homeFolder: string, runId: string, ledger: Ledger): Promise<void> {
  const folder = runFolderOf(homeFolder, runId);
  if (await isNeeded(runId, folder, ledger)) return;
  await ledger.stages?.remove(runId);
  removePrivateFolder(folder);
}

/**
 * Removes the folders that no run needs any more: of commands that were killed before their run began, and of runs
 * that have ended with nothing in doubt, nothing to send again, and their result written. The caller is the only
 * process that may write in this home.
 *
 * @returns how many
 */
export async function removeLeftFolders(homeFolder: string, ledger: LedgerReader): Promise<number> {
  let removedCount = 0;
  // Homes of the processes that --workers has started.
  const workers = join(homeFolder, 'workers');
  for (const name of existsSync(workers) ? readdirSync(workers) : []) {
    removedCount += await removeLeftFolders(join(workers, name), ledger);
  }
  const folder = join(homeFolder, 'runs');
  if (!existsSync(folder)) return removedCount;
  for (const name of readdirSync(folder)) {
    if (await isNeeded(name, join(folder, name), ledger)) continue;
    removePrivateFolder(join(folder, name));
    removedCount += 1;
  }
  return removedCount;
}

/**
 * Whether the run has ended without a result file that says so: the disk was full, or the process was killed before.
 * `resume` writes it then, for which the stage is kept.
 */
export function isResultMissing(run: RunRecord, homeFolder: string): boolean {
  return lacksResult(run) && holdsStage(runFolderOf(homeFolder, run.runId));
}

function lacksResult(run: RunRecord): boolean {
  if (run.state !== 'finished' && run.state !== 'cancelled') return false;
  const document = readRunDocument(run.summaryJson);
  return document?.state !== run.state || document.result === null;
}

async function isNeeded(runId: string, folder: string, ledger: LedgerReader): Promise<boolean> {
  const run = await ledger.runs.find(runId);
  if (run === undefined || run.prunedMs > 0) return false;
  if (run.state !== 'finished' && run.state !== 'cancelled') return true;
  if (lacksResult(run) && holdsStage(folder)) return true;
  if (!isCrediting(run.command)) return false;
  if ((await ledger.rows.listByState(runId, ['intent', 'in_doubt'])).some(isUnsettled)) return true;
  // A row that a person has let go may still be sent again, also after a refusal: that changes the result.
  for (const rowNumber of await ledger.rows.listEvidenced(runId)) {
    const record = await ledger.rows.find({ runId, rowNumber, target: 'kybio' });
    if (record && (await withEvidence(record, ledger)).mayResend) return true;
  }
  return false;
}
