import { SETTINGS_TEXTS, settingsTexts } from '../texts/cli/settings.ts';
import type { Connection } from './run-settings.ts';

const VENDOR_NAMES: ReadonlyMap<string, string> = new Map([
  ['kybio', 'Kybio'],
  ['wonder', 'Wonder'],
]);

type Where = Pick<Connection, 'usesSandbox' | 'store'>;

/**
 * Where a run works, for a person: `SANDBOX (nothing real is touched)`, or `Kybio, store hk1 (…CDEF)`.
 *
 * @param account `kybio:<appId>` or `wonder:<appId>`, joined with ','
 */
export function describePlace({ usesSandbox, store }: Where, account: string, texts = settingsTexts()): string {
  if (usesSandbox) return texts.sandbox;
  return texts.places(
    accountsOf(account).map(({ vendor, id }) => texts.place(VENDOR_NAMES.get(vendor) ?? vendor, store, id)),
  );
}

/** The same in English, whatever the language is: what the ledger keeps, and `place` of `--json`. */
export function placeName(where: Where, account: string): string {
  return describePlace(where, account, SETTINGS_TEXTS);
}

/** The same for `result_for` of a result file, where it follows the command: `SANDBOX`, or `kybio hk1 …CDEF`. */
export function placeKey({ usesSandbox, store }: Where, account: string): string {
  if (usesSandbox) return 'SANDBOX';
  const places = accountsOf(account).map(({ vendor, id }) => [vendor, store, id].filter(Boolean).join(' '));
  return places.join(' + ');
}

/** The last four characters tell an account apart, and are no secret. */
function accountsOf(account: string): { vendor: string; id: string }[] {
  return account.split(',').map((one) => {
    const colon = one.indexOf(':');
    return { vendor: one.slice(0, colon), id: `…${one.slice(colon + 1).slice(-4)}` };
  });
}
