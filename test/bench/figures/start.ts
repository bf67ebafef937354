import { type Figure, median } from '../figure.ts';
import { MEMBERS, writeCsv } from '../input-files.ts';
import { measureProcess } from '../measured-run.ts';
import type { Stand } from '../stand.ts';

/** Starts in one round, each of ours beside one of node alone. */
const STARTS = 9;

/** What a person waits for before anything happens, beside `node -e 0`. */
export const START_FIGURES: readonly Figure[] = [
  ofBareNode('help', '`--help`, times bare node', ['--help'], { goal: 1.6, limit: 2.2 }),
  ofBareNode(
    'validate-ten',
    '`validate` of ten rows, times bare node',
    ['validate', 'file.csv', '--as', 'members', '--quiet', '-o'],
    { goal: 3, limit: 4 },
  ),
];

function ofBareNode(
  name: string,
  what: string,
  args: readonly string[],
  bounds: { readonly goal: number; readonly limit: number },
): Figure {
  return {
    name,
    what,
    unit: 'ms',
    goal: { atMost: bounds.goal },
    limit: { atMost: bounds.limit },
    async run(stand: Stand) {
      const input = await stand.input('members-10.csv', (path) => writeCsv(path, MEMBERS, 10));
      const bench = stand.openBench();
      try {
        bench.link(input, 'file.csv');
        const ours: number[] = [];
        const base: number[] = [];
        for (let start = 0; start < STARTS; start += 1) {
          // Each start writes a file of its own: to replace one is another way through the code.
          const last = args.at(-1) === '-o' ? [`checked-${start}.csv`] : [];
          ours.push((await bench.time([...args, ...last])).wallMs);
          base.push((await startNode(bench.folder)).wallMs);
        }
        return { ours: median(ours), base: median(base) };
      } finally {
        bench.remove();
      }
    },
  };
}

function startNode(cwd: string) {
  return measureProcess(['-e', '0'], { cwd, env: { PATH: process.env.PATH ?? '' }, exitCode: 0 });
}
