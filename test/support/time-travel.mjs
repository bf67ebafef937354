// Loaded with --import into the built binary: the only thing that is faked is time.
// TIME_OFFSET_MS is added to the wall clock. A sleep of more than a minute ends once the file TIME_GATE is
// there, and the wall clock has then moved on by the whole sleep.
import { existsSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';

const timers = createRequire(import.meta.url)('node:timers/promises');
const realSleep = timers.setTimeout;
const realNow = Date.now;
let offsetMs = Number(process.env.TIME_OFFSET_MS ?? 0);

Date.now = () => realNow() + offsetMs;
timers.setTimeout = async (delayMs, value, options) => {
  if (delayMs < 60_000) return realSleep(delayMs, value, options);
  while (process.env.TIME_GATE !== undefined && !existsSync(process.env.TIME_GATE)) {
    await realSleep(5, undefined, options);
  }
  offsetMs += delayMs;
  return value;
};
syncBuiltinESMExports();
