import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LedgerReader } from '../ledger/ledger.ts';
import { isUnsettled, withEvidence } from '../send/resolve-row.ts';

/** `20261122-050612-3fa9`: sorts by time, short enough to type. UTC. */
export function newRunId(nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** The run's own folder: its stage, what it has read from the vendors, what its lookups found. Members' data. */
export function runFolderOf(homeFolder: string, runId: string): string {
  return join(homeFolder, 'runs', runId);
}

export function makeRunFolder(homeFolder: string, runId: string): string {
  const folder = runFolderOf(homeFolder, runId);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Removes the folder of a run that has just ended, unless the run still needs the folder. */
export async function removeRunFolder(homeFolder: string, runId: string, ledger: LedgerReader): Promise<void> {
  if (await isNeeded(runId, ledger)) return;
  rmSync(runFolderOf(homeFolder, runId), { recursive: true, force: true });
}

/**
 * Removes the folders that no run needs any more: of commands that were killed before their run began, and of runs
 * that have ended with nothing in doubt and nothing to send again. The caller is the only process that may write in this home.
 *
 * @returns how many
 */
export async function removeLeftFolders(homeFolder: string, ledger: LedgerReader): Promise<number> {
  const folder = join(homeFolder, 'runs');
  if (!existsSync(folder)) return 0;
  let removedCount = 0;
  for (const name of readdirSync(folder)) {
    if (await isNeeded(name, ledger)) continue;
    rmSync(join(folder, name), { recursive: true, force: true });
    removedCount += 1;
  }
  return removedCount;
}

async function isNeeded(runId: string, ledger: LedgerReader): Promise<boolean> {
  const run = await ledger.runs.find(runId);
  if (run === undefined || run.prunedMs > 0) return false;
  if (run.state !== 'finished' && run.state !== 'cancelled') return true;
  if ((await ledger.rows.listByState(runId, ['intent', 'in_doubt'])).some(isUnsettled)) return true;
  // A row that a person has let go may still be sent again, also after a refusal: that changes the result.
  for (const rowNumber of await ledger.rows.listEvidenced(runId)) {
    const record = await ledger.rows.find({ runId, rowNumber, target: 'kybio' });
    if (record && (await withEvidence(record, ledger)).mayResend) return true;
  }
  return false;
}
