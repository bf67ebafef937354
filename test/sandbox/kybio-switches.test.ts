import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { DEFAULT_SWITCHES } from '../../src/sandbox/switches.ts';
import { books, control, kybio, md5, member, setSwitches } from './signed-calls.ts';

let sandbox: Sandbox;
/** Held where a test needs a day of its own. */
let nowMs: number | undefined;
beforeAll(async () => {
  const clock = { ...systemClock, nowMs: () => nowMs ?? Date.now() };
  sandbox = await openSandbox({ stateFolder: ':memory:', clock });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  nowMs = undefined;
  await setSwitches(sandbox, DEFAULT_SWITCHES);
  await control(sandbox, 'DELETE', 'state');
});

const add = (info: string) => kybio(sandbox, 'customerOpenApi/add', `"customerInfo":{${info}}`);
const byNumber = (number: string) => kybio(sandbox, 'customerOpenApi/queryByNumber', `"customerNum":"${number}"`);
const uidOf = async (number: string) => String((await member(sandbox, number)).customerUid);
const codeOf = (text: string) => /"errorCode":(\w+)/.exec(text)?.[1];

async function increment(number: string, rest: string) {
  const uid = await uidOf(number);
  return kybio(sandbox, 'customerOpenApi/updateBalancePointByIncrement', `"customerUid":${uid},${rest}`);
}

const ONE = '"balanceIncrement":1,"pointIncrement":1,"dataChangeTime":"2025-01-02 03:04:05"';

test('signature: only the accepted version is', async () => {
  const body = `{"appId":"${sandbox.settings.KYBIO_APP_ID}","customerNum":"8008010001"}`;
  const { KYBIO_APP_ID: id, KYBIO_APP_KEY: key } = sandbox.settings;
  const headersV1 = { 'data-signature': md5(key + body) };
  const headersV3 = { 'data-signature-v3': md5(`${id}${key}1437528688233${body}`), 'time-stamp': '1437528688233' };
  const codes = async () => {
    const answers = [headersV1, headersV3].map((headers) =>
      kybio(sandbox, 'customerOpenApi/queryByNumber', '"customerNum":"8008010001"', headers),
    );
    return (await Promise.all(answers)).map((answer) => codeOf(answer.text));
  };
  expect(await codes()).toEqual(['null', 'null']);
  await setSwitches(sandbox, { signature: 'v1' });
  expect(await codes()).toEqual(['null', '1031']);
  await setSwitches(sandbox, { signature: 'v3' });
  expect(await codes()).toEqual(['1031', 'null']);
});

test.each([
  ['nullData', '{"status":"success","messages":[],"errorCode":null,"data":null}'],
  ['noData', '{"status":"success","messages":[],"errorCode":null}'],
  ['error2015', '{"status":"error","messages":["会员不存在"],"errorCode":2015}'],
])('notFound=%s', async (notFound, text) => {
  await setSwitches(sandbox, { notFound });
  expect((await byNumber('nobody')).text).toBe(text);
});

test('addReturnsData=false: add answers without data', async () => {
  await setSwitches(sandbox, { addReturnsData: false });
  expect((await add('"number":"N1"')).text).toBe('{"status":"success","messages":[],"errorCode":null}');
});

describe('repeat', () => {
  test('accepted: the same dataChangeTime is applied again', async () => {
    await increment('8008010004', ONE);
    expect(codeOf((await increment('8008010004', ONE)).text)).toBe('null');
    expect((await member(sandbox, '8008010004')).point).toBe('2');
  });

  test('refused: it is not, with the switched code, and only for the same member', async () => {
    await setSwitches(sandbox, { repeatRule: 'refuse_repeat', repeatCode: '2044' });
    await increment('8008010004', ONE);
    const repeated = await increment('8008010004', ONE);
    expect(repeated.text).toBe('{"status":"error","messages":["重复提交修改"],"errorCode":2044}');
    expect(codeOf((await increment('8008010005', ONE)).text)).toBe('null');
    expect((await member(sandbox, '8008010004')).point).toBe('1');
    expect((await books(sandbox)).increments).toHaveLength(2);
  });

  test('refused: a refused increment leaves its dataChangeTime free', async () => {
    await setSwitches(sandbox, { repeatRule: 'refuse_repeat' });
    const minus = ONE.replace('"pointIncrement":1', '"pointIncrement":-1,"validatePoint":1');
    expect(codeOf((await increment('8008010004', minus)).text)).toBe('2013');
    expect(codeOf((await increment('8008010004', ONE)).text)).toBe('null');
  });
});

