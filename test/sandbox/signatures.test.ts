import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { checkKybioSignature } from '../../src/sandbox/kybio/signature.ts';
import { checkWonderSignature, wonderDigest } from '../../src/sandbox/wonder/signature.ts';

const APP_ID = 'ABCDEFABCDEFABCDEFABCDEFABCDEFAB';
const APP_KEY = '1234567890123456789';

/** api/kybio.md §7. */
const KYBIO_VECTORS: readonly [body: string, bytes: number, digest: string][] = [
  [`{"appId":"${APP_ID}","customerNum":"8008010001"}`, 71, 'BDC6FBC08EF98D52C7ABA7C00126DF93'],
  [`{"appId": "${APP_ID}", "customerNum": "8008010001"}`, 74, '9A86AC401D6964F2ED5BD9E4696A3456'],
  [
    `{"appId":"${APP_ID}","customerInfo":{"number":"K0001","name":"陈大文","point":0,"balance":12.50,"phone":"91234567"}}`,
    142,
    '97EBA9CB98EAF7CDD7B37BF7A2E9A1B7',
  ],
  [
    `{"appId":"${APP_ID}","customerInfo":{"number":"K0001","name":"\\u9648\\u5927\\u6587","point":0,"balance":12.50,"phone":"91234567"}}`,
    151,
    '85C4FE6C69659807B15395110E96B861',
  ],
  [
    `{"appId":"${APP_ID}","customerUid":231607639459718452,"balanceIncrement":-12.50,"pointIncrement":0,"dataChangeTime":"2015-12-16 13:26:23","validateBalance":1}`,
    181,
    'A701487995C18578661FAE97285B886D',
  ],
  [`{"appId":"${APP_ID}"}`, 44, '74C16A0A42623F57E54D608D4EC7369E'],
  [`{"appId":"${APP_ID}"}\n`, 45, '9FE94130F9DF4B4DA6321C378F28B04D'],
];

const [FIRST, , THIRD] = KYBIO_VECTORS;

function checkKybio(
  body: string,
  headers: { v1?: string; v3?: string; timeStamp?: string },
  accepted: 'v1' | 'v3' | 'either' = 'either',
) {
  return checkKybioSignature(
    { body: Buffer.from(body), dataSignature: headers.v1, dataSignatureV3: headers.v3, timeStamp: headers.timeStamp },
    APP_ID,
    APP_KEY,
    accepted,
  );
}

describe('Kybio signatures', () => {
  test.each(KYBIO_VECTORS)('the digest of the vector %s is good, byte for byte', (body, bytes, digest) => {
    expect(Buffer.byteLength(body)).toBe(bytes);
    expect(checkKybio(body, { v1: digest })).toBe('good');
    expect(checkKybio(`${body} x`, { v1: digest })).toBe('wrong');
    expect(checkKybio(body, { v1: digest.toLowerCase() })).toBe('wrong');
  });

  test('a body with outer white space verifies with or without it', () => {
    expect(checkKybio(`{"appId":"${APP_ID}"}\n`, { v1: '74C16A0A42623F57E54D608D4EC7369E' })).toBe('good');
  });

  test('version 3 covers appId and time-stamp', () => {
    const timeStamp = '1437528688233';
    expect(checkKybio(FIRST?.[0] ?? '', { v3: '37FA2E2A650F89D496119A624C80FDB5', timeStamp })).toBe('good');
    expect(checkKybio(THIRD?.[0] ?? '', { v3: '0B6029F394282EBCDCB67E2C40C0BB3F', timeStamp })).toBe('good');
    expect(checkKybio(FIRST?.[0] ?? '', { v3: '37FA2E2A650F89D496119A624C80FDB5', timeStamp: '1' })).toBe('wrong');
    expect(checkKybio(FIRST?.[0] ?? '', { v3: '37FA2E2A650F89D496119A624C80FDB5' })).toBe('uncheckable');
  });

  test('only the accepted version counts, and none at all is missing', () => {
    const [body = '', , v1 = ''] = FIRST ?? [];
    const v3 = '37FA2E2A650F89D496119A624C80FDB5';
    const timeStamp = '1437528688233';
    expect(checkKybio(body, { v1 }, 'v1')).toBe('good');
    expect(checkKybio(body, { v1 }, 'v3')).toBe('missing');
    expect(checkKybio(body, { v3, timeStamp }, 'v3')).toBe('good');
    expect(checkKybio(body, { v3, timeStamp }, 'v1')).toBe('missing');
    expect(checkKybio(body, { v1: 'wrong', v3, timeStamp })).toBe('good');
    expect(checkKybio(body, {})).toBe('missing');
  });
});

