import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { EXIT, OperatorError, usageError } from '../base/errors.ts';
import type { TextFields } from '../base/text-fields.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import { StoppedError } from '../calls/run-control.ts';
import { laneOf } from '../calls/vendors.ts';
import { openCsvAppender } from '../csv/write-csv.ts';
import { chooseFields, FIELDS_NOT_IN_PAGES } from '../job/fetched-fields.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { pageCalls } from '../job/lookup-plan.ts';
import type { Outcome } from '../job/outcome.ts';
import type { PageCursor } from '../kybio/client.ts';
import type { RunRecord, RunState, Target } from '../ledger/ledger.ts';
import { describePrice, priceOf } from '../plan/price.ts';
import { readCounts, writeRecordCount } from '../plan/read-snapshots.ts';
import type { RunDocument } from '../result/run-document.ts';
import { exitCodeOf, runDocument } from '../result/summary.ts';
import { Tally } from '../result/tally.ts';
import type { Connection, SavedSettings } from '../settings/run-settings.ts';
import {
  type ExportSink,
  exportCustomers,
  exportMembers,
  exportSnapshot,
  type SnapshotSource,
} from './export-pages.ts';
import type { RunParts } from './file-run.ts';
import { newRunId } from './run-folder.ts';

export type ExportAll = {
  readonly settings: JobSettings;
  readonly controls: ControlSettings;
  readonly connection: Connection;
  readonly account: string;
  readonly resultPath: string;
  readonly mayReplaceResult: boolean;
  readonly resumed: RunRecord | undefined;
  readonly isDryRun: boolean;
};

/** How far a paged export is: durable after each page, so that a pause or a kill costs one page at most. */
type Progress = { readonly cursor?: PageCursor; readonly byteCount?: number; readonly rowCount?: number };

/**
 * Exports every member or customer by pages into `<result>.part`, which becomes the result file when the
 * last page is in. Plain field names and no `result_` columns, so that the file can be imported again.
 */
export async function exportAll(job: ExportAll, parts: RunParts): Promise<RunDocument> {
  const { ledger, clock, control, reporter } = parts;
  const { settings } = job;
  const target = settings.targets[0] === 'wonder' ? 'wonder' : 'kybio';
  const carriedOn = job.resumed ?? findUnfinished(job, parts);
  const resultPath = carriedOn?.resultPath ?? job.resultPath;
  if (job.isDryRun) return planExport(job, target, parts);
  if (!carriedOn && !job.mayReplaceResult && existsSync(resultPath)) {
    throw usageError(
      'RESULT_EXISTS',
      `The file ${resultPath} is there already; it was left as it is.`,
      'Name another with -o, or replace it with --yes.',
    );
  }
  const runId = carriedOn?.runId ?? newRunId(clock.nowMs());
  if (carriedOn) {
    reporter.note(`Carrying on run ${runId}.`);
    ledger.runs.setState(runId, 'running', clock.nowMs());
  } else startRun(job, runId, resultPath, parts);
  const partPath = `${resultPath}.part`;
  // Wonder's pages have no stable order: what was read before a pause says nothing about the rest. Nor can a part
  // that is gone be carried on: it was renamed just before a kill, or removed; everybody is read again.
  const mayGoOn = target === 'kybio' && existsSync(partPath);
  const progress: Progress = carriedOn && mayGoOn ? (JSON.parse(carriedOn.progressJson) as Progress) : {};
  const fields = exportFields(settings, target);
  const vendors = parts.openVendors();
  const tally = new Tally();
  const countRows = (count: number): void => {
    for (let row = 0; row < count; row += 1) tally.add({ status: 'done', actions: ['found'], errorCodes: [] });
  };
  countRows(progress.rowCount ?? 0);
  const file = await openCsvAppender(partPath, {
    delimiter: ',',
    lineEnding: '\n',
    withByteOrderMark: false,
    raw: settings.raw,
    truncateToByte: progress.byteCount ?? 0,
  });
  let failure: OperatorError | undefined;
  reporter.start(readCounts(ledger, job.account).recordCount ?? 0);
  try {
    if (progress.byteCount === undefined) await file.write(fields);
    const writeRows = async (records: readonly TextFields[]): Promise<void> => {
      for (const record of records) {
        await file.write(fields.map((field) => record[field] ?? ''));
        reporter.row(FOUND);
      }
      countRows(records.length);
    };
    const sink: ExportSink = {
      needsLookups: fields.some((field) => FIELDS_NOT_IN_PAGES.includes(field)),
      concurrency: job.controls.concurrency,
      skipRows: progress.rowCount ?? 0,
      writeRows,
      checkpoint: async (cursor) => {
        const next: Progress = { byteCount: await file.sync(), rowCount: tally.rows.done, ...(cursor && { cursor }) };
        await ledger.runs.setProgress(runId, JSON.stringify(next), clock.nowMs());
      },
    };
    if (job.controls.snapshotMaxAgeMs > 0) await exportSnapshot(target, vendors, sink, snapshotParts(job, parts));
    else if (vendors.kybio) await exportMembers(vendors.kybio, progress.cursor, sink);
    else if (vendors.wonder) await exportCustomers(vendors.wonder, job.controls.pageSizes.wonder, sink);
    rememberRecordCount(job.account, tally, parts);
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'PAGE_FAILED') failure = error;
    else if (!(error instanceof StoppedError)) throw error;
  } finally {
    reporter.end();
    await file.close();
    await Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
  }
  const isWhole = failure === undefined && control.reason === undefined;
  if (isWhole) await rename(partPath, resultPath);
  const state = isWhole ? 'finished' : stateOf(control.reason?.kind);
  const document = runDocument({
    runId,
    job: { settings, inputPath: '', resultPath },
    tally,
    state,
    reason: control.reason,
    vendors,
    elapsedMs: clock.nowMs() - parts.startedMs,
    // A page refused for the key or the quota has stopped the run, and says why better than the page does.
    exitCode: failure && !control.reason ? EXIT.stopped : exitCodeOf(control.reason, tally),
    rowByRowCalls: tally.rows.read,
  });
  if (failure) reporter.note(`${failure.message} ${failure.hint}`);
  ledger.runs.setSummary(runId, JSON.stringify(document), clock.nowMs());
  ledger.runs.setState(runId, state, clock.nowMs());
  return document;
}

