import { Columns } from '../columns.ts';
import type { LedgerHealth } from '../ledger.ts';
import type { LedgerAddress } from './address.ts';
import { type Database, openDatabase } from './database.ts';
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
    if (role !== undefined) await grantTo(database, role);
    return { before, version: LEDGER_VERSION };
  });
}

export type WorkerAtWork = {
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
    const problems = lossesOf(await readDurability(query));
    return { ...(await readHealth(query, address.place)), problems, workers };
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
