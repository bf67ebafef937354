import { type TextFields, textFields } from '../base/text-fields.ts';
import { jsonText } from '../http/json-text.ts';
import { isJsonObject, type JsonValue, jsonField } from '../http/lossless-json.ts';
import { CUSTOMER_FIELDS } from './customer-fields.ts';

/**
 * A customer as texts, empty fields absent. The payment token comes as an object and goes in as its id, so
 * it is reduced to that id; card number, expiry and holder beside it are dropped here and reach nobody.
 * Undefined for something that is no customer (no uuid).
 */
export function readCustomer(value: JsonValue | undefined): TextFields | undefined {
  if (!isJsonObject(value)) return undefined;
  const entries: [string, string][] = [];
  for (const { name, kind } of CUSTOMER_FIELDS) {
    const json = jsonField(value, name);
    const text = kind === 'token' ? readToken(json) : jsonText(json);
    if (text !== undefined && text !== '') entries.push([name, text]);
  }
  const customer = textFields(entries);
  return customer.uuid === undefined ? undefined : customer;
}

function readToken(value: JsonValue | undefined): string | undefined {
  return isJsonObject(value) ? jsonText(jsonField(value, 'token')) : jsonText(value);
}
