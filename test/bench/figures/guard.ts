import { cpSync, renameSync, rmSync } from 'node:fs';
import { type Figure, median } from '../figure.ts';
import { CREDITS, writeCsv } from '../input-files.ts';
import type { Bench } from '../measured-run.ts';
import type { Stand } from '../stand.ts';
import { FAST_FLAGS, inputOf, TOPUP } from './calls.ts';

const PAUSED = 6;
const REPEATS = 3;

/** Enough for one top-up and for the calls that are kept back to settle it. */
const CALLS = 10;

/**
 * Every row of a top-up is looked up among all credits of the account. Measured as the time to the first call with a
 * ledger full of credits to other members, less the same with an empty ledger, which is intake alone.
 */
export const GUARD: Figure = {
  name: 'guard',
  what: 'credit guard of the rows of a file against as many credits, of the time of intake',
  unit: 'ms',
  goal: { atMost: 0.5 },
  limit: { atMost: 1 },
  roundsMax: 1,
  async run(stand) {
    const { guardMs, intakeMs } = await guardOf(stand, stand.sizes.growth.sent.at(-1) ?? 0);
    return { ours: guardMs, base: intakeMs };
  },
};

export function guardOf(stand: Stand, count: number): ReturnType<typeof measureGuard> {
  return stand.once(`guard-${count}`, () => measureGuard(stand, count));
}

async function measureGuard(
  stand: Stand,
  count: number,
): Promise<{ readonly guardMs: number; readonly intakeMs: number }> {
  const credited = await inputOf(stand, TOPUP, count);
  const others = await stand.input(`topup-others-${count}.csv`, (path) => writeCsv(path, CREDITS, count, count));
  const bench = stand.openBench();
  try {
    bench.link(others, 'others.csv');
    const intakeMs = await medianFirstCall(stand, bench, 0);
    bench.link(credited, 'file.csv');
    await bench.run(TOPUP.args);
    const fullMs = await medianFirstCall(stand, bench, count);
    return { guardMs: fullMs - intakeMs, intakeMs };
  } finally {
    bench.remove();
  }
}

/** The home is put back each time: the rows of a run that has paused would be looked up too. */
async function medianFirstCall(stand: Stand, bench: Bench, callsToday: number): Promise<number> {
  const saved = `${bench.home}.saved`;
  renameSync(bench.home, saved);
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    cpSync(saved, bench.home, { recursive: true, preserveTimestamps: true });
    await stand.server.reset();
    const { startedMs, document } = await bench.run(
      ['topup', 'others.csv', '--overwrite', ...FAST_FLAGS, '--daily-quota', String(callsToday + CALLS)],
      { exitCode: PAUSED },
    );
    const { firstMs } = await stand.server.state();
    if (firstMs === 0) throw new Error(`the top-up has made no call: ${JSON.stringify(document)}`);
    times.push(firstMs - startedMs);
    rmSync(bench.home, { recursive: true, force: true });
  }
  renameSync(saved, bench.home);
  return median(times);
}
