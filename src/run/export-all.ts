import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { EXIT, OperatorError, usageError } from '../base/errors.ts';
import { forEachBounded } from '../base/pull.ts';
import type { TextFields } from '../base/text-fields.ts';
import type { CsvAppender } from '../csv/write-csv.ts';
import { openCsvAppender } from '../csv/write-csv.ts';
import type { Answer } from '../http/answer.ts';
import { chooseFields, FIELDS_NOT_IN_PAGES } from '../job/fetched-fields.ts';
import type { PageCursor } from '../kybio/client.ts';
import type { RunRecord, RunState } from '../ledger/ledger.ts';
import { openSeenKeys } from '../ledger/seen-keys.ts';
import type { RunDocument } from '../report/run-document.ts';
import { StoppedError } from './run-control.ts';
import type { RunParts } from './run-file.ts';
import { newRunId } from './run-folder.ts';
import type { Connection, ControlSettings, JobSettings, SavedSettings } from './run-settings.ts';
import { exitCodeOf, runDocument } from './summary.ts';
import { Tally } from './tally.ts';
import type { KybioVendor, Vendors, WonderVendor } from './vendors.ts';

export type ExportAll = {
  readonly settings: JobSettings;
  readonly controls: ControlSettings;
  readonly connection: Connection;
  readonly account: string;
  readonly resultPath: string;
  readonly mayReplaceResult: boolean;
  readonly resumed: RunRecord | undefined;
};

/** How far a paged export is: durable after each page, so that a pause or a kill costs one page at most. */
type Progress = { readonly cursor?: PageCursor; readonly byteCount?: number; readonly rowCount?: number };

/** Documented maximum (api/wonder.md §5). */
const CUSTOMERS_PER_PAGE = 1000;

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
  // Wonder's pages have no stable order: what was read before a pause says nothing about the rest.
  const progress: Progress = carriedOn && target === 'kybio' ? (JSON.parse(carriedOn.progressJson) as Progress) : {};
  const fields = exportFields(settings, target);
  const vendors = parts.openVendors();
  const partPath = `${resultPath}.part`;
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
  try {
    if (progress.byteCount === undefined) await file.write(fields);
    const writeRows = async (records: readonly TextFields[]): Promise<void> => {
      for (const record of records) await file.write(fields.map((field) => record[field] ?? ''));
      countRows(records.length);
    };
    if (vendors.kybio)
      await exportMembers(vendors.kybio, vendors, fields, progress, { job, parts, runId, file, tally, writeRows });
    else if (vendors.wonder) await exportCustomers(vendors.wonder, writeRows);
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'PAGE_FAILED') failure = error;
    else if (!(error instanceof StoppedError)) throw error;
  } finally {
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

type Export = {
  readonly job: ExportAll;
  readonly parts: RunParts;
  readonly runId: string;
  readonly file: CsvAppender;
  readonly tally: Tally;
  readonly writeRows: (records: readonly TextFields[]) => Promise<void>;
};

async function exportMembers(
  kybio: KybioVendor,
  vendors: Vendors,
  fields: readonly string[],
  progress: Progress,
  to: Export,
): Promise<void> {
  const needsLookups = fields.some((field) => FIELDS_NOT_IN_PAGES.includes(field));
  let { cursor } = progress;
  for (;;) {
    const from = cursor;
    const { answer } = await kybio.lane.perform({
      endpoint: 'customerOpenApi/queryCustomerPages',
      isRepeatable: true,
      send: (onSent) => kybio.client.queryCustomerPages(from, { onSent }),
    });
    const page = succeeded(answer, 'queryCustomerPages');
    await to.writeRows(needsLookups ? await lookUpAll(page.members, vendors, to) : page.members);
    cursor = page.cursor;
    const next: Progress = { byteCount: await to.file.sync(), rowCount: to.tally.rows.done, ...(cursor && { cursor }) };
    await to.parts.ledger.runs.setProgress(to.runId, JSON.stringify(next), to.parts.clock.nowMs());
    if (page.isLast || cursor === undefined) return;
  }
}

/** What pages do not carry costs one call a member: only when `--columns` asks for it. */
async function lookUpAll(members: readonly TextFields[], { kybio }: Vendors, to: Export): Promise<TextFields[]> {
  const whole: TextFields[] = [...members];
  if (!kybio) return whole;
  await forEachBounded(members.entries(), to.job.controls.concurrency, async ([index, member]) => {
    const { customerUid } = member;
    if (customerUid === undefined) return;
    const { answer } = await kybio.lane.perform({
      endpoint: 'customerOpenApi/queryByUid',
      isRepeatable: true,
      send: (onSent) => kybio.client.queryByUid(customerUid, { onSent }),
    });
    // Gone since the page was read: the page's fields are what there is.
    whole[index] = succeeded(answer, 'queryByUid') ?? member;
  });
  return whole;
}

async function exportCustomers(wonder: WonderVendor, writeRows: Export['writeRows']): Promise<void> {
  // Offset paging over an unpublished order can show a customer twice while others are being added.
  const seen = openSeenKeys();
  try {
    let rowNumber = 0;
    for (let offset = 0; ; ) {
      const from = offset;
      const { answer } = await wonder.lane.perform({
        endpoint: 'GET /customers',
        isRepeatable: true,
        send: (onSent) => wonder.client.listCustomers({ limit: CUSTOMERS_PER_PAGE, offset: from }, { onSent }),
      });
      const { customers, total } = succeeded(answer, 'GET customers');
      await writeRows(
        customers.filter((customer) => {
          rowNumber += 1;
          return seen.firstRowOf(customer.uuid ?? '', rowNumber) === rowNumber;
        }),
      );
      offset += customers.length;
      // A server may lower the limit: only an empty page, or the announced total, is an end.
      if (customers.length === 0 || (total !== undefined && offset >= total)) return;
    }
  } finally {
    seen.close();
  }
}

function succeeded<T>(answer: Answer<T>, call: string): T {
  if (answer.kind === 'success') return answer.data;
  const detail = answer.kind === 'refused' ? answer.messages.join('; ') : answer.detail;
  throw new OperatorError({
    code: 'PAGE_FAILED',
    message: `${call} failed with ${answer.errorCode}: ${detail}.`,
    hint: 'What was read is kept. Carry on with: memberload resume',
    exitCode: EXIT.stopped,
  });
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
