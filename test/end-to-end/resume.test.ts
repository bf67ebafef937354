import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { openRelay } from '../support/relay.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

/** An import of two rows that pauses after the first. */
async function pause(work: Workspace, name: string): Promise<string> {
  work.file(`${name}.csv`, lines('number', `${name}1`, `${name}2`));
  const quota = String((await vendor.callCount()) + 1);
  const args = ['import', `${name}.csv`, '--mode', 'create', '--daily-quota', quota, '--json'];
  const { exitCode, stdout } = await work.run(args);
  expect(exitCode).toBe(6);
  return (JSON.parse(stdout) as { run: string }).run;
}

const BOTH = ['done created', 'done created'];

describe('resume --all', () => {
  test('carries every run on, oldest first, over one that fails; one that its key stopped is named and left alone', async () => {
    const work = openWorkspace(vendor.settings);
    const first = await pause(work, 'A');
    work.file('K.csv', lines('number', 'K1'));
    const wrong = { environment: { KYBIO_APP_KEY: 'wrong' } };
    const refused = await work.run(['import', 'K.csv', '--mode', 'create', '--json'], wrong);
    const { run: stopped } = JSON.parse(refused.stdout) as { run: string };
    const last = await pause(work, 'B');
    work.file('A.result.csv', '');
    const before = await vendor.callCount();

    const all = await work.run(['resume', '--all', '--daily-quota', '100', '--json']);
    expect(all.exitCode).toBe(4);
    // One document, also for several runs: their sums, and the document of each.
    expect(JSON.parse(all.stdout)).toMatchObject({
      ...{ run: null, command: 'resume', state: 'stopped', exitCode: 4 },
      rows: { read: 4, done: 4 },
      calls: { sent: 2, byEndpoint: { 'customerOpenApi/add': 2 } },
      totals: { pointIncrement: { asked: '0' } },
      runs: [{ run: first, exitCode: 0 }, { run: stopped, error: { code: 'RUN_LEFT_ALONE' } }, { run: last }],
    });
    const order = [first, stopped, last].map((run) => all.stderr.indexOf(run));
    expect(order).toEqual([...order].sort((left, right) => left - right));
    expect(all.stderr).toContain(`Run ${stopped} is left alone: the vendor refused the credentials.`);
    expect(outcomesOf(work.read('B.result.csv'))).toEqual(BOTH);
    expect(await vendor.callCount()).toBe(before + 2);
    // A person had put another file there: it stays, and the result stands beside it.
    expect(work.read('A.result.csv')).toBe('');
    expect(outcomesOf(work.read(`A.result.${first}.csv`))).toEqual(BOTH);

    // What a scheduler hears of is the exit code, and what is said in spite of -q.
    const quiet = await work.run(['resume', '--all', '-q']);
    expect(quiet).toMatchObject({ exitCode: 4, stderr: expect.stringContaining(`Run ${stopped} is left alone`) });
    expect((await work.run(['resume', stopped])).exitCode).toBe(0);
    for (const words of [
      ['resume', '--all', '--json'],
      ['resume', '--json'],
    ]) {
      const none = await work.run(words);
      expect(none).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('No unfinished run.') });
      expect(JSON.parse(none.stdout)).toMatchObject({ run: null, command: 'resume', state: 'finished', exitCode: 0 });
    }
  });

  test('goes on after a run that cannot be carried on, and ends with the worst exit code', async () => {
    const work = openWorkspace(vendor.settings);
    mkdirSync(join(work.folder, 'gone'));
    work.file('A.csv', lines('number', 'A1', 'A2'));
    expect(
      (await work.run(['import', 'A.csv', '--mode', 'create', '--daily-quota', '1', '-o', 'gone/A.csv'])).exitCode,
    ).toBe(6);
    await pause(work, 'B');
    rmSync(join(work.folder, 'gone'), { recursive: true });
    const all = await work.run(['resume', '--all', '--daily-quota', '100']);
    expect(all).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('its folder cannot be used') });
    expect(outcomesOf(work.read('B.result.csv'))).toEqual(BOTH);
    // The result can go elsewhere.
    expect((await work.run(['resume', '-o', 'A.csv', '--daily-quota', '100'])).exitCode).toBe(2);
    expect((await work.run(['resume', '-o', 'mended.csv', '--daily-quota', '100'])).exitCode).toBe(0);
    expect(outcomesOf(work.read('mended.csv'))).toEqual(BOTH);
  });
});

describe('--sandbox', () => {
  test.each([
    ['resume', []],
    ['resume', ['--all']],
    ['resolve', ['--row', '1', '--as', 'applied']],
    ['resolve', []],
    ['undo', []],
  ])('with %s %j of a run of a real account is refused, and no call is made', async (command, more) => {
    const work = openWorkspace(vendor.settings);
    work.file('topup.csv', lines('number,pointIncrement', '8008010001,10', '8008010003,20'));
    const paused = await work.run(['topup', 'topup.csv', '--concurrency', '1', '--daily-quota', '5', '--json']);
    const { run } = JSON.parse(paused.stdout) as { run: string };
    const before = await vendor.callCount();
    const words = more.includes('--all') ? more : [run, ...more];
    const refused = await work.run([command, ...words, '--sandbox']);
    expect(refused.stderr).toContain(`Run ${run} was begun at Kybio (…`);
    expect(refused.stderr).toContain('), not in the sandbox.\nLeave --sandbox away.');
    expect(refused.exitCode).toBe(2);
    expect(await vendor.callCount()).toBe(before);
  });

  test('with a run of the sandbox changes nothing', async () => {
    const work = openWorkspace();
    work.file('topup.csv', lines('number,pointIncrement', '8008010001,10', '8008010003,20'));
    const topup = ['topup', 'topup.csv', '--sandbox', '--concurrency', '1', '--daily-quota', '5', '--json'];
    const paused = await work.run(topup);
    const { run } = JSON.parse(paused.stdout) as { run: string };
    for (const words of [
      ['resume', '--daily-quota', '100'],
      ['resolve', run],
      ['undo', run, '--daily-quota', '100'],
    ]) {
      expect(await work.run([...words, '--sandbox'])).toMatchObject({ exitCode: 0 });
    }
  });
});

