import type { OperatorError } from '../base/errors.ts';
import { visibleLines, visibleText } from '../base/visible-text.ts';
import type { Surroundings } from '../settings/surroundings.ts';

/**
 * The one way to the terminal: data on stdout, everything else on stderr, control characters made visible. Each text
 * is one line; only errors and questions may have several.
 */
export interface Console {
  /** Data, also with --quiet. */
  print(text: string): void;
  /** A message for the person; dropped by --quiet. */
  say(text: string): void;
  /** As `say`, in colour: where the command works. Once, when it is said twice in a row. */
  sayPlace(text: string): void;
  /** An error: what happened, then what to do. Never dropped. */
  fail(error: OperatorError): void;
  /** Draws the line of live progress anew; '' clears it. */
  drawLine(text: string): void;
  /** Whether there is a person who can be asked. */
  readonly canAsk: boolean;
  /** What is typed, trimmed; undefined when the prompt was left with Ctrl-C or Ctrl-D. */
  ask(question: string): Promise<string | undefined>;
  readonly isQuiet: boolean;
  /** Whether stderr can show live progress. */
  readonly isLive: boolean;
}

export type ConsoleOptions = { readonly isQuiet: boolean; readonly isColorless: boolean };

export function openConsole(
  surroundings: Pick<Surroundings, 'stdin' | 'stdout' | 'stderr' | 'environment'>,
  { isQuiet, isColorless }: ConsoleOptions,
): Console {
  const { stdout, stderr, environment } = surroundings;
  const isScreen = stderr.isTerminal && environment.TERM !== 'dumb';
  const hasColors = isScreen && !isColorless && !environment.NO_COLOR;
  const colored = (code: number, text: string): string =>
    hasColors ? `\u001b[${code}m${visibleText(text)}\u001b[0m` : visibleText(text);
  let isDrawn = false;
  let lastLine = '';
  const tell = (line: string): void => {
    if (isDrawn) stderr.write('\r\u001b[2K');
    isDrawn = false;
    lastLine = line;
    stderr.write(`${line}\n`);
  };
  return {
    isQuiet,
    isLive: isScreen && !isQuiet,
    get canAsk() {
      return surroundings.stdin.isTTY === true && stderr.isTerminal;
    },
    print: (text) => stdout.write(`${visibleText(text)}\n`),
    say(text) {
      if (!isQuiet) tell(visibleText(text));
    },
    sayPlace(text) {
      const line = colored(YELLOW, text);
      if (!isQuiet && line !== lastLine) tell(line);
    },
    fail({ message, hint }) {
      tell(`${colored(RED, 'Error:')} ${visibleLines(message)}`);
      if (hint !== '') tell(visibleLines(hint));
    },
    drawLine(text) {
      if (text !== '') stderr.write(`\r\u001b[2K${visibleText(text).slice(0, stderr.columnCount - 1)}`);
      else if (isDrawn) stderr.write('\r\u001b[2K');
      isDrawn = text !== '';
    },
    async ask(question) {
      const { createInterface } = await import('node:readline/promises');
      const prompt = createInterface({ input: surroundings.stdin, output: stderr.stream });
      try {
        return await new Promise<string | undefined>((resolve) => {
          // Without this a prompt that was left would never be answered, and the process end without a word.
          prompt.once('close', () => resolve(undefined));
          prompt.question(visibleLines(question)).then(
            (typed) => resolve(typed.trim()),
            () => resolve(undefined),
          );
        });
      } finally {
        prompt.close();
      }
    },
  };
}

const RED = 31;
const YELLOW = 33;
