import { EventEmitter } from 'node:events';
import {
  type CronItem,
  Logger,
  makeWorkerUtils,
  parseCronItems,
  run as runJobs,
  runMigrations,
  type WorkerEvents,
} from 'graphile-worker';
import { Pool } from 'pg';
import { Columns } from '../columns.ts';
import type { NightlyJob, Serving, SliceJob, SliceService } from '../slices.ts';
import type { LedgerAddress } from './address.ts';

/**
 * The queue that hands slices of runs to workers (graphile-worker, in the ledger's own database). The queue may deliver a
 * job twice, or lose one: a slice is taken under the ledger's own rules, and lost jobs are added again.
 */
const SCHEMA = 'memberload_jobs';

/** How often a job that is due is looked for, should the database's notice be lost. */
const POLL_MS = 2000;
/** How often jobs are looked for that were lost, or that a killed worker still holds. */
const SWEEP_MS = 5000;

/** Makes the tables of the queue, or brings them to the newest version, as the role of the address. */
export async function migrateJobs(address: LedgerAddress): Promise<void> {
  await withPool(address, 1, (pgPool) => runMigrations({ pgPool, schema: SCHEMA, logger: silent() }));
}

/** The rights of a role that works with the queue. Its tables show no row to others than their owner, unless a policy says so. */
export const grantJobsTo = (name: string): string => `
  GRANT USAGE ON SCHEMA ${SCHEMA} TO ${name};
  GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${SCHEMA} TO ${name};
  GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA ${SCHEMA} TO ${name};
  GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA ${SCHEMA} TO ${name};
  DO $do$
  DECLARE
    each_table regclass;
  BEGIN
    FOR each_table IN SELECT c.oid FROM pg_class AS c
      WHERE c.relnamespace = '${SCHEMA}'::regnamespace AND c.relrowsecurity LOOP
      EXECUTE format('DROP POLICY IF EXISTS memberload ON %s', each_table);
      EXECUTE format('CREATE POLICY memberload ON %s USING (true) WITH CHECK (true)', each_table);
    END LOOP;
  END $do$`;

