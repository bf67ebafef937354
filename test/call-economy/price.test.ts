import { describe, expect, test } from 'vitest';
import { csv, memberNumber, range } from '../bench/call-jobs.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { BY_NUMBER, type CountedWork, fill, INCREMENT, PAGES, quickWork, total } from './counted.ts';

const vendor = useVendorSandbox();

/** Ten members a page, so that few members are many pages. */
const PAGE_SIZE = 10;
const CONFIG = { kybio: { pageSize: PAGE_SIZE } };

type Job = {
  readonly members: number;
  readonly file: string | undefined;
  readonly args: readonly string[];
};

/** Numbers of the members in these places; a negative one is of nobody. */
function numbers(places: readonly number[]): string[] {
  return places.map((place) => (place < 0 ? `X${-place}` : memberNumber(place)));
}

const mixed = (count: number, members: number): number[] =>
  range(count).map((row) => (row % 5 === 4 ? -row : Math.floor((row * members) / count)));

const JOBS: Readonly<Record<string, Job>> = {
  'import of new, changed, unchanged and absent': {
    members: 95,
    file: csv(
      ['number', 'name', 'email', 'point'],
      mixed(40, 95).map((place, row) => [
        ...numbers([place]),
        row % 2 === 0 ? `Member ${place}` : 'Changed',
        row % 3 === 0 ? 'a@example.com' : '',
        row % 7 === 0 ? '3' : '',
      ]),
    ),
    args: ['import', 'file.csv'],
  },
  'import of five rows': {
    members: 95,
    file: csv(
      ['number', 'name'],
      numbers([3, 94, -1, 50, 51]).map((number) => [number, 'Changed']),
    ),
    args: ['import', 'file.csv'],
  },
  'import of ten rows at the front': {
    members: 95,
    file: csv(
      ['number', 'name'],
      numbers(range(10)).map((number) => [number, 'Changed']),
    ),
    args: ['import', 'file.csv'],
  },
  'import with remarks': {
    members: 60,
    file: csv(
      ['number', 'name', 'remarks'],
      range(30).map((row) => [
        memberNumber(row * 2),
        row % 4 === 0 ? 'Changed' : `Member ${row * 2}`,
        row % 2 === 0 ? `card ${row * 2}` : '',
      ]),
    ),
    args: ['import', 'file.csv'],
  },
  'update only, some of nobody': {
    members: 60,
    file: csv(
      ['number', 'name'],
      numbers(mixed(20, 60)).map((number) => [number, 'Changed']),
    ),
    args: ['import', 'file.csv', '--mode', 'update'],
  },
  'create only': {
    members: 20,
    file: csv(
      ['number', 'name'],
      numbers([-1, -2, -3, 4]).map((number) => [number, 'New']),
    ),
    args: ['import', 'file.csv', '--mode', 'create'],
  },
  'rows all at the end, then given up': {
    members: 400,
    file: csv(
      ['number', 'name'],
      numbers(range(15).map((row) => 399 - row)).map((number) => [number, 'Changed']),
    ),
    args: ['import', 'file.csv'],
  },
  'top-up with unknown numbers': {
    members: 95,
    file: csv(
      ['number', 'pointIncrement'],
      numbers(mixed(30, 95)).map((number) => [number, '5']),
    ),
    args: ['topup', 'file.csv'],
  },
  'top-up of ten': {
    members: 300,
    file: csv(
      ['number', 'pointIncrement'],
      numbers(range(10).map((row) => row * 30)).map((number) => [number, '5']),
    ),
    args: ['topup', 'file.csv'],
  },
  'look up a third': {
    members: 95,
    file: csv(
      ['number'],
      numbers(mixed(30, 95)).map((number) => [number]),
    ),
    args: ['export', 'file.csv', '--columns', 'name,point'],
  },
  'look up with remarks': {
    members: 95,
    file: csv(
      ['number'],
      numbers(mixed(12, 95)).map((number) => [number]),
    ),
    args: ['export', 'file.csv', '--columns', 'name,remarks'],
  },
  'change of category': {
    members: 60,
    file: csv(
      ['number', 'name', 'categoryName'],
      range(30).map((row) => [memberNumber(row), row % 3 === 0 ? 'Changed' : '', row % 2 === 0 ? 'Gold Card' : '']),
    ),
    args: ['import', 'file.csv', '--change-category'],
  },
  'import to both': {
    members: 60,
    file: csv(
      ['number', 'name', 'phone'],
      range(24).map((row) => [memberNumber(row * 3), 'Changed', `+8529123${String(row).padStart(4, '0')}`]),
    ),
    args: ['import', 'file.csv', '--to', 'kybio,wonder'],
  },
};

