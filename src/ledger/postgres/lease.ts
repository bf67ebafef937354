import { uptime } from 'node:os';
import { inTransaction, type Query } from './database.ts';

/**
 * The right of this process to send. A process that does not renew its lease in time is taken for dead by the others,
 * which then settle what it left; so it must have sent nothing that they could not know of.
 *
 * ```
 * held ──(renewed every quarter)──→ held
 *   └──(not renewed in time)──────→ lost for ever: the worker's number is never used again
 * ```
 */
export interface Lease {
  /** See `Ledger.mayStillSend`. */
  mayStillSend(callMs: number): boolean;
  /** See `Ledger.holdFor`. */
  holdFor(callMs: number): Promise<void>;
  /** Ends the lease: others need not wait for its end. */
  end(): Promise<void>;
}

/** Clocks of this machine, in milliseconds. A monotonic clock may stand still while the machine sleeps. */
type LeaseClocks = { wallMs(): number; monotonicMs(): number; bootMs(): number };

const systemClocks: LeaseClocks = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  bootMs: () => uptime() * 1000,
};

export const LEASE_MS_MIN = 60_000;
/** Between the last moment of a call and the end of the lease: for whatever is late. A guess. */
export const LEASE_MARGIN_MS = 10_000;
const RENEWALS = 4;

/** @param onBroken told when the lease cannot be renewed because the database cannot be asked */
export async function openLease(
  worker: { readonly id: number; readonly leaseMs: number },
  query: Query,
  { clocks = systemClocks, onBroken }: { clocks?: LeaseClocks; onBroken: (error: Error) => void },
): Promise<Lease> {
  let { leaseMs } = worker;
  let isEnded = false;
  /** Outcomes of what was sent in time are still taken. */
  let isLost = false;
  let end = { wallMs: 0, monotonicMs: 0, bootMs: 0 };
  let timer: NodeJS.Timeout | undefined;

  let last: Promise<unknown> = Promise.resolve();
  /** Two transactions on one connection must not mix. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  }

  async function renew(): Promise<void> {
    // As of now, before the statement leaves: our end is never later than the database's.
    const from = { wallMs: clocks.wallMs(), monotonicMs: clocks.monotonicMs(), bootMs: clocks.bootMs() };
    const length = leaseMs;
    // Durable: a longer lease that a failover forgets would be over for the others, and not for us.
    const renewed = await inTransaction(query, () =>
      query(
        `UPDATE memberload.worker SET lease_until_ms = memberload.clock_ms() + $2
         WHERE worker_id = $1 AND ended_ms IS NULL AND lease_until_ms > memberload.clock_ms() RETURNING worker_id`,
        [worker.id, length],
      ),
    );
    if (renewed.length === 0) {
      isLost = true;
      return;
    }
    end = {
      wallMs: from.wallMs + length,
      monotonicMs: from.monotonicMs + length,
      bootMs: from.bootMs + length,
    };
  }

  function renewLater(): void {
    if (isLost || isEnded) return;
    timer = setTimeout(() => {
      // A network that is cut without a word lets a statement wait for a quarter of an hour.
      const limit = setTimeout(() => onBroken(new Error('it has not answered for too long')), leaseMs);
      limit.unref();
      inTurn(renew)
        .finally(() => clearTimeout(limit))
        .then(renewLater, (error: Error) => {
          if (!isEnded) onBroken(error);
        });
    }, leaseMs / RENEWALS);
    timer.unref();
  }

  await inTurn(renew);
  renewLater();
  return {
    mayStillSend(callMs) {
      const needMs = callMs + LEASE_MARGIN_MS;
      return (
        !isEnded &&
        !isLost &&
        clocks.wallMs() + needMs < end.wallMs &&
        clocks.monotonicMs() + needMs < end.monotonicMs &&
        clocks.bootMs() + needMs < end.bootMs
      );
    },
    async holdFor(callMs) {
      // Enough for a call also when one renewal failed.
      const wanted = 2 * (callMs + LEASE_MARGIN_MS);
      if (wanted <= leaseMs) return;
      leaseMs = wanted;
      await inTurn(renew);
    },
    async end() {
      isEnded = true;
      clearTimeout(timer);
      await inTurn(() =>
        query(
          'UPDATE memberload.worker SET ended_ms = memberload.clock_ms() WHERE worker_id = $1 AND ended_ms IS NULL',
          [worker.id],
        ),
      );
    },
  };
}