/** Takes jobs until `stop`. A killed worker's jobs are taken over when its lease has ended. */
export async function serveJobs(
  { accounts, jobsAtOnce, work, nightly, onJobError, onError, onEnded }: SliceService,
  { address, workerId }: { address: LedgerAddress; workerId: number },
): Promise<Serving> {
  const pgPool = openPool(address, jobsAtOnce + 2, onError);
  const logger = silent();
  const events = new EventEmitter() as WorkerEvents;
  events.on('pool:create', ({ workerPool }) => {
    // What a killed process holds is known by this name.
    pgPool
      .query('UPDATE memberload.worker SET job_pool = $2 WHERE worker_id = $1', [workerId, workerPool.id])
      .catch(onError);
  });
  events.on('pool:fatalError', ({ error }) => onError(error));
  const utils = await makeWorkerUtils({ pgPool, schema: SCHEMA, logger });
  const tasks = await namesOf(accounts, pgPool);
  const telling =
    (begin: (payload: unknown) => Promise<void>) =>
    async (payload: unknown): Promise<void> => {
      try {
        await begin(payload);
      } catch (error) {
        onJobError(error);
        throw error;
      }
    };
  const underWay = new Set<Promise<void>>();
  const doJob = telling(async (payload) => {
    const working = work(toJob(payload));
    underWay.add(working);
    await working.finally(() => underWay.delete(working));
  });
  const runner = await runJobs({
    ...{ pgPool, schema: SCHEMA, logger, events, concurrency: jobsAtOnce, pollInterval: POLL_MS },
    noHandleSignals: true,
    // A pooler that shares connections by transaction gives a statement to a server that was not told of it.
    noPreparedStatements: true,
    // Without this the engine awaits neither: a failure would end the process in the middle of its rows.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    parsedCronItems: parseCronItems(nightly.map(toCronItem)),
    taskList: Object.fromEntries([
      ...tasks.map((task) => [task, doJob] as const),
      ...nightly.map(({ name, run }) => [nightlyTask(name), telling(run)] as const),
    ]),
  });
  let isStopping = false;
  const ended = (): void => {
    if (!isStopping) onEnded('queue_failed');
  };
  // The engine stops by itself when its tables cannot be written.
  runner.promise.then(ended, ended);
  let sweeping: Promise<unknown> = Promise.resolve();
  const sweep = async (): Promise<void> => {
    const [own] = (await pgPool.query('SELECT memberload.is_alive($1) AS alive', [workerId])).rows as {
      alive: boolean;
    }[];
    // Others take this process for dead: it must begin anew, also when it has nothing to do.
    if (own?.alive === false) {
      if (!isStopping) onEnded('lease_lost');
      return;
    }
    // A lock of nobody who lives: the engine itself would hold it for four hours.
    const { rows } = await pgPool.query(
      `SELECT DISTINCT locked_by FROM (
         SELECT locked_by, locked_at FROM ${SCHEMA}.jobs
         UNION ALL SELECT locked_by, locked_at FROM ${SCHEMA}._private_job_queues) AS held
       WHERE locked_by IS NOT NULL AND locked_at < clock_timestamp() - interval '5 seconds'
         AND NOT EXISTS (SELECT FROM memberload.worker AS w
           WHERE memberload.is_alive(w.worker_id) AND held.locked_by = w.job_pool)`,
    );
    const dead = rows.map((row) => new Columns(row).text('locked_by'));
    if (dead.length > 0) await utils.forceUnlockWorkers(dead);
    // A worker that was taken for dead and wakes up deletes its job, also when somebody else has it by now. Whoever has
    // it then finds no job to delete, and its queue would stay locked as long as that process lives.
    await pgPool.query(
      `UPDATE ${SCHEMA}._private_job_queues AS q SET locked_by = NULL, locked_at = NULL
       WHERE q.locked_at < clock_timestamp() - interval '5 seconds' AND NOT EXISTS (
         SELECT FROM ${SCHEMA}._private_jobs AS j WHERE j.job_queue_id = q.id AND j.locked_by = q.locked_by)`,
    );
    await pgPool.query('SELECT memberload.add_lost_jobs()');
  };
  const timer = setInterval(() => {
    sweeping = sweep().catch(onError);
  }, SWEEP_MS);
  return {
    async stop() {
      isStopping = true;
      clearInterval(timer);
      await sweeping;
      // The engine may have stopped by itself, when the database went away.
      await runner.stop().catch(onError);
      // And then it waits for none of them.
      await Promise.allSettled(underWay);
      await utils.release();
      await pgPool.end();
    },
  };
}

const nightlyTask = (name: string): string => `nightly:${name}`;

/** A night that no worker was there for is made up for in the morning. */
const BACKFILL_MS = 8 * 3_600_000;
const NIGHTLY_TRIES_MAX = 3;

function toCronItem({ name, isDue }: NightlyJob): CronItem {
  return {
    task: nightlyTask(name),
    identifier: nightlyTask(name),
    // The engine tells the minute in UTC, and without its year.
    match({ month, date, hour, min }) {
      const now = new Date();
      const year = now.getUTCFullYear() - (month - 1 > now.getUTCMonth() ? 1 : 0);
      return isDue(Date.UTC(year, month - 1, date, hour, min));
    },
    options: { backfillPeriod: BACKFILL_MS, maxAttempts: NIGHTLY_TRIES_MAX, jobKey: nightlyTask(name) },
  };
}

async function namesOf(accounts: readonly string[], pool: Pool): Promise<readonly string[]> {
  const { rows } = await pool.query('SELECT memberload.task_of(account) AS task FROM unnest($1::text[]) AS account', [
    accounts,
  ]);
  return rows.map((row) => new Columns(row).text('task'));
}

function toJob(payload: unknown): SliceJob {
  const columns = new Columns(payload);
  return { runId: columns.text('run'), slice: columns.integer('slice') };
}

function openPool({ client }: LedgerAddress, max: number, onError: (error: unknown) => void): Pool {
  const pool = new Pool({ ...client, max });
  pool.on('error', onError);
  // A connection that is in use tells its query; without a listener its end would end the process.
  pool.on('connect', (connection) => connection.on('error', onError));
  return pool;
}

async function withPool<T>(address: LedgerAddress, max: number, work: (pool: Pool) => Promise<T>): Promise<T> {
  const pool = openPool(address, max, () => undefined);
  try {
    return await work(pool);
  } finally {
    await pool.end();
  }
}

/** The engine's own lines are for its developers. What goes wrong with a job is told by us. */
function silent(): Logger {
  return new Logger(() => () => undefined);
}
