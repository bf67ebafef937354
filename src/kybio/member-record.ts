import { type TextFields, textFields } from '../base/text-fields.ts';
import { jsonDecimal, jsonText, jsonTextField } from '../http/json-text.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonField } from '../http/lossless-json.ts';
import { type Reading, read, unreadable } from '../http/reading.ts';
import { answerTexts } from '../texts/runs/answers.ts';
import { DECIMAL_FIELDS, TEXT_FIELDS } from './member-fields.ts';

const UID_MAX = 2n ** 63n - 1n;

/** A Kybio Long: 1 to 2^63 - 1, as a JSON number or a string of digits (both occur). */
export function readUid(value: JsonValue | undefined): string | undefined {
  const digits = jsonText(value);
  return digits !== undefined && isUid(digits) ? digits : undefined;
}

export function isUid(text: string): boolean {
  return /^[1-9]\d{0,18}$/.test(text) && (text.length < 19 || BigInt(text) <= UID_MAX);
}

/**
 * A member's record as texts: the vendor's field names, numbers as their digits, absent, null and empty
 * fields absent. Undefined for a blank record, one of the shapes of "no such member". Fields that the table
 * does not name are dropped: `customrUid` (a misspelt twin of customerUid), nested objects such as extInfo,
 * and whatever comes next. The password is never read.
 */
export function readMember(value: JsonValue | undefined): Reading<TextFields | undefined> {
  if (value === undefined || value === null) return read(undefined);
  if (!isJsonObject(value)) return unreadable(answerTexts().memberNoObject);
  const uid = readUid(jsonField(value, 'customerUid'));
  const number = jsonText(jsonField(value, 'number')) ?? '';
  if (uid === undefined) {
    return number === '' && isBlank(jsonField(value, 'customerUid'))
      ? read(undefined)
      : unreadable(answerTexts().memberNoUid);
  }
  const entries: [string, string][] = [['customerUid', uid]];
  for (const name of TEXT_FIELDS) {
    const text = jsonTextField(value, name);
    if (text === undefined) return unreadable(answerTexts().memberFieldNoText(name));
    if (text !== '') entries.push([name, text]);
  }
  for (const name of DECIMAL_FIELDS) {
    const digits = readDecimal(value, name);
    if (digits === undefined) return unreadable(answerTexts().memberFieldNoNumber(name));
    if (digits !== '') entries.push([name, digits]);
  }
  return read(textFields(entries));
}

/** The digits, `''` when the field is absent, undefined when there is something else than a number. */
function readDecimal(record: JsonObject, name: string): string | undefined {
  const value = jsonField(record, name);
  if (value === undefined || value === null || value === '') return '';
  return jsonDecimal(value);
}

function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || value === null || jsonText(value) === '' || jsonText(value) === '0';
}
