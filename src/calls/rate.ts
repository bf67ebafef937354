import { usageError } from '../base/errors.ts';
import { callTexts } from '../texts/runs/calls.ts';

/** At most `calls` in any window of `perMs` milliseconds. */
export type Rate = { readonly calls: number; readonly perMs: number } | 'unlimited';

/** Above this a limit means nothing: a call takes longer. It also bounds what the limiter remembers. */
const CALLS_PER_SECOND_MAX = 10_000;

/**
 * Reads `5/s`, `100/m`, `0.5/s` or `unlimited`. A fraction becomes whole calls in a longer window:
 * `0.5/s` is one call in two seconds, `2.5/s` five in two seconds.
 */
export function parseRate(text: string): Rate {
  if (text === 'unlimited') return 'unlimited';
  const parts = /^(\d{1,7})(?:\.(\d{1,3}))?\/(s|m)$/.exec(text);
  const [, whole = '', fraction = '', unit = ''] = parts ?? [];
  const scale = 10 ** fraction.length;
  const calls = Number(whole + fraction);
  const unitMs = unit === 'm' ? 60_000 : 1000;
  const { badRate, rateTooHigh, badRateHint } = callTexts();
  if (!parts || calls === 0) throw usageError('BAD_RATE', badRate(JSON.stringify(text)), badRateHint);
  if (calls / scale / (unitMs / 1000) > CALLS_PER_SECOND_MAX) {
    throw usageError('BAD_RATE', rateTooHigh(text, CALLS_PER_SECOND_MAX), badRateHint);
  }
  const divisor = greatestCommonDivisor(calls, scale);
  return { calls: calls / divisor, perMs: (unitMs * scale) / divisor };
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}
