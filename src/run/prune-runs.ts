import { join } from 'node:path';
import { removePrivateFolder } from '../base/private-folder.ts';
import { removeLeftScratchFolders } from '../base/scratch-folder.ts';
import { zonedDay } from '../base/zoned-time.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { removeLeftFolders } from './run-folder.ts';

type Pruned = { readonly runCount: number; readonly folderCount: number };

/**
 * Drops what is known of runs that ended before that time, and every folder with members' data that no run needs.
 * The caller is the only process that may write in this home.
 *
 * Kept for ever: credits by member, every dataChangeTime, and runs that are unfinished or have a row in doubt.
 */
export async function pruneRuns(homeFolder: string, ledger: Ledger, endedBeforeMs: number): Promise<Pruned> {
  const pruned = await ledger.runs.prune(endedBeforeMs);
  // A day more, so that no zone's day is cut.
  await ledger.calls.prune(zonedDay(endedBeforeMs - 86_400_000, 'UTC'));
  // Members' data too, whatever its age: the next command that shares what it reads reads it again.
  removePrivateFolder(join(homeFolder, 'snapshots'));
  await removeLeftScratchFolders();
  return { runCount: pruned.length, folderCount: await removeLeftFolders(homeFolder, ledger) };
}
