import { FAULT_NAMES, type FaultName } from '../../src/sandbox/switches.ts';
import type { Seeded } from './seeded.ts';
import type { Switches } from './vendor.ts';

/** One fault of the sandbox at its share of the calls. */
export type Deal = { readonly fault: FaultName; readonly share: number };

const SHARES = [0.05, 0.2, 0.5];
/** Megabytes an answer: struck often, they are all that a campaign spends its time on. */
const HUGE_SHARE_MAX = 0.05;

/** Every fault of the sandbox at every share. */
export const ALL_DEALS: readonly Deal[] = FAULT_NAMES.flatMap((fault) =>
  SHARES.filter((share) => fault !== 'fault.hugeAnswer' || share <= HUGE_SHARE_MAX).map((share) => ({ fault, share })),
);

export const TIMEOUT_MS = 400;
/** Past every deadline; some come after the quiet window, too. */
export const LATE_MS_MAX = 1500;

/** One fault at its share, sometimes on a background of all others, and answers slow enough to be killed in between. */
export function faultSwitches({ fault, share }: Deal, random: Seeded): Switches {
  const others = FAULT_NAMES.filter((name) => name !== fault && name !== 'fault.slow');
  const background = random.chance(0.3) ? 0.1 / others.length : 0;
  return {
    ...Object.fromEntries(others.map((name) => [name, background])),
    'fault.slow': 0.3,
    [fault]: share,
    // Mostly where it matters: lookups and reads that fail only make the campaign longer.
    faultsOn: share < 0.5 && random.chance(0.3) ? 'all' : 'increments',
    slowMs: random.pick([5, 20, 60, TIMEOUT_MS + 200]),
    lateApplyMs: random.whole(TIMEOUT_MS + 50, LATE_MS_MAX),
    lateApplyAnswer: random.pick(['cutAfter', 'cutBefore', 'none']),
    retryAfterSeconds: 0,
    tooFastStyle: random.pick(['http429', 'code']),
    gatewayStatus: random.pick(['429', '401', '403', '502', 'html']),
    replayOf: random.pick(['member', 'any']),
    replayApplies: random.chance(0.5),
  };
}

export function noFaults(): Switches {
  return { ...Object.fromEntries(FAULT_NAMES.map((name) => [name, 0])), faultsOn: 'all' };
}
