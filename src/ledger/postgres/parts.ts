import type { Query } from './database.ts';
import type { WriteQueue } from './write-queue.ts';

/** Reads after whatever was written before. Every error that leaves it is an OperatorError. */
export type Reader = Query;

/** What the writing half of every store shares. */
export type WriterParts = {
  readonly queue: WriteQueue;
  readonly read: Reader;
  readonly workerId: number;
  heldNowMs(): number | null;
};

/** Pages until one is not full. `next` gives the page after what was given last; undefined: the first. */
export async function* pages<T>(
  pageSize: number,
  next: (last: T | undefined) => Promise<readonly T[]>,
): AsyncGenerator<readonly T[]> {
  let last: T | undefined;
  for (;;) {
    const page = await next(last);
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    last = page.at(-1);
  }
}
