import { describe, expect, test } from 'vitest';
import { lines, outcomesOf } from '../support/csv-text.ts';
import type { Ended } from '../support/run-binary.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

function withRows(count: number): Workspace {
  const work = openWorkspace(vendor.settings);
  work.file('members.csv', lines('number', ...Array.from({ length: count }, (_, index) => `E${index + 1}`)));
  return work;
}

const CREATE = ['import', 'members.csv', '--mode', 'create'];

function lastLine({ stderr }: Ended): string | undefined {
  return stderr.trimEnd().split('\n').at(-1);
}

describe('exit 4: the vendor refuses the credentials', () => {
  test.each([
    ['a wrong key', { KYBIO_APP_KEY: '9999999999999999999' }, '1032'],
    ['an unknown appId', { KYBIO_APP_ID: 'SOMEBODYELSE' }, '1034'],
  ])('%s stops at once, after one call and not one per row', async (_, wrong, code) => {
    const work = withRows(50);
    const ended = await work.run([...CREATE, '--concurrency', '16'], { environment: wrong });
    expect(ended.exitCode).toBe(4);
    expect(await vendor.callCount()).toBe(1);
    expect(outcomesOf(work.read('members.result.csv'))).toEqual([
      `not_sent ${code}`,
      ...Array<string>(49).fill('not_sent STOPPED'),
    ]);
    expect(lastLine(ended)).toMatch(
      /^The vendor refused the credentials. Correct them, then type: memberload resume \S+$/,
    );
  });

  test('with the right key resume finishes the same run', async () => {
    const work = withRows(3);
    // What a person has to mend is said in spite of -q.
    const refused = await work.run([...CREATE, '-q'], { environment: { KYBIO_APP_KEY: 'wrong' } });
    expect(refused).toMatchObject({
      exitCode: 4,
      stderr: expect.stringMatching(/^Stopped: .*1032.*\n.*resume \S+\n$/),
    });
    const resumed = await work.run(['resume']);
    expect(resumed.exitCode).toBe(0);
    expect(outcomesOf(work.read('members.result.csv'))).toEqual(Array(3).fill('done created'));
    expect(await vendor.callCount()).toBe(4);
  });
});

describe('exit 5: stopped', () => {
  test('by a breaker, after ten refusals with one code that nobody documents', async () => {
    const work = withRows(30);
    await vendor.set({ 'fault.unknownCode': 1 });
    const ended = await work.run([...CREATE, '--concurrency', '1', '--json']);
    expect(ended.exitCode).toBe(5);
    expect(await vendor.callCount()).toBe(10);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      state: 'stopped',
      rows: { read: 30, failed: 10, not_sent: 20 },
      errorCodes: { '7777': 10, STOPPED: 20 },
    });
    expect(lastLine(ended)).toMatch(/^Stopped. When the cause is gone, type: memberload resume \S+$/);
  });

  test('by a breaker, when nobody answers at all', async () => {
    const work = withRows(40);
    const nowhere = { KYBIO_BASE_URL: 'http://127.0.0.1:9/openapi/v1' };
    const ended = await work.run([...CREATE, '--concurrency', '20'], { environment: nowhere });
    expect(ended.exitCode).toBe(5);
    const outcomes = outcomesOf(work.read('members.result.csv'));
    expect(new Set(outcomes)).toEqual(new Set(['failed CONNECTION_FAILED', 'not_sent STOPPED']));
    // The address was wrong: the run stays bound to it, and the message says the way on.
    const refused = await work.run(['resume']);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('was begun at http://127.0.0.1:9') });
    const [, runId = ''] = /runs cancel (\S+),/.exec(refused.stderr) ?? [];
    const cancelled = await work.run(['runs', 'cancel', runId, '--json']);
    expect(cancelled.exitCode).toBe(0);
    expect(JSON.parse(cancelled.stdout)).toMatchObject({ run: runId, state: 'cancelled', exitCode: 0 });
    const again = await work.run(['import', 'members.result.csv', '--mode', 'create', '-o', 'again.csv']);
    expect(again).toMatchObject({ exitCode: 0 });
    expect(outcomesOf(work.read('again.csv'))).toEqual(Array(40).fill('done created'));
  });

  test('by --max-errors, counting failed and invalid rows, as a count and as a share', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.seed({ count: 30, prefix: 'X' });
    const taken = Array.from({ length: 20 }, (_, index) => `X0000${String(index + 10)},`);
    work.file('members.csv', lines('number,point', 'BAD,ten', ...taken));
    const counted = await work.run([...CREATE, '--max-errors', '3', '--concurrency', '1', '--json']);
    expect(counted.exitCode).toBe(5);
    expect(JSON.parse(counted.stdout).rows).toEqual({
      read: 21,
      done: 0,
      doneBefore: 0,
      invalid: 1,
      failed: 3,
      in_doubt: 0,
      not_sent: 17,
    });
    const share = await work.run([
      ...CREATE,
      '--max-errors',
      '50%',
      '--concurrency',
      '1',
      '--json',
      '-o',
      'b.csv',
      '--mode',
      'upsert',
    ]);
    expect(share.exitCode).toBe(1);
  });
});

