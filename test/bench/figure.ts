import type { Stand } from './stand.ts';

export type Bound = { readonly atLeast: number } | { readonly atMost: number };

/** What one round has measured. */
export type Take = {
  readonly ours: number;
  /** Measured in the same round; undefined: the figure stands alone. */
  readonly base?: number;
  /** What the table cannot say in numbers. */
  readonly note?: string;
  /** A promise was broken, whatever the numbers say: such as a second above the rate. */
  readonly isBroken?: boolean;
};

/** One line of the table. Its value is ours ÷ base, or ours alone. */
export type Figure = {
  readonly name: string;
  readonly what: string;
  /** Of ours and base. */
  readonly unit: 'rows/s' | 'calls/s' | 'ms' | 'MB' | '%' | 'µs/row';
  readonly goal: Bound;
  /** Beyond this the work is not done. */
  readonly limit: Bound;
  /** For what takes too long to be repeated. */
  readonly roundsMax?: number;
  /** Undefined: not a part of this extent of the bench. */
  run(stand: Stand, round: number): Promise<Take | undefined>;
};

export type Verdict = 'met' | 'short of the goal' | 'NOT DONE' | 'BROKEN';

export type Measured = {
  readonly name: string;
  readonly what: string;
  readonly unit: Figure['unit'];
  /** Medians over the rounds. The value is the median of the rounds' values, not the quotient of the medians. */
  readonly ours: number;
  readonly base: number | undefined;
  readonly value: number;
  readonly values: readonly number[];
  readonly goal: string;
  readonly limit: string;
  readonly verdict: Verdict;
  readonly notes: readonly string[];
};

/** Several rounds of one figure. */
export async function measure(figure: Figure, stand: Stand, roundCount: number): Promise<Measured | undefined> {
  const takes: Take[] = [];
  const rounds = Math.min(roundCount, figure.roundsMax ?? roundCount);
  for (let round = 1; round <= rounds; round += 1) {
    const take = await figure.run(stand, round);
    if (take === undefined) return undefined;
    takes.push(take);
  }
  const bases = takes.flatMap(({ base }) => base ?? []);
  const values = takes.map(({ ours, base }) => (base === undefined ? ours : ours / base));
  const value = median(values);
  const { name, what, unit, goal, limit } = figure;
  return {
    name,
    what,
    unit,
    ours: median(takes.map(({ ours }) => ours)),
    base: bases.length > 0 ? median(bases) : undefined,
    value,
    values,
    goal: boundText(goal),
    limit: boundText(limit),
    verdict: takes.some(({ isBroken }) => isBroken) ? 'BROKEN' : verdictOf(value, goal, limit),
    notes: [...new Set(takes.flatMap(({ note }) => note ?? []))],
  };
}

/** Ours and base in turn: whatever the machine does meanwhile strikes each of them first in every second round. */
export async function inTurn<T, U>(round: number, ours: () => Promise<T>, base: () => Promise<U>): Promise<[T, U]> {
  if (round % 2 === 0) {
    const baseFirst = await base();
    return [await ours(), baseFirst];
  }
  return [await ours(), await base()];
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (lower + upper) / 2;
}

function verdictOf(value: number, goal: Bound, limit: Bound): Verdict {
  if (keeps(value, goal)) return 'met';
  return keeps(value, limit) ? 'short of the goal' : 'NOT DONE';
}

function keeps(value: number, bound: Bound): boolean {
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
}

function boundText(bound: Bound): string {
  return 'atLeast' in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`;
}

/** 0.823 → `0.82`, 12345.6 → `12,346` */
export function shortNumber(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
