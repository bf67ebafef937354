import { rmSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import type { OperatorError } from '../../../src/base/errors.ts';
import { createRateLimiter } from '../../../src/calls/rate-limiter.ts';
import { shareRate } from '../../../src/calls/shared-rate.ts';
import type { Ledger } from '../../../src/ledger/ledger.ts';
import { readLedgerAddress } from '../../../src/ledger/postgres/address.ts';
import { readStatus } from '../../../src/ledger/postgres/administer.ts';
import { openDatabase } from '../../../src/ledger/postgres/database.ts';
import { openLease } from '../../../src/ledger/postgres/lease.ts';
import { openPostgresLedger } from '../../../src/ledger/postgres/postgres-ledger.ts';
import { decideRow, withEvidence } from '../../../src/send/resolve-row.ts';
import { IN_FLIGHT, withoutGuards } from '../../support/machines.ts';
import {
  emptyLedger,
  HAS_POSTGRES,
  inDatabase,
  makeClusterFolder,
  startCluster,
  stopCluster,
  urlOf,
} from '../../support/postgres.ts';
import { ACCOUNT, HOLDER, newIntent, newRun, plannedRow } from '../../support/test-ledger.ts';
import { temporaryFolder } from '../../support/workspace.ts';
import { all } from '../contract/backends.ts';

const key = (runId: string, rowNumber = 1) => ({ runId, rowNumber, target: 'kybio' }) as const;

async function openAs(
  person: string,
  url: string,
  more: { leaseMs?: number; onFailure?: (error: OperatorError) => void; isLossAccepted?: boolean } = {},
): Promise<Ledger> {
  const ledger = await openPostgresLedger({
    ...{ address: readLedgerAddress(url), folder: temporaryFolder(), isLossAccepted: true, onFailure: () => undefined },
    holder: { ...HOLDER, person },
    ...more,
  });
  onTestFinished(() => ledger.close());
  return ledger;
}

/** As if its lease were over: it was paused, or cut off. */
async function endLease(url: string, person: string): Promise<void> {
  await inDatabase(url, `UPDATE memberload.worker SET lease_until_ms = 0 WHERE who LIKE '${person}%'`);
}

describe.runIf(HAS_POSTGRES)('two processes with one ledger', () => {
  async function openTwo() {
    const url = await emptyLedger();
    const [anna, bert] = await Promise.all([openAs('anna', url), openAs('bert', url)]);
    return { url, anna, bert };
  }

  /** Twenty members, each begun by both at once. @returns how many intents each member has */
  async function beginAtOnce(anna: Ledger, bert: Ledger): Promise<number[]> {
    await anna.runs.start(newRun({ runId: 'a' }), []);
    await bert.runs.start(newRun({ runId: 'b' }), []);
    const members = Array.from({ length: 20 }, (_, index) => String(index));
    const intents = (runId: string, order: readonly string[]) =>
      order.map((customerUid) => newIntent({ key: key(runId, Number(customerUid) + 1), customerUid }));
    await Promise.all([
      ...intents('a', members).map((intent) => anna.increments.begin(intent)),
      // The other way round: two groups that wait for each other would be a deadlock.
      ...intents('b', members.toReversed()).map((intent) => bert.increments.begin(intent)),
    ]);
    const unsettled = await anna.increments.listUnsettled(ACCOUNT);
    return members.map((uid) => unsettled.filter(({ customerUid }) => customerUid === uid).length);
  }

  test('one member has one increment on its way, whoever begins it at the same moment', async () => {
    const { anna, bert } = await openTwo();
    expect(await beginAtOnce(anna, bert)).toEqual(Array(20).fill(1));
  });

  test('negative control: without in_flight every member has two', async () => {
    const { url, anna, bert } = await openTwo();
    await withoutGuards(url, IN_FLIGHT);
    expect(await beginAtOnce(anna, bert)).toEqual(Array(20).fill(2));
  });

  test('the same reference is credited once, whoever begins it at the same moment', async () => {
    const { anna, bert } = await openTwo();
    const guard = { campaign: '', repeatWindowMs: 1 };
    const begun = await Promise.all(
      [anna, bert].map(async (ledger, index) => {
        await ledger.runs.start(newRun({ runId: `run-${index}` }), []);
        return Promise.all(
          Array.from({ length: 10 }, (_, row) =>
            ledger.increments.begin(
              newIntent({
                ...{ key: key(`run-${index}`, row + 1), customerUid: `${index}${row}`, reference: `R${row}`, guard },
              }),
            ),
          ),
        );
      }),
    );
    const kinds = begun[0]?.map(({ kind }, row) => [kind, begun[1]?.[row]?.kind].sort());
    expect(kinds).toEqual(Array(10).fill(['begun', 'credited_otherwise']));
  });

  test('the calls of a day are never more than the limit, whoever takes them at once', async () => {
    const { anna, bert } = await openTwo();
    const take = (ledger: Ledger) =>
      Promise.all(
        Array.from({ length: 40 }, () => ledger.calls.take(ACCOUNT, { day: '2026-11-22', endpoint: 'add', limit: 50 })),
      );
    const taken = (await Promise.all([take(anna), take(bert)])).flat();
    expect(taken.filter(({ isTaken }) => isTaken)).toHaveLength(50);
    expect(await bert.calls.total(ACCOUNT, '2026-11-22')).toBe(50);
  });

  test('of two who start one file after the same look, one is told who has won; other accounts do not matter', async () => {
    const { anna, bert } = await openTwo();
    const marks = await Promise.all([anna.runs.markOf(ACCOUNT), bert.runs.markOf(ACCOUNT)]);
    const started = await Promise.all(
      [anna, bert].map((ledger, index) =>
        ledger.runs.start(newRun({ runId: `run-${index}` }), [[plannedRow({ customerUid: '7' })]], marks[index]),
      ),
    );
    expect(started.map(({ kind }) => kind).sort()).toEqual(['overtaken', 'started']);
    const loser = started.find((each) => each.kind === 'overtaken');
    expect(loser).toMatchObject({ who: expect.stringMatching(/^(anna|bert), process/), by: { account: ACCOUNT } });
    const ofMember = { numbers: [], customerUids: ['7'], references: [] };
    expect(await anna.increments.findCredits(ACCOUNT, ofMember)).toHaveLength(1);
    expect(await anna.runs.start(newRun({ runId: 'c', account: 'kybio:B' }), [], 0)).toEqual({ kind: 'started' });
  });

  test('a run that is at work is not claimed by another, until its process is gone', async () => {
    const { url, anna, bert } = await openTwo();
    await anna.runs.start(newRun(), []);
    expect(await bert.runs.claim('run-1')).toMatchObject({ kind: 'at_work', who: expect.stringMatching(/^anna/) });
    expect(await anna.runs.claim('run-1')).toEqual({ kind: 'claimed' });
    await endLease(url, 'anna');
    expect(await bert.runs.claim('run-1')).toEqual({ kind: 'claimed' });
    // Dead for good: its number is never used again.
    expect(await anna.increments.begin(newIntent({ key: key('run-1', 2), customerUid: '8' }))).toEqual({
      kind: 'lease_lost',
    });
  });

  test('a late answer is taken, unless somebody has decided: one that agrees is kept, one that contradicts is told', async () => {
    const { url, anna, bert } = await openTwo();
    await anna.runs.start(newRun(), []);
    const rowNumbers = [1, 2, 3, 4, 5, 6, 7, 8];
    for (const rowNumber of rowNumbers) {
      await anna.increments.begin(newIntent({ key: key('run-1', rowNumber), customerUid: String(rowNumber) }));
    }
    const read = async (rowNumber: number) => {
      const record = await bert.rows.find(key('run-1', rowNumber));
      if (record === undefined) throw new Error('the row was begun');
      return record;
    };
    // While its process lives nobody else decides.
    expect(await bert.rows.decide(await read(1), { state: 'failed' })).toBe(false);
    await endLease(url, 'anna');
    await bert.runs.claim('run-1');
    const decided = { 1: 'failed', 3: 'done', 4: 'done', 5: 'done', 6: 'in_doubt', 7: 'failed', 8: 'done' } as const;
    for (const [rowNumber, state] of Object.entries(decided)) {
      expect(await bert.rows.decide(await read(Number(rowNumber)), { state, pointAfter: '11' })).toBe(true);
    }
    // Sent again with the same time, by the process that settles.
    for (const rowNumber of [5, 6])
      await bert.rows.addEvidence(key('run-1', rowNumber), { kind: 'repeat', detailJson: '{}' });

    const late = (rowNumber: number, change: Parameters<Ledger['rows']['record']>[1]) =>
      anna.rows.record(key('run-1', rowNumber), change);
    await late(1, { state: 'done', pointAfter: '11', balanceAfter: '0' });
    await late(2, { state: 'done', pointAfter: '12' });
    await late(3, { state: 'done', pointAfter: '11.0', balanceAfter: '' });
    await late(4, { state: 'failed', errorCode: '2012' });
    await late(5, { state: 'open' });
    await late(6, { state: 'open' });
    // Sent without an answer, perhaps after the decision.
    await late(7, { state: 'intent', errorCode: 'TIMEOUT' });
    await late(8, { state: 'in_doubt', errorCode: 'TIMEOUT' });
    const rows = await Promise.all(rowNumbers.map(read));
    expect(rows.map(({ state, errorCode }) => [state, errorCode])).toEqual([
      ['in_doubt', 'RESPONSE_MISMATCH'],
      ['done', ''],
      ['done', ''],
      ['in_doubt', 'RESPONSE_MISMATCH'],
      ['done', ''],
      ['in_doubt', ''],
      ['in_doubt', 'RESPONSE_MISMATCH'],
      ['done', ''],
    ]);
    expect(rows[6]?.messages.join()).toContain('It was sent after all, without an answer: the row had become "failed"');
    expect(rows[0]?.messages.join()).toContain('the vendor applied it, and the row had become "failed"');
    expect(rows[3]?.messages.join()).toContain('it was certainly not applied, and the row had become "done"');
    expect(await bert.rows.listEvidence('run-1', 1)).toMatchObject([
      { kind: 'late_answer', detailJson: expect.stringContaining('"point_after": "11"') },
    ]);
    // A decision counts no more once it was contradicted: nothing is sent again on its strength.
    expect(await withEvidence(await read(1), bert)).toMatchObject({ decision: undefined });
  });

  test('a late answer to a credit that was sent again meanwhile is compared with the answer to that', async () => {
    const { url, anna, bert } = await openTwo();
    await anna.runs.start(newRun(), []);
    for (const rowNumber of [1, 2, 3, 4]) {
      await anna.increments.begin(newIntent({ key: key('run-1', rowNumber), customerUid: String(rowNumber) }));
    }
    await endLease(url, 'anna');
    await bert.runs.claim('run-1');
    for (const rowNumber of [1, 2, 3, 4]) {
      const resend = newIntent({ key: key('run-1', rowNumber), customerUid: String(rowNumber), mayRepeatMember: true });
      expect(await bert.increments.begin(resend)).toMatchObject({ kind: 'begun' });
    }
    // One answer comes before, one after that of the process that has sent it again.
    await anna.rows.record(key('run-1', 1), { state: 'done', pointAfter: '11', balanceAfter: '0' });
    await bert.rows.record(key('run-1', 1), { state: 'done', pointAfter: '12', balanceAfter: '0' });
    await bert.rows.record(key('run-1', 2), { state: 'done', pointAfter: '12', balanceAfter: '0' });
    await anna.rows.record(key('run-1', 2), { state: 'done', pointAfter: '11', balanceAfter: '0' });
    // The first send has no answer: nobody knows whether it was applied as well.
    await anna.rows.record(key('run-1', 3), { state: 'intent', errorCode: 'TIMEOUT' });
    await bert.rows.record(key('run-1', 3), { state: 'done', pointAfter: '12', balanceAfter: '0' });
    await bert.rows.record(key('run-1', 4), { state: 'done', pointAfter: '12', balanceAfter: '0' });
    await anna.rows.record(key('run-1', 4), { state: 'intent', errorCode: 'TIMEOUT' });
    for (const rowNumber of [1, 2, 3, 4]) {
      const row = await bert.rows.find(key('run-1', rowNumber));
      expect(row, String(rowNumber)).toMatchObject({ state: 'in_doubt', errorCode: 'RESPONSE_MISMATCH' });
      expect(row?.messages.join()).toContain('credited twice');
    }
  });

  test('a process whose run was claimed by another writes nothing about its rows any more', async () => {
    const { url, anna, bert } = await openTwo();
    await anna.runs.start(newRun({ command: 'import' }), []);
    await anna.rows.record(key('run-1', 1), { state: 'intent', operation: 'customerOpenApi/add' });
    await anna.rows.record(key('run-1', 2), { state: 'intent', operation: 'customerOpenApi/add' });
    await endLease(url, 'anna');
    await bert.runs.claim('run-1');
    await bert.rows.record(key('run-1', 1), { state: 'done', customerUid: '11' });
    await anna.rows.record(key('run-1', 1), { state: 'open', operation: '' });
    await anna.rows.record(key('run-1', 3), { state: 'intent', operation: 'customerOpenApi/add' });
    // What nobody has touched since: its answer is true.
    await anna.rows.record(key('run-1', 2), { state: 'done', customerUid: '22' });
    expect(
      (await all(bert.rows.read('run-1'))).map(({ rowNumber, state, customerUid }) => [rowNumber, state, customerUid]),
    ).toEqual([
      [1, 'done', '11'],
      [2, 'done', '22'],
    ]);
    expect(await anna.runs.cancel('run-1')).toBe(0);
    await anna.runs.setState('run-1', 'stopped');
    expect(await bert.runs.find('run-1')).toMatchObject({ state: 'running' });
  });

  test('a run that was let go is claimed by others at once; a run that has ended is never running again', async () => {
    const { anna, bert } = await openTwo();
    await anna.runs.start(newRun(), [[plannedRow({ customerUid: '7' })]]);
    expect(await bert.runs.claim('run-1')).toMatchObject({ kind: 'at_work' });
    await anna.runs.release('run-1');
    expect(await bert.runs.claim('run-1')).toEqual({ kind: 'claimed' });
    expect(await anna.runs.claim('run-1')).toMatchObject({ kind: 'at_work' });
    await bert.runs.cancel('run-1');
    await bert.runs.setState('run-1', 'running');
    expect(await anna.runs.find('run-1')).toMatchObject({ state: 'cancelled' });
  });

  test('a run is not begun by a process that stood still so long that its planned rows are gone, or that is taken for dead', async () => {
    const { url, anna, bert } = await openTwo();
    async function* slowly() {
      yield [plannedRow({ customerUid: '7' })];
      await endLease(url, 'anna');
      // Whoever opens the ledger removes what killed processes have left.
      await openAs('carl', url);
      yield [plannedRow({ rowNumber: 2, customerUid: '8' })];
    }
    await expect(anna.runs.start(newRun(), slowly())).rejects.toMatchObject({ code: 'LEASE_LOST', exitCode: 5 });
    expect(await bert.runs.find('run-1')).toBeUndefined();
    expect(await inDatabase(url, 'SELECT run_id FROM memberload.run_row')).toEqual([]);
    expect(
      await bert.increments.findCredits(ACCOUNT, { numbers: [], customerUids: ['7', '8'], references: [] }),
    ).toEqual([]);
  });

  test('what a killed process has left of a start is removed without a look at all rows of the ledger', async () => {
    const { url } = await openTwo();
    const scanned = `SELECT seq_tup_read::int AS rows FROM pg_stat_user_tables WHERE relid = 'memberload.run_row'::regclass`;
    const seen = ['SELECT pg_stat_force_next_flush()', scanned];
    const [before] = await inDatabase(
      url,
      `INSERT INTO memberload.run_row (run_id, row_number, target, state, updated_ms, sequence)
       SELECT 'run-' || n % 100, n, 'kybio', CASE n WHEN 7 THEN 'planned' ELSE 'done' END, 1, n FROM generate_series(1, 20000) AS n`,
      "INSERT INTO memberload.starting_run VALUES ('run-7', 0)",
      'ANALYZE memberload.run_row',
      ...seen,
    );
    const [after] = await inDatabase(url, 'SELECT memberload.drop_left_starts()', ...seen);
    expect(after).toEqual(before);
    const [left] = await inDatabase(url, 'SELECT count(*)::int AS rows FROM memberload.run_row');
    expect(left).toEqual({ rows: 19_999 });
  });

  test('every commit that decides something is durable, whatever the session, the role or a pooler has set', async () => {
    const { url } = await openTwo();
    const database = new URL(url).pathname.slice(1);
    await inDatabase(
      url,
      `ALTER DATABASE ${database} SET synchronous_commit = off`,
      'CREATE TABLE memberload.seen (at text, value text)',
      // Runs at the commit itself: what is set then is what the commit does.
      `CREATE FUNCTION memberload.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO memberload.seen VALUES (TG_TABLE_NAME, current_setting('synchronous_commit')); RETURN NULL; END $$`,
      ...['run_row', 'run', 'worker', 'call_day', 'stage_file', 'account_fact', 'account_pace'].map(
        (table) => `CREATE CONSTRAINT TRIGGER see AFTER INSERT OR UPDATE ON memberload.${table}
          DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION memberload.see()`,
      ),
    );
    onTestFinished(async () => {
      await inDatabase(
        url,
        `ALTER DATABASE ${database} RESET synchronous_commit`,
        'DROP FUNCTION memberload.see CASCADE',
        'DROP TABLE memberload.seen',
      );
    });
    const carl = await openAs('carl', url, { leaseMs: 400 });
    await carl.runs.start(newRun(), [[plannedRow({ rowNumber: 9, customerUid: '9' })]]);
    await carl.increments.begin(newIntent());
    await carl.rows.record(key('run-1'), { state: 'done' });
    await carl.calls.take(ACCOUNT, { day: '2026-11-22', endpoint: 'add', limit: 50 });
    await carl.facts.write(ACCOUNT, 'fact', 'value');
    await carl.runs.claim('run-1');
    await carl.holdFor(30_000);
    await carl.pace?.nextPlace(ACCOUNT, 1);
    await carl.runs.end('run-1', { state: 'finished', summaryJson: '{}' });
    const seen = await inDatabase(url, 'SELECT DISTINCT at, value FROM memberload.seen ORDER BY 1, 2');
    expect(seen.map(({ at, value }) => `${at} ${value}`)).toEqual([
      'account_fact on',
      // A place of the rate need not survive a crash: by then it lies in the past.
      'account_pace off',
      'call_day on',
      'run on',
      'run_row on',
      'worker on',
    ]);
  });

  test('of two decisions about a row as it was read, the first stands', async () => {
    const { url, anna, bert } = await openTwo();
    const gone = await openAs('carl', url);
    await gone.runs.start(newRun(), []);
    await gone.increments.begin(newIntent());
    await gone.rows.record(key('run-1'), { state: 'in_doubt' });
    await gone.close();
    const record = await anna.rows.find(key('run-1'));
    if (record === undefined) throw new Error('the row was begun');
    const kept = await Promise.all([
      anna.rows.decide(record, { state: 'done' }, { kind: 'decision', detailJson: '1' }),
      bert.rows.decide(record, { state: 'failed' }, { kind: 'decision', detailJson: '2' }),
    ]);
    expect(kept.filter(Boolean)).toHaveLength(1);
    expect(await bert.rows.listEvidence('run-1', 1)).toHaveLength(1);
  });

  test('of two people who decide one row, the second is told who has decided', async () => {
    const { anna, bert, url } = await openTwo();
    const gone = await openAs('carl', url);
    await gone.runs.start(newRun(), []);
    await gone.increments.begin(newIntent());
    await gone.rows.record(key('run-1'), { state: 'in_doubt' });
    await gone.close();
    const decide = async (ledger: Ledger, verdict: 'applied' | 'not-applied', isAgain = false) => {
      const record = await ledger.rows.find(key('run-1'));
      if (record === undefined) throw new Error('the row was begun');
      return decideRow(await withEvidence(record, ledger), verdict, { ledger, storeZone: 'UTC', isAgain });
    };
    expect(await decide(anna, 'applied')).toBeUndefined();
    expect(await decide(bert, 'not-applied')).toMatch(/^anna decided applied at .* add --again$/);
    expect(await decide(bert, 'applied')).toBeUndefined();
    expect(await anna.rows.find(key('run-1'))).toMatchObject({ state: 'done' });
    expect(await decide(anna, 'not-applied', true)).toBeUndefined();
    expect(await bert.rows.find(key('run-1'))).toMatchObject({ state: 'failed' });
  });

  test('together they send no more than the rate in any second, and a hold of one holds the other', async () => {
    const { anna, bert } = await openTwo();
    const rate = { calls: 50, perMs: 1000 };
    const sentMs: number[] = [];
    const endMs = systemClock.monotonicMs() + 2500;
    const send = async (ledger: Ledger) => {
      const { pace } = ledger;
      // The moment at which the limiter looked last: what a busy machine adds after that look is not the limiter's.
      let lookedMs = 0;
      const monotonicMs = () => {
        lookedMs = systemClock.monotonicMs();
        return lookedMs;
      };
      const clock = { ...systemClock, monotonicMs };
      const limiter = shareRate(createRateLimiter(rate, clock), rate, { pace, account: ACCOUNT, clock });
      while (systemClock.monotonicMs() < endMs) {
        const admission = await limiter.admit();
        sentMs.push(lookedMs);
        admission?.sent();
        admission?.answered();
      }
    };
    await Promise.all([send(anna), send(anna), send(bert), send(bert)]);
    const worst = Math.max(...sentMs.map((from) => sentMs.filter((at) => at >= from && at < from + 1000).length));
    expect(worst).toBeLessThanOrEqual(50);
    expect(sentMs.length).toBeGreaterThan(10);
    await anna.pace?.hold(ACCOUNT, 5000);
    expect(((await bert.pace?.nextPlace(ACCOUNT, 20)) ?? 0) - systemClock.monotonicMs()).toBeGreaterThan(4000);
  });

  test('nobody has a place for a while behind the first call of a process, which comes late', async () => {
    const { anna, bert } = await openTwo();
    const rate = { calls: 50, perMs: 1000 };
    const shared = { pace: anna.pace, account: ACCOUNT, clock: systemClock };
    const limiter = shareRate(createRateLimiter(rate, systemClock), rate, shared);
    // Between two places of the same process, on its own clock: a rate of 50/s has them 20 ms apart.
    const placeAfterCall = async (): Promise<number> => {
      const before = (await bert.pace?.nextPlace(ACCOUNT, 0)) ?? 0;
      await limiter.admit();
      return ((await bert.pace?.nextPlace(ACCOUNT, 0)) ?? 0) - before;
    };
    expect(await placeAfterCall()).toBeGreaterThanOrEqual(95);
    expect(await placeAfterCall()).toBeLessThan(95);
  });

  test('a connection that the server ends is a failure, told once', async () => {
    const url = await emptyLedger();
    const failures: OperatorError[] = [];
    const ledger = await openAs('anna', url, { onFailure: (error) => failures.push(error) });
    await ledger.runs.start(newRun(), []);
    await inDatabase(
      url,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'memberload' AND datname = current_database()",
    );
    await expect(ledger.increments.begin(newIntent())).rejects.toMatchObject({ code: 'LEDGER_FAILED', exitCode: 5 });
    expect(failures).toHaveLength(1);
  });

  test('a home whose increments the ledger does not know sends no more', async () => {
    const url = await emptyLedger();
    const folder = temporaryFolder();
    const open = () =>
      openPostgresLedger({
        ...{ address: readLedgerAddress(url), folder, isLossAccepted: true, onFailure: () => undefined },
        holder: { ...HOLDER, person: 'anna' },
      });
    const first = await open();
    await first.runs.start(newRun(), []);
    await first.increments.begin(newIntent());
    await first.close();
    await (await open()).close();
    // As after a failover that lost commits.
    await inDatabase(url, 'UPDATE memberload.worker SET intents = 0');
    const second = await open();
    onTestFinished(() => second.close());
    await expect(second.requireNewest()).rejects.toMatchObject({ code: 'LEDGER_OLDER', exitCode: 2 });
    await expect(second.increments.begin(newIntent({ key: key('run-1', 2) }))).rejects.toMatchObject({
      code: 'LEDGER_OLDER',
    });
    await second.acceptAsNewest();
    await second.requireNewest();
  });
});

describe.runIf(HAS_POSTGRES)('a server of its own', () => {
  test('a commit whose wait for the standby was cancelled is a failure; without fsync increments are refused', async () => {
    const folder = makeClusterFolder();
    onTestFinished(() => {
      stopCluster(folder);
      rmSync(folder, { recursive: true, force: true });
    });
    const cluster = await startCluster(folder, ['fsync = off']);
    const url = urlOf(cluster, 'postgres');
    const { migrate } = await import('../../../src/ledger/postgres/migrate.ts');
    const owner = await openDatabase(readLedgerAddress(url));
    await migrate(owner, url);
    await owner.close();
    const ledger = await openAs('anna', url);
    await ledger.runs.start(newRun(), []);
    const strict = await openAs('bert', url, { isLossAccepted: false });
    await expect(strict.requireNewest()).rejects.toMatchObject({
      code: 'LEDGER_MAY_LOSE',
      message: expect.stringContaining('fsync is off'),
    });
    expect((await readStatus(readLedgerAddress(url))).problems).toHaveLength(1);
    await strict.close();

    await inDatabase(url, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'", 'SELECT pg_reload_conf()');
    const waiting = "FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    // The server takes the setting up in its own time: it has when a commit of ours waits.
    const probe = inDatabase(url, 'CREATE TABLE probe ()').catch(() => undefined);
    await expect.poll(async () => (await inDatabase(url, `SELECT pid ${waiting}`)).length).toBeGreaterThan(0);
    const settled = ledger.increments.begin(newIntent()).then(
      () => 'begun',
      (error: OperatorError) => error.code,
    );
    const cancelled = `SELECT pg_cancel_backend(pid) ${waiting} AND query LIKE '%memberload.apply%'`;
    await expect.poll(async () => (await inDatabase(url, cancelled)).length).toBe(1);
    expect(await settled).toBe('LEDGER_FAILED');
    await inDatabase(url, `SELECT pg_cancel_backend(pid) ${waiting}`);
    await probe;
    await inDatabase(url, 'ALTER SYSTEM RESET synchronous_standby_names', 'SELECT pg_reload_conf()');
  });
});

test.runIf(HAS_POSTGRES)('a lease allows no call that could end after it, by whichever clock has gone on', async () => {
  const url = await emptyLedger();
  await openAs('anna', url);
  const [worker] = await inDatabase(url, 'SELECT worker_id FROM memberload.worker');
  const database = await openDatabase(readLedgerAddress(url));
  onTestFinished(() => database.close());
  const now = { wallMs: 1e12, monotonicMs: 5e5, bootMs: 9e5 };
  const lease = await openLease({ id: Number(worker?.worker_id), leaseMs: 60_000 }, database.query, {
    clocks: { wallMs: () => now.wallMs, monotonicMs: () => now.monotonicMs, bootMs: () => now.bootMs },
    onBroken: () => undefined,
  });
  expect(lease.mayStillSend(30_000)).toBe(true);
  expect(lease.mayStillSend(50_000)).toBe(false);
  for (const clock of ['wallMs', 'monotonicMs', 'bootMs'] as const) {
    now[clock] += 20_001;
    expect(lease.mayStillSend(30_000), clock).toBe(false);
    now[clock] -= 20_001;
  }
  await lease.holdFor(100_000);
  expect(lease.mayStillSend(100_000)).toBe(true);
  await lease.end();
  expect(lease.mayStillSend(0)).toBe(false);
});
