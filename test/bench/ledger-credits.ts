import { mkdirSync, writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { inDatabase } from '../support/postgres.ts';
import { BINARY } from '../support/run-binary.ts';
import { median } from './figure.ts';
import { type Rows, writeCsv } from './input-files.ts';
import { BENCH_APP_ID, BENCH_APP_KEY } from './least-server.ts';
import { measureProcess } from './measured-run.ts';

const ROWS = 100_000;
const ACCOUNT = `kybio:${BENCH_APP_ID}`;
/** Runs that the credits are spread over. */
const RUNS = 100;

/** Members that nobody has credited, and members each of whom has one credit, of another amount. */
const STRANGERS: Rows = { header: 'number,pointIncrement', row: (index) => `${7_000_000_000 + index},25` };
/** All over the ledger, not side by side in its indexes. */
const knownOf = (count: number): Rows => ({
  header: 'number,pointIncrement',
  row: (index) => `${8_000_000_001 + Math.floor((index * count) / ROWS)},25`,
});

type Place = {
  /** For files and homes. */
  readonly scratch: string;
  readonly rounds: number;
  /** Makes a ledger and names it. */
  newLedger(): Promise<string>;
  /** Durable pairs of intent and outcome of one worker, so many rows at once. */
  pairsASecond(task: { url: string; group: number; isGuarded: boolean }): Promise<number>;
};

/**
 * What a file of 100,000 rows pays for the guard, as a share of its intake: `topup --detach` of the built program reads,
 * checks, guards and records the rows and leaves them, and calls nobody. With an empty ledger that is the intake; what it
 * takes longer with that many credits is the guard, and the larger indexes. And what a credit takes on the disk.
 */
export async function benchCredits(place: Place, count: number): Promise<void> {
  const empty = await place.newLedger();
  const full = await place.newLedger();
  await addCredits(full, count);
  const size = "SELECT pg_total_relation_size('memberload.run_row')::bigint::text AS bytes";
  const [{ bytes } = {}] = await inDatabase(full, size);
  print(`\n${count} credits: ${(Number(bytes) / count).toFixed(0)} bytes each, with indexes.`);
  await benchQuery(full, count);

  const [strangers, known] = [join(place.scratch, 'strangers.csv'), join(place.scratch, 'known.csv')];
  await writeCsv(strangers, STRANGERS, ROWS);
  await writeCsv(known, knownOf(count), ROWS);
  const [load = 0] = loadavg();
  const takes: { intake: number; strangers: number; known: number }[] = [];
  for (let round = 0; round < place.rounds; round += 1) {
    const intake = await intakeSeconds(place, empty, strangers);
    takes.push({
      intake,
      strangers: await intakeSeconds(place, full, strangers),
      known: await intakeSeconds(place, full, known),
    });
  }
  const intake = median(takes.map((take) => take.intake));
  print(`\n| ${ROWS} rows, load ${load.toFixed(1)} before | seconds | guard | its share of the intake |`);
  print('|---|--:|--:|--:|');
  print(`| an empty ledger: the intake | ${intake.toFixed(2)} | | |`);
  for (const [name, of] of [
    [`${count} credits, of other members`, 'strangers'],
    [`${count} credits, one of each member`, 'known'],
  ] as const) {
    const seconds = median(takes.map((take) => take[of]));
    const share = median(takes.map((take) => take[of] / take.intake - 1));
    print(`| ${name} | ${seconds.toFixed(2)} | ${(seconds - intake).toFixed(2)} | ${share.toFixed(2)} |`);
  }
  await benchIntents(place, empty, full);
  print(
    `each round: ${takes.map((take) => JSON.stringify(Object.values(take).map((each) => each.toFixed(2)))).join(' ')}`,
  );
}

/** The guard once more, in the statement that records an intent. */
async function benchIntents({ rounds, pairsASecond }: Place, empty: string, full: string): Promise<void> {
  const found: { empty: number; full: number }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    found.push({
      empty: await pairsASecond({ url: empty, group: 64, isGuarded: true }),
      full: await pairsASecond({ url: full, group: 64, isGuarded: true }),
    });
  }
  const [without, among] = [median(found.map((each) => each.empty)), median(found.map((each) => each.full))];
  print(
    `Guarded pairs a second, 64 rows at once: ${without.toFixed(0)} in an empty ledger, ${among.toFixed(0)} among them.`,
  );
}

