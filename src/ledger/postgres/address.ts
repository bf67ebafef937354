import { readFileSync } from 'node:fs';
import type { ClientConfig } from 'pg';
import { errorText, usageError } from '../../base/errors.ts';
import { isLoopback } from '../../base/loopback.ts';
import { decodePercent } from '../../base/percent.ts';
import { sharedLedgerTexts } from '../../texts/runs/shared-ledger.ts';

/** Where a shared ledger is. `place` is for messages and holds no password. */
export type LedgerAddress = { readonly place: string; readonly client: ClientConfig };

/** How long to wait for a connection. */
const CONNECT_MS_MAX = 10_000;

/**
 * Reads `postgres://user[:password]@host[:port]/database[?sslrootcert=/path/ca.pem]`. Without a password the file that
 * PGPASSFILE names is asked. A server that is not this machine must prove its name (TLS, as `verify-full`).
 *
 * @throws OperatorError BAD_LEDGER_URL (exit 2); the text of the address is not repeated, it may hold a password
 */
export function readLedgerAddress(text: string): LedgerAddress {
  const texts = sharedLedgerTexts();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol) || url.username === '' || url.hostname === '') {
    throw badAddress(texts.noAddress, texts.addressHint);
  }
  const [user, password, database] = [url.username, url.password, url.pathname.slice(1)].map(decodePercent);
  if (user === undefined || password === undefined || database === undefined) {
    throw badAddress(texts.badPercent, texts.badPercentHint);
  }
  if (database === '') throw badAddress(texts.noDatabase, texts.addressHint);
  const { searchParams, hostname } = url;
  const unknown = [...searchParams.keys()].find((name) => name !== 'sslmode' && name !== 'sslrootcert');
  if (unknown !== undefined) {
    throw badAddress(texts.unknownPart(unknown), texts.unknownPartHint);
  }
  const sslmode = searchParams.get('sslmode');
  const isLocal = isLoopback(hostname);
  if (sslmode !== null && sslmode !== 'verify-full' && !(isLocal && sslmode === 'disable')) {
    throw badAddress(texts.otherSslmode(sslmode), texts.otherSslmodeHint);
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
    const { certificateUnread, certificateUnreadHint } = sharedLedgerTexts();
    throw badAddress(certificateUnread(path, errorText(error)), certificateUnreadHint);
  }
}

function badAddress(what: string, hint: string): Error {
  const { address, nothingSent } = sharedLedgerTexts();
  return usageError('BAD_LEDGER_URL', address(what), nothingSent(hint));
}
