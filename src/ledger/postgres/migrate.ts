import { usageError } from '../../base/errors.ts';
import { sharedLedgerTexts } from '../../texts/runs/shared-ledger.ts';
import { Columns } from '../columns.ts';
import type { Database, Query } from './database.ts';
import { FIRST_LINE, FUNCTIONS, MIGRATIONS } from './schema.ts';

/** PostgreSQL 15, as the server writes it. */
const SERVER_VERSION_MIN = 150_000;

export const LEDGER_VERSION = MIGRATIONS.length;

/** Whoever changes the schema or the rights holds this lock. */
export const MIGRATION_LOCK = "hashtextextended('memberload migrations', 0)";

/** The version of the ledger in this database; 0: there is none. */
export async function readVersion(query: Query): Promise<number> {
  const [there] = await query("SELECT (to_regclass('memberload.migration') IS NOT NULL)::int AS is_there");
  if (new Columns(there).integer('is_there') === 0) return 0;
  const [record] = await query('SELECT COALESCE(max(version), 0)::bigint AS version FROM memberload.migration');
  return new Columns(record).integer('version');
}

/** @throws OperatorError (exit 2) for a server or a ledger that this version cannot work with */
export async function requireVersion(query: Query, place: string): Promise<void> {
  await requireServer(query, place);
  const version = await readVersion(query);
  if (version === LEDGER_VERSION) return;
  const { nothingSent, noLedger, noLedgerHint, needsUpgrade, needsUpgradeHint } = sharedLedgerTexts();
  if (version === 0) throw usageError('LEDGER_NOT_THERE', noLedger(place), nothingSent(noLedgerHint));
  if (version > LEDGER_VERSION) throw tooNew(place, version);
  const message = needsUpgrade(place, version, LEDGER_VERSION);
  throw usageError('LEDGER_NEEDS_UPGRADE', message, nothingSent(needsUpgradeHint));
}

/**
 * Makes the ledger, or brings it to the newest version. Two at a time wait for each other.
 *
 * @returns the version that was there before
 */
export async function migrate({ query }: Database, place: string): Promise<number> {
  await requireServer(query, place);
  await query('BEGIN ISOLATION LEVEL READ COMMITTED');
  await query('SET LOCAL synchronous_commit = on');
  await query(`SELECT pg_advisory_xact_lock(${MIGRATION_LOCK})`);
  const version = await readVersion(query);
  if (version > LEDGER_VERSION) throw tooNew(place, version);
  for (let next = version; next < LEDGER_VERSION; next += 1) {
    await query(MIGRATIONS[next] ?? '');
    await query('INSERT INTO memberload.migration (version) VALUES ($1)', [next + 1]);
  }
  if (version < LEDGER_VERSION) await query(FUNCTIONS);
  if (version === 0) await query(FIRST_LINE);
  await query('COMMIT');
  return version;
}

/** Lets a role that does not own the ledger work with it. */
export async function grantTo(
  { query }: Database,
  role: string,
  grantJobsTo: (quotedRole: string) => string,
): Promise<void> {
  const [record] = await query('SELECT quote_ident($1) AS name', [role]);
  const name = new Columns(record).text('name');
  await query(`GRANT USAGE ON SCHEMA memberload TO ${name};
    GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA memberload TO ${name};
    GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA memberload TO ${name};
    GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA memberload TO ${name};
    ${grantJobsTo(name)}`);
}

/** @throws OperatorError LEDGER_TOO_OLD_SERVER, LEDGER_IS_STANDBY (exit 2) */
export async function requireServer(query: Query, place: string): Promise<void> {
  const [record] = await query(
    `SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS version_text,
       pg_is_in_recovery()::int AS is_standby`,
  );
  const columns = new Columns(record);
  const { nothingSent, oldServer, oldServerHint, isStandby, isStandbyHint } = sharedLedgerTexts();
  if (columns.integer('version') < SERVER_VERSION_MIN) {
    const message = oldServer(place, columns.text('version_text'));
    throw usageError('LEDGER_TOO_OLD_SERVER', message, nothingSent(oldServerHint));
  }
  if (columns.integer('is_standby') === 1) {
    throw usageError('LEDGER_IS_STANDBY', isStandby(place), nothingSent(isStandbyHint));
  }
}

function tooNew(place: string, version: number): Error {
  const { tooNew: message, tooNewHint } = sharedLedgerTexts();
  return usageError('LEDGER_TOO_NEW', message(place, version, LEDGER_VERSION), tooNewHint);
}
