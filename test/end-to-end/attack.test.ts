import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { columnOf, lines, outcomesOf } from '../support/csv-text.ts';
import { openRelay } from '../support/relay.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const ROWS = lines('number,pointIncrement', '8008010001,10', '8008010003,20', '8008010004,30');

const runIdOf = (stdout: string): string => (JSON.parse(stdout) as { run: string }).run;

/** The way to the sandbox, with something done just before a call goes through. */
async function relayed(onCall: (call: number) => void | Promise<void>): Promise<Record<string, string>> {
  const origin = new URL(vendor.settings.KYBIO_BASE_URL).origin;
  const relay = await openRelay(origin, ({ number }) => onCall(number));
  onTestFinished(() => relay.close());
  return { KYBIO_BASE_URL: vendor.settings.KYBIO_BASE_URL.replace(origin, relay.baseUrl) };
}

describe('a result file that a person corrects', () => {
  test('while the run is carried on is left as it is: the result goes beside it', async () => {
    let corrected = '';
    const environment = await relayed((call) => {
      if (call !== 4) return;
      appendFileSync(join(work.folder, 'march.result.csv'), '8008010009,5\n');
      corrected = work.read('march.result.csv');
    });
    const work = openWorkspace({ ...vendor.settings, ...environment });
    work.file('march.csv', ROWS);
    const first = await work.run(['topup', 'march.csv', '--concurrency', '1', '--daily-quota', '5', '--json']);
    expect(first.exitCode).toBe(6);
    const resumed = await work.run(['resume', '--daily-quota', '100']);
    expect(resumed.exitCode).toBe(0);
    expect(corrected).not.toBe('');
    expect(work.read('march.result.csv')).toBe(corrected);
    expect(outcomesOf(work.read(`march.result.${runIdOf(first.stdout)}.csv`))).toEqual(Array(3).fill('done topped_up'));
    expect(resumed.stderr).toContain(`march.result.${runIdOf(first.stdout)}.csv`);
  });

  test('is left as it is by a run that was killed before it wrote a result of its own', async () => {
    let isKilled = false;
    const environment = await relayed((call) => {
      if (call !== 1 || isKilled) return;
      isKilled = true;
      running.kill('SIGKILL');
    });
    const work = openWorkspace({ ...vendor.settings, ...environment });
    work.file('march.csv', ROWS);
    const running = work.start(['topup', 'march.csv', '--concurrency', '1', '--campaign', 'A']);
    expect((await running.ended).signal).toBe('SIGKILL');
    expect(work.has('march.result.csv')).toBe(false);
    expect((await work.run(['topup', 'march.csv', '--campaign', 'B'])).exitCode).toBe(0);
    appendFileSync(join(work.folder, 'march.result.csv'), '8008010009,5\n');
    const corrected = work.read('march.result.csv');
    expect((await work.run(['resume'])).exitCode).toBe(0);
    expect(work.read('march.result.csv')).toBe(corrected);
    expect((await vendor.books()).increments).toHaveLength(6);
  });

  test('is replaced by the run that was told to, also when that run was killed first', async () => {
    let isKilled = false;
    const environment = await relayed((call) => {
      if (call !== 7 || isKilled) return;
      isKilled = true;
      running.kill('SIGKILL');
    });
    const work = openWorkspace({ ...vendor.settings, ...environment });
    work.file('march.csv', ROWS);
    expect((await work.run(['topup', 'march.csv', '--concurrency', '1'])).exitCode).toBe(0);
    const running = work.start(['topup', 'march.csv', '--concurrency', '1', '--campaign', 'B', '--overwrite']);
    expect((await running.ended).signal).toBe('SIGKILL');
    expect((await work.run(['resume'])).exitCode).toBe(0);
    expect(work.names()).toEqual(['march.csv', 'march.report.html', 'march.result.csv']);
    expect((await vendor.books()).increments).toHaveLength(6);
  });
});

/** A finished top-up of one row that went out, was not applied and got no answer; a person has said so. */
async function notApplied(flags: readonly string[] = []): Promise<Workspace & { runId: string }> {
  const uid = String((await vendor.member('8008010004'))?.customerUid);
  await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
  const work = openWorkspace(vendor.settings);
  work.file('topup.csv', lines('customerUid,pointIncrement', `${uid},20`));
  const { exitCode, stdout } = await work.run(['topup', 'topup.csv', '--json', ...flags]);
  expect(exitCode).toBe(7);
  await vendor.set({ 'fault.cutBefore': 0 });
  const runId = runIdOf(stdout);
  await work.run(['resolve', runId, '--row', '1', '--as', 'not-applied']);
  return { ...work, runId };
}

