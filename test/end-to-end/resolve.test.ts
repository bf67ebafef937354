import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { columnOf, lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const INCREMENT = 'customerOpenApi/updateBalancePointByIncrement';
const ONE_ROW = lines('number,pointIncrement', '8008010004,20');

type Row = {
  row: number;
  decision: string | null;
  dataChangeTime: string;
  pointBefore: string;
  evidence: { at: string; kind: string; answer?: string; point?: string }[];
};
type Resolved = { state: string; inDoubt: Row[]; decided: Row[]; notes: string[]; exitCode: number };

const resolved = (stdout: string): Resolved => JSON.parse(stdout) as Resolved;

/** A finished top-up of one row that went out, was not applied and got no answer. */
async function rowInDoubt(content = ONE_ROW): Promise<Workspace & { runId: string }> {
  await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
  const workspace = openWorkspace(vendor.settings);
  workspace.file('topup.csv', content);
  const { exitCode, stdout } = await workspace.run(['topup', 'topup.csv', '--json']);
  expect(exitCode).toBe(7);
  await vendor.set({ 'fault.cutBefore': 0 });
  return { ...workspace, runId: (JSON.parse(stdout) as { run: string }).run };
}

describe('resolve', () => {
  test('shows what is known of a row in doubt, with times and without a call', async () => {
    const { run, runId } = await rowInDoubt();
    const callCount = await vendor.callCount();
    const { exitCode, stdout } = await run(['resolve', runId, '--json']);
    expect(exitCode).toBe(7);
    const document = { command: 'resolve', rows: { read: 1, in_doubt: 1 }, calls: { sent: 0 }, exitCode: 7 };
    expect(JSON.parse(stdout)).toMatchObject({ run: runId, ...document, totals: {}, input: expect.any(String) });
    const [row] = resolved(stdout).inDoubt;
    expect(row).toMatchObject({ row: 1, pointBefore: '0', decision: null });
    expect(row?.evidence.map(({ kind }) => kind)).toEqual(['answer', 'read', 'read']);
    expect(row?.evidence[0]?.answer).toMatch(/^no answer that can be believed \(CONNECTION_FAILED/);
    expect(row?.evidence[1]).toMatchObject({ point: '0', at: expect.stringMatching(/^20\d\d-.*\+08:00$/) });
    const text = await run(['resolve', runId]);
    expect(text.stdout).toContain('before: point 0, balance 0');
    expect(text.stderr).toContain(`memberload resolve ${runId} --row N --resend`);
    expect(await vendor.callCount()).toBe(callCount);
  });

  test('applied: the row is done, the result file and the run follow, nothing is sent', async () => {
    const { run, runId, read } = await rowInDoubt();
    const callCount = await vendor.callCount();
    const { exitCode, stdout } = await run(['resolve', runId, '--row', '1', '--as', 'applied', '--json']);
    expect(exitCode).toBe(0);
    // They may show a name.
    expect(Object.keys(JSON.parse(stdout))).not.toContain('causes');
    expect(resolved(stdout)).toMatchObject({
      state: 'finished',
      inDoubt: [],
      decided: [{ row: 1, decision: 'applied' }],
    });
    expect(outcomesOf(read('topup.result.csv'))).toEqual(['done topped_up']);
    expect(columnOf(read('topup.result.csv'), 'result_messages')[0]).toMatch(
      /^Decided by a person at 20.*: it was applied\.$/,
    );
    expect(await vendor.callCount()).toBe(callCount);
    // It is as done as any other: the same file is refused.
    expect((await run(['topup', 'topup.csv', '-y'])).exitCode).toBe(3);
  });

  test('an older copy of the result file does not credit again what was sent again since', async () => {
    const { run, runId, read, file } = await rowInDoubt();
    await run(['resolve', runId, '--row', '1', '--as', 'not-applied']);
    file('old.csv', read('topup.result.csv'));
    expect((await run(['resolve', runId, '--resend', '-y'])).exitCode).toBe(0);
    // One row more, so that the set of rows is not the one that was credited.
    const old = read('old.csv');
    const columnCount = old.split('\n')[0]?.split(',').length ?? 0;
    file('edited.csv', `${old}${lines(`8008010001,7${','.repeat(columnCount - 2)}`)}`);
    for (const name of ['old.csv', 'edited.csv']) {
      expect(await run(['topup', name, '-y'])).toMatchObject({ exitCode: 3 });
    }
    expect(await run(['topup', 'edited.csv', '-y'])).toMatchObject({
      stderr: expect.stringMatching(/1 of 2 rows credit a member with the same amounts as before: run \S+ of /),
    });
    expect((await vendor.books()).increments).toHaveLength(1);
    expect((await run(['topup', 'edited.csv', '-y', '--again'])).exitCode).toBe(0);
    expect((await vendor.books()).increments).toHaveLength(3);
  });

  test('not applied, then sent again: credited once, with the dataChangeTime that the row always had', async () => {
    const { run, runId, read } = await rowInDoubt();
    const before = await run(['resolve', runId, '--row', '1', '--as', 'not-applied', '--json']);
    expect(before.exitCode).toBe(1);
    expect(outcomesOf(read('topup.result.csv'))).toEqual(['failed IN_DOUBT']);
    expect(columnOf(read('topup.result.csv'), 'result_messages')[0]).toContain(
      `run the result file again with the flags of the run (its campaign!) or type: memberload resolve ${runId} --row 1 --resend`,
    );
    const [{ dataChangeTime } = { dataChangeTime: '' }] = resolved(before.stdout).decided;

    const refused = await run(['resolve', runId, '--resend']);
    expect(refused).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('Add -y') });
    expect((await vendor.books()).increments).toEqual([]);

    const sent = await run(['resolve', runId, '--resend', '-y']);
    expect(sent).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('1 row is sent again: 2 calls a row') });
    const { increments } = await vendor.books();
    expect(increments).toMatchObject([{ number: '8008010004', pointIncrement: '20', dataChangeTime }]);
    expect(outcomesOf(read('topup.result.csv'))).toEqual(['done topped_up']);
    // Once it is done, there is nothing left to decide or to send.
    expect((await run(['resolve', runId, '--row', '1', '--resend', '-y'])).exitCode).toBe(2);
    expect((await vendor.books()).increments).toHaveLength(1);
  });

  test('sent again and again without an answer: it is settled by reading the member', async () => {
    const { run, runId, read } = await rowInDoubt();
    await vendor.set({ 'fault.cutAfter': 1 });
    const { exitCode } = await run(['resolve', runId, '--row', '1', '--resend', '-y']);
    expect(exitCode).toBe(0);
    expect((await vendor.books()).increments).toHaveLength(1);
    expect(outcomesOf(read('topup.result.csv'))).toEqual(['done topped_up']);
    expect(columnOf(read('topup.result.csv'), 'result_messages')[0]).toContain('applied once by the evidence');
  });

  test('--resend sends only what was decided; a row still in doubt has to be named', async () => {
    const { run, runId } = await rowInDoubt();
    const { exitCode, stderr } = await run(['resolve', runId, '--resend', '-y']);
    expect(exitCode).toBe(7);
    expect(stderr).toContain('No row was decided not-applied');
    expect((await vendor.books()).increments).toEqual([]);
  });

  test('does not send again what looks applied by now, unless it is meant', async () => {
    const { run, runId } = await rowInDoubt();
    await vendor.sell('8008010004', '20');
    const refused = await run(['resolve', runId, '--row', '1', '--resend', '-y']);
    expect(refused).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('it looks applied') });
    expect((await vendor.books()).increments).toEqual([]);
    expect((await run(['resolve', runId, '--row', '1', '--resend', '-y', '--again'])).exitCode).toBe(0);
    expect((await vendor.books()).increments).toHaveLength(1);
  });

  test('does not send again what its result file has credited since', async () => {
    const { run, runId } = await rowInDoubt();
    await run(['resolve', runId, '--row', '1', '--as', 'not-applied']);
    expect((await run(['topup', 'topup.result.csv'])).exitCode).toBe(0);
    const { stderr } = await run(['resolve', runId, '--resend', '-y']);
    expect(stderr).toMatch(/row 1 of run .* has credited the member the same amounts since/);
    expect((await vendor.books()).increments).toHaveLength(1);
  });

  test('a decision can be taken back, and every one of them is kept with its time', async () => {
    const { run, runId } = await rowInDoubt();
    await run(['resolve', runId, '--row', '1', '--as', 'not-applied']);
    const { stdout } = await run(['resolve', runId, '--row', '1', '--as', 'applied', '--json']);
    const [row] = resolved(stdout).decided;
    expect(row?.evidence.filter(({ kind }) => kind === 'decision')).toMatchObject([
      { as: 'not-applied', at: expect.stringMatching(/^20/) },
      { as: 'applied', at: expect.stringMatching(/^20/) },
    ]);
  });

  test('needs no input file: the result is written from the copy that the run made', async () => {
    const { run, runId, folder, read } = await rowInDoubt();
    rmSync(join(folder, 'topup.csv'));
    const { exitCode, stdout } = await run(['resolve', runId, '--row', 'all', '--as', 'applied', '--json']);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      state: 'finished',
      rows: { read: 1, done: 1, in_doubt: 0 },
      totals: { pointIncrement: { asked: '20', applied: '20', in_doubt: '0' } },
      errorCodes: {},
    });
    expect(outcomesOf(read('topup.result.csv'))).toEqual(['done topped_up']);
  });

  test('a result file that was corrected meanwhile is left alone', async () => {
    const { run, runId, folder, read } = await rowInDoubt();
    appendFileSync(join(folder, 'topup.result.csv'), '8008010007,5\n');
    const corrected = read('topup.result.csv');
    const { exitCode, stderr } = await run(['resolve', runId, '--row', '1', '--as', 'applied']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('was changed after this run wrote it');
    expect(read('topup.result.csv')).toBe(corrected);
    expect(outcomesOf(read(`topup.result.${runId}.csv`))).toEqual(['done topped_up']);
  });

  test('rows that waited for the one in doubt are left to resume, and the run stays unfinished until then', async () => {
    const content = lines('number,pointIncrement', '8008010004,20', '8008010004,3');
    await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
    const { run, file, read } = openWorkspace(vendor.settings);
    file('topup.csv', content);
    const first = await run(['topup', 'topup.csv', '--on-duplicate', 'allow', '--json']);
    const { run: runId } = JSON.parse(first.stdout) as { run: string };
    expect(outcomesOf(read('topup.result.csv'))).toEqual(['in_doubt CONNECTION_FAILED', 'not_sent STOPPED']);
    await vendor.set({ 'fault.cutBefore': 0 });
    const decided = await run(['resolve', runId, '--row', '1', '--as', 'not-applied', '--json']);
    expect(resolved(decided.stdout)).toMatchObject({ state: 'stopped', exitCode: 5 });
    expect((await run(['resume', runId])).exitCode).toBe(1);
    expect(outcomesOf(read('topup.result.csv'))).toEqual(['failed IN_DOUBT', 'done topped_up']);
    expect((await vendor.books()).increments).toMatchObject([{ pointIncrement: '3' }]);
  });

  test.each([
    [['--as', 'applied'], '--as needs to know which row'],
    [['--row', '1', '--as', 'perhaps'], "'perhaps' is not one of applied, not-applied"],
    [['--row', '1', '--as', 'applied', '--resend'], 'three ways to go'],
    [['--row', '9', '--as', 'applied'], 'Row 9 of run .* was never begun'],
  ])('refuses %j and changes nothing', async (args, message) => {
    const { run, runId, read } = await rowInDoubt();
    const ended = await run(['resolve', runId, ...args]);
    expect(ended).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(message) });
    expect(outcomesOf(read('topup.result.csv'))).toEqual(['in_doubt CONNECTION_FAILED']);
    expect((await vendor.calls())[INCREMENT]).toBe(1);
  });
});
