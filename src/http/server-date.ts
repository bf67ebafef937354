import type { Clock } from '../base/clock.ts';
import type { TransportResult } from './exchange.ts';

/** The vendor's clock as an answer's `Date` header tells it, and ours when the answer had come. */
export type ServerDate = {
  /** Whole seconds: the header has no more. */
  readonly serverMs: number;
  readonly receivedMs: number;
};

/** Undefined when there was no answer, or one without a date that can be read. */
export function readServerDate(result: TransportResult, clock: Pick<Clock, 'nowMs'>): ServerDate | undefined {
  if (result.kind !== 'response') return undefined;
  const serverMs = Date.parse(result.headers.date ?? '');
  return Number.isNaN(serverMs) ? undefined : { serverMs, receivedMs: clock.nowMs() };
}
