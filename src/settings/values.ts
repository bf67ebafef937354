import { isDecimal } from '../base/decimal.ts';
import { usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';

/** Readers of setting values: each takes the text as typed and says where it stood when it is wrong. */

export function readChoice<T extends string>(where: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((candidate) => candidate === text);
  if (choice !== undefined) return choice;
  const nearest = nearestName(text, choices);
  throw usageError(
    'BAD_VALUE',
    `${where}: '${text}' is not one of ${choices.join(', ')}.`,
    nearest ? `Did you mean ${nearest}?` : 'Choose one of them.',
  );
}

export function readCount(where: string, text: string, min: number, max: number): number {
  const value = /^[0-9]{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw usageError(
    'BAD_VALUE',
    `${where}: '${text}' is not a whole number from ${min} to ${max}.`,
    `Write for example ${where} ${Math.max(min, 10)}.`,
  );
}

const UNITS_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `500ms`, `2m`, `12h`, `1d` → milliseconds. */
export function readDuration(where: string, text: string, maxMs: number): number {
  const match = /^([0-9]{1,9})(ms|s|m|h|d)$/.exec(text);
  const value = match ? Number(match[1]) * (UNITS_MS[match[2] ?? ''] ?? Number.NaN) : Number.NaN;
  if (value <= maxMs) return value;
  throw usageError(
    'BAD_VALUE',
    `${where}: '${text}' is not a time up to ${maxMs / 1000} s.`,
    'Write a number and a unit: 500ms, 30s, 2m, 12h.',
  );
}

export function readAmount(where: string, text: string): string {
  if (isDecimal(text)) return text;
  throw usageError('BAD_VALUE', `${where}: '${text}' is not a decimal.`, 'Write it as 1250 or 12.50.');
}

/** `10` or `2.5%`. */
export function readMaxErrors(where: string, text: string): { count: number } | { percent: number } {
  if (/^[0-9]{1,9}$/.test(text)) return { count: Number(text) };
  const percent = /^([0-9]{1,3}(?:\.[0-9]{1,3})?)%$/.exec(text)?.[1];
  if (percent !== undefined && Number(percent) <= 100) return { percent: Number(percent) };
  throw usageError(
    'BAD_VALUE',
    `${where}: '${text}' is neither a count nor a percentage.`,
    'Write for example 100 or 2%.',
  );
}

export function readList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}
