import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { completionScript, SHELLS } from '../../src/cli/start/completion.ts';
import { flagName, flagsOf } from '../../src/settings/settings-table.ts';
import { runInProcess } from '../support/run-in-process.ts';
import { openWorkspace, temporaryFolder } from '../support/workspace.ts';

describe('without a file', () => {
  test('memberload alone shows three commands to begin with', async () => {
    const ended = await runInProcess([], temporaryFolder());
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout.match(/^ {2}memberload \w+ /gm)).toEqual([
      '  memberload template ',
      '  memberload validate ',
      '  memberload import ',
    ]);
  });

  test.each(['import', 'topup', 'validate'])('%s says what it needs where nobody can be asked', async (command) => {
    const ended = await runInProcess([command], temporaryFolder());
    expect(ended).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ended.stderr).toContain(`memberload ${command} needs a file.\nType for example: memberload ${command} `);
  });

  test('a file in the place of the command is told what to do with it', async () => {
    const ended = await runInProcess(['my members.csv'], temporaryFolder());
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain('To import it: memberload import "my members.csv"');
  });

  test('started by npx, every command line is told as it has to be typed', async () => {
    const page = await runInProcess(['help', 'topup'], temporaryFolder(), { npm_command: 'exec' });
    expect(page.stdout).toMatch(/^npx memberload topup <file>/);
    expect(page.stdout).not.toMatch(/(?<!npx )\bmemberload topup/);
    const ended = await runInProcess(['import'], temporaryFolder(), { npm_command: 'exec' });
    expect(ended.stderr).toContain('Type for example: npx memberload import members.csv\n');
    expect(ended.stderr).toContain('\n  A file to begin with: npx memberload template ');
  });
});

describe('help', () => {
  test('of import has examples before flags, and the columns of the file between them', async () => {
    const { stdout } = await runInProcess(['import', '--help'], temporaryFolder());
    const titles = stdout.match(/^[A-Z].*:$/gm);
    expect(titles).toEqual([
      'Examples:',
      'Columns of the file:',
      'Columns of the file with --to wonder:',
      'What is done:',
      'Where:',
      'Safety:',
      'Speed and calls:',
      'Output:',
    ]);
    expect(stdout).toMatch(/^ {2}categoryName {2}Category of a new member, by its name at Kybio$/m);
  });
});

describe('template', () => {
  test.each(COMMANDS.find(({ name }) => name === 'template')?.words ?? [])(
    '%s is a file that validate finds good, as CSV and as a workbook',
    async (kind) => {
      const work = openWorkspace();
      const printed = await work.run(['template', kind]);
      expect(printed).toMatchObject({ exitCode: 0, stderr: '' });
      for (const name of ['t.csv', 't.xlsx']) {
        expect((await work.run(['template', kind, '-o', name])).exitCode).toBe(0);
        const checked = await work.run(['validate', name, '--as', kind, '-o', `${name}.csv`]);
        expect(checked.stderr).toContain('1 row is good, none wrong.');
        expect(checked.exitCode).toBe(0);
      }
      expect(work.read('t.csv')).toBe(`\ufeff${printed.stdout}`);
      const again = await work.run(['template', kind, '-o', 't.csv']);
      expect(again.exitCode).toBe(3);
    },
  );
});

