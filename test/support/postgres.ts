import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { readLedgerAddress } from '../../src/ledger/postgres/address.ts';
import { initLedger } from '../../src/ledger/postgres/administer.ts';

/** Set by `global-setup.ts`: where the cluster of this test run is, once somebody has started one. */
export const CLUSTER_FOLDER = 'MEMBERLOAD_TEST_CLUSTER';
/** Set by `global-setup.ts`: the process of the test run. No server outlives it. */
export const RUNNER = 'MEMBERLOAD_TEST_RUNNER';

const DEBIAN = '/usr/lib/postgresql';

/** The folder of initdb, pg_ctl and postgres; undefined: this machine has no PostgreSQL. */
export function findPostgres(): string | undefined {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  const fromPath = (process.env.PATH ?? '').split(':').map((folder) => folder || '.');
  return [...versions.map((version) => join(DEBIAN, version, 'bin')), ...fromPath].find(
    (folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'pg_ctl')),
  );
}

/** Without PostgreSQL these tests are left out, which is said once. In CI that is a failure. */
export const HAS_POSTGRES = findPostgres() !== undefined;

/** A running server. `user` is its superuser, who needs no password. */
export type Cluster = { readonly port: number; readonly folder: string };

export const OWNER = 'owner';

/** PostgreSQL refuses to run as root: then a user without rights runs it. */
export function runner(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const name = ['postgres', 'nobody'].find((user) => spawnSync('id', ['-u', user]).status === 0) ?? 'nobody';
  const idOf = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}

/**
 * Makes and starts a cluster in that folder.
 *
 * @param settings lines of postgresql.conf
 * @param standbyOf follows that cluster, by streaming replication
 */
export async function startCluster(
  folder: string,
  settings: readonly string[] = [],
  standbyOf?: Cluster,
): Promise<Cluster> {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('there is no PostgreSQL on this machine');
  const user = runner();
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o755);
  if (user.uid !== undefined && user.gid !== undefined) chownSync(folder, user.uid, user.gid);
  const data = join(folder, 'data');
  const run = (program: string, given: readonly string[]): void => {
    const { status, stderr, stdout } = spawnSync(join(bin, program), given, {
      ...user,
      cwd: folder,
      encoding: 'utf8',
      // The server keeps the output open after pg_ctl has ended.
      stdio: program === 'pg_ctl' ? 'ignore' : 'pipe',
    });
    if (status !== 0) throw new Error(`${program} ended with ${status}: ${stdout} ${stderr}`);
  };
  if (standbyOf === undefined) {
    run('initdb', ['-D', data, '-U', OWNER, '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']);
    // One user must give a password.
    const access = join(data, 'pg_hba.conf');
    writeFileSync(access, `host all secretive all scram-sha-256\n${readFileSync(access, 'utf8')}`);
  } else {
    const from = ['-h', '127.0.0.1', '-p', String(standbyOf.port), '-U', OWNER];
    run('pg_basebackup', [...from, '-D', data, '--no-sync', '-c', 'fast', '-X', 'stream', '-R']);
  }
  stopWithRunner(folder);
  const given = readFileSync(join(data, 'postgresql.auto.conf'), 'utf8');
  for (let tryNumber = 1; ; tryNumber += 1) {
    const port = await freePort();
    const lines = [
      `port = ${port}`,
      "listen_addresses = '127.0.0.1'",
      `unix_socket_directories = '${folder}'`,
      'max_connections = 60',
      ...settings,
    ];
    writeFileSync(join(data, 'postgresql.auto.conf'), `${given}\n${lines.join('\n')}\n`);
    try {
      run('pg_ctl', ['-D', data, '-l', join(folder, 'server.log'), '-w', '-t', '60', 'start']);
      return { port, folder };
    } catch (error) {
      // Somebody else has taken the port since it was free.
      if (tryNumber === PORT_TRIES_MAX) throw error;
    }
  }
}

const PORT_TRIES_MAX = 5;

/** A test run that is killed must not leave its servers: this process ends the server when the test run is gone. */
function stopWithRunner(folder: string): void {
  const data = join(folder, 'data');
  const script = `trap '' INT TERM HUP
    while kill -0 "$1" 2>/dev/null && [ -d "$2" ]; do sleep 2; done
    [ -f "$2/postmaster.pid" ] && kill -QUIT "$(head -1 "$2/postmaster.pid")"; sleep 1; rm -rf "$3"`;
  const testRun = process.env[RUNNER] ?? String(process.pid);
  spawn('sh', ['-c', script, 'guard', testRun, data, folder], { detached: true, stdio: 'ignore' }).unref();
}

