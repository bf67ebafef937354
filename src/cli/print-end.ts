import type { OperatorError } from '../base/errors.ts';
import { type RunDocument, writeRunDocument } from '../result/run-document.ts';
import { sumCalls } from '../result/summary.ts';
import { renderSummary } from '../result/summary-text.ts';
import { Tally } from '../result/tally.ts';
import type { CommandInput, EndedRun } from './commands.ts';

/** Prints how a run ended, as text or as the JSON document. */
export function printRun(
  { document, next }: EndedRun,
  { settings, console }: Pick<CommandInput, 'settings' | 'console'>,
): void {
  if (settings.get('json')) console.print(writeRunDocument(document));
  for (const line of renderSummary(document, next)) console.say(line);
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
