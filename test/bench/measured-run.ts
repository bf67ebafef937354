import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { RunDocument } from '../../src/result/run-document.ts';
import type { Build } from '../chaos/build.ts';

const PRELOAD = new URL('./preload.mjs', import.meta.url).href;

/** A text of a built module, and what stands there instead. */
export type Patch = { readonly file: string; readonly anchor: string; readonly replacement: string };

export type MeasuredRun = {
  readonly document: RunDocument;
  readonly peakMb: number;
};

/** A folder for the files of one job and, elsewhere if asked, its MEMBERLOAD_HOME. */
export type Bench = {
  readonly folder: string;
  readonly home: string;
  file(name: string, content: string): void;
  /** @throws when the process ends with another code than expected */
  run(args: readonly string[], options?: { exitCode?: number; patches?: readonly Patch[] }): Promise<MeasuredRun>;
  remove(): void;
};

/** Runs the copied build with the sandbox's settings; `homeBase`: on which disk the ledger lies. */
export function openBench(build: Build, settings: Readonly<Record<string, string>>, homeBase = tmpdir()): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'memberload-bench-'));
  const homeFolder = mkdtempSync(join(homeBase, 'memberload-home-'));
  const home = join(homeFolder, 'home');
  mkdirSync(home, { mode: 0o700 });
  return {
    folder,
    home,
    file: (name, content) => writeFileSync(join(folder, name), content),
    async run(args, { exitCode = 0, patches = [] } = {}) {
      const usageFile = join(folder, 'usage.json');
      const byUrl: Record<string, Patch[]> = {};
      for (const patch of patches) {
        const url = pathToFileURL(join(build.dist, patch.file)).href;
        byUrl[url] = [...(byUrl[url] ?? []), patch];
      }
      const ended = await start(['--no-warnings', '--import', PRELOAD, build.binary, ...args, '--json', '--quiet'], {
        cwd: folder,
        env: {
          PATH: process.env.PATH ?? '',
          HOME: folder,
          MEMBERLOAD_HOME: home,
          ...settings,
          BENCH: JSON.stringify({ usageFile, patches: byUrl }),
        },
      });
      if (ended.exitCode !== exitCode) {
        throw new Error(`memberload ${args.join(' ')} ended with ${ended.exitCode}: ${ended.stderr}${ended.stdout}`);
      }
      const { peakKb } = JSON.parse(readFileSync(usageFile, 'utf8')) as { peakKb: number };
      return { document: JSON.parse(ended.stdout) as RunDocument, peakMb: peakKb / 1024 };
    },
    remove: () => {
      for (const path of [folder, homeFolder]) rmSync(path, { recursive: true, force: true });
    },
  };
}

function start(
  args: readonly string[],
  options: { cwd: string; env: Record<string, string> },
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (text: string) => {
      printed[stream] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, ...printed }));
  });
}