describe('quota', () => {
  test('every call of the day counts, refused ones too, until midnight in the zone', async () => {
    await setSwitches(sandbox, { quotaLimit: 3, quotaCode: '9123', quotaHttpStatus: 403 });
    nowMs = Date.UTC(2025, 0, 1, 15, 59, 59);
    await byNumber('8008010001');
    await kybio(sandbox, 'customerOpenApi/queryByNumber', '"customerNum":"1"', { 'data-signature': 'wrong' });
    expect(codeOf((await add('"number":"N1"')).text)).toBe('null');
    const refused = await add('"number":"N2"');
    expect([refused.httpStatus, codeOf(refused.text)]).toEqual([403, '9123']);
    // 00:00 in Shanghai.
    nowMs = Date.UTC(2025, 0, 1, 16, 0, 0);
    expect(codeOf((await add('"number":"N2"')).text)).toBe('null');
    expect((await books(sandbox)).calls.byDay).toMatchObject({
      '2025-01-01': { accounts: { kybio: 4 } },
      '2025-01-02': { accounts: { kybio: 1 } },
    });
  });

  test('quotaTimeZone moves midnight', async () => {
    await setSwitches(sandbox, { quotaTimeZone: 'UTC' });
    nowMs = Date.UTC(2025, 0, 1, 16, 0, 0);
    await byNumber('8008010001');
    expect(Object.keys((await books(sandbox)).calls.byDay)).toEqual(['2025-01-01']);
  });
});

describe('too fast', () => {
  test('ratePerSecond: more calls within a second get HTTP 429 and Retry-After, and are not applied', async () => {
    await setSwitches(sandbox, { ratePerSecond: 2, retryAfterSeconds: 7 });
    const answers = await Promise.all(['A', 'B', 'C', 'D'].map((number) => add(`"number":"${number}"`)));
    const refused = answers.filter((answer) => answer.httpStatus === 429);
    expect(refused.map((answer) => answer.headers['retry-after'])).toEqual(['7', '7']);
    const { counts, calls } = await books(sandbox);
    expect([counts.members, calls.total]).toEqual([14, 4]);
  });

  test('tooFastStyle=code: HTTP 200 and tooFastCode', async () => {
    await setSwitches(sandbox, { 'fault.tooFast': 1, tooFastStyle: 'code', tooFastCode: '9555' });
    const refused = await add('"number":"A"');
    expect([refused.httpStatus, codeOf(refused.text)]).toEqual([200, '9555']);
    expect((await books(sandbox)).counts.members).toBe(12);
  });
});

