import { spawn } from 'node:child_process';

/** The file that users start. */
export const BINARY = new URL('../../dist/main.js', import.meta.url).pathname;

/** `npm run test:nodes` names another Node. */
const OTHER_NODE = process.env.MEMBERLOAD_TEST_NODE;
/** Whatever a test does: a person can make nothing of a warning of Node's. */
const WARNING = /^\(node:\d+\) .*/m;

export type Ended = {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
};

export type RunningBinary = {
  readonly ended: Promise<Ended>;
  /** Sends the signal; nothing happens when the process has ended already. */
  kill(signal: NodeJS.Signals): void;
  hasEnded(): boolean;
  /** Resolves once the text was printed; rejects when the process ends without it. */
  printed(stream: 'stdout' | 'stderr', text: string | RegExp): Promise<string>;
};

export type BinaryOptions = {
  readonly cwd: string;
  /** The whole environment but PATH: nothing of the caller's settings or credentials gets through. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Given on standard input, which is then closed. */
  readonly stdin?: string | Uint8Array;
  /** Flags of Node itself, such as --import. */
  readonly nodeFlags?: readonly string[];
};

/** Starts the built binary and collects what it prints. */
export function startBinary(args: readonly string[], options: BinaryOptions): RunningBinary {
  const child = spawn(OTHER_NODE ?? process.execPath, [...(options.nodeFlags ?? []), BINARY, ...args], {
    cwd: options.cwd,
    env: { PATH: process.env.PATH ?? '', ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of [...listeners]) listener();
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8');
    child[stream].on('data', (text: string) => {
      printed[stream] += text;
      tell();
    });
  }
  // A process that was killed reads no more.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.stdin ?? '');
  let hasEnded = false;
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode, signal) => {
      hasEnded = true;
      const [warning] = WARNING.exec(printed.stderr) ?? [];
      if (warning === undefined) resolve({ exitCode, signal, ...printed });
      else reject(new Error(`Node warned: ${warning}`));
      tell();
    });
  });
  return {
    ended,
    kill: (signal) => {
      child.kill(signal);
    },
    hasEnded: () => hasEnded,
    printed: (stream, text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = typeof text === 'string' ? printed[stream].includes(text) : text.test(printed[stream]);
          if (found) resolve(printed[stream]);
          else if (hasEnded) reject(new Error(`ended without printing ${text}; stderr: ${printed.stderr}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      }),
  };
}
