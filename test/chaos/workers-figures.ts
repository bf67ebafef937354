import type { Verdict } from './judge.ts';
import type { Blow } from './worker-blows.ts';

/** Calls a second, for everybody together: workers have a lane for every ten. */
export const RATE = 30;
export type WorkersFigures = {
  readonly seed: number;
  readonly rowCount: number;
  readonly runCount: number;
  readonly startCount: number;
  /** Blows at a worker that had a slice at that moment. */
  readonly blows: ReadonlyMap<Blow, number>;
  /** Blows at a worker that had none. */
  readonly idleBlowCount: number;
  /** Commands with --workers whose first process was killed. */
  readonly parentKillCount: number;
  /** Rows that two people decided at the same moment. */
  readonly decidedCount: number;
  readonly exits: ReadonlyMap<string, number>;
  /** Workers with a slice, in the middle. */
  readonly atWork: number;
  readonly quota: number;
  /** While the quota was in force. */
  readonly quotaCallCount: number;
  readonly callCount: number;
  readonly countedCount: number;
  readonly fullestSecond: number;
  /** The same after the blows. */
  readonly fullestSecondAfter: number;
  readonly verdict: Verdict;
  readonly seconds: number;
};

export function describeWorkers({ verdict, ...figures }: WorkersFigures): string {
  const told = Object.entries({ ...figures, ...verdict.statuses, ...verdict, statuses: undefined });
  const textOf = (value: unknown): string =>
    value instanceof Map
      ? [...value].map(([name, count]) => `${name} ${count}`).join(', ')
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);
  return told
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}: ${textOf(value)}`)
    .join('\n');
}

/** Everything that must not be: money first. */
export function problemsOf(figures: WorkersFigures): readonly string[] {
  const { verdict, quota, quotaCallCount, callCount, countedCount } = figures;
  const fullestSecond = Math.max(figures.fullestSecond, figures.fullestSecondAfter);
  return [
    ...verdict.doubles.map((double) => `double: ${double}`),
    ...verdict.unexplained.map((text) => `unexplained: ${text}`),
    ...(quotaCallCount > quota ? [`${quotaCallCount} calls, the quota was ${quota}`] : []),
    ...(callCount > countedCount ? [`the vendor had ${callCount} calls, the ledger counted ${countedCount}`] : []),
    ...(fullestSecond > RATE ? [`${fullestSecond} calls in a second, the rate was ${RATE}`] : []),
  ];
}
