import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { RunDocument } from '../../src/result/run-document.ts';
import type { Build } from './build.ts';
import type { Patch, PointName } from './points.ts';

const PRELOAD = new URL('./preload.mjs', import.meta.url).href;

export type ToolOptions = {
  readonly build: Build;
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  /** SIGKILL by itself when it passes one of these points the n-th time. */
  readonly kills?: readonly { readonly point: PointName; readonly nth: number }[] | undefined;
  /** One after the other, each when its point was passed so often since the one before; told as `struck <point>`. */
  readonly blows?: readonly {
    readonly point: PointName;
    readonly nth: number;
    readonly signal?: NodeJS.Signals | undefined;
    /** The wall clock jumps. */
    readonly jumpMs?: number | undefined;
  }[];
  /** Beside those of the named points. */
  readonly patches?: readonly Patch[] | undefined;
  readonly clock?: readonly { readonly afterMs: number; readonly jumpMs: number }[] | undefined;
  /** Put before the command, such as `bash -c 'ulimit …; exec "$@"'`. */
  readonly wrapper?: readonly string[] | undefined;
};

export type ToolEnd = {
  readonly pid: number;
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly isKilled: boolean;
  /** Where it killed itself, if it did. */
  readonly killedAt: PointName | undefined;
  readonly passes: ReadonlyMap<string, number>;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunningTool = {
  readonly pid: number;
  readonly ended: Promise<ToolEnd>;
  kill(signal: NodeJS.Signals): void;
  /** Called for every point that the process passes. */
  onPass(listener: (point: string) => void): void;
  /** Resolves when the point was passed, or the process has ended. */
  passed(point: PointName): Promise<void>;
};

/** Starts a build that tells of the named points. */
export function startTool(args: readonly string[], options: ToolOptions): RunningTool {
  const { build, kills = [], blows = [], clock, wrapper } = options;
  const binary = build.patched(options.patches ?? []);
  const [command = '', ...commandArgs] = [...(wrapper ?? []), process.execPath, '--no-warnings', binary, ...args];
  const child = spawn(command, commandArgs, {
    cwd: options.cwd,
    env: {
      PATH: process.env.PATH ?? '',
      NODE_COMPILE_CACHE: build.compileCache,
      ...options.environment,
      // Its children are of the same build. What the caller has preloaded comes first.
      NODE_OPTIONS: [options.environment.NODE_OPTIONS, `--import ${PRELOAD}`].filter(Boolean).join(' '),
      CHAOS: JSON.stringify({ starter: process.pid, kills, blows, clock }),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, stdout, stderr, told] = child.stdio as unknown as [null, Readable, Readable, Readable];
  const printed = { stdout: '', stderr: '' };
  stdout.setEncoding('utf8').on('data', (text: string) => {
    printed.stdout += text;
  });
  stderr.setEncoding('utf8').on('data', (text: string) => {
    printed.stderr += text;
  });
  const passes = new Map<string, number>();
  const listeners: ((point: string) => void)[] = [];
  let killedAt: PointName | undefined;
  createInterface({ input: told }).on('line', (line) => {
    if (line.startsWith('killed ')) killedAt = line.slice('killed '.length) as PointName;
    else passes.set(line, (passes.get(line) ?? 0) + 1);
    for (const listener of listeners) listener(line);
  });
  const ended = new Promise<ToolEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      resolve({ pid: child.pid ?? 0, exitCode, isKilled: signal === 'SIGKILL', killedAt, passes, ...printed });
    });
  });
  return {
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => {
      child.kill(signal);
    },
    onPass: (listener) => {
      listeners.push(listener);
    },
    passed: (point) =>
      new Promise((resolve) => {
        listeners.push((passed) => passed === point && resolve());
        ended.then(
          () => resolve(),
          () => resolve(),
        );
      }),
  };
}

export async function runTool(args: readonly string[], options: ToolOptions): Promise<ToolEnd> {
  return startTool(args, options).ended;
}

/** What `--json` printed; undefined for a process that died first or had nothing to say. */
export function documentOf({ stdout }: ToolEnd): RunDocument | undefined {
  const text = stdout.trim();
  return text.startsWith('{') ? (JSON.parse(text) as RunDocument) : undefined;
}

/** The code of the error that ended the command, as the --json document or stderr has it. */
export function errorCodeOf({ stdout, stderr }: ToolEnd): string | undefined {
  return /"code":\s*"([A-Z_]+)"/.exec(stdout)?.[1] ?? /\b([A-Z]+_[A-Z_]+)\b/.exec(stderr)?.[1];
}
