import type { Reply } from './reply.ts';
import type { FaultName, SandboxSwitches } from './switches.ts';
import type { VendorState } from './vendor-state.ts';

/** For the faults: an increment is a write that cannot be repeated. */
export type CallKind = 'read' | 'write' | 'increment';

/** One call as it came over the wire. */
export type IncomingCall = {
  readonly method: string;
  /** Path and query exactly as in the request line. */
  readonly target: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  readonly callId: number;
};

/** What a vendor's endpoint may look at. */
export type VendorContext = {
  readonly state: VendorState;
  readonly switches: SandboxSwitches;
  /** Wall time of the application, milliseconds since the epoch. */
  readonly nowMs: number;
  /** What strikes the call: some faults change what the vendor does, and not only how its answer travels. */
  readonly fault: FaultName | undefined;
};

/**
 * One of the two vendors, as the server sees it. `count` runs when the call arrives and `apply` when it
 * takes effect: one transaction, except for a late application.
 */
export type Vendor = {
  /** The endpoint's name for counting, and its kind; undefined when there is no such endpoint. */
  route(method: string, path: string): { endpoint: string; kind: CallKind } | undefined;
  /** The calls used so far on this account's day, this one included. */
  count(call: IncomingCall, endpoint: string, context: VendorContext): number;
  apply(call: IncomingCall, endpoint: string, context: VendorContext, usedCalls: number): Reply;
  /** The same answer with another body, signed anew. */
  withBody(reply: Reply, body: string, switches: SandboxSwitches): Reply;
  tooFast(switches: SandboxSwitches): Reply;
  unknownCode(switches: SandboxSwitches): Reply;
  serverError(switches: SandboxSwitches): Reply;
};

export function headerText(call: IncomingCall, name: string): string | undefined {
  const value = call.headers[name];
  return typeof value === 'string' ? value : undefined;
}
