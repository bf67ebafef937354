import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openStagedInput, type StagedInput } from '../intake/stage-input.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { Ledger, RunRecord } from '../ledger/ledger.ts';
import { receiveStage, STAGE_FILES } from '../stage/stage.ts';
import { makeRunFolder, runFolderOf } from './run-folder.ts';
import { withoutStage } from './run-parts.ts';

/**
 * Puts a copy of the run's stage into the shared ledger, so that another machine can carry the run on. Durable before
 * the run is recorded. Does nothing where the ledger is not shared, or no key seals what lies there.
 */
export async function shareStage(runId: string, runFolder: string, { stages }: Ledger): Promise<void> {
  if (!stages?.hasKey) return;
  for (const file of STAGE_FILES) {
    const path = join(runFolder, file);
    await stages.write(runId, file, (await stat(path)).size, createReadStream(path, { highWaterMark: 256 * 1024 }));
  }
}

/**
 * The stage of a run, from this home or else from the shared ledger.
 *
 * @throws OperatorError NO_STAGE when it is in neither
 */
export async function findStage(
  run: RunRecord,
  settings: JobSettings,
  { ledger, homeFolder }: { ledger: Ledger; homeFolder: string },
): Promise<StagedInput> {
  const { runId } = run;
  const runFolder = runFolderOf(homeFolder, runId);
  const own = await openStagedInput(runFolder, settings);
  if (own !== undefined) return own;
  if (!(await ledger.stages?.holds(runId))) throw withoutStage(run, ledger);
  makeRunFolder(homeFolder, runId);
  await receiveStage(runFolder, (file) => ledger.stages?.read(runId, file) ?? []);
  const received = await openStagedInput(runFolder, settings);
  if (received === undefined) throw withoutStage(run, ledger);
  return received;
}
