import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openStagedInput, type StagedInput } from '../../intake/stage-input.ts';
import type { JobSettings } from '../../job/job-settings.ts';
import { type Ledger, type RunRecord, type StageStore, TARGETS, type Target } from '../../ledger/ledger.ts';
import type { Snapshots } from '../../plan/lookups.ts';
import { ownSnapshotPath } from '../../plan/read-snapshots.ts';
import { receiveFile, receiveStage, STAGE_FILES } from '../../stage/stage.ts';
import { makeRunFolder, runFolderOf } from '../run-folder.ts';
import { withoutStage } from '../run-parts.ts';

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

/** Puts what was read by pages beside the stage, so that no other process reads it again. */
export async function shareSnapshots(
  runId: string,
  runFolder: string,
  { snapshots, stages }: { readonly snapshots: Snapshots; readonly stages: StageStore },
): Promise<void> {
  for (const target of TARGETS) {
    const snapshot = snapshots[target];
    if (snapshot?.takenMs === undefined) continue;
    const copy = `${ownSnapshotPath(runFolder, target)}.copy`;
    snapshot.copyTo(copy);
    await stages.write(runId, snapshotName(target), (await stat(copy)).size, createReadStream(copy));
    await rm(copy);
  }
}

/** The other half of `shareSnapshots`. What a reading that was broken off here has left is no part of it. */
export async function receiveSnapshots(runId: string, runFolder: string, stages: StageStore): Promise<void> {
  for (const target of TARGETS) {
    const path = ownSnapshotPath(runFolder, target);
    for (const left of [path, `${path}-wal`, `${path}-shm`]) await rm(left, { force: true });
    await receiveFile(path, stages.read(runId, snapshotName(target)));
  }
}

const snapshotName = (target: Target): string => `pages-${target}`;

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
