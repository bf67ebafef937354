import { isUtf8 } from 'node:buffer';
import { LosslessNumber, parse } from 'lossless-json';
import { isJsonNumber } from '../base/decimal.ts';

/** A request that is not what the interface asks for: Kybio's 9003, Wonder's E000011. */
export class ParameterError extends Error {}

/** Numbers keep their digits. A body that cannot be read is a ParameterError. */
export function parseJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw new ParameterError('the body is not UTF-8');
  try {
    return parse(body.toString('utf8'));
  } catch {
    // Syntax, a key given twice, or nesting that exhausts the stack.
    throw new ParameterError('the body is not JSON');
  }
}

export function parseJsonFields(body: Buffer): JsonFields {
  return new JsonFields(parseJson(body), 'the body');
}

/** A JSON object whose fields are read by type. A field of another type is a ParameterError that names the field. */
export class JsonFields {
  readonly all: Readonly<Record<string, unknown>>;

  constructor(value: unknown, what: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof LosslessNumber) {
      throw new ParameterError(`${what} is not an object`);
    }
    this.all = value as Record<string, unknown>;
  }

  /** null and absent are the same: not given. */
  value(name: string): unknown {
    const value = Object.hasOwn(this.all, name) ? this.all[name] : undefined;
    return value === null ? undefined : value;
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined || typeof value === 'string') return value;
    throw new ParameterError(`${name} is not a string`);
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '') throw new ParameterError(`${name} is missing`);
    return value;
  }

  object(name: string): JsonFields | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : new JsonFields(value, name);
  }

  /** The digits as they came. A JSON number only: a quoted amount is a client's mistake that should show. */
  amount(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    if (!(value instanceof LosslessNumber) || !isJsonNumber(value.value) || value.value.length > 80) {
      throw new ParameterError(`${name} is not a number`);
    }
    // No store keeps such amounts, and written out in full they would fill the answer.
    if (Math.abs(Number(/[eE](.*)$/.exec(value.value)?.[1] ?? 0)) > 40)
      throw new ParameterError(`${name} is too large`);
    return value.value;
  }

  /** For control calls: a JSON number, or its digits in quotes, since test code has no lossless numbers. */
  looseAmount(name: string): string | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const digits = digitsOf(value);
    if (digits !== undefined && isJsonNumber(digits)) return digits;
    throw new ParameterError(`${name} is not a number`);
  }

  wholeNumber(name: string, allowed: readonly number[]): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const number = value instanceof LosslessNumber ? allowed.find((item) => String(item) === value.value) : undefined;
    if (number === undefined) throw new ParameterError(`${name} is not one of ${allowed.join(', ')}`);
    return number;
  }

  /** A Java Long: as a JSON integer, or as a string of digits, since clients send both. */
  uid(name: string): string {
    const digits = digitsOf(this.value(name));
    if (digits !== undefined && /^[0-9]{1,19}$/.test(digits)) return digits;
    throw new ParameterError(`${name} is not a Long`);
  }
}

function digitsOf(value: unknown): string | undefined {
  if (value instanceof LosslessNumber) return value.value;
  return typeof value === 'string' ? value : undefined;
}
