import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { assert, type OperatorError } from '../../base/errors.ts';

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
  readonly #events: GroupEvents;
  #queued: (() => void)[] = [];
  /** Of what is queued: who waits for it waits for the same promise. */
  #group: Durable | undefined;
  /** Of groups that are committed and not durable yet. */
  #committed: Durable[] = [];
  /** Something was committed that the disk may not have. */
  #isAhead = false;
  #isAtWork = false;
  #failure: OperatorError | undefined;

  constructor(database: DatabaseSyncInstance, disk: Disk, events: GroupEvents) {
    this.#database = database;
    this.#disk = disk;
    this.#events = events;
  }

  /** Resolves to what `write` returned once that is durable, and all that was queued before with it. */
  async writeAndRead<T>(write: () => T): Promise<T> {
    let value: { readonly is: T } | undefined;
    await this.write(() => {
      value = { is: write() };
    });
    assert(value, 'what is durable was run');
    return value.is;
  }

  /** Resolves once it is durable, and all that was queued before with it. */
  write(write: () => void): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    this.#queue(write);
    this.#group ??= newDurable();
    return this.#group.promise;
  }

  /** Resolves once all that was queued is durable. */
  flush(): Promise<void> {
    return this.write(NOTHING);
  }

  /** Queues a write that nobody waits for: it goes to the disk with its group. */
  writeBehind(write: () => void): void {
    if (this.#failure) throw this.#failure;
    this.#queue(write);
  }

  /** For those who read: commits whatever is queued, without waiting for the disk. */
  commitQueued(): void {
    if (this.#failure) throw this.#failure;
    try {
      this.#commit();
    } catch (error) {
      throw this.fail(error);
    }
  }

  /** Refuses whatever waits and whatever comes: a read that failed says as much as a write that failed. */
  fail(error: unknown): OperatorError {
    if (this.#failure) return this.#failure;
    const failure = this.#events.explain(error);
    this.#failure = failure;
    for (const group of this.#committed.splice(0)) group.reject(failure);
    this.#group?.reject(failure);
    this.#group = undefined;
    this.#queued = [];
    this.#events.onFailure(failure);
    return failure;
  }

  #queue(write: () => void): void {
    this.#queued.push(write);
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    // What the rest of this turn of the event loop writes joins the group.
    setImmediate(() => this.#work());
  }

  async #work(): Promise<void> {
    try {
      while (this.#failure === undefined && (this.#queued.length > 0 || this.#isAhead)) {
        this.#commit();
        const groupCount = this.#committed.length;
        this.#isAhead = false;
        await this.#disk.sync();
        for (const group of this.#committed.splice(0, groupCount)) group.resolve();
        // The answers that came meanwhile are read first: their outcomes join the next group.
        for (let turn = 0; turn < TURNS_OF_AN_ANSWER; turn += 1) await nextTurn();
      }
    } catch (error) {
      this.fail(error);
    } finally {
      this.#isAtWork = false;
    }
  }

  #commit(): void {
    const writes = this.#queued;
    if (writes.length === 0) return;
    this.#queued = [];
    if (this.#group) this.#committed.push(this.#group);
    this.#group = undefined;
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const write of writes) write();
      this.#events.beforeCommit();
      this.#database.exec('COMMIT');
      this.#isAhead = true;
    } catch (error) {
      this.#rollBack();
      throw error;
    }
  }

  /** The driver keeps a closed connection's locks for a while: an open transaction would lock out everybody. */
  #rollBack(): void {
    try {
      this.#database.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, as it does after most errors of the disk.
    }
  }
}

/**
 * Of the event loop, from the bytes in the socket to the next intent. With one, a top-up made half as large groups, and
 * took 6 % longer.
 */
const TURNS_OF_AN_ANSWER = 3;

export type GroupEvents = {
  /** Runs inside each transaction, after the writes of the group: for what the group changes only once. */
  beforeCommit(): void;
  /** What failed, as the error that everybody gets. */
  explain(error: unknown): OperatorError;
  /** Told once. */
  onFailure(error: OperatorError): void;
};

/** The way to the disk for what SQLite has committed. */
export type Disk = {
  /** Resolves once all that was committed before the call is durable; the event loop goes on meanwhile. */
  sync(): Promise<void>;
};

const NOTHING = (): void => undefined;

/** Resolves when a group is on the disk. */
type Durable = { readonly promise: Promise<void>; resolve(): void; reject(error: Error): void };

function newDurable(): Durable {
  let resolve: () => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
