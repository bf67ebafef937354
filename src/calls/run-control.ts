/** Why a run stops before its last row. */
export type StopReason =
  | { readonly kind: 'interrupted'; readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' }
  /** The day's calls are used up, by our count or by the vendor's word. `resumeAtMs`: when they are back. */
  | { readonly kind: 'quota'; readonly detail: string; readonly resumeAtMs: number }
  | { readonly kind: 'credentials'; readonly detail: string }
  | { readonly kind: 'breaker'; readonly detail: string }
  | { readonly kind: 'max_errors'; readonly detail: string }
  | { readonly kind: 'mismatch'; readonly detail: string }
  /** The ledger failed: nothing may be sent any more. `error` is what to report. */
  | { readonly kind: 'fatal'; readonly error: unknown };

/**
 * Stops a run gently: the first reason counts, no new call is admitted, calls on the wire are awaited.
 */
export class RunControl {
  readonly #abort = new AbortController();
  readonly #interrupt = new AbortController();
  #reason: StopReason | undefined;

  get reason(): StopReason | undefined {
    return this.#reason;
  }

  /** Aborts when the run is to stop: for waits (rate, backoff, midnight), never for calls on the wire. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Aborts only when a person or a failed ledger ends the run: for what is still done when the quota is used up. */
  get interruptSignal(): AbortSignal {
    return this.#interrupt.signal;
  }

  /** Whether increments on the wire may still be settled: an ended day does not end that, everything else does. */
  get maySettle(): boolean {
    return !this.#interrupt.signal.aborted && (this.#reason === undefined || this.#reason.kind === 'quota');
  }

  stop(reason: StopReason): void {
    // A failed ledger outranks everything: after it no outcome can be recorded.
    if (this.#reason === undefined || (reason.kind === 'fatal' && this.#reason.kind !== 'fatal')) this.#reason = reason;
    this.#abort.abort();
    if (reason.kind === 'interrupted' || reason.kind === 'fatal') this.#interrupt.abort();
  }

  /** @throws StoppedError once the run is to stop */
  check(): void {
    if (this.#reason !== undefined) throw new StoppedError();
  }
}

/** A call was not made because the run stops. The row is left to `resume`. */
export class StoppedError extends Error {
  constructor() {
    super('the run stops');
    this.name = 'StoppedError';
  }
}
