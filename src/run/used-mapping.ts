import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { headerKey, resultColumnOf } from '../job/header-names.ts';
import type { Ledger } from '../ledger/ledger.ts';

type Of = { readonly ledger: Pick<Ledger, 'facts'>; readonly account: string };

/**
 * The mapping file that a run of this account used for the same header, or undefined. It is only offered: two lists
 * with the same header may mean different things by it.
 */
export async function findUsedMapping(header: readonly string[], { ledger, account }: Of): Promise<string | undefined> {
  const path = await ledger.facts.read(account, factOf(header));
  return path !== undefined && existsSync(path) ? path : undefined;
}

/** @param path absolute, of the file that --map named */
export function rememberMapping(header: readonly string[], path: string, { ledger, account }: Of): Promise<void> {
  return ledger.facts.write(account, factOf(header), path);
}

/** The columns that a result adds do not count: a corrected result has the header of its input. */
function factOf(header: readonly string[]): string {
  const own = header.filter((text) => resultColumnOf(text) === undefined).map(headerKey);
  return `mapping_${createHash('sha256').update(JSON.stringify(own)).digest('hex').slice(0, 32)}`;
}
