import { describe, expect, test } from 'vitest';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

/** One call at a time and one seed: the same calls are struck in every run. */
const IN_ORDER = ['--concurrency', '1'];
const COUNT = 80;
const members = lines('number,name', ...Array.from({ length: COUNT }, (_, index) => `F${index + 1},Name ${index + 1}`));

const WITHOUT_ANSWER = [
  'fault.truncated',
  'fault.html',
  'fault.empty',
  'fault.foreign',
  'fault.cutBefore',
  'fault.cutAfter',
  'fault.serverErrorBefore',
  'fault.serverErrorAfter',
];

function each(faults: readonly string[], share: number): Record<string, number> {
  return Object.fromEntries(faults.map((fault) => [fault, share]));
}

describe('an import whose writes are struck', () => {
  test('creates every member exactly once, whatever came back instead of an answer', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('members.csv', members);
    await vendor.set({ faultsOn: 'writes', seed: 7, ...each(WITHOUT_ANSWER, 0.04) });
    const ended = await work.run(['import', 'members.csv', '--mode', 'create', ...IN_ORDER]);
    expect(outcomesOf(work.read('members.result.csv'))).toEqual(Array(COUNT).fill('done created'));
    expect(ended.exitCode).toBe(0);
    const made = (await vendor.members()).map(({ name }) => String(name)).filter((name) => name.startsWith('Name '));
    expect(made.sort()).toEqual(Array.from({ length: COUNT }, (_, index) => `Name ${index + 1}`).sort());
    expect(new Set(await vendor.faults())).toEqual(new Set(WITHOUT_ANSWER));
  });

  test('repeats updates and posts, which do no harm twice', async () => {
    const work = openWorkspace(vendor.settings);
    await vendor.seed(Array.from({ length: 12 }, (_, index) => ({ number: `F${index + 1}` })));
    await vendor.set({ faultsOn: 'writes', 'fault.serverErrorAfter': 0.08, 'fault.cutAfter': 0.08, seed: 3 });
    work.file(
      'members.csv',
      lines(
        'number,name,phone',
        ...Array.from({ length: 12 }, (_, index) => `F${index + 1},N,+8529123000${index % 10}`),
      ),
    );
    const ended = await work.run(['import', 'members.csv', '--to', 'kybio,wonder', ...IN_ORDER, '--json']);
    expect(outcomesOf(work.read('members.result.csv'))).toEqual(Array(12).fill('done kybio:updated;wonder:upserted'));
    expect(ended.exitCode).toBe(0);
    expect(JSON.parse(ended.stdout).calls.retried).toBeGreaterThan(0);
  });
});

describe('lookups that are struck', () => {
  test('are asked again, whatever came back instead of an answer', async () => {
    const work = openWorkspace(vendor.settings);
    work.file(
      'lookups.csv',
      lines('number', ...Array.from({ length: 11 }, (_, index) => `80080100${String(index + 1).padStart(2, '0')}`)),
    );
    const share = 0.03;
    await vendor.set({
      faultsOn: 'reads',
      seed: 4,
      'fault.truncated': share,
      'fault.html': share,
      'fault.empty': share,
      'fault.foreign': share,
      'fault.serverErrorBefore': share,
      'fault.cutBefore': share,
      'fault.tooFast': share,
      retryAfterSeconds: 0,
    });
    const ended = await work.run(['export', 'lookups.csv', ...IN_ORDER, '--json']);
    expect(outcomesOf(work.read('lookups.result.csv'))).toEqual(Array(11).fill('done found'));
    expect(JSON.parse(ended.stdout).calls.retried).toBeGreaterThan(0);
  });
});

describe('a vendor that only ever answers nonsense', () => {
  test('ends the run with exit 5 and every row with one status', async () => {
    const work = openWorkspace(vendor.settings);
    work.file('members.csv', members);
    await vendor.set(each(['fault.truncated', 'fault.html', 'fault.empty', 'fault.foreign'], 0.25));
    const ended = await work.run(['import', 'members.csv', '--mode', 'create', '--concurrency', '16', '--json']);
    expect(ended.exitCode).toBe(5);
    const { rows } = JSON.parse(ended.stdout);
    expect(rows.read).toBe(COUNT);
    expect(rows.done + rows.failed + rows.not_sent).toBe(COUNT);
    const statuses = outcomesOf(work.read('members.result.csv')).map((outcome) => outcome.split(' ')[0]);
    expect(new Set(statuses)).toEqual(new Set(['failed', 'not_sent']));
  });
});
