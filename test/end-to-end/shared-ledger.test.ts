import { chmodSync } from 'node:fs';
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
    expect(ended.map(({ exitCode }) => exitCode).sort()).toEqual([0, 3, 3]);
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
    const alone = { environment: { MEMBERLOAD_LEDGER_URL: '' } };
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
      environment: { MEMBERLOAD_LEDGER_URL: '' },
    });
    expect(alone).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('has used the shared ledger') });
    machine.config({ ledgerRequired: true });
    const forgot = await openAlone(machine);
    expect(forgot).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('MEMBERLOAD_LEDGER_URL is not set') });
    expect(await credits()).toEqual({ '8008010001': 1, '8008010003': 1 });
  });

  const openAlone = (machine: Workspace) => machine.run(['runs'], { environment: { MEMBERLOAD_LEDGER_URL: '' } });

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

    const machine = openMachine({ MEMBERLOAD_LEDGER_URL: '' });
    machine.file('url', url.replace('owner@', 'owner:s3cret@').replace(/:\d+/, ':1'));
    const environment = { MEMBERLOAD_LEDGER_URL_FILE: `${machine.folder}/url` };
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
    /** Seconds instead of minutes. */
    const SHORT_LEASE: readonly Patch[] = [
      { file: 'ledger/postgres/lease.js', anchor: 'LEASE_MS_MIN = 60_000', replacement: 'LEASE_MS_MIN = 3_000' },
      { file: 'ledger/postgres/lease.js', anchor: 'LEASE_MARGIN_MS = 10_000', replacement: 'LEASE_MARGIN_MS = 200' },
    ];
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
      meanwhile: (second: (...words: string[]) => Promise<ToolEnd>, runId: string) => Promise<void>,
    ): Promise<ToolEnd> {
      const [one, two] = [openMachine(), openMachine()];
      for (const machine of [one, two]) machine.file('topup.csv', lines('number,pointIncrement', '8008010001,20'));
      const sleeper = startTool([...args, '--timeout', '1s'], optionsOf(one, [...SHORT_LEASE, ...patches]));
      onTestFinished(() => sleeper.kill('SIGKILL'));
      await expect.poll(() => isStopped(sleeper.pid)).toBe(true);
      const [run] = await inDatabase(url, 'SELECT run_id FROM memberload.run');
      const second = (...words: string[]) => runTool(words, optionsOf(two, SHORT_LEASE));
      await meanwhile(second, String(run?.run_id));
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
      const [body] = await inDatabase(url, "SELECT pg_get_functiondef('memberload.apply'::regproc) AS text");
      await inDatabase(url, String(body?.text).replace('has_lease := FOUND', 'has_lease := true'));
      onTestFinished(async () => {
        await inDatabase(url, String(body?.text));
      });
      await whileAsleep([BEFORE_INTENT, WITHOUT_DEADLINE], ['topup', 'topup.csv', '-y', '--again'], startAnew);
      expect(await credits()).toEqual({ '8008010001': 2 });
    });
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
    const patches: Patch[] = [
      { file: 'ledger/postgres/lease.js', anchor: 'LEASE_MS_MIN = 60_000', replacement: 'LEASE_MS_MIN = 3_000' },
      { file: 'ledger/postgres/lease.js', anchor: 'LEASE_MARGIN_MS = 10_000', replacement: 'LEASE_MARGIN_MS = 200' },
    ];
    const options = { build, cwd: machine.folder, environment, patches };
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
