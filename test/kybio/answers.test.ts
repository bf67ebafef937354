import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/http/answer.ts';
import type { KybioClient, KybioSettings } from '../../src/kybio/client.ts';
import { signV1 } from '../../src/kybio/signature.ts';
import { APP_KEY, askKybio, type Reply } from './kybio-server.ts';

const UID = '231607639459718452';
const lookUp = (client: KybioClient) => client.queryByNumber('K1');
const update = (client: KybioClient) => client.updateBaseInfo(UID, { name: 'A' });
const topUp = (client: KybioClient) =>
  client.updateBalancePointByIncrement({
    customerUid: UID,
    pointIncrement: '1',
    balanceIncrement: '0',
    dataChangeTime: '2025-01-02 03:04:05',
  });

const success = (data?: string) => `{"status":"success","messages":[]${data === undefined ? '' : `,"data":${data}`}}`;
const error = (code: string, messages = '["不行"]') => `{"status":"error","messages":${messages},"errorCode":${code}}`;

describe('what an answer means', () => {
  const CASES: [string, Reply, Partial<Answer<unknown>>][] = [
    ['a success', { body: success() }, { kind: 'success' }],
    ['a success in capitals', { body: '{"status":"SUCCESS"}' }, { kind: 'success' }],
    ['a success with code 0', { body: '{"status":"success","errorCode":0}' }, { kind: 'success' }],
    ['a success that carries a code', { body: '{"status":"success","errorCode":2013}' }, unanswered('BAD_RESPONSE')],
    ['2012', { body: error('2012') }, refused('exists', '2012')],
    ['2015', { body: error('2015') }, refused('not_found', '2015')],
    ['2013', { body: error('2013') }, refused('row', '2013')],
    ['a code as text', { body: error('"2013"') }, refused('row', '2013')],
    ...['1031', '1032', '1033', '1034', '9001'].map((code): [string, Reply, Partial<Answer<unknown>>] => [
      code,
      { body: error(code) },
      refused('credentials', code),
    ]),
    ['a code nobody knows', { body: error('7777') }, refused('unknown', '7777')],
    ['code 0', { body: error('0') }, refused('unknown', '0')],
    ['an error without a code', { body: error('null') }, refused('unknown', 'BAD_RESPONSE')],
    ['an error with a known code under 500', { status: 500, body: error('2013') }, refused('row', '2013')],
    ['an error with an unknown code under 500', { status: 500, body: error('7777') }, unanswered('HTTP_500')],
    ['an error with code 0 under 500', { status: 500, body: error('0') }, unanswered('HTTP_500')],
    ['an error with a known code under 403', { status: 403, body: error('2013') }, refused('row', '2013')],
    ['an error with an unknown code under 400', { status: 400, body: error('7777') }, refused('unknown', '7777')],
    ['an error without a code under 400', { status: 400, body: error('null') }, refused('unknown', 'HTTP_400')],
    ['401', { status: 401, body: 'no' }, refused('credentials', 'HTTP_401')],
    ['403 with an unknown code', { status: 403, body: error('7777') }, refused('credentials', 'HTTP_403')],
    ['404', { status: 404, body: '<html>' }, refused('unknown', 'HTTP_404')],
    ['413', { status: 413 }, refused('unknown', 'HTTP_413')],
    ['302', { status: 302, headers: { location: '/login' } }, unanswered('HTTP_302')],
    ['500', { status: 500, body: 'oops' }, unanswered('HTTP_500')],
    ['502 with a success envelope', { status: 502, body: success() }, unanswered('HTTP_502')],
    [
      '503 with Retry-After',
      { status: 503, headers: { 'retry-after': '7' } },
      { ...unanswered('HTTP_503'), retryAfterMs: 7000 },
    ],
    [
      '429',
      { status: 429, headers: { 'retry-after': '3' } },
      { ...refused('too_fast', 'HTTP_429'), retryAfterMs: 3000 },
    ],
    ['an empty body', { body: '' }, unanswered('BAD_RESPONSE')],
    ['204', { status: 204, body: '' }, unanswered('BAD_RESPONSE')],
    ['a web page', { body: '<html>login</html>' }, unanswered('BAD_RESPONSE')],
    ['foreign JSON', { body: '{"ok":true}' }, unanswered('BAD_RESPONSE')],
    ['a list', { body: '[]' }, unanswered('BAD_RESPONSE')],
    ['half an answer', { body: success('{"a":1}').slice(0, -5) }, unanswered('BAD_RESPONSE')],
    ['an unknown status', { body: '{"status":"pending"}' }, unanswered('BAD_RESPONSE')],
    ['a status that is no text', { body: '{"status":200}' }, unanswered('BAD_RESPONSE')],
    ['a status on the prototype', { body: '{"__proto__":{"status":"success"}}' }, unanswered('BAD_RESPONSE')],
    ['a depth bomb', { body: '['.repeat(100_000) }, unanswered('BAD_RESPONSE')],
  ];

  it.each(CASES)('%s', async (_name, reply, expected) => {
    expect(await askKybio(reply, update)).toMatchObject(expected);
  });

  it('bytes that are no UTF-8 are no answer', async () => {
    const answer = await askKybio((response) => response.end(Buffer.from([0x7b, 0xff, 0x7d])), update);
    expect(answer).toMatchObject({ kind: 'unanswered', errorCode: 'BAD_RESPONSE' });
  });

  it('a gzipped success is a success', async () => {
    const answer = await askKybio(
      (response) => response.setHeader('content-encoding', 'gzip').end(gzipSync(success())),
      update,
    );
    expect(answer.kind).toBe('success');
  });

  it('an answer cut short is unanswered', async () => {
    const answer = await askKybio((response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"status":');
      setTimeout(() => response.socket?.destroy(), 10);
    }, update);
    expect(answer).toMatchObject({ kind: 'unanswered', errorCode: 'CONNECTION_FAILED' });
  });

  it('no answer in time is unanswered, a refused connection is not sent', async () => {
    expect(await askKybio(() => {}, update, { timeoutMs: 80 })).toMatchObject({
      kind: 'unanswered',
      errorCode: 'TIMEOUT',
    });
    expect(await askKybio({}, update, { baseUrl: 'http://127.0.0.1:1/openapi/v1' })).toMatchObject({
      kind: 'not_sent',
      errorCode: 'CONNECTION_FAILED',
    });
  });

  it('codes of the settings go before the table, whatever the HTTP status', async () => {
    const settings: Partial<KybioSettings> = {
      codes: { quota: ['9010'], tooFast: ['2013'], notFound: [], repeat: ['2031'] },
    };
    const meaning = async (reply: Reply) => {
      const answer = await askKybio(reply, update, settings);
      return answer.kind === 'refused' ? answer.meaning : answer.kind;
    };
    expect(await meaning({ body: error('9010') })).toBe('quota');
    expect(await meaning({ status: 429, body: error('9010') })).toBe('quota');
    expect(await meaning({ status: 403, body: error('9010') })).toBe('quota');
    expect(await meaning({ body: error('2013') })).toBe('too_fast');
    expect(await meaning({ body: error('2031') })).toBe('repeat');
    expect(await meaning({ body: error('2015') })).toBe('not_found');
  });
});

