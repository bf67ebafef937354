import { createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/http/answer.ts';
import { systemWonderRandom, type WonderClient, type WonderSettings } from '../../src/wonder/client.ts';
import { digestOf } from '../../src/wonder/signature.ts';
import { RFC_PRIVATE_KEY_PEM } from './rfc-key.ts';
import { APP_ID, askWonder, type Reply } from './wonder-server.ts';

const UUID = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
const create = (client: WonderClient) => client.createCustomer({ reference_number: 'K1', name: 'A', phone: '1' });
const update = (client: WonderClient) => client.updateCustomer(UUID, { name: 'A', phone: '1' });
const find = (client: WonderClient) => client.findCustomerByReference('K1');
const list = (client: WonderClient) => client.listCustomers({ limit: 20, offset: 0 });

async function requestOf(
  ask: (client: WonderClient) => Promise<unknown>,
  settings: Partial<WonderSettings> & { prefix?: string } = {},
) {
  const { request } = await askWonder({}, ask, settings);
  if (!request) throw new Error('no request');
  return request;
}

async function answerOf<T>(
  reply: Reply,
  ask: (client: WonderClient) => Promise<T>,
  settings: Partial<WonderSettings> = {},
) {
  return (await askWonder(reply, ask, settings)).answer;
}

function isSigned(headers: Record<string, unknown>, method: string, uri: string, body: string): boolean {
  const digest = digestOf({ time: '20240501120123', nonce: '0'.repeat(16), method, uri, body });
  return verify(
    'sha256',
    Buffer.from(digest),
    createPublicKey(RFC_PRIVATE_KEY_PEM),
    Buffer.from(String(headers.signature), 'base64'),
  );
}

describe('what goes over the wire', () => {
  it('echo is the vector W1, byte for byte', async () => {
    const { headers, method, url, body } = await requestOf((client) => client.echo('Hello,Wonder!'));
    expect([method, url, body]).toEqual(['POST', '/svc/payment/api/v1/openapi/echo', '{"message":"Hello,Wonder!"}']);
    expect(headers).toMatchObject({
      credential: `${APP_ID}/20240501120123/Wonder-RSA-SHA256`,
      nonce: '0000000000000000',
      'x-request-id': '00000000-0000-4000-8000-000000000000',
      'content-type': 'application/json',
      signature: expect.stringMatching(/^n0DiOF5gXiyVkGy5CGM6I/),
    });
    expect(headers['x-i18n-lang']).toBeUndefined();
  });

  it('POST is wrapped, has no uuid and no empty fields', async () => {
    const request = await requestOf((client) =>
      client.createCustomer({
        uuid: UUID,
        name: '陳大文',
        phone: '91234567',
        dial_code: '+852',
        email: '',
        reference_number: 'K0001',
      }),
    );
    expect([request.method, request.url]).toEqual(['POST', '/svc/payment/api/v1/openapi/customers']);
    expect(request.body).toBe(
      '{"customer":{"name":"陳大文","phone":"91234567","dial_code":"+852","reference_number":"K0001"}}',
    );
  });

  it('PUT is flat, or wrapped where the account wants it, and never has the reference', async () => {
    const ask = (client: WonderClient) =>
      client.updateCustomer(UUID, { uuid: UUID, name: '陳大文', phone: '91234567', reference_number: 'K1' });
    const flat = await requestOf(ask);
    expect([flat.method, flat.url]).toEqual(['PUT', `/svc/payment/api/v1/openapi/customers/${UUID}`]);
    expect(flat.body).toBe('{"name":"陳大文","phone":"91234567"}');
    expect((await requestOf(ask, { putBody: 'wrapped' })).body).toBe(
      '{"customer":{"name":"陳大文","phone":"91234567"}}',
    );
  });

  it('the query is signed or not, and sent in either case', async () => {
    const uri = '/svc/payment/api/v1/openapi/customers';
    const whole = await requestOf(list);
    expect(whole.url).toBe(`${uri}?limit=20&offset=0`);
    expect(isSigned(whole.headers, 'GET', `${uri}?limit=20&offset=0`, '')).toBe(true);
    const path = await requestOf(list, { signQuery: false });
    expect(path.url).toBe(`${uri}?limit=20&offset=0`);
    expect(isSigned(path.headers, 'GET', uri, '')).toBe(true);
  });

  it('a reference is percent-encoded in the path, and signed as sent', async () => {
    const { url, headers } = await requestOf((client) => client.findCustomerByReference('a/b ?#%陳'));
    expect(url).toBe('/svc/payment/api/v1/openapi/customers/ref/a%2Fb%20%3F%23%25%E9%99%B3');
    expect(isSigned(headers, 'GET', url, '')).toBe(true);
  });

  it('the path of the base URL is part of what is signed', async () => {
    const { url, headers } = await requestOf(find, { prefix: '/wonder/' });
    expect(url).toBe('/wonder/svc/payment/api/v1/openapi/customers/ref/K1');
    expect(isSigned(headers, 'GET', url, '')).toBe(true);
  });

  it('the language and a clock offset, when set', async () => {
    const { headers } = await requestOf(find, { language: 'zh-HK', clockOffsetMs: -60_000 });
    expect(headers['x-i18n-lang']).toBe('zh-HK');
    expect(headers.credential).toContain('/20240501120023/');
  });

  it('nonces and request ids are new each time', () => {
    const ints = Array.from({ length: 200 }, () => systemWonderRandom.int(62));
    expect(Math.max(...ints)).toBeLessThan(62);
    expect(new Set(ints).size).toBeGreaterThan(20);
    expect(systemWonderRandom.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('an AppID that cannot be in a header is refused at once', async () => {
    for (const appId of ['', 'a/b', 'a\nb', 'a b']) {
      await expect(requestOf(find, { appId })).rejects.toMatchObject({ code: 'BAD_APP_ID' });
    }
  });
});

describe('a customer', () => {
  const CUSTOMER =
    `{"uuid":"${UUID}","reference_number":"K1","name":"陳大文","phone":"91234567","dial_code":"+852","email":"","default_payment_method":"Credit Card",` +
    '"default_payment_token":{"token_type":"CreditCard","token":"T-1","state":"ok","default":true,"credit_card":{"number":"4242","exp_year":"2030","holder_name":"H"}},"new":1}';
  const FIELDS = {
    uuid: UUID,
    reference_number: 'K1',
    name: '陳大文',
    phone: '91234567',
    dial_code: '+852',
    default_payment_method: 'Credit Card',
    default_payment_token: 'T-1',
  };
  const body = `{"code":200,"message":"succeed","data":{"customer":${CUSTOMER}}}`;

  it('comes as texts, with the token’s id and nothing of the card', async () => {
    for (const ask of [create, update, find]) {
      expect(await answerOf({ body }, ask)).toEqual({ kind: 'success', data: FIELDS });
    }
  });

  it('is accepted under code 0 with data, and under code "200"', async () => {
    for (const code of ['0', '"200"', '200.0e0']) {
      const answer = await answerOf({ body: body.replace('"code":200', `"code":${code}`) }, create);
      expect(answer.kind).toBe(code === '200.0e0' ? 'refused' : 'success');
    }
    expect(await answerOf({ body: '{"code":0,"message":"string"}' }, create)).toMatchObject({
      kind: 'refused',
      meaning: 'unknown',
    });
  });

  it.each([
    ['another reference', create, body.replace('K1', 'K2')],
    ['another uuid', update, body.replace(UUID, UUID.replace('1', '2'))],
    ['another reference', find, body.replace('K1', 'k1')],
    ['no uuid', create, body.replace('"uuid"', '"id"')],
    ['null data', create, '{"code":200,"data":null}'],
    ['no data', create, '{"code":200}'],
    ['no data', update, '{"code":200}'],
    ['no data', find, '{"code":200}'],
    ['a list', find, '{"code":200,"data":{"customer":[]}}'],
  ])('that cannot be believed is unanswered: %s', async (_name, ask, text) => {
    expect(await answerOf<Answer<unknown>>({ body: text }, ask)).toMatchObject({
      kind: 'unanswered',
      errorCode: 'BAD_RESPONSE',
    });
  });

  it('list comes with the total of the header', async () => {
    const text = `{"code":200,"data":{"customers":[${CUSTOMER}]}}`;
    expect(await answerOf({ body: text, headers: { 'X-Total-Entries': '1234' } }, list)).toEqual({
      kind: 'success',
      data: { customers: [FIELDS], total: 1234 },
    });
    expect(await answerOf({ body: text }, list)).toEqual({ kind: 'success', data: { customers: [FIELDS] } });
    expect(await answerOf({ body: '{"code":200,"data":{"customers":[]}}' }, list)).toMatchObject({
      data: { customers: [] },
    });
    for (const data of ['null', '{}', '{"customers":[{}]}']) {
      expect(await answerOf({ body: `{"code":200,"data":${data}}` }, list)).toMatchObject({ kind: 'unanswered' });
    }
  });
});

describe('nobody', () => {
  const codes = { notFound: ['E000012'], tooFast: [] };
  const REPLIES: [string, Reply][] = [
    ['404', { status: 404, body: '{"code":"E000012","message":"Customer not found."}' }],
    ['404 with an unknown code', { status: 404, body: '{"code":"E9","message":"Customer not found."}' }],
    ['404 without a body', { status: 404, body: '' }],
    [
      '400 with the code',
      { status: 400, body: '{"code":400,"error_code":"E000012","error_message":"no","data":null}' },
    ],
    ['200 with the code', { body: '{"code":"E000012","message":"no"}' }],
    ['null data', { body: '{"code":200,"message":"succeed","data":null}' }],
    ['null data and code 0', { body: '{"code":0,"message":"succeed","data":null}' }],
    ['a null customer', { body: '{"code":200,"message":"succeed","data":{"customer":null}}' }],
  ];

  it.each(REPLIES)('is undefined for a lookup, and not_found for an update: %s', async (_name, reply) => {
    expect(await answerOf(reply, find, { codes })).toEqual({ kind: 'success', data: undefined });
    expect(await answerOf(reply, update, { codes })).toMatchObject({ kind: 'refused', meaning: 'not_found' });
  });

  it('is not what a web page with 404 says: the base URL is wrong', async () => {
    const answer = await answerOf({ status: 404, body: '<html>404 page not found</html>' }, find);
    expect(answer).toMatchObject({ kind: 'refused', meaning: 'unknown', errorCode: 'HTTP_404' });
  });
});

describe('a refusal', () => {
  const codes = { notFound: [], tooFast: ['E000099'] };
  const CASES: [string, Reply, object][] = [
    [
      'the documented shape',
      { status: 400, body: '{"code":"E000011","message":"bad phone"}' },
      { meaning: 'row', errorCode: 'E000011', messages: ['bad phone'] },
    ],
    [
      'the vendor code’s shape',
      { status: 400, body: '{"code":400,"error_code":"E000011","error_message":"bad","message":"phone"}' },
      { meaning: 'row', errorCode: 'E000011', messages: ['phone', 'bad'] },
    ],
    [
      'the oldest shape',
      { status: 400, body: '{"error_code":"E000011","error_message":"bad","data":null}' },
      { meaning: 'row', errorCode: 'E000011', messages: ['bad'] },
    ],
    ['under HTTP 200', { body: '{"code":"E000011","message":"bad"}' }, { meaning: 'unknown', errorCode: 'E000011' }],
    [
      'under HTTP 200 with a number alone',
      { body: '{"code":500,"message":"bad"}' },
      { meaning: 'unknown', errorCode: '500' },
    ],
    ['400 without an envelope', { status: 400, body: 'bad' }, { meaning: 'row', errorCode: 'HTTP_400' }],
    ['422', { status: 422, body: '{}' }, { meaning: 'row', errorCode: 'HTTP_422' }],
    [
      '401',
      { status: 401, body: '{"code":"E000003","message":"Invalid Signature."}' },
      { meaning: 'credentials', errorCode: 'E000003' },
    ],
    ['403 without an envelope', { status: 403, body: '<html>' }, { meaning: 'credentials', errorCode: 'HTTP_403' }],
    [
      'the credential code',
      { status: 400, body: '{"code":"E000002","message":"Invalid Credential Format."}' },
      { meaning: 'credentials', errorCode: 'E000002' },
    ],
    [
      '429',
      { status: 429, body: 'slow down', headers: { 'retry-after': '2' } },
      { meaning: 'too_fast', errorCode: 'HTTP_429', retryAfterMs: 2000 },
    ],
    [
      'a too-fast code of the settings',
      { status: 503, body: '{"code":"E000099","message":"slow"}' },
      { meaning: 'too_fast', errorCode: 'E000099' },
    ],
    ['409', { status: 409, body: '{"code":"E1","message":"x"}' }, { meaning: 'unknown', errorCode: 'E1' }],
  ];

  it.each(CASES)('%s', async (_name, reply, expected) => {
    expect(await answerOf(reply, create, { codes })).toMatchObject({ kind: 'refused', ...expected });
  });
});

describe('no answer', () => {
  it.each([
    ['500 with an error', { status: 500, body: '{"code":"E000001","message":"Internal Server Error."}' }, 'HTTP_500'],
    ['502 with a web page', { status: 502, body: '<html>' }, 'HTTP_502'],
    ['502 with a success', { status: 502, body: '{"code":200,"data":{}}' }, 'HTTP_502'],
    ['a redirect', { status: 302, headers: { location: '/' } }, 'HTTP_302'],
    ['an empty body', { body: '' }, 'BAD_RESPONSE'],
    ['a web page', { body: '<html>' }, 'BAD_RESPONSE'],
    ['foreign JSON', { body: '{"ok":true}' }, 'BAD_RESPONSE'],
    ['a list', { body: '[]' }, 'BAD_RESPONSE'],
  ])('is %s', async (_name, reply, errorCode) => {
    expect(await answerOf<Answer<unknown>>(reply, create)).toMatchObject({ kind: 'unanswered', errorCode });
    expect(await answerOf<Answer<unknown>>(reply, find)).toMatchObject({ kind: 'unanswered', errorCode });
  });
});
