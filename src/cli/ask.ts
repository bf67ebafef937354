import { createInterface } from 'node:readline/promises';
import type { Surroundings } from '../settings/surroundings.ts';

type Terminal = Pick<Surroundings, 'stdin' | 'stderr'>;

/** Whether there is a person who can be asked. */
export function canAsk({ stdin, stderr }: Terminal): boolean {
  return stdin.isTTY === true && stderr.isTerminal;
}

/** What is typed at the terminal, trimmed; undefined when it was left with Ctrl-C or Ctrl-D. */
export async function ask(question: string, { stdin, stderr }: Terminal): Promise<string | undefined> {
  const prompt = createInterface({ input: stdin, output: stderr.stream });
  try {
    return await new Promise<string | undefined>((resolve) => {
      // Without this a prompt that was left would never be answered, and the process end without a word.
      prompt.once('close', () => resolve(undefined));
      prompt.question(question).then(
        (typed) => resolve(typed.trim()),
        () => resolve(undefined),
      );
    });
  } finally {
    prompt.close();
  }
}
