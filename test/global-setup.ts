import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const PROJECT = new URL('..', import.meta.url).pathname;

/** The end-to-end tests start `dist/main.js`: an older build than the source would test something else. */
export default function buildWhenStale(): void {
  if (lastChangeMs(join(PROJECT, 'src')) <= changeMs(join(PROJECT, 'dist', 'main.js'))) return;
  execFileSync('npm', ['run', '-s', 'build'], { cwd: PROJECT, stdio: 'inherit' });
}

function lastChangeMs(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Math.max(...entries.map((entry) => changeMs(join(entry.parentPath, entry.name))));
}

function changeMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
