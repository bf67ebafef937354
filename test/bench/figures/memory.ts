import type { Figure } from '../figure.ts';
import type { MeasuredRun } from '../measured-run.ts';
import type { Stand } from '../stand.ts';
import { CREATE, runJob } from './calls.ts';
import { membersFile, validate } from './files.ts';

const MIB_MAX = { goal: { atMost: 160 }, limit: { atMost: 180 } } as const;

/** The most memory that the process has, for several sizes, which must be about the same. */
export const MEMORY_FIGURES: readonly Figure[] = [
  memory('validate', validateOnce, 0, 1, 2),
  memory('create', createOnce, 0, 1, 2),
].flat();

function memory(
  job: keyof Stand['sizes']['memory'],
  run: (stand: Stand, count: number) => Promise<MeasuredRun>,
  ...places: readonly number[]
): Figure[] {
  return places.map((place) => ({
    name: `memory-${job}-${place + 1}`,
    what: `memory of ${job === 'validate' ? '`validate`' : job}, size ${place + 1}`,
    unit: 'MB',
    ...MIB_MAX,
    roundsMax: 1,
    async run(stand) {
      const count = stand.sizes.memory[job][place];
      // Too long for this extent of the bench.
      if (count === undefined) return undefined;
      const { peakMb } = await run(stand, count);
      return { ours: peakMb, note: `${count.toLocaleString('en')} rows` };
    },
  }));
}

/** Memory and growth look at the same runs. */
export function validateOnce(stand: Stand, count: number): Promise<MeasuredRun> {
  return stand.once(`validate-${count}`, async () => validate(stand, await membersFile(stand, count), count));
}

export function createOnce(stand: Stand, count: number): Promise<MeasuredRun> {
  return stand.once(`create-${count}`, () => runJob(stand, CREATE, count));
}
