import { describe, expect, test } from 'vitest';
import { csv, range } from '../bench/call-jobs.ts';
import { lines, outcomesOf, recordsOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { ADD, type CountedWork, fill, PAGES, quickWork, total, UPDATE } from './counted.ts';

const vendor = useVendorSandbox();

const LIST = 'GET /customers';
const BY_REFERENCE = 'GET /customers/ref/:id';
const POST = 'POST /customers';
const PUT = 'PUT /customers/:id';

/** Five customers a page. */
const SMALL_PAGES = { config: { wonder: { pageSize: 5 } } };

function customers(count: number, name: (index: number) => string = (index) => `Customer ${index}`): string {
  return csv(
    ['reference_number', 'name', 'phone'],
    range(count).map((index) => [`R${index}`, name(index), `+8529123${String(index).padStart(4, '0')}`]),
  );
}

/** So many customers at Wonder, and an account whose number of customers this home does not know. */
async function openWith(count: number, options: object = {}): Promise<CountedWork> {
  await fill(vendor, 0);
  if (count > 0) {
    const first = quickWork(vendor);
    first.file('first.csv', customers(count));
    expect((await first.run(['import', 'first.csv', '--to', 'wonder'])).exitCode).toBe(0);
  }
  return quickWork(vendor, options);
}

describe('an import to Wonder', () => {
  test('skips unchanged customers where reading the pages costs less than the writes', async () => {
    const work = await openWith(60);
    work.file(
      'again.csv',
      customers(60, (index) => (index % 10 === 0 ? 'Changed' : `Customer ${index}`)),
    );
    const { spent, document } = await work.run(['import', 'again.csv', '--to', 'wonder']);
    expect(spent).toEqual({ [LIST]: 1, [POST]: 6 });
    expect(document.actions).toMatchObject({ unchanged: 54, updated: 6 });
  });

  test('reads no page where that costs more', async () => {
    const work = await openWith(60, SMALL_PAGES);
    work.file('few.csv', customers(9));
    const { spent, document } = await work.run(['import', 'few.csv', '--to', 'wonder']);
    expect(spent).toEqual({ [POST]: 9 });
    expect(document.actions).toMatchObject({ upserted: 9 });
  });

  test('gives up after the first page when there turn out to be too many', async () => {
    const work = await openWith(60, SMALL_PAGES);
    work.file('some.csv', customers(30));
    const plan = await work.run(['import', 'some.csv', '--to', 'wonder', '--dry-run']);
    expect(plan.spent).toEqual({ [LIST]: 1 });
    const run = await work.run(['import', 'some.csv', '--to', 'wonder']);
    expect(plan.document.plan).toMatchObject({ calls: run.spent, total: total(run.spent) });
  });

  test('with a uuid, an unchanged customer is not sent either', async () => {
    const work = await openWith(30);
    const rows = (await vendor.customers()).map(({ uuid, reference_number: reference, name, phone }) => [
      uuid ?? '',
      reference === 'R3' ? 'Changed' : (name ?? ''),
      `+852${phone}`,
    ]);
    work.file('uuids.csv', csv(['uuid', 'name', 'phone'], rows));
    const { spent, document } = await work.run(['import', 'uuids.csv', '--to', 'wonder']);
    expect(spent).toEqual({ [LIST]: 1, [PUT]: 1 });
    expect(document.actions).toMatchObject({ unchanged: 29, updated: 1 });
  });

  test('a company name, which no answer gives back, is always sent', async () => {
    const work = await openWith(30);
    const rows = range(30).map((index) => [
      `R${index}`,
      `Customer ${index}`,
      `+8529123${String(index).padStart(4, '0')}`,
    ]);
    work.file(
      'companies.csv',
      csv(
        ['reference_number', 'name', 'phone', 'company_name'],
        rows.map((row) => [...row, 'Acme']),
      ),
    );
    expect((await work.run(['import', 'companies.csv', '--to', 'wonder'])).spent).toEqual({ [POST]: 30 });
  });

  test.each(['0s', '12h'])('costs what its dry run said (snapshot-max-age %s)', async (age) => {
    const work = await openWith(60, { config: { wonder: { pageSize: 20 }, snapshotMaxAge: age } });
    work.file(
      'again.csv',
      customers(70, (index) => (index % 10 === 0 ? 'Changed' : `Customer ${index}`)),
    );
    const plan = await work.run(['import', 'again.csv', '--to', 'wonder', '--dry-run']);
    const run = await work.run(['import', 'again.csv', '--to', 'wonder']);
    expect(plan.document.plan).toMatchObject({ calls: run.spent, total: total(run.spent) });
    expect(run.spent).toEqual({ ...(age === '0s' && { [LIST]: 3 }), [POST]: 16 });
  });

  test('a customer whom an earlier run added is not called created again', async () => {
    const work = await openWith(30, { config: { snapshotMaxAge: '12h' } });
    work.file('new.csv', customers(31));
    expect((await work.run(['import', 'new.csv', '--to', 'wonder'])).document.actions).toMatchObject({ created: 1 });
    work.file(
      'newer.csv',
      customers(31, (index) => (index === 30 ? 'Changed' : `Customer ${index}`)),
    );
    const second = await work.run(['import', 'newer.csv', '--to', 'wonder']);
    expect(second.document.actions).toMatchObject({ created: 0, unchanged: 30, upserted: 1 });
  });
});

describe('lookups at Wonder', () => {
  test('by uuid, which no call answers, are read from pages whatever their number', async () => {
    const work = await openWith(12, SMALL_PAGES);
    const [first, last] = [await vendor.customer('R0'), await vendor.customer('R11')];
    work.file('two.csv', lines('uuid', last?.uuid ?? '', first?.uuid ?? '', '11111111-1111-4111-a111-111111111111'));
    const { spent } = await work.run(['export', 'two.csv', '--from', 'wonder', '--lookup', 'rows']);
    expect(spent).toEqual({ [LIST]: 3 });
    expect(outcomesOf(work.read('two.result.csv'))).toEqual(['done found', 'done found', 'failed CUSTOMER_NOT_FOUND']);
    expect(recordsOf(work.read('two.result.csv'))[0]?.wonder_reference_number).toBe('R11');
  });

  test.each([
    ['many by pages', 40, { [LIST]: 3, [BY_REFERENCE]: 4 }],
    ['few one by one', 2, { [BY_REFERENCE]: 2 }],
  ])('%s, at the price that the dry run said', async (_name, count, expected) => {
    const work = await openWith(36, { config: { wonder: { pageSize: 12 } } });
    await work.run(['export', '--all', '--from', 'wonder', '-o', 'all.csv']);
    work.file(
      'file.csv',
      csv(
        ['reference_number'],
        range(count).map((index) => [`R${index}`]),
      ),
    );
    const args = ['export', 'file.csv', '--from', 'wonder'];
    const plan = await work.run([...args, '--dry-run']);
    const run = await work.run(args);
    expect(plan.document.plan).toMatchObject({ calls: run.spent, total: total(run.spent) });
    expect(run.spent).toEqual(expected);
  });

  test.each([
    ['that does not say how many there are', { wonderTotalHeader: false, wonderMaxLimit: 5 }],
    ['that gives fewer a page than asked for', { wonderMaxLimit: 5 }],
  ])('a server %s costs at most 1.5 times the better way, and 2', async (_name, switches) => {
    const size = 40;
    await openWith(size);
    await vendor.set(switches);
    for (const count of [3, 7, 10, 20]) {
      const work = quickWork(vendor, { config: { wonder: { pageSize: 10 } } });
      work.file(
        'file.csv',
        csv(
          ['reference_number'],
          range(count).map((index) => [`R${index}`]),
        ),
      );
      const { spent } = await work.run(['export', 'file.csv', '--from', 'wonder']);
      const pages = Math.floor(size / 5) + 1;
      expect([count, total(spent) <= 1.5 * Math.min(count, pages) + 2]).toEqual([count, true]);
    }
  });
});

test('both targets at once share one reading of the file, and each reads its own pages', async () => {
  await fill(vendor, 110);
  const rows = range(110).map((index) => [
    `M${String(index).padStart(6, '0')}`,
    index % 10 === 0 ? 'Changed' : `Member ${index}`,
    `+8529${String(index).padStart(7, '0')}`,
  ]);
  const work = quickWork(vendor);
  work.file('both.csv', csv(['number', 'name', 'phone'], rows));
  const first = await work.run(['import', 'both.csv', '--to', 'kybio,wonder', '-o', 'one.csv']);
  // The phones at Kybio are national numbers, those of the file are not: every member differs.
  expect(first.spent).toEqual({ [PAGES]: 2, [UPDATE]: 110, [LIST]: 1, [POST]: 110 });
  const second = await work.run(['import', 'both.csv', '--to', 'kybio,wonder', '-o', 'two.csv']);
  expect(second.spent).toEqual({ [PAGES]: 2, [LIST]: 1 });
  expect(second.document.actions).toMatchObject({ unchanged: 220 });
  expect(second.spent[ADD]).toBeUndefined();
});
