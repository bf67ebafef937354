import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { columnOf, lines } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

function withMembers(environment: Record<string, string> = vendor.settings): Workspace {
  const work = openWorkspace(environment);
  work.file('members.csv', lines('number', 'N1'));
  return work;
}

describe('wrong usage and wrong settings', () => {
  test.each([
    [
      ['import', 'members.csv', '--moed', 'create'],
      {},
      "memberload import does not take '--moed'.\nDid you mean --mode?",
    ],
    [['import', 'members.csv'], { dailyQouta: 300 }, "'dailyQouta' is not a setting.\nDid you mean 'dailyQuota'?"],
  ])('%j with %j is exit 2, names the nearest, and makes no call', async (args, config, message) => {
    const work = withMembers();
    work.config(config);
    const ended = await work.run(args);
    expect(ended.stderr).toContain(message);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await vendor.callCount()).toBe(0);
    expect(work.names()).toEqual(['members.csv']);
  });
});

describe('the config file', () => {
  test('flag goes before config file, and --config before the one in the folder', async () => {
    const work = withMembers();
    work.config({ mode: 'update' });
    work.file('other.json', JSON.stringify({ rate: 'unlimited', mode: 'create', output: 'other.csv' }));
    expect((await work.run(['import', 'members.csv', '--config', 'other.json'])).exitCode).toBe(0);
    expect(columnOf(work.read('other.csv'), 'result_action')).toEqual(['created']);
    expect((await work.run(['import', 'members.csv', '--mode', 'upsert'])).exitCode).toBe(0);
    expect(columnOf(work.read('members.result.csv'), 'result_action')).toEqual(['unchanged']);
  });

  test('--store takes the place of the environment, so that one installation serves many stores', async () => {
    const work = withMembers({
      KYBIO_BASE_URL: 'https://kybio.invalid/openapi/v1',
      KYBIO_APP_ID: 'OTHER',
      KYBIO_APP_KEY: 'other',
    });
    const { KYBIO_BASE_URL, KYBIO_APP_ID, KYBIO_APP_KEY } = vendor.settings;
    work.file('hk1.key', `${KYBIO_APP_KEY}\n`);
    work.config({
      stores: { hk1: { kybioBaseUrl: KYBIO_BASE_URL, kybioAppId: KYBIO_APP_ID, kybioAppKeyFile: 'hk1.key' } },
    });
    expect((await work.run(['import', 'members.csv', '--store', 'hk1'])).exitCode).toBe(0);
    expect(await vendor.member('N1')).toBeDefined();
    const { stderr } = await work.run(['import', 'members.csv', '--store', 'hk1', '-o', 'again.csv']);
    expect(stderr.split('\n')[0]).toBe(`Kybio, store hk1 (…${KYBIO_APP_ID.slice(-4)})`);
    const unknown = await work.run(['import', 'members.csv', '--store', 'hk2']);
    expect(unknown.exitCode).toBe(2);
    expect(unknown.stderr).toContain('Stores there: hk1.');
  });
});

test('a shared ledger that is named is not replaced by the one of this computer, also when its address is empty', async () => {
  const work = withMembers();
  for (const environment of [
    { MEMBERLOAD_LEDGER_URL: '' },
    { MEMBERLOAD_LEDGER_URL: ' ' },
    { MEMBERLOAD_LEDGER_URL_FILE: '' },
    { MEMBERLOAD_LEDGER_URL: 'ledger.example/credits' },
  ]) {
    for (const command of [['import', 'members.csv'], ['runs'], ['resume', '--all']]) {
      const ended = await work.run(command, { environment });
      expect(ended, ended.stderr).toMatchObject({
        exitCode: 2,
        stderr: expect.stringMatching(/^Error: MEMBERLOAD_LEDGER_URL(_FILE)? is /),
      });
    }
  }
  expect([...work.everything().keys()].filter((path) => path.endsWith('ledger.sqlite'))).toEqual([]);
  expect(await vendor.callCount()).toBe(0);
});

describe('addresses and credentials', () => {
  test('an address with another ending is refused before a call is made', async () => {
    const work = withMembers({
      ...vendor.settings,
      KYBIO_BASE_URL: vendor.settings.KYBIO_BASE_URL.replace('/v1', '/v2'),
    });
    const ended = await work.run(['import', 'members.csv']);
    expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('does not end in /openapi/v1') });
    expect(await vendor.callCount()).toBe(0);
  });

  test('http is refused for everything but this machine', async () => {
    const work = withMembers({ ...vendor.settings, KYBIO_BASE_URL: 'http://kybio.example/openapi/v1' });
    const ended = await work.run(['import', 'members.csv']);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain("would send members' data unencrypted");
  });

  test('no secret reaches any output or file, whether the run goes well or is refused', async () => {
    const pem = readFileSync(vendor.settings.WONDER_PRIVATE_KEY_FILE, 'utf8');
    const secrets = [
      vendor.settings.KYBIO_APP_KEY,
      ...pem
        .split('\n')
        .filter((line) => line.length > 40)
        .slice(0, 3),
      'tr0ub4dor',
    ];
    const work = openWorkspace(vendor.settings);
    work.file(
      'members.csv',
      lines('number,name,phone,password', 'N1,Grace,+85291230001,tr0ub4dor', 'N2,Tom,+85291230002,tr0ub4dor'),
    );
    const printed = [];
    await vendor.set({ 'fault.serverErrorBefore': 0.2, 'fault.cutAfter': 0.1 });
    for (const args of [
      ['import', 'members.csv', '--to', 'kybio,wonder', '--mode', 'create', '--json', '-o', 'out.csv'],
      ['runs'],
      ['runs', '--json'],
      ['import', 'out.csv', '--to', 'wonder', '--rate', 'nonsense', '--json'],
    ]) {
      printed.push(await work.run(args));
    }
    printed.push(
      await work.run(['import', 'members.csv', '-o', 'wrong.csv'], { environment: { KYBIO_APP_ID: 'WRONG' } }),
    );
    for (const secret of secrets) {
      for (const { stdout, stderr } of printed) expect(stdout + stderr).not.toContain(secret);
      for (const [path, bytes] of work.everything()) {
        // The stage of a run that has not ended is its copy of the input, with what is still to be sent.
        const isInput = path.endsWith('members.csv') || (path.endsWith('/stage') && secret === 'tr0ub4dor');
        if (!isInput) expect([path, bytes.includes(secret)]).toEqual([path, false]);
      }
    }
  });

  test('the home folder is for the owner alone', async () => {
    const work = withMembers();
    await work.run(['import', 'members.csv']);
    expect(statSync(work.home).mode & 0o777).toBe(0o700);
    expect(statSync(join(work.home, 'ledger.sqlite')).mode & 0o777).toBe(0o600);
  });
});