/** The public half of the published example key of RFC 7515, Appendix A.2. */
const RFC_KEY = {
  kty: 'RSA',
  n: 'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
  e: 'AQAB',
};

const BASE = '/svc/payment/api/v1/openapi';
const TIME = '20240501120123';
const NONCE = '0'.repeat(16);
const WONDER_APP_ID = 'd900da8b-6e16-4a85-8a66-05d29ac53f24';
const NOW_MS = Date.UTC(2024, 4, 1, 12, 1, 23);

/** api/wonder.md §6. */
const WONDER_VECTORS: readonly [name: string, method: string, uri: string, body: string, hex: string][] = [
  [
    'W1',
    'POST',
    '/echo',
    '{"message":"Hello,Wonder!"}',
    '99720de580af351982c66f02520fc16cdccf5599e6c96f9f6f7e49634187fcee',
  ],
  [
    'W2',
    'POST',
    '/customers',
    '{"customer":{"name":"陳大文","phone":"91234567","dial_code":"+852","reference_number":"K0001"}}',
    '29f6b5d1140816625a6ed6281a93d5ac4206c5e40846510c5ed617b0c97aa1e5',
  ],
  ['W3', 'GET', '/customers?limit=20&offset=0', '', 'a590cae36407a42ac82b510f8f650d52aebe5ce3771773b3b90409b7721b715c'],
  ['W4', 'GET', '/customers', '', 'cd516eba379260143bc31315b3e604ef9258217fe8b8be79effc355a19c9936b'],
  ['W5', 'GET', '/customers', '[]', 'ac1e7e625c239e31effd84d09be76099293228bb03cf0cbcb586d6b35125ffc0'],
  [
    'W6',
    'PUT',
    '/customers/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    '{"name":"陳大文","phone":"91234567"}',
    'cb150fe86fadef7478a631c7ea0ca7d7763f76549be4082ffb35ca9e75e0f044',
  ],
];

const W1_SIGNATURE =
  'n0DiOF5gXiyVkGy5CGM6I+k4vvp6aBEwf9hgaItYxPLFHgjNhPQDicupNbqT9tCy1o3w0fMr1lfgXjtQaOMDv0Dfrv8rf+eJ2cB6ybp3b296nF/kX6xMVy5boqLEeH5neIFearGKRiIMixdeIi2iX9Lxjy+YLs+PM7ZMnMCk0TIFbAlY3qMeWUENVIm7lb0fYnifXRuzQCDGXnQ5DCjQ4l1xCnF7Jag+bZReuZaCKTwvHmz96PyErgRfck2r/0FRIIkQSKnR+rKVBbp8COScmmsaqOlOmTuxWYF03HU7ljGc6XDaTU0HHLAOet/WWLEWkzRzJBfvbSs1e2+QRnYc/g==';
const W3_SIGNATURE =
  'FscHCwHfvszRmEq98UUNbYSXrfMSEbi1TpZHRiy9ysuUIUVjTmqXOQJsnDNMmn1w/Wjm6A4iqOtqNQfGzljnGuUKB7OBbyiGe+wJ6IX0lrCXQwqQucpFOnAyKdeY99LKYGMK2efb9rP2TFku+Rvvyh8LC8lJhuqSCIqqJEY3ral77GjmhdcKwp+yBfx+ZBCWf+IQU8snJuXkpz+yih1B3rwOP3oLmHbmuvbySYmRMczJi+JZTQlDykYsZu5jV11pJ7HsL9hA0/4kimKcRXFU2iWGaDJj7XHkVKiCakMdvNIxJWhyFvuRnFZtEbXJD9KgRo+Wv/QUcx9PA0SP8CFF3g==';

const rfcPublicKey = createPublicKey({ key: RFC_KEY, format: 'jwk' });
/** For what the vectors have no signature of. */
const ownKey = generateKeyPairSync('rsa', { modulusLength: 2048 });

type CheckedCall = {
  method?: string;
  uri: string;
  body?: string;
  signature?: string;
  credential?: string;
  nonce?: string;
  signQuery?: 'whole' | 'path' | 'either';
  nowMs?: number;
  publicKey?: KeyObject;
};

