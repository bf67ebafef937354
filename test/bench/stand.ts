import { generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Build, copyBuild } from '../chaos/build.ts';
import { type LeastServer, leastSettings, startLeastServer } from './least-server.ts';
import { type Bench, type MeasuredProcess, measureProcess, openBench } from './measured-run.ts';

/** Calls under way at a time, ours and base. */
export const CONCURRENCY = 16;

/** A file system in memory: what the ledger costs without a disk under it. */
const MEMORY_FOLDER = '/dev/shm';

/** `f_type` of tmpfs on Linux. */
const TMPFS = 0x01021994;

/** Everything that the figures share. */
export type Stand = {
  readonly build: Build;
  readonly server: LeastServer;
  readonly sizes: Sizes;
  /** On the disk that is measured. */
  readonly folder: string;
  /** Absent where the system has none. */
  readonly memoryFolder: string | undefined;
  /** A job's folder and home; `base`: elsewhere than on the disk of the stand. `wonderBits`: size of Wonder's key. */
  openBench(options?: { base?: string; wonderBits?: KeyBits }): Bench;
  /** A file that is made when it is asked for the first time. */
  input(name: string, make: (path: string) => Promise<unknown>): Promise<string>;
  keyFile(bits: KeyBits): string;
  /** What two figures look at is measured once. */
  once<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** A program of baselines/. */
  baseline(name: string, args: readonly (string | number)[]): Promise<MeasuredProcess & { readonly count: number }>;
  close(): Promise<void>;
};

export type KeyBits = 2048 | 4096;

export type Sizes = {
  /** Rows that are sent as fast as possible. */
  readonly calls: number;
  /** Members that are read by pages. */
  readonly upsert: number;
  /** Rows of the file that is only read. */
  readonly file: number;
  /** Rows by which memory is compared: the first is where it has to be flat from. */
  readonly memory: { readonly validate: readonly number[]; readonly create: readonly number[] };
  /** Rows by which growth is looked at: of a file that is only read, and of one whose rows are sent. */
  readonly growth: { readonly read: readonly number[]; readonly sent: readonly number[] };
  /** How long a run waits for its rate, in seconds. */
  readonly rateSeconds: number;
};

export type Extent = 'quick' | 'usual' | 'full';

/**
 * - quick: some two minutes, to see that the bench works
 * - usual: ten minutes. Files that are only read have their million rows; what a vendor is called for has 100 thousand
 * - full: more than an hour, with a million rows and more everywhere
 */
export const EXTENTS: { readonly [E in Extent]: Sizes & { readonly rounds: number } } = {
  quick: {
    rounds: 2,
    calls: 2_000,
    upsert: 1_000,
    file: 100_000,
    memory: { validate: [50_000, 100_000, 200_000], create: [5_000, 10_000] },
    growth: { read: [1_000, 10_000, 100_000], sent: [1_000, 10_000] },
    rateSeconds: 4,
  },
  usual: {
    rounds: 3,
    calls: 10_000,
    upsert: 5_000,
    file: 1_000_000,
    memory: { validate: [100_000, 1_000_000, 5_000_000], create: [100_000, 200_000] },
    growth: { read: [10_000, 100_000, 1_000_000], sent: [10_000, 100_000] },
    rateSeconds: 10,
  },
  full: {
    rounds: 5,
    calls: 20_000,
    upsert: 5_000,
    file: 1_000_000,
    memory: { validate: [100_000, 1_000_000, 5_000_000], create: [100_000, 1_000_000, 5_000_000] },
    growth: { read: [10_000, 100_000, 1_000_000], sent: [10_000, 100_000, 1_000_000] },
    rateSeconds: 20,
  },
};

/** `diskFolder`: where ledgers, stages and inputs lie. */
export async function openStand(sizes: Sizes, diskFolder = tmpdir()): Promise<Stand> {
  const build = copyBuild();
  const folder = mkdtempSync(join(diskFolder, 'memberload-bench-stand-'));
  const server = await startLeastServer();
  const inputs = new Map<string, Promise<unknown>>();
  const measured = new Map<string, Promise<unknown>>();
  const keyFile = (bits: KeyBits): string => {
    const path = join(folder, `key-${bits}.pem`);
    if (!existsSync(path)) {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
      writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    }
    return path;
  };
  return {
    build,
    server,
    sizes,
    folder,
    memoryFolder: existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : undefined,
    openBench: ({ base = folder, wonderBits = 2048 } = {}) =>
      openBench(build, leastSettings(server, keyFile(wonderBits)), base),
    async input(name, make) {
      const path = join(folder, name);
      const made = inputs.get(name) ?? make(path);
      inputs.set(name, made);
      await made;
      return path;
    },
    keyFile,
    once<T>(name: string, work: () => Promise<T>): Promise<T> {
      const known = measured.get(name) as Promise<T> | undefined;
      const result = known ?? work();
      measured.set(name, result);
      return result;
    },
    async baseline(name, args) {
      const path = new URL(`./baselines/${name}.mjs`, import.meta.url).pathname;
      const ended = await measureProcess([path, ...args.map(String)], {
        cwd: folder,
        env: { PATH: process.env.PATH ?? '' },
        exitCode: 0,
      });
      return { ...ended, ...(JSON.parse(ended.stdout) as { readonly count: number }) };
    },
    async close() {
      await server.close();
      build.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether a folder's files are in memory, where nothing is durable. */
export function isInMemory(folder: string): boolean {
  return statfsSync(folder).type === TMPFS;
}
