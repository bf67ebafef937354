import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { Clock } from '../../base/clock.ts';
import type { OperatorError } from '../../base/errors.ts';
import { errorText } from '../../base/errors.ts';
import { makePrivateFolder, requirePrivateFolder } from '../../base/private-folder.ts';
import { Columns } from '../columns.ts';
import type { Ledger, LedgerHealth, LedgerReader } from '../ledger.ts';
import { readSharedUse, refuseShared } from '../shared-use.ts';
import { type Connection, readerConnection, writerConnection } from './connection.ts';
import { type Disk, GroupCommit } from './group-commit.ts';
import { describeDoubt, type HighWaterMark, openHighWaterMark } from './high-water-mark.ts';
import { type LedgerHolder, type LedgerPaths, lockLedger } from './ledger-lock.ts';
import { firstValue, numberOf, openForReading, openForWriting } from './open-database.ts';
import { openCallReader, openCallStore, openFactReader, openFactStore } from './sqlite-calls.ts';
import { openIncrementReader } from './sqlite-credits.ts';
import { explainAtOpen, explainAtWork, isSqliteError } from './sqlite-errors.ts';
import { ledgerOlder, openIncrementStore } from './sqlite-increments.ts';
import { openPutRow, openRowReader, openRowStore } from './sqlite-rows.ts';
import { openRunReader, openRunStore } from './sqlite-runs.ts';
import { openWalFile } from './wal-file.ts';

type SqliteLedgerOptions = {
  /** MEMBERLOAD_HOME, made with mode 0700 when it is missing. */
  readonly folder: string;
  /** What to tell a second process about this one. */
  readonly holder: LedgerHolder;
  readonly clock: Clock;
  /** Told once, when nothing may be sent any more. */
  readonly onFailure: (error: OperatorError) => void;
};

/**
 * Opens `<folder>/ledger.sqlite` for the only process that writes; readers may come and go. A link in place of one of
 * the ledger's files is refused.
 *
 * The guard against two writers is as wide as the folder: a process of the same account with another MEMBERLOAD_HOME,
 * or on another machine, has a ledger of its own. That process is not seen, and its calls are not counted.
 *
 * @throws OperatorError LEDGER_IN_USE, LEDGER_DAMAGED, LEDGER_TOO_NEW, LEDGER_NOT_WRITABLE, OPEN_FOLDER (all exit 2)
 */
export async function openSqliteLedger(options: SqliteLedgerOptions): Promise<Ledger> {
  const paths = pathsIn(options.folder);
  const opened: { close(): void }[] = [];
  let isClosed = false;
  const open = <T extends { close(): void }>(resource: T): T => {
    opened.push(resource);
    return resource;
  };
  try {
    makePrivateFolder(options.folder, { mayBeLink: true });
    open(lockLedger(paths, options.holder));
    const database = open(openForWriting(paths));
    const wal = open(openWalFile(paths.database));
    const counters = readCounters(database);
    // Told of a failure of the disk once there is somebody to tell.
    const failure: { tell(error: unknown): void } = { tell: () => undefined };
    const mark = open(openHighWaterMark(paths.mark, counters.intents, (error) => failure.tell(error)));
    const disk: Disk = {
      async sync() {
        // As of now: what is committed while the disk is at work is not durable with it.
        const { intents } = counters;
        await wal.sync();
        // Nobody waits any more, and the same ledger may be open again with a mark that is higher.
        if (!isClosed) mark.raise(intents);
      },
    };
    return composeLedger({ options, paths, database, disk, mark, failure, counters, closeAll });
  } catch (error) {
    closeAll();
    throw explainAtOpen(error, paths.database);
  }

  /** The lock is given back last. */
  function closeAll(): void {
    isClosed = true;
    for (const resource of opened.splice(0).reverse()) resource.close();
  }
}

/**
 * Opens the ledger for reading; undefined when there is none yet. Makes no ledger. Works while another process writes
 * or sleeps, and holds up nobody: a long read only lets the log grow.
 *
 * @throws OperatorError LEDGER_NEEDS_UPGRADE (only a process that writes upgrades the ledger), LEDGER_IN_USE (by an
 * earlier version, which lets nobody read), LEDGER_DAMAGED, LEDGER_TOO_NEW, LEDGER_NOT_WRITABLE (all exit 2)
 */
export async function openSqliteLedgerReader(options: {
  readonly folder: string;
  readonly clock: Clock;
}): Promise<LedgerReader | undefined> {
  const paths = pathsIn(options.folder);
  try {
    requirePrivateFolder(options.folder, { mayBeLink: true });
    const database = openForReading(paths);
    if (!database) return undefined;
    return {
      ...openReaders(readerConnection(database, paths.database), database, paths),
      now: async () => options.clock.nowMs(),
      async close() {
        if (database.isOpen) database.close();
      },
    };
  } catch (error) {
    throw explainAtOpen(error, paths.database);
  }
}

function pathsIn(folder: string): LedgerPaths {
  return {
    database: join(resolve(folder), 'ledger.sqlite'),
    lock: join(resolve(folder), 'ledger.lock'),
    holder: join(resolve(folder), 'ledger.holder.json'),
    mark: join(resolve(folder), 'ledger.mark'),
  };
}

