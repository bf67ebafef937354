import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { DEFAULT_SWITCHES } from '../../src/sandbox/switches.ts';
import { books, control, kybio, md5, member, type RawAnswer, setSwitches, wonder } from './signed-calls.ts';

let sandbox: Sandbox;
/** Held where a test needs the vendor to forget. */
let nowMs: number | undefined;
beforeAll(async () => {
  sandbox = await openSandbox({ stateFolder: ':memory:', clock: { ...systemClock, nowMs: () => nowMs ?? Date.now() } });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  nowMs = undefined;
  await setSwitches(sandbox, DEFAULT_SWITCHES);
  await control(sandbox, 'DELETE', 'state');
});

const MEMBER = '8008010004';
const OTHER_MEMBER = '8008010005';

type Given = { point?: string; balance?: string; second?: number; number?: string };

/** An increment at 03:04:`second`. */
async function increment({ point = '1', balance = '0', second = 5, number = MEMBER }: Given = {}): Promise<RawAnswer> {
  const { customerUid } = await member(sandbox, number);
  const time = timeAt(second);
  const rest = `"customerUid":${customerUid},"balanceIncrement":${balance},"pointIncrement":${point},"dataChangeTime":"${time}"`;
  return kybio(sandbox, 'customerOpenApi/updateBalancePointByIncrement', rest);
}

const timeAt = (second: number) => `2025-01-02 03:04:${String(second).padStart(2, '0')}`;
const codeOf = ({ text }: RawAnswer) => /"errorCode":(\w+)/.exec(text)?.[1];
const pointsOf = async (number = MEMBER) => (await member(sandbox, number)).point;
const after = ({ text }: RawAnswer) => /"pointAfterUpdate":([^,]+)/.exec(text)?.[1];
const outcomeOf = (call: Promise<RawAnswer>): Promise<RawAnswer | 'cut'> => call.catch(() => 'cut' as const);

describe('repeatRule=refuse_not_newer', () => {
  beforeEach(() => setSwitches(sandbox, { repeatRule: 'refuse_not_newer' }));

  test('refuses the same time and every earlier one of the member, and applies a newer one', async () => {
    expect(codeOf(await increment({ second: 10 }))).toBe('null');
    expect(codeOf(await increment({ second: 10 }))).toBe('2031');
    expect(codeOf(await increment({ second: 9 }))).toBe('2031');
    expect(codeOf(await increment({ second: 9, number: OTHER_MEMBER }))).toBe('null');
    expect(codeOf(await increment({ second: 11 }))).toBe('null');
    expect(await pointsOf()).toBe('2');
  });

  test('refuse_repeat applies an earlier time that was not used before', async () => {
    await setSwitches(sandbox, { repeatRule: 'refuse_repeat' });
    const codes = [];
    for (const second of [10, 9, 10]) codes.push(codeOf(await increment({ second })));
    expect(codes).toEqual(['null', 'null', '2031']);
  });
});

describe('repeatMemory', () => {
  test.each(['refuse_repeat', 'refuse_not_newer'])(
    '%s: an increment older than this is forgotten',
    async (repeatRule) => {
      await setSwitches(sandbox, { repeatRule, repeatMemory: '10m' });
      nowMs = 1_750_000_000_000;
      await increment();
      nowMs += 600_000;
      expect(codeOf(await increment())).toBe('2031');
      nowMs += 1;
      expect(codeOf(await increment())).toBe('null');
      expect(await pointsOf()).toBe('2');
    },
  );

  test('without the switch an increment is remembered for ever', async () => {
    await setSwitches(sandbox, { repeatRule: 'refuse_repeat' });
    nowMs = 1_750_000_000_000;
    await increment();
    nowMs += 10 * 365 * 86_400_000;
    expect(codeOf(await increment())).toBe('2031');
  });
});

