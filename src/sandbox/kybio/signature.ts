import { createHash } from 'node:crypto';

/** What of a call its signature depends on. `body` is exactly what came over the wire. */
type SignedCall = {
  readonly body: Buffer;
  readonly dataSignature: string | undefined;
  readonly dataSignatureV3: string | undefined;
  readonly timeStamp: string | undefined;
};

type SignatureCheck = 'good' | 'missing' | 'uncheckable' | 'wrong';

/**
 * Version 1: MD5(appKey + body). Version 3: MD5(appId + appKey + time-stamp + body). Upper-case hex.
 * Of two signatures one right one is enough. The time-stamp of version 1 is not looked at: shipped
 * clients send seconds, stale values and worse.
 */
export function checkKybioSignature(
  call: SignedCall,
  appId: string,
  appKey: string,
  accepted: 'v1' | 'v3' | 'either',
): SignatureCheck {
  const v1 = accepted === 'v3' ? undefined : call.dataSignature;
  const v3 = accepted === 'v1' ? undefined : call.dataSignatureV3;
  if (v1 === undefined && v3 === undefined) return 'missing';
  if (v1 !== undefined && matches(v1, appKey, call.body)) return 'good';
  if (v3 === undefined) return 'wrong';
  if (call.timeStamp === undefined) return 'uncheckable';
  return matches(v3, appId + appKey + call.timeStamp, call.body) ? 'good' : 'wrong';
}

/** The header of an answer: MD5(appKey + body). */
export function signKybioAnswer(appKey: string, body: string): string {
  return createHash('md5').update(appKey).update(body).digest('hex').toUpperCase();
}

function matches(given: string, prefix: string, body: Buffer): boolean {
  if (given === digest(prefix, body)) return true;
  // The vendor's Java sample trims before hashing, the others do not: outer white space may count or not.
  const trimmed = trimAscii(body);
  return trimmed.length !== body.length && given === digest(prefix, trimmed);
}

function digest(prefix: string, body: Buffer): string {
  return createHash('md5').update(prefix).update(body).digest('hex').toUpperCase();
}

/** Java's String.trim: everything up to and including the space. */
function trimAscii(body: Buffer): Buffer {
  let start = 0;
  let end = body.length;
  while (start < end && (body[start] ?? 33) <= 32) start += 1;
  while (end > start && (body[end - 1] ?? 33) <= 32) end -= 1;
  return body.subarray(start, end);
}
