import * as v from 'valibot';
import { SIGN_COUNTS } from '../intake/stage-input.ts';
import type { SignCounts } from '../job/cells/sign-evidence.ts';
import type { Ledger } from '../ledger/ledger.ts';

type Of = { readonly ledger: Pick<Ledger, 'facts'>; readonly account: string };

/** How many leading zeros and + the input of that run had: counts, and no value. Undefined: none, or not known. */
export async function findSigns(runId: string, { ledger, account }: Of): Promise<SignCounts | undefined> {
  const kept = await ledger.facts.read(account, factOf(runId));
  const read = kept === undefined ? undefined : v.safeParse(SIGN_COUNTS, JSON.parse(kept));
  return read?.success ? read.output : undefined;
}

export async function rememberSigns(runId: string, signs: SignCounts, { ledger, account }: Of): Promise<void> {
  if (Object.keys(signs).length > 0) await ledger.facts.write(account, factOf(runId), JSON.stringify(signs));
}

function factOf(runId: string): string {
  return `signs_${runId}`;
}
