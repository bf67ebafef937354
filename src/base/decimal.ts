import { Decimal as DecimalJs } from 'decimal.js';

/**
 * Exact arithmetic for amounts. decimal.js rounds results to its precision, 20 digits unless told;
 * 200 holds every sum of a million amounts of 30 + 30 digits.
 */
const Decimal = DecimalJs.clone({ precision: 200, toExpNeg: -1000, toExpPos: 1000 });

/** At most 30 digits before and 30 after the point: far beyond any balance, and what `precision` is sized for. */
const DECIMAL = /^-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?$/;

/**
 * Whether the text is a plain decimal that can go into JSON as it stands: `12.50`, `-3`, `0.1`.
 * No exponent, no plus sign, no thousands separator, no bare point, no leading zeros.
 */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}

/** Digits as a vendor may send them; exponents (`1E+2`) included, since Java prints them for BigDecimal. */
export function isJsonNumber(text: string): boolean {
  return /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$/.test(text);
}

export function addDecimals(left: string, right: string): string {
  return new Decimal(left).plus(right).toFixed();
}

export function subtractDecimals(left: string, right: string): string {
  return new Decimal(left).minus(right).toFixed();
}

/** Equal as numbers: `12.5` equals `12.50`. */
export function decimalsEqual(left: string, right: string): boolean {
  return new Decimal(left).equals(right);
}

/** -1, 0 or 1. */
export function compareDecimals(left: string, right: string): number {
  return new Decimal(left).comparedTo(right);
}

export function isZeroDecimal(text: string): boolean {
  return new Decimal(text).isZero();
}
