import type { Clock } from '../base/clock.ts';
import type { Pace } from '../ledger/account-stores.ts';
import type { Rate, RateLimiter } from './rate-limiter.ts';

/**
 * How much longer than the vendor's the window of a shared account is. No process sees how late the calls of the others
 * arrive, so the margin must cover it: 24 ms in a rate by the second. With 12 ms, three workers on two busy cores made 31
 * calls in a second of 30.
 */
const WINDOW_STRETCH = 1.024;

/** The first call of a process is later than any other, while its code is cold: nobody else has a place so long after it. */
const COLD_MS = 100;

/**
 * A call that leaves later than this after its place could come together with those after it. A quarter of the margin
 * is for this look, the rest for what comes after it: the connection, the way, and a busy machine.
 */
const LATE_MS_MAX = 6;

/**
 * The rate of an account that several machines call at once: besides its own limiter a call needs a place that no other
 * process has. A place that was missed is given up.
 */
export function shareRate(
  limiter: RateLimiter,
  rate: Rate,
  { pace, account, clock }: { pace: Pace | undefined; account: string; clock: Clock },
): RateLimiter {
  if (pace === undefined || rate === 'unlimited') return limiter;
  const spacingMs = (rate.perMs * WINDOW_STRETCH) / rate.calls;
  let isCold = true;
  return {
    async admit(signal) {
      const admission = await limiter.admit(signal);
      if (admission === undefined) return undefined;
      for (;;) {
        const isFirst = isCold;
        isCold = false;
        const dueMs = await pace.nextPlace(account, isFirst ? Math.max(spacingMs, COLD_MS) : spacingMs);
        const delayMs = dueMs - clock.monotonicMs();
        if (delayMs > 0) await clock.sleep(delayMs, signal);
        if (signal?.aborted) return undefined;
        if (clock.monotonicMs() - dueMs <= LATE_MS_MAX) return admission;
        // The call is still the first one.
        isCold ||= isFirst;
      }
    },
    hold(untilMonotonicMs) {
      limiter.hold(untilMonotonicMs);
      // Others are told as soon as may be; a failure of the ledger is told by whoever asks for the next place.
      pace.hold(account, untilMonotonicMs - clock.monotonicMs()).catch(() => undefined);
    },
  };
}
