/**
 * Cells that a spreadsheet would run as a formula are written with a leading `'` and read back without
 * it (CONTRACT §5). `unguardCell(guardCell(text)) === text` for every text.
 */
export function guardCell(text: string): string {
  if (!FIRST_OF_GUARDED.test(text)) return text;
  if (STARTS_LIKE_FORMULA.test(text)) return isNumberOrPhone(text) ? text : `'${text}`;
  // Already looks guarded: without one more apostrophe, reading would take away one that belongs to the text.
  return LOOKS_GUARDED.test(text) ? `'${text}` : text;
}

/** Takes away the one apostrophe that `guardCell` puts before a formula; leaves every other text alone. */
export function unguardCell(text: string): string {
  return text.charCodeAt(0) === APOSTROPHE && LOOKS_GUARDED.test(text) ? text.slice(1) : text;
}

const APOSTROPHE = 0x27;

/**
 * `=`, `+`, `-`, `@`, tab and CR are OWASP's list; the full-width forms are run by Excel under Chinese and
 * Japanese input settings, which fold them to ASCII.
 */
const STARTS_LIKE_FORMULA = /^[=+\-@\t\r＝＋－＠]/;
const LOOKS_GUARDED = /^'+[=+\-@\t\r＝＋－＠]/;
const FIRST_OF_GUARDED = /^['=+\-@\t\r＝＋－＠]/;

/** `-12.50`, `+5`. */
const SIGNED_NUMBER = /^[+-][0-9]+(\.[0-9]+)?$/;
/** `+85291234567`, `+852 9123-4567`. */
const PHONE_NUMBER = /^\+[0-9]+([ -][0-9]+)*$/;

function isNumberOrPhone(text: string): boolean {
  return SIGNED_NUMBER.test(text) || PHONE_NUMBER.test(text);
}
