import { type CellProblem, type CellValue, digitsLost, isScientific, shown } from './cell-text.ts';

/**
 * Kybio's customerUid, a Java Long beyond what a spreadsheet or JavaScript can hold: Excel keeps 15
 * digits and makes the rest zeros. Such an id is refused, since it may be another member's. An honest id
 * can end in zeros too (one in a thousand of 18 digits): `trustRoundIds` lets these through.
 */
export function readUid(text: string, trustRoundIds: boolean): CellValue {
  if (UID.test(text) && (text.length < 19 || text <= LONG_MAX)) {
    return trustRoundIds || !ROUNDED.test(text) ? text : rounded(text);
  }
  if (isScientific(text)) return digitsLost(text);
  return {
    errorCode: 'BAD_ID',
    text: `${shown(text)} is not a customerUid: digits only, from 1 to ${LONG_MAX}. Copy it from an export of memberload.`,
  };
}

const UID = /^[1-9][0-9]{0,18}$/;
/** 2^63 - 1; of the same length, digits compare as text. */
const LONG_MAX = '9223372036854775807';
const ROUNDED = /^[0-9]{15}0+$/;

function rounded(text: string): CellProblem {
  return {
    errorCode: 'EXCEL_DAMAGED',
    text:
      `${shown(text)} has only zeros after its 15th digit, as Excel leaves them. ` +
      'Export it again with this column as text; if the id really is so, set trustRoundIds in the config file.',
  };
}

/** Wonder's ids. Passed on as written. */
export function readUuid(text: string): CellValue {
  if (UUID.test(text)) return text;
  return {
    errorCode: 'BAD_ID',
    text: `${shown(text)} is not a UUID such as 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.`,
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
