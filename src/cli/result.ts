import { usageError } from '../base/errors.ts';
import { rebuildResult } from '../run/rebuild-result.ts';
import { claimRun } from '../run/shared/claim-run.ts';
import { describePlace } from '../settings/place.ts';
import { readSavedSettings } from '../settings/saved-settings.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import { runTexts } from '../texts/runs/run.ts';
import type { CommandInput, EndedRun } from './commands.ts';
import { findRun } from './find-run.ts';
import { reportOptions } from './run-command.ts';
import { resultTargetOf } from './run-files.ts';
import { withSession } from './session.ts';
import { nextOfRun } from './terminal/next-command.ts';
import { openProgress } from './terminal/progress.ts';

/** `result`: writes the result file of a run from its stage and the ledger. Makes no call. */
export async function runResult(input: CommandInput): Promise<EndedRun> {
  const { argument, console, surroundings } = input;
  if (argument === undefined) {
    throw usageError('BAD_USAGE', commandTexts().resultWhat, commandTexts().listRuns);
  }
  return withSession(input, async ({ settings, ledger, clock, control }) => {
    const found = await findRun(argument, ledger);
    const reporter = openProgress(console, clock);
    const { run } = await claimRun(found.run, { ledger, note: reporter.note, signal: control.signal });
    if (run.prunedMs > 0) throw usageError('RUN_PRUNED', runTexts().rowsPruned(run.runId), '');
    const parts = { homeFolder: settings.homeFolder, ledger, clock, control, reporter, report: reportOptions(input) };
    const result = settings.isTyped('output') ? resultTargetOf(settings, run.inputPath) : undefined;
    const document = await rebuildResult(run, { ...parts, stdout: surroundings.stdout.stream }, result && { result });
    const place = describePlace(readSavedSettings(run.settingsJson).connection, run.account);
    return { document, next: nextOfRun(run, input.settings), place };
  });
}
