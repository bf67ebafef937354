import { describe, expect, onTestFinished, test } from 'vitest';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { readLedgerAddress } from '../../../src/ledger/postgres/address.ts';
import { openPostgresLedger } from '../../../src/ledger/postgres/postgres-ledger.ts';
import type { SliceStore } from '../../../src/ledger/slices.ts';
import { withoutGuards } from '../../support/machines.ts';
import { emptyLedger, HAS_POSTGRES, inDatabase } from '../../support/postgres.ts';
import { ACCOUNT, HOLDER, newIntent, newRun, plannedRow } from '../../support/test-ledger.ts';
import { temporaryFolder } from '../../support/workspace.ts';

const RUN = 'cut';
const NO_CALLS = {};
const key = (rowNumber: number) => ({ runId: RUN, rowNumber, target: 'kybio' }) as const;

async function openAs(person: string, url: string): Promise<Ledger & { readonly slices: SliceStore }> {
  const ledger = await openPostgresLedger({
    ...{ address: readLedgerAddress(url), folder: temporaryFolder(), isLossAccepted: true, onFailure: () => undefined },
    holder: { ...HOLDER, person },
  });
  onTestFinished(() => ledger.close());
  if (!ledger.slices) throw new Error('a shared ledger has slices');
  return { ...ledger, slices: ledger.slices };
}

/** As if it was paused, or cut off. */
async function endLease(url: string, person: string): Promise<void> {
  await inDatabase(url, `UPDATE memberload.worker SET lease_until_ms = 0 WHERE who LIKE '${person}%'`);
}

