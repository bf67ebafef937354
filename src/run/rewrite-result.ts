import { existsSync } from 'node:fs';
import { addDecimals, subtractDecimals } from '../base/decimal.ts';
import { EXIT, type ExitCode, OperatorError } from '../base/errors.ts';
import { scanInput } from '../intake/scan.ts';
import type { Ledger, RowRecord, RunRecord } from '../ledger/ledger.ts';
import { isChangedResult, renderResultStamp } from '../result/result-stamp.ts';
import { type NotSentReason, viewRow } from '../result/row-view.ts';
import type { RowStatus, RunDocument } from '../result/run-document.ts';
import { runDocument } from '../result/summary.ts';
import type { Tally } from '../result/tally.ts';
import { writeResult } from '../result/write-result.ts';
import type { SavedSettings } from '../settings/run-settings.ts';

/** A row as it was before a person decided about it, and as it is now. */
export type RowTransition = { readonly before: RowRecord; readonly after: RowRecord };

export type Rewritten = {
  /** The run as it stands now; undefined when it was killed before it ever had a summary and its input is gone. */
  readonly document: RunDocument | undefined;
  /** Why the result file could not be written, or was written under another name; undefined: all is well. */
  readonly problem: string | undefined;
};

/**
 * Writes a run's result file again after rows in doubt were decided, and brings the run's state and summary up
 * to date. The decision is in the ledger already: when the input is gone or has changed, only the file is not
 * written.
 */
export async function rewriteResult(
  run: RunRecord,
  transitions: readonly RowTransition[],
  parts: { ledger: Ledger; nowMs: number; calls: RunDocument['calls'] },
): Promise<Rewritten> {
  const { ledger, nowMs } = parts;
  const previous = run.summaryJson === '{}' ? undefined : (JSON.parse(run.summaryJson) as RunDocument);
  const written = await writeAgain(run, ledger);
  const counted = 'tally' in written ? documentOf(run, written, previous) : adjust(previous, transitions);
  if (counted === undefined) return { document: undefined, problem: written.problem };
  const isFinished = counted.rows.not_sent === 0;
  const state = isFinished ? 'finished' : run.state === 'running' ? 'interrupted' : run.state;
  const document: RunDocument = {
    ...counted,
    state,
    calls: addCalls(previous?.calls, parts.calls),
    exitCode: exitCodeAfter(counted, previous),
  };
  if ('path' in written && written.path === run.resultPath) {
    await ledger.runs.setProgress(run.runId, renderResultStamp(written.path), nowMs);
  }
  ledger.runs.setSummary(run.runId, JSON.stringify(document), nowMs);
  ledger.runs.setState(run.runId, state, nowMs);
  return { document, problem: written.problem };
}

type Written =
  | { readonly tally: Tally; readonly path: string; readonly problem: string | undefined }
  | { readonly problem: string };

async function writeAgain(run: RunRecord, ledger: Ledger): Promise<Written> {
  const { inputPath, resultPath } = run;
  const { job: settings } = JSON.parse(run.settingsJson) as SavedSettings;
  const kept = 'The decision is kept; the result file could not be written again: ';
  if (!existsSync(inputPath)) return { problem: `${kept}its input ${inputPath} is gone.` };
  try {
    const scan = await scanInput(inputPath, settings, () => false);
    try {
      if (scan.inputSha256 !== run.inputSha256) {
        return { problem: `${kept}${inputPath} is no longer the file that the run began with.` };
      }
      const isChanged = isChangedResult(resultPath, run.progressJson);
      const path = isChanged ? resultPath.replace(/(\.csv)?$/i, '.resolved.csv') : resultPath;
      const tally = await writeResult({
        inputPath,
        resultPath: path,
        settings,
        scan,
        records: ledger.rows.iterate(run.runId),
        found: undefined,
        notSent: notSentReasonOf(run),
      });
      const problem = isChanged
        ? `${resultPath} was changed after the run wrote it and was left as it is; the result is in ${path}.`
        : undefined;
      return { tally, path, problem };
    } finally {
      scan.seenKeys.close();
    }
  } catch (error) {
    if (error instanceof OperatorError) return { problem: `${kept}${error.message}` };
    throw error;
  }
}

