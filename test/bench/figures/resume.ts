import { type Figure, median } from '../figure.ts';
import type { Stand } from '../stand.ts';
import { CREATE, FAST_FLAGS, inputOf } from './calls.ts';
import { validate } from './files.ts';

const PAUSED = 6;
const RESUMES = 3;

/** `resume` must not read again what is done: it is measured until its first call comes to the server. */
export const RESUME: Figure = {
  name: 'resume',
  what: 'first call of `resume`, 90 % done, of the time of `validate` for the file',
  unit: 'ms',
  goal: { atMost: 0.1 },
  limit: { atMost: 0.3 },
  roundsMax: 1,
  async run(stand) {
    const count = stand.sizes.growth.sent.at(-1) ?? 0;
    const { firstCallMs } = await resumeOf(stand, count);
    const input = await inputOf(stand, CREATE, count);
    const validated = [];
    for (let round = 0; round < RESUMES; round += 1) validated.push((await validate(stand, input, count)).wallMs);
    return { ours: firstCallMs, base: median(validated) };
  },
};

export function resumeOf(stand: Stand, count: number): ReturnType<typeof measureResume> {
  return stand.once(`resume-${count}`, () => measureResume(stand, count));
}

/** A run of so many rows that has paused when 90 % were done, and how long `resume` takes to its first call. */
async function measureResume(stand: Stand, count: number): Promise<{ readonly firstCallMs: number }> {
  const input = await inputOf(stand, CREATE, count);
  const bench = stand.openBench();
  try {
    bench.link(input, 'file.csv');
    const done = Math.floor(count * 0.9);
    await stand.server.reset();
    await bench.run([...CREATE.args, '--daily-quota', String(done)], { exitCode: PAUSED });
    const times: number[] = [];
    // A few calls more each time: the run pauses again, so that it can be resumed again.
    for (let resume = 1; resume <= RESUMES; resume += 1) {
      await stand.server.reset();
      const { startedMs } = await bench.run(
        ['resume', '--daily-quota', String(done + resume), '--overwrite', ...FAST_FLAGS],
        { exitCode: PAUSED },
      );
      const { firstMs } = await stand.server.state();
      if (firstMs === 0) throw new Error('resume has made no call');
      times.push(firstMs - startedMs);
    }
    return { firstCallMs: median(times) };
  } finally {
    bench.remove();
  }
}
