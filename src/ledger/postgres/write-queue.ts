import type { OperatorError } from '../../base/errors.ts';
import { inTransaction, type Query } from './database.ts';
import { isRolledBackForOthers } from './postgres-errors.ts';

/** One write as data, for `memberload.apply`: `do` names its kind. */
export type WriteOp = { readonly do: string; readonly [field: string]: unknown };

/** Writes of one statement. More would hold locks for longer than others like to wait. */
const GROUP_WRITES_MAX = 256;

/** Deadlocks that are tried again. Groups take their locks in one order, so that even one is rare. */
const TRIES_MAX = 5;

/**
 * Brings writes to the database in the order in which they came. Whatever has come while a statement was under way goes
 * with the next one: one round trip and one commit for a whole group. Nothing stays open between two statements.
 *
 * Any error is final, as in SQLite's ledger: whether a commit whose connection broke was made, nobody here can say. So
 * every waiting write and every later one is refused with the same error, and an intent among them is not sent.
 */
export class WriteQueue {
  readonly #query: Query;
  readonly #workerId: number;
  readonly #parts: WriteQueueParts;
  #queued: Entry[] = [];
  #isAtWork = false;
  /** How many writes were given out, and how many of them are durable. */
  #givenCount = 0;
  #doneCount = 0;
  #flushes: { readonly upTo: number; resolve(): void; reject(error: Error): void }[] = [];
  #failure: OperatorError | undefined;

  constructor(query: Query, workerId: number, parts: WriteQueueParts) {
    this.#query = query;
    this.#workerId = workerId;
    this.#parts = parts;
  }

  get failure(): OperatorError | undefined {
    return this.#failure;
  }

  /** Resolves to what the write found, once it is durable. */
  write(op: WriteOp): Promise<unknown> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => this.#add({ op, resolve, reject }));
  }

  /** A write that nobody waits for. */
  writeBehind(op: WriteOp): void {
    if (this.#failure) throw this.#failure;
    this.#add({ op, resolve: () => undefined, reject: () => undefined });
  }

  /** Work of its own between two groups, in one transaction: statements that `apply` does not know. */
  alone<T>(work: (query: Query) => Promise<T>): Promise<T> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise<T>((resolve, reject) => {
      let value: T;
      const run = async (query: Query): Promise<void> => {
        value = await inTransaction(query, () => work(query));
      };
      this.#add({ run, resolve: () => resolve(value), reject });
    });
  }

  /** Resolves when everything that was given out before is durable; what comes later is not waited for. */
  flush(): Promise<void> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#doneCount === this.#givenCount) return Promise.resolve();
    return new Promise((resolve, reject) => this.#flushes.push({ upTo: this.#givenCount, resolve, reject }));
  }

  /** Refuses whatever waits and whatever comes. */
  fail(error: unknown): OperatorError {
    if (this.#failure) return this.#failure;
    const failure = this.#parts.explain(error);
    this.#failure = failure;
    for (const { reject } of [...this.#queued.splice(0), ...this.#flushes.splice(0)]) reject(failure);
    this.#parts.onFailure(failure);
    return failure;
  }

  /** The end: later calls are refused, and nobody is told. */
  end(failure: OperatorError): void {
    this.#failure ??= failure;
  }

  #add(entry: Entry): void {
    this.#queued.push(entry);
    this.#givenCount += 1;
    if (this.#isAtWork) return;
    this.#isAtWork = true;
    this.#work();
  }

  async #work(): Promise<void> {
    // What the rest of this turn of the event loop writes joins the group.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#queued.length > 0) {
      const group = this.#nextGroup();
      try {
        const found = await this.#carryOut(group);
        this.#parts.onCommitted(found);
        for (const [index, { resolve }] of group.entries()) resolve(found[index]);
        this.#doneCount += group.length;
        const isReached = ({ upTo }: { readonly upTo: number }): boolean => upTo <= this.#doneCount;
        for (const { resolve } of this.#flushes.filter(isReached)) resolve();
        this.#flushes = this.#flushes.filter((flush) => !isReached(flush));
      } catch (error) {
        const failure = this.fail(error);
        for (const { reject } of group) reject(failure);
      }
      // The answers that came meanwhile are read first: their outcomes join the next group.
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#isAtWork = false;
  }

  #nextGroup(): Entry[] {
    const alone = this.#queued.findIndex(({ op }) => op === undefined);
    const count = alone === 0 ? 1 : Math.min(alone < 0 ? this.#queued.length : alone, GROUP_WRITES_MAX);
    return this.#queued.splice(0, count);
  }

  async #carryOut(group: readonly Entry[]): Promise<readonly unknown[]> {
    const [first] = group;
    if (first?.run) {
      await first.run(this.#query);
      return [];
    }
    const text = toJson(group.map(({ op }) => op));
    for (let tryNumber = 1; ; tryNumber += 1) {
      try {
        const [record] = await this.#query('SELECT memberload.apply($1, $2, $3::jsonb) AS found', [
          this.#workerId,
          this.#parts.heldNowMs(),
          text,
        ]);
        return (record as { found: unknown[] }).found;
      } catch (error) {
        if (tryNumber === TRIES_MAX || !isRolledBackForOthers(error)) throw error;
      }
    }
  }
}

type WriteQueueParts = {
  /** For tests: the time instead of the database's own; null: the database's. */
  heldNowMs(): number | null;
  /** Told after each commit what the writes of the group have found. */
  onCommitted(found: readonly unknown[]): void;
  explain(error: unknown): OperatorError;
  /** Told once. */
  onFailure(error: OperatorError): void;
};

type Entry = {
  readonly op?: WriteOp;
  readonly run?: (query: Query) => Promise<void>;
  readonly resolve: (found: unknown) => void;
  readonly reject: (error: Error) => void;
};

/** PostgreSQL's text holds neither NUL nor half a surrogate pair: what a vendor may answer must not stop the ledger. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '\uFFFD').toWellFormed();
}

function toJson(value: unknown): string {
  return JSON.stringify(value, (_, each: unknown) => (typeof each === 'string' ? storableText(each) : each));
}
