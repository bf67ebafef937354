import { createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import { type OperatorError, usageError } from '../base/errors.ts';
import { callTexts } from '../texts/runs/calls.ts';

export const ALGORITHM = 'Wonder-RSA-SHA256';

type SignedRequest = {
  /** `yyyymmddHHMMSS`, UTC. */
  readonly time: string;
  /** 16 alphanumerics. */
  readonly nonce: string;
  readonly method: string;
  /** The request target exactly as it goes over the wire, query included unless the account signs paths only. */
  readonly uri: string;
  /** Absent or empty: the body line is left out. */
  readonly body?: string | undefined;
};

/**
 * The text that is signed: two HMACs chain a key out of nonce, time and algorithm name (raw bytes), the
 * third covers method, URI and body. Its lower-case hex, not its bytes, is what RSA signs.
 */
export function digestOf(request: SignedRequest): string {
  const lines = [request.method, request.uri];
  if (request.body) lines.push(request.body);
  const timeKey = hmac(request.nonce, request.time).digest();
  const algorithmKey = hmac(timeKey, ALGORITHM).digest();
  return hmac(algorithmKey, lines.join('\n')).digest('hex');
}

const signInPool = promisify<string, Buffer, KeyObject, Buffer>(sign);

/**
 * RSA PKCS#1 v1.5 over SHA-256, in base64. A signature takes 0.3 ms with a key of 2,048 bits and 4 ms with one of 4,096
 * bits: Node's own threads sign, so that all cores do, and the rows go on meanwhile.
 */
export async function signDigest(digest: string, privateKey: KeyObject): Promise<string> {
  return (await signInPool('sha256', Buffer.from(digest), privateKey)).toString('base64');
}

const MODULUS_BITS_MIN = 2048;

/** Loads the key once; the message says what is wrong with the text and never shows any of it. */
export function loadPrivateKey(pem: string): KeyObject {
  const texts = callTexts();
  const label = /-----BEGIN ([A-Z0-9 ]+)-----/.exec(pem)?.[1];
  if (label === undefined) throw badKey(texts.keyNotPem);
  if (label.includes('PUBLIC') || label.includes('CERTIFICATE')) {
    throw badKey(texts.keyIsOther(label.toLowerCase()));
  }
  if (label.includes('ENCRYPTED') || pem.includes('Proc-Type: 4,ENCRYPTED')) {
    throw badKey(texts.keyEncrypted);
  }
  const key = parseKey(pem);
  if (key.asymmetricKeyType !== 'rsa') throw badKey(texts.keyOfType(String(key.asymmetricKeyType)));
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MODULUS_BITS_MIN) throw badKey(texts.keyTooShort(bits, MODULUS_BITS_MIN));
  return key;
}

function badKey(message: string): OperatorError {
  return usageError('BAD_PRIVATE_KEY', message, callTexts().badKeyHint);
}

function parseKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The cause is not kept: OpenSSL's error may quote what it could not read.
    throw badKey(callTexts().keyDamaged);
  }
}

function hmac(key: string | Buffer, message: string) {
  return createHmac('sha256', key).update(message);
}

/** The credential's time: compact UTC. */
export function credentialTime(nowMs: number): string {
  return new Date(nowMs).toISOString().replace(/[-:T]/g, '').slice(0, 14);
}
