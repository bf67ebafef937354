import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { openWorkspace, type Workspace } from '../support/workspace.ts';
import { CREATES, CREDITS, MEMBERS, type Rows, writeCsv } from './input-files.ts';
import { BENCH_APP_ID, BENCH_APP_KEY, type LeastServer, startLeastServer } from './least-server.ts';

/**
 * What a row costs, by counts: the time of a shared machine says nothing, the number of statements does. A file is
 * compared with one of twice its rows, so that what a run costs once falls out.
 */
const FEW = 600;
const MANY = 1200;
const CONCURRENCY = 16;

const PRELOAD = new URL('./count-preload.mjs', import.meta.url).href;
/** A young heap of a fixed size: how often it is full says how much was allocated. */
const FIXED_HEAP = ['--min-semi-space-size=2', '--max-semi-space-size=2'];
const FAST = ['--rate', 'unlimited', '--concurrency', String(CONCURRENCY)];

type Counts = {
  readonly statements: Readonly<Record<string, Readonly<Record<string, number>>>>;
  readonly opened: Readonly<Record<string, number>>;
  readonly readBytes: Readonly<Record<string, number>>;
  readonly syncs: number;
  readonly collections: number;
};

/** The first test of each job starts processes for all of them, on a machine that may be busy. */
vi.setConfig({ testTimeout: 300_000 });

let server: LeastServer;

beforeAll(async () => {
  server = await startLeastServer();
});

beforeEach(() => server.reset());

afterAll(() => server.close());

function openCounted(): Workspace {
  return openWorkspace({
    KYBIO_BASE_URL: `${server.origin}/openapi/v1`,
    KYBIO_APP_ID: BENCH_APP_ID,
    KYBIO_APP_KEY: BENCH_APP_KEY,
  });
}

async function count(work: Workspace, args: readonly string[], exitCode = 0): Promise<Counts> {
  const countsFile = join(work.folder, '..', 'counts.json');
  const ended = await work.run(args, {
    nodeFlags: ['--no-warnings', ...FIXED_HEAP, '--import', PRELOAD],
    environment: { BENCH_COUNTS: countsFile },
  });
  expect(ended, ended.stderr).toMatchObject({ exitCode, signal: null });
  return JSON.parse(readFileSync(countsFile, 'utf8')) as Counts;
}

/** The same job with few and with many rows, each in a home of its own. */
async function fewAndMany(rows: Rows, args: readonly string[]): Promise<Pair> {
  const counts: Counts[] = [];
  for (const size of [FEW, MANY]) {
    const work = openCounted();
    await writeCsv(join(work.folder, 'file.csv'), rows, size);
    counts.push(await count(work, args));
  }
  return pairOf(counts);
}

const IMPORT = ['import', 'file.csv', '--mode', 'create', ...FAST];
const TOPUP = ['topup', 'file.csv', ...FAST];
const VALIDATE = ['validate', 'file.csv', '--as', 'members'];
const LEDGER = 'ledger.sqlite';

type Pair = readonly [few: Counts, many: Counts];

/** The growth for each row more. */
function aRow(of: (counts: Counts) => number, [few, many]: Pair): number {
  return (of(many) - of(few)) / (MANY - FEW);
}

/** Statements that are run for each row, as often as that; what a group of rows shares is none of them. */
function rowStatements(database: string, [few, many]: Pair): Readonly<Record<string, number>> {
  const growth = Object.entries(many.statements[database] ?? {}).map(
    ([sql, times]) => [sql, (times - (few.statements[database]?.[sql] ?? 0)) / (MANY - FEW)] as const,
  );
  return Object.fromEntries(growth.filter(([, times]) => times >= 0.9));
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, times) => total + times, 0);
}

/** By the last part of the path. */
function ofFile(counts: Readonly<Record<string, number>>, name: string): number {
  return sum(Object.fromEntries(Object.entries(counts).filter(([path]) => path.split('/').at(-1) === name)));
}

const transactions = (counts: Counts): number => counts.statements[LEDGER]?.['BEGIN IMMEDIATE'] ?? 0;

