import { systemClock } from '../base/clock.ts';
import { OperatorError } from '../base/errors.ts';
import { validateFile } from '../run/validate-file.ts';
import { readJobSettings } from '../settings/job-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import type { CommandInput, CommandResult } from './commands.ts';
import { resultTargetOf, sourceOf } from './run-files.ts';
import { nextOfTyped } from './terminal/next-command.ts';
import { openProgress } from './terminal/progress.ts';
import { withStopSignals } from './terminal/stop-signals.ts';

/** `validate`: opens neither the ledger nor a connection. */
export function runValidate(input: CommandInput): Promise<CommandResult> {
  const { settings, surroundings, console, argument = '-' } = input;
  const job = {
    settings: readJobSettings(settings, 'validate'),
    source: sourceOf(settings, surroundings, argument),
    inputPath: argument === '-' ? '-' : settings.path(argument),
    result: resultTargetOf(settings, argument, 'checked'),
  };
  return withStopSignals(input, commandTexts().nothingSent, async (control) => ({
    document: await validateFile(job, {
      reporter: openProgress(console, systemClock),
      control,
      nowMs: systemClock.nowMs,
      homeFolder: homeFolderOf(settings),
      stdout: surroundings.stdout.stream,
    }),
    next: nextOfTyped(settings),
    place: undefined,
  }));
}

/** '' when this user has none: validate needs none. */
function homeFolderOf(settings: Settings): string {
  try {
    return settings.homeFolder;
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'NO_HOME') return '';
    throw error;
  }
}
