import { describe, expect, test } from 'vitest';
import { csv, memberNumber, range } from '../bench/call-jobs.ts';
import { lines, outcomesOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { ADD, CATEGORIES, CATEGORY_BATCH, fill, PAGES, quickWork, total, UPDATE } from './counted.ts';

const vendor = useVendorSandbox();

const ARGS = ['import', 'file.csv', '--change-category'];

describe('--change-category', () => {
  test('changes 250 members in 3 calls, after one that lists the categories', async () => {
    await fill(vendor, 260);
    const work = quickWork(vendor);
    work.file(
      'file.csv',
      csv(
        ['number', 'categoryName'],
        range(250).map((row) => [memberNumber(row), 'Gold Card']),
      ),
    );
    const plan = await work.run([...ARGS, '--dry-run']);
    expect(plan.spent).toEqual({ [PAGES]: 3, [CATEGORIES]: 1 });
    const { spent, document } = await work.run(ARGS);
    expect(spent).toEqual({ [PAGES]: 3, [CATEGORIES]: 1, [CATEGORY_BATCH]: 3 });
    expect(plan.document.plan).toMatchObject({ calls: spent, total: total(spent) });
    expect(document.actions).toMatchObject({ updated: 250 });
    const members = await vendor.members();
    expect(members.filter(({ categoryName }) => categoryName === 'Gold Card')).toHaveLength(250);
  });

  test.each(['import', 'dry run'])('tells an unknown category before anything is written (%s)', async (kind) => {
    await fill(vendor, 12);
    const work = quickWork(vendor);
    work.file(
      'file.csv',
      lines('number,name,categoryName', 'M000001,Changed,Gold Card', 'M000002,Changed,Gold Crad', 'NEW,New,Gold Card'),
    );
    const before = await vendor.members();
    const { exitCode, stderr, spent } = await work.run(kind === 'import' ? ARGS : [...ARGS, '--dry-run']);
    expect(exitCode).toBe(3);
    expect(stderr).toContain("'Gold Crad' (did you mean 'Gold Card'?)");
    expect(spent).toEqual({ [CATEGORIES]: 1 });
    expect(await vendor.members()).toEqual(before);
  });

  test('a member whose other fields differ too is updated and joins the batch', async () => {
    await fill(vendor, 12);
    const work = quickWork(vendor);
    work.file(
      'file.csv',
      lines(
        'number,name,categoryName',
        'M000001,Changed,Gold Card',
        'M000002,Member 2,Gold Card',
        'M000003,Member 3,',
        'NEW,New,Gold Card',
      ),
    );
    const { spent } = await work.run([...ARGS, '--lookup', 'pages']);
    expect(spent).toEqual({ [PAGES]: 1, [CATEGORIES]: 1, [UPDATE]: 1, [ADD]: 1, [CATEGORY_BATCH]: 1 });
    expect(outcomesOf(work.read('file.result.csv'))).toEqual([
      'done updated',
      'done updated',
      'done unchanged',
      'done created',
    ]);
    for (const number of ['M000001', 'M000002', 'NEW']) {
      expect(await vendor.member(number)).toMatchObject({ categoryName: 'Gold Card' });
    }
    expect(await vendor.member('M000001')).toMatchObject({ name: 'Changed' });
  });

  test('without the flag a category of an existing member is named as not changed, and costs nothing', async () => {
    await fill(vendor, 12);
    const work = quickWork(vendor);
    work.file('file.csv', lines('number,categoryName', 'M000001,Gold Card'));
    expect((await work.run(['import', 'file.csv', '--lookup', 'pages'])).spent).toEqual({ [PAGES]: 1 });
    expect(work.read('file.result.csv')).toContain('not changed on an existing member');
    expect(await vendor.member('M000001')).toMatchObject({ categoryName: '' });
  });

  test('a category that is so already costs no batch', async () => {
    await fill(vendor, 0);
    await vendor.seed([{ number: 'G1', name: 'Gold', categoryName: 'Gold Card' }]);
    const work = quickWork(vendor);
    work.file('file.csv', lines('number,categoryName', 'G1,Gold Card'));
    expect((await work.run([...ARGS, '--lookup', 'pages'])).spent).toEqual({ [PAGES]: 1, [CATEGORIES]: 1 });
    expect(outcomesOf(work.read('file.result.csv'))).toEqual(['done unchanged']);
  });
});
