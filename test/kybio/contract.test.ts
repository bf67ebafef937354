import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { decimalsEqual } from '../../src/base/decimal.ts';
import type { TextFields } from '../../src/base/text-fields.ts';
import type { Answer } from '../../src/http/answer.ts';
import { type KybioClient, type KybioSettings, openKybioClient, type PageCursor } from '../../src/kybio/client.ts';
import { openSandbox } from '../../src/sandbox/sandbox.ts';
import type { SandboxSwitches } from '../../src/sandbox/switches.ts';

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const resource of toClose.splice(0).reverse()) await resource.close();
});

async function openBoth(
  switches: Partial<SandboxSwitches>,
  settings: Partial<KybioSettings> = {},
): Promise<{ client: KybioClient; appId: string }> {
  const sandbox = await openSandbox({ stateFolder: ':memory:', switches });
  const { KYBIO_BASE_URL: baseUrl, KYBIO_APP_ID: appId, KYBIO_APP_KEY: appKey } = sandbox.settings;
  const client = openKybioClient(
    {
      baseUrl,
      appId,
      appKey,
      signature: 'v1',
      timeoutMs: 5000,
      connections: 2,
      codes: { quota: ['9010'], tooFast: ['9011'], notFound: ['2015'], repeat: ['2031'] },
      answerSignature: 'if_present',
      password: 'plain',
      ...settings,
    },
    systemClock,
  );
  toClose.push(sandbox, client);
  return { client, appId };
}

function dataOf<T>(answer: Answer<T>): T {
  if (answer.kind !== 'success') throw new Error(JSON.stringify(answer));
  return answer.data;
}

async function membersOf(client: KybioClient): Promise<TextFields[]> {
  const members: TextFields[] = [];
  let cursor: PageCursor | undefined;
  for (let pageCount = 0; pageCount < 100; pageCount++) {
    const page = dataOf(await client.queryCustomerPages(cursor));
    members.push(...page.members);
    if (page.isLast) return members;
    cursor = page.cursor;
  }
  throw new Error('pages without end');
}

const NOBODY = '4611686018427387904';

