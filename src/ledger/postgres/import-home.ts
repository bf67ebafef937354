import { hostname } from 'node:os';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import { usageError } from '../../base/errors.ts';
import { sharedLedgerTexts } from '../../texts/runs/shared-ledger.ts';
import { Columns } from '../columns.ts';
import { readSharedUse, writeSharedUse } from '../shared-use.ts';
import { lockLedger } from '../sqlite/ledger-lock.ts';
import { numberOf, openForReading } from '../sqlite/open-database.ts';
import type { LedgerAddress } from './address.ts';
import { openDatabase, type Query } from './database.ts';
import { pathsIn, readHomeId } from './home.ts';
import { requireVersion } from './migrate.ts';
import { explainAtOpen } from './postgres-errors.ts';
import { storableText } from './write-queue.ts';

type Imported = { readonly runs: number; readonly rows: number; readonly changeTimes: number };

/** Records moved at once. */
const PAGE_RECORDS = 1000;

/**
 * Moves what the file ledger of a home knows into the shared ledger, in one transaction: runs, rows, evidence, times of
 * changes, counted calls, facts. From then on the home refuses increments without the shared ledger. Once for a home.
 *
 * @throws OperatorError (exit 2): NO_LEDGER, LEDGER_IN_USE, UNFINISHED_RUNS, IMPORTED_BEFORE, and what opening can throw
 */
export async function importHome(address: LedgerAddress, folder: string): Promise<Imported> {
  const paths = pathsIn(folder);
  const source = openForReading(paths);
  if (source === undefined) {
    const { nothingToImport, nothingToImportHint } = sharedLedgerTexts();
    throw usageError('NO_LEDGER', nothingToImport(folder), nothingToImportHint);
  }
  let lock: { close(): void } | undefined;
  try {
    lock = lockLedger(paths, { pid: 0, command: 'memberload ledger import', startedAt: new Date().toISOString() });
    requireSettled(source, folder);
    return await moveInto(address, source, folder);
  } catch (error) {
    throw explainAtOpen(error, address.place);
  } finally {
    source.close();
    lock?.close();
  }
}

/** What is unfinished has its stage there, and what is in doubt can be settled only there. */
function requireSettled(source: DatabaseSyncInstance, folder: string): void {
  const unfinished = numberOf(
    source,
    "SELECT count(*) FROM run WHERE state NOT IN ('finished', 'cancelled') AND pruned_ms = 0",
  );
  const inDoubt = numberOf(
    source,
    "SELECT count(*) FROM row WHERE state IN ('intent', 'in_doubt') AND data_change_time <> ''",
  );
  if (unfinished === 0 && inDoubt === 0) return;
  const { unfinished: message, unfinishedHint } = sharedLedgerTexts();
  throw usageError('UNFINISHED_RUNS', message(folder, unfinished, inDoubt), unfinishedHint);
}

async function moveInto(address: LedgerAddress, source: DatabaseSyncInstance, folder: string): Promise<Imported> {
  const { place } = address;
  const database = await openDatabase(address);
  const { query } = database;
  const before = readSharedUse(folder);
  const moved = { ...before, movedTo: place };
  try {
    await requireVersion(query, place);
    await query('BEGIN ISOLATION LEVEL READ COMMITTED');
    await query('SELECT memberload.make_durable()');
    const added = await query(
      'INSERT INTO memberload.imported_home (home) VALUES ($1) ON CONFLICT DO NOTHING RETURNING home',
      [readHomeId(folder)],
    );
    if (added.length === 0) {
      writeSharedUse(folder, moved);
      const { importedBefore, importedBeforeHint } = sharedLedgerTexts();
      throw usageError('IMPORTED_BEFORE', importedBefore(folder), importedBeforeHint);
    }
    const counts = await copy(source, query, folder);
    // Before the commit: a kill between the two leaves a home that refuses, never one that credits on. Whether a
    // commit that failed was made nobody knows, so the home goes on refusing then, too.
    writeSharedUse(folder, moved);
    await query('COMMIT');
    return counts;
  } finally {
    await database.close();
  }
}

