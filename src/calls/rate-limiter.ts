import type { Clock } from '../base/clock.ts';
import type { Rate } from './rate.ts';

export type { Rate } from './rate.ts';
export { parseRate } from './rate.ts';

/**
 * One lane of calls to one account. `admit` resolves when the next call may go out, first come, first
 * served; to undefined when the signal aborted first. Call it last, right before the send: whatever
 * happens between (a commit, a queue) is time in which calls can bunch up again.
 */
export interface RateLimiter {
  admit(signal?: AbortSignal): Promise<Admission | undefined>;
  /** Nobody is admitted before that time (Retry-After: the whole lane waits). It can only be pushed out. */
  hold(untilMonotonicMs: number): void;
}

/**
 * What became of an admitted call, as far as the limiter has to know. Both are optional: without them a
 * call counts from its admission, and only the margin covers what happens on the way.
 */
export type Admission = {
  /** The call goes out now: pass it as the call's `onSent`. Connecting may have taken hundreds of milliseconds. */
  sent(): void;
  /** The answer is there. A call that took longer than usual may have arrived late: it is counted later. */
  answered(): void;
};

/**
 * How much longer than the vendor's our window is. The vendor counts calls when they arrive, we when they
 * leave; the margin covers how differently long two calls were on their way. Measured on loopback, 15 s at
 * 200 calls/s on a shared two-core machine: from leaving to arriving 0.3 ms in the median, 0.7 ms at 99 %,
 * 9 ms at 99.9 %, 16 ms at most. 1.2 % is 12 ms of a second. 98.5 % of the rate was used.
 */
const WINDOW_STRETCH = 1.012;

/**
 * Beyond that margin, a call whose answer took longer than usual is counted as if it had arrived that much
 * later, up to this: a machine that stood still for 50 ms makes the calls sent before arrive together with
 * the ones sent after. Measured at 200 calls/s with three busy processes on two cores: without it the
 * server saw 201 to 205 calls in a second in ten runs of ten, with 50 ms or more at most 200 in all. The
 * price: a vendor whose answers take very differently long is asked more slowly, by up to a tenth when the
 * window is a second.
 */
const LATE_ARRIVAL_MS_MAX = 100;

/**
 * How fast "usual" follows when answers become slower: lookups first, then slower writes. It starts at
 * zero, so that the first calls count from their answers: they are the ones that arrive late, while code
 * is cold and connections open, and the window after them would be too full.
 */
const USUAL_LATENCY_GAIN = 0.05;

/**
 * A place on the grid that was missed by less than this is made up for; after more the lane was idle (or
 * the process stood still), and the grid starts anew from now: no burst. Timers here wake 1 to 2 ms late.
 */
const CATCH_UP_MS = 25;

/**
 * Two rules, and a call goes out when both allow it:
 * - the grid: places `window / calls` apart, so that calls are spread and not sent in one go. It stays
 *   where it is when a timer wakes late; the next call is then due at its own place, not later.
 * - the window: never before the call `calls` places ago is a whole (stretched) window old, by the times
 *   at which calls really left. This one makes the limit hold whatever the timers do.
 */
export function createRateLimiter(rate: Rate, clock: Clock): RateLimiter {
  const windowMs = rate === 'unlimited' ? 0 : rate.perMs * WINDOW_STRETCH;
  const callsPerWindow = rate === 'unlimited' ? 1 : rate.calls;
  const spacingMs = windowMs / callsPerWindow;
  /** When the last `callsPerWindow` calls left: call n at place n modulo its length. */
  const leftAtMs = new Float64Array(callsPerWindow).fill(Number.NEGATIVE_INFINITY);
  const waiting: Waiter[] = [];
  let admittedCount = 0;
  let nextOnGridMs = Number.NEGATIVE_INFINITY;
  let holdUntilMs = Number.NEGATIVE_INFINITY;
  let usualLatencyMs = 0;
  let sleep: AbortController | undefined;

  function nextPlaceMs(nowMs: number): number {
    const gridMs = nowMs - nextOnGridMs > CATCH_UP_MS ? nowMs : nextOnGridMs;
    return Math.max(gridMs, holdUntilMs);
  }

  function admitNow(nowMs: number): Admission {
    const place = admittedCount % callsPerWindow;
    const mine = admittedCount++;
    leftAtMs[place] = nowMs;
    nextOnGridMs = nextPlaceMs(nowMs) + spacingMs;
    let sentAtMs = nowMs;
    const count = (atMs: number) => {
      const isRemembered = admittedCount - mine <= callsPerWindow;
      if (isRemembered) leftAtMs[place] = atMs;
    };
    return {
      sent() {
        sentAtMs = clock.monotonicMs();
        count(sentAtMs);
      },
      answered() {
        const latencyMs = clock.monotonicMs() - sentAtMs;
        const isFastest = latencyMs < usualLatencyMs;
        usualLatencyMs = isFastest ? latencyMs : usualLatencyMs + (latencyMs - usualLatencyMs) * USUAL_LATENCY_GAIN;
        count(sentAtMs + Math.min(latencyMs - usualLatencyMs, LATE_ARRIVAL_MS_MAX));
      },
    };
  }

  /** How long the next call has to wait; 0 or less: it may go out. */
  function delayMs(nowMs: number): number {
    const leftBeforeMs = leftAtMs[admittedCount % callsPerWindow] ?? Number.NEGATIVE_INFINITY;
    return Math.max(nextPlaceMs(nowMs), leftBeforeMs + windowMs) - nowMs;
  }

  function admitWhoMay(): void {
    while (!sleep) {
      const next = waiting[0];
      if (!next) return;
      const nowMs = clock.monotonicMs();
      const waitMs = delayMs(nowMs);
      if (waitMs > 0) {
        sleepThenAdmit(waitMs);
        return;
      }
      waiting.shift();
      next.admit(admitNow(nowMs));
    }
  }

  /** Sleeping too short is harmless: whoever wakes looks at the clock again. */
  function sleepThenAdmit(waitMs: number): void {
    const mine = new AbortController();
    sleep = mine;
    clock.sleep(waitMs, mine.signal).then(() => {
      if (sleep === mine) sleep = undefined;
      admitWhoMay();
    });
  }

  return {
    admit(signal) {
      if (signal?.aborted) return Promise.resolve(undefined);
      // Without a wait there is nothing to abort. A listener for each call would cost as much as the call's signature.
      const nowMs = clock.monotonicMs();
      if (!sleep && waiting.length === 0 && delayMs(nowMs) <= 0) return Promise.resolve(admitNow(nowMs));
      return new Promise((resolve) => {
        const waiter: Waiter = {
          admit(admission) {
            signal?.removeEventListener('abort', onAbort);
            resolve(admission);
          },
        };
        const onAbort = () => {
          const place = waiting.indexOf(waiter);
          if (place >= 0) waiting.splice(place, 1);
          resolve(undefined);
          // Nobody waits any more: a timer of minutes (Retry-After) must not keep the process alive.
          if (waiting.length === 0) sleep?.abort();
        };
        signal?.addEventListener('abort', onAbort, { once: true });
        waiting.push(waiter);
        admitWhoMay();
      });
    },
    hold(untilMonotonicMs) {
      holdUntilMs = Math.max(holdUntilMs, untilMonotonicMs);
    },
  };
}

type Waiter = { admit(admission: Admission): void };
