import type { Chance } from './chance.ts';
import { FAULT_NAMES, type FaultName, type SandboxSwitches } from './switches.ts';
import type { CallKind } from './vendor-call.ts';

const INCREMENTS_ONLY: readonly FaultName[] = ['fault.wrongUid', 'fault.replayAnswer', 'fault.sameSecond'];

const STRUCK_KINDS: Readonly<Record<SandboxSwitches['faultsOn'], readonly CallKind[]>> = {
  all: ['read', 'write', 'increment'],
  writes: ['write', 'increment'],
  increments: ['increment'],
  reads: ['read'],
};

/** The vendor never saw the call, or refused it. */
const WITHOUT_EFFECT: readonly FaultName[] = [
  'fault.cutBefore',
  'fault.tooFast',
  'fault.serverErrorBefore',
  'fault.unknownCode',
];

/** At most one fault for a call, from one draw: the shares are laid end to end. */
export function drawFault(switches: SandboxSwitches, kind: CallKind, chance: Chance): FaultName | undefined {
  if (!STRUCK_KINDS[switches.faultsOn].includes(kind)) return undefined;
  let draw: number | undefined;
  let reached = 0;
  for (const name of FAULT_NAMES) {
    const share = switches[name];
    if (share === 0 || (kind !== 'increment' && INCREMENTS_ONLY.includes(name))) continue;
    // Drawn only when there is a fault to draw for: a quiet sandbox spends no chance.
    draw ??= chance();
    reached += share;
    if (draw < reached) return name;
  }
  return undefined;
}

export function takesEffect(fault: FaultName): boolean {
  return !WITHOUT_EFFECT.includes(fault);
}
