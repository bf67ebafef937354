/**
 * Preloaded into a patched build with `node --import`: what the patches call. `CHAOS` in the environment is JSON:
 *
 *   kills     [{point, nth}]: SIGKILL when one of these points is passed the n-th time
 *   clock     [{afterMs, jumpMs}]: the wall clock jumps so long after the start
 *
 * Every point that is passed is told on file descriptor 3, one line each.
 */
import { writeSync } from 'node:fs';

const { kills = [], clock } = JSON.parse(process.env.CHAOS ?? '{}');

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
