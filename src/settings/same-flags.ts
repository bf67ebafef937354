import type { TypedFlags } from './settings.ts';

/** Flags that say what a run does and to whom: a corrected result file has to be run with the same. */
const KEPT = [
  'to',
  'from',
  'as',
  'mode',
  'columns',
  'sandbox',
  'store',
  'config',
  'map',
  'date-format',
  'country',
  'time-zone',
  'delimiter',
  'on-duplicate',
  'raw',
  'change-category',
] as const;

/** The flags as typed that belong to the command line of the next run, each with a space before it. */
export function renderSameFlags(flags: TypedFlags): string {
  return KEPT.map((name) => {
    const value = flags[name];
    if (value === undefined || value === false) return '';
    return value === true ? ` --${name}` : ` --${name} ${quoted(String(value))}`;
  }).join('');
}

/** Double quotes are what every shell takes, Windows' as well. */
function quoted(value: string): string {
  return /^[\w./:,+-]+$/.test(value) ? value : `"${value}"`;
}
