import type { TransportResult } from './exchange.ts';
import { isJsonObject, JsonNumber, type JsonValue, parseJson, stringifyJson } from './lossless-json.ts';
import { oneLine } from './one-line.ts';

const MASK = '***';

/** What may be shown: ids, amounts, times, codes, counts. Every other value may be somebody's, or a secret. */
const SHOWN_FIELDS: ReadonlySet<string> = new Set([
  ...['appId', 'customerUid', 'customrUid', 'uuid'],
  ...['point', 'balance', 'discount', 'enable', 'onAccount', 'pointIncrement', 'balanceIncrement'],
  ...['pointBeforeUpdate', 'pointAfterUpdate', 'balanceBeforeUpdate', 'balanceAfterUpdate'],
  ...['dataChangeTime', 'updateCustomerTime', 'createdDate', 'expiryDate', 'beginDate', 'endDate', 'startDate'],
  ...['accessDate', 'limitTimes', 'haveAcessTimes', 'pageSize', 'parameterType', 'parameterValue', 'total'],
  ...['status', 'errorCode', 'code', 'error_code', 'categoryName', 'customerCategoryUid', 'uid', 'isPoint'],
]);

/** Of these the last four characters are shown: in many shops the number of a member is the member's phone. */
const NUMBER_FIELDS: ReadonlySet<string> = new Set(['number', 'customerNum', 'reference_number']);

/** Objects and lists that are looked into; any other is masked whole: a card is a nested object with a `number`. */
const OPENED_FIELDS: ReadonlySet<string> = new Set([
  ...['data', 'result', 'customerInfo', 'customer', 'customers', 'postBackParameter', 'customerCategories'],
]);

const MESSAGE_FIELDS: ReadonlySet<string> = new Set(['messages', 'message', 'error', 'error_message']);

/** Request and answer as JSON texts with everything masked that is not certainly harmless. */
export function maskedBodies(call: { readonly body: string | undefined; readonly result: TransportResult }): {
  requestBody?: string;
  answerBody?: string;
} {
  const secrets = new Set<string>();
  const request = call.body === undefined ? undefined : maskedText(call.body, secrets);
  const answer = call.result.kind === 'response' ? maskedText(call.result.body.toString('utf8'), secrets) : undefined;
  return {
    ...(request !== undefined && { requestBody: request }),
    ...(answer !== undefined && { answerBody: answer }),
  };
}

/** @param secrets takes every value that is masked here, and is hidden in the messages of this text and later ones */
function maskedText(text: string, secrets: Set<string>): string | undefined {
  const parsing = parseJson(text);
  if (!parsing.isJson) return undefined;
  const { value } = parsing;
  if (!isJsonObject(value)) return stringifyJson(maskValue(value, secrets));
  const isMessage = ([name]: [string, JsonValue]): boolean => MESSAGE_FIELDS.has(name);
  const fields = Object.entries(value);
  const masked = maskValue(Object.fromEntries(fields.filter((field) => !isMessage(field))), secrets);
  const messages = fields.filter(isMessage).map(([name, said]) => [name, maskMessage(said, secrets)] as const);
  return stringifyJson({ ...(isJsonObject(masked) ? masked : {}), ...Object.fromEntries(messages) });
}

function maskValue(value: JsonValue, secrets: Set<string>): JsonValue {
  if (Array.isArray(value)) return value.map((item) => maskValue(item, secrets));
  if (!isJsonObject(value)) return maskLeaf(value, secrets);
  const entries = Object.entries(value).map(([name, member]): [string, JsonValue] => {
    const isNested = Array.isArray(member) || isJsonObject(member);
    if (isNested) return [name, OPENED_FIELDS.has(name) ? maskValue(member, secrets) : MASK];
    if (SHOWN_FIELDS.has(name)) return [name, member];
    const masked = maskLeaf(member, secrets);
    const isNumber = NUMBER_FIELDS.has(name) && typeof member === 'string' && member.length > 4;
    return [name, isNumber ? MASK + member.slice(-4) : masked];
  });
  return Object.fromEntries(entries);
}

function maskLeaf(value: JsonValue, secrets: Set<string>): JsonValue {
  if (value === null || value === '') return value;
  const text = value instanceof JsonNumber ? value.digits : String(value);
  // A shorter text would blot out half of every message.
  if (text.length >= 3 || /[^\x20-\x7e]/.test(text)) secrets.add(text);
  return MASK;
}

/** A message may quote what was sent: those values are hidden in it, and whatever looks like a phone or an address. */
function maskMessage(value: JsonValue, secrets: ReadonlySet<string>): JsonValue {
  if (Array.isArray(value)) return value.map((item) => maskMessage(item, secrets));
  if (typeof value !== 'string') return value === null ? null : MASK;
  let text = oneLine(value, 300);
  for (const secret of [...secrets].sort((a, b) => b.length - a.length)) text = text.replaceAll(secret, MASK);
  return text.replace(/[^\s@]+@[^\s@]+/g, MASK).replace(/\+?\d[\d -]{5,}\d/g, MASK);
}
