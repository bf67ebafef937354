import { OperatorError } from '../base/errors.ts';
import type { StagedInput } from '../intake/stage-input.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { ResultFile } from '../result/result-file.ts';
import type { ResultOf } from '../result/result-rows.ts';
import type { NotSentReason } from '../result/row-view.ts';
import type { Tally } from '../result/tally.ts';
import { writeResult } from '../result/write-result.ts';
import type { Stage } from '../stage/stage.ts';
import { runTexts } from '../texts/runs/run.ts';
import { recordResult } from './own-result.ts';

/** What stands in the result of a run over this input. */
export function resultOf(
  { settings, account, runId, resultFor }: Pick<ResultOf, 'settings' | 'account' | 'runId' | 'resultFor'>,
  { facts, match }: StagedInput,
  rest: Pick<ResultOf, 'found' | 'notSent' | 'watch'>,
): ResultOf {
  return { settings, account, header: facts.header, form: facts.form, match, runId, resultFor, ...rest };
}

export function notSentReason(waitsForQuota: boolean, runId: string): NotSentReason {
  return waitsForQuota
    ? { errorCode: 'QUOTA_EXHAUSTED', message: runTexts().notSentQuota(runId) }
    : { errorCode: 'STOPPED', message: runTexts().notSentStopped(runId) };
}

/** `failure`: the file could not be written. */
export type Written = { readonly tally: Tally; readonly failure: OperatorError | undefined };

/**
 * Writes the result file of a run. A file that cannot be written any more does not make the run's counts untrue: they
 * are counted without it, and `resume -o` writes the file elsewhere. After another error the caller aborts the file.
 */
export async function writeRunResult(
  of: ResultOf,
  stage: Stage,
  ledger: Ledger,
  file: ResultFile | undefined,
): Promise<Written> {
  try {
    const tally = await writeResult(of, stage, ledger, file);
    await file?.commit((sha256) => recordResult(ledger, of.runId, file.path, sha256), tally);
    return { tally, failure: undefined };
  } catch (error) {
    if (!(error instanceof OperatorError) || !error.code.startsWith('RESULT_')) throw error;
    await file?.abort();
    return { tally: await writeResult(of, stage, ledger, undefined), failure: error };
  }
}