describe.runIf(HAS_POSTGRES)('a run in slices', () => {
  /** Five rows in slices of two, and the reading. */
  async function startCut({ isHandedOut = false } = {}) {
    const url = await emptyLedger();
    const [anna, bert] = await Promise.all([openAs('anna', url), openAs('bert', url)]);
    const rows = [1, 2, 3, 4, 5].map((rowNumber) => plannedRow({ rowNumber }));
    const cut = { rowsEach: 2, lanes: 2, isHandedOut };
    expect(await anna.runs.start(newRun({ runId: RUN, rowCount: 5, slices: cut }), [rows])).toEqual({
      kind: 'started',
    });
    return { url, anna, bert };
  }

  async function read(ledger: { readonly slices: SliceStore }): Promise<void> {
    expect(await ledger.slices.take(RUN)).toEqual({ kind: 'taken', slice: 0, firstRow: 0, lastRow: 0 });
    await ledger.slices.finish(RUN, 0, NO_CALLS);
  }

  const begin = (ledger: Ledger, rowNumber: number) =>
    ledger.increments.begin(newIntent({ key: key(rowNumber), customerUid: `m${rowNumber}` }));

  test('is read first; then each slice is one process’s at a time, and its rows are that process’s alone', async () => {
    const { anna, bert } = await startCut();
    expect(await anna.slices.take(RUN)).toMatchObject({ kind: 'taken', slice: 0 });
    // Nobody sends before the reading is done.
    expect(await bert.slices.take(RUN)).toEqual({ kind: 'busy' });
    await anna.slices.finish(RUN, 0, NO_CALLS);
    expect(await anna.slices.take(RUN)).toEqual({ kind: 'taken', slice: 1, firstRow: 1, lastRow: 2 });
    expect(await bert.slices.take(RUN, 1)).toEqual({ kind: 'busy' });
    expect(await bert.slices.take(RUN)).toEqual({ kind: 'taken', slice: 2, firstRow: 3, lastRow: 4 });
    expect(await begin(anna, 2)).toMatchObject({ kind: 'begun' });
    expect(await begin(anna, 3)).toEqual({ kind: 'lease_lost' });
    expect(await begin(bert, 3)).toMatchObject({ kind: 'begun' });
    // While somebody works on a slice, nobody carries the whole run on; not even that process.
    expect(await bert.runs.claim(RUN)).toMatchObject({ kind: 'at_work' });
    await anna.slices.finish(RUN, 1, NO_CALLS);
    expect(await bert.runs.claim(RUN)).toMatchObject({ kind: 'at_work' });
    await bert.slices.finish(RUN, 2, NO_CALLS);
    expect(await bert.slices.take(RUN)).toMatchObject({ kind: 'taken', slice: 3, firstRow: 5, lastRow: 5 });
    await bert.slices.release(RUN, 3, 0, NO_CALLS);
    // Who has claimed the run, to look at a row, has all of it; let go, it is in slices as before.
    expect(await bert.runs.claim(RUN)).toEqual({ kind: 'claimed' });
    expect(await anna.slices.take(RUN)).toEqual({ kind: 'over', stop: undefined });
    expect(await begin(bert, 5)).toMatchObject({ kind: 'begun' });
    await bert.rows.record(key(5), { state: 'open' });
    await bert.runs.release(RUN);
    expect(await anna.slices.take(RUN)).toMatchObject({ kind: 'taken', slice: 3 });
    await anna.slices.finish(RUN, 3, NO_CALLS);
    expect(await bert.slices.take(RUN)).toEqual({ kind: 'all_done' });
    expect(await bert.runs.claim(RUN)).toEqual({ kind: 'claimed' });
    expect(await anna.slices.take(RUN)).toEqual({ kind: 'over', stop: undefined });
    expect(await anna.slices.listWorkers(RUN)).toEqual([
      { who: expect.stringContaining('anna'), rowCount: 1 },
      { who: expect.stringContaining('bert'), rowCount: 1 },
    ]);
  });

  async function takeOver() {
    const { url, anna, bert } = await startCut();
    await read(anna);
    await anna.slices.take(RUN, 1);
    await anna.rows.record(key(1), { state: 'open' });
    await endLease(url, 'anna');
    expect(await bert.slices.take(RUN, 1)).toMatchObject({ kind: 'taken', slice: 1 });
    return { url, anna, bert };
  }

  test('a slice of a process whose lease is over goes to another one, and the first has nothing more to say', async () => {
    const { url, anna, bert } = await takeOver();
    expect(await begin(anna, 1)).toEqual({ kind: 'lease_lost' });
    await bert.rows.record(key(1), { state: 'failed', errorCode: 'BY_BERT' });
    await anna.rows.record(key(1), { state: 'done', action: 'created' });
    expect(await bert.rows.find(key(1))).toMatchObject({ state: 'failed', errorCode: 'BY_BERT' });
    expect(await anna.slices.take(RUN)).toEqual({ kind: 'lease_lost' });
    // Nor can it end what is not its own any more, or stop the others.
    await anna.slices.finish(RUN, 1, NO_CALLS);
    await inDatabase(
      url,
      "UPDATE memberload.slice SET worker_id = (SELECT min(worker_id) FROM memberload.worker WHERE who LIKE 'anna%') WHERE slice = 2",
    );
    await anna.slices.stop(RUN, { kind: 'breaker', detail: 'out of touch' });
    expect(await bert.slices.take(RUN, 1)).toEqual({ kind: 'busy' });
  });

  test('negative control: without the look at the slice the first process overwrites the second', async () => {
    const { url, anna, bert } = await takeOver();
    await withoutGuards(url, { works_on: ['AND NOT is_done AND worker_id = me', 'AND NOT is_done'] });
    await bert.rows.record(key(1), { state: 'failed', errorCode: 'BY_BERT' });
    await anna.rows.record(key(1), { state: 'done', action: 'created' });
    expect(await bert.rows.find(key(1))).toMatchObject({ state: 'done' });
  });

  test('what one process stops is stopped for all: no call is taken, and no increment begun', async () => {
    const { url, anna, bert } = await startCut();
    await read(anna);
    await anna.slices.take(RUN);
    await bert.slices.take(RUN);
    const stop = { kind: 'max_errors', detail: 'too many' } as const;
    const call = { day: '2026-11-22', endpoint: 'add', limit: undefined, runId: RUN };
    expect(await bert.calls.take(ACCOUNT, call)).toMatchObject({ isTaken: true });
    await anna.slices.stop(RUN, stop);
    expect(await bert.calls.take(ACCOUNT, call)).toMatchObject({ isTaken: false, stop });
    expect(await begin(bert, 3)).toEqual({ kind: 'run_stopped', stop });
    await bert.slices.release(RUN, 2, 0, NO_CALLS);
    expect(await bert.slices.take(RUN)).toEqual({ kind: 'over', stop });
    // Recorded as stopped, the run waits for a person, whenever its worker dies.
    await inDatabase(url, 'UPDATE memberload.run SET is_handed_out = true');
    await anna.runs.setState(RUN, 'stopped');
    expect(await anna.slices.listHandedOut()).toEqual([]);
    // A person lifts it.
    await anna.slices.release(RUN, 1, 0, NO_CALLS);
    await bert.slices.takeBack(RUN);
    expect(await bert.runs.claim(RUN)).toEqual({ kind: 'claimed' });
    expect(await begin(bert, 3)).toMatchObject({ kind: 'begun' });
  });

  test('calls of all slices are added up, until a summary tells of them', async () => {
    const { anna, bert } = await startCut();
    expect(await anna.slices.take(RUN)).toMatchObject({ slice: 0 });
    await anna.slices.finish(RUN, 0, { sent: 1, 'customerOpenApi/queryByNumber': 1 });
    await anna.slices.take(RUN);
    await bert.slices.take(RUN);
    await anna.slices.finish(RUN, 1, { sent: 4, retried: 1, 'customerOpenApi/queryByNumber': 2 });
    await bert.slices.release(RUN, 2, 0, { sent: 2 });
    expect(await bert.slices.readCalls(RUN)).toEqual({ sent: 7, retried: 1, 'customerOpenApi/queryByNumber': 3 });
    await bert.runs.claim(RUN);
    await bert.runs.end(RUN, { state: 'stopped', summaryJson: '{}' });
    expect(await bert.slices.readCalls(RUN)).toEqual({});
  });

  test('a job is added with the run, one for each slice after the reading, one for the end; lost ones are added again', async () => {
    const { url, anna } = await startCut({ isHandedOut: true });
    const jobs = async () =>
      (
        await inDatabase(url, 'SELECT key, queue_name FROM memberload_jobs.jobs WHERE key IS NOT NULL ORDER BY key')
      ).map((job) => [String(job.key), String(job.queue_name).split('#')[1]].join(' '));
    expect(await jobs()).toEqual(['cut/0 0']);
    expect(await anna.slices.listHandedOut()).toEqual([RUN]);
    await inDatabase(url, 'DELETE FROM memberload_jobs._private_jobs');
    await inDatabase(url, 'SELECT memberload.add_lost_jobs()');
    expect(await jobs()).toEqual(['cut/0 0']);
    await read(anna);
    // The job of the reading is the queue's own to remove.
    await inDatabase(url, "DELETE FROM memberload_jobs._private_jobs WHERE key = 'cut/0'");
    expect(await jobs()).toEqual(['cut/1 0', 'cut/2 1', 'cut/3 0']);
    await inDatabase(url, "DELETE FROM memberload_jobs._private_jobs WHERE key = 'cut/2'");
    await anna.slices.take(RUN, 1);
    const [added] = await inDatabase(url, 'SELECT memberload.add_lost_jobs()::int AS count');
    expect(added).toEqual({ count: 1 });
    // One that has failed too often.
    await inDatabase(url, "UPDATE memberload_jobs._private_jobs SET attempts = max_attempts WHERE key = 'cut/3'");
    await inDatabase(url, 'SELECT memberload.add_lost_jobs()');
    const [{ attempts } = {}] = await inDatabase(url, "SELECT attempts FROM memberload_jobs.jobs WHERE key = 'cut/3'");
    expect(attempts).toBe(0);
    await anna.slices.finish(RUN, 1, NO_CALLS);
    for (const slice of [2, 3]) {
      await anna.slices.take(RUN, slice);
      await anna.slices.finish(RUN, slice, NO_CALLS);
    }
    expect(await jobs()).toContain('cut/-1 0');
    await anna.slices.takeBack(RUN);
    expect(await jobs()).toEqual([]);
    expect(await anna.slices.listHandedOut()).toEqual([]);
  });
});