describe('a row that a person sends again', () => {
  test('is not credited by it when another run has credited it since, however often it was decided', async () => {
    const { run, runId } = await notApplied();
    expect((await run(['topup', 'topup.csv', '-o', 'again.csv'])).exitCode).toBe(0);
    await run(['resolve', runId, '--row', '1', '--as', 'not-applied']);
    const { stderr } = await run(['resolve', runId, '--row', '1', '--resend', '-y']);
    expect((await vendor.books()).increments).toHaveLength(1);
    expect(stderr).toMatch(/row 1 of run .* has credited/);
  });

  test('is not credited by it when its campaign has credited the member otherwise since', async () => {
    const { run, runId, file } = await notApplied(['--campaign', 'June']);
    file('corrected.csv', lines('number,pointIncrement', '8008010004,25'));
    expect((await run(['topup', 'corrected.csv', '--campaign', 'June'])).exitCode).toBe(0);
    const { stderr } = await run(['resolve', runId, '--row', '1', '--resend', '-y']);
    expect((await vendor.books()).increments).toMatchObject([{ pointIncrement: '25' }]);
    expect(stderr).toContain('June');
    // A person may still mean it.
    await run(['resolve', runId, '--row', '1', '--resend', '-y', '--again']);
    expect((await vendor.books()).increments).toHaveLength(2);
  });

  test('and that the vendor refuses stays in doubt: its first send may still be applied', async () => {
    await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
    const { run, file, read, config } = openWorkspace(vendor.settings);
    config({ kybio: { quotaCodes: ['9010'] } });
    file('topup.csv', lines('number,pointIncrement', '8008010004,20'));
    const first = await run(['topup', 'topup.csv', '--json']);
    expect(first.exitCode).toBe(7);
    const runId = runIdOf(first.stdout);
    // The read goes through, the increment is refused for a reason of its own.
    await vendor.set({ 'fault.cutBefore': 0, quotaLimit: (await vendor.callCount()) + 1 });
    const refused = await run(['resolve', runId, '--row', '1', '--resend', '-y']);
    await vendor.set({ quotaLimit: 0 });
    expect(refused).toMatchObject({ exitCode: 7, stdout: expect.stringContaining('refused 9010') });
    expect(outcomesOf(read('topup.result.csv'))).toEqual(['in_doubt CONNECTION_FAILED']);
    // The first send is applied late. Whoever runs the result again does not credit a second time.
    await vendor.sell('8008010004', '20');
    await run(['topup', 'topup.result.csv', '-o', 'second.csv']);
    expect((await vendor.books()).increments).toEqual([]);
    expect((await run(['resolve', runId, '--settle'])).exitCode).toBe(0);
    expect(outcomesOf(read('topup.result.csv'))).toEqual(['done topped_up']);
  });

  test('and that the vendor refuses is failed when a person had found that the first send was not applied', async () => {
    const { run, runId, config, read } = await notApplied();
    config({ kybio: { quotaCodes: ['9010'] } });
    await vendor.set({ quotaLimit: (await vendor.callCount()) + 1 });
    const resend = () => run(['resolve', runId, '--row', '1', '--resend', '-y', '--json']);
    expect(JSON.parse((await resend()).stdout)).toMatchObject({ rows: { failed: 1, in_doubt: 0 } });
    // It may be sent once more, and the result file says so: the run has kept its copy of the input.
    await vendor.set({ quotaLimit: 0 });
    expect(JSON.parse((await resend()).stdout)).toMatchObject({ rows: { done: 1 } });
    expect(outcomesOf(read('topup.result.csv'))).toEqual(['done topped_up']);
  });

  test('and whose first answer was that another has its second is not called applied, although it was decided', async () => {
    await vendor.set({ faultsOn: 'increments', 'fault.sameSecond': 1, repeatRule: 'refuse_repeat' });
    // In Chinese: what decides is the code of the first answer, and not its English words.
    const { run, file, config } = openWorkspace({ ...vendor.settings, LANG: 'zh_CN.UTF-8' });
    file('topup.csv', lines('number,pointIncrement', '8008010004,20'));
    const first = await run(['topup', 'topup.csv', '--json']);
    expect(first.exitCode).toBe(7);
    const runId = runIdOf(first.stdout);
    await vendor.set({ 'fault.sameSecond': 0 });
    await run(['resolve', runId, '--row', '1', '--as', 'not-applied']);
    config({ kybio: { repeatCodes: ['2031'] } });
    const sent = await run(['resolve', runId, '--row', '1', '--resend', '-y', '--json']);
    // The one in the books is somebody else's.
    const ours = (await vendor.books()).increments.filter(({ pointIncrement }) => pointIncrement === '20');
    expect(ours).toEqual([]);
    expect(JSON.parse(sent.stdout)).toMatchObject({ rows: { done: 0, failed: 1 } });
  });

  test('and was applied by its first send is not called failed, although the code was learned only later', async () => {
    await vendor.set({ faultsOn: 'increments', 'fault.cutAfter': 1, repeatRule: 'refuse_repeat' });
    const work = openWorkspace(vendor.settings);
    const uid = String((await vendor.member('8008010004'))?.customerUid);
    work.file('topup.csv', lines('customerUid,pointIncrement', `${uid},20`));
    const first = await work.run(['topup', 'topup.csv', '--json']);
    expect(first.exitCode).toBe(7);
    await vendor.set({ 'fault.cutAfter': 0 });
    const runId = runIdOf(first.stdout);
    expect((await work.run(['resolve', runId, '--row', '1', '--resend', '-y'])).exitCode).toBe(7);
    work.config({ kybio: { repeatCodes: ['2031'] } });
    await work.run(['resolve', runId, '--row', '1', '--resend', '-y']);
    await work.run(['topup', 'topup.result.csv', '-o', 'third.csv']);
    expect((await vendor.books()).increments).toHaveLength(1);
  });
});

