import { describe, expect, test } from 'vitest';
import { columnOf, lines, outcomesOf, recordsOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const ROWS = ['8008010001,10,1.5', '8008010003,20,0', '8008010007,30,-2'];
const file = (rows: readonly string[], header = 'number,pointIncrement,balanceIncrement'): string =>
  lines(header, ...rows);

const credited = async (): Promise<string[]> => {
  const { increments } = await vendor.books();
  return increments.map(({ number, pointIncrement }) => `${number} ${pointIncrement}`).sort();
};
const ONCE = ['8008010001 10', '8008010003 20', '8008010007 30'];

/** The credited members by uid, as an export would give them. */
async function byUid(rows: readonly string[] = ROWS): Promise<string> {
  const lineOf = async (row: string): Promise<string> => {
    const [number = '', ...amounts] = row.split(',');
    return [(await vendor.member(number))?.customerUid, ...amounts].join(',');
  };
  return file(await Promise.all(rows.map(lineOf)), 'customerUid,pointIncrement,balanceIncrement');
}

async function creditAll(): Promise<Workspace> {
  const workspace = openWorkspace(vendor.settings);
  workspace.file('march.csv', file(ROWS));
  expect(await workspace.run(['topup', 'march.csv'])).toMatchObject({ exitCode: 0 });
  return workspace;
}

async function pauseAfterFirst(): Promise<{ workspace: Workspace; runId: string }> {
  const workspace = openWorkspace(vendor.settings);
  workspace.file('march.csv', file(ROWS));
  // Two calls a row, and two kept back to settle: room for one row.
  const paused = await workspace.run(['topup', 'march.csv', '--concurrency', '1', '--daily-quota', '5', '--json']);
  expect(paused.exitCode).toBe(6);
  return { workspace, runId: (JSON.parse(paused.stdout) as { run: string }).run };
}

describe('a credit is remembered by its member', () => {
  test('the same rows are refused, however the file is named, ordered, written or keyed, and cost no call', async () => {
    const workspace = await creditAll();
    const others = {
      'march.csv': file(ROWS),
      'reordered.csv': file([...ROWS].reverse()),
      'half.csv': file(ROWS.slice(0, 1)),
      'merged.csv': file(['8008010004,7,0', ...ROWS]),
      'uids.csv': await byUid(),
      'rewritten.csv': lines(
        'Balance Increment;note;Member No;point_increment',
        '1.50;x;8008010001;10.0',
        ';y;8008010003;20',
      ),
    };
    const before = await vendor.callCount();
    for (const [name, content] of Object.entries(others)) {
      workspace.file(name, content);
      const refused = await workspace.run(['topup', name, '--overwrite', '-y']);
      expect(refused, name).toMatchObject({
        exitCode: 3,
        stderr: expect.stringMatching(/run \d{8}-\d{6}-[0-9a-f]{4} of 20\d\d-/),
      });
      for (const way of ['--skip-credited', '--campaign', '--again']) expect(refused.stderr, name).toContain(way);
    }
    expect(await vendor.callCount()).toBe(before);
    expect(await credited()).toEqual(ONCE);
  });

  test('--skip-credited credits only the other rows, and says which were credited before', async () => {
    const workspace = await creditAll();
    workspace.file('more.csv', file([...ROWS, '8008010004,7,0']));
    const run = await workspace.run(['topup', 'more.csv', '--skip-credited', '--json']);
    expect(run.exitCode).toBe(0);
    expect(JSON.parse(run.stdout)).toMatchObject({
      rows: { read: 4, done: 4 },
      actions: { topped_up: 1, credited_before: 3 },
      totals: { pointIncrement: { asked: '7', applied: '7' } },
    });
    expect(outcomesOf(workspace.read('more.result.csv'))).toEqual([
      'done credited_before',
      'done credited_before',
      'done credited_before',
      'done topped_up',
    ]);
    expect(await credited()).toEqual([...ONCE, '8008010004 7'].sort());
  });

  test('--again credits everybody once more, and other amounts need nothing', async () => {
    const workspace = await creditAll();
    expect((await workspace.run(['topup', 'march.csv', '--again', '--overwrite'])).exitCode).toBe(0);
    workspace.file('april.csv', file(['8008010001,11,0']));
    expect((await workspace.run(['topup', 'april.csv'])).exitCode).toBe(0);
    expect((await credited()).length).toBe(7);
  });

  test('the same amounts are a new credit when the window has passed', async () => {
    const workspace = await creditAll();
    const later = { nodeFlags: TIME_TRAVEL, environment: { TIME_OFFSET_MS: String(36 * DAY_MS) } };
    expect((await workspace.run(['topup', 'march.csv', '--overwrite'], later)).exitCode).toBe(0);
    const soon = { nodeFlags: TIME_TRAVEL, environment: { TIME_OFFSET_MS: String(40 * DAY_MS) } };
    expect((await workspace.run(['topup', 'march.csv', '--overwrite'], soon)).exitCode).toBe(3);
    expect((await workspace.run(['topup', 'march.csv', '--overwrite', '--repeat-window', '1d'], soon)).exitCode).toBe(
      0,
    );
    expect((await credited()).length).toBe(9);
  });

  test('a row that credited nobody is no reason to refuse it', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', file(['new1,5,0']));
    expect((await workspace.run(['topup', 'topup.csv'])).exitCode).toBe(1);
    await vendor.seed({ members: [{ number: 'new1' }] });
    expect((await workspace.run(['topup', 'topup.csv', '--overwrite'])).exitCode).toBe(0);
    expect(await credited()).toEqual(['new1 5']);
  });
});

