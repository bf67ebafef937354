import type { ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import type { CallLog, LoggedCall } from './call-log.ts';
import type { Chance } from './chance.ts';
import { BAD_GATEWAY, cut, deliver, deliverHalf, EMPTY_REPLY, foreignReply, LOGIN_PAGE } from './delivery.ts';
import { drawFault, preventsApplication } from './faults.ts';
import { RateWindow } from './rate-window.ts';
import type { Reply } from './reply.ts';
import type { FaultName, SandboxSwitches } from './switches.ts';
import { type CallKind, headerText, type IncomingCall, type Vendor, type VendorContext } from './vendor-call.ts';
import type { VendorState } from './vendor-state.ts';

export type VendorRoute = { readonly vendor: Vendor; readonly endpoint: string; readonly kind: CallKind };

/** What changes while the sandbox runs. */
export type Running = {
  switches: SandboxSwitches;
  chance: Chance;
  /** Grows with every reset: a late application must not reach the state that came after it. */
  resets: number;
};

type Tools = {
  readonly state: VendorState;
  readonly running: Running;
  readonly clock: Clock;
  readonly log: CallLog;
  readonly closing: AbortSignal;
};

export type CallHandler = (
  call: IncomingCall,
  route: VendorRoute,
  arrivedAt: number,
  response: ServerResponse,
) => Promise<void>;

/** A vendor call from arrival to answer: counted, struck by a fault or not, applied or not, answered or not. */
export function callHandler({ state, running, clock, log, closing }: Tools): CallHandler {
  const rateWindows = new Map<Vendor, RateWindow>();

  return async (call, route, arrivedAt, response) => {
    const { switches } = running;
    const logged: LoggedCall = { callId: call.callId, at: arrivedAt, endpoint: route.endpoint, fault: null };
    log.record(logged);
    if (!rateWindowOf(route.vendor).mayPass(clock.monotonicMs(), switches.ratePerSecond)) {
      logged.fault = 'tooFast';
      countOnly(call, route);
      deliver(response, route.vendor.tooFast(switches), mayGzip(call));
      return;
    }
    const fault = drawFault(switches, route.kind, running.chance);
    if (fault === undefined) {
      deliver(response, countAndApply(call, route, false), mayGzip(call));
      return;
    }
    logged.fault = fault;
    await strike(fault, call, route, response);
  };

  async function strike(fault: FaultName, call: IncomingCall, route: VendorRoute, response: ServerResponse) {
    const { switches, chance } = running;
    if (fault === 'fault.lateApply') {
      const usedCalls = countOnly(call, route);
      const { resets } = running;
      await clock.sleep(switches.lateApplyMs, closing);
      if (closing.aborted) return;
      if (resets === running.resets) apply(call, route, usedCalls);
      cut(response, chance);
      return;
    }
    const reply = preventsApplication(fault) ? EMPTY_REPLY : countAndApply(call, route, fault === 'fault.wrongUid');
    if (preventsApplication(fault)) countOnly(call, route);
    switch (fault) {
      case 'fault.cutBefore':
      case 'fault.cutAfter':
        return cut(response, chance);
      case 'fault.tooFast':
        return deliver(response, route.vendor.tooFast(switches), mayGzip(call));
      case 'fault.serverErrorBefore':
      case 'fault.serverErrorAfter':
        return deliver(response, BAD_GATEWAY, false);
      case 'fault.truncated':
        return deliverHalf(response, reply, chance);
      case 'fault.html':
        return deliver(response, LOGIN_PAGE, false);
      case 'fault.empty':
        return deliver(response, EMPTY_REPLY, false);
      case 'fault.foreign':
        return deliver(response, foreignReply(chance), false);
      case 'fault.slow':
        await clock.sleep(switches.slowMs, closing);
        return deliver(response, reply, mayGzip(call));
      case 'fault.wrongUid':
        return deliver(response, reply, mayGzip(call));
      case 'fault.unknownCode':
      case 'fault.unknownCodeAfter':
        return deliver(response, route.vendor.unknownCode(switches), mayGzip(call));
    }
  }

  /** One transaction: whatever is answered is remembered, and a call without effect is still counted. */
  function countAndApply(call: IncomingCall, route: VendorRoute, misnamesMember: boolean): Reply {
    const context = contextNow(misnamesMember);
    try {
      return state.store.transaction(() => {
        const usedCalls = route.vendor.count(call, route.endpoint, context);
        return route.vendor.apply(call, route.endpoint, context, usedCalls);
      });
    } catch {
      // Nothing was applied. The vendor would answer something all the same.
      return route.vendor.serverError(running.switches);
    }
  }

  function countOnly(call: IncomingCall, route: VendorRoute): number {
    return state.store.transaction(() => route.vendor.count(call, route.endpoint, contextNow(false)));
  }

  function apply(call: IncomingCall, route: VendorRoute, usedCalls: number): void {
    const context = contextNow(false);
    state.store.transaction(() => route.vendor.apply(call, route.endpoint, context, usedCalls));
  }

  function contextNow(misnamesMember: boolean): VendorContext {
    return { state, switches: running.switches, nowMs: clock.nowMs(), misnamesMember };
  }

  function mayGzip(call: IncomingCall): boolean {
    return running.switches.gzip && /\bgzip\b/.test(headerText(call, 'accept-encoding') ?? '');
  }

  function rateWindowOf(vendor: Vendor): RateWindow {
    const existing = rateWindows.get(vendor);
    if (existing !== undefined) return existing;
    const created = new RateWindow();
    rateWindows.set(vendor, created);
    return created;
  }
}
