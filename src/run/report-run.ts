import { OperatorError, usageError } from '../base/errors.ts';
import { openTable } from '../csv/open-table.ts';
import { openStagedInput } from '../intake/stage-input.ts';
import type { LedgerReader, RunRecord } from '../ledger/ledger.ts';
import { ReportRows } from '../report/report-rows.ts';
import { isChangedResult } from '../result/result-path.ts';
import { type RunDocument, readRunDocument } from '../result/run-document.ts';
import { runDocument } from '../result/summary.ts';
import type { Tally } from '../result/tally.ts';
import { writeResult } from '../result/write-result.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { readSavedSettings } from '../settings/saved-settings.ts';
import { runTexts } from '../texts/runs/run.ts';
import { ownHashes } from './own-result.ts';
import { runFolderOf } from './run-folder.ts';
import type { ReportOptions } from './run-parts.ts';
import { renderReport, subjectOf } from './run-report.ts';
import { notSentReason, resultOf } from './run-result.ts';

/**
 * The report of any run that the ledger knows, also of one that works or sleeps: it only reads, and makes no call.
 * The rows come from the run's own copy of its input while there is one, then from its result file, and from the
 * ledger alone where that file is gone or was changed.
 *
 * @throws OperatorError RUN_PRUNED (exit 2): its rows are not known any more
 */
export async function reportOfRun(
  run: RunRecord,
  { homeFolder, ledger, report }: { homeFolder: string; ledger: LedgerReader; report: ReportOptions },
): Promise<string> {
  if (run.prunedMs > 0) {
    throw usageError('RUN_PRUNED', runTexts().rowsPruned(run.runId), runTexts().rowsPrunedHint);
  }
  const saved = readSavedSettings(run.settingsJson);
  const rows = new ReportRows({ settings: saved.job, runId: run.runId, showsPersonal: report.showsPersonal });
  const tally = await readStage(run, saved, rows, { homeFolder, ledger });
  const hasResult = tally !== undefined || (await readResultFile(run, saved, rows));
  // Of a run without a stage, the result file does not say when its calls were made.
  if (tally === undefined)
    for await (const page of ledger.rows.read(run.runId)) for (const row of page) rows.record(row);
  const document = await documentOf(run, saved, tally, ledger);
  const isExportOfAll = run.command === 'export' && run.inputPath === '';
  const subject = {
    ...subjectOf(run, document),
    rows: isExportOfAll ? undefined : rows.value(),
    lacksResult: !hasResult && !isExportOfAll,
  };
  return renderReport(subject, ledger, report);
}

/** Undefined: the run keeps no copy of its input any more. */
async function readStage(
  run: RunRecord,
  saved: SavedSettings,
  watch: ReportRows,
  { homeFolder, ledger }: { homeFolder: string; ledger: LedgerReader },
): Promise<Tally | undefined> {
  const staged = await openStagedInput(runFolderOf(homeFolder, run.runId), saved.job);
  if (staged === undefined) return undefined;
  const { job: settings, resultFor } = saved;
  const notSent = notSentReason(run.state === 'paused', run.runId);
  const of = resultOf({ ...run, settings, resultFor }, staged, { found: undefined, notSent, watch });
  try {
    return await writeResult(of, staged.stage, ledger, undefined);
  } finally {
    await staged.stage.close();
  }
}

/** False: the file is not as the run wrote it, or there is none. */
async function readResultFile(run: RunRecord, saved: SavedSettings, watch: ReportRows): Promise<boolean> {
  const path = run.resultPath;
  if (path === '' || path === '-' || run.inputPath === '') return false;
  const hashes = ownHashes(run);
  if (hashes.length === 0 || (await isChangedResult(path, hashes))) return false;
  try {
    const isWorkbook = /\.xlsx$/i.test(path);
    const table = await openTable(
      { path },
      {
        raw: saved.job.raw,
        headerRow: 1,
        isHeaderName: () => true,
        ...(isWorkbook ? { sheet: 'result' } : { encoding: 'utf-8' }),
      },
    );
    try {
      watch.header(table.header);
      for await (const { cells } of table.blocks) for (const row of cells) watch.row(row, []);
    } finally {
      await table.close();
    }
    return true;
  } catch (error) {
    if (error instanceof OperatorError) return false;
    throw error;
  }
}

/** What the run printed last, with the rows as they stand now; counted from the ledger where nothing was printed yet. */
async function documentOf(
  run: RunRecord,
  { job }: SavedSettings,
  tally: Tally | undefined,
  ledger: LedgerReader,
): Promise<RunDocument> {
  const last = readRunDocument(run.summaryJson);
  if (last !== undefined && tally === undefined) return last;
  const { Tally: NewTally } = await import('../result/tally.ts');
  const counted = await runDocument({
    runId: run.runId,
    settings: job,
    place: run.place,
    inputPath: run.inputPath,
    resultPath: run.resultPath,
    tally: tally ?? new NewTally(),
    state: run.state === 'running' ? 'interrupted' : run.state,
    vendors: {},
    elapsedMs: Math.max(0, (await ledger.now()) - run.createdMs),
    exitCode: last?.exitCode ?? 0,
  });
  if (last === undefined) return counted;
  const { calls, quota, elapsedMs, result } = last;
  return { ...counted, calls, quota, elapsedMs, result };
}
