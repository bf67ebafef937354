import { Decimal as DecimalJs } from 'decimal.js';

export { isDecimal } from './is-decimal.ts';

/**
 * Exact arithmetic for amounts. decimal.js rounds results to its precision, 20 digits unless told;
 * 200 holds every sum of a million amounts of 30 + 30 digits.
 */
const Decimal = DecimalJs.clone({ precision: 200, toExpNeg: -1000, toExpPos: 1000 });

/** Digits as a vendor may send them; exponents (`1E+2`) included, since Java prints them for BigDecimal. */
export function isJsonNumber(text: string): boolean {
  return /^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$/.test(text);
}

export function addDecimals(left: string, right: string): string {
  return addShort(left, right, 1) ?? new Decimal(left).plus(right).toFixed();
}

export function subtractDecimals(left: string, right: string): string {
  return addShort(left, right, -1) ?? new Decimal(left).minus(right).toFixed();
}

/** `12E3` → `12000`, `1.10` → `1.1`, `000123` → `123`: every way to write a number as the same text. */
export function plainNumber(text: string): string {
  return new Decimal(text).toFixed();
}

/** Equal as numbers: `12.5` equals `12.50`. */
export function decimalsEqual(left: string, right: string): boolean {
  if (left === right && PLAIN.test(left)) return true;
  return new Decimal(left).equals(right);
}

/** -1, 0 or 1. */
export function compareDecimals(left: string, right: string): number {
  return new Decimal(left).comparedTo(right);
}

export function isZeroDecimal(text: string): boolean {
  return PLAIN.test(text) ? !/[1-9]/.test(text) : new Decimal(text).isZero();
}

const PLAIN = /^-?[0-9]+(?:\.[0-9]+)?$/;

/**
 * Short decimals, which nearly all amounts are, as whole numbers of their last digit. Undefined: what decimal.js is for.
 * Measured: 0.3 µs, where decimal.js takes 3 µs.
 */
function addShort(left: string, right: string, sign: 1 | -1): string | undefined {
  if (left.length > SHORT_LENGTH_MAX || right.length > SHORT_LENGTH_MAX) return undefined;
  if (!PLAIN.test(left) || !PLAIN.test(right)) return undefined;
  const leftPoint = left.indexOf('.');
  const rightPoint = right.indexOf('.');
  const leftScale = leftPoint < 0 ? 0 : left.length - leftPoint - 1;
  const rightScale = rightPoint < 0 ? 0 : right.length - rightPoint - 1;
  const scale = Math.max(leftScale, rightScale);
  const leftWhole = wholeOf(left, leftPoint) * 10 ** (scale - leftScale);
  const rightWhole = wholeOf(right, rightPoint) * 10 ** (scale - rightScale);
  const sum = leftWhole + sign * rightWhole;
  if (!Number.isSafeInteger(leftWhole) || !Number.isSafeInteger(rightWhole) || !Number.isSafeInteger(sum)) {
    return undefined;
  }
  const digits = String(Math.abs(sum)).padStart(scale + 1, '0');
  const fraction = digits.slice(digits.length - scale, digits.length).replace(/0+$/, '');
  const plain = scale === 0 || fraction === '' ? digits.slice(0, digits.length - scale) : '';
  if (plain !== '') return sum < 0 ? `-${plain}` : plain;
  return `${sum < 0 ? '-' : ''}${digits.slice(0, digits.length - scale)}.${fraction}`;
}

function wholeOf(text: string, point: number): number {
  return Number(point < 0 ? text : text.slice(0, point) + text.slice(point + 1));
}

/**
 * Adds up many decimals, exactly. A short decimal is added as a whole number of its last digit, because arithmetic on
 * every row of a million is slow; decimal.js adds what is long, and makes the total.
 */
export class DecimalSum {
  /** By the number of decimals: a sum of whole numbers, always one that a double holds exactly. */
  readonly #wholes: number[] = [];
  #total = new Decimal(0);

  add(text: string): void {
    if (text.length > SHORT_LENGTH_MAX) {
      this.#total = this.#total.plus(text);
      return;
    }
    const point = text.indexOf('.');
    const scale = point < 0 ? 0 : text.length - point - 1;
    const whole = wholeOf(text, point);
    const sum = (this.#wholes[scale] ?? 0) + whole;
    if (Number.isSafeInteger(sum)) this.#wholes[scale] = sum;
    else {
      this.#total = this.#total.plus(scaled(this.#wholes[scale] ?? 0, scale));
      this.#wholes[scale] = whole;
    }
  }

  value(): string {
    return this.#wholes.reduce((total, whole, scale) => total.plus(scaled(whole, scale)), this.#total).toFixed();
  }
}

/** Of 15 digits a double holds every one; of 16 it does not. */
const SHORT_LENGTH_MAX = 15;

function scaled(whole: number, scale: number): DecimalJs {
  return new Decimal(whole).times(new Decimal(10).pow(-scale));
}