describe('messages', () => {
  const messagesOf = async (messages: string) => {
    const answer = await askKybio({ body: error('2012', messages) }, update);
    return answer.kind === 'refused' ? answer.messages : [];
  };

  it('may be a list or a text; Chinese ones are explained in English', async () => {
    expect(await messagesOf('["会员已存在"]')).toEqual(['会员已存在', 'the member exists already']);
    expect(await messagesOf('"会员已存在"')).toEqual(['会员已存在', 'the member exists already']);
    expect(await messagesOf('["member exists"]')).toEqual(['member exists']);
    expect(await messagesOf('null')).toEqual(['the member exists already']);
  });
});

describe('details', () => {
  it('are one short line without the key and without what the vendor sent', async () => {
    const secrets = ['13800138000', APP_KEY];
    const replies: Reply[] = [
      { body: `{"status":"success","data":{"phone":"13800138000","key":"${APP_KEY}",\n\n` },
      { body: `13800138000 ${APP_KEY} ${'x'.repeat(5000)}` },
      { status: 500, body: `13800138000 ${APP_KEY}`, headers: { 'content-type': `text/html; ${'y'.repeat(500)}` } },
    ];
    for (const reply of replies) {
      const answer = await askKybio(reply, topUp);
      expect(answer.kind).toBe('unanswered');
      if (answer.kind !== 'unanswered') return;
      expect(answer.detail.length).toBeLessThanOrEqual(200);
      expect(answer.detail).not.toMatch(/[\r\n]/);
      for (const secret of secrets) expect(JSON.stringify(answer)).not.toContain(secret);
    }
  });
});

