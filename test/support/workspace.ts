import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type BinaryOptions, type Ended, type RunningBinary, startBinary } from './run-binary.ts';

export type RunOptions = Partial<Pick<BinaryOptions, 'stdin' | 'nodeFlags' | 'environment'>>;

/** A folder to work in and an own MEMBERLOAD_HOME, both gone after the test. */
export type Workspace = {
  readonly folder: string;
  readonly home: string;
  /** Writes a file into the folder. */
  file(name: string, content: string | Uint8Array): void;
  /** The config file of the folder; replaces the one that is there, which only makes runs fast. */
  config(values: object): void;
  read(name: string): string;
  bytes(name: string): Buffer;
  has(name: string): boolean;
  /** Names of the files in the folder, without the config file. */
  names(): string[];
  /** Starts the binary in the folder. */
  start(args: readonly string[], options?: RunOptions): RunningBinary;
  run(args: readonly string[], options?: RunOptions): Promise<Ended>;
  /** Every byte of every file under the home and the folder, to be searched for secrets. */
  everything(): Map<string, Buffer>;
};

/** As fast as it goes, and with the calls of each row countable: the defaults have tests of their own. */
const FAST = { rate: 'unlimited', quietWindow: '50ms', lookup: 'rows' };

/** `environment`: usually the settings of a sandbox. */
export function openWorkspace(environment: Readonly<Record<string, string>> = {}): Workspace {
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  const work = join(folder, 'work');
  mkdirSync(work);
  const workspace: Workspace = {
    folder: work,
    home,
    file: (name, content) => writeFileSync(join(work, name), content),
    config: (values) => writeFileSync(join(work, CONFIG), JSON.stringify({ ...FAST, ...values })),
    read: (name) => readFileSync(join(work, name), 'utf8'),
    bytes: (name) => readFileSync(join(work, name)),
    has: (name) => existsSync(join(work, name)),
    names: () =>
      readdirSync(work)
        .filter((name) => name !== CONFIG)
        .sort(),
    start: (args, options = {}) =>
      startBinary(args, {
        ...options,
        cwd: work,
        environment: { HOME: folder, MEMBERLOAD_HOME: home, ...environment, ...options.environment },
      }),
    run: (args, options) => workspace.start(args, options).ended,
    everything: () => new Map([...filesUnder(home), ...filesUnder(work)]),
  };
  workspace.config({});
  return workspace;
}

const CONFIG = 'memberload.config.json';

/** A new folder that goes away after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'memberload-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function filesUnder(folder: string): [string, Buffer][] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path, readFileSync(path)]);
}
