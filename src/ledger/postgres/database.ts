import { Client, types } from 'pg';
import type { LedgerAddress } from './address.ts';

/** Text and numbers in, records out. */
export type Query = (sql: string, values?: readonly unknown[]) => Promise<readonly unknown[]>;

/** One connection. */
export type Database = {
  readonly query: Query;
  /** Ends the connection at once; what was under way fails. */
  destroy(): void;
  close(): Promise<void>;
};

/** PostgreSQL's own number of the type bigint. */
const INT8 = 20;

/** As numbers: `Columns` refuses what is no safe integer. Everything else as the driver gives it. */
const BIGINT_AS_NUMBER = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : types.getTypeParser(oid, format)) as typeof types.getTypeParser,
};

/**
 * Opens a connection. Nothing that is decided hangs on a setting of the session: a pooler that shares connections by
 * transaction forgets it, or gives it to somebody else. See `memberload.make_durable`.
 *
 * @param onLost told once when the connection ends by itself
 */
export async function openDatabase(
  { client: config }: LedgerAddress,
  onLost?: (error: Error) => void,
): Promise<Database> {
  const client = new Client({ ...config, types: BIGINT_AS_NUMBER });
  let lost: Error | undefined;
  let warning: Error | undefined;
  client.on('error', (error) => {
    lost ??= error;
    onLost?.(error);
  });
  try {
    await client.connect();
  } catch (error) {
    // After a refused password the driver keeps the socket, and the program would wait until the server closes it.
    client.connection.stream.destroy();
    throw error;
  }
  // The server warns, and reports success, when a commit did not reach the standby that it waited for ("canceling
  // wait for synchronous replication"). After a warning this connection is not believed any more.
  client.on('notice', (notice) => {
    if (!notice.code?.startsWith('00')) warning ??= new Error(`the server warned: ${notice.message}`);
  });
  const ask: Query = async (sql, values) => {
    if (lost) throw lost;
    const { rows } = await client.query(sql, values && [...values]);
    if (warning) throw warning;
    return rows;
  };
  let last: Promise<unknown> = Promise.resolve();
  const query: Query = (sql, values) => {
    // One after the other: the driver will not queue them for ever.
    const next = last.then(() => ask(sql, values));
    last = next.catch(() => undefined);
    return next;
  };
  try {
    // Only so that no statement is given up early: that would end the command.
    await query(`SELECT set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false),
      set_config('default_transaction_isolation', 'read committed', false)`);
  } catch (error) {
    client.connection.stream.destroy();
    throw error;
  }
  return {
    query,
    destroy() {
      client.connection.stream.destroy();
    },
    async close() {
      if (!lost) await client.end().catch(() => undefined);
    },
  };
}

/**
 * One transaction whose commit is durable, here and on every synchronous standby, when this resolves.
 *
 * @throws Error when the work fails; the connection is then not to be used any more
 */
export async function inTransaction<T>(query: Query, work: () => Promise<T>): Promise<T> {
  await query('BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE');
  await query('SELECT memberload.make_durable()');
  const value = await work();
  await query('COMMIT');
  return value;
}
