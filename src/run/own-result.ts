import type { Ledger, RunRecord } from '../ledger/ledger.ts';
import type { ResultTarget } from '../result/result-file.ts';
import { besideResult, fileMark, isChangedResult } from '../result/result-path.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { runTexts } from '../texts/runs/run.ts';
import type { RunParts } from './run-parts.ts';

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

/** Where the run began to write; beside it when a person has changed the file since. */
export async function ownResult(
  run: RunRecord,
  saved: SavedSettings,
  { reporter }: Pick<RunParts, 'reporter'>,
): Promise<ResultTarget> {
  const target = {
    path: run.resultPath,
    mayReplace: true,
    protectedPaths: [run.inputPath],
    excel: saved.job.excel,
    raw: saved.job.raw,
  };
  if (run.resultPath === '-') return target;
  // Before it is read: a file that is changed meanwhile has another mark.
  const ownMark = await fileMark(run.resultPath);
  if (!(await isChangedResult(run.resultPath, ownHashes(run)))) return { ...target, ...(ownMark && { ownMark }) };
  const path = besideResult(run.resultPath, run.runId);
  reporter.note(runTexts().resultGoesTo(run.resultPath, path));
  return { ...target, path };
}
