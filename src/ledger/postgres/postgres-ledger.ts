import { join, resolve } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { EXIT, OperatorError } from '../../base/errors.ts';
import { makePrivateFolder } from '../../base/private-folder.ts';
import { sharedLedgerTexts } from '../../texts/runs/shared-ledger.ts';
import { Columns } from '../columns.ts';
import type { Ledger, LedgerReader } from '../ledger.ts';
import { readSharedUse, writeSharedUse } from '../shared-use.ts';
import { describeDoubt, type HighWaterMark, openHighWaterMark } from '../sqlite/high-water-mark.ts';
import { type LedgerHolder, lockLedger } from '../sqlite/ledger-lock.ts';
import { ledgerOlder } from '../sqlite/sqlite-increments.ts';
import type { LedgerAddress } from './address.ts';
import { type Database, inTransaction, openDatabase } from './database.ts';
import { failedOver, mayLoseCommits, readDurability, readHealth } from './durability.ts';
import { pathsIn, readHomeId } from './home.ts';
import { LEASE_MS_MIN, type Lease, openLease } from './lease.ts';
import { readVersion, requireServer, requireVersion } from './migrate.ts';
import { openPace } from './pace.ts';
import type { Reader, WriterParts } from './parts.ts';
import { openCallReader, openCallStore, openFactReader, openFactStore } from './postgres-calls.ts';
import { explainAtOpen, explainAtWork } from './postgres-errors.ts';
import { openIncrementReader, openIncrementStore } from './postgres-increments.ts';
import { openRowReader, openRowStore } from './postgres-rows.ts';
import { openRunReader, openRunStore } from './postgres-runs.ts';
import { openSliceReader, openSliceStore } from './postgres-slices.ts';
import { type DataKey, openStageStore } from './sealed-stages.ts';
import { WriteQueue } from './write-queue.ts';

type PostgresLedgerOptions = {
  readonly address: LedgerAddress;
  /** MEMBERLOAD_HOME, made with mode 0700 when it is missing: stages are there, and the mark of this home. */
  readonly folder: string;
  /** What to tell other processes about this one. */
  readonly holder: LedgerHolder & { readonly person: string };
  /** The config file says that losing the newest commits is accepted: a second credit may follow. */
  readonly isLossAccepted: boolean;
  /** Seals copies of stages; undefined: stages stay where they were made. */
  readonly dataKey?: DataKey | undefined;
  /** Told once, when nothing may be sent any more. */
  readonly onFailure: (error: OperatorError) => void;
  /** For tests: the time instead of the database's own. Leases go by the database's clock all the same. */
  readonly clock?: Clock;
  readonly leaseMs?: number;
};

/**
 * Opens the shared ledger for a process that writes. Any number of homes and machines may have it open; two processes
 * of one home may not, since they would share its stages.
 *
 * @throws OperatorError LEDGER_UNREACHABLE, LEDGER_NOT_THERE, LEDGER_NEEDS_UPGRADE, LEDGER_TOO_NEW, LEDGER_IN_USE
 *   (all exit 2)
 */
