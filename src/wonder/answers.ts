import type { Clock } from '../base/clock.ts';
import type { Answer, Meaning, Refused, Unanswered } from '../http/answer.ts';
import type { TransportResult } from '../http/exchange.ts';
import { answerByStatus, badResponse, type JsonReply, readJsonReply, refused } from '../http/json-reply.ts';
import { jsonMessages, jsonText } from '../http/json-text.ts';
import { isJsonObject, JsonNumber, type JsonObject, type JsonValue, jsonField } from '../http/lossless-json.ts';
import type { Reading } from '../http/reading.ts';
import { answerTexts } from '../texts/runs/answers.ts';

export type WonderCodes = { readonly notFound: readonly string[]; readonly tooFast: readonly string[] };

/** How one endpoint reads a success: `data`, and the headers for the total of a list. */
export type SuccessReader<T> = (data: JsonValue | undefined, headers: JsonReply['headers']) => Reading<T>;

/**
 * The only published code that says whose fault it is (E000002: "Invalid Credential Format"). Wonder's
 * other tables were not found; what the settings add comes first.
 */
const CREDENTIAL_CODES = new Set(['E000002']);

/**
 * Reduces what came over the wire to an Answer. An error may come under HTTP 200, and success is `code`
 * 200, or 0 with data (the documentation's placeholder; a client that took 0 alone would fail).
 */
export function readWonderAnswer<T>(
  result: TransportResult,
  codes: WonderCodes,
  clock: Pick<Clock, 'nowMs'>,
  readSuccess: SuccessReader<T>,
): Answer<T> {
  const reply = readJsonReply(result, clock);
  if (reply.kind !== 'reply') return reply;
  const envelope = readEnvelope(reply.json);
  if (envelope?.kind === 'error') return readError(reply, envelope, codes);
  if (reply.status < 200 || reply.status >= 300) return readError(reply, undefined, codes);
  if (envelope === undefined) return badResponse(reply, reply.problem || answerTexts().noWonderEnvelope);
  const reading = readSuccess(envelope.data, reply.headers);
  return reading.isRead ? { kind: 'success', data: reading.value } : badResponse(reply, reading.problem);
}

type Envelope =
  | { readonly kind: 'success'; readonly data: JsonValue | undefined }
  | { readonly kind: 'error'; readonly errorCode: string | undefined; readonly messages: readonly string[] };

/**
 * The three published error shapes: `code` as a string; `code` as another number beside `error_code`;
 * `error_code` without any `code`. Undefined: none of Wonder's.
 */
function readEnvelope(json: JsonValue | undefined): Envelope | undefined {
  if (!isJsonObject(json)) return undefined;
  const codeValue = jsonField(json, 'code');
  const code = jsonText(codeValue)?.trim() ?? '';
  const vendorCode = jsonText(jsonField(json, 'error_code'))?.trim() ?? '';
  const data = jsonField(json, 'data');
  if (vendorCode === '' && code === '200') return { kind: 'success', data };
  if (vendorCode === '' && code === '0' && data !== undefined) return { kind: 'success', data };
  if (vendorCode === '' && code === '') return undefined;
  // A bare number says no more than an HTTP status would; the text code is the one to look up.
  const isBareNumber = codeValue instanceof JsonNumber || /^\d+$/.test(code);
  const errorCode = vendorCode !== '' ? vendorCode : isBareNumber ? undefined : code;
  return { kind: 'error', errorCode: errorCode ?? (code === '' ? undefined : code), messages: readMessages(json) };
}

function readMessages(json: JsonObject): string[] {
  const texts = ['message', 'error_message', 'error'].flatMap((name) => jsonMessages(jsonField(json, name)));
  return [...new Set(texts)];
}

function readError(
  reply: JsonReply,
  error: { readonly errorCode: string | undefined; readonly messages: readonly string[] } | undefined,
  codes: WonderCodes,
): Refused | Unanswered {
  const { errorCode, messages = [] } = error ?? {};
  const known = errorCode === undefined ? undefined : meaningOfCode(errorCode, codes);
  if (errorCode !== undefined && known !== undefined) return refused(reply, known, errorCode, messages);
  if (reply.status >= 200 && reply.status < 300)
    return refused(reply, 'unknown', errorCode ?? 'BAD_RESPONSE', messages);
  const byStatus = answerByStatus(reply, messages);
  if (byStatus.kind === 'unanswered') return byStatus;
  const meaning = meaningOfStatus(reply) ?? byStatus.meaning;
  return refused(reply, meaning, errorCode ?? byStatus.errorCode, messages);
}

function meaningOfCode(errorCode: string, codes: WonderCodes): Meaning | undefined {
  if (codes.notFound.includes(errorCode)) return 'not_found';
  if (codes.tooFast.includes(errorCode)) return 'too_fast';
  return CREDENTIAL_CODES.has(errorCode) ? 'credentials' : undefined;
}

/** 400 is documented as "invalid parameters"; 422 is what many gateways answer for the same. */
function meaningOfStatus(reply: JsonReply): Meaning | undefined {
  if (reply.status === 400 || reply.status === 422) return 'row';
  // A 404 that is a web page comes from a wrong address, not from a missing customer: taken for one, a
  // wrong base URL would make a whole export "not found".
  const isWebPage = reply.body.length > 0 && reply.json === undefined;
  return reply.status === 404 && !isWebPage ? 'not_found' : undefined;
}