async function copy(source: DatabaseSyncInstance, query: Query, folder: string): Promise<Imported> {
  const [worker] = await query(
    `INSERT INTO memberload.worker (home, who, command, started_ms, lease_until_ms, ended_ms)
     VALUES ('', $1, 'memberload ledger import', memberload.clock_ms(), 0, memberload.clock_ms()) RETURNING worker_id`,
    [`${folder} on ${hostname()}`],
  );
  const workerId = new Columns(worker).integer('worker_id');
  // The order within the ledger that is taken over stays, and lies before every change to come.
  const lastSequence = numberOf(source, "SELECT value FROM counter WHERE name = 'sequence'");
  const [last] = await query(
    "SELECT setval('memberload.row_sequence', nextval('memberload.row_sequence') + $1) AS value",
    [lastSequence],
  );
  const base = new Columns(last).integer('value') - lastSequence;
  const runs = await move(source, query, 'run', 'SELECT * FROM run ORDER BY rowid', (record) => ({
    ...record,
    worker_id: workerId,
  }));
  const rows = await move(source, query, 'run_row', "SELECT * FROM row WHERE state <> 'planned'", (record) => ({
    ...record,
    sequence: base + Number(record.sequence),
    intent_worker: record.data_change_time === '' ? 0 : workerId,
    changed_by: workerId,
  }));
  await move(
    source,
    query,
    'evidence',
    'SELECT run_id, row_number, recorded_ms, kind, detail_json FROM evidence ORDER BY rowid',
  );
  const changeTimes = await move(source, query, 'change_time', 'SELECT * FROM change_time');
  await moveCallsAndFacts(source, query);
  return { runs, rows, changeTimes };
}

/** @returns how many records there were */
async function move(
  source: DatabaseSyncInstance,
  query: Query,
  table: 'run' | 'run_row' | 'evidence' | 'change_time',
  sql: string,
  change: (record: Record<string, unknown>) => Record<string, unknown> = (record) => record,
): Promise<number> {
  let count = 0;
  for (const page of pagesOf(source, sql)) {
    const records = page.map(change);
    const columns = Object.keys(records[0] ?? {}).join(', ');
    // A time that both ledgers gave to a member was used twice already; anything else that is there twice is refused.
    await query(
      `INSERT INTO memberload.${table} (${columns})
       SELECT ${columns} FROM jsonb_populate_recordset(NULL::memberload.${table}, $1)
       ${table === 'change_time' ? 'ON CONFLICT DO NOTHING' : ''}`,
      [toJson(records)],
    );
    count += records.length;
  }
  return count;
}

/** What the shared ledger may know already, from another machine: calls of one day add up, the newer fact stands. */
async function moveCallsAndFacts(source: DatabaseSyncInstance, query: Query): Promise<void> {
  for (const page of pagesOf(source, 'SELECT * FROM call_count')) {
    await query(
      `INSERT INTO memberload.call_count AS c SELECT * FROM jsonb_populate_recordset(NULL::memberload.call_count, $1)
       ON CONFLICT (account, day, endpoint) DO UPDATE SET calls = c.calls + excluded.calls`,
      [toJson(page)],
    );
    await query(
      `INSERT INTO memberload.call_day AS d SELECT account, day, sum(calls)
       FROM jsonb_populate_recordset(NULL::memberload.call_count, $1) GROUP BY account, day
       ON CONFLICT (account, day) DO UPDATE SET used = d.used + excluded.used`,
      [toJson(page)],
    );
  }
  for (const page of pagesOf(source, 'SELECT * FROM account_fact')) {
    await query(
      `INSERT INTO memberload.account_fact AS f
       SELECT * FROM jsonb_populate_recordset(NULL::memberload.account_fact, $1)
       ON CONFLICT (account, fact) DO UPDATE SET value = excluded.value, updated_ms = excluded.updated_ms
       WHERE excluded.updated_ms > f.updated_ms`,
      [toJson(page)],
    );
  }
}

function toJson(records: readonly object[]): string {
  return JSON.stringify(records, (_, each: unknown) => (typeof each === 'string' ? storableText(each) : each));
}

function* pagesOf(source: DatabaseSyncInstance, sql: string): Generator<Record<string, unknown>[]> {
  const page: Record<string, unknown>[] = [];
  for (const record of source.prepare(sql).iterate()) {
    page.push({ ...Object(record) });
    if (page.length === PAGE_RECORDS) yield page.splice(0);
  }
  if (page.length > 0) yield page;
}
