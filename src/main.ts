import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { EXIT } from './base/errors.ts';
import { runCli } from './cli/run-cli.ts';
import type { OutputStream, StopSignal } from './settings/surroundings.ts';
import { commandTexts } from './texts/cli/commands.ts';

/** The program. It and what starts it (launch.ts) are the only files that know `process`. */

function outputStream(
  stream: NodeJS.WriteStream & Writable,
  onLost = (_error: Error): void => undefined,
): OutputStream {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // A reader that went away (`| head`) has all it wants, and is no reason to lose a run.
    if (error.code !== 'EPIPE') onLost(error);
  });
  return {
    write: (text) => {
      stream.write(text);
    },
    isTerminal: stream.isTTY === true,
    // Asked anew each time: a person may change the window while a run goes on.
    get columnCount() {
      return stream.columns || 80;
    },
    get rowCount() {
      return stream.rows || 24;
    },
    stream,
  };
}

function readVersion(): string {
  const packageFile = new URL('../package.json', import.meta.url);
  const read: unknown = JSON.parse(readFileSync(packageFile, 'utf8'));
  return typeof read === 'object' && read !== null && 'version' in read ? String(read.version) : '';
}

/** '' where Node throws: for a user without an entry, and in a folder that was deleted. */
function textOr(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

/** What a script reads there is not whole: it must not see a success. The run itself is done and in the ledger. */
async function tellLost(error: Error): Promise<void> {
  const { writingError } = await import('./csv/file-errors.ts');
  const { resultTexts } = await import('./texts/tables/result.ts');
  process.once('exit', () => {
    if (process.exitCode !== EXIT.ok) return;
    process.exitCode = EXIT.stopped;
    const { message, hint } = writingError(resultTexts().standardOutput, error);
    stderr.write(`${commandTexts().failure(commandTexts().error, message)}\n${hint}\n`);
  });
}

const SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const workingFolder = textOr(() => process.cwd());
const stderr = outputStream(process.stderr);

if (workingFolder === '') {
  stderr.write(
    'Error: the working folder does not exist any more.\nChange to another folder, and type the command again.\n',
  );
  process.exitCode = 2;
} else {
  // Until it is known: an end that nobody has foreseen must not look like a success.
  process.exitCode = EXIT.bug;
  const tellUnforeseen = (): void => {
    const { failure, error, bug, bugHint } = commandTexts();
    stderr.write(`${failure(error, bug('it ended before it was done'))}\n${bugHint}\n`);
  };
  process.once('beforeExit', tellUnforeseen);
  void runCli({
    argv: process.argv.slice(2),
    environment: process.env,
    workingFolder,
    userFolder: textOr(homedir),
    platform: process.platform,
    // Asked for by few commands; looking them up takes a tenth of the whole start.
    get timeZone() {
      return Intl.DateTimeFormat().resolvedOptions().timeZone;
    },
    get locale() {
      return Intl.DateTimeFormat().resolvedOptions().locale;
    },
    // The launcher, or this file itself where the modules are not put together.
    program: [process.execPath, fileURLToPath(new URL('main.js', import.meta.url))],
    pid: process.pid,
    get version() {
      return readVersion();
    },
    get stdin() {
      return process.stdin;
    },
    stdout: outputStream(process.stdout, (error) => void tellLost(error)),
    stderr,
    onSignal(listener) {
      for (const signal of SIGNALS) process.on(signal, listener);
      return () => {
        for (const signal of SIGNALS) process.off(signal, listener);
      };
    },
    exitNow: (exitCode) => process.exit(exitCode),
  }).then((exitCode) => {
    process.off('beforeExit', tellUnforeseen);
    process.exitCode = exitCode;
  });
}
