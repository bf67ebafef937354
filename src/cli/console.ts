import type { OperatorError } from '../base/errors.ts';
import type { Surroundings } from '../settings/surroundings.ts';

/** Where a command prints: data on stdout, everything else on stderr. */
export interface Console {
  /** Data. */
  print(text: string): void;
  /** A message for the person; dropped by --quiet. */
  say(text: string): void;
  /** An error: what happened, then what to do. Never dropped. */
  fail(message: string, hint: string): void;
  readonly isQuiet: boolean;
  /** Whether stderr can show live progress. */
  readonly isLive: boolean;
}

export function openConsole(
  surroundings: Pick<Surroundings, 'stdout' | 'stderr' | 'environment'>,
  options: { isQuiet: boolean; isColorless: boolean },
): Console {
  const { stdout, stderr, environment } = surroundings;
  const hasColors = stderr.isTerminal && !options.isColorless && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const red = (text: string): string => (hasColors ? `\u001b[31m${text}\u001b[0m` : text);
  return {
    isQuiet: options.isQuiet,
    isLive: stderr.isTerminal && !options.isQuiet && environment.TERM !== 'dumb',
    print: (text) => stdout.write(`${text}\n`),
    say(text) {
      if (!options.isQuiet) stderr.write(`${text}\n`);
    },
    fail(message, hint) {
      stderr.write(`${red('Error:')} ${message}\n${hint === '' ? '' : `${hint}\n`}`);
    },
  };
}

export function failWith(console: Console, error: OperatorError): void {
  console.fail(error.message, error.hint);
}
