import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { TEST_AUTHORITY } from '../http/test-authority.ts';
import { lines } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, temporaryFolder } from '../support/workspace.ts';
import { openProxy, openTlsFront, openTlsVendor } from './tunnel.ts';

const toClose: { close(): Promise<void> }[] = [];

function keep<T extends { close(): Promise<void> }>(resource: T): T {
  toClose.push(resource);
  return resource;
}

afterEach(async () => {
  for (const resource of toClose.splice(0).reverse()) await resource.close();
});

function authorityFile(): string {
  const path = join(temporaryFolder(), 'authority.pem');
  writeFileSync(path, TEST_AUTHORITY);
  return path;
}

type Sent = { body: string; kind: 'response' | 'broken'; wasSent?: boolean; detail?: string };

/** Each body through the built transport in a process of its own that trusts the authority of the tests. */
async function sendMany(job: object): Promise<Sent[]> {
  const script = new URL('./send-many.mjs', import.meta.url).pathname;
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(job)], {
    env: { PATH: process.env.PATH, NODE_EXTRA_CA_CERTS: authorityFile() },
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Sent[];
}

const every = (number: number, nth: number) => number % nth === 0;

describe('a tunnel through a proxy', () => {
  test.each([false, true])(
    'carries each request once at most, whatever is cut where (a socket for each: %s)',
    async (avoidsIdleSocket) => {
      const vendor = keep(
        await openTlsVendor((number) => {
          if (every(number, 7)) return 'cut';
          if (every(number, 5)) return 'cut_in_answer';
          return every(number, 3) ? 'answer_and_close' : 'answer';
        }),
      );
      const proxy = keep(
        await openProxy(vendor.port, (number) => {
          if (every(number, 11)) return 'cut';
          if (every(number, 7)) return 'hang_up';
          return every(number, 5) ? 'refuse' : 'pass';
        }),
      );
      const bodies = Array.from({ length: 400 }, (_, index) => `{"row":${index}}`);
      const results = await sendMany({
        baseUrl: 'https://kybio.test',
        proxy: { url: proxy.baseUrl, noProxy: '' },
        bodies,
        connections: 6,
        avoidsIdleSocket,
      });
      const arrivals = (body: string) => vendor.arrived.filter((arrived) => arrived === body).length;
      for (const { body, kind, wasSent } of results) {
        if (kind === 'response') expect(arrivals(body)).toBe(1);
        else expect(arrivals(body)).toBeLessThanOrEqual(wasSent ? 1 : 0);
      }
      // Every fate was met, or the test has shown nothing.
      const count = (isMeant: (sent: Sent) => boolean) => results.filter(isMeant).length;
      expect(count(({ kind }) => kind === 'response')).toBeGreaterThan(50);
      expect(count(({ wasSent, body }) => wasSent === true && arrivals(body) === 1)).toBeGreaterThan(20);
      expect(count(({ wasSent, detail }) => wasSent === false && detail?.includes('407') === true)).toBeGreaterThan(3);
      expect(new Set(proxy.asked)).toEqual(new Set(['kybio.test:443']));
    },
  );

  test('control: a request that is sent again is seen as two', async () => {
    const vendor = keep(await openTlsVendor(() => 'cut'));
    const proxy = keep(await openProxy(vendor.port));
    const job = { baseUrl: 'https://kybio.test', proxy: { url: proxy.baseUrl, noProxy: '' }, connections: 1 };
    await sendMany({ ...job, bodies: ['{"row":1}', '{"row":1}'] });
    expect(vendor.arrived).toEqual(['{"row":1}', '{"row":1}']);
  });

  test('is not used for this machine, nor for a host of NO_PROXY', async () => {
    const vendor = keep(await openTlsVendor(() => 'answer'));
    const proxy = keep(await openProxy(vendor.port));
    const job = { bodies: ['1'], connections: 1 };
    for (const host of ['localhost', '127.0.0.1']) {
      const [sent] = await sendMany({
        ...job,
        baseUrl: `https://${host}:${vendor.port}`,
        proxy: { url: proxy.baseUrl, noProxy: '' },
      });
      expect(sent?.kind).toBe('response');
    }
    const [unproxied] = await sendMany({
      ...job,
      baseUrl: 'https://kybio.test',
      proxy: { url: proxy.baseUrl, noProxy: '.test' },
    });
    // The name is nowhere: without the proxy it cannot be reached.
    expect(unproxied).toMatchObject({ kind: 'broken', wasSent: false });
    expect(proxy.asked).toEqual([]);
  });

  test('is opened with the credentials of the address, and a proxy that is not there sends nothing', async () => {
    const vendor = keep(await openTlsVendor(() => 'answer'));
    const proxy = keep(await openProxy(vendor.port));
    const job = { baseUrl: 'https://kybio.test', bodies: ['1'], connections: 1 };
    const url = proxy.baseUrl.replace('http://', 'http://user:p%40ss@');
    expect((await sendMany({ ...job, proxy: { url, noProxy: '' } }))[0]?.kind).toBe('response');
    expect(proxy.credentials).toEqual([`Basic ${Buffer.from('user:p@ss').toString('base64')}`]);
    await proxy.close();
    expect((await sendMany({ ...job, proxy: { url, noProxy: '' } }))[0]).toMatchObject({
      kind: 'broken',
      wasSent: false,
    });
  });
});

