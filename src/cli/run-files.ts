import { basename, dirname, join } from 'node:path';
import { isDevicePath } from '../base/device-path.ts';
import type { TableSource } from '../csv/byte-source.ts';
import type { ResultTarget } from '../result/result-file.ts';
import type { Settings } from '../settings/settings.ts';
import type { Surroundings } from '../settings/surroundings.ts';
import { commandTexts } from '../texts/cli/commands.ts';

/** Where the result goes, as the flags say. `input` undefined: export --all. */
export function resultTargetOf(
  settings: Settings,
  input: string | undefined,
  ending: 'result' | 'checked' = 'result',
): ResultTarget {
  const inputs = input === undefined || input === '-' ? [] : [settings.path(input)];
  return {
    path: resultPathOf(settings, input, ending),
    mayReplace: settings.get('overwrite'),
    protectedPaths: [...settings.readPaths, ...inputs],
    excel: settings.get('excel'),
    raw: settings.get('raw'),
  };
}

export function sourceOf(settings: Settings, { stdin }: Pick<Surroundings, 'stdin'>, input: string): TableSource {
  // Of a socket, which some programs give for standard input, /dev/stdin cannot be opened.
  const isStdin = input === '-' || settings.path(input) === '/dev/stdin';
  return isStdin ? { stream: stdin, name: commandTexts().standardInput } : { path: settings.path(input) };
}

/**
 * `members.csv` → `members.result.csv` beside it, `members.xlsx` → `members.result.xlsx`, `-` and `<(…)` →
 * `stdin.result.csv` in the working folder, and `-o -` is standard output. `ending`: `checked` for validate, so that a check never takes the place of a result.
 */
function resultPathOf(settings: Settings, input: string | undefined, ending: 'result' | 'checked'): string {
  const output = settings.get('output');
  if (output !== undefined) return output === '-' ? '-' : settings.path(output);
  if (input === undefined) return settings.path(`${settings.get('from')}-export.csv`);
  const path = input === '-' ? input : settings.path(input);
  if (isDevicePath(path)) return settings.path(`stdin.${ending}.csv`);
  // A workbook goes back as a workbook: its person has a spreadsheet open.
  const form = ending === 'result' && /\.xlsx$/i.test(path) ? 'xlsx' : 'csv';
  return join(dirname(path), `${basename(path).replace(/\.(csv|tsv|txt|xlsx)$/i, '')}.${ending}.${form}`);
}
