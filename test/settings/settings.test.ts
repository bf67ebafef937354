import { chmodSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readConnection } from '../../src/settings/job-settings.ts';
import { describePlace, placeKey } from '../../src/settings/place.ts';
import { vendorSettings } from '../../src/settings/vendor-settings.ts';
import { type Made, makeSettings } from '../support/made-settings.ts';

const TRANSFER = { timeoutMs: 1000, connections: 1 };
const KYBIO = {
  KYBIO_BASE_URL: 'https://kybio.example/openapi/v1',
  KYBIO_APP_ID: 'ENVIRONMENTS',
  KYBIO_APP_KEY: 'key-nobody-may-see',
};

const kybioOf = (made: Made) => vendorSettings(makeSettings(made), ['kybio'], TRANSFER).kybio;

describe('a setting', () => {
  test('is taken from the flag, then the environment, then the config file, then the table', () => {
    const config = { kybioAppId: 'CONFIG', rate: '1/s' };
    expect(makeSettings({ config, flags: { rate: '2/s' } }).get('rate')).toEqual({ calls: 2, perMs: 1000 });
    expect(makeSettings({ config }).get('rate')).toEqual({ calls: 1, perMs: 1000 });
    expect(makeSettings().get('rate')).toEqual({ calls: 5, perMs: 1000 });
    expect(makeSettings({ config, environment: { KYBIO_APP_ID: 'ENV' } }).get('kybioAppId')).toBe('ENV');
    expect(makeSettings({ config, environment: { KYBIO_APP_ID: '' } }).get('kybioAppId')).toBe('CONFIG');
  });

  test('a campaign has one spelling, or a space more would credit everybody again', () => {
    for (const campaign of ['Q3 gift', ' Q3  gift ', 'Q3\u00a0gift\u200b', 'Ｑ３ gift'])
      expect(makeSettings({ flags: { campaign } }).get('campaign')).toBe('Q3 gift');
    expect(() => makeSettings({ flags: { campaign: ' \u200b' } }).get('campaign')).toThrow('is not a name');
  });

  test.each([
    [{ rate: '5' }, "--rate: '5' is not a rate such as 5/s"],
    [{ concurrency: '4e0' }, "--concurrency: '4e0' is not a whole number from 1 to 256"],
    [{ timeout: '11m' }, "--timeout: '11m' is not a time up to 10m"],
    [{ timeout: '0s' }, "--timeout: '0s' is not a time up to 10m"],
    [{ 'max-errors': '101%' }, "--max-errors: '101%' is not a count or a percentage"],
    [{ 'time-zone': 'Asia/Atlantis' }, "--time-zone: 'Asia/Atlantis' is not a time zone"],
    [{ 'expect-points': '1,5' }, "--expect-points: '1,5' is not a decimal"],
    [{ to: 'kybio,wondr' }, "--to: 'wondr' is not one of kybio, wonder"],
    [{ row: '3,x' }, "--row: '3,x' is not a row number"],
  ])('%j is refused by its flag and its value', (flags, message) => {
    const name = { 'max-errors': 'maxErrors', 'time-zone': 'timeZone', 'expect-points': 'expectPoints' } as const;
    const [flag] = Object.keys(flags) as (keyof typeof name)[];
    expect(() => makeSettings({ flags }).get(name[flag as keyof typeof name] ?? (flag as 'rate'))).toThrow(message);
  });
});