/** Makes a standby into a primary. Its history goes on as a new timeline. */
export function promote({ folder }: Cluster): void {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('there is no PostgreSQL on this machine');
  const { status } = spawnSync(join(bin, 'pg_ctl'), ['-D', join(folder, 'data'), '-w', '-t', '60', 'promote'], {
    ...runner(),
    cwd: folder,
    stdio: 'ignore',
  });
  if (status !== 0) throw new Error(`pg_ctl promote ended with ${status}`);
}

/** As a power cut: the server ends at once. Does not block this process. */
export function killCluster({ folder }: Cluster): void {
  const [pid] = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(pid), 'SIGQUIT');
}

export function stopCluster(folder: string): void {
  const bin = findPostgres();
  if (bin === undefined || !existsSync(join(folder, 'data', 'postmaster.pid'))) return;
  spawnSync(join(bin, 'pg_ctl'), ['-D', join(folder, 'data'), '-m', 'immediate', '-w', 'stop'], {
    ...runner(),
    cwd: folder,
    stdio: 'ignore',
  });
}

/** Of this test run; gone after it. */
export function sharedFolder(): string {
  const folder = process.env[CLUSTER_FOLDER];
  if (folder === undefined) throw new Error(`${CLUSTER_FOLDER} is not set`);
  return folder;
}

/**
 * The cluster of this test run, started by the first test that needs one. It does not wait for the disk: durability is
 * not what its tests test.
 */
export async function sharedCluster(): Promise<Cluster> {
  const folder = sharedFolder();
  const ready = join(folder, 'port');
  try {
    mkdirSync(join(folder, 'starting'));
  } catch {
    // Another test file starts it at this moment, or has.
    for (let waited = 0; waited < 600; waited += 1) {
      if (existsSync(ready)) return { port: Number(readFileSync(ready, 'utf8')), folder };
      await sleep(100);
    }
    throw new Error(`no server came up in ${folder}`);
  }
  const cluster = await startCluster(folder, ['fsync = off', 'full_page_writes = off', 'synchronous_commit = off']);
  writeFileSync(`${ready}.new`, String(cluster.port));
  execFileSync('mv', [`${ready}.new`, ready]);
  return cluster;
}

export function makeClusterFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'memberload-postgres-'));
  chmodSync(folder, 0o755);
  return folder;
}

export function urlOf({ port }: Cluster, database: string, user = OWNER): string {
  return `postgres://${user}@127.0.0.1:${port}/${database}`;
}

/** Statements of a test, as the owner. */
export async function inDatabase(url: string, ...statements: readonly string[]): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    let rows: Record<string, unknown>[] = [];
    for (const statement of statements) rows = (await client.query(statement)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

let reused: Promise<string> | undefined;

/**
 * A ledger without any row. The test files of one process share one database, one after the other: to make a database
 * takes seconds on a busy machine, to empty its tables takes none.
 */
export async function emptyLedger(): Promise<string> {
  reused ??= sharedCluster().then(newDatabase);
  const url = await reused;
  try {
    const tables = await inDatabase(url, "SELECT tablename FROM pg_tables WHERE schemaname = 'memberload'");
    const names = tables
      .map(({ tablename }) => `memberload.${tablename}`)
      .filter((name) => !/migration$|accepted_line$/.test(name));
    if (!names.includes('memberload.run_row')) throw new Error('no ledger, or a test has broken it');
    await inDatabase(url, `TRUNCATE ${names.join(', ')}`, 'ALTER SEQUENCE memberload.row_sequence RESTART', NO_JOBS);
  } catch {
    await inDatabase(url, 'DROP SCHEMA IF EXISTS memberload, memberload_jobs CASCADE');
    await initLedger(readLedgerAddress(url), undefined);
  }
  return url;
}

const NO_JOBS = 'TRUNCATE memberload_jobs._private_jobs, memberload_jobs._private_job_queues';

let databaseNumber = 0;

/** An empty database of its own. */
export async function newDatabase(cluster: Cluster): Promise<string> {
  databaseNumber += 1;
  const name = `t_${process.pid}_${databaseNumber}`;
  await inDatabase(urlOf(cluster, 'postgres'), `CREATE DATABASE ${name}`);
  return urlOf(cluster, name);
}
