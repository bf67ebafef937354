import { execFile } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Build, copyBuild } from '../chaos/build.ts';
import type { Patch } from '../chaos/points.ts';
import { runTool, startTool, type ToolEnd } from '../chaos/tool.ts';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { emptyLedger, HAS_POSTGRES, inDatabase, newDatabase, sharedCluster } from '../support/postgres.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

/**
 * Several homes, as on several machines, with one ledger on a real PostgreSQL. The vendor's books are the judge: who
 * was credited how often.
 */
const vendor = useVendorSandbox();
const ACCEPTED = { ledgerMayLoseCommits: true };
/** Without the shared ledger. */
const ALONE = { environment: { MEMBERLOAD_LEDGER_URL: undefined } };

/** Seconds instead of a minute, and still more than a busy machine needs to renew it. */
const SHORT_LEASE: readonly Patch[] = [
  { file: 'ledger/postgres/lease.js', anchor: 'LEASE_MS_MIN = 60_000', replacement: 'LEASE_MS_MIN = 8_000' },
  { file: 'ledger/postgres/lease.js', anchor: 'LEASE_MARGIN_MS = 10_000', replacement: 'LEASE_MARGIN_MS = 200' },
];

describe.runIf(HAS_POSTGRES)('several machines with one ledger', { timeout: 240_000 }, () => {
  let url: string;
  let build: Build;
  beforeAll(() => {
    build = copyBuild();
  });
  afterAll(() => build.remove());
  beforeEach(async () => {
    url = await emptyLedger();
  });

  function openMachine(more: Record<string, string> = {}): Workspace {
    const machine = openWorkspace({ ...vendor.settings, MEMBERLOAD_LEDGER_URL: url, ...more });
    // The tests' server does not wait for the disk.
    machine.config(ACCEPTED);
    return machine;
  }

  /** How often each member was credited, by number. */
  async function credits(): Promise<Record<string, number>> {
    const { increments } = await vendor.books();
    const numberOf = new Map((await vendor.members()).map(({ number, customerUid }) => [String(customerUid), number]));
    const counts: Record<string, number> = {};
    for (const { customerUid } of increments) {
      const number = String(numberOf.get(customerUid));
      counts[number] = (counts[number] ?? 0) + 1;
    }
    return counts;
  }

  /** Takes guards out of the database's functions, until the end of the test: by function, what stands there and what instead. */
  async function withoutGuards(guards: Readonly<Record<string, readonly [string, string]>>): Promise<void> {
    for (const [name, [guard, instead]] of Object.entries(guards)) {
      const [body] = await inDatabase(url, `SELECT pg_get_functiondef('memberload.${name}'::regproc) AS text`);
      const text = String(body?.text);
      expect(text.split(guard)).toHaveLength(2);
      await inDatabase(url, text.replace(guard, instead));
      onTestFinished(async () => {
        await inDatabase(url, text);
      });
    }
  }

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
      expect(stderr).toMatch(/is at work: .*, process \d+|, process \d+ started run|with the same amounts as before/);
    }
    expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
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
    expect(made.map(({ stdout }) => JSON.parse(stdout).before).sort()).toEqual([0, 1]);
    const clerk = openMachine({ MEMBERLOAD_LEDGER_URL: empty.replace('owner@', 'clerk@') });
    clerk.file('topup.csv', TWO_ROWS);
    const end = await clerk.run(['topup', 'topup.csv', '-y']);
    expect(end.exitCode, end.stderr).toBe(0);
    expect((await clerk.run(['runs', 'prune', '--older-than', '1d'])).exitCode).toBe(0);
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

  describe('a process that others take for dead', () => {
    /** Stops as a laptop does whose lid is closed, before that statement. */
    const stopsBefore = (file: string, anchor: string): Patch => ({
      file,
      anchor,
      replacement: `if (!globalThis.hasSlept) { globalThis.hasSlept = true; process.kill(process.pid, 'SIGSTOP'); } ${anchor}`,
    });
    const BEFORE_SEND = stopsBefore('send/send-increment.js', 'const raw = await sendWrite(vendors, sent,');
    const BEFORE_INTENT = stopsBefore(
      'send/send-increment.js',
      'progress.begun = await ledger.increments.begin(intentOf(call, work, kybio));',
    );
    const WITHOUT_DEADLINE: Patch = {
      file: 'send/send-increment.js',
      anchor: 'if (ledger.mayStillSend(controls.timeoutMs))',
      replacement: 'if (true)',
    };

    function optionsOf(machine: Workspace, patches: readonly Patch[]) {
      return {
        build,
        patches,
        cwd: machine.folder,
        environment: {
          ...vendor.settings,
          HOME: machine.folder,
          MEMBERLOAD_HOME: machine.home,
          MEMBERLOAD_LEDGER_URL: url,
        },
      };
    }

    /** The first machine falls asleep; the second one does something in the meantime; the first one wakes up. */
    async function whileAsleep(
      patches: readonly Patch[],
      args: readonly string[],
      meanwhile: (second: (...words: string[]) => Promise<ToolEnd>, runId: string, two: Workspace) => Promise<void>,
      one = openMachine(),
    ): Promise<ToolEnd> {
      const two = openMachine();
      for (const machine of [one, two]) {
        machine.file('topup.csv', lines('number,pointIncrement', '8008010001,20'));
        machine.file('members.csv', lines('number,name', '8008010001,Old'));
      }
      const sleeper = startTool([...args, '--timeout', '1s'], optionsOf(one, [...SHORT_LEASE, ...patches]));
      onTestFinished(() => sleeper.kill('SIGKILL'));
      await expect.poll(() => isStopped(sleeper.pid)).toBe(true);
      const [run] = await inDatabase(url, 'SELECT run_id FROM memberload.run');
      const second = (...words: string[]) => runTool(words, optionsOf(two, SHORT_LEASE));
      await meanwhile(second, String(run?.run_id), two);
      sleeper.kill('SIGCONT');
      return sleeper.ended;
    }

    async function isStopped(pid: number): Promise<boolean> {
      const { readFileSync } = await import('node:fs');
      return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] === 'T';
    }

    const resend = async (second: (...words: string[]) => Promise<ToolEnd>, runId: string): Promise<void> => {
      // At once, or as soon as the lease is over.
      const end = await second('resolve', runId, '--row', '1', '--resend', '-y', '--timeout', '1s');
      expect(end.exitCode, end.stderr).toBe(0);
    };

    test.runIf(process.platform === 'linux')(
      'sends nothing that it had begun, when somebody has sent it instead',
      async () => {
        const end = await whileAsleep([BEFORE_SEND], ['topup', 'topup.csv', '-y'], resend);
        expect(end.exitCode, end.stderr).toBe(5);
        expect(end.stderr).toContain('out of touch with the shared ledger');
        expect(await credits()).toEqual({ '8008010001': 1 });
        const [row] = await inDatabase(url, 'SELECT state FROM memberload.run_row');
        expect(row).toEqual({ state: 'done' });
      },
    );

    test.runIf(process.platform === 'linux')(
      'negative control: without the deadline the member is credited twice',
      async () => {
        await whileAsleep([BEFORE_SEND, WITHOUT_DEADLINE], ['topup', 'topup.csv', '-y'], resend);
        expect(await credits()).toEqual({ '8008010001': 2 });
      },
    );

    const startAnew = async (second: (...words: string[]) => Promise<ToolEnd>, runId: string): Promise<void> => {
      expect((await second('runs', 'cancel', runId)).exitCode).toBe(0);
      const end = await second('topup', 'topup.csv', '-y', '--again', '--timeout', '1s');
      expect(end.exitCode, end.stderr).toBe(0);
    };

    test.runIf(process.platform === 'linux')(
      'begins nothing any more, when somebody has started the file anew',
      async () => {
        const end = await whileAsleep([BEFORE_INTENT], ['topup', 'topup.csv', '-y', '--again'], startAnew);
        expect(end.exitCode, end.stderr).toBe(5);
        expect(await credits()).toEqual({ '8008010001': 1 });
      },
    );

    test.runIf(process.platform === 'linux')('negative control: without the fence it is credited twice', async () => {
      await withoutGuards({
        apply: ['has_lease := FOUND', 'has_lease := true'],
        begin_increment: ['worker_id <> me', 'false'],
      });
      await whileAsleep([BEFORE_INTENT, WITHOUT_DEADLINE], ['topup', 'topup.csv', '-y', '--again'], startAnew);
      expect(await credits()).toEqual({ '8008010001': 2 });
    });

    const importAnew = async (
      second: (...words: string[]) => Promise<ToolEnd>,
      runId: string,
      two: Workspace,
    ): Promise<void> => {
      expect((await second('runs', 'cancel', runId)).exitCode).toBe(0);
      two.file('members.csv', lines('number,name', '8008010001,New'));
      const end = await second('import', 'members.csv', '-y', '--timeout', '1s');
      expect(end.exitCode, end.stderr).toBe(0);
    };
    const BEFORE_WRITE = stopsBefore('send/send-row.js', 'wasSent = true;');

    test.runIf(process.platform === 'linux')(
      'imports nothing any more, when somebody has imported it anew',
      async () => {
        const end = await whileAsleep([BEFORE_WRITE], ['import', 'members.csv', '-y'], importAnew);
        expect(end.exitCode, end.stderr).toBe(5);
        expect(end.stderr).toContain('out of touch with the shared ledger');
        expect(await vendor.member('8008010001')).toMatchObject({ name: 'New' });
      },
    );

    test.runIf(process.platform === 'linux')('negative control: without the look it writes the old name', async () => {
      await whileAsleep([BEFORE_WRITE, WITHOUT_DEADLINE], ['import', 'members.csv', '-y'], importAnew);
      expect(await vendor.member('8008010001')).toMatchObject({ name: 'Old' });
    });

    test.runIf(process.platform === 'linux')(
      'brings an answer that contradicts what was decided meanwhile: a person is told by its end, by runs and by resolve',
      async () => {
        let told: ToolEnd | undefined;
        const afterAnswer = stopsBefore('send/send-increment.js', 'if (isCertainlyNotApplied(raw))');
        const two = openMachine();
        const end = await whileAsleep([afterAnswer], ['topup', 'topup.csv', '-y'], async (second, runId) => {
          told = await second('resolve', runId, '--row', '1', '--as', 'not-applied');
          expect(told.stderr).toContain('The decision is kept');
        });
        expect(end.exitCode, end.stderr).toBe(7);
        expect(end.stderr).toContain('memberload resolve');
        const [run] = await inDatabase(url, 'SELECT run_id FROM memberload.run');
        const contradicts = 'the vendor applied it, and the row had become "failed" meanwhile';
        expect((await two.run(['runs', String(run?.run_id)])).stdout).toContain(contradicts);
        const shown = await two.run(['resolve', String(run?.run_id)]);
        expect(shown.exitCode).toBe(7);
        expect(shown.stdout).toContain(contradicts);
        expect(shown.stdout).toContain('an answer that came late');
        expect(await credits()).toEqual({ '8008010001': 1 });
      },
    );

    /** The rest of a run is given up by a colleague, and credited anew, while somebody is about to carry it on. */
    async function whileAboutToResume(patches: readonly Patch[]): Promise<ToolEnd> {
      const one = openMachine();
      one.file('rest.csv', TWO_ROWS);
      const paused = ['topup', 'rest.csv', '-y', '--again', '--daily-quota', '4', '--concurrency', '1'];
      expect((await one.run(paused)).exitCode).toBe(6);
      return whileAsleep(
        [stopsBefore('run/resume-run.js', 'const { run, waitedMs } = await claimRun(known,'), ...patches],
        ['resume', '--daily-quota', '300'],
        async (second, runId, two) => {
          expect((await second('runs', 'cancel', runId)).exitCode).toBe(0);
          two.file('rest.csv', lines('number,pointIncrement', '8008010003,30'));
          const end = await second('topup', 'rest.csv', '-y', '--again');
          expect(end.exitCode, end.stderr).toBe(0);
        },
        one,
      );
    }

    test.runIf(process.platform === 'linux')('does not carry on a run that was given up meanwhile', async () => {
      const end = await whileAboutToResume([]);
      expect(end.exitCode, end.stderr).toBe(2);
      expect(end.stderr).toContain('was cancelled meanwhile');
      expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
    });

    test.runIf(process.platform === 'linux')(
      'negative control: as it was read before the claim it is credited twice',
      async () => {
        const blind = {
          file: 'run/claim-run.js',
          anchor: "if (state !== 'finished' && state !== 'cancelled')",
          replacement: 'if (true)',
        };
        await whileAboutToResume([blind]);
        expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 2 });
      },
    );
  });

  test('a machine that is killed leaves an intent, which it settles itself when its lease is over', async () => {
    const machine = openMachine();
    machine.file('topup.csv', TWO_ROWS);
    const environment = {
      ...vendor.settings,
      HOME: machine.folder,
      MEMBERLOAD_HOME: machine.home,
      MEMBERLOAD_LEDGER_URL: url,
    };
    const options = { build, cwd: machine.folder, environment, patches: SHORT_LEASE };
    const killed = await runTool(
      ['topup', 'topup.csv', '-y', '--timeout', '1s', '--concurrency', '1', '--read-before'],
      {
        ...options,
        kills: [{ point: 'send.after', nth: 1 }],
      },
    );
    expect(killed.isKilled).toBe(true);
    const resumed = await runTool(['resume', '--timeout', '1s'], options);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
    expect(outcomesOf(machine.read('topup.result.csv'))).toEqual(['done topped_up', 'done topped_up']);
  });
});
