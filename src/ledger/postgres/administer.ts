import { Columns } from '../columns.ts';
import type { LedgerHealth } from '../ledger.ts';
import type { LedgerAddress } from './address.ts';
import { type Database, inTransaction, openDatabase } from './database.ts';
import { lossesOf, readDurability, readHealth } from './durability.ts';
import { grantTo, LEDGER_VERSION, MIGRATION_LOCK, migrate, requireVersion } from './migrate.ts';
import { explainAtOpen } from './postgres-errors.ts';

/**
 * Makes the ledger or brings it to the newest version, as the role of the address.
 *
 * @param role may work with the ledger afterwards, without owning it
 * @throws OperatorError (exit 2)
 */
export function initLedger(
  address: LedgerAddress,
  role: string | undefined,
): Promise<{ readonly before: number; readonly version: number }> {
  return withDatabase(address, async (database) => {
    // Until the connection ends: rights that two processes give at once are an error, too.
    await database.query(`SELECT pg_advisory_lock(${MIGRATION_LOCK})`);
    const before = await migrate(database, address.place);
    const { migrateJobs, grantJobsTo } = await import('./job-queue.ts');
    await migrateJobs(address);
    for (const each of await rolesOf(database, role)) await grantTo(database, each, grantJobsTo);
    return { before, version: LEDGER_VERSION };
  });
}

/** Those that work with the ledger already need rights on what is new in it, too. */
async function rolesOf({ query }: Database, role: string | undefined): Promise<ReadonlySet<string>> {
  const records = await query(
    `SELECT DISTINCT grantee::text AS role FROM information_schema.role_table_grants
     WHERE table_schema = 'memberload' AND table_name = 'run' AND privilege_type = 'INSERT'
       AND grantee <> current_user AND grantee <> 'PUBLIC'`,
  );
  const roles = records.map((record) => new Columns(record).text('role'));
  return new Set(role === undefined ? roles : [...roles, role]);
}

type WorkerAtWork = {
  readonly who: string;
  readonly command: string;
  readonly since: string;
  readonly leaseUntil: string;
};

/** @throws OperatorError (exit 2) */
export function readStatus(
  address: LedgerAddress,
): Promise<LedgerHealth & { readonly workers: readonly WorkerAtWork[] }> {
  return withDatabase(address, async ({ query }) => {
    await requireVersion(query, address.place);
    const records = await query(
      'SELECT who, command, started_ms, lease_until_ms FROM memberload.worker WHERE memberload.is_alive(worker_id) ORDER BY worker_id',
    );
    const workers = records.map((record) => {
      const columns = new Columns(record);
      const iso = (name: string): string => new Date(columns.integer(name)).toISOString();
      return {
        ...{ who: columns.text('who'), command: columns.text('command') },
        ...{ since: iso('started_ms'), leaseUntil: iso('lease_until_ms') },
      };
    });
    const health = await readHealth(query, address.place);
    const problems = [...health.problems, ...lossesOf(await readDurability(query))];
    return { ...health, problems, workers };
  });
}

/** What this copy knows, for the person who compares it with what was really sent. */
type TakenOver = {
  readonly isAccepted: boolean;
  /** When the newest increment was begun that this copy knows, milliseconds since the epoch; 0: there is none. */
  readonly newestIntentMs: number;
  /** Processes that the copy takes for living: they had the former server, and may have sent more. */
  readonly workers: readonly string[];
};

/** @throws OperatorError (exit 2) */
export function readTakenOver(address: LedgerAddress): Promise<TakenOver> {
  return withDatabase(address, async ({ query }) => {
    await requireVersion(query, address.place);
    const [record] = await query(
      `SELECT memberload.is_accepted_line()::int AS is_accepted,
         (SELECT COALESCE(max(intent_ms), 0) FROM memberload.run_row WHERE account <> '') AS newest_intent_ms`,
    );
    const workers = await query('SELECT who FROM memberload.worker WHERE ended_ms IS NULL ORDER BY worker_id');
    const columns = new Columns(record);
    return {
      isAccepted: columns.integer('is_accepted') === 1,
      newestIntentMs: columns.integer('newest_intent_ms'),
      workers: workers.map((worker) => new Columns(worker).text('who')),
    };
  });
}

/** From now on increments are sent with this copy. @throws OperatorError (exit 2) */
export function acceptFailover(address: LedgerAddress, who: string): Promise<void> {
  return withDatabase(address, async ({ query }) => {
    await requireVersion(query, address.place);
    await inTransaction(query, () =>
      query(
        `INSERT INTO memberload.accepted_line (system_identifier, timeline, who)
         SELECT system_identifier, timeline, $1 FROM memberload.server_line() ON CONFLICT DO NOTHING`,
        [who],
      ),
    );
  });
}

async function withDatabase<T>(address: LedgerAddress, work: (database: Database) => Promise<T>): Promise<T> {
  try {
    const database = await openDatabase(address);
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  } catch (error) {
    throw explainAtOpen(error, address.place);
  }
}
