import { rmSync } from 'node:fs';
import { EXIT, OperatorError } from '../base/errors.ts';
import { StoppedError, type StopReason } from '../calls/run-control.ts';
import type { Scan } from '../intake/scan.ts';
import { dryRun } from '../plan/dry-run.ts';
import { closeSnapshots, gather, openSnapshots } from '../plan/gather.ts';
import type { RunDocument } from '../result/run-document.ts';
import { exitCodeOf, runDocument, withCalls } from '../result/summary.ts';
import { Tally } from '../result/tally.ts';
import { type FileRun, gatherParts, type RunParts } from './file-run.ts';
import { makeRunFolder, newRunId } from './run-folder.ts';

/** --dry-run: everything but writing, and nothing of it in the ledger but the calls it made. */
export async function planFile(job: FileRun, scan: Scan, parts: RunParts): Promise<RunDocument> {
  const runFolder = makeRunFolder(parts.homeFolder, `plan-${newRunId(parts.clock.nowMs())}`);
  const vendors = parts.openVendors();
  const gathering = gatherParts(job, scan, runFolder, vendors, () => [], parts);
  const snapshots = openSnapshots(gathering);
  try {
    const { tally, plan } = await dryRun(await gather(snapshots, gathering), job.diffPath, gathering);
    return {
      ...runDocument({
        runId: null,
        job: { ...job, resultPath: job.diffPath ?? '' },
        tally,
        state: 'planned',
        vendors,
        elapsedMs: parts.clock.nowMs() - parts.startedMs,
        exitCode: tally.rows.invalid > 0 ? EXIT.rowsFailed : EXIT.ok,
      }),
      plan,
    };
  } catch (error) {
    throw withCalls(error instanceof StoppedError ? stoppedInPlan(parts.control.reason) : error, vendors);
  } finally {
    closeSnapshots(snapshots);
    rmSync(runFolder, { recursive: true, force: true });
    await Promise.all([vendors.kybio?.client.close(), vendors.wonder?.client.close()]);
  }
}

function stoppedInPlan(reason: StopReason | undefined): OperatorError {
  const detail = reason && 'detail' in reason ? reason.detail : 'interrupted';
  return new OperatorError({
    code: 'PLAN_STOPPED',
    message: `The dry run stopped: ${detail}.`,
    hint: 'Nothing was written.',
    exitCode: exitCodeOf(reason, new Tally()),
  });
}
