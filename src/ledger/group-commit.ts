import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { EXIT, errorText, OperatorError } from '../base/errors.ts';

/**
 * Runs writes in shared transactions: whatever has queued up when the event loop turns is committed
 * together, so that thousands of intents a second cost few fsyncs. A promise resolves only once its
 * transaction is durable.
 *
 * Any error is final: after a failed fsync nothing in memory may be believed, so every waiting write and
 * every later one is refused with the same error.
 */
export class GroupCommit {
  readonly #database: DatabaseSyncInstance;
  readonly #afterCommit: () => void;
  readonly #onFailure: (error: OperatorError) => void;
  #waiting: Waiting[] = [];
  #isScheduled = false;
  #failure: OperatorError | undefined;

  /**
   * `afterCommit` runs after each durable commit of queued writes and before its promises resolve; its error
   * is final as well. `onFailure` is told once.
   */
  constructor(
    database: DatabaseSyncInstance,
    hooks: { afterCommit?: () => void; onFailure?: (error: OperatorError) => void } = {},
  ) {
    this.#database = database;
    this.#afterCommit = hooks.afterCommit ?? (() => undefined);
    this.#onFailure = hooks.onFailure ?? (() => undefined);
  }

  /** Queues `write` for the next commit; resolves to what it returned once that is durable. */
  write<T>(write: () => T): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise<T>((resolve, reject) => {
      let value: T;
      this.#waiting.push({
        run: () => {
          value = write();
        },
        resolve: () => resolve(value),
        reject,
      });
      if (!this.#isScheduled) {
        this.#isScheduled = true;
        setImmediate(() => this.#commit());
      }
    });
  }

  /** Commits at once what `write` does, together with whatever is queued. */
  writeNow<T>(write: () => T): T {
    this.#commit();
    if (this.#failure) throw this.#failure;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      const value = write();
      this.#database.exec('COMMIT');
      return value;
    } catch (error) {
      throw this.#fail(error);
    }
  }

  #commit(): void {
    this.#isScheduled = false;
    const group = this.#waiting;
    if (group.length === 0) return;
    this.#waiting = [];
    try {
      if (this.#failure) throw this.#failure;
      this.#database.exec('BEGIN IMMEDIATE');
      for (const waiting of group) waiting.run();
      this.#database.exec('COMMIT');
      this.#afterCommit();
    } catch (error) {
      const failure = this.#fail(error);
      for (const waiting of group) waiting.reject(failure);
      return;
    }
    for (const waiting of group) waiting.resolve();
  }

  #fail(error: unknown): OperatorError {
    if (this.#failure) return this.#failure;
    this.#failure = new OperatorError({
      code: 'LEDGER_FAILED',
      message: `The ledger could not be written: ${errorText(error)}.`,
      hint: 'Nothing more is sent. Free disk space or mend the disk, then carry on with: memberload resume',
      exitCode: EXIT.stopped,
      cause: error,
    });
    this.#onFailure(this.#failure);
    return this.#failure;
  }
}

type Waiting = { run(): void; resolve(): void; reject(error: Error): void };
