/** Calls let through in any one second. */
export class RateWindow {
  readonly #passedAtMs: number[] = [];

  /** False: one more would be too many within the last second. Only calls that pass count. */
  mayPass(nowMs: number, callsPerSecond: number): boolean {
    if (callsPerSecond === 0) return true;
    while (this.#passedAtMs.length > 0 && nowMs - (this.#passedAtMs[0] ?? 0) >= 1000) this.#passedAtMs.shift();
    if (this.#passedAtMs.length >= callsPerSecond) return false;
    this.#passedAtMs.push(nowMs);
    return true;
  }
}
