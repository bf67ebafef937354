import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { books, control, kybio, member, wonder } from './signed-calls.ts';

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

test('an unknown control path is 404', async () => {
  expect((await control(sandbox, 'GET', 'nothing')).httpStatus).toBe(404);
});

test('a request that is no HTTP ends its connection only', async () => {
  const { connect } = await import('node:net');
  const socket = connect(Number(new URL(sandbox.baseUrl).port), '127.0.0.1');
  socket.end('\x00\x01 nonsense\r\n\r\n');
  await new Promise((resolve) => socket.resume().on('close', resolve));
  expect((await books(sandbox)).calls.total).toBe(0);
});
