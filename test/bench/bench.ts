import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { copyBuild } from '../chaos/build.ts';
import { startVendor } from '../chaos/vendor.ts';
import { csv, figure, memberNumber, range } from './call-jobs.ts';
import { type MeasuredRun, openBench, type Patch } from './measured-run.ts';
import { sandboxControl } from './sandbox-control.ts';

/** A file system in memory: what the ledger costs without a disk under it. */
const MEMORY = '/dev/shm';

/** Commits without waiting for the disk. The product refuses such a ledger; this build does not ask. */
const WITHOUT_FSYNC: readonly Patch[] = [
  {
    file: 'ledger/sqlite/sqlite-ledger.js',
    anchor: "setPragma(database, 'synchronous', 'NORMAL', 1);",
    replacement: "setPragma(database, 'synchronous', 'OFF', 0);",
  },
  { file: 'ledger/sqlite/wal-file.js', anchor: 'sync: () => fdatasync(file)', replacement: 'sync: async () => {}' },
  { file: 'ledger/sqlite/high-water-mark.js', anchor: 'await fdatasync(write(count));', replacement: 'write(count);' },
];

type Sample = { readonly rowsPerSecond: number; readonly peakMb: number };

/**
 * `npm run bench [-- --quick] [-- --rounds 5]`: everything side by side in one run, several rounds in turn,
 * medians. Ratios are what can be compared between machines; nothing here fails for being slow.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: { quick: { type: 'boolean', default: false }, rounds: { type: 'string' } },
  });
  const isQuick = values.quick;
  const sizes = isQuick
    ? { rows: 2000, validate: [10_000, 100_000], rateRows: 150 }
    : { rows: 20_000, validate: [100_000, 1_000_000], rateRows: 500 };
  const roundCount = Number(values.rounds ?? (isQuick ? 2 : 3));
  const memory = existsSync(MEMORY) ? MEMORY : undefined;
  const build = copyBuild();
  const vendorHome = mkdtempSync(join(memory ?? tmpdir(), 'memberload-bench-vendor-'));
  const vendor = await startVendor(build, vendorHome);
  const sandbox = sandboxControl(vendor.settings);
  const samples = new Map<string, Sample[]>();
  /** By the time that the run says it took: the start of Node, and of a load hook, is no part of it. */
  const take = (name: string, rowCount: number, { document, peakMb }: MeasuredRun): void => {
    const rowsPerSecond = rowCount / (document.elapsedMs / 1000);
    samples.set(name, [...(samples.get(name) ?? []), { rowsPerSecond, peakMb }]);
  };
  const flags = ['--rate', 'unlimited', '--concurrency', '16'];

  /** One job in a fresh home against as many members as it has rows. */
  const once = async (
    file: string | ((uids: readonly string[]) => string),
    args: readonly string[],
    options: { homeBase?: string | undefined; patches?: readonly Patch[]; memberCount?: number } = {},
  ): Promise<MeasuredRun> => {
    await sandbox.reset();
    const { memberCount = 0 } = options;
    if (memberCount > 0) await sandbox.seed(range(memberCount).map((index) => ({ number: memberNumber(index) })));
    const bench = openBench(build, vendor.settings, options.homeBase);
    try {
      const uids = typeof file === 'string' ? [] : (await sandbox.members()).map(({ customerUid }) => customerUid);
      bench.file('file.csv', typeof file === 'string' ? file : file(uids));
      // Of so many uids a few end in three zeros by chance, as Excel would leave them.
      bench.file('memberload.config.json', '{"trustRoundIds": true}');
      return await bench.run(args, { patches: options.patches ?? [] });
    } finally {
      bench.remove();
    }
  };

  try {
    const { rows } = sizes;
    const creates = csv(
      ['number', 'name', 'phone', 'point', 'balance'],
      range(rows).map((row) => [`C${row}`, `陳大文 ${row}`, `9${String(row).padStart(7, '0')}`, '12', '3.50']),
    );
    // By uid: no lookup stands between the intents.
    const credits = (uids: readonly string[]): string =>
      csv(
        ['customerUid', 'pointIncrement', 'balanceIncrement'],
        uids.map((uid) => [uid, '5', '0.10']),
      );
    const topup = ['topup', 'file.csv', ...flags];
    for (let round = 1; round <= roundCount; round += 1) {
      progress(`round ${round} of ${roundCount}`);
      take('import', rows, await once(creates, ['import', 'file.csv', '--mode', 'create', ...flags]));
      take('topup', rows, await once(credits, topup, { memberCount: rows }));
      take('topup without fsync', rows, await once(credits, topup, { memberCount: rows, patches: WITHOUT_FSYNC }));
      if (memory !== undefined) {
        take('topup in memory', rows, await once(credits, topup, { memberCount: rows, homeBase: memory }));
      }
      for (const count of sizes.validate) {
        take(`validate ${count}`, count, await validate(count));
      }
    }
    progress('the rate');
    const rate = await measureRate(sizes.rateRows);

    const of = (name: string): Sample => medianOf(samples.get(name) ?? []);
    const [few = 0, many = 0] = sizes.validate;
    const print = (...cells: readonly string[]): void => {
      process.stdout.write(`| ${cells.join(' | ')} |\n`);
    };
    print('Job', 'rows/s', 'peak memory', 'ratio');
    print('---', '--:', '--:', '---');
    const line = (label: string, name: string, ratio = ''): void =>
      print(label, figure(Math.round(of(name).rowsPerSecond)), `${Math.round(of(name).peakMb)} MB`, ratio);
    const speed = (name: string, base: string): string => (of(name).rowsPerSecond / of(base).rowsPerSecond).toFixed(2);
    line(`import ${figure(rows)}, \`--mode create\``, 'import');
    line(`top up ${figure(rows)} by uid`, 'topup', `${speed('topup', 'import')} of the import's speed`);
    line('the same, ledger without fsync', 'topup without fsync', `${speed('topup', 'topup without fsync')} durable`);
    if (memory !== undefined) {
      line(`the same, ledger in memory (${MEMORY})`, 'topup in memory', `${speed('topup', 'topup in memory')} durable`);
    }
    line(`validate ${figure(few)}`, `validate ${few}`);
    line(
      `validate ${figure(many)}`,
      `validate ${many}`,
      `${speed(`validate ${many}`, `validate ${few}`)} of the speed, ${(of(`validate ${many}`).peakMb / of(`validate ${few}`).peakMb).toFixed(2)} of the memory, for ${many / few} times the rows`,
    );
    print(
      `\`--rate ${rate.perSecond}/s\`, ${figure(sizes.rateRows)} calls`,
      rate.mean.toFixed(1),
      '',
      `at most ${rate.most} in any second, ${(rate.share * 100).toFixed(1)} % of the rate used`,
    );
  } finally {
    await vendor.close();
    build.remove();
    rmSync(vendorHome, { recursive: true, force: true });
  }
  return 0;

  async function validate(count: number): Promise<MeasuredRun> {
    const bench = openBench(build, {});
    try {
      writeMembers(join(bench.folder, 'file.csv'), count);
      return await bench.run(['validate', 'file.csv', '--as', 'members']);
    } finally {
      bench.remove();
    }
  }

  async function measureRate(rowCount: number) {
    const perSecond = 50;
    await once(
      (uids) =>
        csv(
          ['customerUid', 'pointIncrement'],
          uids.map((uid) => [uid, '1']),
        ),
      ['topup', 'file.csv', '--rate', `${perSecond}/s`, '--concurrency', '16'],
      { memberCount: rowCount },
    );
    const arrivals = await sandbox.arrivals();
    const seconds = ((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)) / 1000;
    // The first call is at the start of the time, not after a place of its own.
    const mean = (arrivals.length - 1) / seconds;
    return { perSecond, mean, most: mostInAnySecond(arrivals), share: mean / perSecond };
  }
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

function medianOf(samples: readonly Sample[]): Sample {
  const median = (of: (sample: Sample) => number): number => {
    const sorted = samples.map(of).sort((one, other) => one - other);
    return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  };
  return { rowsPerSecond: median((sample) => sample.rowsPerSecond), peakMb: median((sample) => sample.peakMb) };
}

function writeMembers(path: string, count: number): void {
  const rows: string[] = ['number,name,phone,birthday,email,point,balance\n'];
  for (let row = 0; row < count; row += 1) {
    rows.push(`V${row},陳大文 ${row},9${String(row).padStart(7, '0')},1990-05-01,m${row}@example.com,12,3.50\n`);
  }
  writeFileSync(path, rows.join(''));
}

function progress(text: string): void {
  process.stderr.write(`${text}\n`);
}
