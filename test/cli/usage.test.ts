import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runInProcess } from '../support/run-in-process.ts';
import { temporaryFolder } from '../support/workspace.ts';

/** Nobody listens there: whatever tried to call would end as a failed run, not as exit 2. */
const NOWHERE = {
  KYBIO_BASE_URL: 'http://127.0.0.1:9/openapi/v1',
  KYBIO_APP_ID: 'APP',
  KYBIO_APP_KEY: 'key-nobody-may-see',
  WONDER_BASE_URL: 'http://127.0.0.1:9',
  WONDER_APP_ID: 'APP',
};

function folderWith(files: Record<string, string>): string {
  const folder = temporaryFolder();
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

describe('wrong usage', () => {
  test.each([
    [['import', 'm.csv', '--moed', 'create'], "memberload import does not take 'moed'.\nDid you mean --mode?"],
    [['export', 'm.csv', '--again'], "memberload export does not take 'again'."],
    [
      ['import', 'm.csv', '--mode', 'creat'],
      "--mode: 'creat' is not one of upsert, create, update.\nDid you mean create?",
    ],
    [['import', 'm.csv', '--to', 'kybo'], 'Did you mean kybio?'],
    [['import', 'm.csv', '--rate', '5'], '"5" cannot be used'],
    [['import', 'm.csv', '--rate'], 'Not enough arguments following: rate'],
    [['import', 'm.csv', '--concurrency', '0'], "--concurrency: '0' is not a whole number from 1 to 256"],
    [['import', 'm.csv', '--concurrency', '4e0'], "--concurrency: '4e0' is not a whole number"],
    [['import', 'm.csv', '--timeout', 'soon'], "--timeout: 'soon' is not a time"],
    [['import', 'm.csv', '--max-errors', 'some'], "--max-errors: 'some' is neither"],
    [['import', 'm.csv', '--max-errors', '101%'], "--max-errors: '101%' is neither"],
    [['import', 'm.csv', '--encoding', 'klingon'], 'klingon'],
    [['import', 'm.csv', '--delimiter', 'ab'], "Delimiter 'ab'"],
    [['import', 'm.csv', '--date-format', 'dd'], '--date-format'],
    [['import', 'm.csv', '--country', 'XX'], 'XX'],
    [['import', 'm.csv', '--time-zone', 'Asia/Atlantis'], "'Asia/Atlantis' is not a time zone"],
    [['import', 'm.csv', '--map', 'no-map.json'], 'no-map.json cannot be read'],
    [['topup', 'm.csv', '--expect-points', '1,5'], "--expect-points: '1,5' is not a decimal"],
    [['export', 'm.csv', '--columns', 'nmae'], 'Did you mean name?'],
    [['export'], 'export needs either a file of rows to look up, or --all'],
    [['export', 'm.csv', '--all'], 'export needs either a file of rows to look up, or --all'],
    [['validate', 'm.csv'], 'validate needs to know what the file is'],
    [['validate', 'm.csv', '--as', 'member'], 'Did you mean members?'],
    [['import', 'm.csv', '--store', 'hk1'], "no store 'hk1'"],
    [['import', 'm.csv', '--config', 'none.json'], 'none.json cannot be read'],
    [['import'], 'Not enough'],
    [['improt', 'm.csv'], 'Did you mean import?'],
    [[], 'Name a command.'],
    [['resume', 'no-such-run'], "There is no run 'no-such-run'"],
    [['runs', 'no-such-run'], "There is no run 'no-such-run'"],
    [['sandbox', '--set', 'cutAfter=1'], "Did you mean 'fault.cutAfter'?"],
    [['sandbox', '--set', 'nonsense'], 'is not name=value'],
    [['sandbox', '--port', '99999'], "--port: '99999' is not a whole number"],
  ])('%j is exit 2, says why, and leaves nothing behind', async (argv, message) => {
    const folder = folderWith({ 'm.csv': 'number\nN1\n' });
    const ended = await runInProcess(argv, folder, NOWHERE);
    expect(ended.stderr).toContain(message);
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(existsSync(join(folder, 'm.result.csv'))).toBe(false);
  });

  test('with --json the error is a document on stdout as well', async () => {
    const folder = folderWith({ 'm.csv': 'number\nN1\n' });
    const ended = await runInProcess(['import', 'm.csv', '--mode', 'creat', '--json'], folder, NOWHERE);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      run: null,
      command: 'import',
      input: 'm.csv',
      state: 'stopped',
      rows: { read: 0 },
      exitCode: 2,
      error: { code: 'BAD_VALUE', hint: 'Did you mean create?' },
    });
    expect(ended.exitCode).toBe(2);
  });
});

