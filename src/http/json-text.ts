import { JsonNumber, type JsonObject, type JsonValue, jsonField } from './lossless-json.ts';
import { oneLine } from './one-line.ts';

/** Far beyond any amount or id; it keeps `1E+999999999` from becoming a gigabyte of zeros. */
const DIGITS_MAX = 80;

/**
 * A JSON number's digits written out plainly, every digit kept: `1.250E+1` is `12.50`, `3E-2` is `0.03`
 * (Java prints BigDecimal that way). Undefined when it would take more than 80 characters.
 */
export function plainDigits(digits: string): string | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(digits);
  if (!parts || digits.length > DIGITS_MAX) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent] = parts;
  if (exponent === undefined) return digits;
  const shift = Number(exponent);
  if (Math.abs(shift) > DIGITS_MAX) return undefined;
  const point = whole.length + shift;
  const all = whole + fraction;
  const padded = point <= 0 ? `${'0'.repeat(1 - point)}${all}` : all.padEnd(point, '0');
  const pointInPadded = Math.max(point, 1);
  const left = padded.slice(0, pointInPadded).replace(/^0+(?=\d)/, '');
  const right = padded.slice(pointInPadded);
  const plain = `${sign}${left}${right === '' ? '' : `.${right}`}`;
  return plain.length > DIGITS_MAX ? undefined : plain;
}

/**
 * A string as it is, a number as plain digits; undefined for anything else. Half of a surrogate pair is no text: in
 * UTF-8 it would become another character.
 */
export function jsonText(value: JsonValue | undefined): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? value : undefined;
  return value instanceof JsonNumber ? plainDigits(value.digits) : undefined;
}

/** The object's field as text: '' when it is absent or null, undefined when its value cannot be kept as a text. */
export function jsonTextField(object: JsonObject, name: string): string | undefined {
  const value = jsonField(object, name);
  return value === undefined || value === null ? '' : jsonText(value);
}

/** An amount, given as a JSON number or as a string of digits (both occur); undefined when it is neither. */
export function jsonDecimal(value: JsonValue | undefined): string | undefined {
  if (value instanceof JsonNumber) return plainDigits(value.digits);
  if (typeof value !== 'string' || !/^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(value)) return undefined;
  return plainDigits(value);
}

const MESSAGES_MAX = 10;
const MESSAGE_LENGTH_MAX = 300;

/** A vendor's messages: a list, or one text; printable, bounded, without empty ones. */
export function jsonMessages(value: JsonValue | undefined): string[] {
  const items = Array.isArray(value) ? value.slice(0, MESSAGES_MAX) : [value];
  const texts = items.map((item) => (typeof item === 'string' ? item : (jsonText(item) ?? '')));
  return texts.map((text) => oneLine(text, MESSAGE_LENGTH_MAX)).filter((message) => message !== '');
}
