import { isDecimal } from '../base/decimal.ts';
import { assert } from '../base/errors.ts';
import type { TextFields } from '../base/text-fields.ts';
import { type JsonObject, type JsonValue, jsonNumber } from '../http/lossless-json.ts';
import { DECIMAL_FIELDS } from './member-fields.ts';
import { isUid } from './member-record.ts';
import { md5Upper } from './signature.ts';

export type PasswordSetting = 'plain' | 'md5_upper' | 'md5_lower' | 'never';

/**
 * The fields of a row as `customerInfo`, in their order, numbers with exactly the digits of the file.
 * An empty text is left out: it would clear nothing, and an empty amount is no JSON. Asserts that numbers
 * are numbers: rows are validated before anything is sent.
 */
export function customerInfoFields(fields: TextFields, password: PasswordSetting): JsonObject {
  const info: Record<string, JsonValue> = {};
  for (const name in fields) {
    const text = fields[name] ?? '';
    if (text === '' || (name === 'password' && password === 'never')) continue;
    if (name === 'customerUid') info[name] = uidNumber(text);
    else if (name === 'password') info[name] = passwordText(text, password);
    else info[name] = DECIMAL_FIELDS.has(name) ? decimalNumber(text, name) : text;
  }
  return info;
}

export function uidNumber(text: string): JsonValue {
  assert(isUid(text), 'a customerUid that is no Long reached the client');
  return jsonNumber(text);
}

export function decimalNumber(text: string, name: string): JsonValue {
  assert(isDecimal(text), `a ${name} that is no plain decimal reached the client`);
  return jsonNumber(text);
}

/** Whether Kybio wants the password plain or hashed is undecided (api/kybio.md §6), hence the setting. */
function passwordText(text: string, setting: PasswordSetting): string {
  switch (setting) {
    case 'md5_upper':
      return md5Upper(text);
    case 'md5_lower':
      return md5Upper(text).toLowerCase();
    default:
      return text;
  }
}