describe('the signature of an answer', () => {
  const body = success();
  const signed = { body, headers: { 'data-signature': signV1(APP_KEY, body) } };
  const forged = { body, headers: { 'data-signature': signV1('other', body) } };
  const ask = async (reply: Reply, answerSignature: KybioSettings['answerSignature']) => {
    const answer = await askKybio(reply, update, { answerSignature });
    return answer.kind === 'unanswered' || answer.kind === 'refused'
      ? `${answer.kind} ${answer.errorCode}`
      : answer.kind;
  };

  it('is not looked at, looked at when there, or required', async () => {
    expect(await ask(forged, 'ignore')).toBe('success');
    expect(await ask(signed, 'if_present')).toBe('success');
    expect(await ask({ body }, 'if_present')).toBe('success');
    expect(await ask(forged, 'if_present')).toBe('unanswered BAD_RESPONSE');
    expect(await ask(signed, 'required')).toBe('success');
    expect(await ask({ body }, 'required')).toBe('unanswered BAD_RESPONSE');
    expect(await ask(forged, 'required')).toBe('unanswered BAD_RESPONSE');
  });

  it('is of the decoded body', async () => {
    const answer = await askKybio(
      (response) =>
        response
          .writeHead(200, { 'content-encoding': 'gzip', 'data-signature': signV1(APP_KEY, body) })
          .end(gzipSync(body)),
      update,
      { answerSignature: 'required' },
    );
    expect(answer.kind).toBe('success');
  });

  it('is not expected of a proxy’s own refusal, whose envelope then counts for nothing', async () => {
    expect(await ask({ status: 401 }, 'required')).toBe('refused HTTP_401');
    expect(await ask({ status: 502 }, 'required')).toBe('unanswered HTTP_502');
    expect(await ask({ status: 500, body: error('2013') }, 'required')).toBe('unanswered HTTP_500');
  });
});