const DAY_MS = 86_400_000;
const TIME_TRAVEL = ['--import', new URL('../support/time-travel.mjs', import.meta.url).pathname];

describe('a campaign', () => {
  test('credits a member once, skips whom it credited, refuses other amounts, and leaves other campaigns alone', async () => {
    const workspace = openWorkspace(vendor.settings);
    const run = (name: string, campaign: string) =>
      workspace.run(['topup', name, '--campaign', campaign, '--overwrite', '--json']);
    workspace.file('q1.csv', file(ROWS.slice(0, 2)));
    expect((await run('q1.csv', 'Q1')).exitCode).toBe(0);
    workspace.file('all.csv', file(ROWS));
    const second = await run('all.csv', 'Q1');
    expect(second.exitCode).toBe(0);
    expect(JSON.parse(second.stdout)).toMatchObject({ actions: { credited_before: 2, topped_up: 1 } });
    workspace.file('uids.csv', await byUid());
    expect(JSON.parse((await run('uids.csv', 'Q1')).stdout)).toMatchObject({ actions: { credited_before: 3 } });
    expect(await credited()).toEqual(ONCE);

    workspace.file('other.csv', file(['8008010001,99,0', '8008010004,1,0']));
    const refused = await workspace.run(['topup', 'other.csv', '--campaign', 'Q1', '--skip-invalid']);
    expect(refused.exitCode).toBe(1);
    expect(outcomesOf(workspace.read('other.result.csv'))).toEqual(['invalid CREDITED_OTHERWISE', 'done topped_up']);
    const next = await run('all.csv', 'Q2');
    expect(next).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('Warning') });
    expect((await credited()).length).toBe(7);
    // Another name by its letters, the same for whoever typed it.
    expect((await workspace.run(['topup', 'all.csv', '--campaign', 'q 2', '--dry-run'])).stderr).toMatch(
      /Warning: 3 rows credit members with the same amounts as in campaign 'Q2', .*stop now and type --campaign 'Q2'/,
    );
  });

  test('a reference is credited once for ever, whatever the campaign', async () => {
    const workspace = openWorkspace(vendor.settings);
    const withReference = (rows: readonly string[]) => file(rows, 'number,pointIncrement,reference');
    workspace.file('one.csv', withReference(['8008010001,10,R-1', '8008010003,10,R-2']));
    expect((await workspace.run(['topup', 'one.csv'])).exitCode).toBe(0);
    workspace.file('two.csv', withReference(['8008010001,10,R-1', '8008010001,10,R-3', '8008010007,10,R-2']));
    const run = await workspace.run([
      'topup',
      'two.csv',
      '--campaign',
      'X',
      '--on-duplicate',
      'allow',
      '--skip-invalid',
    ]);
    expect(run.exitCode).toBe(1);
    expect(outcomesOf(workspace.read('two.result.csv'))).toEqual([
      'done credited_before',
      'done topped_up',
      'invalid CREDITED_OTHERWISE',
    ]);
    expect(await credited()).toEqual(['8008010001 10', '8008010001 10', '8008010003 10']);
  });
});

