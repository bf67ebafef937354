import type { RunRecord } from '../../ledger/ledger.ts';
import type { NextCommand } from '../../result/summary-text.ts';
import { renderFlags, repeatedFlags } from '../../settings/repeated-flags.ts';
import { readSavedSettings } from '../../settings/saved-settings.ts';
import type { Settings } from '../../settings/settings.ts';
import { commandTexts } from '../../texts/cli/commands.ts';

/** The line that runs the result of a run again, from what the run began with and not from what is typed now. */
export function nextOfRun({ undoes, settingsJson }: RunRecord, settings: Settings): NextCommand {
  const { flags, configPath } = readSavedSettings(settingsJson).connection;
  if (flags === undefined) return { undoes, sameFlags: commandTexts().flagsOfRun };
  // Found without a flag only in the folder where the run began.
  const isFound = configPath === undefined || configPath === settings.config.path;
  const isNamed = isFound || flags.some(([name]) => name === 'config');
  return { undoes, sameFlags: renderFlags(isNamed ? flags : [...flags, ['config', configPath]]) };
}

/** The same of a run that was begun by this command. */
export function nextOfTyped(settings: Settings, undoes = ''): NextCommand {
  return { undoes, sameFlags: renderFlags(repeatedFlags(settings)) };
}
