import type { ControlSettings } from '../calls/control-settings.ts';
import { tellTakenBack } from '../intake/done-claims.ts';
import { isCrediting } from '../job/job-settings.ts';
import type { RunRecord } from '../ledger/ledger.ts';
import type { ResultTarget } from '../result/result-file.ts';
import { openResultFile } from '../result/result-file.ts';
import type { RunDocument } from '../result/run-document.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { executeRun, isUnanswered } from './execute-run.ts';
import { ownHashes, ownResult } from './own-result.ts';
import { giveUp, isBegun, isRefused } from './refused-run.ts';
import { runFolderOf } from './run-folder.ts';
import type { FileRun, RunParts } from './run-parts.ts';
import { claimRun, requireUnended } from './shared/claim-run.ts';
import { findStage } from './shared/shared-stage.ts';

const NO_RESULT: ResultTarget = { path: '', mayReplace: false, protectedPaths: [], excel: false, raw: false };

/**
 * Carries an unfinished run on from its stage, whatever became of its input file.
 *
 * @param result where the result goes now; undefined: where the run began; `none`: somebody else fetches it
 * @throws OperatorError NO_STAGE when an earlier version began the run; RUN_AT_WORK, RUN_FINISHED (exit 2) when another
 *   machine works on it, or has ended it meanwhile
 */
export async function resumeRun(
  known: RunRecord,
  saved: SavedSettings,
  request: {
    readonly controls: ControlSettings;
    readonly result: ResultTarget | 'none' | undefined;
    readonly confirm?: FileRun['confirm'] | undefined;
  },
  parts: RunParts,
): Promise<RunDocument> {
  const { ledger, homeFolder } = parts;
  if (isCrediting(saved.job.command)) await ledger.requireNewest(known.account);
  const { note } = parts.reporter;
  const { run, waitedMs } = await claimRun(known, { ledger, note, signal: parts.control.signal });
  requireUnended(run);
  const runFolder = runFolderOf(homeFolder, run.runId);
  const staged = await findStage(run, saved.job, parts);
  try {
    const result = request.result === 'none' ? NO_RESULT : (request.result ?? (await ownResult(run, saved, parts)));
    const file =
      result === NO_RESULT
        ? undefined
        : await openResultFile(result, { ...parts, ownSha256s: ownHashes(run), runId: run.runId });
    // Claimed by a person: no worker takes it up any more.
    if (result !== NO_RESULT) await ledger.slices?.takeBack(run.runId);
    await ledger.runs.setState(run.runId, 'running');
    if (run.command === 'topup' && staged.facts.sums.doneEarlierCount > 0) {
      const takenBack = await tellTakenBack(staged.stage, staged.match, { account: run.account, ledger });
      if (takenBack !== undefined) note(takenBack);
    }
    // Named by hand where nobody can be asked: that is the answer.
    if (isUnanswered(run) && !request.confirm) await ledger.runs.setProgress(run.runId, '{}');
    return await executeRun(
      {
        settings: saved.job,
        controls: request.controls,
        account: run.account,
        place: run.place,
        resultFor: saved.resultFor,
        inputPath: run.inputPath,
        result,
        runId: run.runId,
        runFolder,
        staged,
        file,
        standing: 'resumed',
        // A run that stopped while it was reading has asked nobody yet.
        ...(request.confirm && !(await isBegun(run.runId, ledger)) && { confirm: request.confirm }),
      },
      // What a killed process has sent it sent before its lease ended, not before this process began.
      { ...parts, startedMs: parts.startedMs + waitedMs },
    );
  } catch (error) {
    if (await isRefused(error, run.runId, ledger)) {
      await staged.stage.close();
      await giveUp(run.runId, runFolder, ledger);
    }
    throw error;
  } finally {
    await staged.stage.close();
  }
}
