import { fileError } from '../base/errors.ts';

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
 * the right end. Throws `fileError`s.
 */
export function checkHeader(place: string, cells: readonly string[]): string[] {
  const names = cells.map((cell) => cell.trim());
  while (names.length > 0 && names.at(-1) === '') names.pop();
  const blank = names.indexOf('');
  if (blank !== -1 || names.length === 0) {
    throw fileError(
      'BLANK_HEADER',
      `${place}: column ${blank === -1 ? 1 : blank + 1} has no name.`,
      'Give every column a name in the first line.',
    );
  }
  if (names.every(looksLikeData)) {
    throw fileError(
      'NO_HEADER',
      `${place}: the first line looks like data: ${names.slice(0, 3).join(', ')}.`,
      'Put a line with the column names first.',
    );
  }
  const columnNumbers = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const earlier = columnNumbers.get(name);
    if (earlier !== undefined) {
      throw fileError(
        'DUPLICATE_HEADER',
        `${place}: columns ${earlier} and ${index + 1} are both named '${name}'.`,
        'Rename or remove one of them.',
      );
    }
    columnNumbers.set(name, index + 1);
  }
  return names;
}

/** A number, phone number, date or e-mail address: no name that anybody gives a column. */
export function looksLikeData(name: string): boolean {
  if (name.length > NAME_LENGTH_MAX) return false;
  return /^[+-]?[0-9][0-9 .,:/-]*$/.test(name) || /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(name);
}
