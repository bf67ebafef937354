import { quoted } from '../base/quoted.ts';
import type { RepeatedFlag } from './run-settings.ts';
import type { Settings } from './settings.ts';
import { flagName, flagsOf, type SettingName, settingOf } from './settings-table.ts';

/** The typed flags that the next run with the result needs too. Paths are whole: they hold in every folder. */
export function repeatedFlags(settings: Settings): readonly RepeatedFlag[] {
  return flagsOf()
    .filter((name) => settingOf(name).isRepeated)
    .flatMap((name) => {
      const value = settings.typedText(name);
      if (value === undefined || value === 'false') return [];
      return [[flagName(name), PATHS.has(name) ? settings.path(value) : value] as const];
    });
}

const PATHS: ReadonlySet<SettingName> = new Set(['map', 'config'] as const);

/** As they are typed, each with a space before it. */
export function renderFlags(flags: readonly RepeatedFlag[]): string {
  return flags
    .map(([name, value]) => {
      if (value === 'true') return ` --${name}`;
      // What begins with a dash would be taken for a flag.
      return value.startsWith('-') ? ` --${name}=${quoted(value)}` : ` --${name} ${quoted(value)}`;
    })
    .join('');
}
