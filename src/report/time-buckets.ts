/** Calls that were answered in one span of time. */
type TimeBucket = { readonly startMs: number; readonly calls: number; readonly retries: number };
export type TimeLine = { readonly widthMs: number; readonly buckets: readonly TimeBucket[] };

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Widths that a person reads at a glance. */
const WIDTHS_MS = [
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 6, 12, 24].map((count) => count * HOUR),
  ...[2, 7, 14, 28, 56, 112, 365, 3650].map((count) => count * 24 * HOUR),
];

const KEPT_MAX = 600;
const SHOWN_MAX = 60;

/**
 * Counts calls by time. Whether a run takes seconds or weeks is not known while it is read: when there are too many
 * buckets, each pair becomes one of the next width. Memory does not grow with the rows.
 */
export class TimeBuckets {
  #widthIndex = 0;
  #buckets = new Map<number, { calls: number; retries: number }>();

  add(atMs: number, calls: number, retries: number): void {
    if (calls === 0 || atMs <= 0) return;
    this.#addTo(Math.floor(atMs / this.#widthMs), calls, retries);
    while (this.#buckets.size > KEPT_MAX && this.#widthIndex < WIDTHS_MS.length - 1) this.#widen();
  }

  get #widthMs(): number {
    return WIDTHS_MS[this.#widthIndex] ?? SECOND;
  }

  #addTo(index: number, calls: number, retries: number): void {
    const bucket = this.#buckets.get(index);
    if (bucket === undefined) this.#buckets.set(index, { calls, retries });
    else {
      bucket.calls += calls;
      bucket.retries += retries;
    }
  }

  #widen(): void {
    const old = this.#buckets;
    const oldWidthMs = this.#widthMs;
    this.#widthIndex += 1;
    this.#buckets = new Map();
    for (const [index, { calls, retries }] of old) {
      this.#addTo(Math.floor((index * oldWidthMs) / this.#widthMs), calls, retries);
    }
  }

  /** With every bucket between the first and the last, also those without a call; undefined: no call was counted. */
  value(): TimeLine | undefined {
    if (this.#buckets.size === 0) return undefined;
    while (this.#span() > SHOWN_MAX && this.#widthIndex < WIDTHS_MS.length - 1) this.#widen();
    const widthMs = this.#widthMs;
    const first = Math.min(...this.#buckets.keys());
    const buckets = Array.from({ length: this.#span() }, (_, offset) => {
      const found = this.#buckets.get(first + offset);
      return { startMs: (first + offset) * widthMs, calls: found?.calls ?? 0, retries: found?.retries ?? 0 };
    });
    return { widthMs, buckets };
  }

  #span(): number {
    return Math.max(...this.#buckets.keys()) - Math.min(...this.#buckets.keys()) + 1;
  }
}
