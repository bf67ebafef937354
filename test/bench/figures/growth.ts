import { type Figure, shortNumber } from '../figure.ts';
import type { Stand } from '../stand.ts';
import { runJob, TOPUP } from './calls.ts';
import { guardOf } from './guard.ts';
import { createOnce, validateOnce } from './memory.ts';
import { resumeOf } from './resume.ts';

/**
 * How cost grows: µs a row for 10 thousand, 100 thousand and 1 million rows (what is sent: with --full). The value compares the last with the one
 * before: at the smallest size the start of the process hides what a row costs. The bounds are guesses: what is linear
 * has 1, what is sorted or kept in a tree a little more, what is quadratic has 10.
 */
export const GROWTH_FIGURES: readonly Figure[] = [
  growth('validate', 'read', async (stand, count) => (await validateOnce(stand, count)).wallMs),
  growth('create', 'sent', async (stand, count) => (await createOnce(stand, count)).wallMs),
  growth('topup', 'sent', async (stand, count) => (await runJob(stand, TOPUP, count)).wallMs),
  growth('resume', 'sent', async (stand, count) => (await resumeOf(stand, count)).firstCallMs),
  growth('guard', 'sent', async (stand, count) => (await guardOf(stand, count)).guardMs),
];

function growth(
  job: string,
  sizes: keyof Stand['sizes']['growth'],
  costMs: (stand: Stand, count: number) => Promise<number>,
): Figure {
  return {
    name: `growth-${job}`,
    what: `cost of a row, ${job}: the most rows against a tenth of them`,
    unit: 'µs/row',
    goal: { atMost: 1.1 },
    limit: { atMost: 1.5 },
    roundsMax: 1,
    async run(stand) {
      const costs: number[] = [];
      const counts = stand.sizes.growth[sizes];
      for (const count of counts) costs.push((1000 * (await costMs(stand, count))) / count);
      const note = counts.map((count, index) => `${count.toLocaleString('en')}: ${shortNumber(costs[index] ?? 0)}`);
      return { ours: costs.at(-1) ?? 0, base: costs.at(-2) ?? 0, note: note.join(', ') };
    },
  };
}
