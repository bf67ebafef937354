import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { EXIT, errorText, OperatorError } from '../../base/errors.ts';

/**
 * Runs writes in shared transactions and brings them to the disk together: whatever has come while the disk
 * was at work makes the next group, so that thousands of intents a second cost few fsyncs. Writes run in the
 * order in which they came.
 *
 * ```
 * queued → committed (SQLite has it, a kill -9 leaves it) → durable (on the disk, a power cut leaves it)
 * ```
 *
 * Any error is final: after a failed fsync nothing in memory may be believed, so every waiting write and
 * every later one is refused with the same error.
 */
export class GroupCommit {
  readonly #database: DatabaseSyncInstance;
  readonly #disk: Disk;
  readonly #onFailure: (error: OperatorError) => void;
  #queued: Write[] = [];
  /** Of writes that are committed and not durable yet. */
  #committed: Waiter[] = [];
  /** Something was committed that the disk may not have. */
  #isAhead = false;
  #isAtWork = false;
  #isInTransaction = false;
  #failure: OperatorError | undefined;

  /** `onFailure` is told once. */
  constructor(database: DatabaseSyncInstance, disk: Disk, onFailure: (error: OperatorError) => void = () => undefined) {
    this.#database = database;
    this.#disk = disk;
    this.#onFailure = onFailure;
  }

  /** Resolves to what `write` returned once that is durable, and all that was queued before with it. */
  write<T>(write: () => T): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise<T>((resolve, reject) => {
      let value: T;
      const run = (): void => {
        value = write();
      };
      this.#queue({ run, waiter: { resolve: () => resolve(value), reject } });
    });
  }

  /** Queues a write that nothing waits for: it goes to the disk with its group. */
  writeBehind(write: () => void): void {
    if (this.#failure === undefined) this.#queue({ run: write });
  }

  /** Commits on the spot what `write` does, after whatever is queued; all of it is durable when this returns. */
  writeNow<T>(write: () => T): T {
    if (this.#failure) throw this.#failure;
    try {
      this.#commit();
      const value = this.#transact(write);
      this.#disk.syncNow();
      return value;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  /** For those who read: commits whatever is queued, without waiting for the disk. */
  commitQueued(): void {
    // Inside a transaction what was queued before has been written already.
    if (this.#isInTransaction) return;
    if (this.#failure) throw this.#failure;
    try {
      this.#commit();
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #queue(write: Write): void {
    this.#queued.push(write);
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    // What the rest of this turn of the event loop writes joins the group.
    setImmediate(() => this.#work());
  }

  async #work(): Promise<void> {
    try {
      while (this.#queued.length > 0 || this.#isAhead) {
        this.#commit();
        const groupSize = this.#committed.length;
        this.#isAhead = false;
        await this.#disk.sync();
        for (const { resolve } of this.#committed.splice(0, groupSize)) resolve();
        // The answers that came meanwhile are read first: their outcomes join the next group.
        await nextTurn();
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#isAtWork = false;
    }
  }

  #commit(): void {
    const group = this.#queued.splice(0);
    if (group.length === 0) return;
    for (const { waiter } of group) if (waiter) this.#committed.push(waiter);
    this.#transact(() => {
      for (const { run } of group) run();
    });
  }

  #transact<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    this.#isInTransaction = true;
    try {
      const value = work();
      this.#database.exec('COMMIT');
      this.#isAhead = true;
      return value;
    } finally {
      this.#isInTransaction = false;
    }
  }

  /** Refuses whatever waits. What was not committed is undone when the database is closed. */
  #fail(error: unknown): OperatorError {
    if (this.#failure) return this.#failure;
    const failure = ledgerFailed(error);
    this.#failure = failure;
    const waiters = [...this.#committed.splice(0), ...this.#queued.splice(0).map(({ waiter }) => waiter)];
    for (const waiter of waiters) waiter?.reject(failure);
    this.#onFailure(failure);
    return failure;
  }
}

/** The way to the disk for what SQLite has committed. */
export type Disk = {
  /** Resolves once all that was committed before the call is durable; the event loop goes on meanwhile. */
  sync(): Promise<void>;
  /** The same, waited for on the spot. */
  syncNow(): void;
};

type Write = { readonly run: () => void; readonly waiter?: Waiter };
type Waiter = { resolve(): void; reject(error: Error): void };

function ledgerFailed(error: unknown): OperatorError {
  return new OperatorError({
    code: 'LEDGER_FAILED',
    message: `The ledger could not be written: ${errorText(error)}.`,
    hint: 'Nothing more is sent. Free disk space or mend the disk, then carry on with: memberload resume',
    exitCode: EXIT.stopped,
    cause: error,
  });
}
