import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { zonedDay } from '../base/zoned-time.ts';
import type { Ledger } from '../ledger/ledger.ts';

export type Pruned = { readonly runCount: number; readonly folderCount: number };

/**
 * Drops what is known of runs that finished long ago, and the folders that no run needs any more: spooled
 * standard input and lookups that a kill left behind, both with members' data in them. The ledger is open, so
 * no other process is at work in this home.
 *
 * Kept for ever: the digests of top-ups (the same-file guard), every dataChangeTime, and runs that are not
 * finished or have a row in doubt, however old.
 */
export function pruneRuns(
  homeFolder: string,
  ledger: Ledger,
  { olderThanMs, nowMs }: { olderThanMs: number; nowMs: number },
): Pruned {
  const beforeMs = nowMs - olderThanMs;
  const runCount = ledger.runs.prune(beforeMs, nowMs);
  // A day more, so that no zone's day is cut.
  ledger.calls.prune(zonedDay(beforeMs - 86_400_000, 'UTC'));
  // Members' data too, whatever its age: the next command that shares what it reads reads it again.
  rmSync(join(homeFolder, 'snapshots'), { recursive: true, force: true });
  return { runCount, folderCount: removeFolders(join(homeFolder, 'runs'), ledger) };
}

function removeFolders(folder: string, ledger: Ledger): number {
  if (!existsSync(folder)) return 0;
  const needed = new Set<string>();
  for (const run of ledger.runs.list(Number.MAX_SAFE_INTEGER)) {
    const isOver = run.state === 'finished' && ledger.rows.listByState(run.runId, ['intent', 'in_doubt']).length === 0;
    if (isOver) continue;
    needed.add(join(folder, run.runId));
    needed.add(dirname(run.inputPath));
  }
  const leftovers = readdirSync(folder)
    .map((name) => join(folder, name))
    .filter((path) => !needed.has(path));
  for (const path of leftovers) rmSync(path, { recursive: true, force: true });
  return leftovers.length;
}
