import type { Page } from './pages.ts';

/**
 * A block of commands is run when a comment stands before it: `<!-- test: <chain>, exit <code> -->`. The blocks of a
 * chain share one folder, with the samples in it. A text block right behind it is what the last of the commands
 * prints: each of its lines must be there, in this order; `…` stands for anything, also for whole lines.
 * `<!-- test: <chain>, file <name> -->` puts the block behind it into the folder.
 */
export type Step = {
  /** `README.md, line 42`. */
  readonly place: string;
  readonly file?: string;
  readonly exitCode?: number;
  readonly text: string;
  readonly output: string | undefined;
};

const BLOCK =
  /^ *<!-- test: ([\w-]+), (?:exit (\d+)|file (\S+)) -->\n( *)```\w+\n([\s\S]*?)^ *```\n(?:\n *```text\n([\s\S]*?)^ *```\n)?/gm;

/** The chains of a page, by name. A chain stays in its page. */
export function readChains({ path, text: page }: Page): Map<string, Step[]> {
  const chains = new Map<string, Step[]>();
  for (const match of page.matchAll(BLOCK)) {
    const [, chain = '', exitCode, file, indent = '', text = '', output] = match;
    const step: Step = {
      place: `${path}, line ${page.slice(0, match.index).split('\n').length}`,
      text: text.replace(new RegExp(`^${indent}`, 'gm'), ''),
      output,
      ...(file === undefined ? { exitCode: Number(exitCode) } : { file }),
    };
    chains.set(chain, [...(chains.get(chain) ?? []), step]);
  }
  return chains;
}

/** How many marks the page has: a mark that is misspelt is found by its number. */
export function countMarks({ text }: Page): number {
  return text.match(/<!-- test:/g)?.length ?? 0;
}

const RUN = /[0-9]{8}-[0-9]{6}-[0-9a-f]{4}/g;

/** A run that a page names stands for the one that was printed last. */
export function withRun(text: string, lastRun: string): string {
  return text.replace(RUN, lastRun);
}

export function lastRunIn(printed: string): string | undefined {
  return printed.match(RUN)?.at(-1);
}

/** Matches what a command printed, whatever its runs and times. */
export function outputPattern(output: string): RegExp {
  const lines = withoutTimes(output)
    .trimEnd()
    .split('\n')
    .map((line) => line.trim());
  const patterns = lines.map((line) =>
    line === '…' ? '(?:[^]*?\\n)??' : ` *${line.split('…').map(escaped).join('[^]*?')} *\\n`,
  );
  return new RegExp(`(?:^|\\n)${patterns.join('')}`);
}

/** Runs and times differ each time. */
export function withoutTimes(text: string): string {
  return text.replace(RUN, '<run>').replace(/[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:]{5,8}(\+[0-9:]{5})?)?/g, '<time>');
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