describe('a config file', () => {
  test.each([
    ['{"dailyQouta": 300}', "'dailyQouta' is not a setting.\nDid you mean 'dailyQuota'?"],
    ['{"kybio": {"quotaCode": []}}', "'kybio.quotaCode' is not a setting.\nDid you mean 'kybio.quotaCodes'?"],
    ['{"wonder": {"singQuery": true}}', "Did you mean 'wonder.signQuery'?"],
    ['{"stores": {"hk1": {"kybioBaseURL": "x"}}}', "Did you mean 'stores.hk1.kybioBaseUrl'?"],
    ['{"__proto__": 1}', "'__proto__' is not a setting"],
    ['{"rate": {"calls": 5}}', "'rate' cannot be"],
    ['{"kybio": 5}', 'kybio must be an object'],
    ['{"kybio": {"signature": "v2"}}', "kybio.signature: 'v2' is not one of"],
    ['{"kybio": {"quotaZone": "Mars"}}', "'Mars' is not a time zone"],
    ['{rate: 5}', 'is not JSON'],
    ['[]', 'must be an object'],
  ])('%s is refused with exit 2', async (content, message) => {
    const folder = folderWith({ 'm.csv': 'number\nN1\n', 'memberload.config.json': content });
    const ended = await runInProcess(['import', 'm.csv'], folder, NOWHERE);
    expect(ended.stderr).toContain(message);
    expect(ended.exitCode).toBe(2);
  });
});

describe('addresses and credentials', () => {
  test.each([
    ['KYBIO_BASE_URL', 'http://kybio.example/openapi/v1', "would send members' data unencrypted"],
    ['KYBIO_BASE_URL', 'http://127.0.0.1.evil.example/openapi/v1', 'unencrypted'],
    ['KYBIO_BASE_URL', 'http://[::2]/openapi/v1', 'unencrypted'],
    ['KYBIO_BASE_URL', 'ftp://127.0.0.1/', 'unencrypted'],
    ['KYBIO_BASE_URL', 'kybio', 'is not an address'],
    ['KYBIO_BASE_URL', 'https://user:hunter2@kybio.example/', 'has more than a host and a path'],
    ['KYBIO_BASE_URL', 'https://kybio.example/?key=hunter2', 'has more than a host and a path'],
    ['KYBIO_BASE_URL', '', 'KYBIO_BASE_URL is not set'],
    ['KYBIO_APP_ID', '', 'KYBIO_APP_ID is not set'],
    ['KYBIO_APP_KEY', ' ', 'KYBIO_APP_KEY is not set'],
    ['KYBIO_APP_KEY_FILE', 'no-such.key', 'no-such.key cannot be read'],
    ['WONDER_BASE_URL', 'http://wonder.example', 'unencrypted'],
    ['WONDER_PRIVATE_KEY_FILE', '', 'WONDER_PRIVATE_KEY_FILE is not set'],
    ['WONDER_PRIVATE_KEY_FILE', '.', 'cannot be read'],
    ['WONDER_PRIVATE_KEY_FILE', 'm.csv', 'key'],
  ])('%s=%j is exit 2, and the value of a secret is not told', async (name, value, message) => {
    const folder = folderWith({ 'm.csv': 'number,name,phone\nN1,Grace,+85291230001\n' });
    const target = name.startsWith('WONDER') ? 'wonder' : 'kybio';
    const environment = { ...NOWHERE, [name]: value };
    const ended = await runInProcess(['import', 'm.csv', '--to', target], folder, environment);
    expect(ended.stderr).toContain(message);
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).not.toMatch(/hunter2|key-nobody-may-see/);
  });
});