function checkWonder(call: CheckedCall) {
  return checkWonderSignature(
    {
      method: call.method ?? 'GET',
      target: BASE + call.uri,
      body: Buffer.from(call.body ?? ''),
      credential: call.credential ?? `${WONDER_APP_ID}/${TIME}/Wonder-RSA-SHA256`,
      nonce: call.nonce ?? NONCE,
      signature: call.signature,
    },
    {
      appId: WONDER_APP_ID,
      publicKey: call.publicKey ?? rfcPublicKey,
      clockWindowMs: 1_800_000,
      signQuery: call.signQuery ?? 'whole',
    },
    call.nowMs ?? NOW_MS,
  );
}

describe('Wonder signatures', () => {
  test.each(WONDER_VECTORS)('%s has the digest of the vector', (_name, method, uri, body, hex) => {
    expect(wonderDigest(method, BASE + uri, Buffer.from(body), TIME, NONCE)).toBe(hex);
  });

  test('the published signatures are good, and for nothing else', () => {
    const [w1] = WONDER_VECTORS;
    const call = { method: 'POST', uri: '/echo', body: w1?.[3] ?? '', signature: W1_SIGNATURE };
    expect(checkWonder(call)).toBe('good');
    expect(checkWonder({ ...call, body: `${call.body} ` })).toBe('wrong');
    expect(checkWonder({ ...call, uri: '/echo?x=1' })).toBe('wrong');
    expect(checkWonder({ ...call, method: 'PUT' })).toBe('wrong');
    expect(checkWonder({ ...call, nonce: '1'.repeat(16) })).toBe('wrong');
    expect(checkWonder({ ...call, nonce: 'short' })).toBe('badNonce');
    expect(checkWonder({ ...call, signature: W3_SIGNATURE })).toBe('wrong');
  });

  test('the query is inside, outside or either, as switched', () => {
    const whole = { uri: '/customers?limit=20&offset=0', signature: W3_SIGNATURE };
    const pathOnly = { ...ownCall(WONDER_VECTORS[3]?.[4] ?? ''), uri: '/customers?limit=20&offset=0' };
    expect([whole, pathOnly].map((call) => checkWonder({ ...call, signQuery: 'whole' }))).toEqual(['good', 'wrong']);
    expect([whole, pathOnly].map((call) => checkWonder({ ...call, signQuery: 'path' }))).toEqual(['wrong', 'good']);
    expect([whole, pathOnly].map((call) => checkWonder({ ...call, signQuery: 'either' }))).toEqual(['good', 'good']);
  });

  test("the SDK's habit of signing [] for a GET without a body is refused", () => {
    expect(checkWonder(ownCall(WONDER_VECTORS[4]?.[4] ?? ''))).toBe('wrong');
  });

  test('a signature over the digest bytes, or an unkeyed one, is refused', () => {
    const hex = WONDER_VECTORS[3]?.[4] ?? '';
    const overBytes = sign('RSA-SHA256', Buffer.from(hex, 'hex'), ownKey.privateKey).toString('base64');
    expect(checkWonder({ ...ownCall(hex), signature: overBytes })).toBe('wrong');
    expect(checkWonder({ ...ownCall(hex), signature: hex })).toBe('wrong');
    expect(checkWonder(ownCall(hex))).toBe('good');
  });

  test('a credential is refused for its form, its app and its time', () => {
    const call = ownCall(WONDER_VECTORS[3]?.[4] ?? '');
    const check = (credential: string) => checkWonder({ ...call, credential });
    expect(check('')).toBe('badCredential');
    expect(check(`${WONDER_APP_ID}/2024-05-01/Wonder-RSA-SHA256`)).toBe('badCredential');
    expect(check(`${WONDER_APP_ID}/20241301120123/Wonder-RSA-SHA256`)).toBe('badCredential');
    expect(check(`${WONDER_APP_ID}/${TIME}/Wonder-SHA256`)).toBe('badCredential');
    expect(check(`other/${TIME}/Wonder-RSA-SHA256`)).toBe('unknownApp');
    const at = (nowMs: number) => checkWonder({ ...call, nowMs });
    expect(at(NOW_MS + 1_800_000)).toBe('good');
    expect(at(NOW_MS + 1_801_000)).toBe('expired');
    expect(at(NOW_MS - 1_801_000)).toBe('expired');
  });
});

/** A GET of the customers whose digest is signed with the test's own key. */
function ownCall(hex: string): CheckedCall {
  const signature = sign('RSA-SHA256', Buffer.from(hex), ownKey.privateKey).toString('base64');
  return { uri: '/customers', signature, publicKey: ownKey.publicKey };
}
