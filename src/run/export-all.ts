import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { EXIT, OperatorError } from '../base/errors.ts';
import type { TextFields } from '../base/text-fields.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import type { RunContext } from '../calls/run-context.ts';
import { StoppedError } from '../calls/run-control.ts';
import { laneOf } from '../calls/vendors.ts';
import { openTable } from '../csv/open-table.ts';
import { openTableAppender } from '../csv/open-table-appender.ts';
import { chooseFields, FIELDS_NOT_IN_PAGES } from '../job/fetched-fields.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { pageCalls } from '../job/lookup-plan.ts';
import type { Outcome } from '../job/outcome.ts';
import type { LedgerReader, RunRecord, RunState, Target } from '../ledger/ledger.ts';
import { describePrice, priceOf } from '../plan/price.ts';
import { readCounts, writeRecordCount } from '../plan/read-snapshots.ts';
import { openResultFile, PLAIN_CSV, PLAIN_DIALECT, type ResultFile, type ResultTarget } from '../result/result-file.ts';
import { type RunDocument, writeRunDocument } from '../result/run-document.ts';
import { exitCodeOf, runDocument } from '../result/summary.ts';
import { Tally } from '../result/tally.ts';
import type { Connection } from '../settings/run-settings.ts';
import { writeSavedSettings } from '../settings/saved-settings.ts';
import { openFoundRecords } from '../stage/found-records.ts';
import { runTexts } from '../texts/runs/run.ts';
import { sharedTexts } from '../texts/shared.ts';
import { type ExportSink, exportCustomers, exportMembers, exportSnapshot } from './export-pages.ts';
import { ownHashes, recordResult } from './own-result.ts';
import { makeRunFolder, newRunId, removeRunFolder } from './run-folder.ts';
import type { RunParts } from './run-parts.ts';
import { withReport } from './run-report.ts';
import { claimRun, requireUnended } from './shared/claim-run.ts';
import { sendingOf, tellRun } from './tell-run.ts';

type ExportAll = {
  readonly settings: JobSettings;
  readonly controls: ControlSettings;
  readonly connection: Connection;
  readonly account: string;
  readonly place: string;
  readonly resultFor: string;
  readonly result: ResultTarget;
  readonly resumed: RunRecord | undefined;
  readonly isDryRun: boolean;
};

/**
 * Exports every member or customer by pages. What was read is kept in the run's own folder, page by page, and
 * becomes the file when the last page is in: a pause or a kill costs one page at most. Plain field names and no
 * `result_` columns, so that the file can be imported again.
 */
