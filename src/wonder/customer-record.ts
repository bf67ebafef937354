import { type TextFields, textFields } from '../base/text-fields.ts';
import { jsonTextField } from '../http/json-text.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonField } from '../http/lossless-json.ts';
import { type Reading, read, unreadable } from '../http/reading.ts';
import { answerTexts } from '../texts/runs/answers.ts';
import { CUSTOMER_FIELDS } from './customer-fields.ts';

/**
 * A customer as texts, empty fields absent. The payment token comes as an object and goes in as its id, so
 * it is reduced to that id; card number, expiry and holder beside it are dropped here and reach nobody.
 */
export function readCustomer(value: JsonValue | undefined): Reading<TextFields> {
  if (!isJsonObject(value)) return unreadable(answerTexts().noCustomer);
  const entries: [string, string][] = [];
  for (const { name, kind } of CUSTOMER_FIELDS) {
    const text = kind === 'token' ? readToken(value, name) : jsonTextField(value, name);
    if (text === undefined) return unreadable(answerTexts().customerFieldNoText(name));
    if (text !== '') entries.push([name, text]);
  }
  const customer = textFields(entries);
  return customer.uuid === undefined ? unreadable(answerTexts().customerNoUuid) : read(customer);
}

function readToken(customer: JsonObject, name: string): string | undefined {
  const value = jsonField(customer, name);
  return isJsonObject(value) ? jsonTextField(value, 'token') : jsonTextField(customer, name);
}
