import { describe, expect, it } from 'vitest';
import { isSignedV1, signV1, signV3 } from '../../src/kybio/signature.ts';

// api/kybio.md §7. No vector of the vendor's exists; these were computed apart from this code, the first twice.
const APP_KEY = '1234567890123456789';
const APP_ID = 'ABCDEFABCDEFABCDEFABCDEFABCDEFAB';
const TIME = '1437528688233';

const VECTORS: [string, string, number, string][] = [
  ['a lookup', `{"appId":"${APP_ID}","customerNum":"8008010001"}`, 71, 'BDC6FBC08EF98D52C7ABA7C00126DF93'],
  ['spaces', `{"appId": "${APP_ID}", "customerNum": "8008010001"}`, 74, '9A86AC401D6964F2ED5BD9E4696A3456'],
  [
    'Chinese',
    `{"appId":"${APP_ID}","customerInfo":{"number":"K0001","name":"陈大文","point":0,"balance":12.50,"phone":"91234567"}}`,
    142,
    '97EBA9CB98EAF7CDD7B37BF7A2E9A1B7',
  ],
  [
    'escaped Chinese',
    `{"appId":"${APP_ID}","customerInfo":{"number":"K0001","name":"\\u9648\\u5927\\u6587","point":0,"balance":12.50,"phone":"91234567"}}`,
    151,
    '85C4FE6C69659807B15395110E96B861',
  ],
  [
    'an increment',
    `{"appId":"${APP_ID}","customerUid":231607639459718452,"balanceIncrement":-12.50,"pointIncrement":0,"dataChangeTime":"2015-12-16 13:26:23","validateBalance":1}`,
    181,
    'A701487995C18578661FAE97285B886D',
  ],
  ['appId alone', `{"appId":"${APP_ID}"}`, 44, '74C16A0A42623F57E54D608D4EC7369E'],
  ['a trailing newline', `{"appId":"${APP_ID}"}\n`, 45, '9FE94130F9DF4B4DA6321C378F28B04D'],
];

describe('v1', () => {
  it.each(VECTORS)('%s', (_name, body, byteCount, digest) => {
    expect(Buffer.byteLength(body)).toBe(byteCount);
    expect(signV1(APP_KEY, body)).toBe(digest);
    expect(signV1(APP_KEY, Buffer.from(body))).toBe(digest);
  });

  it('is checked without regard to case, and only for these bytes and this key', () => {
    const body = Buffer.from('{"status":"success"}');
    const signature = signV1(APP_KEY, body);
    expect(isSignedV1(APP_KEY, body, ` ${signature.toLowerCase()} `)).toBe(true);
    expect(isSignedV1('other', body, signature)).toBe(false);
    expect(isSignedV1(APP_KEY, Buffer.from('{"status":"error"}'), signature)).toBe(false);
    expect(isSignedV1(APP_KEY, body, '')).toBe(false);
  });
});

it.each([
  [0, '37FA2E2A650F89D496119A624C80FDB5'],
  [2, '0B6029F394282EBCDCB67E2C40C0BB3F'],
])('v3 of row %i', (row, digest) => {
  expect(signV3(APP_ID, APP_KEY, TIME, VECTORS[row]?.[1] ?? '')).toBe(digest);
});
