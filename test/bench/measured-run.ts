import { spawn } from 'node:child_process';
import { copyFileSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunDocument } from '../../src/result/run-document.ts';
import type { Build } from '../chaos/build.ts';

const PRELOAD = new URL('./preload.mjs', import.meta.url).href;

export type MeasuredProcess = {
  readonly stdout: string;
  /** From before the process was made until it was gone. */
  readonly wallMs: number;
  /** Milliseconds since the epoch, with a fraction. */
  readonly startedMs: number;
};

export type MeasuredRun = MeasuredProcess & {
  readonly document: RunDocument;
  readonly peakMb: number;
  /** About one a second. */
  readonly samples: readonly (readonly [atMs: number, cpuMs: number])[];
};

/** A folder for the files of one job and a MEMBERLOAD_HOME, which may lie elsewhere. */
export type Bench = {
  readonly folder: string;
  readonly home: string;
  file(name: string, content: string): void;
  /** The file under another name: a million rows are not copied. */
  link(path: string, name: string): void;
  /** @throws when the process ends with another code than expected */
  run(args: readonly string[], options?: { exitCode?: number }): Promise<MeasuredRun>;
  /** Without anything preloaded, for what takes no longer than a start. */
  time(args: readonly string[]): Promise<MeasuredProcess>;
  remove(): void;
};

/** `base`: the folder in which the job's folder and home are made, on the disk that is to be measured. */
export function openBench(build: Build, settings: Readonly<Record<string, string>>, base = tmpdir()): Bench {
  const place = mkdtempSync(join(base, 'memberload-bench-'));
  const folder = join(place, 'work');
  const home = join(place, 'home');
  mkdirSync(folder);
  mkdirSync(home, { mode: 0o700 });
  const environment = { PATH: process.env.PATH ?? '', HOME: folder, MEMBERLOAD_HOME: home, ...settings };
  return {
    folder,
    home,
    file: (name, content) => writeFileSync(join(folder, name), content),
    link(path, name) {
      try {
        linkSync(path, join(folder, name));
      } catch {
        // The job's folder lies on another disk.
        copyFileSync(path, join(folder, name));
      }
    },
    async run(args, { exitCode = 0 } = {}) {
      const usageFile = join(place, 'usage.json');
      const ended = await measureProcess(
        ['--no-warnings', '--import', PRELOAD, build.binary, ...args, '--json', '--quiet'],
        { cwd: folder, env: { ...environment, BENCH_USAGE: usageFile }, exitCode },
      );
      const usage = JSON.parse(readFileSync(usageFile, 'utf8')) as {
        readonly peakKb: number;
        readonly samples: MeasuredRun['samples'];
      };
      const document = JSON.parse(ended.stdout) as RunDocument;
      return { ...ended, document, peakMb: usage.peakKb / 1024, samples: usage.samples };
    },
    time: (args) => measureProcess([build.binary, ...args], { cwd: folder, env: environment, exitCode: 0 }),
    remove: () => rmSync(place, { recursive: true, force: true }),
  };
}

/** Runs node with these arguments. @throws when the process ends with another code than expected */
export async function measureProcess(
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly exitCode: number },
): Promise<MeasuredProcess> {
  const { cwd, env, exitCode } = options;
  const startedMs = performance.timeOrigin + performance.now();
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const wallMs = performance.timeOrigin + performance.now() - startedMs;
  if (code !== exitCode) {
    throw new Error(`node ${args.join(' ')} ended with ${code}: ${printed.stderr}${printed.stdout.slice(0, 2000)}`);
  }
  return { stdout: printed.stdout, wallMs, startedMs };
}
