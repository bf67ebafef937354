import { addDecimals } from '../../base/decimal.ts';
import { EXIT, type ExitCode, type OperatorError } from '../../base/errors.ts';
import { type RunDocument, withoutWords, writeRunDocument } from '../../result/run-document.ts';
import { sumCalls } from '../../result/summary.ts';
import { type NextCommand, renderSummary } from '../../result/summary-text.ts';
import { Tally } from '../../result/tally.ts';
import type { CommandInput, EndedRun } from '../commands.ts';
import type { Console } from './console.ts';

/** Prints how a run ended, as text or as the JSON document. */
export function printRun(
  { document, next, place = document.place ?? '' }: EndedRun,
  { settings, console }: Pick<CommandInput, 'settings' | 'console'>,
): void {
  if (settings.get('json')) console.print(writeRunDocument(document));
  printSummary({ ...document, place }, next, console);
}

/** The summary; with --quiet only its last line, and that only when somebody has to do something. */
export function printSummary(document: RunDocument, next: NextCommand, console: Console): void {
  const lines = renderSummary(document, next);
  for (const line of lines.slice(0, -1)) console.say(line);
  const needsPerson = NEEDS_PERSON.includes(document.exitCode);
  for (const line of lines.slice(-1)) {
    if (needsPerson) console.insist(line);
    else console.say(line);
  }
}

/** Tomorrow's `resume` does not mend these by itself. */
const NEEDS_PERSON: readonly ExitCode[] = [EXIT.credentials, EXIT.stopped, EXIT.inDoubt];

/** The `--json` document of a command that did nothing with rows. */
export function emptyDocument(command: string): RunDocument {
  const { rows, actions, errorCodes, notChanged, totals } = new Tally();
  return {
    ...{ run: null, command, place: null, input: null, result: null, state: 'finished' },
    ...{ rows, actions, errorCodes, notChanged, calls: sumCalls([]), totals, quota: null },
    ...{ elapsedMs: 0, exitCode: EXIT.ok },
  };
}

/** The `--json` document of a command that ended before it could count its rows, and why. */
export function errorDocument(
  { code, message, hint, exitCode, spent, runId }: OperatorError,
  command: string,
  { argument, place }: { readonly argument: string | undefined; readonly place: string | undefined },
): RunDocument & { readonly error: { readonly code: string; readonly message: string; readonly hint: string } } {
  const empty = emptyDocument(command);
  const error = { code, message, hint };
  const where = { run: runId ?? null, place: place ?? null, input: argument ?? null };
  return { ...empty, ...where, state: 'stopped', calls: spent ?? empty.calls, exitCode, error };
}

/** One document for several runs: their counts and amounts added up, and the document of each under `runs`. */
export function documentOfRuns(command: string, documents: readonly RunDocument[], exitCode: ExitCode): object {
  const added = documents.reduce<unknown>(
    (sum, { rows, actions, errorCodes, notChanged, calls, totals, elapsedMs }) => {
      return addUp(sum, { rows, actions, errorCodes, notChanged, calls, totals, elapsedMs });
    },
    undefined,
  );
  const state = documents.find((document) => document.state !== 'finished')?.state ?? 'finished';
  return { ...emptyDocument(command), ...(added as object), state, exitCode, runs: documents.map(withoutWords) };
}

/** Counts are added as numbers, amounts as decimals, the rest key by key. */
function addUp(sum: unknown, more: unknown): unknown {
  if (sum === undefined) return more;
  if (typeof more === 'number') return Number(sum) + more;
  if (typeof more === 'string') return addDecimals(String(sum), more);
  const keys = new Set([...Object.keys(Object(sum)), ...Object.keys(Object(more))]);
  const at = (value: unknown, key: string): unknown => (value as Readonly<Record<string, unknown>>)[key];
  const entries = [...keys].map((key) => [
    key,
    at(more, key) === undefined ? at(sum, key) : addUp(at(sum, key), at(more, key)),
  ]);
  return Object.fromEntries(entries);
}
