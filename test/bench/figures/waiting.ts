import type { Figure } from '../figure.ts';
import { CREDITS, writeCsv } from '../input-files.ts';

/** Samples before this still see the start of the process, which does not come again. */
const START_MS = 1500;
const PER_SECOND = 5;

/** A run of nights must not keep a core busy while it waits. */
export const WAITING: Figure = {
  name: 'waiting-cpu',
  what: 'CPU of a run that waits for its rate (5/s), in % of a core',
  unit: '%',
  goal: { atMost: 2 },
  limit: { atMost: 5 },
  roundsMax: 1,
  async run(stand) {
    const count = Math.ceil(PER_SECOND * (stand.sizes.rateSeconds + START_MS / 1000));
    const input = await stand.input(`topup-${count}.csv`, (path) => writeCsv(path, CREDITS, count));
    await stand.server.reset();
    const bench = stand.openBench();
    try {
      bench.link(input, 'file.csv');
      const { samples } = await bench.run(['topup', 'file.csv', '--rate', `${PER_SECOND}/s`]);
      // The last sample is of the exit: the writing of the result is no waiting either.
      const waiting = samples.slice(0, -1).filter(([atMs]) => atMs >= START_MS);
      const [first, last] = [waiting[0], waiting.at(-1)];
      if (first === undefined || last === undefined || first === last) throw new Error('the run was too short');
      return { ours: (100 * (last[1] - first[1])) / (last[0] - first[0]) };
    } finally {
      bench.remove();
    }
  },
};