type Counters = { intents: number; sequence: number };

function readCounters(database: DatabaseSyncInstance): Counters {
  const counter = (name: string): number => numberOf(database, `SELECT value FROM counter WHERE name = '${name}'`);
  return { intents: counter('increment_intents'), sequence: counter('sequence') };
}

function composeLedger({
  options: { clock, onFailure, folder },
  paths,
  database,
  disk,
  mark,
  failure,
  counters,
  closeAll,
}: {
  options: SqliteLedgerOptions;
  paths: LedgerPaths;
  database: DatabaseSyncInstance;
  disk: Disk;
  mark: HighWaterMark;
  failure: { tell(error: unknown): void };
  counters: Counters;
  closeAll: () => void;
}): Ledger {
  const writeCounters = database.prepare(
    "UPDATE counter SET value = CASE name WHEN 'sequence' THEN ?1 ELSE ?2 END WHERE name IN ('sequence', 'increment_intents')",
  );
  const written = { ...counters };
  const commits = new GroupCommit(database, disk, {
    beforeCommit() {
      calls.writeTaken();
      if (counters.sequence === written.sequence && counters.intents === written.intents) return;
      writeCounters.run(counters.sequence, counters.intents);
      Object.assign(written, counters);
    },
    explain: (error) => explainAtWork(error, paths.database),
    onFailure,
  });
  failure.tell = (error) => void commits.fail(error);
  const connection = writerConnection(database, commits);
  const nextSequence = (): number => {
    counters.sequence += 1;
    return counters.sequence;
  };
  const parts = { connection, commits, clock, nextSequence };
  const putRow = openPutRow(parts);
  const calls = openCallStore(parts);
  const shared = readSharedUse(folder);
  const requireNewest = (account?: string): void => {
    const refusal = refuseShared(shared, account ?? '');
    if (refusal) throw refusal;
    const found = describeDoubt(mark.state);
    if (found !== undefined) throw ledgerOlder(paths.database, found);
  };
  /** Looked at once in a turn of the event loop: the calls of one group go out in the same one. */
  let wasThere: boolean | undefined;
  let closing: Promise<void> | undefined;
  return {
    ...openReaders(connection, database, paths),
    runs: openRunStore(parts),
    rows: openRowStore(parts, putRow),
    increments: openIncrementStore({
      ...parts,
      putRow,
      requireNewest,
      countIntent() {
        counters.intents += 1;
      },
    }),
    calls,
    facts: openFactStore(parts),
    now: async () => clock.nowMs(),
    sequence: async () => counters.sequence,
    stages: undefined,
    slices: undefined,
    pace: undefined,
    person: '',
    flush: () => commits.flush(),
    requireNewest: async (account) => requireNewest(account),
    // What is recorded in a deleted file is forgotten with this process: the next run would credit everybody again.
    mayStillSend() {
      if (wasThere === undefined) {
        wasThere = existsSync(paths.database) && !mark.isRemoved();
        setImmediate(() => {
          wasThere = undefined;
        });
      }
      return wasThere;
    },
    holdFor: async () => undefined,
    acceptAsNewest: () => connection.read(() => mark.accept(counters.intents)),
    close() {
      closing ??= close();
      return closing;
    },
  };

  async function close(): Promise<void> {
    try {
      await commits.flush();
      await mark.settle();
      // Everything into the database itself: a copy of that one file is a whole ledger.
      database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } catch {
      // A ledger that failed: what is durable is in the log, and the next process reads it from there.
    }
    closeAll();
  }
}

/** What both kinds of ledger read in the same way. */
function openReaders(
  connection: Connection,
  database: DatabaseSyncInstance,
  paths: LedgerPaths,
): Omit<LedgerReader, 'now' | 'close'> {
  const sequence = connection.prepare("SELECT value FROM counter WHERE name = 'sequence'");
  return {
    place: paths.database,
    runs: openRunReader(connection),
    rows: openRowReader(connection),
    increments: openIncrementReader(connection),
    calls: openCallReader(connection),
    facts: openFactReader(connection),
    slices: undefined,
    sequence: () => connection.read(() => new Columns(sequence.get()).integer('value')),
    readHealth: () => connection.read(() => readHealth(database, paths)),
  };
}

function readHealth(database: DatabaseSyncInstance, paths: LedgerPaths): LedgerHealth {
  return {
    place: paths.database,
    version: numberOf(database, 'PRAGMA user_version'),
    intentCount: readCounters(database).intents,
    problems: findProblems(database),
    details: [
      `SQLite ${firstValue(database, 'SELECT sqlite_version()')}`,
      `journal_mode ${firstValue(database, 'PRAGMA journal_mode')}`,
      `synchronous ${firstValue(database, 'PRAGMA synchronous')}`,
      `secure_delete ${firstValue(database, 'PRAGMA secure_delete')}`,
    ],
  };
}

function findProblems(database: DatabaseSyncInstance): string[] {
  try {
    const lines = database.prepare('PRAGMA quick_check(10)').all();
    return lines.map((record) => String(Object.values(Object(record))[0])).filter((line) => line !== 'ok');
  } catch (error) {
    // Too damaged to be checked to the end.
    if (!isSqliteError(error)) throw error;
    return [errorText(error)];
  }
}
