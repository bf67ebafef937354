import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance, type StatementSyncInstance } from '@photostructure/sqlite';
import { requireNoLink } from '../base/private-folder.ts';

/**
 * What the vendors remember. WAL with synchronous=NORMAL: a commit is in the operating system before the
 * answer goes out, so it survives kill -9 of this process (not a power cut, which no test needs).
 * Locking stays normal: an embedded sandbox and `memberload sandbox` may share one state.
 * Amounts and ids are TEXT, with the digits as they came. An empty text is an absent field.
 */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS members (
    id INTEGER PRIMARY KEY,
    customerUid TEXT NOT NULL UNIQUE, number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, phone TEXT NOT NULL, birthday TEXT NOT NULL, qq TEXT NOT NULL, email TEXT NOT NULL,
    address TEXT NOT NULL, remarks TEXT NOT NULL, categoryName TEXT NOT NULL,
    point TEXT NOT NULL, discount TEXT NOT NULL, balance TEXT NOT NULL,
    onAccount INTEGER NOT NULL, enable INTEGER NOT NULL,
    passwordMd5 TEXT NOT NULL, createdDate TEXT NOT NULL, expiryDate TEXT NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS categories (
    uid TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, discount TEXT NOT NULL,
    enable INTEGER NOT NULL, isPoint INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS increments (
    id INTEGER PRIMARY KEY, source TEXT NOT NULL,
    customerUid TEXT NOT NULL, number TEXT NOT NULL,
    pointIncrement TEXT NOT NULL, balanceIncrement TEXT NOT NULL,
    dataChangeTime TEXT NOT NULL, appliedAt REAL NOT NULL, callId INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS incrementsByChange ON increments (customerUid, dataChangeTime);
  CREATE TABLE IF NOT EXISTS callCounts (
    day TEXT NOT NULL, account TEXT NOT NULL, endpoint TEXT NOT NULL, calls INTEGER NOT NULL,
    PRIMARY KEY (day, account, endpoint)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS customers (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE, reference_number TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL, email TEXT NOT NULL, dial_code TEXT NOT NULL, phone TEXT NOT NULL,
    company_name TEXT NOT NULL, default_payment_method TEXT NOT NULL, default_payment_token TEXT NOT NULL
  ) STRICT;
`;

const TABLES = ['meta', 'members', 'categories', 'increments', 'callCounts', 'customers'];

/** How long a call waits for another process that shares the state. */
const BUSY_MS_MAX = 5000;

export class Store {
  readonly #database: DatabaseSyncInstance;
  readonly #begin: StatementSyncInstance;
  readonly #commit: StatementSyncInstance;
  readonly #rollback: StatementSyncInstance;

  constructor(stateFolder: string) {
    this.#database = openDatabase(stateFolder);
    this.#database.exec(SCHEMA);
    this.#begin = this.#database.prepare('BEGIN IMMEDIATE');
    this.#commit = this.#database.prepare('COMMIT');
    this.#rollback = this.#database.prepare('ROLLBACK');
  }

  get isOpen(): boolean {
    return this.#database.isOpen;
  }

  /** Every statement is prepared once, when its table's functions are made. */
  prepare(sql: string): Statement {
    const statement = this.#database.prepare(sql);
    return {
      run: (...values) => statement.run(...values.map(storable)),
      get: (...values) => readBack(statement.get(...values.map(storable))),
      all: (...values) => statement.all(...values.map(storable)).map(readBack),
    };
  }

  /** One call is one transaction: it is remembered whole, or not at all. */
  transaction<Result>(work: () => Result): Result {
    this.#begin.run();
    try {
      const result = work();
      this.#commit.run();
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#rollback.run();
      throw error;
    }
  }

  /** Forgets everything; to be called inside a transaction. */
  clear(): void {
    for (const table of TABLES) this.#database.exec(`DELETE FROM ${table}`);
  }

  close(): void {
    // Leaves one small file behind; a process that shares the state may prevent it, and may.
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    this.#database.close();
  }
}

function openDatabase(stateFolder: string): DatabaseSyncInstance {
  if (stateFolder === ':memory:') return new DatabaseSync(':memory:');
  requireNoLink(stateFolder);
  mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
  chmodSync(stateFolder, 0o700);
  const path = join(stateFolder, 'sandbox.sqlite');
  requireNoLink(path);
  const database = new DatabaseSync(path, { timeout: BUSY_MS_MAX });
  // Before the first write: SQLite gives -wal and -shm the mode of the database file.
  chmodSync(path, 0o600);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000;');
  return database;
}

/** The SQL that inserts a whole row: `INSERT INTO name (a, b) VALUES (?, ?)`. */
export function insertSql(table: string, columns: readonly string[]): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}

/** Each of the named fields with the text that `read` finds for the name. */
export function textsOf<Name extends string>(
  names: readonly Name[],
  read: (name: Name) => string,
): Record<Name, string> {
  const texts = {} as Record<Name, string>;
  for (const name of names) texts[name] = read(name);
  return texts;
}

// biome-ignore lint/suspicious/noExplicitAny: rows have the shape that their SQL gives them, as with the driver itself
type Row = any;

export type Statement = {
  run(...values: readonly Value[]): unknown;
  get(...values: readonly Value[]): Row;
  all(...values: readonly Value[]): Row[];
};

type Value = string | number;

/** The driver ends a text at its first NUL; this character, which no text can mean, stands for it in the file. */
const NUL_STAND_IN = '\ufdd0';

function storable(value: Value): Value {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', NUL_STAND_IN) : value;
}

function readBack(row: Row): Row {
  if (row === undefined) return undefined;
  for (const name in row) {
    const value: unknown = row[name];
    if (typeof value === 'string' && value.includes(NUL_STAND_IN)) row[name] = value.replaceAll(NUL_STAND_IN, '\0');
  }
  return row;
}
