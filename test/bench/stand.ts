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
  /** A program of baselines/. */
  baseline(name: string, args: readonly (string | number)[]): Promise<MeasuredProcess & { readonly count: number }>;
  close(): Promise<void>;
};

export type KeyBits = 2048 | 4096;

export type Sizes = {
  /** Rows that are sent as fast as possible. */
  readonly calls: number;
  /** Rows of the file that is only read. */
  readonly file: number;
  /** Rows by which memory is compared: the first is where it has to be flat from. */
  readonly memory: readonly number[];
  /** Rows by which growth is looked at. */
  readonly growth: readonly number[];
  /** How long a run waits for its rate, in seconds. */
  readonly rateSeconds: number;
};

export const ROWS = 20_000;
export const ROWS_QUICK = 2_000;

/** All sizes follow from the rows that are sent: 20,000 is the table of issue 11 with its million rows. */
export function sizesFor(rows: number): Sizes {
  return {
    calls: rows,
    file: rows * 50,
    memory: [rows * 5, rows * 50, rows * 250],
    growth: [rows / 2, rows * 5, rows * 50],
    rateSeconds: Math.max(3, Math.min(20, rows / 500)),
  };
}

/** `diskFolder`: where ledgers, stages and inputs lie. */
export async function openStand(rows: number, diskFolder = tmpdir()): Promise<Stand> {
  const build = copyBuild();
  const folder = mkdtempSync(join(diskFolder, 'memberload-bench-stand-'));
  const server = await startLeastServer();
  const inputs = new Map<string, Promise<unknown>>();
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
    sizes: sizesFor(rows),
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
