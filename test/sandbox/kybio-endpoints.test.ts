import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { books, control, kybio, kybioBody, md5, member, send } from './signed-calls.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ stateFolder: ':memory:' });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await control(sandbox, 'DELETE', 'state');
});

const add = (info: string) => kybio(sandbox, 'customerOpenApi/add', `"customerInfo":{${info}}`);
const update = (info: string) => kybio(sandbox, 'customerOpenApi/updateBaseInfo', `"customerInfo":{${info}}`);
const byNumber = (number: string) => kybio(sandbox, 'customerOpenApi/queryByNumber', `"customerNum":"${number}"`);
const increment = (rest: string) => kybio(sandbox, 'customerOpenApi/updateBalancePointByIncrement', rest);
const uidOf = async (number: string) => String((await member(sandbox, number)).customerUid);
const codeOf = (text: string) => /"errorCode":(\w+)/.exec(text)?.[1];

describe('credentials', () => {
  const url = () => `${sandbox.baseUrl}/openapi/v1/customerOpenApi/queryByNumber`;

  test('the vector of api/kybio.md is answered, with and without /pospal-api2', async () => {
    const call = {
      method: 'POST',
      headers: { 'data-signature': 'BDC6FBC08EF98D52C7ABA7C00126DF93' },
      body: '{"appId":"ABCDEFABCDEFABCDEFABCDEFABCDEFAB","customerNum":"8008010001"}',
    };
    const plain = await send({ ...call, url: url() });
    expect(plain.text).toContain('"number":"8008010001"');
    expect(await send({ ...call, url: url().replace('/openapi', '/pospal-api2/openapi') })).toMatchObject({
      text: plain.text,
    });
  });

  test('a wrong signature is answered as captured', async () => {
    const answer = await kybio(sandbox, 'customerOpenApi/queryByNumber', '"customerNum":"1"', {
      'data-signature': 'X',
    });
    expect(answer.httpStatus).toBe(200);
    expect(answer.text).toBe('{"status":"error","messages":["消息体与消息签名不匹配"],"errorCode":1032}');
  });

  test('no signature is 1031, an unknown appId 1034', async () => {
    const unsigned = await kybio(sandbox, 'customerOpenApi/queryByNumber', '"customerNum":"1"', {});
    const body = '{"appId":"0000","customerNum":"1"}';
    const unknown = await kybioBody(sandbox, 'customerOpenApi/queryByNumber', body);
    expect([codeOf(unsigned.text), codeOf(unknown.text)]).toEqual(['1031', '1034']);
  });

  test('answers are signed over their bytes', async () => {
    const answer = await byNumber('8008010001');
    expect(answer.headers['data-signature']).toBe(md5(sandbox.settings.KYBIO_APP_KEY + answer.text));
  });
});

describe('bad requests', () => {
  test.each([
    ['no JSON', 'hello'],
    ['nothing', ''],
    ['a list', '[]'],
    ['half of JSON', '{"appId":"ABC'],
    ['a key given twice', '{"appId":"A","appId":"B"}'],
    ['nesting without end', '['.repeat(200_000)],
    ['no appId', '{}'],
    ['an appId of another type', '{"appId":1}'],
  ])('%s is 9003', async (_what, body) => {
    const answer = await kybioBody(sandbox, 'customerOpenApi/queryByNumber', body);
    expect(codeOf(answer.text)).toBe('9003');
  });

  test('bytes that are not UTF-8 are 9003', async () => {
    const answer = await send({
      method: 'POST',
      url: `${sandbox.settings.KYBIO_BASE_URL}/customerOpenApi/add`,
      headers: { 'data-signature': 'x' },
      body: Buffer.from([0x7b, 0xff, 0x7d]),
    });
    expect(codeOf(answer.text)).toBe('9003');
  });

  test('a body above 1 MiB is refused, and the sandbox goes on', async () => {
    const answer = await kybioBody(sandbox, 'customerOpenApi/add', `{"a":"${'x'.repeat(1_100_000)}"}`);
    expect(answer.httpStatus).toBe(413);
    expect((await byNumber('8008010001')).httpStatus).toBe(200);
  });

  test('an unknown interface and another method are 404', async () => {
    expect((await kybio(sandbox, 'customerOpenApi/nothing')).httpStatus).toBe(404);
    const get = await send({ method: 'GET', url: `${sandbox.settings.KYBIO_BASE_URL}/customerOpenApi/add` });
    expect(get.httpStatus).toBe(404);
  });

  test.each([
    ['"number":"N1","point":"5"', 'a quoted amount'],
    ['"number":"N1","balance":true', 'an amount of another type'],
    ['"number":"N1","balance":1e99', 'an amount beyond every store'],
    ['"number":12', 'a number without quotes'],
    ['"name":"no number"', 'a missing number'],
    ['"number":""', 'an empty number'],
    ['"number":"N1","enable":2', 'an unknown state'],
    ['"number":"N1","discount":101', 'a discount above 100'],
    ['"number":"N1","birthday":"2023-02-29"', 'a day that does not exist'],
  ])('add refuses %s: %s', async (info) => {
    expect(codeOf((await add(info)).text)).toBe('9003');
    expect((await books(sandbox)).counts.members).toBe(12);
  });
});

