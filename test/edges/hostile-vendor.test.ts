import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { openHttpServer } from '../support/http-server.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';
import { PEAK_REPORTER, readPeak } from './peak-reporter.ts';

const toClose: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const resource of toClose.splice(0)) await resource.close();
});

type Answer = { readonly body: string | Buffer; readonly status?: number; readonly headers?: Record<string, string> };

/** A vendor that answers every call so, and a workspace whose settings lead to it. */
async function openHostileVendor(answer: Answer | ((body: string) => Answer)) {
  const server = await openHttpServer((request, response) => {
    const { body, status = 200, headers = {} } = typeof answer === 'function' ? answer(request.body) : answer;
    response.writeHead(status, headers).end(body);
  });
  toClose.push(server);
  const work = openWorkspace({
    KYBIO_BASE_URL: `${server.baseUrl}/openapi/v1`,
    KYBIO_APP_ID: 'ABCDEFABCDEFABCDEFABCDEFABCDEFAB',
    KYBIO_APP_KEY: 'key',
  });
  work.file('t.csv', lines('customerUid,pointIncrement', '231607639459718452,5'));
  return { server, work };
}

const success = (data: string) => `{"status":"success","messages":[],"data":${data}}`;

describe('an answer that is too large', () => {
  const HUGE = `"${'x'.repeat(63 * 1024 * 1024)}"`;
  test.each([
    ['as it is', { body: success(HUGE) }],
    ['packed to a thousandth', { body: gzipSync(success(HUGE)), headers: { 'content-encoding': 'gzip' } }],
  ])('is refused before it is parsed: %s', async (_how, answer) => {
    const { work } = await openHostileVendor(answer);
    work.file('l.csv', lines('number', '8008010001'));
    const ended = await work.run(['export', 'l.csv', '--timeout', '20s'], { nodeFlags: ['--import', PEAK_REPORTER] });
    expect(outcomesOf(work.read('l.result.csv'))).toEqual(['failed CONNECTION_FAILED']);
    expect(work.read('l.result.csv')).toContain('larger than 4194304 bytes');
    expect(readPeak(ended.stderr).megabytes).toBeLessThan(220);
  });

  test('and deep, wide or full of digits within 4 MiB ends the row, not the program', async () => {
    const bodies = ['['.repeat(4_000_000), `[${'0,'.repeat(1_500_000)}0]`, `{"a":${'9'.repeat(4_000_000)}}`];
    let next = 0;
    const { work } = await openHostileVendor(() => ({ body: bodies[next++ % bodies.length] ?? '' }));
    work.file('l.csv', lines('number', '1001', '1002', '1003'));
    const ended = await work.run(['export', 'l.csv']);
    expect([ended.exitCode, ended.stderr]).toEqual([1, expect.not.stringContaining('RangeError')]);
    expect(outcomesOf(work.read('l.result.csv'))).toEqual(Array(3).fill('failed BAD_RESPONSE'));
  });
});

test('Ctrl-C is heard while a vendor asks for a pause of a thousand years', async () => {
  const { work, server } = await openHostileVendor({
    body: '{}',
    status: 429,
    headers: { 'retry-after': '99999999999999' },
  });
  work.file('l.csv', lines('number', '1001'));
  const running = work.start(['export', 'l.csv']);
  await expect.poll(() => server.received.length).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  // Held, and not sent again at once: a timer of more than 24 days would fire immediately.
  expect(server.received).toHaveLength(1);
  running.kill('SIGINT');
  expect((await running.ended).exitCode).toBe(130);
});

