import type { OperatorError } from '../base/errors.ts';
import type { RunDocument } from '../result/run-document.ts';
import { sumCalls } from '../result/summary.ts';
import { renderSummary } from '../result/summary-text.ts';
import { Tally } from '../result/tally.ts';
import type { Settings } from '../settings/settings.ts';
import { flagName, flagsOf, settingOf } from '../settings/settings-table.ts';
import type { CommandInput } from './commands.ts';

/** Prints how a run ended, as text or as the JSON document. */
export function printRun(
  document: RunDocument,
  { settings, console }: Pick<CommandInput, 'settings' | 'console'>,
): void {
  if (settings.get('json')) console.print(JSON.stringify(document));
  for (const line of renderSummary(document, renderSameFlags(settings))) console.say(line);
}

/** The flags as typed that belong to the command line of the next run, each with a space before it. */
function renderSameFlags(settings: Settings): string {
  const repeated = flagsOf().filter((name) => settingOf(name).isRepeated);
  return repeated
    .map((name) => {
      const value = settings.typedText(name);
      if (value === undefined || value === 'false') return '';
      return value === 'true' ? ` --${flagName(name)}` : ` --${flagName(name)} ${quoted(value)}`;
    })
    .join('');
}

/** Double quotes are what every shell takes, Windows' as well. */
export function quoted(value: string): string {
  return /^[\w./:,+-]+$/.test(value) ? value : `"${value}"`;
}

/** The `--json` document of a command that ended before it could write anything, and why. */
export function errorDocument(
  error: OperatorError,
  command: string,
  argument: string | undefined,
): RunDocument & { readonly error: { readonly code: string; readonly message: string; readonly hint: string } } {
  const tally = new Tally();
  return {
    run: null,
    command,
    place: null,
    input: argument ?? null,
    result: null,
    state: 'stopped',
    rows: tally.rows,
    actions: tally.actions,
    errorCodes: tally.errorCodes,
    notChanged: tally.notChanged,
    calls: error.spent ?? sumCalls([]),
    totals: tally.totals,
    quota: null,
    elapsedMs: 0,
    exitCode: error.exitCode,
    error: { code: error.code, message: error.message, hint: error.hint },
  };
}