function notSentReasonOf(run: RunRecord): NotSentReason {
  const carryOn = `Carry on with: memberload resume ${run.runId}`;
  return run.state === 'paused'
    ? { errorCode: 'QUOTA_EXHAUSTED', message: `The day's calls were used up before this row. ${carryOn}` }
    : { errorCode: 'STOPPED', message: `The run stopped before this row. ${carryOn}` };
}

function documentOf(
  run: RunRecord,
  { tally, path }: { tally: Tally; path: string },
  previous: RunDocument | undefined,
): RunDocument {
  const { job: settings } = JSON.parse(run.settingsJson) as SavedSettings;
  const document = runDocument({
    runId: run.runId,
    job: { settings, inputPath: run.inputPath, resultPath: path },
    tally,
    state: 'finished',
    vendors: {},
    elapsedMs: previous?.elapsedMs ?? 0,
    exitCode: EXIT.ok,
  });
  return { ...document, quota: previous?.quota ?? null };
}

/** Without the input the rows cannot be counted anew: what changed is moved from one count to the other. */
function adjust(previous: RunDocument | undefined, transitions: readonly RowTransition[]): RunDocument | undefined {
  if (previous === undefined) return undefined;
  const rows = { ...previous.rows };
  const actions: Record<string, number> = { ...previous.actions };
  const errorCodes: Record<string, number> = { ...previous.errorCodes };
  const totals = {
    pointIncrement: { ...previous.totals.pointIncrement },
    balanceIncrement: { ...previous.totals.balanceIncrement },
  };
  const count = (record: RowRecord, by: 1 | -1): void => {
    const view = viewRow(['kybio'], [record], { errorCode: '', message: '' });
    rows[view.status] += by;
    for (const { action } of view.actions) actions[action] = (actions[action] ?? 0) + by;
    for (const { errorCode } of view.errorCodes) {
      const left = (errorCodes[errorCode] ?? 0) + by;
      if (left > 0) errorCodes[errorCode] = left;
      else delete errorCodes[errorCode];
    }
    const move = by === 1 ? addDecimals : subtractDecimals;
    const total = totalOf(view.status);
    if (total === undefined) return;
    for (const name of ['pointIncrement', 'balanceIncrement'] as const) {
      totals[name] = { ...totals[name], [total]: move(totals[name][total], record[name] || '0') };
    }
  };
  for (const { before, after } of transitions) {
    count(before, -1);
    count(after, 1);
  }
  return { ...previous, rows, actions, errorCodes, totals };
}

function totalOf(status: RowStatus): 'applied' | 'in_doubt' | undefined {
  if (status === 'done') return 'applied';
  return status === 'in_doubt' ? 'in_doubt' : undefined;
}

/** CONTRACT §6; what stopped the run before its last row still counts until `resume` has carried it on. */
function exitCodeAfter({ rows }: RunDocument, previous: RunDocument | undefined): ExitCode {
  if (rows.in_doubt > 0) return EXIT.inDoubt;
  if (rows.not_sent > 0) {
    const before = previous?.exitCode;
    const isStop = before !== undefined && before !== EXIT.ok && before !== EXIT.rowsFailed && before !== EXIT.inDoubt;
    return isStop ? before : EXIT.stopped;
  }
  return rows.failed + rows.invalid > 0 ? EXIT.rowsFailed : EXIT.ok;
}

function addCalls(left: RunDocument['calls'] | undefined, right: RunDocument['calls']): RunDocument['calls'] {
  if (left === undefined) return right;
  const byEndpoint: Record<string, number> = { ...left.byEndpoint };
  for (const [endpoint, count] of Object.entries(right.byEndpoint)) {
    byEndpoint[endpoint] = (byEndpoint[endpoint] ?? 0) + count;
  }
  return { sent: left.sent + right.sent, retried: left.retried + right.retried, byEndpoint };
}
