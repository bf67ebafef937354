import type { KybioVendor } from '../calls/vendors.ts';
import { NEWER_ONLY, REPEAT_FACT } from '../ledger/account-stores.ts';
import type { Ledger, LedgerReader } from '../ledger/ledger.ts';

/**
 * What is known of an account that is sent the same dataChangeTime of one member twice:
 * - refused: refused with this code, and an earlier time that the member never had is accepted
 * - newer_only: the account refuses every time that is not newer than the last change. Its refusal says nothing
 *   of whether that time was applied
 * - accepted: applied again
 */
type RepeatFact =
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'newer_only' }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'unknown' };

/**
 * Version 1 of the probe kept the code as the fact `repeat_code`, without the proof that earlier times are
 * accepted. That fact is not read: the account is probed again. What it knew of accepted repeats still holds.
 */
const REPEATS_ACCEPTED_FACT = 'repeats_accepted';

/** Kept as `refused:2031`, `newer_only` or `accepted`. */
export async function readRepeatFact(ledger: LedgerReader, account: string): Promise<RepeatFact> {
  const kept = await ledger.facts.read(account, REPEAT_FACT);
  const [kind, code = ''] = kept?.split(':') ?? [];
  if (kind === 'refused' && code !== '') return { kind, code };
  if (kind === NEWER_ONLY || kind === 'accepted') return { kind };
  const wasAccepted = (await ledger.facts.read(account, REPEATS_ACCEPTED_FACT)) === 'true';
  return { kind: wasAccepted ? 'accepted' : 'unknown' };
}

export async function keepRepeatFact(ledger: Ledger, account: string, fact: LearnedFact): Promise<void> {
  const value = fact.kind === 'refused' ? `refused:${fact.code}` : fact.kind;
  await ledger.facts.write(account, REPEAT_FACT, value);
}

export type LearnedFact = Exclude<RepeatFact, { kind: 'unknown' }>;

/**
 * The codes by which the account says "applied before", so that an unanswered increment may be sent again;
 * none: it must not be. What was learned goes before what the config file asserts (`kybio.repeatCodes`): an
 * account that was seen to accept a repeat would credit twice.
 */
export async function repeatCodesOf(
  ledger: LedgerReader,
  { lane, repeatCodes }: KybioVendor,
): Promise<readonly string[]> {
  const fact = await readRepeatFact(ledger, lane.settings.account);
  switch (fact.kind) {
    case 'refused':
      return [fact.code];
    case 'accepted':
    case 'newer_only':
      return [];
    case 'unknown':
      return repeatCodes;
  }
}
