import { errorText, OperatorError } from '../base/errors.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import type { LedgerReader, RunRecord } from '../ledger/ledger.ts';
import type { ReportSubject } from '../report/report-data.ts';
import type { RowFacts } from '../report/report-rows.ts';
import type { RowWatch } from '../result/result-rows.ts';
import type { RunDocument } from '../result/run-document.ts';
import { readSavedSettings } from '../settings/saved-settings.ts';
import { runTexts } from '../texts/runs/run.ts';
import { sharedTexts } from '../texts/shared.ts';
import type { BegunRun } from './execute-run.ts';
import type { ReportOptions, RunParts } from './run-parts.ts';

/*
 * The report at the end of a run. Whatever goes wrong with it, the run has ended as it has: a report that cannot be
 * written is a note. Its modules are loaded only here.
 */

/** Sees the rows of the result pass by; afterwards what they come to. */
type WatchedRows = RowWatch & { value(): RowFacts | undefined };

/** Undefined: no report is written. A fault of the report ends the watching, and never the writing of the result. */
export async function watchRows(
  { settings, controls, runId }: Pick<BegunRun, 'settings' | 'controls' | 'runId'>,
  { report, reporter }: Pick<RunParts, 'report' | 'reporter'>,
): Promise<WatchedRows | undefined> {
  if (controls.skipsReport) return undefined;
  const { ReportRows } = await import('../report/report-rows.ts');
  const rows = new ReportRows({ settings, runId, showsPersonal: report.showsPersonal });
  let isBroken = false;
  const guarded = (work: () => void): void => {
    if (isBroken) return;
    try {
      work();
    } catch (error) {
      isBroken = true;
      reporter.note(runTexts().reportLacksRows(errorText(error)));
    }
  };
  return {
    header: (header) => guarded(() => rows.header(header)),
    row: (cells, records) => guarded(() => rows.row(cells, records)),
    value: () => (isBroken ? undefined : rows.value()),
  };
}

/** Whether the run's own report lies where the run would write it. */
export async function hasReport(run: RunRecord): Promise<boolean> {
  const { reportAt, reportPathOf } = await import('../report/report-file.ts');
  const path = reportPathOf(run);
  return path !== undefined && (await reportAt(path)).runId === run.runId;
}

/** Writes the report of a run that has just ended into the folder of its result. Makes no call. */
export async function withReport(
  document: RunDocument,
  { controls, watch }: { readonly controls: ControlSettings; readonly watch: WatchedRows | undefined },
  { report, ledger, reporter }: Pick<RunParts, 'report' | 'ledger' | 'reporter'>,
): Promise<RunDocument> {
  if (controls.skipsReport || document.run === null) return document;
  try {
    const run = await ledger.runs.find(document.run);
    if (run === undefined) return document;
    const { reportPathOf, writeReportFile } = await import('../report/report-file.ts');
    const path = reportPathOf(run);
    if (path === undefined) return document;
    const subject = { ...subjectOf(run, document), rows: watch?.value(), lacksResult: false };
    await writeReportFile(path, await renderReport(subject, ledger, report));
    return { ...document, report: path };
  } catch (error) {
    const told =
      error instanceof OperatorError ? sharedTexts().sentences([error.message, error.hint]) : errorText(error);
    reporter.note(runTexts().reportNotWritten(told));
    return document;
  }
}

export function subjectOf(
  run: RunRecord,
  document: RunDocument,
): Pick<ReportSubject, 'run' | 'saved' | 'document' | 'state'> {
  return { run, saved: readSavedSettings(run.settingsJson), document, state: run.state };
}

/** The page. */
export async function renderReport(
  subject: ReportSubject,
  ledger: LedgerReader,
  { language, ...of }: ReportOptions,
): Promise<string> {
  const [{ readReportData }, { renderPage }, texts] = await Promise.all([
    import('../report/report-data.ts'),
    import('../report/page.ts'),
    textsOf(language),
  ]);
  return renderPage(await readReportData(subject, ledger), texts, of);
}

async function textsOf(language: ReportOptions['language']) {
  switch (language) {
    case 'en':
      return (await import('../report/texts-en.ts')).TEXTS;
    case 'zh-Hans':
      return (await import('../report/texts-zh-hans.ts')).TEXTS;
    case 'zh-Hant':
      return (await import('../report/texts-zh-hant.ts')).TEXTS;
  }
}
