import { LosslessNumber } from 'lossless-json';
import { isJsonNumber } from '../base/decimal.ts';
import { field, type JsonFields, ParameterError } from './json-input.ts';

/** A JSON number or its digits in quotes: test code has no lossless numbers. */
export function looseAmount(fields: JsonFields, name: string): string | undefined {
  const value = field(fields, name);
  if (value === undefined) return undefined;
  const text = value instanceof LosslessNumber ? value.value : value;
  if (typeof text === 'string' && isJsonNumber(text)) return text;
  throw new ParameterError(`${name} is not a number`);
}