const FOUND: Outcome = { status: 'done', action: 'found', messages: [] };

/** --dry-run: what the export would cost, from the number of members that the last whole read counted. */
async function planExport(job: ExportAll, target: Target, parts: RunParts): Promise<RunDocument> {
  const { controls, settings } = job;
  const { clock, reporter, ledger } = parts;
  const vendors = parts.openVendors();
  try {
    const { recordCount } = readCounts(ledger, job.account);
    const calls: Record<string, number> = {};
    if (recordCount === undefined) {
      reporter.note(
        `Not known yet how many there are: 1 call for every ${controls.pageSizes[target]}. The first export counts them.`,
      );
    } else if (target === 'wonder')
      calls['GET /customers'] = Math.max(1, Math.ceil(recordCount / controls.pageSizes.wonder));
    else {
      calls['customerOpenApi/queryCustomerPages'] = pageCalls(recordCount, controls.pageSizes.kybio);
      const needsLookups = exportFields(settings, target).some((field) => FIELDS_NOT_IN_PAGES.includes(field));
      if (needsLookups) calls['customerOpenApi/queryByUid'] = recordCount;
    }
    const lane = laneOf(vendors, target);
    const plan = priceOf(calls, lane, controls, settings.storeZone, clock.nowMs());
    if (recordCount !== undefined) reporter.note(describePrice(plan, controls, lane, false));
    const document = runDocument({
      runId: null,
      job: { settings, inputPath: '', resultPath: '' },
      tally: new Tally(),
      state: 'planned',
      reason: undefined,
      vendors,
      elapsedMs: clock.nowMs() - parts.startedMs,
      exitCode: EXIT.ok,
    });
    return { ...document, plan };
  } finally {
    await Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
  }
}

function snapshotParts(job: ExportAll, parts: RunParts): SnapshotSource {
  const { controls, account } = job;
  return {
    ...parts,
    account,
    way: 'pages',
    pageSizes: controls.pageSizes,
    hasWrites: false,
    ageMsMax: controls.snapshotMaxAgeMs,
    countFound: async () => 0,
  };
}

/** Everybody was counted: the next run chooses between pages and single lookups by it. */
function rememberRecordCount(account: string, tally: Tally, { ledger, clock, control }: RunParts): void {
  if (control.reason === undefined) {
    writeRecordCount(ledger, account, tally.rows.done, clock.nowMs());
  }
}

function exportFields(settings: JobSettings, target: 'kybio' | 'wonder'): readonly string[] {
  const fields = chooseFields(target, settings.columns);
  if (settings.columns !== undefined) return fields;
  return fields.filter((field) => !FIELDS_NOT_IN_PAGES.includes(field));
}

function stateOf(reason: string | undefined): Exclude<RunState, 'running' | 'finished'> {
  if (reason === 'quota') return 'paused';
  return reason === 'interrupted' ? 'interrupted' : 'stopped';
}

function startRun(job: ExportAll, runId: string, resultPath: string, { ledger, clock }: RunParts): void {
  const saved: SavedSettings = { job: job.settings, controls: job.controls, connection: job.connection };
  ledger.runs.start({
    runId,
    command: 'export',
    targets: job.settings.targets.join(','),
    account: job.account,
    state: 'running',
    createdMs: clock.nowMs(),
    inputPath: '',
    inputSha256: '',
    resultPath,
    settingsJson: JSON.stringify(saved),
    rowsDigest: '',
    rowCount: 0,
  });
}

/** The same export, unfinished: typing it again carries it on. */
function findUnfinished(job: ExportAll, { ledger }: RunParts): RunRecord | undefined {
  return ledger.runs.findByDigest('export', '', job.account).find((run) => {
    if (run.state === 'finished' || run.resultPath !== job.resultPath) return false;
    const saved = JSON.parse(run.settingsJson) as SavedSettings;
    return String(saved.job.columns) === String(job.settings.columns);
  });
}
