import { topic } from './texts.ts';

/** Small parts of which other texts are made. */
export const SHARED = {
  /** Things side by side: `a, b, c`. */
  list: (items: readonly string[]) => items.join(', '),
  /** `a or b`. */
  or: (items: readonly string[]) => items.join(' or '),
  /** Sentences one after the other. */
  sentences: (sentences: readonly string[]) => sentences.filter((sentence) => sentence !== '').join(' '),
  /** What stands before a message and says which column the message is about; `report/mask.ts` looks for it. */
  about: (column: string, text: string) => `${column}: ${text}`,
  /** For a text that becomes a part of a sentence. */
  withoutStop: (text: string) => text.replace(/\.$/, ''),
  didYouMean: (name: string) => `Did you mean ${name}?`,
  /** What a person may type for yes, in small letters. */
  yes: ['yes'] as readonly string[],
  rows: (count: number) => (count === 1 ? '1 row' : `${count} rows`),
};

export const sharedTexts = topic('shared', SHARED);
