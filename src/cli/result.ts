import { type ExitCode, usageError } from '../base/errors.ts';
import type { RunDocument } from '../result/run-document.ts';
import { claimRun } from '../run/claim-run.ts';
import { rebuildResult } from '../run/rebuild-result.ts';
import type { CommandInput } from './commands.ts';
import { openProgress } from './progress.ts';
import { resultTargetOf } from './run-files.ts';
import { unknownRun } from './runs.ts';
import { withSession } from './session.ts';

/** `result`: writes the result file of a run from its stage and the ledger. Makes no call. */
export async function runResult(input: CommandInput): Promise<{ document: RunDocument } | { exitCode: ExitCode }> {
  const { argument: runId, console, surroundings } = input;
  if (runId === undefined)
    throw usageError('BAD_USAGE', 'result needs the run.', 'List the runs with: memberload runs');
  return withSession(input, async ({ settings, ledger, clock, control }) => {
    const run = await ledger.runs.find(runId);
    if (!run || run.prunedMs > 0) throw unknownRun(runId);
    const reporter = openProgress(console, clock);
    await claimRun(runId, { ledger, note: reporter.note, signal: control.signal });
    const parts = { homeFolder: settings.homeFolder, ledger, clock, control, reporter };
    const result = settings.isTyped('output') ? resultTargetOf(settings, run.inputPath) : undefined;
    const document = await rebuildResult(run, { ...parts, stdout: surroundings.stdout.stream }, result && { result });
    return { document };
  });
}