describe('runs cancel', () => {
  test('gives the rest up: rows not sent end not_sent, a row in doubt stays to be resolved', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.set({ faultsOn: 'increments', 'fault.cutBefore': 1 });
    work.file('topup.csv', lines('number,pointIncrement', '8008010001,10', '8008010003,20', '8008010004,5'));
    const quota = ['--daily-quota', '5', '--concurrency', '1'];
    const paused = await work.run(['topup', 'topup.csv', ...quota, '--json']);
    const { run } = JSON.parse(paused.stdout) as { run: string };
    expect(outcomesOf(work.read('topup.result.csv'))[0]).toMatch(/^in_doubt/);
    await vendor.set({ 'fault.cutBefore': 0 });

    const cancelled = await work.run(['runs', 'cancel', run]);
    expect(cancelled).toMatchObject({ exitCode: 7, stderr: expect.stringContaining(`memberload resolve ${run}`) });
    expect(outcomesOf(work.read('topup.result.csv')).slice(1)).toEqual(['not_sent STOPPED', 'not_sent STOPPED']);
    expect((await work.run(['runs', 'cancel', run])).exitCode).toBe(2);
    expect((await work.run(['resume', run])).exitCode).toBe(2);
    // The other rows may be credited by another run; the one in doubt may not.
    work.file('rest.csv', lines('number,pointIncrement', '8008010003,20', '8008010004,5'));
    expect((await work.run(['topup', 'rest.csv', '--daily-quota', '100'])).exitCode).toBe(0);
    expect((await work.run(['topup', 'topup.csv', '-o', 'again.csv', '--skip-credited'])).exitCode).toBe(3);

    expect((await work.run(['resolve', run, '--row', '1', '--as', 'applied'])).exitCode).toBe(1);
    expect(outcomesOf(work.read('topup.result.csv'))).toEqual([
      'done topped_up',
      'not_sent STOPPED',
      'not_sent STOPPED',
    ]);
    expect(JSON.parse((await work.run(['runs', run, '--json'])).stdout)).toMatchObject({ state: 'cancelled' });
    expect((await work.run(['runs', run])).stdout).toContain('To send the rows that were not sent after all');
    // The result lies where it was written; nothing is left to be given up.
    const noCopy = await work.run(['result', run, '-o', 'anew.csv']);
    expect(noCopy).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('topup.result.csv') });
    expect(await work.run(['runs', 'prune', run])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(run) });
  });
});

test('a run at work can be looked at: runs, resolve and doctor; a second writer is refused and told who is at work', async () => {
  const work = openWorkspace(vendor.settings);
  work.file('topup.csv', lines('number,pointIncrement', '8008010001,10', '8008010003,20'));
  const origin = new URL(vendor.settings.KYBIO_BASE_URL).origin;
  let goOn = (): void => undefined;
  let hold = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => {
    hold = resolve;
  });
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  // The first row is done; the second row's lookup waits.
  const relay = await openRelay(origin, async ({ number }) => {
    if (number !== 3) return;
    hold();
    await held;
  });
  onTestFinished(() => relay.close());
  const environment = { KYBIO_BASE_URL: vendor.settings.KYBIO_BASE_URL.replace(origin, relay.baseUrl) };
  const running = work.start(['topup', 'topup.csv', '--concurrency', '1'], { environment });
  await isHeld;

  const listed = await work.run(['runs', '--json']);
  const { runs } = JSON.parse(listed.stdout) as { runs: { run: string; state: string }[] };
  expect(runs).toMatchObject([{ command: 'topup', state: 'running', rows: 2 }]);
  const run = runs[0]?.run ?? '';
  expect(await work.run(['runs', run])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('running') });
  expect(await work.run(['resolve', run])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('no row in doubt'),
  });

  const before = await vendor.callCount();
  const checked = await work.run(['doctor', '--json']);
  expect(checked.exitCode).toBe(0);
  const { checks } = JSON.parse(checked.stdout) as { checks: { name: string; status: string; detail: string }[] };
  expect(Object.fromEntries(checks.map(({ name, status }) => [name, status]))).toMatchObject({
    ledger: 'ok',
    runs: 'ok',
    'kybio signature': 'skipped',
  });
  expect(checks.find(({ name }) => name === 'ledger')?.detail).toMatch(/intact.*Another memberload is at work/);
  expect(await vendor.callCount()).toBe(before);

  const second = await work.run(['topup', 'topup.csv', '-o', 'second.csv']);
  expect(second).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/Another memberload is at work with .* \(process \d+, 'memberload topup topup\.csv/),
  });
  goOn();
  expect((await running.ended).exitCode).toBe(0);
  expect(outcomesOf(work.read('topup.result.csv'))).toEqual(['done topped_up', 'done topped_up']);
});
