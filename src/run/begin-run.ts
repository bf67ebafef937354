import { resolve } from 'node:path';
import { fileError, usageError } from '../base/errors.ts';
import type { Scan } from '../intake/scan.ts';
import type { Ledger, RunRecord } from '../ledger/ledger.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import type { FileRun, RunParts } from './file-run.ts';

/** Records a new run, before anything is sent for it. */
export function startRun(job: FileRun, scan: Scan, runId: string, resultPath: string, parts: RunParts): void {
  parts.ledger.runs.start({
    runId,
    command: job.settings.command,
    targets: job.settings.targets.join(','),
    account: job.account,
    state: 'running',
    createdMs: parts.clock.nowMs(),
    inputPath: resolve(job.inputPath),
    inputSha256: scan.inputSha256,
    resultPath,
    settingsJson: JSON.stringify({
      job: job.settings,
      controls: job.controls,
      connection: job.connection,
    } satisfies SavedSettings),
    rowsDigest: scan.rowsDigest,
    rowCount: scan.rowCount,
  });
}

/** The same command on the same rows, unfinished: typing it again carries it on (CONTRACT §2). */
export function findUnfinished(job: FileRun, scan: Scan, ledger: Ledger): RunRecord | undefined {
  return ledger.runs.findByDigest(job.settings.command, scan.rowsDigest, job.account).find((run) => {
    if (run.state === 'finished' || run.inputSha256 !== scan.inputSha256) return false;
    const saved = JSON.parse(run.settingsJson) as SavedSettings;
    return saved.job.mode === job.settings.mode && run.targets === job.settings.targets.join(',');
  });
}

export function checkSameInput(run: RunRecord, scan: Scan): void {
  if (run.inputSha256 === scan.inputSha256) return;
  throw fileError(
    'INPUT_CHANGED',
    `${run.inputPath} is no longer the file that run ${run.runId} began with.`,
    'Put the file back as it was to carry the run on, or run the changed file as a run of its own.',
  );
}

export function resultExists(path: string): Error {
  return usageError(
    'RESULT_EXISTS',
    `The result file ${path} is there already; it was left as it is.`,
    'Name another with -o, or replace it with --yes.',
  );
}