export async function openPostgresLedger(options: PostgresLedgerOptions): Promise<Ledger> {
  const { address, holder } = options;
  const { place } = address;
  const opened: { close(): void | Promise<void> }[] = [];
  const open = <T extends { close(): void | Promise<void> }>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  const databases: Database[] = [];
  const connect = async (): Promise<Database> => {
    const database = open(await openDatabase(address, onLost));
    databases.push(database);
    return database;
  };
  let queue: WriteQueue | undefined;
  const onLost = (error: Error): void => void queue?.fail(error);
  try {
    makePrivateFolder(options.folder, { mayBeLink: true });
    open(lockLedger(pathsIn(options.folder), holder));
    const writer = await connect();
    await requireVersion(writer.query, place);
    const home = readHomeId(options.folder);
    const leaseMs = options.leaseMs ?? LEASE_MS_MIN;
    const who = `${holder.person}, process ${holder.pid}`;
    const workerId = await addWorker(writer, home, { who, command: holder.command, leaseMs });
    const heldNowMs = (): number | null => options.clock?.nowMs() ?? null;
    const intents = await countIntents(writer, home);
    const mark = open(
      openHighWaterMark(join(resolve(options.folder), 'ledger.shared.mark'), intents, (error) => queue?.fail(error)),
    );
    const counter = { intents };
    queue = new WriteQueue(writer.query, workerId, {
      heldNowMs,
      onCommitted: (found) => countBegun(found, counter, mark),
      explain: (error) => explainAtWork(error, place),
      onFailure(error) {
        // What waits on a connection that is cut without a word must not wait for ever.
        for (const database of databases) database.destroy();
        options.onFailure(error);
      },
    });
    const reader = await connect();
    const pulse = await connect();
    const lease = await openLease({ id: workerId, leaseMs }, pulse.query, { onBroken: onLost });
    const openForPace = connect;
    return await composeLedger({
      options,
      queue,
      openForPace,
      writer,
      reader,
      lease,
      mark,
      counter,
      workerId,
      heldNowMs,
      closeAll,
    });
  } catch (error) {
    await closeAll();
    throw explainAtOpen(error, place);
  }

  /** The lock is given back last. */
  async function closeAll(): Promise<void> {
    for (const resource of opened.splice(0).reverse()) await resource.close();
  }
}

/**
 * Opens the shared ledger for reading; undefined when there is none yet.
 *
 * @throws OperatorError LEDGER_UNREACHABLE, LEDGER_NEEDS_UPGRADE, LEDGER_TOO_NEW (all exit 2)
 */
export async function openPostgresLedgerReader(options: {
  readonly address: LedgerAddress;
  readonly clock?: Clock;
}): Promise<LedgerReader | undefined> {
  const { address } = options;
  let database: Database | undefined;
  try {
    database = await openDatabase(address);
    const { query } = database;
    await requireServer(query, address.place);
    if ((await readVersion(query)) === 0) {
      await database.close();
      return undefined;
    }
    await requireVersion(query, address.place);
    const read: Reader = async (sql, values) => {
      try {
        return await query(sql, values);
      } catch (error) {
        throw explainAtWork(error, address.place);
      }
    };
    return { ...openReaders(read, options), close: database.close };
  } catch (error) {
    database?.destroy();
    throw explainAtOpen(error, address.place);
  }
}

async function addWorker(
  { query }: Database,
  home: string,
  worker: { who: string; command: string; leaseMs: number },
): Promise<number> {
  return inTransaction(query, async () => {
    const [record] = await query(
      `INSERT INTO memberload.worker (home, who, command, started_ms, lease_until_ms)
       VALUES ($1, $2, $3, memberload.clock_ms(), memberload.clock_ms() + $4) RETURNING worker_id`,
      [home, worker.who, worker.command, worker.leaseMs],
    );
    // What killed processes have left of runs that they were about to start.
    await query('SELECT memberload.drop_left_starts()');
    await query(
      `DELETE FROM memberload.stage_file AS f WHERE NOT memberload.is_alive(f.worker_id)
         AND NOT EXISTS (SELECT FROM memberload.run WHERE run.run_id = f.run_id AND run.pruned_ms = 0)`,
    );
    return new Columns(record).integer('worker_id');
  });
}

/** Increments that this home has begun, as the ledger knows. */
async function countIntents({ query }: Database, home: string): Promise<number> {
  const [record] = await query(
    'SELECT COALESCE(sum(intents), 0)::bigint AS intents FROM memberload.worker WHERE home = $1',
    [home],
  );
  return new Columns(record).integer('intents');
}

/** The mark follows the commits, and nobody waits for it: a kill leaves a mark that is too low, never too high. */
function countBegun(found: readonly unknown[], counter: { intents: number }, mark: HighWaterMark): void {
  const begun = found.filter(
    (each) => typeof each === 'object' && each !== null && 'kind' in each && each.kind === 'begun',
  );
  if (begun.length === 0) return;
  counter.intents += begun.length;
  mark.raise(counter.intents);
}