test('what only the send finds credited before is asked, and not applied', async () => {
  const workspace = openWorkspace(vendor.settings);
  // By uid the ledger does not know the number: only the lookup of the second run tells that it is the same member.
  workspace.file('uids.csv', await byUid(ROWS.slice(0, 1)));
  expect((await workspace.run(['topup', 'uids.csv', '--campaign', 'Q1'])).exitCode).toBe(0);
  workspace.file('numbers.csv', file(ROWS));
  const { stdout } = await workspace.run(['topup', 'numbers.csv', '--campaign', 'Q1', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({
    rows: { done: 3 },
    actions: { credited_before: 1, topped_up: 2 },
    totals: { pointIncrement: { asked: '60', applied: '50', in_doubt: '0' } },
  });
  expect(await credited()).toEqual(ONCE);
});

describe('rows of a run that is not finished', () => {
  test.each([
    ['the file corrected in place', async () => file(['8008010001,10,1.5', '8008010003,20,0', '8008010004,30,-2'])],
    ['the rest put together by hand', async () => file(ROWS.slice(1))],
  ])('%s is refused, with the run to carry on', async (_, content) => {
    const { workspace, runId } = await pauseAfterFirst();
    workspace.file('march.csv', await content());
    const refused = await workspace.run(['topup', 'march.csv', '--overwrite', '-y']);
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(`memberload resume ${runId}`) });
    // Not even those who ask to skip: what is not sent yet is not credited yet.
    expect((await workspace.run(['topup', 'march.csv', '--overwrite', '--skip-credited'])).exitCode).toBe(3);
    expect((await workspace.run(['resume', runId, '--daily-quota', '100'])).exitCode).toBe(0);
    expect(await credited()).toEqual(ONCE);
  });

  test('given by customerUid elsewhere meanwhile are credited once: the run that is carried on sees it', async () => {
    const { workspace, runId } = await pauseAfterFirst();
    // Neither file knows both number and customerUid, so that only the send can tell.
    workspace.file('uids.csv', await byUid(ROWS.slice(1)));
    expect((await workspace.run(['topup', 'uids.csv'])).exitCode).toBe(0);
    expect((await workspace.run(['resume', runId, '--daily-quota', '100'])).exitCode).toBe(1);
    expect(outcomesOf(workspace.read('march.result.csv'))).toEqual([
      'done topped_up',
      'invalid CREDITED_BEFORE',
      'invalid CREDITED_BEFORE',
    ]);
    expect(await credited()).toEqual(ONCE);
  });

  test('the same command on the same file carries the run on', async () => {
    const { workspace, runId } = await pauseAfterFirst();
    // With what the run was begun with, as by resume: its day's calls are still used up.
    expect((await workspace.run(['topup', 'march.csv', '--overwrite'])).exitCode).toBe(6);
    const carriedOn = await workspace.run(['topup', 'march.csv', '--overwrite', '--daily-quota', '100']);
    expect(carriedOn).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(`Carrying on run ${runId}`) });
    expect(await credited()).toEqual(ONCE);
  });

  test('for another campaign are no reason: the same file is then a run of its own', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('march.csv', file(ROWS));
    const args = ['topup', 'march.csv', '--concurrency', '1'];
    expect((await workspace.run([...args, '--campaign', 'A', '--daily-quota', '5'])).exitCode).toBe(6);
    expect((await workspace.run([...args, '--campaign', 'B', '-o', 'b.csv'])).exitCode).toBe(0);
    expect((await workspace.run(['resume', '--daily-quota', '100'])).exitCode).toBe(0);
    expect(await credited()).toEqual([...ONCE, ...ONCE].sort());
  });

  test('that would be skipped are not called done: they are not credited yet', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('march.csv', file(ROWS.slice(0, 2)));
    const args = ['topup', 'march.csv', '--campaign', 'A', '--concurrency', '1', '--daily-quota', '5'];
    expect((await workspace.run(args)).exitCode).toBe(6);
    // By customerUid: only the read before the credit tells the number that the other run has still to send.
    workspace.file('uids.csv', await byUid(ROWS.slice(1, 2)));
    const flags = ['--campaign', 'A', '--read-before', '--daily-quota', '100'];
    expect((await workspace.run(['topup', 'uids.csv', ...flags])).exitCode).toBe(1);
    expect(outcomesOf(workspace.read('uids.result.csv'))).toEqual(['invalid CREDITED_BEFORE']);
    expect((await workspace.run(['resume', '--daily-quota', '100'])).exitCode).toBe(0);
    expect(await credited()).toEqual(ONCE.slice(0, 2));
  });

  test('are free again when the run is cancelled', async () => {
    const { workspace, runId } = await pauseAfterFirst();
    workspace.file('rest.csv', file(ROWS.slice(1)));
    const cancelled = await workspace.run(['runs', 'cancel', runId]);
    expect(cancelled).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('2 rows will not be sent') });
    expect(columnOf(workspace.read('march.result.csv'), 'result_status')).toEqual(['done', 'not_sent', 'not_sent']);
    expect((await workspace.run(['resume', runId])).exitCode).toBe(2);
    expect((await workspace.run(['topup', 'rest.csv'])).exitCode).toBe(0);
    expect(await credited()).toEqual(ONCE);
  });
});

