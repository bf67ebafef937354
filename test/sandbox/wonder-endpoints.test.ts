import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { DEFAULT_SWITCHES } from '../../src/sandbox/switches.ts';
import { control, setSwitches, wonder } from './signed-calls.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ stateFolder: ':memory:' });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await setSwitches(sandbox, DEFAULT_SWITCHES);
  await control(sandbox, 'DELETE', 'state');
});

type Fields = Record<string, unknown>;
const post = (customer: Fields) =>
  wonder(sandbox, { method: 'POST', path: '/customers', body: JSON.stringify({ customer }) });
const put = (uuid: string, body: Fields) =>
  wonder(sandbox, { method: 'PUT', path: `/customers/${uuid}`, body: JSON.stringify(body) });
const byReference = (reference: string) => wonder(sandbox, { path: `/customers/ref/${encodeURIComponent(reference)}` });
const customerOf = (text: string): Record<string, string> => JSON.parse(text).data.customer;
const stored = async (reference: string): Promise<Record<string, string>> =>
  JSON.parse((await control(sandbox, 'GET', `customers?reference_number=${encodeURIComponent(reference)}`)).text);

describe('customers', () => {
  test('POST creates, and updates when the reference exists: the same uuid, and no telling which', async () => {
    const created = await post({ reference_number: 'R/1 &中', name: '陳大文', phone: '91234567' });
    const updated = await post({ reference_number: 'R/1 &中', name: 'New', phone: '1', email: 'a@b.co' });
    expect(created.text).toMatch(
      /^\{"code":200,"message":"succeed","data":\{"customer":\{"name":"陳大文","dial_code":"\+852","phone":"91234567","reference_number":"R\/1 &中","uuid":"[0-9a-f-]{36}"\}\}\}$/,
    );
    expect(customerOf(updated.text)).toMatchObject({
      uuid: customerOf(created.text).uuid,
      name: 'New',
      email: 'a@b.co',
    });
    expect((await byReference('R/1 &中')).text).toBe(updated.text);
  });

  test('company_name is kept but never shown; a token goes in as a uuid and comes out as an object', async () => {
    const token = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
    const fields = { reference_number: 'R1', name: 'A', phone: '1', company_name: 'UGL', default_payment_token: token };
    const { text } = await post(fields);
    expect(text).not.toContain('UGL');
    expect((await stored('R1')).company_name).toBe('UGL');
    expect(customerOf(text).default_payment_token).toMatchObject({ token, token_type: 'CreditCard', default: true });
  });

  test('PUT edits by uuid; the reference cannot change', async () => {
    const uuid = (await stored('K0001')).uuid ?? '';
    const { text } = await put(uuid, { name: 'New', phone: '2', reference_number: 'other' });
    expect(customerOf(text)).toMatchObject({ uuid, name: 'New', phone: '2', reference_number: 'K0001' });
  });

  test.each([
    [{ reference_number: 'R1', phone: '1' }, 'name is required'],
    [{ reference_number: 'R1', name: 'A', phone: '' }, 'phone is required'],
    [{ name: 'A', phone: '1' }, 'reference_number is required'],
    [{ reference_number: 'R1', name: 'A'.repeat(256), phone: '1' }, 'name is longer than 255 characters'],
    [{ reference_number: 'R1', name: 'A', phone: '1', dial_code: '+852000' }, 'dial_code is longer than 6'],
    [{ reference_number: 'R1', name: 'A', phone: '1', default_payment_method: 'Cash' }, 'default_payment_method must'],
    [{ reference_number: 'R1', name: 'A', phone: '1', default_payment_token: 'x' }, 'must be a uuid'],
    [{ reference_number: 'R1', name: 'A', phone: 1 }, 'phone is not a string'],
  ])('POST %j is refused', async (customer, message) => {
    const answer = await post(customer);
    expect(answer.httpStatus).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'E000011', message: expect.stringContaining(message) });
    expect((await byReference('R1')).httpStatus).toBe(404);
  });

  test('255 astral characters fit', async () => {
    expect((await post({ reference_number: 'R1', name: '😀'.repeat(255), phone: '1' })).httpStatus).toBe(200);
  });

  test('an unwrapped POST, no JSON and bad percent-encoding are HTTP 400', async () => {
    const flat = JSON.stringify({ name: 'A', phone: '1', reference_number: 'R1' });
    expect((await wonder(sandbox, { method: 'POST', path: '/customers', body: flat })).httpStatus).toBe(400);
    expect((await wonder(sandbox, { method: 'POST', path: '/customers', body: '{' })).httpStatus).toBe(400);
    expect((await wonder(sandbox, { path: '/customers/ref/%E4%' })).httpStatus).toBe(400);
  });

  test('the list pages by limit and offset, with the total in a header', async () => {
    const page = async (query: string) => {
      const answer = await wonder(sandbox, { path: `/customers${query}` });
      const references: string[] = JSON.parse(answer.text).data.customers.map((row: Fields) => row.reference_number);
      return { references, total: answer.headers['x-total-entries'] };
    };
    expect(await page('?limit=2&offset=3')).toEqual({ references: ['K0004', 'K0005'], total: '5' });
    expect((await page('')).references).toHaveLength(5);
    expect((await page('?limit=2&offset=9')).references).toEqual([]);
    await setSwitches(sandbox, { wonderMaxLimit: 1, wonderTotalHeader: false });
    expect(await page('?limit=1000')).toEqual({ references: ['K0001'], total: undefined });
    expect((await wonder(sandbox, { path: '/customers?limit=x' })).httpStatus).toBe(400);
  });

  test('echo answers what it got', async () => {
    const answer = await wonder(sandbox, { method: 'POST', path: '/echo', body: '{"message":"Hello,Wonder!"}' });
    expect(answer.text).toBe('{"code":200,"message":"succeed","data":{"message":"Hello,Wonder!"}}');
  });
});

