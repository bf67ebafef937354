import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { type Figure, type Measured, measure, shortNumber } from './figure.ts';
import { CALL_FIGURES } from './figures/calls.ts';
import { VALIDATE, XLSX } from './figures/files.ts';
import { GROWTH_FIGURES } from './figures/growth.ts';
import { GUARD } from './figures/guard.ts';
import { LIMITER_FIGURES } from './figures/limiter.ts';
import { MEMORY_FIGURES } from './figures/memory.ts';
import { RESUME } from './figures/resume.ts';
import { START_FIGURES } from './figures/start.ts';
import { UPSERT } from './figures/upsert.ts';
import { WAITING } from './figures/waiting.ts';
import { WONDER_FIGURES } from './figures/wonder.ts';
import { EXTENTS, isInMemory, openStand, type Stand } from './stand.ts';

/** The quick ones first. */
const FIGURES: readonly Figure[] = [
  ...START_FIGURES,
  ...CALL_FIGURES,
  ...WONDER_FIGURES,
  UPSERT,
  VALIDATE,
  XLSX,
  ...LIMITER_FIGURES,
  WAITING,
  ...MEMORY_FIGURES,
  RESUME,
  GUARD,
  ...GROWTH_FIGURES,
];

const HELP = `npm run bench -- [flags]

  --quick            small sizes: some two minutes instead of ten
  --full             a million rows and more everywhere: more than an hour
  --rows N           rows that are sent as fast as possible
  --rounds N         rounds of each figure; the table has medians (default 3, with --quick 2, with --full 5)
  --only NAME        only the figures whose name begins so; can be given several times
  --json FILE        the figures as JSON, written anew after each
  --disk FOLDER      where ledgers and inputs lie (default: the folder for temporary files)
  --list             the names of the figures

Another build than dist/: MEMBERLOAD_DIST=<folder>.
`;

/**
 * Everything side by side in one run, several rounds, medians. Ratios are what can be compared between machines;
 * nothing here fails for being slow.
 *
 * @returns 1 when a figure could not be measured
 */
export async function run(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean', default: false },
      full: { type: 'boolean', default: false },
      rows: { type: 'string' },
      rounds: { type: 'string' },
      only: { type: 'string', multiple: true },
      json: { type: 'string' },
      disk: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const { only = [''] } = values;
  const chosen = FIGURES.filter(({ name }) => only.some((start) => name.startsWith(start)));
  if (values.help || values.list || chosen.length === 0) {
    print(values.help ? HELP : FIGURES.map(({ name, what }) => `${name.padEnd(20)} ${what}`).join('\n'));
    return 0;
  }
  const extent = EXTENTS[values.quick ? 'quick' : values.full ? 'full' : 'usual'];
  const rows = Number(values.rows ?? extent.calls);
  const roundCount = Number(values.rounds ?? extent.rounds);
  const startedMs = performance.now();
  const stand = await openStand({ ...extent, calls: rows }, values.disk);
  try {
    print(machine(rows, roundCount, stand));
    print('\n| Figure | Ours | Base | Value | Goal | Not done beyond | Verdict | |\n|---|--:|--:|--:|--:|--:|---|---|');
    const measured: Measured[] = [];
    const failed: { readonly name: string; readonly error: string }[] = [];
    for (const figure of chosen) {
      process.stderr.write(`${figure.name} …\n`);
      try {
        const done = await measure(figure, stand, roundCount);
        if (done === undefined) continue;
        measured.push(done);
        print(tableLine(done));
      } catch (error) {
        const text = error instanceof Error ? error.message : String(error);
        failed.push({ name: figure.name, error: text });
        print(`| ${figure.name}: ${figure.what} | | | | | | not measured | ${text.split('\n')[0]?.slice(0, 200)} |`);
        process.stderr.write(`${text}\n`);
      }
      if (values.json !== undefined) {
        const document = { ...machineFacts(), rows, rounds: roundCount, figures: measured, failed };
        writeFileSync(values.json, `${JSON.stringify(document, null, 2)}\n`);
      }
    }
    process.stderr.write(`${Math.round((performance.now() - startedMs) / 1000)} s in all\n`);
    return failed.length > 0 ? 1 : 0;
  } finally {
    await stand.close();
  }
}

function tableLine({ what, unit, ours, base, value, goal, limit, verdict, notes }: Measured): string {
  const cells = [
    what,
    `${shortNumber(ours)} ${unit}`,
    base === undefined ? '' : `${shortNumber(base)} ${unit}`,
    shortNumber(value),
    goal,
    limit,
    verdict,
    notes.join('; '),
  ];
  return `| ${cells.join(' | ')} |`;
}

function machine(rows: number, rounds: number, stand: Stand): string {
  const { node, platform, cores, cpu } = machineFacts();
  const disk = isInMemory(stand.folder) ? 'ledgers in memory: give --disk a folder on a disk' : 'ledgers on disk';
  return `Node ${node}, ${platform}, ${cores} cores (${cpu}); ${rows.toLocaleString('en')} rows, ${rounds} rounds; ${disk}`;
}

function machineFacts() {
  return {
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    cores: availableParallelism(),
    cpu: cpus()[0]?.model ?? 'unknown',
    measuredAt: new Date().toISOString(),
  };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
