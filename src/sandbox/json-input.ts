import { isUtf8 } from 'node:buffer';
import { LosslessNumber, parse } from 'lossless-json';
import { isJsonNumber } from '../base/decimal.ts';

/** A request that is not what the interface asks for: Kybio's 9003, Wonder's E000011. */
export class ParameterError extends Error {}

export type JsonFields = Readonly<Record<string, unknown>>;

/** Numbers keep their digits; whatever cannot be read, or is no object, is a ParameterError. */
export function parseJsonFields(body: Buffer): JsonFields {
  if (!isUtf8(body)) throw new ParameterError('the body is not UTF-8');
  let value: unknown;
  try {
    value = parse(body.toString('utf8'));
  } catch {
    // Syntax, a key given twice, or nesting that exhausts the stack.
    throw new ParameterError('the body is not JSON');
  }
  return asFields(value, 'the body');
}

/** null and absent are the same: not given. */
export function field(fields: JsonFields, name: string): unknown {
  const value = Object.hasOwn(fields, name) ? fields[name] : undefined;
  return value === null ? undefined : value;
}

export function textField(fields: JsonFields, name: string): string | undefined {
  const value = field(fields, name);
  if (value === undefined || typeof value === 'string') return value;
  throw new ParameterError(`${name} is not a string`);
}

export function requiredText(fields: JsonFields, name: string): string {
  const value = textField(fields, name);
  if (value === undefined || value === '') throw new ParameterError(`${name} is missing`);
  return value;
}

export function objectField(fields: JsonFields, name: string): JsonFields | undefined {
  const value = field(fields, name);
  return value === undefined ? undefined : asFields(value, name);
}

export function listField(fields: JsonFields, name: string): readonly unknown[] | undefined {
  const value = field(fields, name);
  if (value === undefined || Array.isArray(value)) return value;
  throw new ParameterError(`${name} is not a list`);
}

/** The digits as they came. A JSON number only: a quoted amount is a client's mistake that should show. */
export function amountField(fields: JsonFields, name: string): string | undefined {
  const value = field(fields, name);
  if (value === undefined) return undefined;
  if (!(value instanceof LosslessNumber) || !isJsonNumber(value.value) || value.value.length > 80) {
    throw new ParameterError(`${name} is not a number`);
  }
  // No store keeps such amounts, and written out in full they would fill the answer.
  if (Math.abs(Number(/[eE](.*)$/.exec(value.value)?.[1] ?? 0)) > 40) throw new ParameterError(`${name} is too large`);
  return value.value;
}

/** For control calls: a JSON number, or its digits in quotes, since test code has no lossless numbers. */
export function looseAmountField(fields: JsonFields, name: string): string | undefined {
  const value = field(fields, name);
  if (value === undefined) return undefined;
  const text = value instanceof LosslessNumber ? value.value : value;
  if (typeof text === 'string' && isJsonNumber(text)) return text;
  throw new ParameterError(`${name} is not a number`);
}

export function wholeNumberField(fields: JsonFields, name: string, allowed: readonly number[]): number | undefined {
  const value = field(fields, name);
  if (value === undefined) return undefined;
  const number = value instanceof LosslessNumber ? allowed.find((item) => String(item) === value.value) : undefined;
  if (number === undefined) throw new ParameterError(`${name} is not one of ${allowed.join(', ')}`);
  return number;
}

/** A Java Long: as a JSON integer, or as a string of digits, since clients send both. */
export function uidField(fields: JsonFields, name: string): string {
  const value = field(fields, name);
  const digits = value instanceof LosslessNumber ? value.value : value;
  if (typeof digits === 'string' && /^[0-9]{1,19}$/.test(digits)) return digits;
  throw new ParameterError(`${name} is not a Long`);
}

export function asFields(value: unknown, what: string): JsonFields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof LosslessNumber)) {
    return value as JsonFields;
  }
  throw new ParameterError(`${what} is not an object`);
}