describe('add', () => {
  test('stores the digits as they came and answers with the new uid', async () => {
    const answer = await add(
      '"number":"N1","name":"陈大文","balance":90071992547409.930,"point":12.50,"password":"123456"',
    );
    const stored = await member(sandbox, 'N1');
    expect(answer.text).toBe(
      `{"status":"success","messages":[],"errorCode":null,"data":{"customerUid":${stored.customerUid},"number":"N1"}}`,
    );
    expect(stored).toMatchObject({
      balance: '90071992547409.930',
      point: '12.50',
      name: '陈大文',
      enable: 1,
      onAccount: 1,
    });
    expect(stored.passwordMd5).toBe('E10ADC3949BA59ABBE56E057F20F883E');
    expect(BigInt(stored.customerUid ?? 0)).toBeGreaterThan(2n ** 53n);
  });

  test('a taken number is 2012, also when its member is deleted', async () => {
    expect(codeOf((await add('"number":"8008010001"')).text)).toBe('2012');
    expect(codeOf((await add('"number":"8008010012"')).text)).toBe('2012');
  });

  test('uids are unique, have 18 or 19 digits, and are the same for the same seed', async () => {
    await control(sandbox, 'POST', 'members', { count: 3000, prefix: 'U' });
    const all = JSON.parse((await control(sandbox, 'GET', 'members')).text);
    const uids: string[] = all.map((row: { customerUid: string }) => row.customerUid);
    expect(new Set(uids).size).toBe(3012);
    expect(uids.every((uid) => /^[0-9]{18,19}$/.test(uid))).toBe(true);
    await control(sandbox, 'DELETE', 'state');
    expect(await uidOf('8008010001')).toBe(uids[0]);
  });
});

describe('lookups', () => {
  test('the record has the keys and the order of the captured one, and no empty fields', async () => {
    const uid = await uidOf('8008010003');
    const expected =
      `{"status":"success","messages":[],"errorCode":null,"data":{"customrUid":${uid},"customerUid":${uid},` +
      '"categoryName":"Gold Card","number":"8008010003","name":"Emily Tan","point":450.5,"discount":100,' +
      '"balance":90071992547409.93,"phone":"6591112222","birthday":"1988-02-29 00:00:00",' +
      '"email":"emily.tan@example.com","createdDate":"2024-03-01 00:00:00","onAccount":1,"enable":1,' +
      '"createStoreAppIdOrAccount":"ABCDEFABCDEFABCDEFABCDEFABCDEFAB"}}';
    expect((await byNumber('8008010003')).text).toBe(expected);
    expect((await kybio(sandbox, 'customerOpenApi/queryByUid', `"customerUid":${uid}`)).text).toBe(expected);
    expect((await kybio(sandbox, 'customerOpenApi/queryByUid', `"customerUid":"${uid}"`)).text).toBe(expected);
  });

  test('a uid that is no Long is 9003', async () => {
    for (const uid of ['"12a"', '1.5', '-1', 'true', '12345678901234567890']) {
      expect(codeOf((await kybio(sandbox, 'customerOpenApi/queryByUid', `"customerUid":${uid}`)).text)).toBe('9003');
    }
  });
});

