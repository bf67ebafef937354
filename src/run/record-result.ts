import type { Ledger, RunRecord } from '../ledger/ledger.ts';

/**
 * Records what is about to appear under the result's name, before the rename. What may stand there until then stays
 * known too: a kill between the two, and be it twice in a row, leaves a file that is our own.
 */
export async function recordResult(ledger: Ledger, runId: string, path: string, sha256: string): Promise<void> {
  const run = await ledger.runs.find(runId);
  const hashes = [...new Set([sha256, ...(run ? ownHashes(run) : [])])].slice(0, HASHES_MAX);
  await ledger.runs.setResult(runId, { path, sha256: hashes.join(' ') });
}

/** More kills in a row than anybody sees. */
const HASHES_MAX = 20;

/** The hashes of the result file as this run has written it, the last one first. */
export function ownHashes({ resultSha256 }: RunRecord): readonly string[] {
  return resultSha256.split(' ').filter(Boolean);
}