/** Every method once, the way a run uses them; true in every position of the switches below. */
async function useEverything(client: KybioClient, appId: string): Promise<void> {
  const row = {
    number: 'N-1',
    name: '陈大文 "x"',
    phone: '91234567',
    point: '5',
    balance: '12.50',
    categoryName: 'Gold Card',
  };
  const added = dataOf(await client.add(row));
  const found = dataOf(await client.queryByNumber('N-1'));
  const uid = found?.customerUid ?? '';
  expect(found).toMatchObject({ number: 'N-1', name: '陈大文 "x"', phone: '91234567' });
  expect(decimalsEqual(found?.balance ?? '', '12.5')).toBe(true);
  expect(decimalsEqual(found?.point ?? '', '5')).toBe(true);
  expect(found).not.toHaveProperty('password');
  expect(found).not.toHaveProperty('customrUid');
  if (added.customerUid !== undefined) expect(added.customerUid).toBe(uid);
  expect(await client.add(row)).toMatchObject({ kind: 'refused', meaning: 'exists', errorCode: '2012' });

  expect(dataOf(await client.queryByNumber('nobody'))).toBeUndefined();
  expect(dataOf(await client.queryByUid(uid))).toEqual(found);
  expect(dataOf(await client.queryByUid(NOBODY))).toBeUndefined();

  expect((await client.updateBaseInfo(uid, { phone: '98765432' })).kind).toBe('success');
  expect(dataOf(await client.queryByUid(uid))?.phone).toBe('98765432');
  expect(await client.updateBaseInfo(NOBODY, { phone: '1' })).toMatchObject({ kind: 'refused', meaning: 'not_found' });

  const increment = {
    customerUid: uid,
    pointIncrement: '0.5',
    balanceIncrement: '-12.50',
    dataChangeTime: '2025-01-02 03:04:05',
  };
  const answer = dataOf(await client.updateBalancePointByIncrement(increment));
  expect(answer.customerUid).toBe(uid);
  for (const [digits, expected] of [
    [answer.pointBeforeUpdate, '5'],
    [answer.pointIncrement, '0.5'],
    [answer.pointAfterUpdate, '5.5'],
    [answer.balanceBeforeUpdate, '12.5'],
    [answer.balanceIncrement, '-12.5'],
    [answer.balanceAfterUpdate, '0'],
  ] as const) {
    expect(decimalsEqual(digits, expected)).toBe(true);
  }

  const members = await membersOf(client);
  expect(new Set(members.map((member) => member.customerUid)).size).toBe(members.length);
  expect(members.find((member) => member.number === 'N-1')?.customerUid).toBe(uid);
  // More digits than a double holds.
  expect(
    decimalsEqual(members.find((member) => member.number === '8008010003')?.balance ?? '', '90071992547409.93'),
  ).toBe(true);

  const categories = dataOf(await client.queryAllCustomerCategory());
  const category = categories.find((one) => one.name !== 'Gold Card');
  const changes = [{ customerUid: uid, customerCategoryUid: category?.uid ?? '' }];
  expect((await client.batchUpdateCategory(changes)).kind).toBe('success');
  expect(dataOf(await client.queryByUid(uid))?.categoryName).toBe(category?.name);

  // Answers for the whole chain, and not in our spelling: compared without case.
  const limits = dataOf(await client.queryAccessTimes());
  expect(limits.filter((limit) => limit.appId.toLowerCase() === appId.toLowerCase())).toHaveLength(1);
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  const days = dataOf(await client.queryDailyAccessTimesLog(today, today));
  expect(days.find((day) => day.appId.toLowerCase() === appId.toLowerCase())?.haveAcessTimes).toBeGreaterThan(10);
}

describe('every method works', () => {
  const POSITIONS: Partial<SandboxSwitches>[] = [
    {},
    { notFound: 'noData' },
    { notFound: 'error2015' },
    { addReturnsData: false },
    { statusCase: 'upper' },
    { statusCase: 'mixed' },
    { messagesAsText: true },
    { errorCodeOnSuccess: 'absent' },
    { uidAsText: true },
    { customrUid: false },
    { decimalStyle: 'scale2' },
    { decimalStyle: 'exponent' },
    { gzip: false },
    { signResponses: false },
    { pageSize: 5 },
    { pageSizeField: false },
    { requireIncrements: 'any' },
    {
      statusCase: 'upper',
      messagesAsText: true,
      uidAsText: true,
      decimalStyle: 'exponent',
      notFound: 'noData',
      addReturnsData: false,
    },
  ];

  it.each(POSITIONS.map((position) => [JSON.stringify(position), position] as const))(
    'with %s',
    async (_name, position) => {
      const { client, appId } = await openBoth(position);
      await useEverything(client, appId);
    },
  );

  it.each([
    ['v1', 'v1'],
    ['v3', 'v3'],
    ['v1', 'both'],
    ['v3', 'both'],
    ['either', 'both'],
  ] as const)('where the account wants signature %s and we send %s', async (accepted, signature) => {
    const { client, appId } = await openBoth({ signature: accepted }, { signature });
    await useEverything(client, appId);
  });

  it('where every answer has to be signed', async () => {
    const { client, appId } = await openBoth({ signResponses: true }, { answerSignature: 'required' });
    await useEverything(client, appId);
  });
});

