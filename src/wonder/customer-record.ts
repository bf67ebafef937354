import { type TextFields, textFields } from '../base/text-fields.ts';
import { jsonText } from '../http/json-text.ts';
import { isJsonObject, type JsonValue, jsonField } from '../http/lossless-json.ts';

/** The documented texts of a customer. company_name goes in and never comes out: no response schema has it. */
const TEXT_FIELDS = [
  'uuid',
  'reference_number',
  'name',
  'phone',
  'dial_code',
  'email',
  'company_name',
  'default_payment_method',
] as const;

/**
 * A customer as texts, empty fields absent. The payment token comes as an object and goes in as its id, so
 * it is reduced to that id; card number, expiry and holder beside it are dropped here and reach nobody.
 * Undefined for something that is no customer (no uuid).
 */
export function readCustomer(value: JsonValue | undefined): TextFields | undefined {
  if (!isJsonObject(value)) return undefined;
  const entries: [string, string][] = [];
  for (const name of TEXT_FIELDS) {
    const text = jsonText(jsonField(value, name));
    if (text !== undefined && text !== '') entries.push([name, text]);
  }
  const token = readToken(jsonField(value, 'default_payment_token'));
  if (token !== undefined && token !== '') entries.push(['default_payment_token', token]);
  const customer = textFields(entries);
  return customer.uuid === undefined ? undefined : customer;
}

function readToken(value: JsonValue | undefined): string | undefined {
  return isJsonObject(value) ? jsonText(jsonField(value, 'token')) : jsonText(value);
}
