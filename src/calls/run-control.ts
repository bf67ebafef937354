import { setMaxListeners } from 'node:events';
import type { CallSignal } from '../http/call-options.ts';

/** Why a run stops before its last row. */
export type StopReason =
  | { readonly kind: 'interrupted'; readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' }
  /**
   * The day's calls are used up, by our count or by the vendor's word. `resumeAtMs`: when they are back. `isForeseen`:
   * as the price of the run said, so that nobody needs to be told why.
   */
  | { readonly kind: 'quota'; readonly detail: string; readonly resumeAtMs: number; readonly isForeseen: boolean }
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
  readonly #unsent = new Set<UnsentCall>();
  readonly #children = new Set<RunControl>();
  #reason: StopReason | undefined;

  constructor() {
    // As many calls wait at once as --concurrency allows: for their turn, in a backoff, for midnight. Node would warn of
    // more than ten.
    setMaxListeners(0, this.signal, this.interruptSignal);
  }

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
    for (const child of this.#children) child.stop(reason);
  }

  /** The control of one run among several: it stops with this one, and alone. `release` it when its run is over. */
  child(): RunControl {
    const child = new RunControl();
    if (this.#reason) child.stop(this.#reason);
    this.#children.add(child);
    return child;
  }

  release(child: RunControl): void {
    this.#children.delete(child);
  }

  /** @throws StoppedError once the run is to stop */
  check(): void {
    if (this.#reason !== undefined) throw new StoppedError();
  }

  /** For a call whose intent is recorded. The holder says when the first byte goes out, and when the row is recorded. */
  holdUnsent(): UnsentCall {
    const call = new UnsentCall(() => this.#unsent.delete(call));
    this.#unsent.add(call);
    return call;
  }

  /**
   * For the second Ctrl-C: cuts the calls that have touched no socket. Resolves when their rows are recorded as
   * open, so that they do not look like money in doubt. The caller waits a moment for it, then leaves.
   */
  async withdrawUnsent(): Promise<void> {
    await Promise.all([
      ...[...this.#unsent].map((call) => call.withdraw()),
      ...[...this.#children].map((child) => child.withdrawUnsent()),
    ]);
  }
}

/**
 * A call between its intent and its end. It is the call's own `CallSignal`: an `AbortController` for each call takes as
 * long as the call's signature and its JSON together.
 */
class UnsentCall implements CallSignal {
  /** True only of a call of which no byte was out. */
  aborted = false;
  onabort: CallSignal['onabort'] = null;
  readonly #onEnd: () => void;
  #isSent = false;
  #ended: Promise<void> | undefined;
  #resolveEnded: () => void = () => undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  /** The first byte goes out. */
  sent(): void {
    this.#isSent = true;
  }

  /** What became of the call is recorded. */
  end(): void {
    this.#onEnd();
    this.#resolveEnded();
  }

  async withdraw(): Promise<void> {
    if (this.#isSent) return;
    this.#ended ??= new Promise((resolve) => {
      this.#resolveEnded = resolve;
    });
    this.aborted = true;
    this.onabort?.();
    await this.#ended;
  }
}

/** A call was not made because the run stops. The row is left to `resume`. */
export class StoppedError extends Error {
  constructor() {
    super('the run stops');
    this.name = 'StoppedError';
  }
}
