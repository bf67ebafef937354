import { execFileSync } from 'node:child_process';
import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { HAS_PGBOUNCER } from './support/pgbouncer.ts';
import { CLUSTER_FOLDER, HAS_POSTGRES, makeClusterFolder, RUNNER, stopCluster } from './support/postgres.ts';

const PROJECT = new URL('..', import.meta.url).pathname;

export default function setUp(): (() => void) | undefined {
  buildWhenStale();
  if (!HAS_POSTGRES) {
    leaveOut('the tests of the shared ledger: there is no PostgreSQL here (Debian: apt-get install postgresql)');
    return undefined;
  }
  if (!HAS_PGBOUNCER) {
    leaveOut('the shared ledger behind a pooler: there is no PgBouncer here (Debian: apt-get install pgbouncer)');
  }
  // Started by the first test that needs it.
  const folder = makeClusterFolder();
  process.env[CLUSTER_FOLDER] = folder;
  process.env[RUNNER] = String(process.pid);
  return () => {
    stopCluster(folder);
    rmSync(folder, { recursive: true, force: true });
  };
}

/** @throws Error in CI, where nothing may be left out */
function leaveOut(what: string): void {
  if (process.env.CI === 'true' && process.platform === 'linux') throw new Error(`CI must not leave out ${what}`);
  process.stderr.write(`\nLeft out: ${what}.\n\n`);
}

/** The end-to-end tests start `dist/main.js`: an older build than the source would test something else. */
function buildWhenStale(): void {
  const builtMs = Math.min(...['dist', '.build'].map((folder) => changeMs(join(PROJECT, folder, 'main.js'))));
  if (lastChangeMs(join(PROJECT, 'src')) <= builtMs) return;
  execFileSync('npm', ['run', '-s', 'build'], { cwd: PROJECT, stdio: 'inherit' });
}

function lastChangeMs(folder: string): number {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Math.max(...entries.map((entry) => changeMs(join(entry.parentPath, entry.name))));
}

function changeMs(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
