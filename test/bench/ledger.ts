import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { readLedgerAddress } from '../../src/ledger/postgres/address.ts';
import { initLedger } from '../../src/ledger/postgres/administer.ts';
import {
  type Cluster,
  findPostgres,
  inDatabase,
  makeClusterFolder,
  startCluster,
  stopCluster,
  urlOf,
} from '../support/postgres.ts';
import { median } from './figure.ts';
import { mostInAnySecond } from './figures/limiter.ts';
import { benchCredits } from './ledger-credits.ts';

const PROCESS = new URL('./ledger-process.mjs', import.meta.url).pathname;
const GROUPS = [16, 64, 256];
const WORKERS = [1, 2, 4];
const RATES = [50, 500];
const JOBS = 400;

const PARTS = ['pairs', 'rates', 'jobs', 'credits'] as const;

/**
 * `npm run bench:ledger [-- --seconds 2 --rounds 3 --credits 1000000 --only pairs,rates,jobs,credits]`: what the shared
 * ledger costs, side by side with the ledger in a file: durable pairs of intent and outcome, the share of a rate that
 * workers use together, what a job of the queue adds; with `--credits`, what the guard asks of a file when there are so
 * many, and the size of a credit. The server waits for its disk, as a real one does.
 */
export async function run(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seconds: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '3' },
      credits: { type: 'string', default: '0' },
      only: { type: 'string', default: PARTS.join(',') },
    },
  });
  const credits = Number(values.credits);
  const wanted = values.only.split(',');
  const unknown = wanted.find((part) => !PARTS.some((name) => name === part));
  if (unknown !== undefined || (values.only === 'credits' && !(credits > 0))) {
    print(`--only ${values.only}: it takes ${PARTS.join(', ')}; credits with --credits N.`);
    return 1;
  }
  if (findPostgres() === undefined) {
    print('There is no PostgreSQL on this machine.');
    return 1;
  }
  const folder = makeClusterFolder();
  const scratch = mkdtempSync(join(tmpdir(), 'memberload-bench-ledger-'));
  try {
    const cluster = await startCluster(folder);
    const bench: Bench = { cluster, scratch, seconds: Number(values.seconds), rounds: Number(values.rounds), made: 0 };
    if (wanted.includes('pairs')) await benchPairs(bench);
    if (wanted.includes('rates')) await benchRates(bench);
    if (wanted.includes('jobs')) await benchJobs(bench);
    if (wanted.includes('credits') && credits > 0) {
      const pairs = (task: object): Promise<number> => pairsASecond(bench, 1, task);
      const place = { scratch, rounds: bench.rounds, newLedger: () => newLedger(bench), pairsASecond: pairs };
      await benchCredits(place, credits);
    }
  } finally {
    stopCluster(folder);
    rmSync(folder, { recursive: true, force: true });
    rmSync(scratch, { recursive: true, force: true });
  }
  return 0;
}

type Bench = {
  readonly cluster: Cluster;
  readonly scratch: string;
  readonly seconds: number;
  readonly rounds: number;
  made: number;
};

/** An empty ledger of its own. */
async function newLedger(bench: Bench): Promise<string> {
  bench.made += 1;
  const name = `bench_${bench.made}`;
  await inDatabase(urlOf(bench.cluster, 'postgres'), `CREATE DATABASE ${name}`);
  const url = urlOf(bench.cluster, name);
  await initLedger(readLedgerAddress(url), undefined);
  return url;
}

async function startProcesses<T>(bench: Bench, count: number, task: object): Promise<T[]> {
  // Long enough for all of them to have opened their ledger.
  const beginMs = Date.now() + 2000;
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      bench.made += 1;
      const name = String(bench.made);
      const given = { ...task, name, beginMs, folder: join(bench.scratch, `${name}-${index}`) };
      const { stdout } = await promisify(execFile)(process.execPath, [PROCESS, JSON.stringify(given)], {
        maxBuffer: 1e9,
      });
      return JSON.parse(stdout) as T;
    }),
  );
}

async function benchPairs(bench: Bench): Promise<void> {
  print('| Rows at once | file, 1 process | shared, 1 worker | 2 | 4 |');
  print('|---|--:|--:|--:|--:|');
  for (const group of GROUPS) {
    const rates = new Map<string, number[]>();
    for (let round = 0; round < bench.rounds; round += 1) {
      const file = await pairsASecond(bench, 1, { group });
      rates.set('file', [...(rates.get('file') ?? []), file]);
      for (const count of WORKERS) {
        const shared = await pairsASecond(bench, count, { group, url: await newLedger(bench) });
        rates.set(`${count}`, [...(rates.get(`${count}`) ?? []), shared]);
      }
    }
    const file = median(rates.get('file') ?? []);
    const cells = WORKERS.map((count) => median(rates.get(`${count}`) ?? [])).map(
      (each) => `${each.toFixed(0)} (${(each / file).toFixed(2)}×)`,
    );
    print(`| ${group} | ${file.toFixed(0)} | ${cells.join(' | ')} |`);
  }
}

async function pairsASecond(bench: Bench, count: number, task: object): Promise<number> {
  const found = await startProcesses<{ pairs: number }>(bench, count, {
    kind: 'pairs',
    seconds: bench.seconds,
    ...task,
  });
  return found.reduce((sum, { pairs }) => sum + pairs, 0) / bench.seconds;
}

async function benchRates(bench: Bench): Promise<void> {
  print('\n| Rate | workers | share of the rate | worst second |');
  print('|---|--:|--:|--:|');
  for (const perSecond of RATES) {
    for (const count of WORKERS) {
      const seconds = bench.seconds * 3;
      const url = await newLedger(bench);
      const found = await startProcesses<{ sentMs: number[] }>(bench, count, { kind: 'rate', perSecond, seconds, url });
      const sentMs = found.flatMap((each) => each.sentMs).sort((a, b) => a - b);
      const spanMs = (sentMs.at(-1) ?? 0) - (sentMs[0] ?? 0);
      const share = ((sentMs.length - 1) / spanMs) * 1000 * (100 / perSecond);
      print(`| ${perSecond}/s | ${count} | ${share.toFixed(0)} % | ${mostInAnySecond(sentMs)} |`);
    }
  }
}

/** Jobs that do nothing: added in one statement, and done by the queue's own worker. */
async function benchJobs(bench: Bench): Promise<void> {
  const url = await newLedger(bench);
  const addedMs = await timed(() =>
    inDatabase(url, `SELECT memberload_jobs.add_job('nothing', '{}') FROM generate_series(1, ${JOBS})`),
  );
  const { run: runJobs, Logger } = await import('graphile-worker');
  const logger = new Logger(() => () => undefined);
  let left = JOBS;
  const doneMs = await timed(async () => {
    let end: () => void = () => undefined;
    const all = new Promise<void>((resolve) => {
      end = resolve;
    });
    const nothing = async (): Promise<void> => {
      left -= 1;
      if (left === 0) end();
    };
    const runner = await runJobs({
      ...{ connectionString: url, schema: 'memberload_jobs', logger, concurrency: 1, noHandleSignals: true },
      ...{ parsedCronItems: [], taskList: { nothing } },
    });
    await all;
    await runner.stop();
  });
  const perRow = (addedMs + doneMs) / JOBS / 500;
  print(`\nA job of the queue: ${(addedMs / JOBS).toFixed(2)} ms to add, ${(doneMs / JOBS).toFixed(2)} ms to do;`);
  print(`for each row of a part of 500: ${perRow.toFixed(3)} ms.`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const beganMs = performance.now();
  await work();
  return performance.now() - beganMs;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
