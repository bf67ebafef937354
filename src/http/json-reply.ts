import type { Clock } from '../base/clock.ts';
import { answerTexts } from '../texts/runs/answers.ts';
import type { Meaning, NotSent, Refused, Unanswered } from './answer.ts';
import type { TransportResult } from './exchange.ts';
import { type JsonValue, parseJson } from './lossless-json.ts';
import { oneLine } from './one-line.ts';
import { parseRetryAfter } from './retry-timing.ts';

/** An HTTP answer that arrived whole, before anybody asked what it means. */
export type JsonReply = {
  readonly kind: 'reply';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The decoded bytes, for a signature. */
  readonly body: Buffer;
  /** The body, or undefined when it is no JSON in UTF-8; `problem` then says why. */
  readonly json: JsonValue | undefined;
  readonly problem: string;
  readonly retryAfterMs: number | undefined;
};

/** What both vendors have in common: a call that broke off has its answer here, the rest is read as JSON. */
export function readJsonReply(result: TransportResult, clock: Pick<Clock, 'nowMs'>): JsonReply | NotSent | Unanswered {
  if (result.kind === 'broken') {
    const { wasSent, errorCode } = result;
    const detail = result.detail();
    return wasSent ? unanswered(errorCode, detail) : { kind: 'not_sent', errorCode, detail };
  }
  const retryAfter = result.headers['retry-after'];
  return {
    kind: 'reply',
    status: result.status,
    headers: result.headers,
    body: result.body,
    ...readBody(result.body),
    retryAfterMs: retryAfter === undefined ? undefined : parseRetryAfter(retryAfter, clock.nowMs()),
  };
}

/**
 * What the HTTP status alone says, for an answer without an envelope that can be read:
 * 401 and 403 the credentials, 429 too fast, 404 a wrong address, 3xx and 5xx nothing that can be believed (a redirect is
 * somebody else's answer), any other 4xx a refusal for a reason nobody told. A 2xx is BAD_RESPONSE.
 */
export function answerByStatus(reply: JsonReply, messages: readonly string[] = []): Refused | Unanswered {
  const { status } = reply;
  const code = `HTTP_${status}`;
  if (status === 401 || status === 403) return refused(reply, 'credentials', code, messages);
  if (status === 429) return refused(reply, 'too_fast', code, messages);
  if (status === 404)
    return refused(reply, 'unknown', code, messages.length > 0 ? messages : [answerTexts().nothingThere]);
  if (status >= 400 && status < 500) return refused(reply, 'unknown', code, messages);
  if (status >= 200 && status < 300) return badResponse(reply, reply.problem || answerTexts().otherShape);
  return unanswered(code, answerTexts().status(status, describeBody(reply)), reply.retryAfterMs);
}

export function refused(
  reply: JsonReply,
  meaning: Meaning,
  errorCode: string,
  messages: readonly string[] = [],
): Refused {
  const { retryAfterMs } = reply;
  const refusal = { kind: 'refused', errorCode: oneLine(errorCode, 40), messages, meaning } as const;
  return retryAfterMs === undefined ? refusal : { ...refusal, retryAfterMs };
}

export function unanswered(errorCode: string, detail: string, retryAfterMs?: number): Unanswered {
  const answer = { kind: 'unanswered', errorCode, detail: oneLine(detail) } as const;
  return retryAfterMs === undefined ? answer : { ...answer, retryAfterMs };
}

/** An answer that arrived and cannot be believed. The detail never quotes it: it may hold personal data. */
export function badResponse(reply: JsonReply, problem: string): Unanswered {
  const detail = answerTexts().badResponse(reply.status, problem, describeBody(reply));
  return unanswered('BAD_RESPONSE', detail, reply.retryAfterMs);
}

function describeBody(reply: JsonReply): string {
  // A header is the vendor's text too, and this goes into the ledger: only the name of a type is told.
  const [type = ''] = /^[\w.+-]{1,40}\/[\w.+-]{1,40}/.exec(reply.headers['content-type'] ?? '') ?? [];
  return answerTexts().body(reply.body.length, type);
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function readBody(body: Buffer): { json: JsonValue | undefined; problem: string } {
  if (body.length === 0) return { json: undefined, problem: answerTexts().bodyEmpty };
  let text: string;
  try {
    // Strict: a byte that is no UTF-8 must not turn into U+FFFD inside somebody's name. A BOM is dropped.
    text = utf8.decode(body);
  } catch {
    return { json: undefined, problem: answerTexts().bodyNotUtf8 };
  }
  const parsing = parseJson(text);
  if (parsing.isJson) return { json: parsing.value, problem: '' };
  return { json: undefined, problem: answerTexts().bodyNotJson(parsing.problem) };
}
