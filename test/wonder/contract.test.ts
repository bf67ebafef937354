import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import type { Answer } from '../../src/http/answer.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import type { SandboxSwitches } from '../../src/sandbox/switches.ts';
import { openWonderClient, type WonderClient, type WonderSettings } from '../../src/wonder/client.ts';
import { RFC_PRIVATE_KEY_PEM } from './rfc-key.ts';

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const resource of toClose.splice(0).reverse()) await resource.close();
});

async function openBoth(
  switches: Partial<SandboxSwitches>,
  settings: Partial<WonderSettings> = {},
): Promise<WonderClient> {
  const sandbox = await openSandbox({ stateFolder: ':memory:', switches: { empty: true, ...switches } });
  const client = openWonderClient(
    {
      baseUrl: sandbox.settings.WONDER_BASE_URL,
      appId: sandbox.settings.WONDER_APP_ID,
      privateKeyPem: readFileSync(sandbox.settings.WONDER_PRIVATE_KEY_FILE, 'utf8'),
      timeoutMs: 5000,
      connections: 2,
      signQuery: true,
      putBody: 'flat',
      // The sandbox's own code: none is published.
      codes: { notFound: ['E000012'], tooFast: [] },
      ...settings,
    },
    systemClock,
  );
  toClose.push(sandbox, client);
  return client;
}

function dataOf<T>(answer: Answer<T>): T {
  if (answer.kind !== 'success') throw new Error(JSON.stringify(answer));
  return answer.data;
}

const NOBODY = '00000000-0000-4000-8000-000000000000';
const TOKEN = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';

/** Every method, the way a run uses them; true in every position of the switches below. */
async function useEverything(client: WonderClient): Promise<void> {
  expect((await client.echo('Hello,Wonder! 陳')).kind).toBe('success');
  const row = {
    reference_number: 'K/1 ?#%陳',
    name: '陳大文 "x"',
    phone: '91234567',
    dial_code: '+852',
    default_payment_token: TOKEN,
  };
  const created = dataOf(await client.createCustomer(row));
  expect(created).toEqual({ ...row, uuid: created.uuid });
  const again = dataOf(await client.createCustomer({ ...row, phone: '98765432' }));
  expect(again.uuid).toBe(created.uuid);

  expect(dataOf(await client.findCustomerByReference(row.reference_number))).toEqual(again);
  expect(dataOf(await client.findCustomerByReference('nobody'))).toBeUndefined();

  const updated = dataOf(
    await client.updateCustomer(created.uuid ?? '', { name: 'New', phone: '1', email: 'a@example.com' }),
  );
  expect(updated).toMatchObject({
    uuid: created.uuid,
    reference_number: row.reference_number,
    name: 'New',
    email: 'a@example.com',
  });
  expect(await client.updateCustomer(NOBODY, { name: 'New', phone: '1' })).toMatchObject({
    kind: 'refused',
    meaning: 'not_found',
  });

  for (let index = 0; index < 5; index++) {
    dataOf(await client.createCustomer({ reference_number: `L${index}`, name: 'L', phone: '1' }));
  }
  const first = dataOf(await client.listCustomers({ limit: 4, offset: 0 }));
  const second = dataOf(await client.listCustomers({ limit: 4, offset: 4 }));
  expect([...first.customers, ...second.customers].map((customer) => customer.reference_number)).toEqual([
    row.reference_number,
    'L0',
    'L1',
    'L2',
    'L3',
    'L4',
  ]);
  expect(
    await client.createCustomer({ reference_number: 'M', name: 'M', phone: '1', default_payment_token: 'x' }),
  ).toMatchObject({
    kind: 'refused',
    meaning: 'row',
    errorCode: 'E000011',
  });
}

