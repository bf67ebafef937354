import type { Clock } from '../base/clock.ts';
import type { Answer, Refused, Unanswered } from '../http/answer.ts';
import type { TransportResult } from '../http/exchange.ts';
import { answerByStatus, badResponse, type JsonReply, readJsonReply, refused, unanswered } from '../http/json-reply.ts';
import { jsonMessages, jsonText } from '../http/json-text.ts';
import { isJsonObject, type JsonObject, type JsonValue, jsonField } from '../http/lossless-json.ts';
import type { Reading } from '../http/reading.ts';
import { answerTexts } from '../texts/runs/answers.ts';
import { kybioCodeTexts } from '../texts/runs/kybio-codes.ts';
import { type CodeSettings, findKybioCode } from './error-codes.ts';
import { isSignedV1 } from './signature.ts';

type AnswerSettings = {
  readonly appKey: string;
  readonly codes: CodeSettings;
  /** Whether a response's `data-signature` is looked at: never, when it is there, or always. */
  readonly answerSignature: 'ignore' | 'if_present' | 'required';
};

/**
 * Who may say no: also a bare HTTP status, or only the vendor's own envelope. A gateway that answers 401, 403 or
 * 429 may do so after the vendor has applied the call: for an increment its word is worth nothing.
 */
export type RefusalFrom = 'status' | 'envelope';

/** How one endpoint reads the `data` of a success: a value, or why it cannot be believed. */
export type DataReader<T> = (data: JsonValue | undefined) => Reading<T>;

/**
 * Reduces what came over the wire to an Answer. What is believed, in this order:
 * 1. an error envelope with a code that the table or the settings know, whatever the HTTP status;
 * 2. the HTTP status, when it is not 2xx;
 * 3. a success envelope whose data reads as the endpoint's;
 * everything else under 2xx is no answer.
 */
export function readKybioAnswer<T>(
  result: TransportResult,
  settings: AnswerSettings,
  clock: Pick<Clock, 'nowMs'>,
  { readData, refusalFrom }: { readonly readData: DataReader<T>; readonly refusalFrom: RefusalFrom },
): Answer<T> {
  const reply = readJsonReply(result, clock);
  if (reply.kind !== 'reply') return reply;
  const is2xx = reply.status >= 200 && reply.status < 300;

  const seal = checkSeal(reply, settings);
  // Unsigned under "required" may be a proxy's own page; its status still tells a refusal from no answer.
  if (seal === 'broken' || (seal === 'missing' && is2xx)) {
    return badResponse(reply, seal === 'broken' ? answerTexts().wrongSeal : answerTexts().noSeal);
  }
  const envelope = seal === 'missing' ? undefined : readEnvelope(reply.json);

  if (envelope?.status === 'error') return readError(reply, envelope, settings, refusalFrom);
  if (!is2xx) {
    const byStatus = answerByStatus(reply);
    const isBelieved = refusalFrom === 'status' || byStatus.kind === 'unanswered';
    return isBelieved ? byStatus : unanswered(byStatus.errorCode, bareStatus(reply), reply.retryAfterMs);
  }
  if (envelope === undefined) return badResponse(reply, reply.problem || answerTexts().noKybioEnvelope);
  if (envelope.errorCode !== undefined) return badResponse(reply, answerTexts().successWithCode);
  const reading = readData(envelope.data);
  return reading.isRead ? { kind: 'success', data: reading.value } : badResponse(reply, reading.problem);
}

type Envelope = {
  readonly status: 'success' | 'error';
  readonly errorCode: string | undefined;
  readonly messages: readonly string[];
  readonly data: JsonValue | undefined;
};

function readEnvelope(json: JsonValue | undefined): Envelope | undefined {
  if (!isJsonObject(json)) return undefined;
  const statusText = jsonText(jsonField(json, 'status'))?.toLowerCase();
  if (statusText !== 'success' && statusText !== 'error') return undefined;
  return {
    status: statusText,
    errorCode: readErrorCode(json, statusText),
    messages: jsonMessages(jsonField(json, 'messages')),
    data: jsonField(json, 'data'),
  };
}

function readErrorCode(envelope: JsonObject, status: 'success' | 'error'): string | undefined {
  const text = jsonText(jsonField(envelope, 'errorCode'))?.trim();
  if (text === undefined || text === '') return undefined;
  // 0 is "unknown error" in the table, and no code at all beside a success.
  return status === 'success' && text === '0' ? undefined : text;
}

function bareStatus({ status }: JsonReply): string {
  return answerTexts().bareStatus(status);
}

function readError(
  reply: JsonReply,
  envelope: Envelope,
  settings: AnswerSettings,
  refusalFrom: RefusalFrom,
): Refused | Unanswered {
  const { errorCode, messages } = envelope;
  const known = errorCode === undefined ? undefined : findKybioCode(errorCode, settings.codes);
  // "0: unknown error" says no more than the status does.
  if (errorCode !== undefined && known !== undefined && known.meaning !== 'unknown') {
    return refused(reply, known.meaning, errorCode, withWords(messages, known.words));
  }
  const byStatus = reply.status >= 200 && reply.status < 300 ? undefined : answerByStatus(reply, messages);
  if (byStatus?.kind === 'unanswered') return byStatus;
  if (byStatus && byStatus.meaning !== 'unknown' && refusalFrom === 'status') return byStatus;
  return refused(reply, 'unknown', errorCode ?? byStatus?.errorCode ?? 'BAD_RESPONSE', messages);
}

/** Kybio mostly answers in Chinese; who reads only English gets the table's words as well, and the other way round. */
function withWords(messages: readonly string[], words: string): readonly string[] {
  return messages.some(kybioCodeTexts().isReadable) ? messages : [...messages, words];
}

function checkSeal(reply: JsonReply, settings: AnswerSettings): 'fine' | 'missing' | 'broken' {
  if (settings.answerSignature === 'ignore') return 'fine';
  const signature = reply.headers['data-signature'];
  if (signature === undefined) return settings.answerSignature === 'required' ? 'missing' : 'fine';
  return isSignedV1(settings.appKey, reply.body, signature) ? 'fine' : 'broken';
}
