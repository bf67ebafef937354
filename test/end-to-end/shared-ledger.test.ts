import { execFile } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, test } from 'vitest';
import { LEDGER_VERSION } from '../../src/ledger/postgres/migrate.ts';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { creditsOf, openMachine as machineWith } from '../support/machines.ts';
import { emptyLedger, HAS_POSTGRES, inDatabase, newDatabase, sharedCluster } from '../support/postgres.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import type { Workspace } from '../support/workspace.ts';

/**
 * Several homes, as on several machines, with one ledger on a real PostgreSQL. The vendor's books are the judge: who
 * was credited how often.
 */
const vendor = useVendorSandbox();
/** Without the shared ledger. */
const ALONE = { environment: { MEMBERLOAD_LEDGER_URL: undefined } };

describe.runIf(HAS_POSTGRES)('several machines with one ledger', { timeout: 240_000 }, () => {
  let url: string;
  beforeEach(async () => {
    url = await emptyLedger();
  });

  const openMachine = (more: Record<string, string> = {}): Workspace => machineWith(vendor, url, more);
  const credits = (): Promise<Record<string, number>> => creditsOf(vendor);

  const TWO_ROWS = lines('number,pointIncrement', '8008010001,20', '8008010003,30');

  test('the same file from a second machine is refused, and each member is credited once', async () => {
    const [one, two] = [openMachine(), openMachine()];
    for (const machine of [one, two]) machine.file('topup.csv', TWO_ROWS);
    const first = await one.run(['topup', 'topup.csv', '-y']);
    expect(first.exitCode, first.stderr).toBe(0);
    const second = await two.run(['topup', 'topup.csv', '-y']);
    expect(second.exitCode, second.stderr).toBe(3);
    expect(second.stderr).toContain('with the same amounts as before');
    expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
    // What one machine knows, the other knows: runs, and the calls of the day.
    expect((await two.run(['runs'])).stdout).toContain('topup');
    expect((await two.run(['ledger', 'status'])).stdout).toContain('2 increments recorded');
  });

  test('of two machines that start the same file at once one wins, and the other is told who', async () => {
    const machines = [openMachine(), openMachine(), openMachine()];
    for (const machine of machines) machine.file('topup.csv', TWO_ROWS);
    const ended = await Promise.all(machines.map((machine) => machine.run(['topup', 'topup.csv', '-y'])));
    const [winner, ...losers] = ended.sort((a, b) => (a.exitCode ?? 9) - (b.exitCode ?? 9));
    expect(winner?.exitCode, winner?.stderr).toBe(0);
    for (const { exitCode, stderr } of losers) {
      // At work at this moment, started while the file was checked, or credited already.
      expect([2, 3], stderr).toContain(exitCode);
      expect(stderr).toMatch(
        /is at work: .*, process \d+|was begun by .*, process \d+|, process \d+ started run|with the same amounts as before/,
      );
    }
    expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
  });

  test('a run that is at work elsewhere is not given up under the hands of whoever works on it', async () => {
    const [one, two] = [openMachine(), openMachine()];
    await vendor.set({ 'fault.slow': 1, slowMs: 3000 });
    one.file('topup.csv', TWO_ROWS);
    const working = one.start(['topup', 'topup.csv', '-y', '--concurrency', '1']);
    await expect.poll(async () => (await vendor.callCount()) > 0, { timeout: 30_000 }).toBe(true);
    const [run] = await inDatabase(url, 'SELECT run_id FROM memberload.run');
    const refused = await two.run(['runs', 'cancel', String(run?.run_id)]);
    const end = await working.ended;
    expect(end.exitCode, end.stderr).toBe(0);
    expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
    expect(refused, refused.stderr).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(/is at work|has finished/),
    });
  });

  test('a server that is not there, or has no ledger, is exit 2, and nothing is sent or kept elsewhere', async () => {
    const empty = await newDatabase(await sharedCluster());
    for (const [ledgerUrl, text] of [
      ['postgres://nobody@127.0.0.1:1/memberload', 'cannot be used'],
      [empty, 'memberload ledger init'],
      ['postgres://me@db.example.com/m?sslmode=require', 'verify-full'],
    ] as const) {
      const machine = openMachine({ MEMBERLOAD_LEDGER_URL: ledgerUrl });
      machine.file('topup.csv', TWO_ROWS);
      const end = await machine.run(['topup', 'topup.csv', '-y']);
      expect(end.exitCode, end.stderr).toBe(2);
      expect(end.stderr).toContain(text);
      expect([...machine.everything().keys()].filter((path) => path.endsWith('ledger.sqlite'))).toEqual([]);
    }
    expect(await vendor.callCount()).toBe(0);
  });

  test('a server before PostgreSQL 15 is refused with its version', async () => {
    // There is only one server here: it is made to say that it is older.
    await inDatabase(
      url,
      'CREATE SCHEMA IF NOT EXISTS older',
      `CREATE OR REPLACE FUNCTION older.current_setting(text) RETURNS text LANGUAGE sql AS
         $$ SELECT CASE $1 WHEN 'server_version_num' THEN '140012' WHEN 'server_version' THEN '14.12' END $$`,
      'DO $$ BEGIN CREATE ROLE older LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$',
      'GRANT USAGE ON SCHEMA older TO older',
      'ALTER ROLE older SET search_path = older, pg_catalog',
    );
    const machine = openMachine({ MEMBERLOAD_LEDGER_URL: url.replace('owner@', 'older@') });
    for (const command of [['runs'], ['ledger', 'init']]) {
      const end = await machine.run(command);
      expect(end).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('runs PostgreSQL 14.12') });
      expect(end.stderr).toContain('PostgreSQL 15 or newer');
    }
  });

  test('the line of a scheduler carries the runs of the shared ledger on, and holds no password', async () => {
    const machine = openMachine();
    machine.file('topup.csv', TWO_ROWS);
    expect((await machine.run(['topup', 'topup.csv', '-y', '--daily-quota', '2'])).exitCode).toBe(6);
    machine.file('url', url);
    machine.file('data.key', 'A'.repeat(43));
    const files = { MEMBERLOAD_LEDGER_URL_FILE: 'url', MEMBERLOAD_DATA_KEY_FILE: 'data.key' };
    const environment = { ...ALONE.environment, ...files };
    const printed = await machine.run(['schedule', '--json'], { environment });
    expect(printed.exitCode, printed.stderr).toBe(0);
    const { cron, systemd, windows } = JSON.parse(printed.stdout);
    for (const text of [cron, systemd, windows].map((each) => each.join('\n'))) {
      for (const [name, file] of Object.entries(files)) expect(text).toContain(`${name}=${machine.folder}/${file}`);
    }
    const command = String(cron[1])
      .replace(/^(\S+ ){5}/, '')
      .replaceAll('\\%', '%')
      .replace('--quiet', '--quiet --daily-quota 300');
    await promisify(execFile)('/bin/sh', ['-c', command], {
      env: { PATH: process.env.PATH, HOME: machine.folder, ...vendor.settings },
    });
    expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });

    const plain = await machine.run(['schedule', '--for', 'cron']);
    expect(plain.stdout).toContain(`MEMBERLOAD_LEDGER_URL=${url}`);
    const secret = await machine.run(['schedule'], {
      environment: { MEMBERLOAD_LEDGER_URL: url.replace('owner@', 'owner:s3cret@') },
    });
    expect(secret).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('MEMBERLOAD_LEDGER_URL_FILE') });
    expect(secret.stdout + secret.stderr).not.toContain('s3cret');
  });

  test('init makes the ledger once, and a role without the right to change it works with it', async () => {
    const empty = await newDatabase(await sharedCluster());
    const owner = openMachine({ MEMBERLOAD_LEDGER_URL: empty });
    await inDatabase(empty, 'DO $$ BEGIN CREATE ROLE clerk LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$');
    const made = await Promise.all([1, 2].map(() => owner.run(['ledger', 'init', 'clerk', '--json'])));
    for (const { exitCode, stderr } of made) expect(exitCode, stderr).toBe(0);
    expect(made.map(({ stdout }) => JSON.parse(stdout).before).sort()).toEqual([0, LEDGER_VERSION]);
    const clerk = openMachine({ MEMBERLOAD_LEDGER_URL: empty.replace('owner@', 'clerk@') });
    clerk.file('topup.csv', TWO_ROWS);
    const end = await clerk.run(['topup', 'topup.csv', '-y']);
    expect(end.exitCode, end.stderr).toBe(0);
    expect((await clerk.run(['runs', 'prune', '--older-than', '1d'])).exitCode).toBe(0);
    // The queue of jobs, too: its tables hide their rows from whoever does not own them.
    clerk.file('data.key', 'A'.repeat(43));
    clerk.file('members.csv', lines('number,name', '9018010001,Ann'));
    const environment = { MEMBERLOAD_DATA_KEY_FILE: 'data.key' };
    const detached = await clerk.run(['import', 'members.csv', '--mode', 'create', '-y', '--detach'], { environment });
    expect(detached.exitCode, detached.stderr).toBe(0);
    const worker = clerk.start(['worker'], { environment });
    await expect.poll(() => vendor.member('9018010001'), { timeout: 60_000 }).toMatchObject({ name: 'Ann' });
    worker.kill('SIGTERM');
    expect(await worker.ended).toMatchObject({ exitCode: 0 });
    expect((await clerk.run(['ledger', 'init'])).exitCode).toBe(0);
    await inDatabase(empty, 'INSERT INTO memberload.migration VALUES (999)');
    const newer = await clerk.run(['topup', 'topup.csv', '-y']);
    expect(newer).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('newer memberload') });
  });

  test("a laptop's own ledger is taken over once: its credits are known to all, and it credits nobody alone any more", async () => {
    const [laptop, desk] = [openMachine(), openMachine()];
    const alone = ALONE;
    for (const machine of [laptop, desk]) machine.file('topup.csv', TWO_ROWS);
    expect((await laptop.run(['topup', 'topup.csv', '-y', '--daily-quota', '2'], alone)).exitCode).toBe(6);
    const importing = ['ledger', 'import', laptop.home, '--json'];
    const early = await laptop.run(importing);
    expect(early).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('1 unfinished runs') });
    expect((await laptop.run(['resume', '--daily-quota', '300'], alone)).exitCode).toBe(0);
    const taken = await laptop.run(importing);
    expect(taken.exitCode, taken.stderr).toBe(0);
    expect(JSON.parse(taken.stdout)).toMatchObject({ runs: 1, rows: 2, changeTimes: 2 });
    expect((await desk.run(['topup', 'topup.csv', '-y'])).exitCode).toBe(3);
    expect((await laptop.run(['topup', 'topup.csv', '-y', '--again', '--overwrite'], alone)).stderr).toContain(
      'was moved to',
    );
    expect(await laptop.run(importing)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('before') });
    expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
    // Its runs came along: a credit can be taken back from the other machine.
    const [run] = JSON.parse((await desk.run(['runs', '--json'])).stdout).runs;
    const undone = await desk.run(['undo', run.run, '-y', '-o', 'undone.csv', '--daily-quota', '300']);
    expect(undone.exitCode, undone.stderr).toBe(0);
  });

  test('a home that has credited an account with the shared ledger does not credit it without', async () => {
    const machine = openMachine();
    machine.file('topup.csv', TWO_ROWS);
    expect((await machine.run(['topup', 'topup.csv', '-y'])).exitCode).toBe(0);
    const alone = await machine.run(['topup', 'topup.csv', '-y', '--overwrite'], {
      ...ALONE,
    });
    expect(alone).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('has used the shared ledger') });
    machine.config({ ledgerRequired: true });
    const forgot = await openAlone(machine);
    expect(forgot).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('MEMBERLOAD_LEDGER_URL is not set') });
    expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
  });

  const openAlone = (machine: Workspace) => machine.run(['runs'], ALONE);

  test('the password comes from a file, and stands in no output', async () => {
    await inDatabase(
      url,
      "DO $$ BEGIN CREATE ROLE secretive LOGIN PASSWORD 's3cret'; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
      'GRANT USAGE ON SCHEMA memberload TO secretive',
      'GRANT SELECT ON ALL TABLES IN SCHEMA memberload TO secretive',
    );
    const reader = openMachine({ MEMBERLOAD_LEDGER_URL: url.replace('owner@', 'secretive@') });
    reader.file('pgpass', '127.0.0.1:*:*:secretive:s3cret\n');
    chmodSync(`${reader.folder}/pgpass`, 0o600);
    const looked = await reader.run(['runs'], { environment: { PGPASSFILE: `${reader.folder}/pgpass` } });
    expect(looked).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await reader.run(['runs'])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('password') });

    const machine = openMachine();
    machine.file('url', url.replace('owner@', 'owner:s3cret@').replace(/:\d+/, ':1'));
    const environment = { ...ALONE.environment, MEMBERLOAD_LEDGER_URL_FILE: `${machine.folder}/url` };
    const end = await machine.run(['runs'], { environment });
    expect(end).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('postgres://owner@127.0.0.1:1/') });
    expect(end.stdout + end.stderr).not.toContain('s3cret');
  });

  test('a run is carried on, and its result written, on another machine, which needs the key; the database cannot read the rows', async () => {
    const key = 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=';
    const [one, two, three] = [openMachine(), openMachine(), openMachine()];
    const sealed = (machine: Workspace, text = key) => {
      machine.file('data.key', text);
      return { environment: { MEMBERLOAD_DATA_KEY_FILE: `${machine.folder}/data.key` } };
    };
    one.file('topup.csv', lines('number,name,pointIncrement', '8008010001,Secretly Named,20', '8008010003,Other,30'));
    expect(
      (await one.run(['topup', 'topup.csv', '-y', '--daily-quota', '4', '--concurrency', '1'], sealed(one))).exitCode,
    ).toBe(6);
    const pieces = await inDatabase(
      url,
      "SELECT string_agg(encode(sealed, 'escape'), '') AS text FROM memberload.stage_piece",
    );
    expect(String(pieces[0]?.text).length).toBeGreaterThan(200);
    const everything = JSON.stringify(await inDatabase(url, 'SELECT * FROM memberload.run_row')) + pieces[0]?.text;
    expect(everything).not.toContain('Secretly');
    const [run] = await inDatabase(url, 'SELECT run_id FROM memberload.run');
    const runId = String(run?.run_id);

    // Without the key, or with another one, nothing is sent.
    expect((await two.run(['resume', runId, '-o', 'here.csv'])).stderr).toContain(
      'MEMBERLOAD_DATA_KEY_FILE is not set',
    );
    const other = sealed(two, 'x'.repeat(43).replaceAll('x', 'A'));
    expect((await two.run(['resume', runId, '-o', 'here.csv'], other)).stderr).toContain('sealed with another key');

    const early = await three.run(['result', runId, '-o', 'so-far.csv'], sealed(three));
    expect(early.exitCode, early.stderr).toBe(6);
    expect(outcomesOf(three.read('so-far.csv'))).toEqual(['done topped_up', 'not_sent QUOTA_EXHAUSTED']);
    const resumed = await two.run(['resume', runId, '-o', 'here.csv', '--daily-quota', '300'], sealed(two));
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(two.read('here.csv')).toContain('Secretly Named');
    expect(outcomesOf(two.read('here.csv'))).toEqual(['done topped_up', 'done topped_up']);
    expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
    // Gone with the run.
    expect(await inDatabase(url, 'SELECT run_id FROM memberload.stage_file')).toEqual([]);
  });
});
