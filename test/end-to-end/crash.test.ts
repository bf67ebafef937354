import { describe, expect, test } from 'vitest';
import { seededChance } from '../../src/sandbox/chance.ts';
import { TEST_SEED } from '../support/chance.ts';
import { lines, recordsOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { openWorkspace, type Workspace } from '../support/workspace.ts';

const vendor = useVendorSandbox();

const KILLS = 3;

type Job = {
  readonly args: readonly string[];
  /** The file that `args` names; none for an export of everybody. */
  readonly input?: string;
  readonly members?: readonly object[];
  readonly result: string;
};

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

const JOBS: Record<string, Job> = {
  'import --mode create': {
    args: ['import', 'in.csv', '--mode', 'create'],
    input: lines(
      'number,name,point',
      ...range(50).map((row) => `C${row},Name ${row},${row}.50`),
      'C51,ten,ten',
      'T1,Another,1',
      'T2,Another,2',
    ),
    members: [{ number: 'T1', name: 'There before' }, { number: 'T2' }],
    result: 'in.result.csv',
  },
  'import --mode upsert': {
    args: ['import', 'in.csv'],
    input: lines(
      'number,name,point',
      ...range(20).map((row) => `U${row},Name ${row},1`),
      ...range(40).map((row) => `E${row},Name ${row},5`),
    ),
    // Of the existing: a third the same, a third with another name, a third with other points.
    members: range(40).map((row) => ({
      number: `E${row}`,
      name: row % 3 === 0 ? 'Old' : `Name ${row}`,
      point: row % 3 === 1 ? '7' : '5',
    })),
    result: 'in.result.csv',
  },
  'import --to wonder': {
    args: ['import', 'in.csv', '--to', 'wonder'],
    input: lines('reference_number,name,phone', ...range(60).map((row) => `W${row},Name ${row},+8529123${1000 + row}`)),
    result: 'in.result.csv',
  },
  'export of a file': {
    args: ['export', 'in.csv', '--lookup', 'rows'],
    input: lines('number', ...range(60).map((row) => `X${row}`)),
    members: range(55).map((row) => ({ number: `X${row}`, name: `Name ${row}`, balance: `${row}.10` })),
    result: 'in.result.csv',
  },
  'export --all': {
    args: ['export', '--all', '-o', 'all.csv', '--columns', 'number,name,point,balance,remarks,customerUid'],
    members: range(50).map((row) => ({ number: `X${row}`, name: `Name ${row}`, remarks: row % 2 ? 'odd' : '' })),
    result: 'all.csv',
  },
};

describe('a run that is killed at random moments and carried on', () => {
  test.each(Object.keys(JOBS))('%s ends with the result and the records of an undisturbed run', async (name) => {
    const job = JOBS[name] as Job;
    const chance = seededChance(TEST_SEED + name.length);
    await prepare(job);
    const undisturbed = openWork(job);
    expect([0, 1]).toContain((await undisturbed.run(job.args)).exitCode);
    const expected = { result: comparable(undisturbed.read(job.result)), records: await records() };
    const callCount = await vendor.callCount();

    await prepare(job);
    const work = openWork(job);
    let killedCount = 0;
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const running = work.start(kill === 1 ? job.args : ['resume']);
      const until = (await vendor.callCount()) + 1 + Math.trunc((chance() * callCount) / KILLS);
      while (!running.hasEnded() && (await vendor.callCount()) < until) await sleep(3);
      await sleep(chance() * 15);
      running.kill('SIGKILL');
      const ended = await running.ended;
      if (ended.signal === 'SIGKILL') killedCount += 1;
    }
    const last = await work.run(['resume']);
    const seen = `TEST_SEED=${TEST_SEED}, killed ${killedCount} times; ${last.stderr}`;
    expect(killedCount, seen).toBeGreaterThan(0);
    expect([0, 1], seen).toContain(last.exitCode);
    expect(comparable(work.read(job.result)), seen).toEqual(expected.result);
    expect(await records(), seen).toEqual(expected.records);
    await expectOwnIds(work.read(job.result), seen);
  });
});

async function prepare(job: Job): Promise<void> {
  await vendor.reset({ empty: true, pageSize: 7, seed: 1 });
  if (job.members) await vendor.seed(job.members);
}

function openWork(job: Job): Workspace {
  const work = openWorkspace(vendor.settings);
  work.config({ rate: '250/s', lookup: 'auto' });
  if (job.input !== undefined) work.file('in.csv', job.input);
  return work;
}

/**
 * The rows without what a kill may change:
 * - result_run: the id of the run;
 * - result_attempts: a call that was cut off is made once more;
 * - ids: the sandbox numbers records in the order of their arrival, which differs; checked by `expectOwnIds`;
 * - the words of a refused create: found by a lookup after the kill instead of refused by `add`, same code;
 * - whether Wonder's POST created: one that was cut off may have, and its second sending cannot tell.
 */
function comparable(result: string): object[] {
  return recordsOf(result).map((record) => ({
    ...record,
    result_attempts: undefined,
    result_run: record.result_run === '' ? '' : 'given',
    result_customerUid: record.result_customerUid === '' ? '' : 'given',
    result_uuid: record.result_uuid === '' ? '' : 'given',
    result_messages: record.result_errorCode === '2012' ? '' : record.result_messages,
    result_action: record.result_uuid && record.result_action === 'created' ? 'upserted' : record.result_action,
  }));
}

/** Every member and customer, without their ids and the times at which they were made. */
async function records(): Promise<object[]> {
  const members = (await vendor.members()).map(({ id: _, customerUid: __, createdDate: ___, ...member }) => member);
  const customers = (await vendor.customers()).map(({ id: _, uuid: __, ...customer }) => customer);
  const keyOf = (record: Record<string, unknown>) => String(record.number ?? record.reference_number);
  return [...members, ...customers].sort((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}

async function expectOwnIds(result: string, seen: string): Promise<void> {
  const uids = new Map((await vendor.members()).map(({ number, customerUid }) => [number, customerUid]));
  const uuids = new Map((await vendor.customers()).map((customer) => [customer.reference_number, customer.uuid]));
  for (const record of recordsOf(result)) {
    if (record.result_customerUid) expect(record.result_customerUid, seen).toBe(uids.get(record.number ?? ''));
    if (record.result_uuid) expect(record.result_uuid, seen).toBe(uuids.get(record.reference_number ?? ''));
  }
}

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
