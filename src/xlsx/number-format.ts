/** What a number format makes of a number, as far as the number's text depends on it. */
export type NumberKind =
  | { readonly kind: 'number' }
  /** `00000`: an id that is shown with leading zeros. */
  | { readonly kind: 'padded'; readonly digits: number }
  | { readonly kind: 'date' }
  | { readonly kind: 'time' };

const NUMBER: NumberKind = { kind: 'number' };

/** The formats of Excel that have a number and no text in the file (ECMA-376, 18.8.30), with those of Chinese, Japanese and Korean editions. */
export function builtInFormat(id: number): NumberKind {
  if ((id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58)) {
    return { kind: 'date' };
  }
  if ((id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47)) return { kind: 'time' };
  return NUMBER;
}

/** Judges the code of a format, such as `yyyy/m/d;@` or `[$-804]yyyy"年"m"月"d"日"`. */
export function formatOfCode(code: string): NumberKind {
  if (code.length > 255) return NUMBER;
  const [positive = ''] = code.split(';');
  // What stands in quotes, behind a backslash or in brackets is shown as it is, is a colour, or names a language.
  const signs = positive.replace(/"[^"]*"|\\.|_.|\*./g, '').replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '');
  if (/^0{2,}$/.test(positive)) return { kind: 'padded', digits: positive.length };
  if (/general|标准|標準/i.test(signs)) return NUMBER;
  const hasDay = /[yde]/i.test(signs);
  const hasTime = /[hs]/i.test(signs);
  if (hasDay || (/m/i.test(signs) && !hasTime))
    return /[#0?]/.test(signs.replace(/\.0+/g, '')) ? NUMBER : { kind: 'date' };
  return hasTime ? { kind: 'time' } : NUMBER;
}

/** The text of a stored number, and whether a spreadsheet has lost digits of it. */
type NumberText = { readonly text: string; readonly isDamaged: boolean };

/**
 * A stored number as a person sees it: a date or time by its format, else plain decimals of at most 15 digits, the
 * ones that a spreadsheet guarantees. A whole number of more than 15 digits has lost those behind; its text is what
 * is left.
 */
export function numberText(stored: string, format: NumberKind, isDate1904: boolean): NumberText {
  const value = Number(stored);
  if (stored === '' || !Number.isFinite(value)) return { text: stored, isDamaged: false };
  if (format.kind === 'date' || format.kind === 'time') {
    const text = dateText(value, format.kind, isDate1904);
    if (text !== undefined) return { text, isDamaged: false };
  }
  const text = plainDecimal(stored, value);
  const wholeDigits = text.replace(/^-/, '').replace(/\..*$/, '').length;
  if (wholeDigits > DIGITS_MAX) return { text, isDamaged: true };
  if (format.kind === 'padded' && /^[0-9]+$/.test(text))
    return { text: text.padStart(format.digits, '0'), isDamaged: false };
  return { text, isDamaged: false };
}

/** A spreadsheet keeps 15 digits; a stored 12.299999999999999 is shown, and meant, as 12.3. */
const DIGITS_MAX = 15;

function plainDecimal(stored: string, value: number): string {
  const [mantissa = '', exponentText = '0'] = (Math.abs(value) >= 1e15 ? stored : value.toPrecision(DIGITS_MAX)).split(
    /e/i,
  );
  const isNegative = mantissa.startsWith('-');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const exponent = Number(exponentText);
  const digits = whole + fraction;
  const point = whole.length + exponent;
  const padded =
    point > digits.length ? digits.padEnd(point, '0') : point < 1 ? '0'.repeat(1 - point) + digits : digits;
  const at = Math.max(1, point);
  const wholePart = padded.slice(0, at).replace(/^0+(?=[0-9])/, '');
  const fractionPart = padded.slice(at).replace(/0+$/, '');
  const text = fractionPart === '' ? wholePart : `${wholePart}.${fractionPart}`;
  return isNegative && /[1-9]/.test(text) ? `-${text}` : text;
}

/** `yyyy-MM-dd`, with ` HH:mm:ss` when it has a time; a time alone as `HH:mm:ss`. Undefined: no date has this number. */
function dateText(serial: number, kind: 'date' | 'time', isDate1904: boolean): string | undefined {
  const seconds = Math.round(serial * 86_400);
  const day = Math.floor(seconds / 86_400);
  const time = new Date((seconds - day * 86_400) * 1000).toISOString().slice(11, 19);
  if (kind === 'time' && day === 0) return time;
  const days = isDate1904 ? day + 1462 : day;
  // Day 60 of the 1900 system is the 29 February 1900, which never was; the days before it count from one day later.
  if (days < 1 || days > DAY_MAX) return undefined;
  if (days === 60) return '1900-02-29';
  const date = new Date(Date.UTC(1899, 11, days < 60 ? 31 : 30) + days * 86_400_000).toISOString().slice(0, 10);
  return seconds === day * 86_400 ? date : `${date} ${time}`;
}

/** 9999-12-31, the last day of Excel. */
const DAY_MAX = 2_958_465;
