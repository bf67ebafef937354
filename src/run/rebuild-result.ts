import { EXIT, type ExitCode, type OperatorError } from '../base/errors.ts';
import type { RunRecord } from '../ledger/ledger.ts';
import type { ResultFile, ResultTarget } from '../result/result-file.ts';
import { openResultFile } from '../result/result-file.ts';
import type { NotSentReason } from '../result/row-view.ts';
import { type RunDocument, readRunDocument, writeRunDocument } from '../result/run-document.ts';
import { addCalls, runDocument } from '../result/summary.ts';
import { readSavedSettings } from '../settings/saved-settings.ts';
import { openFoundRecords } from '../stage/found-records.ts';
import { runTexts } from '../texts/runs/run.ts';
import { ownHashes, ownResult } from './own-result.ts';
import { removeRunFolder, runFolderOf } from './run-folder.ts';
import type { RunParts } from './run-parts.ts';
import { hasReport, watchRows, withReport } from './run-report.ts';
import { notSentReason, resultOf, writeRunResult } from './run-result.ts';
import { findStage } from './shared/shared-stage.ts';

/** All but what makes calls. */
export type RebuildParts = Omit<RunParts, 'openVendors' | 'startedMs'>;

/**
 * Writes a run's result file again from its stage and the ledger, and brings the run's state and summary up to
 * date: after rows in doubt were decided, after `runs cancel`, or to write it to another place. Makes no call.
 *
 * @param calls made for it meanwhile, added to those of the run
 * @param result undefined: where the run writes
 */
export async function rebuildResult(
  run: RunRecord,
  parts: RebuildParts,
  { calls, result }: { readonly calls?: RunDocument['calls']; readonly result?: ResultTarget } = {},
): Promise<RunDocument> {
  const { ledger, homeFolder } = parts;
  // Its end is theirs to tell.
  const isWithWorkers = run.state === 'running' && (await ledger.slices?.listHandedOut())?.includes(run.runId) === true;
  const saved = readSavedSettings(run.settingsJson);
  const runFolder = runFolderOf(homeFolder, run.runId);
  const staged = await findStage(run, saved.job, parts);
  const found = saved.job.command === 'export' ? openFoundRecords(runFolder) : undefined;
  let document: RunDocument;
  let problem: OperatorError | undefined;
  let file: ResultFile | undefined;
  try {
    const previous = readRunDocument(run.summaryJson);
    // A report that is there would tell what was so before.
    const watch = (await hasReport(run))
      ? await watchRows({ ...saved, settings: saved.job, runId: run.runId }, parts)
      : undefined;
    const { job: settings, resultFor } = saved;
    const of = resultOf({ ...run, settings, resultFor }, staged, { found, notSent: notSentOf(run), watch });
    const target = result ?? (await ownResult(run, saved, parts));
    file = await openResultFile(target, { ...parts, ownSha256s: ownHashes(run), runId: run.runId });
    const { tally, failure } = await writeRunResult(of, staged.stage, ledger, file);
    problem = failure;
    const { rows } = tally;
    const isOver = rows.not_sent === 0 || run.state === 'cancelled';
    const endState =
      run.state === 'cancelled' || isWithWorkers
        ? run.state
        : isOver
          ? 'finished'
          : run.state === 'running'
            ? 'interrupted'
            : run.state;
    // Without its result the run is not over: `resume` writes it. What was given up stays given up.
    const state = problem && endState === 'finished' ? 'stopped' : endState;
    const counted = await runDocument({
      runId: run.runId,
      settings: saved.job,
      place: run.place,
      inputPath: run.inputPath,
      resultPath: problem ? '' : file.path,
      tally,
      state,
      vendors: {},
      elapsedMs: previous?.elapsedMs ?? 0,
      exitCode: problem && rows.in_doubt === 0 ? EXIT.stopped : exitCodeAfter(rows, state, previous),
    });
    document = {
      ...counted,
      quota: previous?.quota ?? null,
      calls: addCalls(previous?.calls, calls),
    };
    if (!isWithWorkers) await ledger.runs.end(run.runId, { state, summaryJson: writeRunDocument(document) });
    if (problem) {
      parts.reporter.note(runTexts().resultFailed(problem.message));
      parts.reporter.note(runTexts().writeElsewhere(run.runId));
    }
    if (watch !== undefined) document = await withReport(document, { controls: saved.controls, watch }, parts);
  } finally {
    found?.close();
    await staged.stage.close();
    await file?.abort();
  }
  // Windows removes no folder in which a file is open.
  if (problem === undefined) await removeRunFolder(homeFolder, run.runId, ledger);
  return document;
}

function notSentOf({ runId, state }: RunRecord): NotSentReason {
  if (state === 'cancelled') return { errorCode: 'STOPPED', message: runTexts().notSentGivenUp(runId) };
  return notSentReason(state === 'paused', runId);
}

/** CONTRACT §6; what stopped the run before its last row still counts until `resume` has carried it on. */
function exitCodeAfter(
  rows: RunDocument['rows'],
  state: RunDocument['state'],
  previous: RunDocument | undefined,
): ExitCode {
  if (rows.in_doubt > 0) return EXIT.inDoubt;
  if (rows.not_sent > 0 && state !== 'cancelled') {
    const before = previous?.exitCode;
    const isStop = before !== undefined && before !== EXIT.ok && before !== EXIT.rowsFailed && before !== EXIT.inDoubt;
    return isStop ? before : EXIT.stopped;
  }
  return rows.failed + rows.invalid + rows.not_sent > 0 ? EXIT.rowsFailed : EXIT.ok;
}
