import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

describe('memberload validate', () => {
  test.each([
    [
      'members',
      lines('number,name,point', 'N1,Grace,1', 'N2,Tom,ten', 'N1,Ann,'),
      ['not_sent', 'invalid NOT_A_DECIMAL', 'invalid DUPLICATE_ROW'],
    ],
    [
      'customers',
      lines('reference_number,name,phone', 'K1,Grace,+85291230001', 'K2,,'),
      ['not_sent', 'invalid REQUIRED'],
    ],
    ['topup', lines('number,pointIncrement', 'N1,1', 'N2,0'), ['not_sent', 'invalid NOTHING_TO_DO']],
    ['lookups', lines('number,customerUid', 'N1,', ',8.1E+17'), ['not_sent', 'invalid EXCEL_DAMAGED']],
  ])('--as %s writes <input>.checked.csv without settings, home or calls', async (kind, content, outcomes) => {
    const work = openWorkspace();
    work.file('file.csv', content);
    const ended = await work.run(['validate', 'file.csv', '--as', kind, '--json']);
    expect(ended.exitCode).toBe(1);
    expect(outcomesOf(work.read('file.checked.csv'))).toEqual(outcomes);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      run: null,
      command: 'validate',
      calls: { sent: 0 },
      quota: null,
      exitCode: 1,
    });
    expect(work.everything().size).toBe(3);
  });

  test('guesses the kind by the header where that is sure, says so, and asks where it is not', async () => {
    const work = openWorkspace();
    work.file('points.csv', lines('会员号,pointIncrement', 'N1,10'));
    const guessed = await work.run(['validate', 'points.csv']);
    expect(guessed).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('Checked as topup.') });
    work.file('unclear.csv', lines('number,remarks', 'N1,call back'));
    const asked = await work.run(['validate', 'unclear.csv']);
    expect(asked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--as members, customers') });
    expect(work.names()).toEqual(['points.checked.csv', 'points.csv', 'unclear.csv']);
    // Wonder finds a customer by other columns than Kybio a member. This input has no folder for a result.
    const lookups = { stdin: lines('reference_number,uuid', 'K1,', ',no-uuid') };
    const wonder = await work.run(['validate', '/dev/stdin'], lookups);
    expect(wonder).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('export --from wonder would look up 1'),
    });
    expect(outcomesOf(work.read('stdin.checked.csv'))).toEqual(['not_sent', 'invalid BAD_ID']);
  });

  test('exits 0 when every row is good', async () => {
    const work = openWorkspace();
    work.file('good.csv', lines('number', 'N1'));
    expect((await work.run(['validate', 'good.csv', '--as', 'members'])).exitCode).toBe(0);
    expect(outcomesOf(work.read('good.checked.csv'))).toEqual(['not_sent']);
  });
});

describe('memberload runs and resume', () => {
  test('runs lists and shows what happened, without a call; resume has nothing to do after a finished run', async () => {
    const work = openWorkspace(vendor.settings);
    expect((await work.run(['runs'])).stdout).toBe('No runs yet.\n');
    work.file('members.csv', lines('number', 'R1', 'R2'));
    const args = ['import', 'members.csv', '--mode', 'create', '--json'];
    const { run } = JSON.parse((await work.run([...args, '--daily-quota', '1'])).stdout);
    const listed = await work.run(['runs', '--json']);
    expect(JSON.parse(listed.stdout)).toMatchObject({
      runs: [{ run, command: 'import', state: 'paused', account: `kybio:${vendor.settings.KYBIO_APP_ID}`, rows: 2 }],
      calls: [{ endpoint: 'customerOpenApi/add', calls: 1 }],
    });
    expect((await work.run(['resume', run, '--daily-quota', '9'])).exitCode).toBe(0);
    const shown = await work.run(['runs', run]);
    expect(shown.stdout).toContain(`Run ${run}: import, finished, begun `);
    expect(shown.stdout).toContain('Rows: 2 read, 2 done.');
    const nothing = await work.run(['resume']);
    expect(nothing).toMatchObject({ exitCode: 0, stdout: '' });
    expect(nothing.stderr).toContain('No unfinished run.');
    const finished = await work.run(['resume', run]);
    expect(finished.exitCode).toBe(2);
    expect(await vendor.callCount()).toBe(2);
  });

  test('resume refuses the credentials of another store', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('members.csv', lines('number', 'R1', 'R2'));
    expect((await work.run(['import', 'members.csv', '--mode', 'create', '--daily-quota', '1'])).exitCode).toBe(6);
    const other = await work.run(['resume'], { environment: { KYBIO_APP_ID: 'OTHER' } });
    expect(other.exitCode).toBe(2);
    expect(other.stderr).toContain('belongs to kybio:');
    expect(await vendor.callCount()).toBe(1);
  });
});

describe('the sandbox', () => {
  test('memberload sandbox prints settings that work, and --sandbox needs none', async () => {
    const server = openWorkspace();
    const environment = { MEMBERLOAD_HOME: join(server.folder, "O'Brien's home") };
    const switches = ['--set', 'empty=true', 'addReturnsData=false'];
    const sandbox = server.start(['sandbox', ...switches], { environment });
    const stdout = await sandbox.printed('stdout', /WONDER_PRIVATE_KEY_FILE=.*/);
    // As a person pastes them.
    const pasted = execFileSync('sh', ['-c', `${stdout}\nenv`], { env: {}, encoding: 'utf8' });
    const settings = Object.fromEntries(
      [...pasted.matchAll(/^((?:KYBIO|WONDER)_[A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]),
    );
    const work = openWorkspace(settings);
    work.file('members.csv', lines('number,name,phone', 'S1,Grace,+85291230001'));
    expect((await work.run(['import', 'members.csv', '--to', 'kybio,wonder'])).exitCode).toBe(0);
    sandbox.kill('SIGINT');
    expect(await sandbox.ended).toMatchObject({ exitCode: 0 });

    const alone = openWorkspace();
    alone.file('members.csv', lines('number,name,phone', 'S1,Grace,+85291230001'));
    expect((await alone.run(['import', 'members.csv', '--sandbox'])).exitCode).toBe(0);
    expect(
      (await alone.run(['export', 'members.csv', '--sandbox', '--columns', 'name', '-o', 'found.csv'])).exitCode,
    ).toBe(0);
    expect(outcomesOf(alone.read('found.csv'))).toEqual(['done found']);
  });

  test('--sandbox leads nowhere else, whatever the environment and the config file say', async () => {
    const work = openWorkspace(vendor.settings);
    const { KYBIO_BASE_URL } = vendor.settings;
    work.config({ kybioBaseUrl: KYBIO_BASE_URL, stores: { hk1: { kybioBaseUrl: KYBIO_BASE_URL } }, store: 'hk1' });
    work.file('members.csv', lines('number', 'S1'));
    expect((await work.run(['import', 'members.csv', '--sandbox'])).exitCode).toBe(0);
    expect(await vendor.callCount()).toBe(0);
  });
});
