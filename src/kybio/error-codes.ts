import type { Meaning } from '../http/answer.ts';
import { kybioCodeTexts } from '../texts/runs/kybio-codes.ts';

/** `words`: what the code means, for a person. */
type KybioCode = { readonly meaning: Meaning; readonly words: string };

type KnownCode = keyof ReturnType<typeof kybioCodeTexts>['codes'];

/**
 * api/kybio.md §4: transcribed from one public client, only 1032 corroborated by a captured answer. The
 * vendor's own table was not found, and no code for quota, frequency or a repeated change is published:
 * those are settings. A code in this table means that nothing was applied; any other may mean anything.
 */
const MEANINGS: ReadonlyMap<string, { readonly meaning: Meaning; readonly code: KnownCode }> = new Map([
  ...codes('unknown', ['0']),
  ...codes('row', [
    ...(['1001', '1002', '1011', '1012', '1013', '1014', '1015', '1016', '1017', '1018'] as const),
    ...(['1021', '1022', '1023', '1024', '1025', '1091', '1092', '1093', '1094', '1095'] as const),
    ...(['1096', '1097', '1098', '2001', '2002', '2011', '2013', '2016', '3001', '3002'] as const),
    ...(['3003', '3004', '9003'] as const),
  ]),
  // The last five are not about the key, but no row's fault either: the account as a whole may not, or not now.
  ...codes('credentials', ['1031', '1032', '1033', '1034', '4001', '4002', '9001', '9002', '9004']),
  ...codes('exists', ['2012']),
  ...codes('not_found', ['2015']),
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
  const texts = kybioCodeTexts();
  if (settings.quota.includes(errorCode)) return { meaning: 'quota', words: texts.quota };
  if (settings.tooFast.includes(errorCode)) return { meaning: 'too_fast', words: texts.tooFast };
  if (settings.repeat.includes(errorCode)) return { meaning: 'repeat', words: texts.repeat };
  if (settings.notFound.includes(errorCode)) return { meaning: 'not_found', words: texts.notFound };
  const known = MEANINGS.get(errorCode);
  return known && { meaning: known.meaning, words: texts.codes[known.code] };
}

function codes(meaning: Meaning, list: readonly KnownCode[]) {
  return list.map((code) => [code, { meaning, code }] as const);
}
