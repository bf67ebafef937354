import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

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
