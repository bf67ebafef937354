import { EXIT } from '../base/errors.ts';
import type { Reporter } from '../calls/reporter.ts';
import type { RunControl } from '../calls/run-control.ts';
import type { TableSource } from '../csv/byte-source.ts';
import { openTable } from '../csv/open-table.ts';
import { type InputRead, type RowSink, readInput, SumsOfRows } from '../intake/read-input.ts';
import { matchColumns, tableOptions } from '../intake/stage-input.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { openResultFile, type ResultFile } from '../result/result-file.ts';
import { ResultRows } from '../result/result-rows.ts';
import type { RunDocument } from '../result/run-document.ts';
import { runDocument } from '../result/summary.ts';
import { Tally } from '../result/tally.ts';
import { withLateIssues } from '../stage/stage.ts';
import type { ResultTarget } from './prepare-run.ts';
import { tellColumns } from './tell-columns.ts';

export type Validation = {
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
  readonly writeStdout: (text: string | Uint8Array) => void;
};

/**
 * Checks a file as a run would, without a call and without a ledger. The rows are checked and written in the same
 * pass. Only where the whole file told something that single rows could not tell (a column that a spreadsheet has
 * damaged, a row that repeats one below), what was written is read back and written once more.
 */
export async function validateFile(job: Validation, parts: Parts): Promise<RunDocument> {
  const startedMs = parts.nowMs();
  const { settings } = job;
  const first = await check(job, parts, job.source, undefined);
  let { file, tally, read } = first;
  let { firstIssues } = read.sums;
  try {
    if (read.late.issues.length > 0 || read.late.damages.length > 0) {
      const written = await file.finish();
      const second = await check(job, parts, { path: written }, read.late);
      await file.abort();
      ({ file, tally } = second);
      firstIssues = second.read.sums.firstIssues;
    }
    await file.commit(async () => undefined, tally);
  } catch (error) {
    await file.abort();
    throw error;
  }
  tellIssues(firstIssues, tally.rows.invalid, parts.reporter);
  return runDocument({
    runId: null,
    settings,
    place: '',
    inputPath: job.inputPath,
    resultPath: file.path,
    tally,
    state: 'finished',
    vendors: {},
    elapsedMs: parts.nowMs() - startedMs,
    exitCode: tally.rows.invalid > 0 ? EXIT.rowsFailed : EXIT.ok,
  });
}

/** One pass. `late`: what an earlier pass over the same rows has told about the whole file. */
async function check(
  { settings, result }: Validation,
  parts: Parts,
  source: TableSource,
  late: InputRead['late'] | undefined,
): Promise<{ file: ResultFile; tally: Tally; read: InputRead }> {
  const table = await openTable(source, tableOptions(settings, parts.control));
  let file: ResultFile | undefined;
  try {
    const match = matchColumns(table.header, settings);
    file = await openResultFile(result, { ...parts, ownSha256s: [] });
    const target = file;
    const tally = new Tally();
    const notSent = { errorCode: '', message: '' };
    const rows = new ResultRows(
      { settings, header: table.header, match, runId: '', resultFor: '', found: undefined, notSent },
      tally,
    );
    await target.writeHeader(rows.header());
    const sums = new SumsOfRows();
    let isTold = late !== undefined;
    const issueOf = new Map((late?.issues ?? []).map(({ rowNumber, issue }) => [rowNumber, issue]));
    const damages = new Set(late?.damages ?? []);
    const sink: RowSink = {
      async write(block) {
        if (!isTold) tellColumns(match, block.cells[0] ?? [], parts.reporter);
        isTold = true;
        const judged = late ? block.rows.map((row) => withLateIssues(row, issueOf, damages)) : block.rows;
        if (late) for (const row of judged) sums.add(row);
        await target.write(rows.render({ rows: judged, cells: block.cells }, () => []));
      },
    };
    const read = await readInput(table, match, sink, {
      settings,
      control: parts.control,
      guard: undefined,
      resultFor: undefined,
      nowMs: parts.nowMs(),
    });
    if (late === undefined) for (const note of read.notes) parts.reporter.note(note);
    return { file: target, tally, read: late ? { ...read, sums: sums.value() } : read };
  } catch (error) {
    await file?.abort();
    await table.close();
    throw error;
  }
}

function tellIssues(issues: InputRead['sums']['firstIssues'], invalidCount: number, reporter: Reporter): void {
  for (const { rowNumber, lineNumber, message } of issues) {
    reporter.note(`Row ${rowNumber} (line ${lineNumber}), ${message}`);
  }
  const hiddenCount = invalidCount - new Set(issues.map(({ rowNumber }) => rowNumber)).size;
  if (hiddenCount > 0) reporter.note(`… and ${hiddenCount} more rows: see the result file.`);
}
