import type { Clock } from '../../base/clock.ts';
import type { Connection } from './connection.ts';
import type { GroupCommit } from './group-commit.ts';

/** What the writing half of every store shares. */
export type WriterParts = {
  readonly connection: Connection;
  readonly commits: GroupCommit;
  readonly clock: Clock;
  /** The number of the next change of a row. */
  nextSequence(): number;
};
