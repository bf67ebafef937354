import { usageError } from '../../base/errors.ts';
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
  if (version === 0) {
    throw usageError(
      'LEDGER_NOT_THERE',
      `There is no ledger at ${place} yet.`,
      'Nothing was sent. Make it once, as a role that may create a schema, with: memberload ledger init',
    );
  }
  if (version > LEDGER_VERSION) throw tooNew(place, version);
  throw usageError(
    'LEDGER_NEEDS_UPGRADE',
    `The ledger at ${place} was made by an earlier memberload (version ${version}, this one needs ${LEDGER_VERSION}).`,
    'Nothing was sent. Upgrade it, as the role that made it, with: memberload ledger init',
  );
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
  if (columns.integer('version') < SERVER_VERSION_MIN) {
    throw usageError(
      'LEDGER_TOO_OLD_SERVER',
      `${place} runs PostgreSQL ${columns.text('version_text')}. The shared ledger needs PostgreSQL 15 or newer.`,
      'Nothing was sent. Upgrade the server, or name another one with MEMBERLOAD_LEDGER_URL.',
    );
  }
  if (columns.integer('is_standby') === 1) {
    throw usageError(
      'LEDGER_IS_STANDBY',
      `${place} is a standby: what is read there may be older than what was sent.`,
      'Nothing was sent. Let MEMBERLOAD_LEDGER_URL name the primary.',
    );
  }
}

function tooNew(place: string, version: number): Error {
  return usageError(
    'LEDGER_TOO_NEW',
    `The ledger at ${place} was made by a newer memberload (version ${version}, this one knows ${LEDGER_VERSION}).`,
    'Install the newer memberload. Nothing was changed.',
  );
}
