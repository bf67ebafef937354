#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { runCli } from './cli/run-cli.ts';
import type { OutputStream } from './settings/surroundings.ts';

/** The only file that knows `process`. */

function outputStream(stream: NodeJS.WriteStream): OutputStream {
  // A reader that went away (`| head`) is no reason to lose a run.
  stream.on('error', () => undefined);
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    columnCount: stream.columns || 80,
    stream,
  };
}

function readVersion(): string {
  const packageFile = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
}

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  environment: process.env,
  workingFolder: process.cwd(),
  userFolder: homedir(),
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  program: [process.execPath, fileURLToPath(import.meta.url)],
  pid: process.pid,
  version: readVersion(),
  stdin: process.stdin,
  stdout: outputStream(process.stdout),
  stderr: outputStream(process.stderr),
  onSignal(listener) {
    const onInterrupt = (): void => listener('SIGINT');
    const onTerminate = (): void => listener('SIGTERM');
    process.on('SIGINT', onInterrupt);
    process.on('SIGTERM', onTerminate);
    return () => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onTerminate);
    };
  },
  exitNow: (exitCode) => process.exit(exitCode),
});