describe("exit 6: the day's calls are used up", () => {
  test('--daily-quota pauses the run, and typing the same command again carries it on', async () => {
    const work = withRows(5);
    const paused = await work.run([...CREATE, '--daily-quota', '3', '--json']);
    expect(paused.exitCode).toBe(6);
    expect(await vendor.callCount()).toBe(3);
    expect(JSON.parse(paused.stdout)).toMatchObject({
      state: 'paused',
      rows: { read: 5, done: 3, not_sent: 2 },
      errorCodes: { QUOTA_EXHAUSTED: 2 },
      quota: { limit: 3, used: 3 },
      exitCode: 6,
    });
    expect(lastLine(paused)).toMatch(
      /^Paused: the day's calls are used up. When they are back.* type: memberload resume \S+$/,
    );
    const still = await work.run([...CREATE, '--daily-quota', '3']);
    expect(still.exitCode).toBe(6);
    expect(await vendor.callCount()).toBe(3);
    const finished = await work.run([...CREATE, '--daily-quota', '100']);
    expect(finished.exitCode).toBe(0);
    expect(outcomesOf(work.read('members.result.csv'))).toEqual(Array(5).fill('done created'));
    expect(await vendor.callCount()).toBe(5);
  });

  test('--reserve leaves calls to others', async () => {
    const work = withRows(5);
    expect((await work.run([...CREATE, '--daily-quota', '5', '--reserve', '3'])).exitCode).toBe(6);
    expect(await vendor.callCount()).toBe(2);
  });

  test("the vendor's own code for it pauses as well", async () => {
    const work = withRows(5);
    work.config({ kybio: { quotaCodes: ['9010'] } });
    await vendor.set({ quotaLimit: 2 });
    const ended = await work.run([...CREATE, '--concurrency', '1']);
    expect(ended.exitCode).toBe(6);
    expect(await vendor.callCount()).toBe(3);
    expect(outcomesOf(work.read('members.result.csv'))).toEqual([
      'done created',
      'done created',
      'not_sent 9010',
      'not_sent QUOTA_EXHAUSTED',
      'not_sent QUOTA_EXHAUSTED',
    ]);
    await vendor.set({ quotaLimit: 0 });
    expect((await work.run(['resume'])).exitCode).toBe(0);
    expect(outcomesOf(work.read('members.result.csv'))).toEqual(Array(5).fill('done created'));
  });
});

