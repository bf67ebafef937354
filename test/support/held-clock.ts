import type { Clock } from '../../src/base/clock.ts';

export type HeldClock = Clock & {
  /** The wall clock jumps; monotonic time does not. */
  jumpTo(nowMs: number): void;
  /** What was slept for, in order. */
  readonly sleptMs: readonly number[];
};

/** A clock that stands still but for sleeping, which takes no time at all. */
export function heldClock(startMs = Date.UTC(2026, 10, 22, 4)): HeldClock {
  let nowMs = startMs;
  let monotonicMs = 0;
  const sleptMs: number[] = [];
  return {
    sleptMs,
    nowMs: () => nowMs,
    monotonicMs: () => monotonicMs,
    async sleep(delayMs, signal) {
      if (signal?.aborted) return;
      sleptMs.push(delayMs);
      nowMs += Math.max(0, delayMs);
      monotonicMs += Math.max(0, delayMs);
    },
    jumpTo(toMs) {
      nowMs = toMs;
    },
  };
}
