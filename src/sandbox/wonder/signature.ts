import { createHmac, type KeyObject, verify } from 'node:crypto';

const ALGORITHM = 'Wonder-RSA-SHA256';
const CREDENTIAL = /^([^/]{1,64})\/([0-9]{14})\/Wonder-RSA-SHA256$/;

type WonderSignedCall = {
  readonly method: string;
  /** Path and query exactly as in the request line. */
  readonly target: string;
  readonly body: Buffer;
  readonly credential: string | undefined;
  readonly nonce: string | undefined;
  readonly signature: string | undefined;
};

type WonderSignatureCheck = 'good' | 'badCredential' | 'unknownApp' | 'expired' | 'badNonce' | 'wrong';

type WonderVerifier = {
  readonly appId: string;
  readonly publicKey: KeyObject;
  readonly clockWindowMs: number;
  readonly signQuery: 'whole' | 'path' | 'either';
};

/**
 * The RSA signature is over the lower-case hex text of the keyed digest, not over its bytes, and
 * there is no unkeyed form: the vendor's SDK had one until January 2026.
 */
export function checkWonderSignature(
  call: WonderSignedCall,
  verifier: WonderVerifier,
  nowMs: number,
): WonderSignatureCheck {
  const match = CREDENTIAL.exec(call.credential ?? '');
  const appId = match?.[1];
  const time = match?.[2];
  if (appId === undefined || time === undefined) return 'badCredential';
  const timeMs = credentialTimeMs(time);
  if (timeMs === undefined) return 'badCredential';
  if (appId !== verifier.appId) return 'unknownApp';
  if (Math.abs(nowMs - timeMs) > verifier.clockWindowMs) return 'expired';
  if (call.nonce === undefined || !/^[0-9A-Za-z]{16}$/.test(call.nonce)) return 'badNonce';
  if (call.signature === undefined || !/^[0-9A-Za-z+/]+={0,2}$/.test(call.signature)) return 'wrong';
  const signature = Buffer.from(call.signature, 'base64');
  for (const uri of signedUris(call.target, verifier.signQuery)) {
    const text = wonderDigest(call.method, uri, call.body, time, call.nonce);
    if (verify('RSA-SHA256', Buffer.from(text), verifier.publicKey, signature)) return 'good';
  }
  return 'wrong';
}

/** The hex text that is signed: HMACs chained over nonce, time, algorithm, and then the request. */
export function wonderDigest(method: string, uri: string, body: Buffer, time: string, nonce: string): string {
  const timeKey = createHmac('sha256', nonce).update(time).digest();
  const algorithmKey = createHmac('sha256', timeKey).update(ALGORITHM).digest();
  const request = createHmac('sha256', algorithmKey).update(`${method}\n${uri}`);
  if (body.length > 0) request.update('\n').update(body);
  return request.digest('hex');
}

function signedUris(target: string, signQuery: WonderVerifier['signQuery']): string[] {
  const path = target.split('?', 1)[0] ?? target;
  if (signQuery === 'path' || path === target) return [path];
  return signQuery === 'whole' ? [target] : [target, path];
}

function credentialTimeMs(text: string): number | undefined {
  const iso = text.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6.000Z');
  const timeMs = Date.parse(iso);
  return Number.isNaN(timeMs) ? undefined : timeMs;
}