export async function exportAll(job: ExportAll, parts: RunParts): Promise<RunDocument> {
  const { ledger, control, reporter, homeFolder } = parts;
  const { settings } = job;
  const target = settings.targets[0] === 'wonder' ? 'wonder' : 'kybio';
  if (job.isDryRun) return planExport(job, target, parts);
  let carriedOn = job.resumed ?? (await findUnfinished(job, parts));
  const ownSha256s = carriedOn ? [...ownHashes(carriedOn)] : [];
  // An export need not have a column that tells whose file it is: the ledger knows what was written there.
  if (job.result.mayReplace) ownSha256s.push(...(await earlierHashes(job.result.path, ledger)));
  const runId = carriedOn?.runId ?? newRunId(parts.clock.nowMs(), settings.storeZone);
  const file = await openResultFile(job.result, { ...parts, ownSha256s, runId });
  const runFolder = makeRunFolder(homeFolder, runId);
  if (carriedOn) {
    carriedOn = (await claimRun(carriedOn, { ledger, note: reporter.note, signal: control.signal })).run;
    requireUnended(carriedOn);
    await ledger.runs.setState(runId, 'running');
    // Named anew with -o: should the export pause again, it goes there as well.
    const { resultPath, resultSha256: sha256 } = carriedOn;
    if (resultPath !== job.result.path) await ledger.runs.setResult(runId, { path: job.result.path, sha256 });
  } else await startRun(job, runId, parts);
  const partPath = join(runFolder, 'export.csv');
  // Wonder's pages have no stable order: what was read before a pause says nothing about the rest. Nor can a part
  // that is gone be carried on: everybody is read again.
  const mayGoOn = target === 'kybio' && existsSync(partPath);
  const progress = carriedOn && mayGoOn ? readProgress(carriedOn.progressJson) : {};
  const fields = exportFields(settings, target);
  const vendors = parts.openVendors(runId);
  const context: RunContext = { ...parts, ...job, runId, runFolder, vendors };
  const tally = new Tally();
  const count = (rowCount: number): void => {
    for (let row = 0; row < rowCount; row += 1) tally.add(FOUND);
  };
  count(progress.rowCount ?? 0);
  const part = await openTableAppender(partPath, PART_DIALECT, progress.byteCount ?? 0);
  const needsLookups = fields.some((field) => FIELDS_NOT_IN_PAGES.includes(field));
  const found = needsLookups ? openFoundRecords(runFolder) : undefined;
  let failure: OperatorError | undefined;
  tellRun(carriedOn !== undefined, context);
  reporter.start({
    ...sendingOf(context, carriedOn?.createdMs ?? parts.clock.nowMs()),
    unit: 'records',
    totalCount: (await readCounts(ledger, job.account)).recordCount ?? 0,
    ended: { done: progress.rowCount ?? 0, failed: 0, inDoubt: 0 },
  });
  try {
    if (progress.byteCount === undefined) await part.writeBlock([[PART_MARK, ...fields]]);
    const sink: ExportSink = {
      found,
      rowCount: () => tally.rows.done,
      skipRows: progress.rowCount ?? 0,
      async writeRows(records: readonly TextFields[]) {
        await part.writeBlock(records.map((record) => [PART_MARK, ...fields.map((field) => record[field] ?? '')]));
        for (const _ of records) reporter.row(FOUND_OUTCOME);
        count(records.length);
      },
      async checkpoint(cursor) {
        const next = { byteCount: await part.sync(), rowCount: tally.rows.done, ...(cursor && { cursor }) };
        await ledger.runs.setProgress(runId, JSON.stringify(next));
      },
    };
    if (job.controls.snapshotMaxAgeMs > 0) await exportSnapshot(target, context, sink);
    else if (target === 'kybio') await exportMembers(context, progress.cursor, sink);
    else await exportCustomers(context, sink);
    if (control.reason === undefined) await writeRecordCount(ledger, job.account, tally.rows.done);
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'PAGE_FAILED') failure = error;
    else if (!(error instanceof StoppedError)) throw error;
  } finally {
    reporter.end();
    found?.close();
    await part.close();
    await Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
  }
  const isWhole = failure === undefined && control.reason === undefined;
  if (isWhole) {
    try {
      await copyPart(partPath, file);
      await file.commit((sha256) => recordResult(ledger, runId, file.path, sha256), undefined);
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      failure = error;
    }
  }
  await file.abort();
  const state = failure === undefined && isWhole ? 'finished' : stateOf(control.reason?.kind);
  const document = await runDocument({
    runId,
    settings,
    place: job.place,
    inputPath: '',
    resultPath: state === 'finished' ? file.path : '',
    tally,
    state,
    reason: control.reason,
    vendors,
    elapsedMs: parts.clock.nowMs() - parts.startedMs,
    // A page refused for the key or the quota has stopped the run, and says why better than the page does.
    exitCode: failure && !control.reason ? EXIT.stopped : exitCodeOf(control.reason, tally),
    rowByRowCalls: tally.rows.read,
  });
  if (failure) reporter.note(sharedTexts().sentences([failure.message, failure.hint]));
  await ledger.runs.end(runId, { state, summaryJson: writeRunDocument(document) });
  await removeRunFolder(homeFolder, runId, ledger);
  return withReport(document, { controls: job.controls, watch: undefined }, parts);
}

const FOUND = { status: 'done', actions: ['found'], errorCodes: [] } as const;
const FOUND_OUTCOME: Outcome = { status: 'done', action: 'found', messages: [] };

