import type { Meaning } from '../http/answer.ts';

export type KybioCode = { readonly meaning: Meaning; readonly english: string };

/**
 * api/kybio.md §4: transcribed from one public client, only 1032 corroborated by a captured answer. The
 * vendor's own table was not found, and no code for quota, frequency or a repeated change is published:
 * those are settings. A code in this table means that nothing was applied; any other may mean anything.
 */
const CODES: ReadonlyMap<string, KybioCode> = new Map([
  ['0', code('unknown', 'unknown error')],
  ...range('row', [
    [1001, 'cashier missing'],
    [1002, 'cashier password wrong'],
    [1011, 'login wrong'],
    [1012, 'login empty'],
    [1013, 'no such user'],
    [1014, 'account exists'],
    [1015, 'account empty'],
    [1016, 'account shorter than 6 characters'],
    [1017, 'account longer than 32 characters'],
    [1018, 'account has characters that are not allowed'],
    [1021, 'password wrong'],
    [1022, 'password empty'],
    [1023, 'password shorter than 6 characters'],
    [1024, 'password longer than 32 characters'],
    [1025, 'password has characters that are not allowed'],
    [1091, 'e-mail empty'],
    [1092, 'e-mail malformed'],
    [1093, 'e-mail exists'],
    [1094, 'registration: phone, company or address empty or bad'],
    [1095, 'registration: phone, company or address empty or bad'],
    [1096, 'registration: phone, company or address empty or bad'],
    [1097, 'registration: phone, company or address empty or bad'],
    [1098, 'registration failed'],
    [2001, 'count card exhausted'],
    [2002, 'count card missing'],
    [2011, 'adding the member failed'],
    [2013, 'modifying the member failed'],
    [2016, 'no permission to modify the member'],
    [3001, 'coupon invalid'],
    [3002, 'coupon disabled'],
    [3003, 'too few coupon codes'],
    [3004, 'coupon code exists'],
    [9003, 'request parameters wrong'],
  ]),
  ...range('credentials', [
    [1031, 'no signature in the header'],
    [1032, 'the body does not match the signature'],
    [1033, 'error while checking the signature'],
    [1034, 'appId wrong, no user for it'],
    // Not the key, but no row's fault either: the account as a whole may not, or not now.
    [4001, 'online shop not enabled'],
    [4002, 'online shop expired'],
    [9001, 'only usable within the allowed time'],
    [9002, 'client version too old'],
    [9004, 'client version too old'],
  ]),
  ['2012', code('exists', 'the member exists already')],
  ['2015', code('not_found', 'the member does not exist')],
]);

/** Codes that an account's settings add, each list with the meaning it stands for. */
export type CodeSettings = {
  readonly quota: readonly string[];
  readonly tooFast: readonly string[];
  readonly notFound: readonly string[];
  readonly repeat: readonly string[];
};

/** What a code means for this account, or undefined when nobody documents it. Settings go before the table. */
export function findKybioCode(errorCode: string, settings: CodeSettings): KybioCode | undefined {
  if (settings.quota.includes(errorCode)) return code('quota', 'the daily quota is used up');
  if (settings.tooFast.includes(errorCode)) return code('too_fast', 'too many calls in a short time');
  if (settings.repeat.includes(errorCode)) return code('repeat', 'this change was submitted before');
  if (settings.notFound.includes(errorCode)) return code('not_found', 'the member does not exist');
  return CODES.get(errorCode);
}

function code(meaning: Meaning, english: string): KybioCode {
  return { meaning, english };
}

function range(meaning: Meaning, entries: readonly (readonly [number, string])[]): [string, KybioCode][] {
  return entries.map(([number, english]) => [String(number), code(meaning, english)]);
}
