import { ask } from './call.ts';
import type { Steps } from './outcome.ts';

/** A spreadsheet takes them all; more than these no shop writes before its numbers. */
const ZEROS_MAX = 5;

/**
 * A number that nobody has, while somebody has it with zeros before it: a spreadsheet has taken the zeros away. Only
 * what was read by pages is asked, so this costs no call; undefined where no such member is among it.
 */
export function* findWithZeros(number: string): Steps<string | undefined> {
  if (!/^[1-9][0-9]{0,29}$/.test(number)) return undefined;
  for (let count = 1; count <= ZEROS_MAX; count += 1) {
    const whole = '0'.repeat(count) + number;
    const answer = yield* ask({ endpoint: 'customerOpenApi/queryByNumber', number: whole, source: 'snapshot_only' });
    if (answer.kind !== 'success' || answer.data.state === 'not_read') return undefined;
    if (answer.data.state === 'present') return whole;
  }
  return undefined;
}

/** What a spreadsheet leaves of the phone that the member has: `85291234567` of `+85291234567`, `912345678` of `0912345678`. */
export function isStrippedPhone(given: string | undefined, current: string | undefined): boolean {
  if (given === undefined || current === undefined || !/^[1-9][0-9]{4,}$/.test(given)) return false;
  return (
    current.length > given.length && current.endsWith(given) && /^(?:\+|0+)$/.test(current.slice(0, -given.length))
  );
}
