import { cellTexts } from '../../texts/tables/cells.ts';
import { type CellProblem, type CellValue, digitsLost, isPointZero, isScientific, shown } from './cell-text.ts';

/** Kybio's customerUid, a Java Long beyond what a spreadsheet or JavaScript can hold. */
export function readUid(text: string): CellValue {
  if (UID.test(text) && (text.length < 19 || text <= LONG_MAX)) return text;
  if (isScientific(text) || isPointZero(text)) return digitsLost(text);
  return {
    errorCode: 'BAD_ID',
    text: cellTexts().notAUid(shown(text), LONG_MAX),
  };
}

const UID = /^[1-9][0-9]{0,18}$/;
/** 2^63 - 1; of the same length, digits compare as text. */
const LONG_MAX = '9223372036854775807';
/** A number with leading zeros was never a number in a spreadsheet: it cannot have been rounded. */
const ROUNDED = /^[1-9][0-9]{14}0{1,10}$/;

/**
 * Whether Excel may have rounded the id: Excel keeps 15 digits of a number and makes the others zeros. An
 * honest id can end in zeros too (one in a thousand of 18 digits), so that only the whole column can tell.
 */
export function mayBeRounded(text: string): boolean {
  return text.length > 15 && ROUNDED.test(text);
}

/** What is wrong with such an id, once its column is known to be damaged. */
export function rounded(text: string): CellProblem {
  return {
    errorCode: 'EXCEL_DAMAGED',
    text: cellTexts().rounded(shown(text)),
  };
}

/** Wonder's ids. Passed on as written. */
export function readUuid(text: string): CellValue {
  if (UUID.test(text)) return text;
  return {
    errorCode: 'BAD_ID',
    text: cellTexts().notAUuid(shown(text)),
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