describe('a lookup', () => {
  const RECORD =
    '{"customrUid":813951242628553689,"customerUid":813951242628553689,"categoryName":"金卡","number":"K1","name":"陈大文",' +
    '"point":1.25E+1,"discount":100,"balance":90071992547409.930,"phone":"","email":null,"createdDate":"2015-09-15 00:00:00",' +
    '"onAccount":1,"enable":-1,"password":"E10ADC3949BA59ABBE56E057F20F883E","extInfo":{"sex":1},"weixinOpenIds":[],"new":"x"}';

  it('gives the documented fields as texts, every digit kept; password, twins and nested ones dropped', async () => {
    const answer = await askKybio({ body: success(RECORD) }, lookUp);
    expect(answer).toEqual({
      kind: 'success',
      data: {
        customerUid: '813951242628553689',
        categoryName: '金卡',
        number: 'K1',
        name: '陈大文',
        createdDate: '2015-09-15 00:00:00',
        point: '12.5',
        discount: '100',
        balance: '90071992547409.930',
        enable: '-1',
        onAccount: '1',
      },
    });
  });

  it.each([
    ['null data', success('null')],
    ['no data', success()],
    ['an empty record', success('{}')],
    ['a blank record', success('{"customerUid":null,"number":null,"name":""}')],
    ['a record with uid 0', success('{"customerUid":0,"number":""}')],
    ['2015', error('2015')],
  ])('of nobody is undefined: %s', async (_name, body) => {
    expect(await askKybio({ body }, lookUp)).toEqual({ kind: 'success', data: undefined });
    expect(await askKybio({ body }, (client) => client.queryByUid(UID))).toEqual({ kind: 'success', data: undefined });
  });

  it.each([
    ['another number', '{"customerUid":1,"number":"K2"}'],
    ['another case', '{"customerUid":1,"number":"k1"}'],
    ['no number', '{"customerUid":1}'],
    ['no uid', '{"number":"K1"}'],
    ['a damaged uid', '{"customerUid":1.5,"number":"K1"}'],
    ['a uid beyond Long', '{"customerUid":9223372036854775808,"number":"K1"}'],
    ['an amount that is none', '{"customerUid":1,"number":"K1","balance":"abc"}'],
    ['an amount as long as a novel', '{"customerUid":1,"number":"K1","balance":1E+999999}'],
    ['a list', '[]'],
    ['a text', '"K1"'],
  ])('that cannot be believed is unanswered: %s', async (_name, data) => {
    expect(await askKybio({ body: success(data) }, lookUp)).toMatchObject({
      kind: 'unanswered',
      errorCode: 'BAD_RESPONSE',
    });
  });

  it('accepts the uid and amounts as JSON strings', async () => {
    const body = success('{"customerUid":"9223372036854775807","number":"K1","balance":"12.50","point":""}');
    const answer = await askKybio({ body }, lookUp);
    expect(answer).toEqual({
      kind: 'success',
      data: { customerUid: '9223372036854775807', number: 'K1', balance: '12.50' },
    });
  });

  it('by uid has to be about that uid', async () => {
    const body = success('{"customerUid":231607639459718460,"number":"K1"}');
    expect(await askKybio({ body }, (client) => client.queryByUid(UID))).toMatchObject({ kind: 'unanswered' });
  });
});

describe('add', () => {
  const add = (client: KybioClient) => client.add({ number: 'K1' });
  it.each([
    ['no data', success(), {}],
    ['null data', success('null'), {}],
    ['uid and number', success(`{"customerUid":${UID},"number":"K1"}`), { customerUid: UID }],
    ['the uid as text', success(`{"customerUid":"${UID}"}`), { customerUid: UID }],
  ])('succeeds with %s', async (_name, body, data) => {
    expect(await askKybio({ body }, add)).toEqual({ kind: 'success', data });
  });

  it.each([success('{"customerUid":1,"number":"K2"}'), success('{"customerUid":"x"}')])(
    'is unanswered by %s',
    async (body) => {
      expect(await askKybio({ body }, add)).toMatchObject({ kind: 'unanswered', errorCode: 'BAD_RESPONSE' });
    },
  );
});