async function addCredits(url: string, count: number): Promise<void> {
  await inDatabase(
    url,
    // As the updates of a run leave its pages when they are vacuumed: two fifths free. New rows spread over them.
    'ALTER TABLE memberload.run_row SET (autovacuum_enabled = off, fillfactor = 60)',
    `INSERT INTO memberload.run (run_id, worker_id, is_claimed, command, targets, account, place, state, created_ms, updated_ms,
       input_path, input_sha256, result_path, undoes, row_count, settings_json)
     SELECT 'old-' || n, 0, false, 'topup', 'kybio', '${ACCOUNT}', '', 'finished', 0, 0, '', '', '', '', 0, '{}'
     FROM generate_series(0, ${RUNS - 1}) AS n`,
    `INSERT INTO memberload.run_row (run_id, row_number, target, state, action, account, customer_uid, number, point_increment,
       balance_increment, data_change_time, point_before, point_after, intent_ms, updated_ms, sequence)
     SELECT 'old-' || n % ${RUNS}, n, 'kybio', 'done', 'topped_up', '${ACCOUNT}', (2387461449000000000 + n)::text,
       (8000000000 + n)::text, '10', '0', '2025-01-01 00:00:00', '100', '110', 1, 1, n
     FROM generate_series(1, ${count}) AS n`,
    'ALTER TABLE memberload.run_row SET (fillfactor = 70)',
    'VACUUM (ANALYZE) memberload.run_row',
    'CHECKPOINT',
  );
}

/** The guard's question alone, as a reader of the ledger asks it. Half of the members have a credit. */
async function benchQuery(url: string, count: number): Promise<void> {
  const { openPostgresLedgerReader } = await import('../../src/ledger/postgres/postgres-ledger.ts');
  const { readLedgerAddress } = await import('../../src/ledger/postgres/address.ts');
  const reader = await openPostgresLedgerReader({ address: readLedgerAddress(url) });
  if (reader === undefined) throw new Error('there is a ledger');
  const numbers = Array.from({ length: ROWS }, (_, index) =>
    String(8_000_000_001 + (index % 2 ? Math.floor((index * count) / ROWS) : -1 - index)),
  );
  const beganMs = performance.now();
  for (let from = 0; from < numbers.length; from += 2000) {
    const of = { numbers: numbers.slice(from, from + 2000), customerUids: [], references: [] };
    await reader.increments.findCredits(ACCOUNT, of);
  }
  const seconds = (performance.now() - beganMs) / 1000;
  await reader.close();
  print(`The guard asks for ${ROWS} numbers against them in ${seconds.toFixed(1)} s.`);
}

let homeNumber = 0;

/** Of a home that has done nothing yet. What the run leaves in the ledger is gone when this returns. */
async function intakeSeconds({ scratch }: Place, url: string, input: string): Promise<number> {
  homeNumber += 1;
  const cwd = join(scratch, `intake-${homeNumber}`);
  mkdirSync(cwd);
  const keyFile = join(cwd, 'data.key');
  writeFileSync(keyFile, 'A'.repeat(43), { mode: 0o600 });
  const { stdout, wallMs } = await measureProcess([BINARY, 'topup', input, '-y', '--detach'], {
    cwd,
    env: {
      ...{ PATH: process.env.PATH ?? '', HOME: cwd, MEMBERLOAD_HOME: join(cwd, 'home') },
      ...{ MEMBERLOAD_LEDGER_URL: url, MEMBERLOAD_DATA_KEY_FILE: keyFile },
      // Nobody answers there, and nobody is called.
      ...{ KYBIO_BASE_URL: 'http://127.0.0.1:9/openapi/v1', KYBIO_APP_ID: BENCH_APP_ID, KYBIO_APP_KEY: BENCH_APP_KEY },
    },
    exitCode: 0,
  });
  const runId = stdout.trim();
  const [recorded] = await inDatabase(
    url,
    `SELECT count(*)::int AS count FROM memberload.run_row WHERE run_id = '${runId}' AND state = 'planned'`,
  );
  if (recorded?.count !== ROWS) throw new Error(`run ${runId} has ${recorded?.count} rows, not ${ROWS}`);
  await inDatabase(
    url,
    ...['run', 'run_row', 'slice', 'stage_file'].map(
      (table) => `DELETE FROM memberload.${table} WHERE run_id = '${runId}'`,
    ),
    'DELETE FROM memberload_jobs._private_jobs',
    'VACUUM memberload.run_row',
    'CHECKPOINT',
  );
  return wallMs / 1000;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
