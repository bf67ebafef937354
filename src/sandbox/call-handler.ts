import type { ServerResponse } from 'node:http';
import type { Clock } from '../base/clock.ts';
import { unreachable } from '../base/errors.ts';
import type { CallLog, LoggedCall } from './call-log.ts';
import type { Chance } from './chance.ts';
import { drawFault, takesEffect } from './faults.ts';
import {
  BAD_GATEWAY,
  cut,
  deliver,
  deliverHalf,
  EMPTY_REPLY,
  foreignReply,
  GATEWAY_REPLIES,
  LOGIN_PAGE,
  NO_SUCH_PAGE,
  type Reply,
} from './reply.ts';
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

export type SandboxTools = {
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

const MIB = 1024 * 1024;

/** A vendor call from arrival to answer: counted, struck by a fault or not, applied or not, answered or not. */
export function callHandler({ state, running, clock, log, closing }: SandboxTools): CallHandler {
  /** When the calls of the last second were let through, by vendor. */
  const passedAtMs = new Map<Vendor, number[]>();

  return async (call, route, arrivedAt, response) => {
    const { switches } = running;
    const logged: LoggedCall = { callId: call.callId, at: arrivedAt, endpoint: route.endpoint, fault: null };
    log.record(logged);
    if (switches.wrongAddress) {
      logged.fault = 'wrongAddress';
      return deliver(response, NO_SUCH_PAGE, false);
    }
    if (isTooFast(route.vendor, switches.ratePerSecond)) {
      logged.fault = 'tooFast';
      countOnly(call, route);
      return deliver(response, route.vendor.tooFast(switches), mayGzip(call));
    }
    const fault = drawFault(switches, route.kind, running.chance);
    if (fault === undefined) return deliver(response, countAndApply(call, route, fault), mayGzip(call));
    logged.fault = fault;
    if (fault === 'fault.lateApply') return applyLate(call, route, response);
    if (takesEffect(fault)) return answer(fault, { call, route, response }, countAndApply(call, route, fault));
    countOnly(call, route);
    return answer(fault, { call, route, response }, EMPTY_REPLY);
  };

  async function applyLate(call: IncomingCall, route: VendorRoute, response: ServerResponse): Promise<void> {
    const { switches, resets } = running;
    const usedCalls = countOnly(call, route);
    if (switches.lateApplyAnswer === 'cutBefore') cut(response, running.chance);
    await clock.sleep(switches.lateApplyMs, closing);
    if (closing.aborted) return;
    if (resets === running.resets) {
      const context = contextNow(undefined);
      state.store.transaction(() => route.vendor.apply(call, route.endpoint, context, usedCalls));
    }
    if (switches.lateApplyAnswer === 'cutAfter') cut(response, running.chance);
  }

  /** What the client sees of a call that a fault struck. `reply` is what the vendor said. */
  async function answer(
    fault: Exclude<FaultName, 'fault.lateApply'>,
    { call, route, response }: { call: IncomingCall; route: VendorRoute; response: ServerResponse },
    reply: Reply,
  ): Promise<void> {
    const { switches, chance } = running;
    switch (fault) {
      case 'fault.cutBefore':
      case 'fault.cutAfter':
        return cut(response, chance);
      case 'fault.tooFast':
        return deliver(response, route.vendor.tooFast(switches), mayGzip(call));
      case 'fault.serverErrorBefore':
      case 'fault.serverErrorAfter':
        return deliver(response, BAD_GATEWAY, false);
      case 'fault.gatewayAfterApply':
        return deliver(response, GATEWAY_REPLIES[switches.gatewayStatus](switches), false);
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
      case 'fault.hugeAnswer': {
        const body = reply.body + ' '.repeat(switches.hugeAnswerMiB * MIB);
        return deliver(response, route.vendor.withBody(reply, body, switches), mayGzip(call));
      }
      case 'fault.wrongUid':
      case 'fault.replayAnswer':
      case 'fault.sameSecond':
        return deliver(response, reply, mayGzip(call));
      case 'fault.unknownCode':
      case 'fault.unknownCodeAfter':
        return deliver(response, route.vendor.unknownCode(switches), mayGzip(call));
      default:
        unreachable(fault);
    }
  }

  /** One transaction: whatever is answered is remembered, and a call without effect is still counted. */
  function countAndApply(call: IncomingCall, route: VendorRoute, fault: FaultName | undefined): Reply {
    const context = contextNow(fault);
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
    return state.store.transaction(() => route.vendor.count(call, route.endpoint, contextNow(undefined)));
  }

  function contextNow(fault: FaultName | undefined): VendorContext {
    return { state, switches: running.switches, nowMs: clock.nowMs(), fault };
  }

  function mayGzip(call: IncomingCall): boolean {
    return running.switches.gzip && /\bgzip\b/.test(headerText(call, 'accept-encoding') ?? '');
  }

  /** One more would be too many within the last second. Only calls that pass count. */
  function isTooFast(vendor: Vendor, callsPerSecond: number): boolean {
    if (callsPerSecond === 0) return false;
    const nowMs = clock.monotonicMs();
    const passed = passedAtMs.get(vendor) ?? [];
    passedAtMs.set(vendor, passed);
    while (passed[0] !== undefined && nowMs - passed[0] >= 1000) passed.shift();
    if (passed.length >= callsPerSecond) return true;
    passed.push(nowMs);
    return false;
  }
}