describe('values that would become others', () => {
  const member = (fields: string) => success(`{"customerUid":231607639459718452,"number":"1001",${fields}}`);
  test.each([
    ['half of a surrogate pair', '"name":"a\\ud83d"', 'name'],
    ['true for an amount', '"point":true', 'point'],
    ['an object for a text', '"name":{"first":"A"}', 'name'],
    ['a number of a thousand digits', `"name":1${'0'.repeat(1000)}`, 'name'],
  ])('are not exported: %s', async (_what, fields, field) => {
    const { work } = await openHostileVendor({ body: member(fields) });
    work.file('l.csv', lines('number', '1001'));
    await work.run(['export', 'l.csv']);
    const result = work.read('l.result.csv');
    expect(outcomesOf(result)).toEqual(['failed BAD_RESPONSE']);
    expect(result).toContain(`a member whose ${field} is no`);
    expect(result).not.toContain('\ufffd');
  });
});

test('a 404 is told as the address, and not as a quota', async () => {
  const { work } = await openHostileVendor({ body: '<html>not here</html>', status: 404 });
  work.file('l.csv', lines('number', ...Array.from({ length: 12 }, (_, index) => `10${index + 10}`)));
  const ended = await work.run(['export', 'l.csv']);
  expect(ended.exitCode).toBe(5);
  expect(ended.stderr).toContain('check the base URL');
  expect(ended.stderr).not.toContain('quotaCodes');
});

describe('with a real vendor', () => {
  const vendor = useVendorSandbox();

  test('a run is not carried on at another address without a word', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('t.csv', lines('number,pointIncrement', '8008010001,5', '8008010002,5'));
    expect((await work.run(['topup', 't.csv', '-y', '--daily-quota', '3'])).exitCode).toBe(6);
    const elsewhere = vendor.settings.KYBIO_BASE_URL.replace('127.0.0.1', 'localhost');
    const calls = await vendor.callCount();
    const refused = await work.run(['resume'], { environment: { KYBIO_BASE_URL: elsewhere } });
    expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining('localhost')]);
    expect(await vendor.callCount()).toBe(calls);
    expect((await work.run(['resume', '--daily-quota', '100'])).exitCode).toBe(0);
    expect((await vendor.books()).increments).toHaveLength(2);
  });

  test('a vendor that cannot be reached uses up none of the calls', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('t.csv', lines('number,pointIncrement', '8008010001,5'));
    const nobody = await openHttpServer(() => undefined);
    await nobody.close();
    const environment = { KYBIO_BASE_URL: `${nobody.baseUrl}/openapi/v1` };
    const ended = await work.run(['topup', 't.csv', '-y', '--json'], { environment });
    expect(JSON.parse(ended.stdout)).toMatchObject({ calls: { sent: 0 } });
  });

  test('--log has every call of the run, in order, and nothing of a member', async () => {
    const work = openWorkspace(vendor.settings);
    const calls = join(work.folder, 'calls.jsonl');
    work.file('m.csv', lines('number,name,phone,password', '9001,陈大文,+85291234567,pw12345'));
    const ended = await work.run(['import', 'm.csv', '-y', '--log', calls, '--log-bodies', '--json']);
    const text = readFileSync(calls, 'utf8');
    const logged = text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line) as { endpoint: string; run: string; row: number });
    expect(logged.map(({ endpoint }) => endpoint)).toEqual(['customerOpenApi/queryByNumber', 'customerOpenApi/add']);
    expect(new Set(logged.map(({ run }) => run))).toEqual(new Set([JSON.parse(ended.stdout).run]));
    for (const secret of ['陈大文', '91234567', 'pw12345', vendor.settings.KYBIO_APP_KEY]) {
      expect(text).not.toContain(secret);
    }
  });

  test('--log never goes into MEMBERLOAD_HOME, nor over the input', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('t.csv', lines('number,pointIncrement', '8008010001,5'));
    for (const log of [join(work.home, 'calls.jsonl'), 't.csv']) {
      const ended = await work.run(['topup', 't.csv', '-y', '--log', log]);
      expect([ended.exitCode, ended.stderr]).toEqual([2, expect.stringContaining('The log cannot be written')]);
    }
    expect(existsSync(join(work.home, 'calls.jsonl'))).toBe(false);
    expect(await vendor.callCount()).toBe(0);
  });
});