describe('updateBaseInfo', () => {
  test('changes what is given; an empty text clears nothing; other fields are ignored', async () => {
    const uid = await uidOf('8008010003');
    const answer = await update(`"customerUid":${uid},"name":"New","phone":"","birthday":"1990-01-02","enable":0`);
    expect(answer.text).toBe('{"status":"success","messages":[],"errorCode":null}');
    expect(await member(sandbox, '8008010003')).toMatchObject({
      name: 'New',
      phone: '6591112222',
      birthday: '1990-01-02 00:00:00',
      email: 'emily.tan@example.com',
      enable: 1,
    });
  });

  test('an unknown member is 2015, a deleted one 2016', async () => {
    expect(codeOf((await update('"customerUid":1,"name":"x"')).text)).toBe('2015');
    const deleted = await uidOf('8008010012');
    expect(codeOf((await update(`"customerUid":${deleted},"name":"x"`)).text)).toBe('2016');
  });
});

describe('updateBalancePointByIncrement', () => {
  const time = '"dataChangeTime":"2025-01-02 13:26:23"';

  test('answers before, after and increment, exact to the last digit', async () => {
    const uid = await uidOf('8008010003');
    const answer = await increment(`"customerUid":${uid},"balanceIncrement":0.07,"pointIncrement":-450.5,${time}`);
    expect(answer.text.replace(/"updateCustomerTime":"[0-9: -]{19}"/, '"updateCustomerTime":"…"')).toBe(
      `{"status":"success","messages":[],"errorCode":null,"data":{"customerUid":${uid},` +
        '"balanceBeforeUpdate":90071992547409.93,"balanceAfterUpdate":90071992547410,"balanceIncrement":0.07,' +
        '"pointBeforeUpdate":450.5,"pointAfterUpdate":0,"pointIncrement":-450.5,' +
        '"dataChangeTime":"2025-01-02 13:26:23","updateCustomerTime":"…"}}',
    );
    expect((await books(sandbox)).increments).toMatchObject([
      {
        customerUid: uid,
        number: '8008010003',
        balanceIncrement: '0.07',
        pointIncrement: '-450.5',
        dataChangeTime: '2025-01-02 13:26:23',
      },
    ]);
  });

  test('30 + 30 digits are added without rounding', async () => {
    const uid = await uidOf('8008010004');
    const amounts = [
      '123456789012345678901234567890.000000000000000000000000000001',
      '0.999999999999999999999999999999',
    ];
    for (const amount of amounts) {
      await increment(`"customerUid":${uid},"balanceIncrement":${amount},"pointIncrement":0,${time}`);
    }
    expect((await member(sandbox, '8008010004')).balance).toBe('123456789012345678901234567891');
  });

  test('dataChangeTime must be there and be a 24-hour time', async () => {
    const uid = await uidOf('8008010001');
    const amounts = `"customerUid":${uid},"balanceIncrement":1,"pointIncrement":1`;
    for (const rest of ['', ',"dataChangeTime":""', ',"dataChangeTime":"2025-01-02 24:00:00"']) {
      expect(codeOf((await increment(amounts + rest)).text)).toBe('9003');
    }
    expect(codeOf((await increment(`${amounts},"dataChangeTime":"2025-01-02T13:00:00"`)).text)).toBe('9003');
    expect((await books(sandbox)).increments).toEqual([]);
  });

  test('below zero is checked only when asked for', async () => {
    const uid = await uidOf('8008010002');
    const minus = `"customerUid":${uid},"balanceIncrement":-5,"pointIncrement":-100,${time}`;
    expect(codeOf((await increment(`${minus},"validateBalance":1`)).text)).toBe('2013');
    expect(codeOf((await increment(`${minus},"validatePoint":1`)).text)).toBe('2013');
    expect(codeOf((await increment(minus)).text)).toBe('null');
    expect(await member(sandbox, '8008010002')).toMatchObject({ balance: '-4.9', point: '-64' });
  });

  test('an unknown member is 2015, a deleted one 2016', async () => {
    const amounts = `"balanceIncrement":1,"pointIncrement":1,${time}`;
    expect(codeOf((await increment(`"customerUid":1,${amounts}`)).text)).toBe('2015');
    expect(codeOf((await increment(`"customerUid":${await uidOf('8008010012')},${amounts}`)).text)).toBe('2016');
  });
});

