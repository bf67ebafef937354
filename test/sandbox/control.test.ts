import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { books, control, kybio, member, send, wonder } from './signed-calls.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox({ stateFolder: ':memory:' });
});
afterAll(() => sandbox.close());
beforeEach(async () => {
  await control(sandbox, 'DELETE', 'state');
});

describe('books', () => {
  test('hold calls by endpoint and account; control calls are not among them', async () => {
    await kybio(sandbox, 'customerOpenApi/queryByNumber', '"customerNum":"1"');
    await kybio(sandbox, 'customerOpenApi/queryByNumber', '"customerNum":"2"');
    await wonder(sandbox, { path: '/customers/ref/K0001' });
    const { calls, sendTimes } = await books(sandbox);
    expect(calls.total).toBe(3);
    expect(calls.byEndpoint).toEqual({ 'customerOpenApi/queryByNumber': 2, 'GET /customers/ref/:id': 1 });
    expect(Object.values(calls.byDay)).toEqual([{ accounts: { kybio: 2, wonder: 1 }, byEndpoint: calls.byEndpoint }]);
    expect(sendTimes).toHaveLength(3);
  });

  test('a sale at the till changes the member and is not an increment of the API', async () => {
    const adjusted = { number: '8008010002', pointIncrement: -6, balanceIncrement: '0.2' };
    expect((await control(sandbox, 'POST', 'adjust', adjusted)).httpStatus).toBe(200);
    expect(await member(sandbox, '8008010002')).toMatchObject({ point: '30', balance: '0.3' });
    const { increments, adjustments } = await books(sandbox);
    expect(increments).toEqual([]);
    expect(adjustments).toMatchObject([{ number: '8008010002', pointIncrement: '-6', balanceIncrement: '0.2' }]);
    expect((await control(sandbox, 'POST', 'adjust', { number: 'nobody' })).httpStatus).toBe(400);
  });
});

describe('calls', () => {
  test('have arrival times, and since leaves out the earlier ones', async () => {
    const startedAt = Date.now();
    await kybio(sandbox, 'customerOpenApi/queryByNumber', '"customerNum":"1"');
    await kybio(sandbox, 'customerOpenApi/queryCustomerPages');
    const all: { at: number; endpoint: string }[] = JSON.parse((await control(sandbox, 'GET', 'calls')).text);
    expect(all.map((call) => call.endpoint)).toEqual([
      'customerOpenApi/queryByNumber',
      'customerOpenApi/queryCustomerPages',
    ]);
    expect(all[0]?.at).toBeGreaterThan(startedAt - 2);
    const later = await control(sandbox, 'GET', `calls?since=${all[1]?.at}`);
    expect(JSON.parse(later.text)).toEqual([all[1]]);
  });
});

describe('members', () => {
  test('are seeded by count or as a list, digits as they are', async () => {
    const counted = await control(sandbox, 'POST', 'members', { count: 2500, prefix: 'M', point: '0.10' });
    expect(JSON.parse(counted.text)).toMatchObject({ count: 2500 });
    expect(await member(sandbox, 'M002500')).toMatchObject({ point: '0.10', balance: '0' });
    await control(sandbox, 'POST', 'members', [{ number: 'X1', name: '陈', balance: '90071992547409.930' }]);
    expect(await member(sandbox, 'X1')).toMatchObject({ name: '陈', balance: '90071992547409.930' });
    const all: unknown[] = JSON.parse((await control(sandbox, 'GET', 'members')).text);
    expect(all).toHaveLength(2513);
  });

  test('a taken number adds none of them', async () => {
    const answer = await control(sandbox, 'POST', 'members', [{ number: 'Y1' }, { number: '8008010001' }]);
    expect(answer.httpStatus).toBe(409);
    expect((await control(sandbox, 'GET', 'members?number=Y1')).httpStatus).toBe(404);
  });
});

describe('switches', () => {
  test('a bad one is refused and changes nothing', async () => {
    const answer = await control(sandbox, 'PUT', 'switches', { quotaLimit: 5, notFoud: 'noData' });
    expect([answer.httpStatus, answer.text]).toEqual([400, expect.stringContaining("Did you mean 'notFound'?")]);
    expect(JSON.parse((await control(sandbox, 'GET', 'switches')).text).quotaLimit).toBe(0);
  });
});

describe('who may control', () => {
  const adjust = (headers: Record<string, string>) =>
    send({
      method: 'POST',
      url: `${sandbox.baseUrl}/sandbox/adjust`,
      headers,
      body: '{"number":"8008010004","pointIncrement":5}',
    });
  const port = () => new URL(sandbox.baseUrl).port;

  test.each([
    ['the origin of a web page', () => ({ origin: 'https://evil.example' })],
    ['the origin of another local server', () => ({ origin: 'http://127.0.0.1:3000' })],
    ['an opaque origin', () => ({ origin: 'null' })],
    ['a host name that a web page can make', () => ({ host: `evil.example:${port()}` })],
    ['a host name that begins like ours', () => ({ host: `127.0.0.1.evil.example:${port()}` })],
    ['an address of the network', () => ({ host: `192.168.1.10:${port()}` })],
  ])('%s is refused, and nothing changes', async (_name, headers) => {
    const answer = await adjust(headers());
    expect([answer.httpStatus, answer.text]).toEqual([403, expect.stringContaining('loopback')]);
    expect((await member(sandbox, '8008010004')).point).toBe('0');
  });

  test.each([
    ['no origin', () => ({})],
    ['the name localhost', () => ({ host: `localhost:${port()}` })],
    ['the IPv6 loopback', () => ({ host: '[::1]' })],
    ['its own origin', () => ({ origin: sandbox.baseUrl })],
  ])('%s is accepted', async (_name, headers) => {
    expect((await adjust(headers())).httpStatus).toBe(200);
    expect((await member(sandbox, '8008010004')).point).toBe('5');
  });

  test.each([
    ['no host', 'DELETE /sandbox/state HTTP/1.0\r\n\r\n', 403],
    ['an empty host', 'DELETE /sandbox/state HTTP/1.1\r\nHost: \r\nConnection: close\r\n\r\n', 403],
    [
      'two hosts',
      'DELETE /sandbox/state HTTP/1.1\r\nHost: evil.example\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      403,
    ],
    [
      'a host in the target',
      'DELETE http://evil.example/sandbox/state HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
      404,
    ],
  ])('%s, as raw bytes, is refused', async (_name, bytes, httpStatus) => {
    await control(sandbox, 'POST', 'members', [{ number: 'STILL-THERE' }]);
    expect(await sendRaw(bytes)).toMatch(new RegExp(`^HTTP/1.1 ${httpStatus} `));
    expect((await member(sandbox, 'STILL-THERE')).number).toBe('STILL-THERE');
  });

  test('reads are refused in the same way', async () => {
    const url = `${sandbox.baseUrl}/sandbox/members`;
    expect((await send({ method: 'GET', url, headers: { host: 'evil.example' } })).httpStatus).toBe(403);
  });
});

test('an unknown control path is 404', async () => {
  expect((await control(sandbox, 'GET', 'nothing')).httpStatus).toBe(404);
});

test('a request that is no HTTP ends its connection only', async () => {
  expect(await sendRaw('\x00\x01 nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
  expect((await books(sandbox)).calls.total).toBe(0);
});

/** What comes back until the connection ends. */
async function sendRaw(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(sandbox.baseUrl).port), '127.0.0.1').setEncoding('utf8');
  socket.write(bytes);
  let answer = '';
  for await (const chunk of socket) answer += chunk;
  return answer;
}
