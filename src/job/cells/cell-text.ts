import { cellTexts } from '../../texts/tables/cells.ts';
import type { RowErrorCode } from '../row-issue.ts';

/**
 * What is wrong with one cell, without saying which: the row's reader knows the column. A reader of cells
 * gives the value as text, or this; so that a good cell costs no object.
 */
export type CellProblem = { readonly errorCode: RowErrorCode; readonly text: string };

export type CellValue = string | CellProblem;

/** A value for a message: cut to 60 characters, with everything invisible written out. */
export function shown(text: string): string {
  return `'${visible(text)}'`;
}

export function visible(text: string): string {
  // Cut before it is taken apart: a cell may hold a megabyte.
  const characters = [...text.slice(0, 2 * (SHOWN_LENGTH_MAX + 1))];
  const cut = characters.length > SHOWN_LENGTH_MAX ? [...characters.slice(0, SHOWN_LENGTH_MAX), '…'] : characters;
  return cut.map((character) => (INVISIBLE.test(character) ? escaped(character) : character)).join('');
}

const SHOWN_LENGTH_MAX = 60;

/**
 * Control characters, line separators, and the marks that hide or turn text around. The joiners that
 * emoji are built with stay as they are.
 */
const INVISIBLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u;

function escaped(character: string): string {
  if (character === '\n') return '\\n';
  if (character === '\r') return '\\r';
  if (character === '\t') return '\\t';
  return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`;
}

/** Whether the text cannot be one line that a person can read and type. */
export function isInvisiblyMarked(text: string): boolean {
  return INVISIBLE.test(text);
}

/**
 * What a spreadsheet writes where the value was: `#N/A`, `#REF!`, `########`. Looked for in every known
 * column, because it is what a whole column turns into when one formula breaks.
 */
export function isSpreadsheetError(text: string): boolean {
  return text.charCodeAt(0) === HASH && SPREADSHEET_ERROR.test(text);
}

const HASH = 0x23;
const SPREADSHEET_ERROR =
  /^(#{3,}|#N\/A|#REF!|#VALUE!|#NAME\?|#DIV\/0!|#NULL!|#NUM!|#SPILL!|#CALC!|#FIELD!|#BLOCKED!|#GETTING_DATA)$/i;

/**
 * `1.23457E+17`: how Excel shows a long number, and what it writes on saving; the other digits are gone.
 * Only its own spelling counts, for `12E5` may well be the number of a card.
 */
export function isScientific(text: string): boolean {
  return SCIENTIFIC.test(text);
}

const SCIENTIFIC = /^-?[0-9]([.,][0-9]+)?E[+-][0-9]{2,3}$/i;

/**
 * `8008010001.0`: what programs write that take a column of ids for decimals. The ids of such a column may have
 * lost digits or leading zeros too, so that taking the `.0` away would not bring them back.
 */
export function isPointZero(text: string): boolean {
  return text.endsWith('0') && POINT_ZERO.test(text);
}

const POINT_ZERO = /^[+-]?[0-9]+\.0{1,3}$/;

/** A longer cell gets no suggestion, and no pattern that could take long to fail is tried on it. */
export function isOverlong(text: string): boolean {
  return text.length > SUGGESTION_LENGTH_MAX;
}

const SUGGESTION_LENGTH_MAX = 200;

export function spreadsheetError(text: string): CellProblem {
  return { errorCode: 'EXCEL_DAMAGED', text: cellTexts().spreadsheetError(shown(text)) };
}

export function digitsLost(text: string): CellProblem {
  const { pointZero, digitsLost } = cellTexts();
  return { errorCode: 'EXCEL_DAMAGED', text: (isPointZero(text) ? pointZero : digitsLost)(shown(text)) };
}

/**
 * Free text, as it stands in the file: line breaks, tabs and even a NUL are its owner's. The control
 * characters from U+0080 on, and U+FFFD, are the trace of a wrong encoding, and would be stored for good.
 *
 * Lengths are UTF-16 units: Wonder says "characters" and not which. Of the counts in use, units are the
 * strictest that still lets 255 Chinese characters through (bytes would not).
 */
export function readText(text: string, lengthMax: number | undefined): CellValue {
  if (lengthMax !== undefined && text.length > lengthMax) return tooLong(text, lengthMax);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === REPLACEMENT || (unit >= 0x80 && unit <= 0x9f)) return strayCharacter(text, unit);
  }
  return text;
}

const REPLACEMENT = 0xfffd;

function strayCharacter(text: string, unit: number): CellProblem {
  const code = `U+${unit.toString(16).toUpperCase().padStart(4, '0')}`;
  return { errorCode: 'NOT_ALLOWED', text: cellTexts().strayCharacter(shown(text), code) };
}

/** Text that names a record. What cannot be seen cannot be compared by a person: it would make a second member. */
export function readReference(text: string, lengthMax: number | undefined): CellValue {
  if (lengthMax !== undefined && text.length > lengthMax) return tooLong(text, lengthMax);
  if (isScientific(text) || isPointZero(text)) return digitsLost(text);
  if (isInvisiblyMarked(text)) return { errorCode: 'NOT_ALLOWED', text: cellTexts().unseen(shown(text)) };
  if (text.startsWith('=')) return { errorCode: 'NOT_ALLOWED', text: cellTexts().formula(shown(text)) };
  // Only " quotes a cell. Behind any other mark, the quotes would become a part of the number.
  if (IN_QUOTES.test(text)) return { errorCode: 'NOT_ALLOWED', text: cellTexts().inQuotes(shown(text)) };
  // As the last part of a URL these two mean another URL, even percent-encoded.
  if (text === '.' || text === '..') return { errorCode: 'NOT_ALLOWED', text: cellTexts().notInUrl(shown(text)) };
  return readText(text, undefined);
}

const IN_QUOTES = /^["'`‘’“”«»「」]|["'`‘’“”«»「」]$/;

export function tooLong(text: string, lengthMax: number): CellProblem {
  return { errorCode: 'TOO_LONG', text: cellTexts().tooLong(shown(text), text.length, lengthMax) };
}

/** A password: whatever is wrong with it, its value is not shown. */
export function readSecret(text: string): CellValue {
  if (isScientific(text)) return { errorCode: 'EXCEL_DAMAGED', text: cellTexts().passwordDigitsLost };
  if (!isInvisiblyMarked(text)) return text;
  return { errorCode: 'NOT_ALLOWED', text: cellTexts().passwordUnseen };
}
