import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { EXIT, usageError } from '../base/errors.ts';
import { makeScratchFolder } from '../base/scratch-folder.ts';
import type { Reporter } from '../calls/reporter.ts';
import type { RunControl } from '../calls/run-control.ts';
import type { TableSource } from '../csv/byte-source.ts';
import { countToSend, SumsOfRows } from '../intake/input-sums.ts';
import { type InputRead, type RowSink, readInput } from '../intake/read-input.ts';
import { matchColumns, openInput, tableOptions } from '../intake/stage-input.ts';
import { listed } from '../job/header-match.ts';
import { guessKind, hasKeyOf } from '../job/header-names.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { ResultTarget } from '../result/result-file.ts';
import { copyResult, openResultFile, type ResultFile } from '../result/result-file.ts';
import { ResultRows } from '../result/result-rows.ts';
import type { RunDocument } from '../result/run-document.ts';
import { runDocument } from '../result/summary.ts';
import { Tally } from '../result/tally.ts';
import { targetsOf } from '../settings/job-settings.ts';
import { withLateIssues } from '../stage/stage.ts';
import { runTexts } from '../texts/runs/run.ts';
import { tellColumns } from './tell-columns.ts';

type Validation = {
  readonly settings: JobSettings;
  readonly source: TableSource;
  readonly inputPath: string;
  readonly result: ResultTarget;
};

type Parts = {
  readonly reporter: Reporter;
  readonly control: RunControl;
  readonly nowMs: () => number;
  /** '' when there is none: nothing is read from the home, but a result must not lie in it. */
  readonly homeFolder: string;
  readonly stdout: Writable;
};

/**
 * Checks a file as a run would, without a call and without a ledger. The rows are checked and written in the same
 * pass. Only where the whole file told something that single rows could not tell (a column that a spreadsheet has
 * damaged, a row that repeats one below), what was written is read back and written once more.
 */
export async function validateFile(job: Validation, parts: Parts): Promise<RunDocument> {
  const startedMs = parts.nowMs();
  // What is written to standard output cannot be written once more.
  const scratch = job.result.path === '-' ? await makeScratchFolder() : undefined;
  const path = scratch === undefined ? job.result.path : join(scratch, 'checked.csv');
  try {
    let { settings, tally, read } = await check({ ...job, result: { ...job.result, path } }, parts, undefined);
    if (read.late.issues.length > 0 || read.late.damages.length > 0) {
      const result = { ...job.result, path, mayReplace: true };
      ({ settings, tally, read } = await check({ ...job, settings, source: { path }, result }, parts, read.late));
    }
    if (scratch !== undefined) await copyResult(path, parts.stdout);
    tellRun(settings, read.sums, parts.reporter);
    return await documentOf({ ...job, settings }, tally, parts.nowMs() - startedMs);
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
}

function documentOf(
  { settings, inputPath, result }: Validation,
  tally: Tally,
  elapsedMs: number,
): Promise<RunDocument> {
  return runDocument({
    runId: null,
    settings,
    place: null,
    inputPath,
    resultPath: result.path,
    tally,
    state: 'finished',
    vendors: {},
    elapsedMs,
    exitCode: tally.rows.invalid > 0 ? EXIT.rowsFailed : EXIT.ok,
  });
}

/** One pass. `late`: what an earlier pass over the same rows has told about the whole file. */
async function check(
  { settings: asked, source, result }: Validation,
  parts: Parts,
  late: InputRead['late'] | undefined,
): Promise<{ settings: JobSettings; tally: Tally; read: InputRead }> {
  const options = tableOptions(asked, parts.control);
  const ownForm = { encoding: 'utf-8', delimiter: asked.delimiter, headerRow: 1, sheet: undefined };
  const table = await openInput(source, late ? { ...options, ...ownForm } : options, parts.control);
  let file: ResultFile | undefined;
  try {
    const settings = withKind(asked, table.header);
    const match = matchColumns(table.header, settings);
    file = await openResultFile(result, { ...parts, ownSha256s: [], runId: undefined });
    const target = file;
    const tally = new Tally();
    const notSent = { errorCode: '', message: '' };
    const rows = new ResultRows(
      {
        settings,
        account: '',
        header: table.header,
        form: table.form,
        match,
        runId: '',
        resultFor: '',
        found: undefined,
        notSent,
      },
      tally,
    );
    await target.writeHeader(rows.header(), table.form);
    if (asked.fileKinds.length === 0) parts.reporter.note(runTexts().checkedAs(settings.fileKinds[0] ?? ''));
    const sums = new SumsOfRows();
    let isTold = late !== undefined;
    const issueOf = new Map((late?.issues ?? []).map(({ rowNumber, issue }) => [rowNumber, issue]));
    const damages = new Set(late?.damages ?? []);
    const sink: RowSink = {
      async write(block) {
        if (!isTold) tellColumns(match, block.cells[0] ?? [], parts.reporter, true);
        isTold = true;
        const judged = late ? block.rows.map((row) => withLateIssues(row, issueOf, damages)) : block.rows;
        if (late) for (const row of judged) sums.add(row);
        const checked = { ...block, rows: judged };
        await target.write(target.takesLines ? rows.renderLines(checked) : rows.render(checked, []));
      },
    };
    const read = await readInput(table, match, sink, {
      settings,
      control: parts.control,
      guard: undefined,
      resultFor: undefined,
      nowMs: parts.nowMs(),
    });
    await target.commit(async () => undefined, tally);
    if (late === undefined) for (const note of read.notes) parts.reporter.note(note);
    return { settings, tally, read: late ? { ...read, sums: sums.value() } : read };
  } catch (error) {
    await file?.abort();
    await table.close();
    throw error;
  }
}

/**
 * The kind of the file: as --as says, else by its header. Lookups are Wonder's where only Wonder finds a record by
 * their columns. @throws OperatorError UNKNOWN_KIND (exit 2)
 */
function withKind(settings: JobSettings, header: readonly string[]): JobSettings {
  const { columnMap = {} } = settings;
  const names = header.map((text) => columnMap[text.trim()] ?? text);
  const kind = settings.fileKinds[0] ?? guessKind(names);
  if (kind === undefined) {
    throw usageError('UNKNOWN_KIND', runTexts().unknownKind(...listed(header, false)), runTexts().unknownKindHint);
  }
  const isForWonder = kind === 'lookups' && !hasKeyOf('members', names) && hasKeyOf('customers', names);
  return { ...settings, ...targetsOf(kind), ...(isForWonder && { targets: ['wonder'] }) };
}

/** What the command that sends the file would do. */
function tellRun({ fileKinds, targets }: JobSettings, sums: InputRead['sums'], reporter: Reporter): void {
  const count = countToSend(sums);
  if (count === 0) return;
  const texts = runTexts();
  switch (fileKinds[0]) {
    case 'topup':
      reporter.note(texts.wouldCredit(count, sums.pointIncrement, sums.balanceIncrement, sums.invalidCount > 0));
      return;
    case 'customers':
      reporter.note(texts.wouldSaveCustomers(count));
      return;
    case 'lookups':
      reporter.note(texts.wouldLookUp(count, targets[0] === 'wonder'));
      return;
    default:
      reporter.note(texts.wouldImport(count));
  }
}
