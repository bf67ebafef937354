import type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';
import type { GroupCommit } from './group-commit.ts';
import { explainAtWork } from './sqlite-errors.ts';

/** What the stores share. Every statement is prepared once: the driver (1.2.1) cannot end one. */
export type Connection = {
  prepare(sql: string): StatementSyncInstance;
  /** Runs a read after whatever was written before it. Every error that leaves it is an OperatorError. */
  read<T>(work: () => T): Promise<T>;
};

/** The connection of the process that writes: a read that fails ends the ledger, too. */
export function writerConnection(database: DatabaseSyncInstance, commits: GroupCommit): Connection {
  return {
    prepare: (sql) => database.prepare(sql),
    async read(work) {
      commits.commitQueued();
      try {
        return work();
      } catch (error) {
        throw commits.fail(error);
      }
    },
  };
}

export function readerConnection(database: DatabaseSyncInstance, path: string): Connection {
  return {
    prepare: (sql) => database.prepare(sql),
    async read(work) {
      try {
        return work();
      } catch (error) {
        throw explainAtWork(error, path);
      }
    },
  };
}

/** Pages until one is not full. `next` gives the page after what was given last; undefined: the first. */
export async function* pages<T>(
  connection: Connection,
  pageSize: number,
  next: (last: T | undefined) => readonly T[],
): AsyncGenerator<readonly T[]> {
  let last: T | undefined;
  for (;;) {
    const page = await connection.read(() => next(last));
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    last = page.at(-1);
  }
}