test.each([
  ['429', 429],
  ['401', 401],
  ['403', 403],
  ['502', 502],
  ['html', 200],
])(
  'fault.gatewayAfterApply with gatewayStatus=%s: applied, answered without the envelope',
  async (gatewayStatus, httpStatus) => {
    await setSwitches(sandbox, { 'fault.gatewayAfterApply': 1, gatewayStatus, retryAfterSeconds: 999_999_999 });
    const answer = await increment();
    expect(answer).toMatchObject({ httpStatus, text: expect.stringMatching(/^<html>/) });
    expect(answer.headers['retry-after']).toBe(httpStatus === 429 ? '999999999' : undefined);
    expect(await pointsOf()).toBe('1');
  },
);

describe('fault.replayAnswer', () => {
  test('applied, but the answer is the earlier one of the member', async () => {
    const first = await increment({ second: 1 });
    await increment({ second: 2, number: OTHER_MEMBER });
    await setSwitches(sandbox, { 'fault.replayAnswer': 1 });
    expect((await increment({ second: 3 })).text).toBe(first.text);
    expect(await pointsOf()).toBe('2');
  });

  test('replayApplies=false: nothing is applied, and the call is counted', async () => {
    const first = await increment({ second: 1 });
    await setSwitches(sandbox, { 'fault.replayAnswer': 1, replayApplies: false });
    expect((await increment({ second: 2 })).text).toBe(first.text);
    expect((await increment({ second: 3 })).text).toBe(first.text);
    expect(await pointsOf()).toBe('1');
    expect((await books(sandbox)).calls.total).toBe(3);
  });

  test('replayOf=any: the last answer, whoever it was for', async () => {
    await increment({ second: 1 });
    const last = await increment({ second: 2, number: OTHER_MEMBER });
    await setSwitches(sandbox, { 'fault.replayAnswer': 1, replayOf: 'any', replayApplies: false });
    expect((await increment({ second: 3 })).text).toBe(last.text);
  });

  test('without an earlier answer the increment is as usual, also after a reset', async () => {
    await increment();
    await control(sandbox, 'DELETE', 'state');
    await setSwitches(sandbox, { 'fault.replayAnswer': 1, replayApplies: false });
    expect(after(await increment())).toBe('1');
    expect(await pointsOf()).toBe('1');
  });
});

describe('fault.lateApply', () => {
  test('lateApplyAnswer=cutBefore: the client is cut off at once, reads the old value, and it is applied later', async () => {
    await setSwitches(sandbox, {
      'fault.lateApply': 1,
      lateApplyMs: 200,
      lateApplyAnswer: 'cutBefore',
      faultsOn: 'increments',
    });
    expect(await outcomeOf(increment())).toBe('cut');
    const read = await kybio(sandbox, 'customerOpenApi/queryByNumber', `"customerNum":"${MEMBER}"`);
    expect(read.text).toContain('"point":0,');
    await expect.poll(() => pointsOf()).toBe('1');
  });

  test('lateApplyAnswer=none: applied after the client gave up, and never answered', async () => {
    await setSwitches(sandbox, { 'fault.lateApply': 1, lateApplyMs: 100, lateApplyAnswer: 'none' });
    let isEnded = false;
    void outcomeOf(increment()).then(() => {
      isEnded = true;
    });
    await expect.poll(() => pointsOf()).toBe('1');
    expect(isEnded).toBe(false);
  });
});

