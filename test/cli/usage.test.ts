import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { COMMANDS } from '../../src/cli/commands.ts';
import { flagName, flagsOf } from '../../src/settings/settings-table.ts';
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

const MANUAL = new URL('../../samples/manual/', import.meta.url);
const MANUAL_PAGES = readdirSync(MANUAL).map((name) => name.replace(/\.md$/, ''));

describe('wrong usage', () => {
  test.each([
    [['import', 'm.csv', '--moed', 'create'], "memberload import does not take '--moed'.\nDid you mean --mode?"],
    [
      ['export', 'm.csv', '--again'],
      "memberload export does not take '--again'.\nIt belongs to topup, resolve. See: memberload export --help",
    ],
    [['import', 'm.csv', '-qz'], "does not take '-z'"],
    [['import', 'm.csv', '--no-json'], "does not take '--no-json'"],
    [['import', 'm.csv', '--constructor', '1'], "does not take '--constructor'"],
    [['import', 'm.csv', '--kybio.pageSize', '5'], "does not take '--kybio.pageSize'"],
    [['import', 'm.csv', '--json=yes'], "--json: 'yes' is not true or false"],
    [['import', 'm.csv', 'n.csv'], "does not take 'n.csv' as well.\nType: memberload import <file>"],
    [['import', 'm.csv', '--mode='], '--mode needs a value'],
    [['import', 'm.csv', '-o', '--json=false'], '--output needs a value'],
    [
      ['import', 'm.csv', '--mode', 'creat'],
      "--mode: 'creat' is not one of upsert, create, update.\nDid you mean create?",
    ],
    [['import', 'm.csv', '--to', 'kybo'], 'Did you mean kybio?'],
    [['import', 'm.csv', '--rate', '5'], "--rate: '5' is not a rate such as 5/s, 100/m"],
    [['import', 'm.csv', '--rate'], '--rate needs a value: <calls>.\nWrite for example --rate 5/s.'],
    [['import', 'm.csv', '--concurrency', '0'], "--concurrency: '0' is not a whole number from 1 to 256"],
    [['import', 'm.csv', '--concurrency', '4e0'], "--concurrency: '4e0' is not a whole number"],
    [['import', 'm.csv', '--timeout', 'soon'], "--timeout: 'soon' is not a time"],
    [['import', 'm.csv', '--max-errors', 'some'], "--max-errors: 'some' is not a count or a percentage"],
    [['import', 'm.csv', '--max-errors', '101%'], "--max-errors: '101%' is not a count or a percentage"],
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
    [['validate', 'm.csv', '--as', 'member'], 'Did you mean members?'],
    [['import', 'm.csv', '--store', 'hk1'], "no store 'hk1'"],
    [['import', 'm.csv', '--config', 'none.json'], 'none.json cannot be read: there is no such file'],
    [['resolve'], 'resolve needs <run>.\nType: memberload resolve <run>'],
    [['template', 'member'], 'Did you mean members?'],
    [['completion'], 'Type: memberload completion <shell>. <shell> is one of: bash, zsh, fish, powershell.'],
    [['improt', 'm.csv'], "memberload has no command 'improt'.\nDid you mean import?"],
    [['--store', 'import'], 'Name a command.'],
    [['help', 'improt'], 'Did you mean: memberload help import'],
    [['resume', 'no-such-run'], "There is no run 'no-such-run'"],
    [['runs', 'no-such-run'], "There is no run 'no-such-run'"],
    [['import', 'm.csv', '--log-bodies'], '--log-bodies needs --log <file>.'],
    [['resume', '--time-zone', 'Asia/Tokyo'], "resume does not take '--time-zone'.\nIt belongs to import"],
    [['sandbox', '--set', 'cutAfter=1'], "Did you mean 'fault.cutAfter'?"],
    [['sandbox', '--set', 'nonsense'], "--set: 'nonsense' is not name=value"],
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

describe('what is typed', () => {
  test.each([[['--version']], [['-v']], [['version']], [['-v', '--config', 'none.json']]])(
    '%j prints the version',
    async (argv) => {
      expect(await runInProcess(argv, temporaryFolder())).toEqual({ exitCode: 0, stdout: '0.0.0\n', stderr: '' });
    },
  );

  test.each([[['--help']], [['-h']], [['help']], [['--json', '-h']]])('%j lists the commands', async (argv) => {
    const ended = await runInProcess(argv, temporaryFolder());
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    for (const { name } of COMMANDS) expect(ended.stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });

  test.each(COMMANDS.map(({ name }) => name))('help %s shows its flags, in lines that fit', async (name) => {
    const ended = await runInProcess([name, '--help'], temporaryFolder());
    expect(ended.exitCode).toBe(0);
    for (const flag of flagsOf(name)) expect(ended.stdout).toContain(`--${flagName(flag)}`);
    const tooLong = ended.stdout.split('\n').filter((line) => line.length > 80 && !line.startsWith('  memberload'));
    expect(tooLong).toEqual([]);
    // Below them stands the page of the manual that has the command's name, if there is one.
    const { stdout } = await runInProcess(['help', name], temporaryFolder());
    const [flags, pointer] = ended.stdout.trimEnd().split('\n\nIts page of the manual: ');
    expect(stdout.startsWith(flags ?? '')).toBe(true);
    expect(pointer).toBe(MANUAL_PAGES.includes(name) ? `memberload help ${name}` : undefined);
    expect(stdout.slice(flags?.length).trim().startsWith(`# ${name}`)).toBe(pointer !== undefined);
  });

  test.each([[['-q', '--json']], [['-q', '--json=true']], [['--quiet=true', '--json']]])(
    'with %j a command prints one document and no messages',
    async (flags) => {
      const ended = await runInProcess(['schedule', '--for', 'cron', ...flags], temporaryFolder());
      expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
      expect(Object.keys(JSON.parse(ended.stdout))).toEqual(['cron']);
    },
  );

  test('letters may be typed together', async () => {
    const { flags, words } = await parseCommandLine(['import', '-qy', 'm.csv']);
    expect({ flags, words }).toEqual({ flags: { quiet: true, yes: true }, words: ['import', 'm.csv'] });
  });

  test('stays the text that it was', async () => {
    const argv = ['topup', '-', '--expect-points', '-0012.50', '--expect-rows=1e3', '--campaign', '007', '--no-color'];
    const { flags, words } = await parseCommandLine(argv);
    expect(words).toEqual(['topup', '-']);
    expect(flags).toEqual({ 'expect-points': '-0012.50', 'expect-rows': '1e3', campaign: '007', 'no-color': true });
    expect((await parseCommandLine(['import', '--json', '--', '-m.csv'])).words).toEqual(['import', '-m.csv']);
    expect((await parseCommandLine(['runs', '20261122', '--json'])).words).toEqual(['runs', '20261122']);
  });

  test('json and quiet of the config file count like typed ones', async () => {
    const folder = folderWith({ 'memberload.config.json': '{"json": true, "quiet": true}' });
    const ended = await runInProcess(['schedule', '--for', 'cron'], folder);
    expect(ended.stderr).toBe('');
    expect(Object.keys(JSON.parse(ended.stdout))).toEqual(['cron']);
    const loud = await runInProcess(['schedule', '--for', 'cron', '--json=false', '--quiet=false'], folder);
    expect(loud.stdout).toMatch(/^# cron/);
    expect(loud.stderr).toContain('resume does nothing');
  });

  test('reaches the terminal with its control characters made visible', async () => {
    const ended = await runInProcess(['im\u001b]52;c;aGk=\u0007port\u202e', '--json'], temporaryFolder());
    expect(ended.stderr).toContain('im\\u001b]52;c;aGk=\\u0007port\\u202e');
    expect(JSON.parse(ended.stdout).command).toBe('im\u001b]52;c;aGk=\u0007port\u202e');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(ended.stdout + ended.stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});
