import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import type { Figure } from '../figure.ts';
import { CREDITS, writeCsv } from '../input-files.ts';
import { CONCURRENCY, type Stand } from '../stand.ts';

/** How much of the rate is used, and whether a second had more, by the times at which calls came to the server. */
export const LIMITER_FIGURES: readonly Figure[] = [5, 50, 500].flatMap((perSecond) => [
  ofRate(perSecond, 'idle', { goal: 0.98, limit: 0.97 }),
  ofRate(perSecond, 'loaded', { goal: 0.95, limit: 0.9 }),
]);

function ofRate(
  perSecond: number,
  machine: 'idle' | 'loaded',
  bounds: { readonly goal: number; readonly limit: number },
): Figure {
  return {
    name: `limiter-${perSecond}-${machine}`,
    what: `share used of a rate of ${perSecond}/s, ${machine === 'idle' ? 'machine idle' : 'all cores loaded'}`,
    unit: 'calls/s',
    goal: { atLeast: bounds.goal },
    limit: { atLeast: bounds.limit },
    // Each call of a round is a measurement of its own.
    roundsMax: 2,
    async run(stand) {
      const stopLoad = machine === 'loaded' ? loadAllCores() : async () => undefined;
      try {
        const arrivals = await arrivalsAt(stand, perSecond);
        const seconds = ((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)) / 1000;
        const most = mostInAnySecond(arrivals);
        // The first call is at the start of the time, not after a place of its own.
        return {
          ours: (arrivals.length - 1) / seconds,
          base: perSecond,
          note: `at most ${most} in a second`,
          isBroken: most > perSecond,
        };
      } finally {
        await stopLoad();
      }
    },
  };
}

/** A top-up at that rate: an intent is made durable before each call. */
async function arrivalsAt(stand: Stand, perSecond: number): Promise<readonly number[]> {
  const count = Math.ceil(perSecond * stand.sizes.rateSeconds);
  const input = await stand.input(`topup-${count}.csv`, (path) => writeCsv(path, CREDITS, count));
  await stand.server.reset();
  const bench = stand.openBench();
  try {
    bench.link(input, 'file.csv');
    await bench.run(['topup', 'file.csv', '--rate', `${perSecond}/s`, '--concurrency', String(CONCURRENCY)]);
    const { arrivals, calls } = await stand.server.state();
    // Before a run of many calls the vendor is asked how many others have made today: a call at the rate like any other.
    const sent = calls['customerOpenApi/updateBalancePointByIncrement'];
    if (sent !== count) throw new Error(`${sent} increments instead of ${count}`);
    return arrivals;
  } finally {
    bench.remove();
  }
}

/** One process on each core that does nothing but run. */
function loadAllCores(): () => Promise<void> {
  const children = Array.from({ length: availableParallelism() }, () =>
    spawn(process.execPath, ['-e', 'for (;;) {}'], { stdio: 'ignore' }),
  );
  return async () => {
    const closed = children.map((child) => once(child, 'close'));
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(closed);
  };
}

/** Calls in the fullest second, wherever it begins. */
export function mostInAnySecond(arrivals: readonly number[]): number {
  const sorted = [...arrivals].sort((one, other) => one - other);
  let most = 0;
  let first = 0;
  for (const [index, at] of sorted.entries()) {
    while (at - (sorted[first] ?? at) >= 1000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}
