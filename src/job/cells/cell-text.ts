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

const DIGITS_LOST =
  'a spreadsheet has shortened it and its last digits are lost. Export it again with this column as text.';

export function spreadsheetError(text: string): CellProblem {
  return {
    errorCode: 'EXCEL_DAMAGED',
    text: `${shown(text)} is what a spreadsheet shows instead of a value. Repair the cell or leave it blank.`,
  };
}

export function digitsLost(text: string): CellProblem {
  if (isPointZero(text)) {
    return {
      errorCode: 'EXCEL_DAMAGED',
      text:
        `${shown(text)} ends in .0, which a program has added that took it for a decimal. ` +
        'Export the file again with this column as text: leading zeros and long ids may be damaged too.',
    };
  }
  return { errorCode: 'EXCEL_DAMAGED', text: `${shown(text)} is not the value: ${DIGITS_LOST}` };
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
  return {
    errorCode: 'NOT_ALLOWED',
    text: `${shown(text)} holds ${code}, which a wrong encoding leaves behind. Retype the cell, or export the file again as UTF-8.`,
  };
}

/** Text that names a record. What cannot be seen cannot be compared by a person: it would make a second member. */
export function readReference(text: string, lengthMax: number | undefined): CellValue {
  if (lengthMax !== undefined && text.length > lengthMax) return tooLong(text, lengthMax);
  if (isScientific(text) || isPointZero(text)) return digitsLost(text);
  if (isInvisiblyMarked(text)) {
    return { errorCode: 'NOT_ALLOWED', text: `${shown(text)} holds a character that cannot be seen. Retype it.` };
  }
  if (text.startsWith('=')) {
    return { errorCode: 'NOT_ALLOWED', text: `${shown(text)} is a formula. Write its value.` };
  }
  // Only " quotes a cell. Behind any other mark, the quotes would become a part of the number.
  if (IN_QUOTES.test(text)) {
    return {
      errorCode: 'NOT_ALLOWED',
      text: `${shown(text)} has a quote at its beginning or end. Take the quotes away.`,
    };
  }
  // As the last part of a URL these two mean another URL, even percent-encoded.
  if (text === '.' || text === '..') {
    return { errorCode: 'NOT_ALLOWED', text: `${shown(text)} cannot be part of a URL. Use another reference.` };
  }
  return readText(text, undefined);
}

const IN_QUOTES = /^["'`‘’“”«»「」]|["'`‘’“”«»「」]$/;

export function tooLong(text: string, lengthMax: number): CellProblem {
  return {
    errorCode: 'TOO_LONG',
    text: `${shown(text)} has ${text.length} characters; at most ${lengthMax} are allowed. Shorten it.`,
  };
}

/** A password: whatever is wrong with it, its value is not shown. */
export function readSecret(text: string): CellValue {
  if (isScientific(text))
    return { errorCode: 'EXCEL_DAMAGED', text: `its value (not shown) is not the password: ${DIGITS_LOST}` };
  if (!isInvisiblyMarked(text)) return text;
  return { errorCode: 'NOT_ALLOWED', text: 'its value (not shown) holds a character that cannot be typed. Retype it.' };
}
