import type { OperatorError } from '../../base/errors.ts';
import { foldLine, textWidth } from '../../base/text-width.ts';
import { visibleLines, visibleText } from '../../base/visible-text.ts';
import { COMMAND_NAMES } from '../../settings/setting.ts';
import type { Surroundings } from '../../settings/surroundings.ts';
import { commandTexts } from '../../texts/cli/commands.ts';

/**
 * The one way to the terminal: data on stdout, everything else on stderr, control characters made visible. Each text
 * is one line; only errors, questions and `printLines` may have several.
 */
export interface Console {
  /** Data, also with --quiet. */
  print(text: string): void;
  /** The same for a text of our own that has several lines. */
  printLines(text: string): void;
  /** A message for the person; dropped by --quiet. */
  say(text: string): void;
  /** As `say`, with --quiet too: what a person has to know and do. */
  insist(text: string): void;
  /** As `say`, in colour: where the command works. Once, when it is said twice in a row. `name`: in English. */
  sayPlace(text: string, name: string): void;
  /** Where the command works, in English, as `sayPlace` was told last, also with --quiet: for `--json`. */
  readonly place: string | undefined;
  /** An error: what happened, then what to do. Never dropped. */
  fail(error: OperatorError): void;
  /**
   * Draws the block of live progress anew, below everything that was said; no lines clear it. Each line must be
   * narrower than the terminal.
   */
  drawBlock(lines: readonly string[]): void;
  /** The text with its commands as this person has to type them: `npx memberload …` where it was started so. */
  asTyped(text: string): string;
  /** Columns of the terminal as it is now. */
  readonly columnCount: number;
  /** Whether there is a person who can be asked. */
  readonly canAsk: boolean;
  /** What is typed, trimmed; undefined when the prompt was left with Ctrl-C or Ctrl-D. */
  ask(question: string): Promise<string | undefined>;
  readonly isQuiet: boolean;
  /** Whether stderr can show live progress. */
  readonly isLive: boolean;
}

type ConsoleOptions = { readonly isQuiet: boolean; readonly isColorless: boolean };

export function openConsole(
  surroundings: Pick<Surroundings, 'stdin' | 'stdout' | 'stderr' | 'environment'>,
  { isQuiet, isColorless }: ConsoleOptions,
): Console {
  const { stdout, stderr, environment } = surroundings;
  const isScreen = stderr.isTerminal && environment.TERM !== 'dumb';
  const hasColors = isScreen && !isColorless && !environment.NO_COLOR;
  const colored = (code: number, text: string): string =>
    hasColors ? `\u001b[${code}m${visibleText(text)}\u001b[0m` : visibleText(text);
  // npx sets it. In a checkout `memberload` alone is no command.
  const isNpx = environment.npm_command === 'exec';
  const asTyped = (text: string): string => (isNpx ? text.replace(COMMAND, 'npx memberload ') : text);
  let lastLine = '';
  let block: readonly string[] = [];
  let isAsking = false;
  let place: string | undefined;
  // The cursor rests at the block's first column, so that one sequence erases the block to the end of the screen.
  // Libraries count lines back from the block's end (log-update does; it also hides the cursor of a process that is
  // killed, and needs Node 22). In a window that was made narrower the lines have been folded, and counting takes
  // messages above the block with it.
  const erase = (): void => {
    if (block.length > 0 && !isAsking) stderr.write('\r\u001b[J');
  };
  const draw = (): void => {
    if (block.length === 0 || isAsking) return;
    const shown = block.slice(0, Math.max(1, stderr.rowCount - 1));
    const up = shown.length > 1 ? `\u001b[${shown.length - 1}A` : '';
    stderr.write(`${shown.join('\n')}\r${up}`);
  };
  const tell = (line: string): void => {
    erase();
    lastLine = line;
    stderr.write(`${line}\n`);
    draw();
  };
  /** A command to type stays whole, so that it can be copied: it begins a line of its own when it does not fit. */
  const folded = (text: string): string => {
    if (!isScreen) return text;
    const start = text.search(COMMAND_START);
    const [prose, command] = start < 0 ? [text, ''] : [text.slice(0, start), text.slice(start)];
    const lines = foldLine(prose.trimEnd(), stderr.columnCount);
    if (command === '') return lines.join('\n');
    const between = prose.slice(prose.trimEnd().length);
    const fits = textWidth(`${lines.at(-1)}${between}${command}`) <= stderr.columnCount;
    return `${lines.join('\n')}${fits || prose === between ? between : '\n'}${command}`;
  };
  const print = (text: string): void => {
    erase();
    stdout.write(`${visibleText(text)}\n`);
    draw();
  };
  const insist = (text: string): void => tell(folded(visibleText(asTyped(text))));
  return {
    isQuiet,
    isLive: isScreen && !isQuiet,
    get canAsk() {
      return surroundings.stdin.isTTY === true && stderr.isTerminal;
    },
    asTyped,
    get columnCount() {
      return stderr.columnCount;
    },
    print,
    printLines(text) {
      for (const line of text.split('\n')) print(line);
    },
    say(text) {
      if (!isQuiet) insist(text);
    },
    insist,
    get place() {
      return place;
    },
    sayPlace(text, name) {
      place = name;
      const line = colored(YELLOW, text);
      if (!isQuiet && line !== lastLine) tell(line);
    },
    fail({ message, hint }) {
      // Whatever failed, nothing goes on that the block could show.
      erase();
      block = [];
      const lines = (text: string): string => visibleLines(asTyped(text)).split('\n').map(folded).join('\n');
      const { error, failure } = commandTexts();
      const told = lines(failure(error, message));
      tell(told.startsWith(error) ? colored(RED, error) + told.slice(error.length) : told);
      if (hint !== '') tell(lines(hint));
    },
    drawBlock(lines) {
      erase();
      block = lines.map(visibleText);
      draw();
    },
    async ask(question) {
      const { createInterface } = await import('node:readline/promises');
      // The question stands alone until it is answered.
      erase();
      isAsking = true;
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
        isAsking = false;
        draw();
      }
    },
  };
}

/** A command line in a sentence. */
const COMMAND = new RegExp(`(?<!npx )\\bmemberload (?=(?:${COMMAND_NAMES.join('|')}|help)\\b|--help)`, 'g');

const COMMAND_START = new RegExp(`(?:npx )?\\bmemberload (?:${COMMAND_NAMES.join('|')}|help)\\b`);

const RED = 31;
const YELLOW = 33;
