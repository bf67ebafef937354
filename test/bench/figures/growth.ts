import { type Figure, shortNumber } from '../figure.ts';
import type { Stand } from '../stand.ts';
import { CREATE, runJob, TOPUP } from './calls.ts';
import { membersFile, validate } from './files.ts';
import { measureGuard } from './guard.ts';
import { measureResume } from './resume.ts';

/**
 * How cost grows: µs a row for 10 thousand, 100 thousand and 1 million rows. The value compares the last with the one
 * before: at the smallest size the start of the process hides what a row costs. The bounds are guesses: what is linear
 * has 1, what is sorted or kept in a tree a little more, what is quadratic has 10.
 */
export const GROWTH_FIGURES: readonly Figure[] = [
  growth('validate', async (stand, count) => (await validate(stand, await membersFile(stand, count), count)).wallMs),
  growth('create', async (stand, count) => (await runJob(stand, CREATE, count)).wallMs),
  growth('topup', async (stand, count) => (await runJob(stand, TOPUP, count)).wallMs),
  growth('resume', async (stand, count) => (await measureResume(stand, count)).firstCallMs),
  growth('guard', async (stand, count) => (await measureGuard(stand, count)).guardMs),
];

function growth(job: string, costMs: (stand: Stand, count: number) => Promise<number>): Figure {
  return {
    name: `growth-${job}`,
    what: `cost of a row, ${job}: the most rows against a tenth of them`,
    unit: 'µs/row',
    goal: { atMost: 1.1 },
    limit: { atMost: 1.5 },
    roundsMax: 1,
    async run(stand) {
      const costs: number[] = [];
      for (const count of stand.sizes.growth) costs.push((1000 * (await costMs(stand, count))) / count);
      const note = stand.sizes.growth.map(
        (count, index) => `${count.toLocaleString('en')}: ${shortNumber(costs[index] ?? 0)}`,
      );
      return { ours: costs.at(-1) ?? 0, base: costs.at(-2) ?? 0, note: note.join(', ') };
    },
  };
}