describe('init', () => {
  const ANSWERS = ['kybio', 'https://host.example/openapi/v1', 'APP0123456789CDEF', 'the-key-itself', '300', 'no'];

  test('writes the settings file, and the key into a file of its own, both for this user alone', async () => {
    const work = openWorkspace();
    work.config({ timeZone: 'Asia/Hong_Kong' });
    const ended = await work.run(['init'], { stdin: ANSWERS.join('\n') });
    expect(ended).toMatchObject({ exitCode: 0, stdout: '' });
    expect(ended.stderr).not.toContain('the-key-itself');
    const { kybioAppKeyFile, ...config } = JSON.parse(work.read('memberload.config.json')) as Record<string, string>;
    expect(config).toMatchObject({
      timeZone: 'Asia/Hong_Kong',
      kybioBaseUrl: 'https://host.example/openapi/v1',
      kybioAppId: 'APP0123456789CDEF',
      dailyQuota: 300,
    });
    expect(JSON.stringify(config)).not.toContain('the-key-itself');
    expect(work.read('../.config/memberload/kybio-CDEF.key')).toBe('the-key-itself\n');
    for (const path of [String(kybioAppKeyFile), join(work.folder, 'memberload.config.json')]) {
      expect(statSync(path).mode & 0o777).toBe(0o600);
    }
    // A second store stands beside the first; another first account has to be confirmed.
    const store = await work.run(['init', '--store', 'hk2', '--json'], { stdin: ANSWERS.join('\n') });
    expect(JSON.parse(store.stdout)).toMatchObject({
      command: 'init',
      keyFile: expect.stringMatching(/kybio-hk2\.key$/),
    });
    expect((await work.run(['init', '--config', 'new.json'], { stdin: ANSWERS.join('\n') })).exitCode).toBe(0);
    expect(JSON.parse(work.read('new.json'))).toMatchObject({ kybioAppId: 'APP0123456789CDEF' });
    const other = [...ANSWERS.slice(0, 2), 'APP2', ...ANSWERS.slice(3, 5), 'no'];
    expect(await work.run(['init'], { stdin: other.join('\n') })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('has another kybioAppId. Type yes to replace it'),
    });
    // Comments would be lost: that is asked, and without a yes nothing is written.
    const commented = `// ours\n${work.read('new.json')}`;
    work.file('new.json', commented);
    expect(
      await work.run(['init', '--config', 'new.json'], { stdin: [...ANSWERS.slice(0, 5), 'no'].join('\n') }),
    ).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('new.json has comments, which are not kept. Type yes to replace it'),
    });
    expect(work.read('new.json')).toBe(commented);
    const read = JSON.parse(work.read('memberload.config.json')) as Record<string, unknown>;
    expect(read).toMatchObject({
      kybioAppId: 'APP0123456789CDEF',
      stores: { hk2: { kybioAppId: 'APP0123456789CDEF' } },
    });
  });

  test.each([
    [[], 'The questions were not answered.'],
    [['kybio', 'https://host.example/wrong'], 'does not end in /openapi/v1'],
    [['kybio', 'http://host.example/openapi/v1'], 'unencrypted'],
    [['wonder', '', 'APP', 'no-such.pem'], 'no-such.pem cannot be read'],
    [['shop'], 'Write kybio, wonder or both.'],
  ])('%j writes nothing', async (answers, problem) => {
    const work = openWorkspace();
    const before = work.read('memberload.config.json');
    const ended = await work.run(['init'], { stdin: answers.join('\n') });
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain(problem);
    expect(work.read('memberload.config.json')).toBe(before);
  });
});

/** The shell is not on every machine. */
function has(shell: string): boolean {
  try {
    execFileSync(shell, ['-c', 'exit 0']);
    return true;
  } catch {
    return false;
  }
}

describe('completion', () => {
  test.each(SHELLS)('for %s names every command, every flag and every choice', (shell) => {
    const script = completionScript(shell);
    for (const { name, words = [] } of COMMANDS) {
      for (const word of [name, ...words]) expect(script).toContain(word);
      for (const flag of flagsOf(name)) {
        expect(script).toContain(shell === 'fish' ? `-l ${flagName(flag)} ` : `--${flagName(flag)}`);
      }
    }
    expect(script).toContain('upsert');
  });

  const ask = (line: string): string =>
    `COMP_WORDS=(${line}); [[ "${line}" == *' ' ]] && COMP_WORDS+=(''); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); ` +
    // biome-ignore lint/suspicious/noTemplateCurlyInString: bash writes an element of an array so
    '_memberload memberload "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD-1]}"; echo "${COMPREPLY[*]}"';

  test.each([
    ['memberload im', 'import'],
    ['memberload topup quarter.csv --camp', '--campaign'],
    ['memberload import m.csv --mode ', 'upsert create update'],
    [
      'memberload template ',
      'members topup customers lookups --config --output -o --lang --json --quiet -q --no-color',
    ],
    ['memberload runs can', 'cancel'],
    ['memberload import members.c', 'members.csv'],
    ['memberload import m.csv -o ', 'members.csv'],
  ])('in bash %j is completed to %j', async (line, completed) => {
    const work = openWorkspace();
    work.file('members.csv', '');
    const folder = work.folder;
    execFileSync('rm', [join(folder, 'memberload.config.json')]);
    const answer = execFileSync('bash', ['-c', `${completionScript('bash')}\n${ask(line)}`], { cwd: folder });
    expect(answer.toString().trim()).toBe(completed);
  });

  test.runIf(has('fish'))('in fish commands, flags and values are completed', () => {
    const answers = ['memberload und', 'memberload topup --camp', 'memberload import --mode cr'].map((line) =>
      execFileSync('fish', ['-c', `${completionScript('fish')}\ncomplete -C '${line}'`], { encoding: 'utf8' }),
    );
    expect(answers.map((answer) => answer.trim().split('\t')[0])).toEqual(['undo', '--campaign', 'create']);
  });

  test.runIf(has('zsh'))('zsh reads the script', () => {
    execFileSync('zsh', ['-n', '-c', completionScript('zsh')]);
  });
});