describe('exit 129, 130 and 143: interrupted', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)(
    '%s finishes what is in flight, writes the result, and resume does the rest',
    async (signal, exitCode) => {
      const work = withRows(60);
      await vendor.set({ 'fault.slow': 1, slowMs: 150 });
      const running = work.start([...CREATE, '--concurrency', '4', '--rate', '20/s', '--json']);
      await callsAtLeast(9);
      running.kill(signal);
      const ended = await running.ended;
      expect(ended).toMatchObject({ exitCode, signal: null });
      expect(ended.stderr).toContain('Stopping: finishing what is in flight.');
      expect(lastLine(ended)).toMatch(/^Interrupted. Carry on with: memberload resume \S+$/);
      const { rows, state, calls } = JSON.parse(ended.stdout);
      expect(state).toBe('interrupted');
      // Nothing that went out is left without its outcome.
      expect(rows.done).toBe(await vendor.callCount());
      expect(rows.done).toBe(calls.sent);
      expect(await countedCalls(work)).toBe(calls.sent);
      expect(rows.done + rows.not_sent).toBe(60);
      expect(outcomesOf(work.read('members.result.csv')).filter((outcome) => outcome === 'done created')).toHaveLength(
        rows.done,
      );
      await vendor.set({ 'fault.slow': 0 });
      expect((await work.run(['resume'])).exitCode).toBe(0);
      expect(outcomesOf(work.read('members.result.csv'))).toEqual(Array(60).fill('done created'));
      expect(await vendor.callCount()).toBe(60);
      expect(await countedCalls(work)).toBe(60);
    },
  );

  /** Of the day, by the ledger: calls that were counted and never begun were given back. */
  async function countedCalls(work: Workspace): Promise<number> {
    const { stdout } = await work.run(['runs', '--json']);
    const { calls } = JSON.parse(stdout) as { calls: readonly { calls: number }[] };
    return calls.reduce((sum, one) => sum + one.calls, 0);
  }

  test('a second Ctrl-C leaves at once, and nothing is lost', async () => {
    const work = withRows(20);
    await vendor.set({ 'fault.slow': 1, slowMs: 8000 });
    const running = work.start([...CREATE, '--concurrency', '4', '--json']);
    await callsAtLeast(1);
    running.kill('SIGINT');
    await running.printed('stderr', 'Stopping');
    const pressedMs = performance.now();
    running.kill('SIGINT');
    const ended = await running.ended;
    expect(ended.exitCode).toBe(130);
    expect(lastLine(ended)).toBe('Carry on with: memberload resume');
    expect(JSON.parse(ended.stdout)).toMatchObject({ command: 'import', state: 'interrupted', exitCode: 130 });
    expect(performance.now() - pressedMs).toBeLessThan(5000);
    await vendor.set({ 'fault.slow': 0 });
    expect((await work.run(['resume'])).exitCode).toBe(0);
    expect(outcomesOf(work.read('members.result.csv'))).toEqual(Array(20).fill('done created'));
  });
});

describe('what is printed', () => {
  test('--json is one document with exactly the keys of the contract, and --quiet leaves nothing else', async () => {
    const work = withRows(2);
    const ended = await work.run([...CREATE, '--json', '--quiet', '--daily-quota', '10']);
    expect(ended.stderr).toBe('');
    const document = JSON.parse(ended.stdout);
    expect(document).toEqual({
      run: expect.stringMatching(/^[0-9]{8}-[0-9]{6}-[0-9a-f]{4}$/),
      command: 'import',
      place: `Kybio (…${vendor.settings.KYBIO_APP_ID.slice(-4)})`,
      input: `${work.folder}/members.csv`,
      result: `${work.folder}/members.result.csv`,
      state: 'finished',
      rows: { read: 2, done: 2, doneBefore: 0, invalid: 0, failed: 0, in_doubt: 0, not_sent: 0 },
      actions: { created: 2, updated: 0, unchanged: 0, topped_up: 0, credited_before: 0, found: 0, upserted: 0 },
      errorCodes: {},
      notChanged: {},
      calls: { sent: 2, retried: 0, byEndpoint: { 'customerOpenApi/add': 2 }, rowByRow: 4 },
      totals: {
        pointIncrement: { asked: '0', applied: '0', in_doubt: '0' },
        balanceIncrement: { asked: '0', applied: '0', in_doubt: '0' },
      },
      quota: { day: expect.stringMatching(/^[0-9]{4}-[0-9]{2}-[0-9]{2}$/), limit: 10, used: 2 },
      elapsedMs: expect.any(Number),
      exitCode: 0,
    });
  });

  test('a run that goes well exits 0 with nothing on stdout and its summary on stderr', async () => {
    const work = withRows(2);
    const ended = await work.run(CREATE);
    expect(ended).toMatchObject({ exitCode: 0, signal: null, stdout: '' });
    expect(ended.stderr).toMatch(
      /^Rows: 2 read, 2 done\.\nDone: 2 created\.\nCalls: 2\.\nReport: [^\n]*\nResult file: /m,
    );
    expect(lastLine(ended)).toBe(`Result file: ${work.folder}/members.result.csv`);
  });
});

async function callsAtLeast(count: number): Promise<void> {
  while ((await vendor.callCount()) < count) await new Promise((resolve) => setTimeout(resolve, 10));
}
