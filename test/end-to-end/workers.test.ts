import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type Build, copyBuild } from '../chaos/build.ts';
import { runTool, startTool } from '../chaos/tool.ts';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { creditsOf, openMachine as machineWith, SHORT_LEASE, toolOf } from '../support/machines.ts';
import { HAS_PGBOUNCER, startPgbouncer } from '../support/pgbouncer.ts';
import { emptyLedger, HAS_POSTGRES, inDatabase } from '../support/postgres.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import type { Workspace } from '../support/workspace.ts';

/**
 * Runs that several processes carry on in slices, through the built binary: as on several machines, with one ledger on a
 * real PostgreSQL. The vendor's books are the judge.
 */
const vendor = useVendorSandbox();
const KEY = 'A'.repeat(43);

describe.runIf(HAS_POSTGRES)('runs carried on by several processes', { timeout: 240_000 }, () => {
  let url: string;
  let build: Build;
  beforeAll(() => {
    build = copyBuild();
  });
  afterAll(() => build.remove());
  beforeEach(async () => {
    url = await emptyLedger();
  });

  function openMachine(config: object = {}): Workspace {
    const machine = machineWith(vendor, url, { MEMBERLOAD_DATA_KEY_FILE: 'data.key' });
    machine.file('data.key', KEY);
    machine.config({ ledgerMayLoseCommits: true, ...config });
    return machine;
  }

  /** A worker that runs until the test ends. */
  function startWorker(machine: Workspace, ...flags: readonly string[]) {
    const worker = machine.start(['worker', ...flags]);
    onTestFinished(async () => {
      worker.kill('SIGTERM');
      await worker.ended;
    });
    return worker;
  }

  async function ended(machine: Workspace, runId: string): Promise<Record<string, unknown>> {
    for (let waited = 0; waited < 600; waited += 1) {
      const { stdout } = await machine.run(['runs', runId, '--json']);
      const run = JSON.parse(stdout);
      if (!['running'].includes(run.state)) return run;
      await sleep(200);
    }
    throw new Error(`run ${runId} never ended`);
  }

  /** So many new members, their numbers in the order of the file. */
  async function seedMembers(count: number): Promise<readonly string[]> {
    const numbers = Array.from({ length: count }, (_, index) => String(9_008_010_000 + index));
    await vendor.seed(numbers.map((number) => ({ number, name: `Member ${number}` })));
    return numbers;
  }

  const topupOf = (numbers: readonly string[]): string =>
    lines('number,pointIncrement', ...numbers.map((number, index) => `${number},${index + 1}`));

  test('rows that are left with --detach are sent by a worker elsewhere, and the result is fetched anywhere', async () => {
    const [submitter, host, other] = [openMachine(), openMachine(), openMachine()];
    const numbers = await seedMembers(30);
    submitter.file('topup.csv', topupOf(numbers));
    const detached = await submitter.run(['topup', 'topup.csv', '-y', '--detach']);
    expect(detached.exitCode, detached.stderr).toBe(0);
    const runId = detached.stdout.trim();
    expect(runId).toMatch(/^\d{8}-\d{6}-[0-9a-f]{4}$/);
    expect(await vendor.callCount()).toBe(0);
    // Nothing of the rows stays on the machine that has left them.
    expect(readdirSync(join(submitter.home, 'runs'))).toEqual([]);
    expect((await submitter.run(['runs', runId])).stdout).toContain('is left to workers');
    // Typed again, the file is refused: it is with the workers.
    const again = await submitter.run(['topup', 'topup.csv', '-y']);
    expect(again, again.stderr).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is left to workers') });
    // `resume` without a run, as a scheduler types it, leaves it alone.
    expect((await submitter.run(['resume', '--all'])).exitCode).toBe(0);
    expect(await vendor.callCount()).toBe(0);
    // So far: nothing. The run stays with the workers.
    expect((await other.run(['result', runId, '-o', 'so-far.csv'])).exitCode).toBe(5);
    expect(outcomesOf(other.read('so-far.csv'))).toEqual(numbers.map(() => 'not_sent STOPPED'));

    startWorker(host);
    const run = await ended(submitter, runId);
    expect(run).toMatchObject({ state: 'finished', leftToWorkers: false });
    expect(await creditsOf(vendor)).toEqual(Object.fromEntries(numbers.map((number) => [number, 1])));
    expect(run.summary).toMatchObject({ rows: { done: 30 }, calls: { sent: await vendor.callCount() }, result: null });

    const fetched = await other.run(['result', runId, '-o', 'out.csv']);
    expect(fetched.exitCode, fetched.stderr).toBe(0);
    expect(outcomesOf(other.read('out.csv'))).toEqual(numbers.map(() => 'done topped_up'));
    const [{ pieces } = {}] = await inDatabase(url, 'SELECT count(*)::int AS pieces FROM memberload.stage_piece');
    expect(pieces).toBe(0);
    const late = await submitter.run(['result', runId, '-o', 'late.csv']);
    expect(late, late.stderr).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('has ended') });
  });

  test('--workers: this process and its children send the rows, each once, and the result is in the order of the file', async () => {
    const machine = openMachine();
    const numbers = await seedMembers(48);
    machine.file('topup.csv', topupOf(numbers));
    // Slow enough that the others have started before everything is sent.
    await vendor.set({ 'fault.slow': 1, slowMs: 150 });
    const flags = ['--workers', '3', '--concurrency', '1'];
    const end = await machine.run(['topup', 'topup.csv', '-y', '--json', ...flags]);
    expect(end.exitCode, end.stderr).toBe(0);
    const document = JSON.parse(end.stdout);
    expect(document).toMatchObject({
      state: 'finished',
      rows: { done: 48 },
      calls: { sent: await vendor.callCount() },
    });
    expect(await creditsOf(vendor)).toEqual(Object.fromEntries(numbers.map((number) => [number, 1])));
    expect(outcomesOf(machine.read('topup.result.csv'))).toEqual(numbers.map(() => 'done topped_up'));
    expect(machine.read('topup.report.html')).toMatch(/Sent by<.*process \d+ \(\d+\); .*process \d+ \(\d+\)/);
    const shown = await machine.run(['runs', document.run]);
    expect(shown.stdout.match(/rows? by .*process \d+/g)?.length, shown.stdout).toBeGreaterThan(0);
    expect(readdirSync(join(machine.home, 'runs'))).toEqual([]);
  });

  // Settings of a session are lost there, and its locks are somebody else's.
  test.runIf(HAS_PGBOUNCER)(
    'behind PgBouncer, which shares connections by transaction, all of it does the same',
    async () => {
      const pooler = await startPgbouncer(url);
      onTestFinished(async () => {
        await pooler.end();
      });
      const behind = { environment: { MEMBERLOAD_LEDGER_URL: pooler.url } };
      const [machine, host] = [openMachine(), openMachine()];
      const numbers = await seedMembers(40);
      machine.file('topup.csv', topupOf(numbers.slice(0, 20)));
      const worked = await machine.run(['topup', 'topup.csv', '-y', '--workers', '2', '--rate', '100/s'], behind);
      expect(worked.exitCode, worked.stderr).toBe(0);
      expect(outcomesOf(machine.read('topup.result.csv'))).toEqual(Array(20).fill('done topped_up'));
      machine.file('rest.csv', topupOf(numbers).replace(/(?<=Increment\n)(.*\n){20}/, ''));
      const detached = await machine.run(['topup', 'rest.csv', '-y', '--detach'], behind);
      expect(detached.exitCode, detached.stderr).toBe(0);
      const worker = host.start(['worker'], behind);
      expect(await ended(machine, detached.stdout.trim())).toMatchObject({ state: 'finished' });
      worker.kill('SIGTERM');
      expect((await worker.ended).exitCode).toBe(0);
      expect(await creditsOf(vendor)).toEqual(Object.fromEntries(numbers.map((number) => [number, 1])));
    },
  );

  /** As long as there is nothing to see yet. */
  async function until<T>(read: () => Promise<T | undefined>): Promise<T> {
    for (let waited = 0; waited < 600; waited += 1) {
      const value = await read();
      if (value !== undefined) return value;
      await sleep(100);
    }
    throw new Error('it never came');
  }

  const detach = async (machine: Workspace, ...flags: readonly string[]): Promise<string> => {
    const { exitCode, stdout, stderr } = await machine.run([...flags, '-y', '--detach']);
    expect(exitCode, stderr).toBe(0);
    return stdout.trim();
  };

  const doneIn = async (runId: string): Promise<number> => {
    const [row] = await inDatabase(
      url,
      `SELECT count(*)::int AS done FROM memberload.run_row WHERE run_id = '${runId}' AND state = 'done'`,
    );
    return Number(row?.done);
  };

  test('a worker that is killed is replaced when its lease is over, and a lost or doubled job changes nothing', async () => {
    const [submitter, other] = [openMachine(), openMachine()];
    const numbers = await seedMembers(40);
    submitter.file('topup.csv', topupOf(numbers));
    // One call at a time: the kill strikes in the middle of the slice.
    await vendor.set({ 'fault.slow': 1, slowMs: 60 });
    const runId = await detach(submitter, 'topup', 'topup.csv', '--concurrency', '2', '--timeout', '1s');
    const first = startTool(['worker'], toolOf(openMachine(), { build, vendor, url }, SHORT_LEASE));
    await until(async () => ((await doneIn(runId)) >= 10 ? true : undefined));
    first.kill('SIGKILL');
    await first.ended;
    const killedMs = Date.now();
    expect(await doneIn(runId)).toBeLessThan(40);
    // The queue forgets the job, and delivers another one twice: it is trusted with nothing.
    await inDatabase(
      url,
      `SELECT memberload_jobs.add_job(task_identifier, '{"run": "${runId}", "slice": 1}', job_key => 'twice/' || n)
         FROM memberload_jobs.jobs, generate_series(1, 2) AS n WHERE key = '${runId}/1'`,
      `DELETE FROM memberload_jobs._private_jobs WHERE key = '${runId}/1'`,
    );
    for (const machine of [other, openMachine()]) {
      const worker = startTool(['worker'], toolOf(machine, { build, vendor, url }, SHORT_LEASE));
      onTestFinished(() => worker.kill('SIGKILL'));
    }
    const run = await ended(submitter, runId);
    process.stderr.write(`taken over and ended ${Date.now() - killedMs} ms after the kill\n`);
    // What was on the wire at the kill is settled by reads; nothing is sent again.
    expect(run).toMatchObject({ state: 'finished' });
    const counts = await creditsOf(vendor);
    for (const number of numbers) expect(counts[number] ?? 0, number).toBeLessThanOrEqual(1);
    const { rows } = run.summary as { rows: Record<string, number> };
    expect((rows.done ?? 0) + (rows.in_doubt ?? 0)).toBe(40);
  });

  test('a worker that others take for dead ends with 5, so that it is started again', async () => {
    const worker = startTool(['worker'], toolOf(openMachine(), { build, vendor, url }, SHORT_LEASE));
    onTestFinished(() => worker.kill('SIGKILL'));
    const atWork = () => inDatabase(url, "SELECT FROM memberload.worker WHERE job_pool <> ''");
    await until(async () => ((await atWork()).length > 0 ? true : undefined));
    // As a laptop whose lid was closed.
    worker.kill('SIGSTOP');
    await inDatabase(url, 'UPDATE memberload.worker SET lease_until_ms = 0');
    worker.kill('SIGCONT');
    // Also when it has nothing to do.
    const end = await worker.ended;
    expect(end.exitCode, end.stderr).toBe(5);
    expect(end.stderr).toContain('out of touch with the shared ledger for too long');
  });

  test('a job that is deleted by a worker that was taken for dead does not lock the account out', async () => {
    const submitter = openMachine();
    const numbers = await seedMembers(12);
    submitter.file('topup.csv', topupOf(numbers));
    await vendor.set({ 'fault.slow': 1, slowMs: 400 });
    const runId = await detach(submitter, 'topup', 'topup.csv', '--concurrency', '1');
    startWorker(openMachine());
    await until(async () => ((await doneIn(runId)) > 0 ? true : undefined));
    // What the engine does for the one that wakes up.
    await inDatabase(url, 'DELETE FROM memberload_jobs._private_jobs WHERE locked_by IS NOT NULL');
    await vendor.set({ 'fault.slow': 0 });
    expect(await ended(submitter, runId)).toMatchObject({ state: 'finished', summary: { rows: { done: 12 } } });
    expect(await creditsOf(vendor)).toEqual(Object.fromEntries(numbers.map((number) => [number, 1])));
  });

  test('a worker whose queue cannot be written ends with 5, and not with the stack of its engine', async () => {
    const submitter = openMachine();
    const numbers = await seedMembers(10);
    submitter.file('topup.csv', topupOf(numbers));
    const runId = await detach(submitter, 'topup', 'topup.csv');
    await inDatabase(
      url,
      `CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS
         $$ BEGIN RAISE EXCEPTION 'no space left on device' USING ERRCODE = '53100'; END $$`,
      `CREATE TRIGGER is_full BEFORE DELETE ON memberload_jobs._private_jobs FOR EACH ROW
         WHEN (OLD.locked_by IS NOT NULL) EXECUTE FUNCTION is_full()`,
    );
    onTestFinished(async () => {
      await inDatabase(url, 'DROP FUNCTION is_full CASCADE');
    });
    const end = await openMachine().run(['worker']);
    expect(end.exitCode, end.stderr).toBe(5);
    expect(end.stderr).toContain('no space left on device');
    expect(end.stderr).toContain('The queue of jobs in the shared ledger could not be written');
    expect(end.stderr).not.toMatch(/\.js:\d+/);
    await inDatabase(url, 'DROP TRIGGER is_full ON memberload_jobs._private_jobs');
    startWorker(openMachine());
    expect(await ended(submitter, runId)).toMatchObject({ state: 'finished', summary: { rows: { done: 10 } } });
    expect(await creditsOf(vendor)).toEqual(Object.fromEntries(numbers.map((number) => [number, 1])));
  });

  test('a resume that is refused, since workers are at work, leaves the run with them', async () => {
    const [submitter, other] = [openMachine(), openMachine()];
    submitter.file('topup.csv', topupOf(await seedMembers(40)));
    await vendor.set({ 'fault.slow': 1, slowMs: 400 });
    const runId = await detach(submitter, 'topup', 'topup.csv', '--concurrency', '1', '--timeout', '1s');
    const worker = startTool(['worker'], toolOf(openMachine(), { build, vendor, url }, SHORT_LEASE));
    onTestFinished(() => worker.kill('SIGKILL'));
    await until(async () => ((await doneIn(runId)) > 0 ? true : undefined));
    const refused = await other.run(['resume', runId]);
    expect(refused, refused.stderr).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is at work') });
    await vendor.set({ 'fault.slow': 0 });
    const run = await ended(submitter, runId);
    expect(run).toMatchObject({ state: 'finished', summary: { rows: { done: 40 } } });
  });

  test('--workers whose first process is killed: the others send the rest and end by themselves, resume ends the run', async () => {
    const machine = openMachine();
    const numbers = await seedMembers(48);
    machine.file('topup.csv', topupOf(numbers));
    await vendor.set({ 'fault.slow': 0.8, slowMs: 100, faultsOn: 'increments', 'fault.cutAfter': 0.1 });
    const options = toolOf(machine, { build, vendor, url }, SHORT_LEASE);
    const flags = ['--workers', '3', '--read-before', '--concurrency', '1', '--timeout', '1s', '--quiet'];
    const kills = [{ point: 'send.after', nth: 4 }] as const;
    const killed = await runTool(['topup', 'topup.csv', '-y', ...flags], { ...options, kills });
    expect(killed.isKilled, killed.stderr).toBe(true);
    const alive = async (): Promise<number> => {
      const workers = await inDatabase(url, 'SELECT who FROM memberload.worker');
      return workers.filter(({ who }) => existsSync(`/proc/${/process (\d+)$/.exec(String(who))?.[1]}`)).length;
    };
    await expect.poll(alive, { timeout: 60_000 }).toBe(0);
    expect(
      await doneIn(String((await inDatabase(url, 'SELECT run_id FROM memberload.run'))[0]?.run_id)),
    ).toBeGreaterThan(40);
    const end = await runTool(['resume', '--timeout', '1s'], options);
    expect(end.exitCode, end.stderr).toBe(0);
    expect(outcomesOf(machine.read('topup.result.csv'))).toEqual(numbers.map(() => 'done topped_up'));
    expect(await creditsOf(vendor)).toEqual(Object.fromEntries(numbers.map((number) => [number, 1])));
  });

  test('two targets and point targets come to the same as with one process', async () => {
    const numbers = await seedMembers(24);
    const people = (index: number): string => `Name ${index},5100${1000 + index},${index % 2 ? 'Gold Card' : ''}`;
    const members = [...numbers, '9018010001', '9018010002'].map((number, index) => `${number},${people(index)}`);
    const flags = ['-y', '--json', '--workers', '2', '--rate', '100/s'];
    const machine = openMachine();
    machine.file('members.csv', lines('number,name,phone,categoryName', ...members));
    const two = ['--to', 'kybio,wonder', '--country', 'HK', '--change-category'];
    const imported = await machine.run(['import', 'members.csv', ...two, ...flags]);
    expect(imported.exitCode, imported.stderr).toBe(0);
    expect(JSON.parse(imported.stdout)).toMatchObject({ rows: { done: 26 }, actions: { created: 2, updated: 24 } });
    machine.file(
      'targets.csv',
      lines('number,pointTarget', ...numbers.map((number, index) => `${number},${index * 3}`)),
    );
    const topped = await machine.run(['topup', 'targets.csv', ...flags]);
    expect(topped.exitCode, topped.stderr).toBe(0);
    for (const [index, number] of numbers.entries()) {
      const category = index % 2 ? 'Gold Card' : '';
      expect(await vendor.member(number)).toMatchObject({
        name: `Name ${index}`,
        point: String(index * 3),
        categoryName: category,
      });
    }
  });

  test('what stops one process stops all before their next call', async () => {
    const machine = openMachine();
    const numbers = await seedMembers(40);
    // Half of the rows are of nobody.
    machine.file('topup.csv', topupOf(numbers.flatMap((number) => [number, `7${number.slice(1)}`])));
    const flags = ['--workers', '2', '--max-errors', '3', '--rate', '20/s', '--concurrency', '1'];
    const end = await machine.run(['topup', 'topup.csv', '-y', '--json', ...flags]);
    const document = JSON.parse(end.stdout);
    expect(document, end.stderr).toMatchObject({ state: 'stopped', exitCode: 5 });
    // Those that were on the wire when the fourth one failed still count.
    expect(document.rows.failed + document.rows.invalid).toBeGreaterThanOrEqual(4);
    expect(document.rows.failed + document.rows.invalid).toBeLessThanOrEqual(6);
    expect(document.rows.not_sent).toBeGreaterThan(50);
    expect(document.calls.sent).toBe(await vendor.callCount());
    // The stop is a person's to lift.
    const resumed = await machine.run(['resume', document.run, '--json', '--max-errors', '100']);
    expect(JSON.parse(resumed.stdout), resumed.stderr).toMatchObject({ state: 'finished', rows: { done: 40 } });
  });

  test("the day's calls are one for all workers, and the rest waits for the next day", async () => {
    const submitter = openMachine({ dailyQuota: 25 });
    const numbers = await seedMembers(40);
    submitter.file('topup.csv', topupOf(numbers));
    await vendor.set({ faultsOn: 'increments', 'fault.cutAfter': 0.3 });
    const runId = await detach(submitter, 'topup', 'topup.csv');
    const hosts = [openMachine(), openMachine()];
    for (const host of hosts) startWorker(host);
    const later = await until(async () => {
      const [job] = await inDatabase(
        url,
        `SELECT extract(epoch FROM run_at - now())::int AS seconds FROM memberload_jobs.jobs
           WHERE key = '${runId}/1' AND locked_at IS NULL AND run_at > now() + interval '1 second'`,
      );
      return job;
    });
    expect(Number(later.seconds)).toBeLessThanOrEqual(86_400 + 60);
    expect(await vendor.callCount()).toBeLessThanOrEqual(25);
    expect(await doneIn(runId)).toBeGreaterThan(3);
    expect(await vendor.faults()).toContain('fault.cutAfter');
    // What got no answer is settled now, and not when the run ends.
    const unsettled = "SELECT FROM memberload.run_row WHERE state = 'intent'";
    expect(await inDatabase(url, unsettled)).toEqual([]);
    expect((await submitter.run(['runs', runId, '--json'])).stdout).toContain('"state":"running"');
    // Given up by a person: nobody takes it up again, and the result says which rows were not sent.
    const cancelled = await submitter.run(['runs', 'cancel', runId]);
    expect(cancelled.exitCode, cancelled.stderr).toBe(0);
    const outcomes = outcomesOf(submitter.read('topup.result.csv'));
    expect(outcomes.filter((outcome) => outcome.startsWith('done'))).toHaveLength(await doneIn(runId));
    expect(outcomes.filter((outcome) => outcome.startsWith('not_sent')).length).toBeGreaterThan(10);
    const [{ jobs } = {}] = await inDatabase(url, 'SELECT count(*)::int AS jobs FROM memberload_jobs.jobs');
    expect(jobs).toBe(0);
  });

  test('an import is read once for all, members and categories alike, and sent by several processes', async () => {
    const machine = openMachine({ lookup: 'pages' });
    const numbers = await seedMembers(30);
    const rows = [
      ...numbers.map((number) => `${number},Renamed ${number}`),
      ...[1, 2, 3].map((n) => `901801000${n},New`),
    ];
    machine.file('members.csv', lines('number,name', ...rows));
    const end = await machine.run(['import', 'members.csv', '-y', '--workers', '3', '--json']);
    expect(end.exitCode, end.stderr).toBe(0);
    expect(JSON.parse(end.stdout)).toMatchObject({ rows: { done: 33 }, actions: { created: 3, updated: 30 } });
    // 30 members and those of the demo: one page.
    const calls = await vendor.calls();
    expect(calls['customerOpenApi/queryCustomerPages']).toBe(1);
    expect(await vendor.callCount()).toBe(1 + 33);
  });

  test('a nightly import begins by itself, and its rows are sent', async () => {
    const nightly = { stock: { at: '02:30', run: ['import', 'nightly.csv', '--mode', 'create', '--overwrite'] } };
    const host = openMachine({ nightly });
    host.file('nightly.csv', lines('number,name', '9018010001,Ann', '9018010002,Bob'));
    const worker = startWorker(host);
    // What the engine's clock does at half past two.
    const created = await until(async () => {
      await inDatabase(
        url,
        `SELECT memberload_jobs.add_job('nightly:stock', job_key => 'nightly:stock')
           WHERE NOT EXISTS (SELECT FROM memberload.run) AND EXISTS (SELECT FROM memberload_jobs._private_known_crontabs)`,
      );
      return (await vendor.calls())['customerOpenApi/add'] === 2 ? true : undefined;
    });
    expect(created).toBe(true);
    const [{ run_id: runId } = {}] = await inDatabase(url, 'SELECT run_id FROM memberload.run');
    expect(await ended(host, String(runId))).toMatchObject({ state: 'finished', rows: 2 });
    worker.kill('SIGTERM');
    const { stderr, exitCode } = await worker.ended;
    expect(exitCode, stderr).toBe(0);
    expect(stderr).toContain(`Nightly import stock began: run ${runId}.`);

    host.config({ nightly: { stock: { at: '25:30', run: ['import', 'a.csv'] } } });
    expect((await host.run(['worker'])).stderr).toContain("nightly.stock.at: '25:30' is not a time of day");
    host.config({ nightly: { stock: { at: '02:30', run: ['topup', 'a.csv'] } } });
    expect(await host.run(['worker'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('nightly.stock.run'),
    });
  });

  test('what cannot be shared out is refused before anything is read', async () => {
    const machine = openMachine();
    machine.file('topup.csv', topupOf(['8008010001']));
    for (const [flags, environment, text] of [
      [['--workers', '2'], { MEMBERLOAD_LEDGER_URL: undefined }, 'needs a shared ledger'],
      [['--detach'], { MEMBERLOAD_DATA_KEY_FILE: undefined }, 'MEMBERLOAD_DATA_KEY_FILE is not set'],
      [['--detach', '--workers', '2'], {}, 'do not go together'],
      [['--detach', '--sandbox'], {}, 'do not go together'],
    ] as const) {
      const end = await machine.run(['topup', 'topup.csv', '-y', ...flags], { environment });
      expect(end, end.stderr).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(text) });
    }
    const nobody = await machine.run(['import', 'topup.csv', '--detach']);
    expect(nobody, nobody.stderr).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('add -y') });
    expect(await vendor.callCount()).toBe(0);
  });
});