describe('a store', () => {
  const stores = { hk1: { kybioAppId: 'STORE-ONE' }, empty: {}, constructor: { kybioAppId: 'BUILDER' } };

  test('that is typed goes before the environment, and the environment before a store of the config file', () => {
    const typed = { config: { stores }, environment: KYBIO, flags: { store: 'hk1' } };
    expect(kybioOf(typed)?.appId).toBe('STORE-ONE');
    expect(kybioOf({ config: { stores, store: 'hk1' }, environment: KYBIO })?.appId).toBe('ENVIRONMENTS');
  });

  test('that is typed and has no account is refused: the account of the environment is another', () => {
    const made = { config: { stores }, environment: KYBIO, flags: { store: 'empty' } };
    expect(() => kybioOf(made)).toThrow(
      'KYBIO_APP_ID is not set: the appId of the store (kybioAppId in stores.empty).',
    );
  });

  test.each(['constructor', '__proto__', 'toString'])('%s is a name like any other', (store) => {
    const unknown = { config: { stores: { hk1: {} } }, environment: KYBIO, flags: { store } };
    expect(() => kybioOf(unknown)).toThrow(`no store '${store}'`);
    const config = `{"stores": {"${store}": {"kybioAppId": "BUILDER"}}}`;
    expect(kybioOf({ config, environment: KYBIO, flags: { store } })?.appId).toBe('BUILDER');
  });
});

describe('credentials and addresses', () => {
  test('everything that is missing is named at once', () => {
    try {
      vendorSettings(makeSettings({ environment: { KYBIO_APP_ID: 'A' } }), ['kybio', 'wonder'], TRANSFER);
      expect.unreachable();
    } catch (error) {
      const names = [...(error as Error).message.matchAll(/^(\w+) is not set/gm)].map(([, name]) => name);
      expect(names).toEqual([
        'KYBIO_BASE_URL',
        'KYBIO_APP_KEY',
        'WONDER_BASE_URL',
        'WONDER_APP_ID',
        'WONDER_PRIVATE_KEY_FILE',
      ]);
      expect(error).toMatchObject({ exitCode: 2 });
    }
  });

  test.each([
    ['http://kybio.example/openapi/v1', "would send members' data unencrypted"],
    ['http://127.0.0.1.evil.example/openapi/v1', 'unencrypted'],
    ['http://[::2]/openapi/v1', 'unencrypted'],
    ['ftp://127.0.0.1/openapi/v1', 'unencrypted'],
    ['kybio hunter2', 'is not an address'],
    ['https://user:hunter2@kyb io.example/openapi/v1', 'is not an address'],
    ['https://user:hunter2@kybio.example/openapi/v1', 'has more than a host and a path'],
    ['https://kybio.example/openapi/v1?key=hunter2', 'has more than a host and a path'],
    ['https://kybio.example/', "'https://kybio.example' does not end in /openapi/v1"],
    ['https://kybio.example/openapi/v2', 'does not end in /openapi/v1'],
    ['https://kybio.example/openapi/v1/customerOpenApi', 'does not end in /openapi/v1'],
  ])('the address %s is refused, and no password is repeated', (address, message) => {
    try {
      kybioOf({ environment: { ...KYBIO, KYBIO_BASE_URL: address } });
      expect.unreachable();
    } catch (error) {
      const { message: said, hint, exitCode } = error as { message: string; hint: string; exitCode: number };
      expect(said).toContain(message);
      expect(exitCode).toBe(2);
      expect(said + hint).not.toContain('hunter2');
    }
  });

  test.each([
    ['https://kybio.example/openapi/v1/', 'https://kybio.example/openapi/v1'],
    ['https://kybio.example/pospal-api2/openapi/v1', 'https://kybio.example/pospal-api2/openapi/v1'],
    ['http://127.0.0.1:9/openapi/v1', 'http://127.0.0.1:9/openapi/v1'],
    [' https://kybio.example/openapi/v1\n', 'https://kybio.example/openapi/v1'],
  ])('the address %j is taken as %s', (address, baseUrl) => {
    expect(kybioOf({ environment: { ...KYBIO, KYBIO_BASE_URL: address } })?.baseUrl).toBe(baseUrl);
  });

  function keyFile(content: string | Uint8Array, mode = 0o600) {
    const settings = makeSettings({ environment: { ...KYBIO, KYBIO_APP_KEY_FILE: 'app.key' } });
    writeFileSync(settings.path('app.key'), content);
    chmodSync(settings.path('app.key'), mode);
    return { key: vendorSettings(settings, ['kybio'], TRANSFER).kybio?.appKey, warnings: settings.warnings.join('\n') };
  }

  test('a key file that others can read, in UTF-16, or of several lines is told, and its key is not', () => {
    expect(keyFile('the-key\n')).toEqual({ key: 'the-key', warnings: '' });
    expect(keyFile('\uFEFFthe-key\r\n')).toEqual({ key: 'the-key', warnings: '' });
    expect(keyFile('the-key', 0o644).warnings).toContain('can be read by others');
    const utf16 = keyFile(Buffer.from('\uFEFFthe-key', 'utf16le'));
    expect(utf16.key).toBe('the-key');
    expect(utf16.warnings).toContain('is in UTF-16');
    expect(keyFile('the-key\nand more').warnings).toContain('has several lines');
    for (const { warnings } of [keyFile('the-key\nand more', 0o644)]) expect(warnings).not.toContain('the-key');
  });

  test('a key file that is empty or is not there is told by its path', () => {
    expect(() => keyFile(' \n')).toThrow('is empty');
    expect(() => kybioOf({ environment: { ...KYBIO, KYBIO_APP_KEY_FILE: 'none.key' } })).toThrow(
      'there is no such file',
    );
    expect(() => kybioOf({ environment: { ...KYBIO, KYBIO_APP_KEY_FILE: '.' } })).toThrow('it is not a file');
  });
});