describe('every method works', () => {
  const POSITIONS: [Partial<SandboxSwitches>, Partial<WonderSettings>][] = [
    [{}, {}],
    [{ wonderSuccessCode: '0' }, {}],
    [{ wonderErrorStyle: 'vendor' }, {}],
    [{ wonderErrorStyle: 'oldest' }, {}],
    [{ wonderNotFound: 'http400' }, {}],
    [{ wonderNotFound: 'nullData' }, {}],
    [{ wonderNotFound: 'nullData', wonderSuccessCode: '0' }, {}],
    [{ wonderNotFound: 'http400', wonderErrorStyle: 'vendor' }, {}],
    [{ wonderNotFound: 'http400', wonderErrorStyle: 'oldest' }, {}],
    [{ signQuery: 'either' }, {}],
    [{ signQuery: 'path' }, { signQuery: false }],
    [{ signQuery: 'either' }, { signQuery: false }],
    [{ wonderPutBody: 'wrapped' }, { putBody: 'wrapped' }],
    [{ wonderPutBody: 'either' }, {}],
    [{ wonderPutBody: 'either' }, { putBody: 'wrapped' }],
    [{ wonderPutPartial: 'replace', wonderPostOmitted: 'clear' }, {}],
    [{ gzip: false }, {}],
    [{}, { language: 'zh-HK', clockOffsetMs: 20 * 60_000 }],
  ];

  it.each(
    POSITIONS.map(
      ([position, settings]) => [JSON.stringify(position), JSON.stringify(settings), position, settings] as const,
    ),
  )('with %s and settings %s', async (_position, _settings, position, settings) => {
    await useEverything(await openBoth(position, settings));
  });

  it('and the total comes when the header does', async () => {
    const withHeader = dataOf(await (await openBoth({})).listCustomers({ limit: 1, offset: 0 }));
    expect(withHeader.total).toBe(0);
    const without = dataOf(await (await openBoth({ wonderTotalHeader: false })).listCustomers({ limit: 1, offset: 0 }));
    expect(without).not.toHaveProperty('total');
  });
});

describe('what is refused', () => {
  it('a query signed the other way, a clock that is off, another key, another AppID: the credentials', async () => {
    const list = (client: WonderClient) => client.listCustomers({ limit: 1, offset: 0 });
    const credentials = { kind: 'refused', meaning: 'credentials' };
    expect(await list(await openBoth({ signQuery: 'path' }))).toMatchObject(credentials);
    expect(await list(await openBoth({ signQuery: 'whole' }, { signQuery: false }))).toMatchObject(credentials);
    expect(await list(await openBoth({}, { clockOffsetMs: 31 * 60_000 }))).toMatchObject({
      ...credentials,
      errorCode: 'E000004',
    });
    expect(await list(await openBoth({}, { privateKeyPem: RFC_PRIVATE_KEY_PEM }))).toMatchObject(credentials);
    expect(await list(await openBoth({}, { appId: 'nobody' }))).toMatchObject(credentials);
  });

  it('too many calls, with Retry-After', async () => {
    const client = await openBoth({ 'fault.tooFast': 1, retryAfterSeconds: 2 });
    expect(await client.echo('x')).toMatchObject({ meaning: 'too_fast', errorCode: 'HTTP_429', retryAfterMs: 2000 });
  });

  it('a body of the other shape', async () => {
    const client = await openBoth({ wonderPutBody: 'wrapped' });
    const { uuid = '' } = dataOf(await client.createCustomer({ reference_number: 'K', name: 'A', phone: '1' }));
    expect(await client.updateCustomer(uuid, { name: 'B', phone: '1' })).toMatchObject({
      kind: 'refused',
      meaning: 'row',
    });
  });
});

describe('what is no answer', () => {
  it.each([
    ['fault.cutBefore', 'CONNECTION_FAILED'],
    ['fault.cutAfter', 'CONNECTION_FAILED'],
    ['fault.serverErrorBefore', 'HTTP_502'],
    ['fault.serverErrorAfter', 'HTTP_502'],
    ['fault.html', 'BAD_RESPONSE'],
    ['fault.empty', 'BAD_RESPONSE'],
    ['fault.foreign', 'BAD_RESPONSE'],
  ] as const)('%s: %s', async (fault, errorCode) => {
    const client = await openBoth({ [fault]: 1 });
    for (let call = 0; call < 6; call++) {
      expect(await client.echo('x')).toMatchObject({ kind: 'unanswered', errorCode });
    }
  });

  it('half an answer', async () => {
    const client = await openBoth({ 'fault.truncated': 1 });
    for (let call = 0; call < 10; call++) {
      expect((await client.listCustomers({ limit: 1, offset: 0 })).kind).toBe('unanswered');
    }
  });
});
