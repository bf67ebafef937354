import type { OperatorError } from '../base/errors.ts';
import type { RunDocument } from '../result/run-document.ts';
import { sumCalls } from '../result/summary.ts';
import { Tally } from '../result/tally.ts';

/** The `--json` document of a command that ended before it could write anything, and why. */
export function errorDocument(
  error: OperatorError,
  command: string | null,
  argument: string | null,
): RunDocument & { readonly error: { readonly code: string; readonly message: string; readonly hint: string } } {
  const tally = new Tally();
  return {
    run: null,
    command: command ?? '',
    input: argument,
    result: null,
    state: 'stopped',
    rows: tally.rows,
    actions: tally.actions,
    errorCodes: tally.errorCodes,
    calls: error.spent ?? sumCalls([]),
    totals: tally.totals,
    quota: null,
    elapsedMs: 0,
    exitCode: error.exitCode,
    error: { code: error.code, message: error.message, hint: error.hint },
  };
}
