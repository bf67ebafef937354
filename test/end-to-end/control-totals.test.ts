import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { lines } from '../support/csv-text.ts';
import { BINARY } from '../support/run-binary.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const HEADER = 'number,pointIncrement,balanceIncrement';
const GOOD = lines(HEADER, '8008010001,10.5,1.50', '8008010003,20,-0.5');

describe('control totals', () => {
  test.each([
    ['--expect-rows', '3', 'the file has 2 to credit'],
    ['--expect-points', '30', 'the file adds up to 30.5'],
    ['--expect-balance', '1.01', 'the file adds up to 1'],
  ])('%s %s refuses the file before any call', async (flag, value, message) => {
    const { run, file, names } = openWorkspace(vendor.settings);
    file('topup.csv', GOOD);
    const ended = await run(['topup', 'topup.csv', flag, value]);
    expect(ended).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(message) });
    expect(await vendor.callCount()).toBe(0);
    expect(names()).toEqual(['topup.csv']);
  });

  test('sums that agree as numbers let it through', async () => {
    const { run, file } = openWorkspace(vendor.settings);
    file('topup.csv', GOOD);
    const args = ['--expect-rows', '2', '--expect-points', '30.50', '--expect-balance', '1.00'];
    expect((await run(['topup', 'topup.csv', ...args])).exitCode).toBe(0);
    expect((await vendor.books()).increments).toHaveLength(2);
  });

  test.each([
    ['an invalid row', [], '8008010007,12;5,0', 'INVALID_ROWS', "'12;5' is not a decimal"],
    ['a member twice', [], '8008010001,1,0', 'DUPLICATE_ROW', 'is also in row 1'],
    ['a member twice, also when invalid rows are skipped', ['--skip-invalid'], '8008010001,1,0', 'DUPLICATE_ROW', ''],
  ])('%s stops the whole file before any call', async (_what, flags, row, code, message) => {
    const { run, file } = openWorkspace(vendor.settings);
    file('topup.csv', GOOD + lines(row));
    const { exitCode, stdout } = await run(['topup', 'topup.csv', '--json', ...flags]);
    expect(exitCode).toBe(3);
    const { error } = JSON.parse(stdout) as { error: { code: string; message: string } };
    expect(error.code).toBe(code);
    expect(error.message).toContain(message);
    expect(await vendor.callCount()).toBe(0);
  });

  test('a reference twice stops the whole file before any call, and validate tells it, with every flag', async () => {
    const { run, file } = openWorkspace(vendor.settings);
    file('topup.csv', lines('number,pointIncrement,reference', '8008010001,10,INV2', '8008010001,10,INV2'));
    const flags = ['--on-duplicate', 'allow', '--skip-invalid'];
    const refused = await run(['topup', 'topup.csv', ...flags]);
    expect(refused).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining("reference: 'INV2' is also in row 1"),
    });
    const checked = await run(['validate', 'topup.csv', '--on-duplicate', 'allow', '--json']);
    expect(JSON.parse(checked.stdout)).toMatchObject({ rows: { invalid: 1 }, errorCodes: { DUPLICATE_ROW: 1 } });
    expect(await vendor.callCount()).toBe(0);
  });

  test('invalid rows are skipped, and members credited twice, when that is said', async () => {
    const { run, file } = openWorkspace(vendor.settings);
    file('topup.csv', GOOD + lines('8008010007,x,0', '8008010001,1,0'));
    const { exitCode } = await run(['topup', 'topup.csv', '--skip-invalid', '--on-duplicate', 'allow']);
    expect(exitCode).toBe(1);
    expect((await vendor.books()).increments).toHaveLength(3);
  });
});

/** The binary on a terminal of its own, with these lines typed as soon as it asks. */
function onTerminal(
  workspace: Workspace,
  command: string,
  typed: string,
): Promise<{ exitCode: number | null; shown: string }> {
  const child = spawn('script', ['-qec', `${process.execPath} ${BINARY} ${command}`, '/dev/null'], {
    cwd: workspace.folder,
    env: { PATH: process.env.PATH ?? '', HOME: workspace.folder, MEMBERLOAD_HOME: workspace.home, ...vendor.settings },
  });
  let shown = '';
  let isTyped = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    shown += text;
    if (isTyped || !/Type (the sum|yes)/.test(shown)) return;
    isTyped = true;
    child.stdin.write(typed);
  });
  return new Promise((resolve) => {
    child.on('close', (exitCode) => resolve({ exitCode, shown }));
  });
}

describe('on a terminal', () => {
  test('a top-up shows its sums and goes ahead when the sum is typed', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', GOOD);
    const { exitCode, shown } = await onTerminal(workspace, 'topup topup.csv', '30.50\r');
    expect(shown).toContain('2 rows, 30.5 points and 1 of balance in all.');
    expect(exitCode).toBe(0);
    expect((await vendor.books()).increments).toHaveLength(2);
  });

  test.each([
    ['another sum', '30\r'],
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s sends nothing and ends with exit code 2', async (_what, typed) => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', GOOD);
    const { exitCode, shown } = await onTerminal(workspace, 'topup topup.csv', typed);
    expect(exitCode).toBe(2);
    expect(shown).toContain('Nothing was sent.');
    expect((await vendor.books()).increments).toEqual([]);
  });

  test('an undo asks for the sum that it takes back', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', GOOD);
    const { stdout } = await workspace.run(['topup', 'topup.csv', '--json']);
    const { run } = JSON.parse(stdout) as { run: string };
    expect((await onTerminal(workspace, `undo ${run}`, '30.5\r')).exitCode).toBe(2);
    expect((await vendor.books()).increments).toHaveLength(2);
    const { exitCode, shown } = await onTerminal(workspace, `undo ${run}`, '-30.50\r');
    expect(shown).toContain('2 rows, -30.5 points and -1 of balance in all.');
    expect(exitCode).toBe(0);
    expect((await vendor.books()).increments).toHaveLength(4);
  });

  test('-y does not ask', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', GOOD);
    expect((await onTerminal(workspace, 'topup topup.csv -y', '')).exitCode).toBe(0);
  });
});
