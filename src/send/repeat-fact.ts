import type { Ledger } from '../ledger/ledger.ts';

/** Facts of an account, kept by `doctor --probe-repeat`: at most one of the two has a value. */
export const REPEAT_CODE_FACT = 'repeat_code';
export const REPEATS_ACCEPTED_FACT = 'repeats_accepted';

/** What is known of an account that is sent the same dataChangeTime of one member twice. */
export type RepeatFact =
  | { readonly kind: 'refused'; readonly code: string; readonly said?: string }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'unknown' };

export function readRepeatFact(ledger: Ledger, account: string): RepeatFact {
  const code = ledger.facts.read(account, REPEAT_CODE_FACT) ?? '';
  if (code !== '') return { kind: 'refused', code };
  return { kind: ledger.facts.read(account, REPEATS_ACCEPTED_FACT) === 'true' ? 'accepted' : 'unknown' };
}

export function keepRepeatFact(
  ledger: Ledger,
  account: string,
  fact: Exclude<RepeatFact, { kind: 'unknown' }>,
  nowMs: number,
): void {
  ledger.facts.write(account, REPEAT_CODE_FACT, fact.kind === 'refused' ? fact.code : '', nowMs);
  ledger.facts.write(account, REPEATS_ACCEPTED_FACT, String(fact.kind === 'accepted'), nowMs);
}

/** A vendor that was seen to do otherwise: settling goes on by reading the member. */
export function forgetRepeatFact(ledger: Ledger, account: string, nowMs: number): void {
  keepRepeatFact(ledger, account, { kind: 'accepted' }, nowMs);
}

/**
 * The codes by which the account says "applied before", so that an unanswered increment may be sent again;
 * none: it must not be. What was learned goes before what the config file asserts (`kybio.repeatCodes`): an
 * account that was seen to accept a repeat would credit twice.
 */
export function repeatCodesOf(ledger: Ledger, account: string, configured: readonly string[]): readonly string[] {
  const fact = readRepeatFact(ledger, account);
  switch (fact.kind) {
    case 'refused':
      return [fact.code];
    case 'accepted':
      return [];
    case 'unknown':
      return configured;
  }
}
