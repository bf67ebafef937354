import { fileError } from '../base/errors.ts';
import { fileTexts } from '../texts/tables/files.ts';
import { mayBeSecret, toldNames } from './told-names.ts';

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