describe('the home folder', () => {
  test.each([
    [{ MEMBERLOAD_HOME: '/srv/memberload' }, 'linux', '/srv/memberload'],
    [{ XDG_STATE_HOME: '/state' }, 'linux', '/state/memberload'],
    [{ XDG_STATE_HOME: 'relative' }, 'linux', '/home/a/.local/state/memberload'],
    [{}, 'darwin', '/home/a/.local/state/memberload'],
    [
      { LOCALAPPDATA: '/Users/a/AppData/Local', XDG_STATE_HOME: '/state' },
      'win32',
      '/Users/a/AppData/Local/memberload',
    ],
  ])('with %j on %s is %s', (environment, platform, folder) => {
    expect(makeSettings({ environment, platform, userFolder: '/home/a' }).homeFolder).toBe(folder);
  });

  test.each(['', 'relative', './here'])('MEMBERLOAD_HOME=%j is refused', (MEMBERLOAD_HOME) => {
    expect(() => makeSettings({ environment: { MEMBERLOAD_HOME } }).homeFolder).toThrow('must be an absolute path');
  });

  test('of a user without a home is asked for', () => {
    expect(() => makeSettings({ userFolder: '' }).homeFolder).toThrow('There is no home folder');
  });
});

describe('the place', () => {
  const account = 'kybio:AAAABBBBCDEF,wonder:5a4db0c5-0001';

  test('names vendor, store and the end of the account', () => {
    const store = readConnection(makeSettings({ config: { stores: { hk1: {} } }, flags: { store: 'hk1' } }));
    expect(describePlace(store, 'kybio:AAAABBBBCDEF')).toBe('Kybio, store hk1 (…CDEF)');
    expect(placeKey(store, 'kybio:AAAABBBBCDEF')).toBe('kybio hk1 …CDEF');
    const plain = readConnection(makeSettings());
    expect(describePlace(plain, account)).toBe('Kybio (…CDEF) and Wonder (…0001)');
    expect(placeKey(plain, account)).toBe('kybio …CDEF + wonder …0001');
  });

  test('of the sandbox says that nothing real is touched', () => {
    const sandbox = readConnection(makeSettings({ flags: { sandbox: true } }));
    expect(describePlace(sandbox, account)).toBe('SANDBOX (nothing real is touched)');
    expect(placeKey(sandbox, account)).toBe('SANDBOX');
  });
});
