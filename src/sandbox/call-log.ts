import type { FaultName } from './switches.ts';

export type LoggedCall = {
  readonly callId: number;
  /** Arrival of the request's head, milliseconds since the epoch with a fraction. */
  readonly at: number;
  readonly endpoint: string;
  /** What struck the call: a fault, `tooFast` for the sandbox's own rate limit, the switch wrongAddress, or nothing. */
  fault: FaultName | 'tooFast' | 'wrongAddress' | null;
};

/** A run of half a million calls fits; about 60 MB at the most. */
const CALLS_MAX = 500_000;

/** Arrival times of the vendor calls of this process; not kept over a restart. */
export class CallLog {
  #calls: LoggedCall[] = [];

  record(call: LoggedCall): void {
    if (this.#calls.length >= CALLS_MAX) this.#calls = this.#calls.slice(CALLS_MAX / 2);
    this.#calls.push(call);
  }

  since(at: number): LoggedCall[] {
    return this.#calls.filter((call) => call.at >= at);
  }

  last(count: number): LoggedCall[] {
    return this.#calls.slice(-count);
  }

  clear(): void {
    this.#calls = [];
  }
}
