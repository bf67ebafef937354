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
