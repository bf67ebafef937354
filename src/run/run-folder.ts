import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** `20261122-050612-3fa9`: sorts by time, short enough to type. UTC. */
export function newRunId(nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}

/** The run's own folder, mode 0700: what it needs until it has finished. */
export function makeRunFolder(homeFolder: string, runId: string): string {
  const folder = join(homeFolder, 'runs', runId);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

/** Where standard input is kept for a run: it can be read once, a run reads its file several times. */
export function makeSpoolFolder(homeFolder: string, nowMs: number): string {
  return makeRunFolder(homeFolder, `${SPOOL_PREFIX}${newRunId(nowMs)}`);
}

/** Removes a spooled standard input; any other input is left alone. */
export function removeSpool(homeFolder: string, inputPath: string): void {
  const folder = dirname(inputPath);
  const isSpool = dirname(folder) === join(homeFolder, 'runs') && basename(folder).startsWith(SPOOL_PREFIX);
  if (isSpool) rmSync(folder, { recursive: true, force: true });
}

const SPOOL_PREFIX = 'stdin-';
