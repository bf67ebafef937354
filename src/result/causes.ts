import { findKybioCode } from '../kybio/error-codes.ts';

/** Rows that ended for one cause. */
export type Cause = {
  /** As in `result_errorCode`, without the vendor's name. */
  readonly errorCode: string;
  readonly rowCount: number;
  /** The first of the rows, and what its message says: where, the value seen, and what to do. */
  readonly example: { readonly rowNumber: number; readonly lineNumber: number; readonly message: string };
};

/** Why rows were refused or failed, in the words of a shop. Ends the sentence `3 rows: …`. */
export function describeCause(errorCode: string): string {
  const words = WORDS.get(errorCode);
  if (words !== undefined) return words;
  const status = /^HTTP_([0-9]+)$/.exec(errorCode)?.[1];
  if (status !== undefined) return `no usable answer from the vendor (HTTP ${status})`;
  const known = findKybioCode(errorCode, NO_SETTINGS)?.english;
  return known === undefined ? `refused by the vendor with ${errorCode}` : `refused by Kybio: ${known} (${errorCode})`;
}

const NO_SETTINGS = { quota: [], tooFast: [], notFound: [], repeat: [] };

const WORDS: ReadonlyMap<string, string> = new Map([
  ['REQUIRED', 'a needed cell is blank'],
  ['NOT_A_DECIMAL', 'an amount is not a plain number'],
  ['OUT_OF_RANGE', 'a number is too large or too small'],
  ['TOO_LONG', 'a text is too long'],
  ['NOT_ALLOWED', 'a value is not one of those that are possible'],
  ['BAD_DATE', 'a date does not exist or is not clear'],
  ['BAD_PHONE', 'a phone number is wrong'],
  ['BAD_EMAIL', 'an e-mail address is wrong'],
  ['BAD_ID', 'an id is wrong'],
  ['EXCEL_DAMAGED', 'a spreadsheet has damaged a number'],
  ['DUPLICATE_ROW', 'a member, a reference or a time is given twice'],
  ['WRONG_COLUMN_COUNT', 'the row has more or fewer cells than the header'],
  ['NOTHING_TO_DO', 'the row changes nothing'],
  ['MEMBER_NOT_FOUND', 'there is no such member'],
  ['CUSTOMER_NOT_FOUND', 'there is no such customer'],
  ['CREDITED_BEFORE', 'credited before'],
  ['CREDITED_OTHERWISE', 'credited before with other amounts'],
  ['IN_DOUBT', 'nobody knows yet whether it was credited'],
  ['TIMEOUT', 'the vendor did not answer in time'],
  ['CONNECTION_FAILED', 'the connection to the vendor failed'],
  ['BAD_RESPONSE', "the vendor's answer could not be read"],
  ['RESPONSE_MISMATCH', 'the vendor answered about something else'],
]);
