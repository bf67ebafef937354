import { Decimal as DecimalJs } from 'decimal.js';
import type { SandboxSwitches } from '../switches.ts';

/** Enough for every amount that a request may carry; see amountField. */
const Decimal = DecimalJs.clone({ precision: 300, toExpNeg: -1000, toExpPos: 1000, rounding: DecimalJs.ROUND_HALF_UP });

/** The amount as JSON. Every style has all its digits. */
export function renderAmount(amount: string, style: SandboxSwitches['decimalStyle']): string {
  if (style === 'plain') return /[eE]/.test(amount) ? new Decimal(amount).toFixed() : amount;
  const decimal = new Decimal(amount);
  if (style === 'scale2') return decimal.toFixed(Math.max(2, decimal.decimalPlaces()));
  return decimal.toExponential().toUpperCase();
}

/** The amount as the vendor keeps it. An amount with few enough decimals keeps its digits as they are. */
export function keptAmount(amount: string, { amountDecimals }: SandboxSwitches): string {
  if (amountDecimals === 'all') return amount;
  const decimal = new Decimal(amount);
  const decimals = Number(amountDecimals);
  return decimal.decimalPlaces() <= decimals ? amount : decimal.toDecimalPlaces(decimals).toFixed();
}

export function addAmounts(left: string, right: string, switches: SandboxSwitches): string {
  return keptAmount(new Decimal(left).plus(right).toFixed(), switches);
}

export function isNegative(amount: string): boolean {
  return new Decimal(amount).lessThan(0);
}

export function isWithin(amount: string, min: number, max: number): boolean {
  const decimal = new Decimal(amount);
  return decimal.greaterThanOrEqualTo(min) && decimal.lessThanOrEqualTo(max);
}