describe('what is refused', () => {
  it('a signature of the wrong version, a wrong key, a wrong appId: the credentials', async () => {
    const missing = await openBoth({ signature: 'v3' });
    expect(await missing.client.queryByNumber('1')).toMatchObject({ meaning: 'credentials', errorCode: '1031' });
    const wrongKey = await openBoth({}, { appKey: 'wrong', answerSignature: 'ignore' });
    expect(await wrongKey.client.queryByNumber('1')).toMatchObject({ meaning: 'credentials', errorCode: '1032' });
    const wrongApp = await openBoth({}, { appId: 'NOBODY' });
    expect(await wrongApp.client.queryByNumber('1')).toMatchObject({ meaning: 'credentials', errorCode: '1034' });
  });

  it('a wrong key also shows in the answers’ signatures', async () => {
    const { client } = await openBoth({}, { appKey: 'wrong' });
    expect(await client.queryByNumber('1')).toMatchObject({ kind: 'unanswered', errorCode: 'BAD_RESPONSE' });
  });

  it('an unsigned answer where signed ones are required', async () => {
    const { client } = await openBoth({ signResponses: false }, { answerSignature: 'required' });
    expect(await client.queryByNumber('8008010001')).toMatchObject({ kind: 'unanswered', errorCode: 'BAD_RESPONSE' });
  });

  it.each([200, 403, 429, 500])('a call beyond the quota, under HTTP %i', async (quotaHttpStatus) => {
    const { client } = await openBoth({ quotaLimit: 1, quotaHttpStatus });
    expect((await client.queryByNumber('8008010001')).kind).toBe('success');
    expect(await client.queryByNumber('8008010001')).toMatchObject({
      kind: 'refused',
      meaning: 'quota',
      errorCode: '9010',
    });
  });

  it('too many calls in a second, by HTTP 429 with Retry-After or by code', async () => {
    const byStatus = await openBoth({ 'fault.tooFast': 1, retryAfterSeconds: 3 });
    expect(await byStatus.client.queryByNumber('1')).toMatchObject({
      meaning: 'too_fast',
      errorCode: 'HTTP_429',
      retryAfterMs: 3000,
    });
    const byCode = await openBoth({ 'fault.tooFast': 1, tooFastStyle: 'code' });
    expect(await byCode.client.queryByNumber('1')).toMatchObject({ meaning: 'too_fast', errorCode: '9011' });
  });

  it('the same change of a member twice, where the account refuses that', async () => {
    const { client } = await openBoth({ repeatRule: 'refuse_repeat' });
    const customerUid = dataOf(await client.queryByNumber('8008010004'))?.customerUid ?? '';
    const increment = {
      customerUid,
      pointIncrement: '1',
      balanceIncrement: '0',
      dataChangeTime: '2025-01-02 03:04:05',
    };
    expect((await client.updateBalancePointByIncrement(increment)).kind).toBe('success');
    expect(await client.updateBalancePointByIncrement(increment)).toMatchObject({
      meaning: 'repeat',
      errorCode: '2031',
    });
  });

  it('an undocumented code is unknown', async () => {
    const { client } = await openBoth({ 'fault.unknownCode': 1 });
    expect(await client.queryByNumber('1')).toMatchObject({ kind: 'refused', meaning: 'unknown', errorCode: '7777' });
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
    const { client } = await openBoth({ [fault]: 1 });
    for (let call = 0; call < 6; call++) {
      expect(await client.queryByNumber('8008010001')).toMatchObject({ kind: 'unanswered', errorCode });
      expect(await client.queryCustomerPages()).toMatchObject({ kind: 'unanswered', errorCode });
    }
  });

  it('half an answer, compressed or not, cut or announced as half', async () => {
    for (const gzip of [true, false]) {
      const { client } = await openBoth({ 'fault.truncated': 1, gzip });
      for (let call = 0; call < 10; call++) {
        expect((await client.queryByNumber('8008010001')).kind).toBe('unanswered');
        expect((await client.queryCustomerPages()).kind).toBe('unanswered');
      }
    }
  });

  it('an answer after the deadline', async () => {
    const { client } = await openBoth({ 'fault.slow': 1, slowMs: 500 }, { timeoutMs: 100 });
    expect(await client.queryByNumber('8008010001')).toMatchObject({ kind: 'unanswered', errorCode: 'TIMEOUT' });
  });
});
