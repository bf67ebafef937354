import type { Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { usageError } from '../../base/errors.ts';
import { visibleLines } from '../../base/visible-text.ts';
import type { Surroundings } from '../../settings/surroundings.ts';
import { questionTexts } from '../../texts/cli/questions.ts';

/** Questions and answers, on a terminal or with the answers on standard input, one a line. */
export interface Dialogue {
  /** Whether a person can be asked again after a wrong answer. */
  readonly isTerminal: boolean;
  /** What is typed, trimmed; `isSecret`: nothing of it is shown. @throws OperatorError NOT_ANSWERED (exit 2) */
  ask(question: string, isSecret?: boolean): Promise<string>;
  close(): void;
}

export async function openDialogue({ stdin, stderr }: Pick<Surroundings, 'stdin' | 'stderr'>): Promise<Dialogue> {
  const { createInterface } = await import('node:readline');
  const isTerminal = stdin.isTTY === true && stderr.isTerminal;
  let isMuted = false;
  const output = new Writable({
    write(chunk: Buffer, _encoding, done) {
      if (!isMuted) stderr.write(chunk);
      done();
    },
  });
  const lines: Interface = createInterface({ input: stdin, output, terminal: isTerminal });
  // Lines that come faster than the questions wait here: all of a pipe may come at once.
  const typed: string[] = [];
  let wake: (() => void) | undefined;
  let isClosed = false;
  lines.on('line', (line) => {
    typed.push(line);
    wake?.();
  });
  lines.on('close', () => {
    isClosed = true;
    wake?.();
  });
  return {
    isTerminal,
    async ask(question, isSecret = false) {
      stderr.write(visibleLines(question));
      // On a terminal readline shows what is typed; what is not shown ends with a line end of our own.
      isMuted = isSecret || !isTerminal;
      if (typed.length === 0 && !isClosed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      wake = undefined;
      isMuted = false;
      const answer = typed.shift();
      if (isSecret || !isTerminal || answer === undefined) stderr.write('\n');
      if (answer !== undefined) return answer.trim();
      throw usageError('NOT_ANSWERED', questionTexts().notAnswered, questionTexts().notAnsweredHint);
    },
    close: () => lines.close(),
  };
}
