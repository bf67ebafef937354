import { EXIT, type ExitCode, usageError } from '../base/errors.ts';
import type { RunRecord } from '../ledger/ledger.ts';
import type { RunDocument } from '../result/run-document.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { controlsOf, placesOf } from '../settings/saved-settings.ts';
import { type CommandInput, resumeRun } from './run-command.ts';
import { type Session, withSession } from './session.ts';

/**
 * `resume`: the run's own settings, with the run-control flags that are typed now. Run settings that are
 * not typed again stay as the run was begun with.
 */
export async function runResume(input: CommandInput): Promise<{ document: RunDocument } | { exitCode: ExitCode }> {
  const { flags, argument, surroundings, console } = input;
  // The run knows its store and its config file; both are needed before its settings can be read.
  const run = await withSession(flags, surroundings, console, async (session) => chooseRun(session, argument));
  if (run === undefined) {
    console.say('No unfinished run.');
    return { exitCode: EXIT.ok };
  }
  const saved = JSON.parse(run.settingsJson) as SavedSettings;
  const withOwnPlaces = placesOf(flags, saved);
  return withSession(withOwnPlaces, surroundings, console, async (session) => ({
    document: await resumeRun({ ...input, flags: withOwnPlaces }, session, run, {
      ...saved,
      controls: controlsOf(session.settings, saved.controls),
    }),
  }));
}

function chooseRun({ ledger }: Session, runId: string | undefined): RunRecord | undefined {
  if (runId === undefined) return ledger.runs.listUnfinished()[0];
  const run = ledger.runs.find(runId);
  if (!run) throw usageError('UNKNOWN_RUN', `There is no run '${runId}'.`, 'List them with: memberload runs');
  if (run.state === 'finished') {
    throw usageError(
      'RUN_FINISHED',
      `Run ${runId} has finished: nothing is left to carry on.`,
      `Its result file: ${run.resultPath}. Its rows in doubt, if any: memberload resolve ${runId}`,
    );
  }
  return run;
}
