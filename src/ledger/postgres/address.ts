import { readFileSync } from 'node:fs';
import type { ClientConfig } from 'pg';
import { errorText, usageError } from '../../base/errors.ts';
import { isLoopback } from '../../base/loopback.ts';
import { decodePercent } from '../../base/percent.ts';

/** Where a shared ledger is. `place` is for messages and holds no password. */
export type LedgerAddress = { readonly place: string; readonly client: ClientConfig };

/** How long to wait for a connection. */
const CONNECT_MS_MAX = 10_000;

const EXAMPLE = 'Write it like postgres://memberload@db.example.com/memberload';

/**
 * Reads `postgres://user[:password]@host[:port]/database[?sslrootcert=/path/ca.pem]`. Without a password the file that
 * PGPASSFILE names is asked. A server that is not this machine must prove its name (TLS, as `verify-full`).
 *
 * @throws OperatorError BAD_LEDGER_URL (exit 2); the text of the address is not repeated, it may hold a password
 */
export function readLedgerAddress(text: string): LedgerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol) || url.username === '' || url.hostname === '') {
    throw badAddress('is not the address of a PostgreSQL database with a user and a host', EXAMPLE);
  }
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decodePercent);
  if (user === undefined || password === undefined || database === undefined) {
    throw badAddress('has a % that begins no code such as %40', 'Write a % itself as %25.');
  }
  if (database === '') throw badAddress('does not name the database', EXAMPLE);
  const { searchParams, hostname } = url;
  const unknown = [...searchParams.keys()].find((name) => name !== 'sslmode' && name !== 'sslrootcert');
  if (unknown !== undefined) {
    throw badAddress(`has the part '${unknown}', which is not known`, 'Leave it away; sslrootcert=<file> is known.');
  }
  const sslmode = searchParams.get('sslmode');
  const isLocal = isLoopback(hostname);
  if (sslmode !== null && sslmode !== 'verify-full' && !(isLocal && sslmode === 'disable')) {
    throw badAddress(
      `asks for sslmode=${sslmode}: only verify-full keeps others from reading and changing the ledger`,
      'Leave sslmode away, and name the certificate of your own authority with sslrootcert=<file>.',
    );
  }
  const root = searchParams.get('sslrootcert');
  const usesTls = sslmode === 'verify-full' || root !== null || !isLocal;
  const host = hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? 5432 : Number(url.port);
  return {
    place: `postgres://${user}@${hostname}:${port}/${database}`,
    client: {
      ...{ host, port, user, database },
      // Asked for only when the server wants one.
      password: () => (password === '' ? readPassword({ host, port, user, database }) : password),
      ssl: usesTls ? { rejectUnauthorized: true, ...(root !== null && { ca: readCertificate(root) }) } : false,
      connectionTimeoutMillis: CONNECT_MS_MAX,
      // A connection that is cut without a word is noticed within about 20 s.
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: 'memberload',
    },
  };
}

type Server = { host: string; port: number; user: string; database: string };
type FindPassword = (server: Server, told: (password: string | undefined) => void) => void;

/** From the file that PGPASSFILE names, or ~/.pgpass (mode 0600); '' when it has none for this server. */
async function readPassword(server: Server): Promise<string> {
  // The package has no types.
  const { default: pgpass } = (await import('pgpass' as string)) as { default: FindPassword };
  return new Promise((resolve) => pgpass(server, (password) => resolve(password ?? '')));
}

function readCertificate(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw badAddress(`names ${path}, which cannot be read: ${errorText(error)}`, 'Correct sslrootcert.');
  }
}

function badAddress(what: string, hint: string): Error {
  return usageError('BAD_LEDGER_URL', `MEMBERLOAD_LEDGER_URL ${what}.`, `Nothing was sent. ${hint}`);
}
