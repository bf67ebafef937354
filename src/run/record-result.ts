import type { Ledger, RunRecord } from '../ledger/ledger.ts';

/**
 * Records what is about to appear under the result's name, before the rename. The file that stands there until then
 * stays known too: after a kill between the two, either of them is our own.
 */
export async function recordResult(ledger: Ledger, runId: string, path: string, sha256: string): Promise<void> {
  const run = await ledger.runs.find(runId);
  const [before] = run ? ownHashes(run) : [];
  await ledger.runs.setResult(runId, { path, sha256: before === undefined ? sha256 : `${sha256} ${before}` });
}

/** The hashes of the result file as this run has written it: the last one, and the one before it. */
export function ownHashes({ resultSha256 }: RunRecord): readonly string[] {
  return resultSha256.split(' ').filter(Boolean);
}
