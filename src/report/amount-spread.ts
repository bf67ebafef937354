/** How the amounts of a column are distributed: rows for each amount, or for each range of amounts. */
export type AmountSpread = {
  readonly rowCount: number;
  readonly groups: readonly { readonly from: string; readonly to: string; readonly rowCount: number }[];
};

/** So many different amounts are shown one by one: a wrong one is seen at once. */
const EXACT_MAX = 12;

/**
 * Counts amounts while rows pass by. Few different amounts are kept as they are; many fall into ranges whose bounds
 * are 1, 2 and 5 times a power of ten. Memory does not grow with the rows.
 */
export class AmountTally {
  #rowCount = 0;
  #exact: Map<string, number> | undefined = new Map();
  readonly #ranges = new Map<number, number>();

  /** @param amount a decimal as text; its size alone is read as a number, and only to choose a range */
  add(amount: string): void {
    const size = Number(amount);
    if (size === 0 || !Number.isFinite(size)) return;
    this.#rowCount += 1;
    const range = rangeOf(size);
    this.#ranges.set(range, (this.#ranges.get(range) ?? 0) + 1);
    if (this.#exact === undefined) return;
    const key = plain(amount);
    this.#exact.set(key, (this.#exact.get(key) ?? 0) + 1);
    if (this.#exact.size > EXACT_MAX) this.#exact = undefined;
  }

  value(): AmountSpread {
    const groups =
      this.#exact === undefined
        ? [...this.#ranges]
            .sort(([left], [right]) => left - right)
            .map(([range, rowCount]) => ({ ...boundsOf(range), rowCount }))
        : [...this.#exact]
            .sort(([left], [right]) => Number(left) - Number(right))
            .map(([amount, rowCount]) => ({ from: amount, to: amount, rowCount }));
    return { rowCount: this.#rowCount, groups };
  }
}

/** `12.50` and `12.5` are one amount. */
function plain(amount: string): string {
  return amount.includes('.') ? amount.replace(/\.?0+$/, '') : amount;
}

const STEPS = [1, 2, 5];
/** Smaller amounts than a hundred-thousandth share one range. */
const POWER_MIN = -5;

/** 1, 2, 3 … for rising ranges of positive amounts, -1, -2, -3 … for falling ranges of negative amounts. */
function rangeOf(size: number): number {
  const absolute = Math.abs(size);
  const power = Math.floor(Math.log10(absolute) + 1e-9);
  const digit = absolute / 10 ** power;
  const step = digit >= 5 ? 2 : digit >= 2 ? 1 : 0;
  const index = Math.max(1, (power - POWER_MIN) * STEPS.length + step + 1);
  return size > 0 ? index : -index;
}

function boundsOf(range: number): { from: string; to: string } {
  const index = Math.abs(range) - 1;
  const from = boundOf(index);
  const to = boundOf(index + 1);
  return range > 0 ? { from, to } : { from: `-${to}`, to: `-${from}` };
}

/** `0.05`, `20`, `1000000`: written with digits, as amounts are. */
function boundOf(index: number): string {
  const power = Math.floor(index / STEPS.length) + POWER_MIN;
  const step = String(STEPS[index % STEPS.length]);
  return power >= 0 ? step + '0'.repeat(power) : `0.${'0'.repeat(-power - 1)}${step}`;
}