describe('create', () => {
  const counted = once(() => fewAndMany(CREATES, IMPORT));

  test('a row costs at most two statements of the ledger: its attempt and its outcome', async () => {
    const pair = await counted();
    const statements = rowStatements(LEDGER, pair);
    expect(sum(statements), Object.keys(statements).join('\n')).toBeLessThanOrEqual(2);
  });

  test('rows share transactions and their way to the disk', async () => {
    const pair = await counted();
    expect(aRow(transactions, pair)).toBeLessThan(0.5);
    expect(aRow(({ syncs }) => syncs, pair)).toBeLessThan(0.5);
  });

  test('a row costs nothing in the memory of pages, when none were read', async () => {
    const pair = await counted();
    expect(rowStatements('pages-kybio.sqlite', pair)).toEqual({});
  });

  test('the input is opened once and read once, and no row opens a file', async () => {
    const [few, many] = await counted();
    expect(ofFile(many.opened, 'file.csv')).toBe(1);
    expect(ofFile(many.readBytes, 'file.csv')).toBe(byteCount(CREATES, MANY));
    expect(sum(many.opened)).toBe(sum(few.opened));
  });

  test('the stage is read as often for many rows as for few', async () => {
    const [few, many] = await counted();
    expect(ofFile(many.readBytes, 'stage') / ofFile(few.readBytes, 'stage')).toBeLessThan(2.2);
  });
});

describe('topup', () => {
  const counted = once(() => fewAndMany(CREDITS, TOPUP));

  test('a row costs at most six statements of the ledger: its plan, two looks, its time, its intent, its outcome', async () => {
    const pair = await counted();
    const statements = rowStatements(LEDGER, pair);
    expect(sum(statements), Object.keys(statements).join('\n')).toBeLessThanOrEqual(6);
  });

  test('rows share transactions and their way to the disk', async () => {
    const pair = await counted();
    expect(aRow(transactions, pair)).toBeLessThan(0.5);
    expect(aRow(({ syncs }) => syncs, pair)).toBeLessThan(0.6);
  });

  test('a row costs nothing in the memory of pages, when none were read', async () => {
    const pair = await counted();
    expect(rowStatements('pages-kybio.sqlite', pair)).toEqual({});
  });

  test('the input is opened once and read once, and no row opens a file', async () => {
    const [few, many] = await counted();
    expect(ofFile(many.opened, 'file.csv')).toBe(1);
    expect(ofFile(many.readBytes, 'file.csv')).toBe(byteCount(CREDITS, MANY));
    expect(sum(many.opened)).toBe(sum(few.opened));
  });
});

test('resume opens no input, and puts nothing to the ledger for the rows that are done', async () => {
  const counts: Counts[] = [];
  for (const size of [FEW, MANY]) {
    const work = openCounted();
    await writeCsv(join(work.folder, 'file.csv'), CREATES, size);
    await count(work, [...IMPORT, '--daily-quota', String(size - 10)], 6);
    counts.push(await count(work, ['resume', '--daily-quota', String(size), ...FAST]));
  }
  const pair = pairOf(counts);
  expect(ofFile(pair[1].opened, 'file.csv')).toBe(0);
  expect(rowStatements(LEDGER, pair)).toEqual({});
});

describe('validate', () => {
  // All above the size from which csv-parse has a thread: its own memory is not counted there.
  const sizes = [20_000, 40_000, 80_000];
  const counted = once(async () => {
    const counts: Counts[] = [];
    for (const size of sizes) {
      const work = openCounted();
      await writeCsv(join(work.folder, 'file.csv'), MEMBERS, size);
      counts.push(await count(work, VALIDATE));
    }
    return counts;
  });

  test('it opens the input once, reads it once, and no row opens a file or runs a statement', async () => {
    const [few, , many] = await counted();
    if (few === undefined || many === undefined) throw new Error('nothing was counted');
    expect(ofFile(many.opened, 'file.csv')).toBe(1);
    expect(ofFile(many.readBytes, 'file.csv')).toBe(byteCount(MEMBERS, 80_000));
    expect(sum(many.opened)).toBe(sum(few.opened));
    expect(many.statements).toEqual({});
  });

  test('twice the rows allocate at most twice as much', async () => {
    const [few = 0, some = 0, many = 0] = (await counted()).map(({ collections }) => collections);
    // Enough of them that one more or less does not matter.
    expect(some - few).toBeGreaterThan(20);
    expect((many - some) / (some - few)).toBeLessThan(2.5);
  });
});

/** Counted by the first test that asks, for all of them. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function byteCount(rows: Rows, count: number): number {
  const lines = Array.from({ length: count }, (_, index) => rows.row(index));
  return Buffer.byteLength(`${[rows.header, ...lines].join('\n')}\n`);
}

function pairOf([few, many]: readonly Counts[]): Pair {
  if (few === undefined || many === undefined) throw new Error('two sizes are needed');
  return [few, many];
}
