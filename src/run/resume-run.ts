import type { ControlSettings } from '../calls/control-settings.ts';
import { openStagedInput } from '../intake/stage-input.ts';
import { isCrediting } from '../job/job-settings.ts';
import type { RunRecord } from '../ledger/ledger.ts';
import type { ResultTarget } from '../result/result-file.ts';
import { openResultFile } from '../result/result-file.ts';
import type { RunDocument } from '../result/run-document.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { executeRun } from './execute-run.ts';
import { ownHashes, ownResult } from './own-result.ts';
import { runFolderOf } from './run-folder.ts';
import { type FileRun, type RunParts, withoutStage } from './run-parts.ts';

/**
 * Carries an unfinished run on from its stage, whatever became of its input file.
 *
 * @param result where the result goes now; undefined: where the run began
 * @throws OperatorError NO_STAGE when an earlier version began the run
 */
export async function resumeRun(
  run: RunRecord,
  saved: SavedSettings,
  request: {
    readonly controls: ControlSettings;
    readonly result: ResultTarget | undefined;
    readonly confirm?: FileRun['confirm'];
  },
  parts: RunParts,
): Promise<RunDocument> {
  const { ledger, homeFolder } = parts;
  const runFolder = runFolderOf(homeFolder, run.runId);
  const staged = await openStagedInput(runFolder, saved.job);
  if (staged === undefined) throw withoutStage(run);
  try {
    const result = request.result ?? (await ownResult(run, saved, parts));
    const file = await openResultFile(result, { ...parts, ownSha256s: ownHashes(run), runId: run.runId });
    if (isCrediting(saved.job.command)) await ledger.requireNewest();
    // A run that stopped while it was reading has asked nobody yet.
    const isBegun = (await ledger.rows.countByState(run.runId)).length > 0;
    await ledger.runs.setState(run.runId, 'running');
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
        isCarriedOn: true,
        ...(!isBegun && request.confirm && { confirm: request.confirm }),
      },
      parts,
    );
  } finally {
    await staged.stage.close();
  }
}
