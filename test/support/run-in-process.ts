import { runCli } from '../../src/cli/run-cli.ts';
import type { OutputStream } from '../../src/settings/surroundings.ts';

export type InProcess = { readonly exitCode: number; readonly stdout: string; readonly stderr: string };

/** One command line in this process, with made surroundings: for what ends before anything is sent. */
export async function runInProcess(
  argv: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<InProcess> {
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli({
    argv,
    environment: { MEMBERLOAD_HOME: `${folder}/home`, ...environment },
    workingFolder: folder,
    userFolder: folder,
    platform: process.platform,
    pid: process.pid,
    version: '0.0.0',
    timeZone: 'Asia/Shanghai',
    locale: 'en-US',
    program: ['node', 'main.js'],
    stdin: process.stdin,
    stdout: collect((text) => {
      stdout += text;
    }),
    stderr: collect((text) => {
      stderr += text;
    }),
    onSignal: () => () => undefined,
    exitNow: (code) => {
      throw new Error(`left with ${code}`);
    },
  });
  return { exitCode, stdout, stderr };
}

function collect(write: (text: string) => void): OutputStream {
  return { write, isTerminal: false, columnCount: 80, rowCount: 24, stream: process.stderr };
}