describe('a run behind a proxy', () => {
  const vendor = useVendorSandbox();

  /** The sandbox behind TLS with a certificate of a company's own authority, reached by a proxy alone. */
  async function openCompany() {
    const front = keep(await openTlsFront(Number(new URL(vendor.settings.KYBIO_BASE_URL).port)));
    const proxy = keep(await openProxy(front.port));
    const environment = {
      ...vendor.settings,
      KYBIO_BASE_URL: 'https://kybio.test/openapi/v1',
      HTTPS_PROXY: proxy.baseUrl,
      NODE_EXTRA_CA_CERTS: authorityFile(),
    };
    return { proxy, environment };
  }

  test('tops up with the authority of NODE_EXTRA_CA_CERTS, each row once', async () => {
    const { proxy, environment } = await openCompany();
    const work = openWorkspace(environment);
    work.file('t.csv', lines('number,pointIncrement', '8008010001,5', '8008010002,7'));
    const ended = await work.run(['topup', 't.csv', '-y']);
    expect([ended.exitCode, ended.stderr]).toEqual([0, expect.stringContaining('2 done')]);
    expect((await vendor.books()).increments).toHaveLength(2);
    expect(proxy.asked.length).toBeGreaterThan(0);
  });

  test('without that authority nothing is sent, and the message names the certificate', async () => {
    const { environment } = await openCompany();
    const { NODE_EXTRA_CA_CERTS: _, ...others } = environment;
    const work = openWorkspace(others);
    work.file('t.csv', lines('number,pointIncrement', '8008010001,5'));
    const ended = await work.run(['topup', 't.csv', '-y']);
    expect(ended.exitCode).not.toBe(0);
    expect(ended.stderr + work.read('t.result.csv')).toMatch(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|unable to verify/i);
    expect(await vendor.callCount()).toBe(0);
  });

  test('doctor names the proxy without its password', async () => {
    const { proxy, environment } = await openCompany();
    const work = openWorkspace({
      ...environment,
      HTTPS_PROXY: proxy.baseUrl.replace('http://', 'http://me:pa55word@'),
    });
    const ended = await work.run(['doctor']);
    expect(ended.stdout).toContain(`127.0.0.1:${proxy.port}`);
    expect(ended.stdout + ended.stderr).not.toContain('pa55word');
  });

  test('doctor fails where certificates are not checked', async () => {
    const work = openWorkspace({ ...vendor.settings, NODE_TLS_REJECT_UNAUTHORIZED: '0' });
    const ended = await work.run(['doctor']);
    expect(ended.exitCode).toBe(2);
    expect(ended.stdout).toMatch(/FAILED .*NODE_TLS_REJECT_UNAUTHORIZED/);
  });

  test.each([
    ['HTTPS_PROXY', 'socks5://me:pa55word@host'],
    ['HTTPS_PROXY', 'http://me:pa55word%zz@host'],
    ['MEMBERLOAD_LEDGER_URL', 'postgres://me:pa55word%zz@host/ledger'],
  ])('%s=%s, which is no address, ends the command, and is not repeated', async (name, address) => {
    const work = openWorkspace({ ...vendor.settings, [name]: address });
    work.file('t.csv', lines('number,pointIncrement', '8008010001,5'));
    const ended = await work.run(['topup', 't.csv', '-y']);
    expect([ended.exitCode, ended.stderr]).toEqual([2, expect.stringContaining(name)]);
    expect(ended.stderr).not.toContain('pa55word');
  });

  test('a path behind the address of the proxy is passed over', async () => {
    const work = openWorkspace({ ...vendor.settings, HTTPS_PROXY: 'http://me:pa55word@127.0.0.1:9/path?pa55word' });
    work.file('t.csv', lines('number,pointIncrement', '8008010001,5'));
    expect(await work.run(['topup', 't.csv', '-y'])).toMatchObject({ exitCode: 0 });
  });
});