/** Hashes of the files that earlier runs have written to that path. */
async function earlierHashes(path: string, ledger: LedgerReader): Promise<string[]> {
  const runs = await ledger.runs.list(RUNS_LOOKED_AT_MAX);
  return runs.filter(({ resultPath }) => resultPath === path).flatMap(ownHashes);
}

/** A file that an older run has written is refused, and the person names another. */
const RUNS_LOOKED_AT_MAX = 1000;

/** How far a paged export is: durable after each page. */
const PROGRESS = v.object({
  cursor: v.optional(v.object({ parameterType: v.string(), parameterValue: v.string() })),
  byteCount: v.optional(v.number()),
  rowCount: v.optional(v.number()),
});

function readProgress(json: string): v.InferOutput<typeof PROGRESS> {
  return v.parse(PROGRESS, JSON.parse(json));
}

/** The part is our own: a guard against formulas is put when its cells are written to the file, once. */
const PART_DIALECT = { ...PLAIN_DIALECT, raw: true };

/** The first cell of each record of the part, because a reader leaves out records without any value. */
const PART_MARK = 'record';

async function copyPart(partPath: string, file: ResultFile): Promise<void> {
  const table = await openTable(
    { path: partPath },
    { raw: true, encoding: 'utf-8', delimiter: ',', headerRow: 1, isHeaderName: () => true },
  );
  try {
    await file.writeHeader(table.header.slice(1), PLAIN_CSV);
    for await (const { cells } of table.blocks) {
      await file.write(cells.map((row) => ({ cells: row.slice(1), status: 'done', message: '' })));
    }
  } finally {
    await table.close();
  }
}

/** --dry-run: what the export would cost, from the number of members that the last whole read counted. */
async function planExport(job: ExportAll, target: Target, parts: RunParts): Promise<RunDocument> {
  const { controls, settings } = job;
  const { clock, reporter, ledger } = parts;
  const vendors = parts.openVendors();
  try {
    const { recordCount } = await readCounts(ledger, job.account);
    const calls: Record<string, number> = {};
    if (recordCount === undefined) {
      reporter.note(runTexts().countUnknown(controls.pageSizes[target]));
      calls[target === 'wonder' ? 'GET /customers' : 'customerOpenApi/queryCustomerPages'] = 1;
    } else if (target === 'wonder')
      calls['GET /customers'] = Math.max(1, Math.ceil(recordCount / controls.pageSizes.wonder));
    else {
      calls['customerOpenApi/queryCustomerPages'] = pageCalls(recordCount, controls.pageSizes.kybio);
      const needsLookups = exportFields(settings, target).some((field) => FIELDS_NOT_IN_PAGES.includes(field));
      if (needsLookups) calls['customerOpenApi/queryByUid'] = recordCount;
    }
    const lane = laneOf(vendors, target);
    await lane.readDay();
    const plan = priceOf(calls, lane, controls, settings.storeZone, clock.nowMs());
    if (recordCount !== undefined) reporter.note(describePrice(plan, controls, lane, false));
    const document = await runDocument({
      runId: null,
      settings,
      place: job.place,
      inputPath: '',
      resultPath: '',
      tally: new Tally(),
      state: 'planned',
      vendors,
      elapsedMs: clock.nowMs() - parts.startedMs,
      exitCode: EXIT.ok,
    });
    return { ...document, plan };
  } finally {
    await Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
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

async function startRun(job: ExportAll, runId: string, { ledger }: RunParts): Promise<void> {
  const { settings, controls, connection, resultFor } = job;
  await ledger.runs.start(
    {
      runId,
      command: 'export',
      targets: settings.targets,
      account: job.account,
      place: job.place,
      inputPath: '',
      inputSha256: '',
      resultPath: job.result.path,
      undoes: '',
      rowCount: 0,
      settingsJson: writeSavedSettings({ job: settings, controls, connection, resultFor }),
    },
    [],
  );
}

/** The same export, unfinished: typing it again carries it on. */
async function findUnfinished(job: ExportAll, { ledger }: RunParts): Promise<RunRecord | undefined> {
  const unfinished = await ledger.runs.listUnfinished({ command: 'export', account: job.account });
  return unfinished.find((run) => run.inputPath === '' && run.resultPath === job.result.path);
}
