import { usageError } from '../base/errors.ts';
import { rebuildResult } from '../run/rebuild-result.ts';
import { claimRun } from '../run/shared/claim-run.ts';
import { describePlace } from '../settings/place.ts';
import { readSavedSettings } from '../settings/saved-settings.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import { runTexts } from '../texts/runs/run.ts';
import type { CommandInput, EndedRun } from './commands.ts';
import { findRun } from './find-run.ts';
import { rebuildParts } from './run-command.ts';
import { resultTargetOf } from './run-files.ts';
import { withSession } from './session.ts';
import { nextOfRun } from './terminal/next-command.ts';

/** `result`: writes the result file of a run from its stage and the ledger. Makes no call. */
export async function runResult(input: CommandInput): Promise<EndedRun> {
  const { argument } = input;
  if (argument === undefined) {
    throw usageError('BAD_USAGE', commandTexts().resultWhat, commandTexts().listRuns);
  }
  return withSession(input, async (session) => {
    const { settings, ledger, control, reporter } = session;
    const found = await findRun(argument, ledger);
    const { run } = await claimRun(found.run, { ledger, note: reporter.note, signal: control.signal });
    if (run.prunedMs > 0) throw usageError('RUN_PRUNED', runTexts().rowsPruned(run.runId), '');
    const result = settings.isTyped('output') ? resultTargetOf(settings, run.inputPath) : undefined;
    const document = await rebuildResult(run, rebuildParts(input, session), result && { result });
    const place = describePlace(readSavedSettings(run.settingsJson).connection, run.account);
    return { document, next: nextOfRun(run, input.settings), place };
  });
}