type Composed = {
  options: PostgresLedgerOptions;
  queue: WriteQueue;
  /** A connection more, closed with the ledger. */
  openForPace: () => Promise<Database>;
  writer: Database;
  reader: Database;
  lease: Lease;
  mark: HighWaterMark;
  counter: { intents: number };
  workerId: number;
  heldNowMs: () => number | null;
  closeAll: () => Promise<void>;
};

async function composeLedger(composed: Composed): Promise<Ledger> {
  const { options, queue, openForPace, writer, reader, lease, mark, counter, workerId, heldNowMs, closeAll } = composed;
  const { place } = options.address;
  const durability = await readDurability(writer.query);
  const read: Reader = async (sql, values) => {
    await queue.flush();
    try {
      return await reader.query(sql, values);
    } catch (error) {
      throw queue.fail(error);
    }
  };
  const parts: WriterParts = { queue, read, workerId, heldNowMs };
  let shared = readSharedUse(options.folder);
  const requireNewest = (account?: string): void => {
    const loss = options.isLossAccepted ? undefined : mayLoseCommits(durability, place);
    const refusal = loss ?? failedOver(durability, place);
    if (refusal) throw refusal;
    const found = describeDoubt(mark.state);
    if (found !== undefined) throw ledgerOlder(place, found);
    if (account === undefined || Object.hasOwn(shared.accounts, account)) return;
    // Before the first increment: without the address this home would not know of it.
    shared = { ...shared, accounts: { ...shared.accounts, [account]: place } };
    writeSharedUse(options.folder, shared);
  };
  let closing: Promise<void> | undefined;
  return {
    ...openReaders(read, options),
    runs: openRunStore(parts),
    rows: openRowStore(parts),
    increments: openIncrementStore(parts, requireNewest),
    calls: openCallStore(parts),
    facts: openFactStore(parts),
    stages: openStageStore(parts, options.dataKey),
    slices: { ...openSliceReader(read), ...openSliceStore(parts, options.address) },
    pace: openPace(openForPace, (error) => queue.fail(error)),
    person: options.holder.person,
    flush: () => queue.flush(),
    requireNewest: async (account) => requireNewest(account),
    acceptAsNewest: async () => mark.accept(counter.intents),
    mayStillSend: lease.mayStillSend,
    async holdFor(callMs) {
      await lease.holdFor(callMs).catch((error: unknown) => {
        throw queue.fail(error);
      });
    },
    close() {
      closing ??= close();
      return closing;
    },
  };

  async function close(): Promise<void> {
    // A ledger that failed, or that cannot be reached any more: the lease ends by itself.
    await queue.flush().catch(() => undefined);
    await lease.end().catch(() => undefined);
    await mark.settle();
    queue.end(closed(place));
    await closeAll();
  }
}

function closed(place: string): OperatorError {
  const { closed: message, closedHint } = sharedLedgerTexts();
  return new OperatorError({
    code: 'LEDGER_FAILED',
    message: message(place),
    hint: closedHint,
    exitCode: EXIT.stopped,
  });
}

/** What both kinds of ledger read in the same way. */
function openReaders(
  read: Reader,
  options: { readonly address: LedgerAddress; readonly clock?: Clock },
): Omit<LedgerReader, 'close'> {
  const { address, clock } = options;
  return {
    place: address.place,
    runs: openRunReader(read),
    rows: openRowReader(read),
    increments: openIncrementReader(read),
    calls: openCallReader(read),
    facts: openFactReader(read),
    slices: openSliceReader(read),
    async now() {
      if (clock) return clock.nowMs();
      const [record] = await read('SELECT memberload.clock_ms() AS now_ms');
      return new Columns(record).integer('now_ms');
    },
    async sequence() {
      // Nobody may have taken a number yet. What others commit at this moment may have taken a lower one already: their
      // increments have not been sent, or were answered before this read.
      const [record] = await read(
        'SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS value FROM memberload.row_sequence',
      );
      return new Columns(record).integer('value');
    },
    readHealth: () => readHealth(read, address.place),
  };
}
