import { describe, expect, it } from 'vitest';
import { signV1, signV3 } from '../../src/kybio/signature.ts';
import { APP_ID, APP_KEY, NOW_MS, requestOf } from './kybio-server.ts';

const UID = '231607639459718452';
const INCREMENT = {
  customerUid: UID,
  balanceIncrement: '-12.50',
  pointIncrement: '0',
  dataChangeTime: '2015-12-16 13:26:23',
};

describe('what goes over the wire', () => {
  it('add: appId first, numbers with the digits of the file, no empty fields', async () => {
    const request = await requestOf((client) =>
      client.add({
        number: 'K0001',
        name: '陈大文',
        point: '0',
        balance: '12.50',
        phone: '91234567',
        email: '',
        enable: '1',
      }),
    );
    expect(request).toMatchObject({ method: 'POST', url: '/openapi/v1/customerOpenApi/add' });
    expect(request.body).toBe(
      `{"appId":"${APP_ID}","customerInfo":{"number":"K0001","name":"陈大文","point":0,"balance":12.50,"phone":"91234567","enable":1}}`,
    );
  });

  it('updateBaseInfo: the uid first, whatever the fields say', async () => {
    const request = await requestOf((client) =>
      client.updateBaseInfo('9223372036854775807', { name: 'A "B" \\ C', customerUid: '1', __proto__: 'x' }),
    );
    expect(request.url).toBe('/openapi/v1/customerOpenApi/updateBaseInfo');
    expect(request.body).toBe(
      `{"appId":"${APP_ID}","customerInfo":{"customerUid":9223372036854775807,"name":"A \\"B\\" \\\\ C"}}`,
    );
  });

  it('queryByNumber and queryByUid', async () => {
    const byNumber = await requestOf((client) => client.queryByNumber('8008010001'));
    expect([byNumber.url, byNumber.body]).toEqual([
      '/openapi/v1/customerOpenApi/queryByNumber',
      `{"appId":"${APP_ID}","customerNum":"8008010001"}`,
    ]);
    const byUid = await requestOf((client) => client.queryByUid(UID));
    expect([byUid.url, byUid.body]).toEqual([
      '/openapi/v1/customerOpenApi/queryByUid',
      `{"appId":"${APP_ID}","customerUid":${UID}}`,
    ]);
  });

  it('queryCustomerPages: the first page without a cursor, then the cursor as it came', async () => {
    const first = await requestOf((client) => client.queryCustomerPages());
    expect(first.body).toBe(`{"appId":"${APP_ID}"}`);
    const text = await requestOf((client) =>
      client.queryCustomerPages({ parameterType: 'LAST_RESULT_MAX_ID', parameterValue: '0123' }),
    );
    expect(text.body).toBe(
      `{"appId":"${APP_ID}","postBackParameter":{"parameterType":"LAST_RESULT_MAX_ID","parameterValue":"0123"}}`,
    );
    const number = await requestOf((client) =>
      client.queryCustomerPages({ parameterType: 'T', parameterValue: '98765432109876543210', isNumber: true }),
    );
    expect(number.body).toContain('"parameterValue":98765432109876543210}');
  });

  it('updateBalancePointByIncrement: digit for digit, uncompressed', async () => {
    const request = await requestOf((client) => client.updateBalancePointByIncrement(INCREMENT));
    expect(request.url).toBe('/openapi/v1/customerOpenApi/updateBalancePointByIncrement');
    expect(request.body).toBe(
      `{"appId":"${APP_ID}","customerUid":231607639459718452,"balanceIncrement":-12.50,"pointIncrement":0,"dataChangeTime":"2015-12-16 13:26:23"}`,
    );
    expect(request.headers['accept-encoding']).toBe('identity');
  });

  it('the other endpoints', async () => {
    const times = await requestOf((client) => client.queryAccessTimes());
    expect([times.url, times.body]).toEqual([
      '/openapi/v1/openApiLimitAccess/queryAccessTimes',
      `{"appId":"${APP_ID}"}`,
    ]);
    const days = await requestOf((client) => client.queryDailyAccessTimesLog('2025-01-01', '2025-01-02'));
    expect(days.body).toBe(`{"appId":"${APP_ID}","beginDate":"2025-01-01","endDate":"2025-01-02"}`);
    const categories = await requestOf((client) => client.queryAllCustomerCategory());
    expect(categories.url).toBe('/openapi/v1/customerOpenApi/queryAllCustomerCategory');
    const changes = await requestOf((client) =>
      client.batchUpdateCategory([{ customerUid: UID, customerCategoryUid: '1511175366406782539' }]),
    );
    expect(changes.body).toBe(
      `{"appId":"${APP_ID}","customerCategories":[{"customerUid":${UID},"customerCategoryUid":1511175366406782539}]}`,
    );
  });

  it('headers as documented, and the signed bytes are the sent bytes', async () => {
    const { headers, body } = await requestOf((client) => client.queryByNumber('八〇〇八'));
    expect(headers).toMatchObject({
      'user-agent': 'openApi',
      'content-type': 'application/json; charset=utf-8',
      'accept-encoding': 'gzip',
      'time-stamp': String(NOW_MS),
      'data-signature': signV1(APP_KEY, body),
    });
    expect(headers['data-signature-v3']).toBeUndefined();
    expect(headers.appid).toBeUndefined();
    expect(headers['transfer-encoding']).toBeUndefined();
  });

  it('v3 instead, or both', async () => {
    const v3 = await requestOf((client) => client.queryByNumber('1'), { signature: 'v3' });
    expect(v3.headers['data-signature']).toBeUndefined();
    expect(v3.headers).toMatchObject({
      'data-signature-v3': signV3(APP_ID, APP_KEY, String(NOW_MS), v3.body),
      appid: APP_ID,
    });
    const both = await requestOf((client) => client.queryByNumber('1'), { signature: 'both' });
    expect(both.headers).toMatchObject({
      'data-signature': signV1(APP_KEY, both.body),
      'data-signature-v3': signV3(APP_ID, APP_KEY, String(NOW_MS), both.body),
    });
  });

  it.each([
    ['plain', '"password":"123456"'],
    ['md5_upper', '"password":"E10ADC3949BA59ABBE56E057F20F883E"'],
    ['md5_lower', '"password":"e10adc3949ba59abbe56e057f20f883e"'],
    ['never', '"customerInfo":{"number":"1"}'],
  ] as const)('a password as the account wants it: %s', async (password, expected) => {
    const request = await requestOf((client) => client.add({ number: '1', password: '123456' }), { password });
    expect(request.body).toContain(expected);
  });
});

describe('what never reaches the wire', () => {
  it.each(['', '0', '-1', '01', '1.0', '9223372036854775808', '1e5', 'abc'])('the uid %j', async (uid) => {
    await expect(requestOf((client) => client.queryByUid(uid))).rejects.toThrow('no Long');
  });

  it.each(['', '1e5', '+1', '1,5', '.5', 'NaN'])('the amount %j', async (amount) => {
    const ask = requestOf((client) => client.updateBalancePointByIncrement({ ...INCREMENT, pointIncrement: amount }));
    await expect(ask).rejects.toThrow('no plain decimal');
  });

  it('more than 100 category changes', async () => {
    const changes = Array.from({ length: 101 }, () => ({ customerUid: UID, customerCategoryUid: UID }));
    await expect(requestOf((client) => client.batchUpdateCategory(changes))).rejects.toThrow('100');
  });
});