describe('the shape of answers', () => {
  test('messagesAsText', async () => {
    await setSwitches(sandbox, { messagesAsText: true });
    expect((await byNumber('x')).text).toContain('"messages":""');
    expect((await add('"number":"8008010001"')).text).toContain('"messages":"会员已存在，不能重复添加"');
  });

  test('statusCase', async () => {
    await setSwitches(sandbox, { statusCase: 'upper' });
    expect((await byNumber('x')).text).toContain('"status":"SUCCESS"');
    await setSwitches(sandbox, { statusCase: 'mixed' });
    expect((await add('"number":""')).text).toContain('"status":"Error"');
  });

  test('errorCodeOnSuccess=absent', async () => {
    await setSwitches(sandbox, { errorCodeOnSuccess: 'absent', notFound: 'noData' });
    expect((await byNumber('x')).text).toBe('{"status":"success","messages":[]}');
  });

  test('uidAsText and customrUid', async () => {
    const uid = await uidOf('8008010001');
    await setSwitches(sandbox, { uidAsText: true });
    expect((await byNumber('8008010001')).text).toContain(`{"customrUid":"${uid}","customerUid":"${uid}",`);
    await setSwitches(sandbox, { customrUid: false });
    expect((await byNumber('8008010001')).text).toContain(`"data":{"customerUid":"${uid}",`);
    expect((await increment('8008010001', ONE)).text).toContain(`"data":{"customerUid":"${uid}",`);
  });

  test.each([
    ['plain', '12.5', '90071992547409.93', '0'],
    ['scale2', '12.50', '90071992547409.93', '0.00'],
    ['exponent', '1.25E+1', '9.007199254740993E+13', '0E+0'],
  ])('decimalStyle=%s', async (decimalStyle, point, balance, zero) => {
    await setSwitches(sandbox, { decimalStyle });
    await add('"number":"N1","point":12.5,"balance":90071992547409.93,"discount":0');
    const { text } = await byNumber('N1');
    expect(text).toContain(`"point":${point},"discount":${zero},"balance":${balance},`);
  });

  test('signResponses and gzip', async () => {
    const ask = async () => {
      const body = `{"appId":"${sandbox.settings.KYBIO_APP_ID}","customerNum":"8008010001"}`;
      const answer = await fetch(`${sandbox.settings.KYBIO_BASE_URL}/customerOpenApi/queryByNumber`, {
        method: 'POST',
        headers: { 'data-signature': md5(sandbox.settings.KYBIO_APP_KEY + body), 'accept-encoding': 'gzip,deflate' },
        body,
      });
      const text = await answer.text();
      return [answer.headers.get('content-encoding'), answer.headers.get('data-signature'), text] as const;
    };
    const [encoding, signature, text] = await ask();
    expect([encoding, signature]).toEqual(['gzip', md5(sandbox.settings.KYBIO_APP_KEY + text)]);
    await setSwitches(sandbox, { gzip: false, signResponses: false });
    expect(await ask()).toEqual([null, null, text]);
  });

  test('pageSize and pageSizeField', async () => {
    await setSwitches(sandbox, { pageSize: 5, pageSizeField: false });
    const page = await kybio(sandbox, 'customerOpenApi/queryCustomerPages');
    const { data } = JSON.parse(page.text);
    expect(data.result).toHaveLength(5);
    expect(Object.keys(data)).toEqual(['postBackParameter', 'result']);
  });
});

describe('what requests may say', () => {
  test('requireIncrements', async () => {
    const half = '"pointIncrement":5,"dataChangeTime":"2025-01-02 03:04:05"';
    expect(codeOf((await increment('8008010004', half)).text)).toBe('9003');
    await setSwitches(sandbox, { requireIncrements: 'any' });
    expect(codeOf((await increment('8008010004', half)).text)).toBe('null');
    const none = '"dataChangeTime":"2025-01-02 03:04:05"';
    expect(codeOf((await increment('8008010004', none)).text)).toBe('9003');
    expect(await member(sandbox, '8008010004')).toMatchObject({ point: '5', balance: '0' });
  });

  test('negativeBalance=refused, though nobody asked for a check', async () => {
    await setSwitches(sandbox, { negativeBalance: 'refused' });
    const minus = ONE.replace('"balanceIncrement":1', '"balanceIncrement":-0.01');
    expect(codeOf((await increment('8008010004', minus)).text)).toBe('2013');
    // Already below zero: more is welcome.
    expect(codeOf((await increment('8008010006', ONE)).text)).toBe('null');
  });

  test.each([
    ['ignored', 'null', ''],
    ['refused', '2011', undefined],
    ['created', 'null', 'Platinum'],
  ])('unknownCategory=%s', async (unknownCategory, code, stored) => {
    await setSwitches(sandbox, { unknownCategory });
    expect(codeOf((await add('"number":"N1","categoryName":"Platinum"')).text)).toBe(code);
    expect((await member(sandbox, 'N1')).categoryName).toBe(stored);
    expect(codeOf((await add('"number":"N2","categoryName":"Gold Card"')).text)).toBe('null');
    expect((await member(sandbox, 'N2')).categoryName).toBe('Gold Card');
  });

  test.each([
    ['pass', 'null', '大文😀𠮷', 'null'],
    ['strip', 'null', '大文', 'null'],
    ['reject', '2011', undefined, '2013'],
  ])('emojiInName=%s', async (emojiInName, addCode, stored, updateCode) => {
    await setSwitches(sandbox, { emojiInName });
    expect(codeOf((await add('"number":"N1","name":"大文😀𠮷"')).text)).toBe(addCode);
    expect((await member(sandbox, 'N1')).name).toBe(stored);
    const info = `"customerInfo":{"customerUid":${await uidOf('8008010001')},"name":"大文😀𠮷"}`;
    expect(codeOf((await kybio(sandbox, 'customerOpenApi/updateBaseInfo', info)).text)).toBe(updateCode);
    expect((await member(sandbox, '8008010001')).name).toBe(stored ?? '陈大文');
  });
});
