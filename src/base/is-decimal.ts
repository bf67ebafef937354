/** At most 30 digits before and 30 after the point: far beyond any balance, and what `precision` is sized for. */
const DECIMAL = /^-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?$/;

/**
 * Whether the text is a plain decimal that can go into JSON as it stands: `12.50`, `-3`, `0.1`.
 * No exponent, no plus sign, no thousands separator, no bare point, no leading zeros.
 */
export function isDecimal(text: string): boolean {
  return DECIMAL.test(text);
}
