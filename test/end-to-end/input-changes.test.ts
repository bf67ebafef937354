import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { columnOf, lines } from '../support/csv-text.ts';
import { openRelay } from '../support/relay.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

/** Twelve rows, one call each: enough for ten moments. */
const ROW_COUNT = 12;
const MOMENTS = Array.from({ length: 10 }, (_, index) => index + 1);

const number = (row: number): string => `P${String(row).padStart(6, '0')}`;

const FILES = {
  topup: (rows: readonly number[]): string =>
    lines('number,pointIncrement', ...rows.map((row) => `${number(row)},${row}`)),
  import: (rows: readonly number[]): string =>
    lines('number,name,point', ...rows.map((row) => `N${row},Member ${row},${row}`)),
};

type Command = keyof typeof FILES;

const ALL = Array.from({ length: ROW_COUNT }, (_, index) => index + 1);

/** What people do to a file while a run goes on. */
const CHANGES: readonly ((path: string, file: (rows: readonly number[]) => string) => void)[] = [
  // Edited in place: another amount in every row.
  (path, file) => writeFileSync(path, file(ALL).replace(/,\d+\n/g, ',9999\n')),
  // Sorted the other way round.
  (path, file) => writeFileSync(path, file([...ALL].reverse())),
  // Cut: the first rows are gone.
  (path, file) => writeFileSync(path, file(ALL.slice(8))),
  // Grown.
  (path, file) => writeFileSync(path, file([...ALL, 13, 14, 15])),
  // Replaced by another file, as editors do it.
  (path, file) => {
    writeFileSync(`${path}.new`, file([21, 22]));
    renameSync(`${path}.new`, path);
  },
  // Deleted.
  (path) => rmSync(path, { force: true }),
];

async function runWithChanges(command: Command, firstMoment: number, flags: readonly string[]) {
  const workspace = openWorkspace(vendor.settings);
  const path = join(workspace.folder, 'input.csv');
  workspace.file('input.csv', FILES[command](ALL));
  // Each change at another moment: over ten runs every change is made at every moment.
  const changeAt = new Map(CHANGES.map((change, index) => [((firstMoment - 1 + index) % MOMENTS.length) + 1, change]));
  const origin = new URL(vendor.settings.KYBIO_BASE_URL).origin;
  const relay = await openRelay(origin, (call) => changeAt.get(call.number)?.(path, FILES[command]));
  onTestFinished(() => relay.close());
  const environment = { KYBIO_BASE_URL: vendor.settings.KYBIO_BASE_URL.replace(origin, relay.baseUrl) };
  const run = (args: readonly string[]) => workspace.run([...args, '--json'], { environment });
  const args = command === 'import' ? ['import', 'input.csv', '--mode', 'create'] : ['topup', 'input.csv'];
  const first = await run([...args, '--concurrency', '1', ...flags]);
  return { workspace, run, first, relay };
}

/** The vendor's books, the result file and the totals say the same: every row of the file as it was, once. */
async function expectAllOnce(command: Command, result: string, document: string): Promise<void> {
  expect(columnOf(result, 'result_status')).toEqual(ALL.map(() => 'done'));
  expect(columnOf(result, 'number')).toEqual(ALL.map((row) => (command === 'topup' ? number(row) : `N${row}`)));
  const sum = String(ALL.reduce((total, row) => total + row, 0));
  const { rows, totals } = JSON.parse(document) as {
    rows: { read: number; done: number };
    totals: { pointIncrement: { asked: string; applied: string } };
  };
  expect(rows).toMatchObject({ read: ROW_COUNT, done: ROW_COUNT });
  if (command === 'topup') {
    expect(totals.pointIncrement).toMatchObject({ asked: sum, applied: sum });
    const { increments } = await vendor.books();
    expect(increments.map(({ pointIncrement }) => Number(pointIncrement)).sort((a, b) => a - b)).toEqual(ALL);
  } else {
    for (const row of ALL) expect(await vendor.member(`N${row}`)).toMatchObject({ point: String(row) });
    expect(await vendor.member('N13')).toBeUndefined();
  }
}

describe.each(['topup', 'import'] as const)('the input of a %s that is changed while the run goes on', (command) => {
  test.each(MOMENTS)('changes nothing of the run, from call %i on', async (moment) => {
    await vendor.seed({ count: ROW_COUNT + 10, prefix: 'P' });
    const { workspace, first } = await runWithChanges(command, moment, []);
    expect(first).toMatchObject({ exitCode: 0 });
    await expectAllOnce(command, workspace.read('input.result.csv'), first.stdout);
  });

  test('is not needed by resume: paused, deleted, carried on', async () => {
    await vendor.seed({ count: ROW_COUNT + 10, prefix: 'P' });
    const { workspace, run, first } = await runWithChanges(command, 5, ['--daily-quota', '9']);
    expect(first.exitCode).toBe(6);
    rmSync(join(workspace.folder, 'input.csv'), { force: true });
    const resumed = await run(['resume', '--daily-quota', '1000']);
    expect(resumed).toMatchObject({ exitCode: 0 });
    await expectAllOnce(command, workspace.read('input.result.csv'), resumed.stdout);
  });
});
