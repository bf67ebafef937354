import { findKybioCode } from '../kybio/error-codes.ts';
import { resultTexts } from '../texts/tables/result.ts';

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
  const texts = resultTexts();
  if (isOwnCode(errorCode, texts.causes)) return texts.causes[errorCode];
  const status = /^HTTP_([0-9]+)$/.exec(errorCode)?.[1];
  if (status !== undefined) return texts.noUsableAnswer(status);
  const known = findKybioCode(errorCode, NO_SETTINGS)?.words;
  return known === undefined ? texts.refusedWith(errorCode) : texts.refusedByKybio(known, errorCode);
}

function isOwnCode<C extends object>(errorCode: string, causes: C): errorCode is string & keyof C {
  return Object.hasOwn(causes, errorCode);
}

const NO_SETTINGS = { quota: [], tooFast: [], notFound: [], repeat: [] };
