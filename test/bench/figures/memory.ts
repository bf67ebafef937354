import type { Figure } from '../figure.ts';
import { CREATE, runJob } from './calls.ts';
import { membersFile, validate } from './files.ts';

const MIB_MAX = { goal: { atMost: 160 }, limit: { atMost: 180 } } as const;

/** The most memory that the process has; three figures for each job, which must be about the same. */
export const MEMORY_FIGURES: readonly Figure[] = [0, 1, 2].flatMap((place): Figure[] => {
  const size = ['100 thousand', '1 million', '5 million'][place];
  return [
    {
      name: `memory-validate-${place + 1}`,
      what: `memory of \`validate\`, ${size} rows`,
      unit: 'MB',
      ...MIB_MAX,
      roundsMax: 1,
      async run(stand) {
        const count = stand.sizes.memory[place] ?? 0;
        const { peakMb } = await validate(stand, await membersFile(stand, count), count);
        return { ours: peakMb };
      },
    },
    {
      name: `memory-create-${place + 1}`,
      what: `memory of create, ${size} rows`,
      unit: 'MB',
      ...MIB_MAX,
      roundsMax: 1,
      async run(stand) {
        const { peakMb } = await runJob(stand, CREATE, stand.sizes.memory[place] ?? 0);
        return { ours: peakMb };
      },
    },
  ];
});