describe("somebody else's change in the same second", () => {
  const adjust = (body: object) => control(sandbox, 'POST', 'adjust', { number: MEMBER, ...body });

  test('as a control call: our first send gets the repeat code, and the books keep the two apart', async () => {
    await setSwitches(sandbox, { repeatRule: 'refuse_repeat' });
    expect((await adjust({ pointIncrement: '7', dataChangeTime: timeAt(5) })).httpStatus).toBe(200);
    expect(codeOf(await increment({ second: 5 }))).toBe('2031');
    expect(codeOf(await increment({ second: 6 }))).toBe('null');
    expect(await pointsOf()).toBe('8');
    const { increments, adjustments } = await books(sandbox);
    expect(increments.map(({ dataChangeTime }) => dataChangeTime)).toEqual([timeAt(6)]);
    expect(adjustments).toMatchObject([{ pointIncrement: '7', dataChangeTime: timeAt(5) }]);
  });

  test('a sale at the till takes no time from the API', async () => {
    await setSwitches(sandbox, { repeatRule: 'refuse_not_newer' });
    await adjust({ pointIncrement: '7' });
    expect(codeOf(await increment({ second: 0 }))).toBe('null');
  });

  test('a dataChangeTime that is no time is refused', async () => {
    expect((await adjust({ dataChangeTime: '2025-02-30 00:00:00' })).httpStatus).toBe(400);
    expect((await books(sandbox)).adjustments).toEqual([]);
  });

  test('fault.sameSecond: the other change comes just before ours, once for each time', async () => {
    await setSwitches(sandbox, { repeatRule: 'refuse_repeat', 'fault.sameSecond': 1 });
    expect(codeOf(await increment({ point: '10' }))).toBe('2031');
    expect(codeOf(await increment({ point: '10' }))).toBe('2031');
    expect(await pointsOf()).toBe('1');
    expect((await books(sandbox)).increments).toEqual([]);
  });

  test('fault.sameSecond where repeats are accepted: both are applied, and the before-value shows the other', async () => {
    await setSwitches(sandbox, { 'fault.sameSecond': 1 });
    expect((await increment({ point: '10' })).text).toContain('"pointBeforeUpdate":1,"pointAfterUpdate":11,');
    expect(await pointsOf()).toBe('11');
  });
});

describe('answers that are too large', () => {
  test('fault.hugeAnswer: applied; still JSON and rightly signed, also when gzipped', async () => {
    await setSwitches(sandbox, { 'fault.hugeAnswer': 1 });
    const answer = await increment();
    expect(Buffer.byteLength(answer.text)).toBeGreaterThan(4 * 1024 * 1024);
    expect(JSON.parse(answer.text)).toMatchObject({ status: 'success', data: { pointAfterUpdate: 1 } });
    expect(answer.headers['data-signature']).toBe(md5(sandbox.settings.KYBIO_APP_KEY + answer.text));
    expect(await pointsOf()).toBe('1');
    const body = `{"appId":"${sandbox.settings.KYBIO_APP_ID}"}`;
    const packed = await fetch(`${sandbox.settings.KYBIO_BASE_URL}/customerOpenApi/queryCustomerPages`, {
      method: 'POST',
      headers: { 'data-signature': md5(sandbox.settings.KYBIO_APP_KEY + body), 'accept-encoding': 'gzip' },
      body,
    });
    expect(Number(packed.headers.get('content-length'))).toBeLessThan(1024 * 1024);
    expect((await packed.text()).length).toBeGreaterThan(4 * 1024 * 1024);
  });

  test('hugeAnswerMiB, for Wonder too', async () => {
    await setSwitches(sandbox, { 'fault.hugeAnswer': 1, hugeAnswerMiB: 1 });
    const { text } = await wonder(sandbox, { path: '/customers/ref/K0001' });
    expect(text.length).toBeGreaterThan(1024 * 1024);
    expect(text.length).toBeLessThan(1024 * 1024 + 1000);
    expect(JSON.parse(text)).toMatchObject({ code: 200 });
  });
});

