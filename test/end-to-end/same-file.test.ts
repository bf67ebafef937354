import { describe, expect, test } from 'vitest';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const ROWS = ['8008010001,10,1.5', '8008010003,20,0', '8008010007,30,-2'];
const file = (rows: readonly string[], header = 'number,pointIncrement,balanceIncrement'): string =>
  lines(header, ...rows);

const creditCount = async (): Promise<number> => (await vendor.books()).increments.length;

describe('the same top-up again', () => {
  test('is refused with its date and run, however it is named, ordered or written', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('march.csv', file(ROWS));
    expect((await workspace.run(['topup', 'march.csv'])).exitCode).toBe(0);
    const others = {
      'march.csv': file(ROWS),
      'copy.csv': file(ROWS),
      'reordered.csv': file([...ROWS].reverse()),
      'rewritten.csv': lines(
        'Balance Increment;note;Member No;point_increment',
        '1.50;x;8008010001;10.0',
        ';y;8008010003;20',
        '-2.00;z;8008010007;30',
      ),
    };
    const before = await vendor.callCount();
    for (const [name, content] of Object.entries(others)) {
      workspace.file(name, content);
      const refused = await workspace.run(['topup', name, '-y']);
      expect(refused, name).toMatchObject({
        exitCode: 3,
        stderr: expect.stringMatching(/credited already: run \d{8}-\d{6}-[0-9a-f]{4} on 20\d\d-\d\d-\d\d .*march\.csv/),
      });
    }
    expect(await vendor.callCount()).toBe(before);
    expect((await workspace.run(['topup', 'reordered.csv', '--again'])).exitCode).toBe(0);
    expect(await creditCount()).toBe(6);
  });

  test('is carried on when it is unfinished and the same file; other files with its rows are refused', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', file(ROWS));
    workspace.file('renamed.csv', file(ROWS));
    workspace.file('reordered.csv', file([...ROWS].reverse()));
    // Two calls a row, and two kept back to settle: room for one row.
    const paused = await workspace.run(['topup', 'topup.csv', '--concurrency', '1', '--daily-quota', '5', '--json']);
    expect(paused.exitCode).toBe(6);
    const { run: runId } = JSON.parse(paused.stdout) as { run: string };
    expect(await workspace.run(['topup', 'reordered.csv'])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining(`memberload resume ${runId}`),
    });
    // Its result file is no way round it.
    expect(await workspace.run(['topup', 'topup.result.csv'])).toMatchObject({
      exitCode: 3,
      stderr: expect.stringContaining(`memberload resume ${runId}`),
    });
    // With what the run was begun with, as by resume: its day's calls are still used up.
    expect((await workspace.run(['topup', 'topup.csv'])).exitCode).toBe(6);
    expect(await creditCount()).toBe(1);
    const carriedOn = await workspace.run(['topup', 'renamed.csv', '--daily-quota', '100']);
    expect(carriedOn).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`Carrying on run ${runId}`) });
    expect(await creditCount()).toBe(3);
  });

  test('the rest of a paused run, put together by hand, is refused: carrying it on would credit it twice', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', file(ROWS));
    const paused = await workspace.run(['topup', 'topup.csv', '--concurrency', '1', '--daily-quota', '5', '--json']);
    expect(paused.exitCode).toBe(6);
    const { run: runId } = JSON.parse(paused.stdout) as { run: string };
    workspace.file('rest.csv', file(['8008010004,1,0', ...ROWS.slice(1)]));
    const refused = await workspace.run(['topup', 'rest.csv', '-y']);
    expect(refused).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(
        new RegExp(`2 rows of this file are still to be credited by run ${runId}.*Row 2 \\(line 3\\) is its row 2`),
      ),
    });
    // What it has credited already, and other rows, are no reason.
    workspace.file('other.csv', file([ROWS[0] ?? '', '8008010004,1,0']));
    expect((await workspace.run(['topup', 'other.csv', '-y'])).exitCode).toBe(0);
    expect((await workspace.run(['resume', runId, '--daily-quota', '100'])).exitCode).toBe(0);
    expect(await creditCount()).toBe(5);
  });

  test('a corrected result file sends what was corrected and nothing that is done or in doubt', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', file([...ROWS, 'gone,5,0']));
    expect((await workspace.run(['topup', 'topup.csv'])).exitCode).toBe(1);
    const result = workspace.read('topup.result.csv');
    expect(outcomesOf(result)).toEqual([
      'done topped_up',
      'done topped_up',
      'done topped_up',
      'failed MEMBER_NOT_FOUND',
    ]);
    workspace.file('corrected.csv', result.replace('gone', '8008010004').replace('3,done', '3,in_doubt'));
    expect((await workspace.run(['topup', 'corrected.csv'])).exitCode).toBe(7);
    const { increments } = await vendor.books();
    expect(increments.map(({ number }) => number).sort()).toEqual([
      '8008010001',
      '8008010003',
      '8008010004',
      '8008010007',
    ]);
  });

  test('a run that credited nobody is no reason to refuse its rows', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', file(['new1,5,0']));
    expect((await workspace.run(['topup', 'topup.csv'])).exitCode).toBe(1);
    await vendor.seed({ members: [{ number: 'new1' }] });
    expect((await workspace.run(['topup', 'topup.csv', '-y'])).exitCode).toBe(0);
    expect(await creditCount()).toBe(1);
    expect((await workspace.run(['topup', 'topup.csv', '-y'])).exitCode).toBe(3);
  });

  test('rows that were only partly credited point to the result file', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', file([...ROWS, 'gone,5,0']));
    await workspace.run(['topup', 'topup.csv']);
    const refused = await workspace.run(['topup', 'topup.csv', '-y']);
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining('3 of these 4 rows were credited') });
    expect(refused.stderr).toContain('topup.result.csv');
  });
});