describe('a result file', () => {
  test('corrected and run again sends what was corrected, and nothing that is done or in doubt', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', file([...ROWS, 'gone,5,0']));
    expect((await workspace.run(['topup', 'topup.csv'])).exitCode).toBe(1);
    const result = workspace.read('topup.result.csv');
    workspace.file('corrected.csv', result.replace('gone', '8008010004').replace('3,done', '3,in_doubt'));
    const run = await workspace.run(['topup', 'corrected.csv']);
    expect(run).toMatchObject({ exitCode: 7, stderr: expect.stringContaining('1 done now, 2 done before') });
    expect(await credited()).toEqual([...ONCE, '8008010004 5'].sort());
  });

  test('an old copy whose failed rows were sent since is refused, whatever a spreadsheet made of it', async () => {
    const workspace = openWorkspace(vendor.settings);
    workspace.file('topup.csv', file([...ROWS, 'late,5,0']));
    expect((await workspace.run(['topup', 'topup.csv'])).exitCode).toBe(1);
    const old = workspace.read('topup.result.csv');
    await vendor.seed({ members: [{ number: 'late' }] });
    workspace.file('again.csv', old);
    expect((await workspace.run(['topup', 'again.csv'])).exitCode).toBe(0);
    const all = [...ONCE, 'late 5'].sort();
    expect(await credited()).toEqual(all);
    const without = (...names: string[]): string => {
      const records = recordsOf(old);
      const kept = Object.keys(records[0] ?? {}).filter((name) => !names.includes(name));
      return lines(kept.join(','), ...records.map((record) => kept.map((name) => `"${record[name]}"`).join(',')));
    };
    const copies = {
      'old.csv': old,
      'retimed.csv': old.replace(/(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):\d\d/g, '$2/$3/$1 $4:$5'),
      'uncolumned.csv': without('result_customerUid', 'result_dataChangeTime'),
      'unstatused.csv': without('result_status'),
      'unplaced.csv': without('result_for'),
      'bare.csv': without(...Object.keys(recordsOf(old)[0] ?? {}).filter((name) => name.startsWith('result_'))),
    };
    for (const [name, content] of Object.entries(copies)) {
      workspace.file(name, content);
      expect(await workspace.run(['topup', name, '-y']), name).toMatchObject({ exitCode: 3 });
    }
    expect(await credited()).toEqual(all);
  });

  test('of another place, vendor or command is refused whole, and can be taken as plain input', async () => {
    const workspace = await creditAll();
    const result = workspace.read('march.result.csv');
    workspace.file('sandboxed.csv', result.replace(/topup [^\r\n"]*/g, 'topup SANDBOX'));
    const refused = await workspace.run(['topup', 'sandboxed.csv']);
    expect(refused).toMatchObject({ exitCode: 3, stderr: expect.stringContaining("'topup SANDBOX'") });
    expect(refused.stderr).toContain('--ignore-results');
    workspace.file('members.csv', result);
    expect(await workspace.run(['import', 'members.csv', '--mode', 'update'])).toMatchObject({ exitCode: 3 });

    workspace.file('look.csv', lines('number', '8008010004'));
    expect((await workspace.run(['export', 'look.csv'])).exitCode).toBe(0);
    const exported = recordsOf(workspace.read('look.result.csv'));
    const header = Object.keys(exported[0] ?? {});
    const withAmount = lines(
      [...header, 'pointIncrement'].join(','),
      ...exported.map((record) => [...header.map((name) => `"${record[name]}"`), '5'].join(',')),
    );
    workspace.file('amount.csv', withAmount);
    expect(await workspace.run(['topup', 'amount.csv'])).toMatchObject({ exitCode: 3 });
    expect(await credited()).toEqual(ONCE);
    expect((await workspace.run(['topup', 'amount.csv', '--ignore-results', '--overwrite'])).exitCode).toBe(0);
    expect(await credited()).toEqual([...ONCE, '8008010004 5'].sort());
  });
});

test('a row with the number of one member and the customerUid of another is refused, and nobody is credited', async () => {
  const workspace = openWorkspace(vendor.settings);
  const uid = (await vendor.member('8008010003'))?.customerUid;
  workspace.file('both.csv', file([`8008010001,${uid},5`], 'number,customerUid,pointIncrement'));
  const run = await workspace.run(['topup', 'both.csv']);
  expect(run.exitCode).toBe(1);
  expect(columnOf(workspace.read('both.result.csv'), 'result_status')).not.toContain('done');
  expect(await credited()).toEqual([]);
});
