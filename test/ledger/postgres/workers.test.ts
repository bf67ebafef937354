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
    const [body] = await inDatabase(
      url,
      "SELECT pg_get_functiondef('memberload.begin_increment'::regproc) AS text, 'begin' AS name",
    );
    const text = String(body?.text);
    const guard = '(holder.run_id, holder.row_number, holder.target) <> (own.run_id, own.row_number, own.target)';
    expect(text).toContain(guard);
    await inDatabase(url, text.replace(guard, 'false'));
    onTestFinished(async () => {
      await inDatabase(url, text);
    });
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
    expect(await anna.increments.countCredits(ACCOUNT)).toBe(1);
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

  test('a late answer is taken, unless somebody has decided: then it is kept as evidence', async () => {
    const { url, anna, bert } = await openTwo();
    await anna.runs.start(newRun(), []);
    for (const rowNumber of [1, 2]) {
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
    expect(await bert.rows.decide(await read(1), { state: 'failed' })).toBe(true);
    await anna.rows.record(key('run-1', 1), { state: 'done', pointAfter: '11' });
    await anna.rows.record(key('run-1', 2), { state: 'done', pointAfter: '12' });
    expect(await read(1)).toMatchObject({ state: 'failed', pointAfter: '' });
    expect(await bert.rows.listEvidence('run-1', 1)).toMatchObject([
      { kind: 'late_answer', detailJson: expect.stringContaining('"point_after": "11"') },
    ]);
    expect(await read(2)).toMatchObject({ state: 'done', pointAfter: '12' });
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
      const limiter = shareRate(createRateLimiter(rate, systemClock), rate, {
        pace,
        account: ACCOUNT,
        clock: systemClock,
      });
      while (systemClock.monotonicMs() < endMs) {
        const admission = await limiter.admit();
        sentMs.push(systemClock.monotonicMs());
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
    const begun = ledger.increments.begin(newIntent());
    const settled = begun.then(
      () => 'begun',
      (error: OperatorError) => error.code,
    );
    await expect
      .poll(async () => {
        const rows = await inDatabase(
          url,
          "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'",
        );
        return rows.length;
      })
      .toBeGreaterThan(0);
    expect(await settled).toBe('LEDGER_FAILED');
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