describe('pages', () => {
  const page = (rest: string) => kybio(sandbox, 'customerOpenApi/queryCustomerPages', rest);
  const cursorOf = (text: string) => /"postBackParameter":({[^}]*})/.exec(text)?.[1] ?? '';

  test('follow the cursor to a short page, without deleted members and without the fields pages lack', async () => {
    await control(sandbox, 'POST', 'members', { count: 150, prefix: 'P' });
    const first = await page('');
    const second = await page(`"postBackParameter":${cursorOf(first.text)}`);
    const numbers = (text: string) => [...text.matchAll(/"number":"([^"]*)"/g)].map((match) => match[1]);
    expect(numbers(first.text)).toHaveLength(100);
    expect(numbers(second.text)).toHaveLength(61);
    expect(new Set([...numbers(first.text), ...numbers(second.text)]).size).toBe(161);
    expect(numbers(first.text)).not.toContain('8008010012');
    expect(first.text).toContain('"pageSize":100');
    expect(first.text).not.toMatch(/remarks|expiryDate|createStoreAppIdOrAccount/);
    const past = await page(`"postBackParameter":${cursorOf(second.text)}`);
    expect(past.text).toContain('"result":[]');
    expect(cursorOf(past.text)).toBe(cursorOf(second.text));
  });

  test.each(['null', '""', '{"parameterType":"LAST_RESULT_MAX_ID","parameterValue":"0"}', '{"parameterValue":""}'])(
    'the cursor %s is the first page',
    async (cursor) => {
      expect((await page(`"postBackParameter":${cursor}`)).text).toBe((await page('')).text);
    },
  );

  test('a cursor that is none is 9003', async () => {
    const wrong = await page('"postBackParameter":{"parameterType":"OTHER","parameterValue":"3"}');
    expect(codeOf(wrong.text)).toBe('9003');
  });
});

describe('categories', () => {
  test('are listed, and given to up to 100 members at once or to none', async () => {
    const list = await kybio(sandbox, 'customerOpenApi/queryAllCustomerCategory');
    const gold = /"name":"Gold Card","discount":90,"uid":([0-9]+),"enable":1,"isPoint":1/.exec(list.text)?.[1];
    const change = (uid: string) => `{"customerUid":${uid},"customerCategoryUid":${gold}}`;
    const batch = (items: string[]) =>
      kybio(sandbox, 'customerOpenApi/batchUpdateCategory', `"customerCategories":[${items.join(',')}]`);
    const uid = await uidOf('8008010002');
    expect(codeOf((await batch([change(uid), change('1')])).text)).toBe('2015');
    expect((await member(sandbox, '8008010002')).categoryName).toBe('普通会员');
    expect((await batch([change(uid)])).text).toBe('{"status":"success","messages":[],"errorCode":null}');
    expect((await member(sandbox, '8008010002')).categoryName).toBe('Gold Card');
    expect(codeOf((await batch(Array.from({ length: 101 }, () => change(uid)))).text)).toBe('9003');
  });
});

describe('access times', () => {
  test('come for the whole chain, the sister store first, the own appId in another letter case', async () => {
    await byNumber('8008010001');
    const log = await kybio(sandbox, 'openApiLimitAccess/queryDailyAccessTimesLog');
    const entries: { appId: string; haveAcessTimes: number }[] = JSON.parse(log.text).data;
    expect(entries.map((entry) => entry.appId.toUpperCase() === sandbox.settings.KYBIO_APP_ID)).toEqual([false, true]);
    expect(entries[1]).toMatchObject({ appId: sandbox.settings.KYBIO_APP_ID.toLowerCase(), haveAcessTimes: 2 });
    const times = await kybio(sandbox, 'openApiLimitAccess/queryAccessTimes');
    expect(JSON.parse(times.text).data[1]).toMatchObject({ startDate: null, endDate: null });
  });

  test('a span over 7 days is refused, and charged', async () => {
    const span = '"beginDate":"2025-01-01","endDate":"2025-01-08"';
    const refused = await kybio(sandbox, 'openApiLimitAccess/queryDailyAccessTimesLog', span);
    expect(codeOf(refused.text)).toBe('9003');
    expect((await books(sandbox)).calls.total).toBe(1);
  });
});