describe('credentials', () => {
  test('a malformed one is E000002, everything else wrong is 401 too', async () => {
    const malformed = await wonder(sandbox, { path: '/customers', credential: 'nonsense' });
    expect(malformed.text).toBe('{"code":"E000002","message":"Invalid Credential Format."}');
    const others = await Promise.all([
      wonder(sandbox, { path: '/customers', signedBody: '[]' }),
      wonder(sandbox, { path: '/customers', signedUri: '/other' }),
      wonder(sandbox, { path: '/customers', timeMs: Date.now() - 31 * 60_000 }),
    ]);
    expect([malformed, ...others].map((answer) => answer.httpStatus)).toEqual([401, 401, 401, 401]);
  });

  test('clockWindowMinutes', async () => {
    await setSwitches(sandbox, { clockWindowMinutes: 40 });
    const answer = await wonder(sandbox, { path: '/customers', timeMs: Date.now() - 31 * 60_000 });
    expect(answer.httpStatus).toBe(200);
  });

  test.each([
    ['whole', 200, 401],
    ['path', 401, 200],
    ['either', 200, 200],
  ])('signQuery=%s', async (signQuery, whole, pathOnly) => {
    await setSwitches(sandbox, { signQuery });
    const path = '/customers?limit=20&offset=0';
    const signedUri = '/svc/payment/api/v1/openapi/customers';
    const answers = [await wonder(sandbox, { path }), await wonder(sandbox, { path, signedUri })];
    expect(answers.map((answer) => answer.httpStatus)).toEqual([whole, pathOnly]);
  });
});

describe('switches', () => {
  test('wonderSuccessCode=0', async () => {
    await setSwitches(sandbox, { wonderSuccessCode: 0 });
    expect((await byReference('K0001')).text).toMatch(/^\{"code":0,/);
  });

  test.each([
    ['docs', '{"code":"E000002","message":"Invalid Credential Format."}'],
    ['vendor', '{"code":401,"error_code":"E000002","error_message":"Invalid Credential Format.","data":null}'],
    ['oldest', '{"error_code":"E000002","error_message":"Invalid Credential Format.","data":null}'],
  ])('wonderErrorStyle=%s', async (wonderErrorStyle, text) => {
    await setSwitches(sandbox, { wonderErrorStyle });
    expect((await wonder(sandbox, { path: '/customers', credential: '' })).text).toBe(text);
  });

  test.each([
    ['http404', 404],
    ['http400', 400],
    ['nullData', 200],
  ])('wonderNotFound=%s', async (wonderNotFound, httpStatus) => {
    await setSwitches(sandbox, { wonderNotFound });
    const answers = [await byReference('nobody'), await put('nobody', { name: 'A', phone: '1' })];
    expect(answers.map((answer) => answer.httpStatus)).toEqual([httpStatus, httpStatus]);
    if (httpStatus === 200) expect(answers[0]?.text).toBe('{"code":200,"message":"succeed","data":null}');
  });

  test.each([
    ['flat', 200, 400],
    ['wrapped', 400, 200],
    ['either', 200, 200],
  ])('wonderPutBody=%s', async (wonderPutBody, flat, wrapped) => {
    await setSwitches(sandbox, { wonderPutBody });
    const uuid = (await stored('K0001')).uuid ?? '';
    const fields = { name: 'New', phone: '2' };
    expect((await put(uuid, fields)).httpStatus).toBe(flat);
    expect((await put(uuid, { customer: fields })).httpStatus).toBe(wrapped);
  });

  test.each([
    ['merge', 'emily.tan@example.com'],
    ['replace', ''],
  ])('wonderPutPartial=%s', async (wonderPutPartial, email) => {
    await setSwitches(sandbox, { wonderPutPartial });
    await put((await stored('K0002')).uuid ?? '', { name: 'New', phone: '2' });
    expect(await stored('K0002')).toMatchObject({ name: 'New', email });
  });

  test.each([
    ['keep', 'emily.tan@example.com'],
    ['clear', ''],
  ])('wonderPostOmitted=%s', async (wonderPostOmitted, email) => {
    await setSwitches(sandbox, { wonderPostOmitted });
    await post({ reference_number: 'K0002', name: 'New', phone: '2' });
    expect(await stored('K0002')).toMatchObject({ name: 'New', email });
  });
});