describe('an increment', () => {
  const FIELDS = {
    customerUid: UID,
    balanceBeforeUpdate: '400.10',
    balanceAfterUpdate: '400.10',
    balanceIncrement: '0',
    pointBeforeUpdate: '3E+2',
    pointAfterUpdate: '301',
    pointIncrement: '1',
  };
  const dataOf = (changes: Record<string, string | undefined> = {}) => {
    const entries = Object.entries({ ...FIELDS, ...changes }).filter(([, digits]) => digits !== undefined);
    return success(`{${entries.map(([name, digits]) => `"${name}":${digits}`).join(',')}}`);
  };

  it('answers with uid, before, after and increment, digit for digit', async () => {
    const body = dataOf({ dataChangeTime: '"2015-12-16 15:26:43"', updateCustomerTime: 'null' });
    expect(await askKybio({ body }, topUp)).toEqual({
      kind: 'success',
      data: { ...FIELDS, pointBeforeUpdate: '300', dataChangeTime: '2015-12-16 15:26:43' },
    });
  });

  it('takes numbers as strings', async () => {
    const body = dataOf({ customerUid: `"${UID}"`, balanceBeforeUpdate: '"400.10"' });
    expect(await askKybio({ body }, topUp)).toMatchObject({
      kind: 'success',
      data: FIELDS && { balanceBeforeUpdate: '400.10' },
    });
  });

  it('says what it finds, also about another member: agreeing is judged elsewhere', async () => {
    const answer = await askKybio({ body: dataOf({ customerUid: '231607639459718460' }) }, topUp);
    expect(answer).toMatchObject({ kind: 'success', data: { customerUid: '231607639459718460' } });
  });

  it.each(Object.keys(FIELDS))('without a usable %s is unanswered', async (name) => {
    for (const value of [undefined, 'null', '""', '"x"', 'true', '[]']) {
      const answer = await askKybio({ body: dataOf({ [name]: value }) }, topUp);
      expect(answer).toMatchObject({ kind: 'unanswered', errorCode: 'BAD_RESPONSE' });
    }
  });

  // A gateway may say so after Kybio has applied the increment: it credited three times.
  it.each([401, 403, 404, 418, 429])(
    "that gets a bare %i, not in Kybio's own envelope, has no answer",
    async (status) => {
      for (const body of ['', '<html>Too many requests</html>', '{"message":"limit exceeded"}']) {
        const headers = { 'retry-after': '7' };
        expect(await askKybio({ status, body, headers }, topUp)).toMatchObject({
          ...{ kind: 'unanswered', errorCode: `HTTP_${status}`, retryAfterMs: 7000 },
        });
        // The negative control: any other call takes the gateway's word.
        expect(await askKybio({ status, body, headers }, update)).toMatchObject({ kind: 'refused' });
      }
    },
  );

  it("that gets a 429 in Kybio's own envelope with a code nobody knows is refused with an unknown meaning", async () => {
    expect(await askKybio({ status: 429, body: error('7777') }, topUp)).toMatchObject({
      ...{ kind: 'refused', meaning: 'unknown', errorCode: '7777' },
    });
  });

  it("that gets a code of Kybio's table is refused, whatever the HTTP status", async () => {
    expect(await askKybio({ status: 403, body: error('1032') }, topUp)).toMatchObject({
      ...{ kind: 'refused', meaning: 'credentials', errorCode: '1032' },
    });
  });

  it('without data is unanswered', async () => {
    expect(await askKybio({ body: success() }, topUp)).toMatchObject({ kind: 'unanswered', errorCode: 'BAD_RESPONSE' });
  });
});

