import { LEASE_MS } from './many-machines.ts';
import { END_POINTS, type PointName, ROW_POINTS, SHARED_POINTS, START_POINTS } from './points.ts';
import type { Seeded } from './seeded.ts';

export type Blow = 'kill' | 'pause' | 'nap' | 'cut' | 'clock';
/**
 * kill: SIGKILL. pause: stopped for longer than its lease, sometimes for so long that people decide what it has begun.
 * nap: stopped for less. cut: the server ends one of its connections. clock: its clock jumps by minutes.
 */
export const BLOWS: readonly Blow[] = ['kill', 'kill', 'pause', 'pause', 'nap', 'cut', 'clock'];
/** Passed by whoever sends rows. */
export const POINTS: readonly PointName[] = [
  ...ROW_POINTS.filter((name) => !name.startsWith('commit.')),
  ...SHARED_POINTS,
];

export type PlannedBlow = {
  readonly kind: Blow;
  readonly point: PointName;
  readonly nth: number;
  readonly signal: NodeJS.Signals | undefined;
  readonly jumpMs: number | undefined;
  /** For how long it is stopped; 0: it is not. */
  readonly stopMs: number;
};

export function planBlow(kind: Blow, point: PointName, random: Seeded): PlannedBlow {
  const nth = random.whole(3, 30);
  const minutes = random.whole(1, 9) * (random.chance(0.5) ? 1 : -1);
  const longMs = random.chance(0.3) ? random.whole(25_000, 40_000) : random.whole(LEASE_MS + 500, LEASE_MS + 3000);
  const shortMs = random.whole(300, 3000);
  return {
    ...{ kind, point, nth, jumpMs: kind === 'clock' ? minutes * 60_000 : undefined },
    signal: kind === 'kill' ? 'SIGKILL' : kind === 'pause' || kind === 'nap' ? 'SIGSTOP' : undefined,
    stopMs: kind === 'pause' ? longMs : kind === 'nap' ? shortMs : 0,
  };
}

/** Of a command with --workers: before the run is recorded, after it, while rows are sent, while the end is written. */
export function planParentKill(random: Seeded): { readonly point: PointName; readonly nth: number } {
  const isOnce = random.chance(0.4);
  const shared = ([...START_POINTS, ...END_POINTS] as PointName[]).filter((name) => name !== 'start.planned');
  return isOnce ? { point: random.pick(shared), nth: 1 } : { point: random.pick(POINTS), nth: random.whole(1, 20) };
}
