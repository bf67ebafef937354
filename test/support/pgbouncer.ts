import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, inDatabase, OWNER, runner, sharedFolder } from './postgres.ts';

/** Debian puts it beside the programs of the administrator, which are not in everybody's PATH. */
const PROGRAM = [...(process.env.PATH ?? '').split(':'), '/usr/sbin']
  .map((folder) => join(folder || '.', 'pgbouncer'))
  .find((path) => existsSync(path));

export const HAS_PGBOUNCER = PROGRAM !== undefined;

/**
 * A pooler in front of that database: a connection of the server belongs to a client only as long as its transaction, so
 * that settings of a session are lost or somebody else's.
 *
 * @returns the address of the same database behind it
 */
export async function startPgbouncer(url: string): Promise<{ readonly url: string; end(): Promise<unknown> }> {
  if (PROGRAM === undefined) throw new Error('there is no PgBouncer on this machine');
  const pooled = new URL(url);
  const folder = sharedFolder();
  const port = await freePort();
  const settings = join(folder, `pgbouncer-${port}.ini`);
  writeFileSync(
    settings,
    `[databases]
     * = host=127.0.0.1 port=${pooled.port} user=${OWNER}
     [pgbouncer]
     listen_addr = 127.0.0.1
     listen_port = ${port}
     unix_socket_dir =
     auth_type = any
     pool_mode = transaction
     default_pool_size = 12
     `.replaceAll(/^ +/gm, ''),
  );
  const process = spawn(PROGRAM, ['-q', settings], { ...runner(), cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let told = '';
  process.stderr.setEncoding('utf8').on('data', (text: string) => {
    told += text;
  });
  const ended = new Promise((resolve) => process.once('close', resolve));
  const end = (): Promise<unknown> => {
    process.kill('SIGKILL');
    return ended;
  };
  pooled.port = String(port);
  for (let tryNumber = 1; ; tryNumber += 1) {
    try {
      await inDatabase(pooled.href, 'SELECT 1');
      return { url: pooled.href, end };
    } catch (error) {
      if (process.exitCode !== null || tryNumber === 100) {
        await end();
        throw new Error(`PgBouncer: ${told}`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
