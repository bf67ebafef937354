import { createHmac, createPrivateKey, createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import { credentialTime, digestOf, loadPrivateKey, signDigest } from '../../src/wonder/signature.ts';
import { RFC_PRIVATE_KEY_PEM } from './rfc-key.ts';

// api/wonder.md §6. No vector of the vendor's exists; these were computed apart from this code.
const TIME = '20240501120123';
const NONCE = '0'.repeat(16);
const BASE = '/svc/payment/api/v1/openapi';
const CUSTOMER = '{"customer":{"name":"陳大文","phone":"91234567","dial_code":"+852","reference_number":"K0001"}}';

const VECTORS: [string, string, string, string | undefined, string][] = [
  [
    'W1',
    'POST',
    '/echo',
    '{"message":"Hello,Wonder!"}',
    '99720de580af351982c66f02520fc16cdccf5599e6c96f9f6f7e49634187fcee',
  ],
  ['W2', 'POST', '/customers', CUSTOMER, '29f6b5d1140816625a6ed6281a93d5ac4206c5e40846510c5ed617b0c97aa1e5'],
  [
    'W3',
    'GET',
    '/customers?limit=20&offset=0',
    undefined,
    'a590cae36407a42ac82b510f8f650d52aebe5ce3771773b3b90409b7721b715c',
  ],
  ['W4', 'GET', '/customers', undefined, 'cd516eba379260143bc31315b3e604ef9258217fe8b8be79effc355a19c9936b'],
  ['W5', 'GET', '/customers', '[]', 'ac1e7e625c239e31effd84d09be76099293228bb03cf0cbcb586d6b35125ffc0'],
  [
    'W6',
    'PUT',
    '/customers/1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed',
    '{"name":"陳大文","phone":"91234567"}',
    'cb150fe86fadef7478a631c7ea0ca7d7763f76549be4082ffb35ca9e75e0f044',
  ],
];

const RSA_W1 =
  'n0DiOF5gXiyVkGy5CGM6I+k4vvp6aBEwf9hgaItYxPLFHgjNhPQDicupNbqT9tCy1o3w0fMr1lfgXjtQaOMDv0Dfrv8rf+eJ2cB6ybp3b296nF/kX6xMVy5boqLEeH5neIFearGKRiIMixdeIi2iX9Lxjy+YLs+PM7ZMnMCk0TIFbAlY3qMeWUENVIm7lb0fYnifXRuzQCDGXnQ5DCjQ4l1xCnF7Jag+bZReuZaCKTwvHmz96PyErgRfck2r/0FRIIkQSKnR+rKVBbp8COScmmsaqOlOmTuxWYF03HU7ljGc6XDaTU0HHLAOet/WWLEWkzRzJBfvbSs1e2+QRnYc/g==';
const RSA_W3 =
  'FscHCwHfvszRmEq98UUNbYSXrfMSEbi1TpZHRiy9ysuUIUVjTmqXOQJsnDNMmn1w/Wjm6A4iqOtqNQfGzljnGuUKB7OBbyiGe+wJ6IX0lrCXQwqQucpFOnAyKdeY99LKYGMK2efb9rP2TFku+Rvvyh8LC8lJhuqSCIqqJEY3ral77GjmhdcKwp+yBfx+ZBCWf+IQU8snJuXkpz+yih1B3rwOP3oLmHbmuvbySYmRMczJi+JZTQlDykYsZu5jV11pJ7HsL9hA0/4kimKcRXFU2iWGaDJj7XHkVKiCakMdvNIxJWhyFvuRnFZtEbXJD9KgRo+Wv/QUcx9PA0SP8CFF3g==';

describe('the digest', () => {
  it.each(VECTORS)('%s', (_name, method, path, body, digest) => {
    expect(digestOf({ time: TIME, nonce: NONCE, method, uri: BASE + path, body })).toBe(digest);
  });

  it('chains raw bytes, not their hex', () => {
    const k1 = createHmac('sha256', NONCE).update(TIME).digest();
    expect(k1.toString('hex')).toBe('420b86e52a03aa08d0d074f35a180cc0ff5451163125669d27f3a1a1e332350b');
    const k2 = createHmac('sha256', k1).update('Wonder-RSA-SHA256').digest('hex');
    expect(k2).toBe('86594697098ec104aec240c0fe847f04136a65a3f0ba8c6c64e7937b484c2603');
  });

  it('leaves the body line out for an empty body', () => {
    const request = { time: TIME, nonce: NONCE, method: 'GET', uri: `${BASE}/customers` };
    expect(digestOf({ ...request, body: '' })).toBe(digestOf(request));
  });
});

describe('the RSA signature', () => {
  const key = loadPrivateKey(RFC_PRIVATE_KEY_PEM);

  it.each([
    ['W1', VECTORS[0]?.[4] ?? '', RSA_W1],
    ['W3', VECTORS[2]?.[4] ?? '', RSA_W3],
  ])('%s, byte for byte', async (_name, digest, signature) => {
    expect(await signDigest(digest, key)).toBe(signature);
    expect(verify('sha256', Buffer.from(digest), createPublicKey(key), Buffer.from(signature, 'base64'))).toBe(true);
  });
});

describe('the private key', () => {
  const rsa = createPrivateKey(RFC_PRIVATE_KEY_PEM);
  const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
  const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

  it('is accepted as PKCS#8 and as PKCS#1, with text around it', () => {
    const pkcs1 = rsa.export({ type: 'pkcs1', format: 'pem' }).toString();
    for (const pem of [RFC_PRIVATE_KEY_PEM, pkcs1, `comment\r\n${pkcs1.replaceAll('\n', '\r\n')}\r\n`]) {
      expect(loadPrivateKey(pem).asymmetricKeyDetails?.modulusLength).toBe(2048);
    }
  });

  it.each([
    ['', 'not in PEM'],
    ['secret stuff', 'not in PEM'],
    [createPublicKey(rsa).export({ type: 'spki', format: 'pem' }).toString(), 'public key instead'],
    [rsa.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(), 'encrypted'],
    [RFC_PRIVATE_KEY_PEM.replace(/\n.{20}/, '\nAAAAsecret'), 'damaged'],
    [RFC_PRIVATE_KEY_PEM.slice(0, 400), 'damaged'],
    [small.export({ type: 'pkcs8', format: 'pem' }).toString(), '1024 bits'],
    [curve.export({ type: 'pkcs8', format: 'pem' }).toString(), 'type ec'],
  ])('is refused with what is wrong, and is not shown (case %#)', (pem, problem) => {
    let thrown: unknown;
    try {
      loadPrivateKey(pem);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(OperatorError);
    expect(thrown).toMatchObject({ code: 'BAD_PRIVATE_KEY', exitCode: 2, message: expect.stringContaining(problem) });
    const shown =
      thrown instanceof OperatorError ? `${thrown.message} ${thrown.hint} ${thrown.stack} ${String(thrown.cause)}` : '';
    for (const line of pem.split('\n').filter((text) => text.length > 8 && !text.startsWith('-----'))) {
      expect(shown).not.toContain(line);
    }
  });
});

it('the credential’s time is compact UTC', () => {
  expect(credentialTime(Date.UTC(2024, 4, 1, 12, 1, 23, 999))).toBe('20240501120123');
});