async function open(job: Job, config: object = {}): Promise<CountedWork> {
  await fill(vendor, job.members, { pageSize: PAGE_SIZE });
  const work = quickWork(vendor, { config: { ...CONFIG, ...config } });
  if (job.file !== undefined) work.file('file.csv', job.file);
  return work;
}

/** Lets the account be read once, so that the number of members is remembered. */
async function learnCount(work: CountedWork): Promise<void> {
  expect((await work.run(['export', '--all', '-o', 'all.csv'])).exitCode).toBe(0);
}

describe('the price that a dry run says is what the run then spends, to the call', () => {
  const names = Object.keys(JOBS);

  test.each(names)('%s, members unknown', async (name) => {
    const job = JOBS[name] as Job;
    const work = await open(job);
    const plan = await work.run([...job.args, '--dry-run']);
    const run = await work.run(job.args);
    expect(plan.document.plan).toMatchObject({ calls: run.spent, total: total(run.spent) });
  });

  test.each(names)('%s, members known', async (name) => {
    const job = JOBS[name] as Job;
    const work = await open(job);
    await learnCount(work);
    const plan = await work.run([...job.args, '--dry-run']);
    const run = await work.run(job.args);
    expect(plan.document.plan).toMatchObject({ calls: run.spent, total: total(run.spent) });
  });

  test.each(names)('%s, what was read kept for 12 h: the run spends the rest', async (name) => {
    const job = JOBS[name] as Job;
    const work = await open(job, { snapshotMaxAge: '12h' });
    const plan = await work.run([...job.args, '--dry-run']);
    const run = await work.run(job.args);
    expect(plan.document.plan).toMatchObject({ calls: run.spent, total: total(run.spent) });
    expect(run.spent[PAGES] ?? 0).toBe(0);
  });

  test.each(['pages', 'rows'])('with --lookup %s', async (way) => {
    const job = JOBS['import of new, changed, unchanged and absent'] as Job;
    const work = await open(job);
    const args = [...job.args, '--lookup', way];
    const plan = await work.run([...args, '--dry-run']);
    const run = await work.run(args);
    expect(plan.document.plan).toMatchObject({ calls: run.spent, total: total(run.spent) });
    expect(run.spent[way === 'rows' ? PAGES : BY_NUMBER] ?? 0).toBe(0);
  });

  test('everybody exported, once the number of members is known', async () => {
    const work = await open({ members: 95, file: undefined, args: [] });
    await learnCount(work);
    for (const columns of ['name,point', 'name,remarks']) {
      const args = ['export', '--all', '-o', 'again.csv', '--overwrite', '--columns', columns];
      const plan = await work.run([...args, '--dry-run']);
      const run = await work.run(args);
      expect(plan.document.plan).toMatchObject({ calls: run.spent, total: total(run.spent) });
    }
  });

  test('a dry run writes nothing at the vendor', async () => {
    const job = JOBS['top-up with unknown numbers'] as Job;
    const work = await open(job);
    const before = await vendor.members();
    const { spent } = await work.run([...job.args, '--dry-run']);
    expect(spent[INCREMENT] ?? 0).toBe(0);
    expect(await vendor.members()).toEqual(before);
  });
});

describe('the days that a price names', () => {
  test('are counted at the daily quota, with the calls of today taken off', async () => {
    const job = JOBS['top-up of ten'] as Job;
    const work = await open(job);
    const { document } = await work.run([...job.args, '--dry-run', '--lookup', 'rows', '--daily-quota', '15']);
    // 10 lookups of the plan leave 5 of today; the run's 20 calls need one more day.
    expect(document.plan).toMatchObject({ total: 20, days: 2 });
    expect(document.quota).toMatchObject({ limit: 15, used: 10 });
  });
});