describe('a target', () => {
  test('is reached when two rows name the member, one by number and one by customerUid', async () => {
    const work = openWorkspace(vendor.settings);
    const uid = String((await vendor.member('8008010004'))?.customerUid);
    work.file('targets.csv', lines('number,customerUid,pointTarget', '8008010004,,1100', `,${uid},1150`));
    const flags = ['--on-duplicate', 'allow', '--lookup', 'pages', '--concurrency', '4', '-y'];
    const ended = await work.run(['topup', 'targets.csv', ...flags]);
    expect(ended.exitCode, ended.stderr).toBe(0);
    expect(['1100', '1150']).toContain(String((await vendor.member('8008010004'))?.point));
  });

  test('is reached when another run has credited the member since the pages were read', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('targets.csv', lines('number,pointTarget', '8008010001,1100', '8008010003,1100', '8008010004,1100'));
    const flags = ['--lookup', 'pages', '--concurrency', '1', '-y', '--daily-quota', '4', '--json'];
    const first = await work.run(['topup', 'targets.csv', ...flags]);
    expect(first.exitCode, first.stderr).toBe(6);
    work.file('one.csv', lines('number,pointIncrement', '8008010004,70'));
    expect((await work.run(['topup', 'one.csv', '--daily-quota', '100'])).exitCode).toBe(0);
    const resumed = await work.run(['resume', runIdOf(first.stdout), '--daily-quota', '100']);
    expect(resumed.exitCode, resumed.stderr).toBe(0);
    expect(String((await vendor.member('8008010004'))?.point)).toBe('1100');
  });
});

test('undo goes only to the address where the run has credited', async () => {
  const work = openWorkspace(vendor.settings);
  work.file('march.csv', ROWS);
  const { stdout } = await work.run(['topup', 'march.csv', '--json']);
  const environment = await relayed(() => undefined);
  const elsewhere = await work.run(['undo', runIdOf(stdout), '-y'], { environment });
  expect(elsewhere).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('was begun at') });
  expect((await vendor.books()).increments).toHaveLength(3);
});

test('the same file with its columns read otherwise is not the run that is unfinished', async () => {
  const work = openWorkspace(vendor.settings);
  work.file('march.csv', lines('number,A,B', '8008010001,10,11', '8008010003,20,21'));
  work.file('a.json', JSON.stringify({ columns: { A: 'pointIncrement' } }));
  work.file('b.json', JSON.stringify({ columns: { B: 'pointIncrement' } }));
  const first = await work.run(['topup', 'march.csv', '--map', 'a.json', '--concurrency', '1', '--daily-quota', '4']);
  expect(first.exitCode).toBe(6);
  const second = await work.run(['topup', 'march.csv', '--map', 'b.json', '-o', 'b.csv', '--daily-quota', '100']);
  expect(second.stderr).not.toContain('Carrying on');
  expect(columnOf(work.read('b.csv'), 'result_status')).toEqual(['done', 'done']);
  const given = (await vendor.books()).increments.map(({ pointIncrement }) => pointIncrement);
  expect(given).toEqual(expect.arrayContaining(['11', '21']));
});