describe('a page', () => {
  const rows = (count: number) =>
    Array.from({ length: count }, (_, index) => `{"customerUid":${index + 1},"number":"K${index}"}`);
  const page = (count: number, rest: string) => ({ body: success(`{"result":[${rows(count)}]${rest}}`) });
  const CURSOR = ',"postBackParameter":{"parameterType":"LAST_RESULT_MAX_ID","parameterValue":"123"}';
  const firstPage = (client: KybioClient) => client.queryCustomerPages();

  it('that is full has a cursor and is not the last', async () => {
    const answer = await askKybio(page(3, `${CURSOR},"pageSize":3`), firstPage);
    expect(answer).toMatchObject({
      kind: 'success',
      data: { isLast: false, cursor: { parameterType: 'LAST_RESULT_MAX_ID', parameterValue: '123' } },
    });
    expect(answer.kind === 'success' && answer.data.members.map((member) => member.number)).toEqual(['K0', 'K1', 'K2']);
  });

  it('with fewer members than its size is the last, cursor or not', async () => {
    expect(await askKybio(page(2, `${CURSOR},"pageSize":3`), firstPage)).toMatchObject({ data: { isLast: true } });
    expect(await askKybio(page(0, ',"pageSize":3'), firstPage)).toMatchObject({ data: { isLast: true, members: [] } });
    expect(await askKybio(page(99, CURSOR), firstPage)).toMatchObject({ data: { isLast: true } });
    expect(await askKybio(page(100, CURSOR), firstPage)).toMatchObject({ data: { isLast: false } });
  });

  it.each([
    ['a full page without a cursor', page(3, ',"pageSize":3')],
    ['a member without a uid', { body: success('{"result":[{"number":"K1"}]}') }],
    ['a blank member', { body: success('{"result":[{}]}') }],
    ['no object', { body: success('[]') }],
    ['no data', { body: success() }],
    ['no list', { body: success('{"result":{}}') }],
  ])('is unanswered: %s', async (_name, reply) => {
    expect(await askKybio(reply, firstPage)).toMatchObject({ kind: 'unanswered', errorCode: 'BAD_RESPONSE' });
  });

  it('whose cursor has not moved is unanswered, or a run would read it for ever', async () => {
    const cursor = { parameterType: 'LAST_RESULT_MAX_ID', parameterValue: '123' };
    const answer = await askKybio(page(3, `${CURSOR},"pageSize":3`), (client) => client.queryCustomerPages(cursor));
    expect(answer).toMatchObject({ kind: 'unanswered', errorCode: 'BAD_RESPONSE' });
  });

  it('keeps the JSON type of a cursor', async () => {
    const rest = ',"postBackParameter":{"parameterType":"T","parameterValue":12345678901234567890},"pageSize":1';
    expect(await askKybio(page(1, rest), firstPage)).toMatchObject({
      data: { cursor: { parameterType: 'T', parameterValue: '12345678901234567890', isNumber: true } },
    });
  });
});

describe('limits and categories', () => {
  it('are read, with the vendor’s spelling', async () => {
    const times = success('[{"appId":"A","limitTimes":3000,"startDate":"2025-01-01","endDate":null}]');
    expect(await askKybio({ body: times }, (client) => client.queryAccessTimes())).toEqual({
      kind: 'success',
      data: [{ appId: 'A', limitTimes: 3000, startDate: '2025-01-01' }],
    });
    const days = success('[{"appId":"A","accessDate":"2025-01-01","limitTimes":300,"haveAcessTimes":13}]');
    const ask = (client: KybioClient) => client.queryDailyAccessTimesLog('2025-01-01', '2025-01-02');
    expect(await askKybio({ body: days }, ask)).toEqual({
      kind: 'success',
      data: [{ appId: 'A', accessDate: '2025-01-01', limitTimes: 300, haveAcessTimes: 13 }],
    });
    const categories = success('[{"name":"Gold","discount":90,"uid":1511175366406782539,"enable":1,"isPoint":1}]');
    expect(await askKybio({ body: categories }, (client) => client.queryAllCustomerCategory())).toEqual({
      kind: 'success',
      data: [{ uid: '1511175366406782539', name: 'Gold' }],
    });
  });

  it('that lack a value are unanswered', async () => {
    for (const data of ['[{"appId":"A"}]', '{}', '[1]', '[{"limitTimes":1.5,"appId":"A"}]']) {
      const answer = await askKybio({ body: success(data) }, (client) => client.queryAccessTimes());
      expect(answer).toMatchObject({ kind: 'unanswered', errorCode: 'BAD_RESPONSE' });
    }
  });
});

function refused(meaning: string, errorCode: string): Partial<Answer<unknown>> {
  return { kind: 'refused', meaning, errorCode } as Partial<Answer<unknown>>;
}

function unanswered(errorCode: string): Partial<Answer<unknown>> {
  return { kind: 'unanswered', errorCode };
}
