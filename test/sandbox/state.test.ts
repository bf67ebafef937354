import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import { openSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { Store } from '../../src/sandbox/store.ts';
import { books, kybio, member, setSwitches } from './signed-calls.ts';

let folder: string;
let stateFolder: string;
const opened: Sandbox[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'memberload-test-'));
  stateFolder = join(folder, 'sandbox');
});
afterEach(async () => {
  for (const sandbox of opened.splice(0)) await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: Partial<Parameters<typeof openSandbox>[0]> = {}): Promise<Sandbox> {
  const sandbox = await openSandbox({ stateFolder, ...options });
  opened.push(sandbox);
  return sandbox;
}

const add = (sandbox: Sandbox, number: string) =>
  kybio(sandbox, 'customerOpenApi/add', `"customerInfo":{"number":"${number}","balance":0.10}`);

async function increment(sandbox: Sandbox, number: string) {
  const { customerUid } = await member(sandbox, number);
  const rest = `"customerUid":${customerUid},"balanceIncrement":0.20,"pointIncrement":1,"dataChangeTime":"2025-01-02 03:04:05"`;
  return kybio(sandbox, 'customerOpenApi/updateBalancePointByIncrement', rest);
}

describe('the state', () => {
  test('survives a restart: members, books, calls, uids and the private key', async () => {
    const first = await open();
    await add(first, 'N1');
    await increment(first, 'N1');
    const before = { books: await books(first), member: await member(first, 'N1') };
    const pem = readFileSync(first.settings.WONDER_PRIVATE_KEY_FILE, 'utf8');
    await first.close();
    const second = await open({ switches: { seed: 99 } });
    expect(await member(second, 'N1')).toEqual({ ...before.member, balance: '0.3' });
    expect(await books(second)).toEqual({ ...before.books, sendTimes: [] });
    expect(readFileSync(second.settings.WONDER_PRIVATE_KEY_FILE, 'utf8')).toBe(pem);
    await setSwitches(second, { repeatRule: 'refuse_repeat' });
    expect((await increment(second, 'N1')).text).toContain('"errorCode":2031');
    await add(second, 'N2');
    expect((await member(second, 'N2')).customerUid).not.toBe(before.member.customerUid);
  });

  test('is private to its owner', async () => {
    const sandbox = await open();
    const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
    expect(modeOf(stateFolder)).toBe('700');
    const files = ['sandbox.sqlite', 'sandbox.sqlite-wal', 'sandbox.sqlite-shm', 'wonder-private-key.pem'];
    expect(files.map((file) => modeOf(join(stateFolder, file)))).toEqual(['600', '600', '600', '600']);
    expect(sandbox.settings.WONDER_PRIVATE_KEY_FILE).toBe(join(stateFolder, 'wonder-private-key.pem'));
  });

  test('in memory leaves nothing behind', async () => {
    const sandbox = await openSandbox({ stateFolder: ':memory:' });
    const file = sandbox.settings.WONDER_PRIVATE_KEY_FILE;
    expect(statSync(file).mode & 0o777).toBe(0o600);
    await sandbox.close();
    expect(() => statSync(file)).toThrow('ENOENT');
  });

  test('may be shared by two sandboxes', async () => {
    const one = await open();
    const two = await open();
    await Promise.all(Array.from({ length: 20 }, (_, index) => add(index % 2 === 0 ? one : two, `S${index}`)));
    expect((await books(one)).counts.members).toBe(32);
    expect((await books(two)).calls.total).toBe(20);
  });

  test('starts blank with the switch empty', async () => {
    const sandbox = await open({ switches: { empty: true } });
    expect((await books(sandbox)).counts).toEqual({ members: 0, customers: 0 });
  });

  test('a transaction that fails leaves nothing, and the next one works', () => {
    const store = new Store(':memory:');
    const insert = store.prepare("INSERT INTO meta (name, value) VALUES (?, 'x')");
    const failing = () =>
      store.transaction(() => {
        insert.run('half');
        throw new Error('stop');
      });
    expect(failing).toThrow('stop');
    store.transaction(() => insert.run('whole'));
    expect(store.prepare('SELECT name FROM meta').all()).toMatchObject([{ name: 'whole' }]);
    store.close();
  });

  test('a file that is no database is refused with what to do', async () => {
    await (await open()).close();
    writeFileSync(join(stateFolder, 'sandbox.sqlite'), 'not a database, '.repeat(100));
    const error = await open().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OperatorError);
    expect(error).toMatchObject({ code: 'SANDBOX_STATE' });
  });

  test('a port in use is refused with what to do', async () => {
    const sandbox = await open();
    const error = await openSandbox({ stateFolder: ':memory:', port: Number(new URL(sandbox.baseUrl).port) }).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({ code: 'SANDBOX_PORT', exitCode: 2 });
  });
});

describe('kill -9', () => {
  test('whatever was answered is there afterwards', async () => {
    const child = await startChild();
    let answered = 0;
    const killAt = 40;
    const sending = (async () => {
      for (;;) {
        await add(child.sandbox, `K${answered}`);
        answered += 1;
        if (answered === killAt) child.process.kill('SIGKILL');
      }
    })();
    await expect(sending).rejects.toThrow();
    const sandbox = await open();
    for (let index = 0; index < answered; index += 1) {
      expect((await member(sandbox, `K${index}`)).balance).toBe('0.10');
    }
    const { counts, calls } = await books(sandbox);
    expect(counts.members - 12).toBeGreaterThanOrEqual(answered);
    expect(calls.total).toBe(counts.members - 12);
  });
});

/** The sandbox in a process of its own, so that it can be killed. Compiled by vitest's own transformer. */
async function startChild(): Promise<{ process: ChildProcess; sandbox: Sandbox }> {
  const source = `
    import { createServer } from 'vite';
    const vite = await createServer({ root: ${JSON.stringify(process.cwd())}, configFile: false, logLevel: 'error',
      server: { middlewareMode: true, hmr: false, ws: false, watch: null }, optimizeDeps: { noDiscovery: true } });
    const { openSandbox } = await vite.ssrLoadModule(${JSON.stringify(join(import.meta.dirname, '../../src/sandbox/sandbox.ts'))});
    const sandbox = await openSandbox({ stateFolder: ${JSON.stringify(stateFolder)} });
    process.send({ baseUrl: sandbox.baseUrl, settings: sandbox.settings });
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [sandbox] = await once(child, 'message');
  return { process: child, sandbox };
}
