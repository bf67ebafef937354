import { fileError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';

/** How many rows from the top may hold the header. */
const HEADER_ROWS_MAX = 20;

/**
 * Which of the first rows holds the column names: the one with the most known names, the first of equals. The first
 * row when none is known.
 */
export function findHeaderRow(
  rows: readonly (readonly string[])[],
  isHeaderName: (text: string) => boolean,
): { index: number; knownCount: number } {
  let best = { index: 0, knownCount: 0 };
  for (const [index, cells] of rows.slice(0, HEADER_ROWS_MAX).entries()) {
    const knownCount = countKnownNames(cells, isHeaderName);
    if (knownCount > best.knownCount) best = { index, knownCount };
  }
  return best;
}

/** Different known names; a cell longer than any name is not looked at. */
function countKnownNames(cells: readonly string[], isHeaderName: (text: string) => boolean): number {
  const known = new Set<string>();
  for (const cell of cells) {
    if (cell.length > 0 && cell.length <= NAME_LENGTH_MAX && isHeaderName(cell.trim())) known.add(cell.trim());
  }
  return known.size;
}

const NAME_LENGTH_MAX = 200;

/**
 * Checks the header's cells and returns the column names, without the nameless columns that Excel leaves at
 * the right end. A nameless column further left keeps its place with a blank name; programs write such a column for
 * the numbers of the lines. Whether a name may stand twice depends on what the column is used for.
 *
 * @throws OperatorError BLANK_HEADER, NO_HEADER (exit 3)
 */
export function checkHeader(place: string, cells: readonly string[]): string[] {
  const names = cells.map((cell) => cell.trim());
  while (names.length > 0 && names.at(-1) === '') names.pop();
  if (names.length === 0) {
    throw fileError('BLANK_HEADER', fileTexts().blankHeader(place), fileTexts().blankHeaderHint);
  }
  const [only = ''] = names;
  if (names.length === 1 && mayBeSecret(only)) {
    throw fileError('NO_HEADER', fileTexts().oneWordHeader(place, only.length), fileTexts().oneWordHeaderHint);
  }
  if (names.every((name) => name === '' || looksLikeData(name))) {
    throw fileError('NO_HEADER', fileTexts().noHeader(place, toldNames(names).slice(0, 3)), fileTexts().noHeaderHint);
  }
  return names;
}

/** A number, phone number, date or e-mail address: no name that anybody gives a column. */
export function looksLikeData(name: string): boolean {
  if (name.length > NAME_LENGTH_MAX) return false;
  return /^[+-]?[0-9][0-9 .,:/-]*$/.test(name) || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(name);
}

/**
 * Column names as a message tells them. A file that turns out to be a key, or an address with a password, is one cell
 * to us: the only name of a file that nobody knows is never shown, and of several names none that may be a secret.
 *
 * @param names of a file in which no name is known
 */
export function toldNames(names: readonly string[]): string[] {
  const isOnly = names.filter((name) => name.trim() !== '').length === 1;
  return names.map((name) => (isOnly || mayBeSecret(name.trim()) ? fileTexts().nameNotShown([...name].length) : name));
}

/** One long word of many digits, or of letters and digits mixed; an address; a line of settings; a key in a frame. */
export function mayBeSecret(name: string): boolean {
  if (/^-----BEGIN |:\/\/|^[A-Za-z_]+ ?=/.test(name)) return true;
  if (!/^[!-~]{12,}$/.test(name)) return false;
  const turns = name.match(/[0-9](?=[A-Za-z])|[A-Za-z](?=[0-9])/g)?.length ?? 0;
  return /^[0-9]{15,}$/.test(name) || turns >= 3 || (name.length >= 20 && turns > 0);
}

/** A line of a file without its long words of ASCII: what is left shows which encoding is the right one. */
export function withoutWords(line: string): string {
  return line.replace(/[!-+\--:<-~]{12,}/g, '…');
}
