/**
 * Preloaded into the built binary with `node --import`: everything that the tests need inside the product
 * without a line of it being there. `CHAOS` in the environment is JSON:
 *
 *   dist      folder of the build
 *   patches   [{file, anchor, replacement}]: texts of built modules to be exchanged, see points.ts
 *   kills     [{point, nth}]: SIGKILL when one of these points is passed the n-th time
 *   clock     [{afterMs, jumpMs}]: the wall clock jumps so long after the start
 *
 * Every point that is passed is told on file descriptor 3, one line each.
 */
import { readFileSync, writeSync } from 'node:fs';
import { register } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { dist, patches, kills, clock } = JSON.parse(process.env.CHAOS ?? '{}');

const byUrl = {};
for (const patch of patches) {
  const path = join(dist, patch.file);
  // Checked before anything runs, and for modules that may never be loaded too: a test whose anchor went
  // away with a refactoring must not pass by testing nothing.
  const count = readFileSync(path, 'utf8').split(patch.anchor).length - 1;
  if (count !== 1) {
    writeSync(2, `CHAOS_ANCHOR: ${patch.file} has ${count} times, not once: ${JSON.stringify(patch.anchor)}\n`);
    process.exit(99);
  }
  const url = pathToFileURL(path).href;
  byUrl[url] = [...(byUrl[url] ?? []), patch];
}
register('./patch-hook.mjs', import.meta.url, { data: byUrl });

const passCounts = {};
globalThis.chaosPass = (point) => {
  tell(point);
  const passCount = (passCounts[point] ?? 0) + 1;
  passCounts[point] = passCount;
  if (!kills.some((kill) => kill.point === point && kill.nth === passCount)) return;
  tell(`killed ${point}`);
  process.kill(process.pid, 'SIGKILL');
};

function tell(line) {
  try {
    writeSync(3, `${line}\n`);
  } catch {
    // Nobody listens, or the pipe is full: what is told is for counting only.
  }
}

if (clock) {
  const realNow = Date.now;
  const startedMs = performance.now();
  Date.now = () => {
    const elapsedMs = performance.now() - startedMs;
    return realNow() + clock.reduce((sum, { afterMs, jumpMs }) => sum + (elapsedMs >= afterMs ? jumpMs : 0), 0);
  };
}