describe('pages without end', () => {
  type Page = { postBackParameter: { parameterType: string; parameterValue: string }; result: { number: string }[] };

  async function pages(pageCount: number): Promise<{ cursor: string; numbers: string[] }[]> {
    const found: { cursor: string; numbers: string[] }[] = [];
    let rest = '';
    for (let index = 0; index < pageCount; index += 1) {
      const { text } = await kybio(sandbox, 'customerOpenApi/queryCustomerPages', rest);
      const { postBackParameter, result }: Page = JSON.parse(text).data;
      rest = `"postBackParameter":${JSON.stringify(postBackParameter)}`;
      found.push({ cursor: postBackParameter.parameterValue, numbers: result.map(({ number }) => number) });
    }
    return found;
  }

  test('pageCursor=cycle: full pages, and the cursor comes back to an earlier one', async () => {
    await setSwitches(sandbox, { pageSize: 5, pageCursor: 'cycle' });
    const found = await pages(6);
    expect(found.map(({ cursor }) => cursor)).toEqual(['5', '10', '5', '10', '5', '10']);
    expect(found.every(({ numbers }) => numbers.length === 5)).toBe(true);
    expect(new Set(found.flatMap(({ numbers }) => numbers)).size).toBe(11);
  });

  test('pageCursor=repeat: the cursor moves on, and pages come without a new member', async () => {
    await setSwitches(sandbox, { pageSize: 5, pageCursor: 'repeat' });
    const found = await pages(6);
    expect(new Set(found.map(({ cursor }) => cursor)).size).toBe(6);
    const seen = new Set(found.slice(0, 3).flatMap(({ numbers }) => numbers));
    expect(seen.size).toBe(11);
    for (const { numbers } of found.slice(3)) {
      expect(numbers).toHaveLength(5);
      expect(numbers.filter((number) => !seen.has(number))).toEqual([]);
    }
  });

  test('pageCursor=onward: the last page is short', async () => {
    await setSwitches(sandbox, { pageSize: 5 });
    expect((await pages(4)).map(({ numbers }) => numbers.length)).toEqual([5, 5, 1, 0]);
  });
});

test('retryAfterSeconds may be huge', async () => {
  await setSwitches(sandbox, { 'fault.tooFast': 1, retryAfterSeconds: 999_999_999 });
  expect((await increment()).headers['retry-after']).toBe('999999999');
});

test('wrongAddress: every call of both vendors is HTTP 404, applied and counted nowhere', async () => {
  await setSwitches(sandbox, { wrongAddress: true });
  const html = { httpStatus: 404, text: expect.stringMatching(/^<html>/) };
  expect(await increment()).toMatchObject(html);
  expect(await wonder(sandbox, { path: '/customers/ref/K0001' })).toMatchObject(html);
  expect(await pointsOf()).toBe('0');
  expect((await books(sandbox)).calls.total).toBe(0);
});

describe('amountDecimals', () => {
  test.each([
    ['2', '0.125', '0.13'],
    ['2', '-0.125', '-0.13'],
    ['0', '1.5', '2'],
    ['2', '0.10', '0.1'],
    ['all', '0.125', '0.125'],
  ])('%s: %s is kept as %s, and answered so', async (amountDecimals, given, kept) => {
    await setSwitches(sandbox, { amountDecimals });
    expect(after(await increment({ point: given }))).toBe(kept);
    expect(await pointsOf()).toBe(kept);
  });

  test('what add is given is rounded too', async () => {
    await setSwitches(sandbox, { amountDecimals: '2' });
    await kybio(sandbox, 'customerOpenApi/add', '"customerInfo":{"number":"N1","point":1.005,"balance":2.50}');
    expect(await member(sandbox, 'N1')).toMatchObject({ point: '1.01', balance: '2.50' });
  });
});

describe('otherCallsToday', () => {
  const usedToday = async () => {
    const { text } = await kybio(sandbox, 'openApiLimitAccess/queryDailyAccessTimesLog');
    const entries: { appId: string; haveAcessTimes: number }[] = JSON.parse(text).data;
    const own = sandbox.settings.KYBIO_APP_ID.toLowerCase();
    return entries.find(({ appId }) => appId === own)?.haveAcessTimes;
  };

  test('is in the daily log beside our calls, and uses up the quota', async () => {
    expect(await usedToday()).toBe(1);
    await setSwitches(sandbox, { otherCallsToday: 40, quotaLimit: 43 });
    expect(await usedToday()).toBe(42);
    expect(codeOf(await increment())).toBe('null');
    expect(codeOf(await increment({ second: 6 }))).toBe('9010');
  });
});
