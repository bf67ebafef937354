import { setTimeout as sleepFor } from 'node:timers/promises';

/** Time comes in as an argument wherever it decides something, so that tests can hold it. */
export interface Clock {
  /** Wall time, milliseconds since the epoch. May jump; never used to measure a duration. */
  nowMs(): number;
  /** Monotonic time in milliseconds, with fractions. Only differences mean something. */
  monotonicMs(): number;
  /** Resolves after `delayMs`, or as soon as `signal` aborts; it never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  async sleep(delayMs, signal) {
    if (signal?.aborted) return;
    try {
      await sleepFor(delayMs, undefined, signal ? { signal } : {});
    } catch {
      // Aborted: the caller looks at its signal.
    }
  },
};
