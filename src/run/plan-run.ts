import { EXIT, OperatorError } from '../base/errors.ts';
import { zonedIso } from '../base/zoned-time.ts';
import type { RunContext } from '../calls/run-context.ts';
import { StoppedError, type StopReason } from '../calls/run-control.ts';
import type { StagedInput } from '../intake/stage-input.ts';
import { dryRun } from '../plan/dry-run.ts';
import { closeSnapshots, gather, openSnapshots } from '../plan/gather.ts';
import type { ResultFile } from '../result/result-file.ts';
import type { RunDocument } from '../result/run-document.ts';
import { exitCodeOf, runDocument, withCalls } from '../result/summary.ts';
import { Tally } from '../result/tally.ts';
import { writeResult } from '../result/write-result.ts';
import { type RowToDo, rowsToDo } from '../stage/rows-to-do.ts';
import { runTexts } from '../texts/runs/run.ts';
import { sharedTexts } from '../texts/shared.ts';
import type { FileRun, RunParts } from './run-parts.ts';
import { resultOf } from './run-result.ts';

/** --dry-run: everything but writing, and nothing of it in the ledger but the calls that it made. */
export async function planRun(
  job: Pick<FileRun, 'settings' | 'controls' | 'account' | 'place' | 'inputPath'>,
  input: StagedInput,
  place: { readonly runFolder: string; readonly file: ResultFile | undefined },
  parts: RunParts,
): Promise<RunDocument> {
  const { ledger, control } = parts;
  const vendors = parts.openVendors();
  const context: RunContext = { ...parts, ...job, runId: '', runFolder: place.runFolder, vendors };
  const snapshots = await openSnapshots(context);
  const rows = (): AsyncIterable<readonly RowToDo[]> => rowsToDo(input.stage, ledger, undefined);
  try {
    const { actions, plan } = await dryRun(
      await gather(snapshots, context, rows),
      context,
      rows,
      diffWriter(place.file),
    );
    await place.file?.commit(async () => undefined, undefined);
    // Counted as nothing were sent: rows that would be sent are `not_sent`, `actions` says what they would become.
    const notSent = { errorCode: '', message: '' };
    const of = resultOf({ ...job, runId: '', resultFor: '' }, input, { found: undefined, notSent });
    const tally = await writeResult(of, input.stage, ledger, undefined);
    tally.addActions(actions);
    const document = await runDocument({
      runId: null,
      settings: job.settings,
      place: job.place,
      inputPath: job.inputPath,
      resultPath: place.file?.path ?? '',
      tally,
      state: 'planned',
      vendors,
      elapsedMs: parts.clock.nowMs() - parts.startedMs,
      exitCode: tally.rows.invalid > 0 ? EXIT.rowsFailed : EXIT.ok,
    });
    return { ...document, plan };
  } catch (error) {
    throw withCalls(
      error instanceof StoppedError ? stoppedInPlan(control.reason, job.settings.storeZone) : error,
      vendors,
    );
  } finally {
    closeSnapshots(snapshots);
    await Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
  }
}

/** The first row of a diff is its header. */
function diffWriter(file: ResultFile | undefined): Parameters<typeof dryRun>[3] {
  if (file === undefined) return undefined;
  let hasHeader = false;
  return {
    async write(cells) {
      if (hasHeader) await file.write([{ cells: [...cells], status: 'not_sent', message: '' }]);
      else await file.writeHeader([...cells]);
      hasHeader = true;
    },
  };
}

export function stoppedInPlan(reason: StopReason | undefined, storeZone: string): OperatorError {
  const texts = runTexts();
  const detail = reason && 'detail' in reason ? sharedTexts().withoutStop(reason.detail) : texts.interrupted;
  const back = reason?.kind === 'quota' ? zonedIso(reason.resumeAtMs, storeZone).slice(0, 16).replace('T', ' ') : '';
  return new OperatorError({
    code: 'PLAN_STOPPED',
    message: texts.planStopped(detail),
    hint: texts.planStoppedHint(
      reason?.kind === 'quota' || reason?.kind === 'interrupted' ? reason.kind : 'cause',
      back,
    ),
    exitCode: exitCodeOf(reason, new Tally()),
  });
}
