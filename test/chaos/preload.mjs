/**
 * Preloaded into a patched build with `node --import`: what the patches call. `CHAOS` in the environment is JSON:
 *
 *   starter   the process that listens; in children of the program nothing strikes, and nothing is told
 *   kills     [{point, nth}]: SIGKILL when one of these points is passed the n-th time
 *   blows     [{point, nth, signal?, jumpMs?}]: one after the other, each when its point was passed n times since the one
 *             before; the signal goes to the process itself, the wall clock jumps
 *   clock     [{afterMs, jumpMs}]: the wall clock jumps so long after the start
 *
 * Every point that is passed is told on file descriptor 3, one line each.
 */
import { writeSync } from 'node:fs';

const { starter = process.ppid, kills = [], blows = [], clock = [] } = JSON.parse(process.env.CHAOS ?? '{}');
const isChild = process.ppid !== starter;

const passCounts = {};
let sinceBlow = 0;
let jumpedMs = 0;
globalThis.chaosPass = (point) => {
  if (isChild) return;
  tell(point);
  const [blow] = blows;
  if (blow?.point === point) sinceBlow += 1;
  if (blow && sinceBlow === blow.nth) {
    blows.shift();
    sinceBlow = 0;
    jumpedMs += blow.jumpMs ?? 0;
    tell(`struck ${point}`);
    if (blow.signal) process.kill(process.pid, blow.signal);
  }
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

const realNow = Date.now;
const startedMs = performance.now();
Date.now = () => {
  const elapsedMs = performance.now() - startedMs;
  return realNow() + clock.reduce((sum, { afterMs, jumpMs }) => sum + (elapsedMs >= afterMs ? jumpMs : 0), jumpedMs);
};
