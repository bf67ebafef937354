import { DatabaseSync } from '@photostructure/sqlite';

/**
 * Which row first named each member of a file, kept in a scratch database so that a million rows take no
 * more memory than a hundred. Not durable: it is made anew by every scan.
 */
export interface SeenKeys {
  /** @returns the row that named the key first, `rowNumber` itself when it is the first; the same in every pass */
  firstRowOf(key: string, rowNumber: number): number;
  /** The row that entered the key, without entering it. */
  find(key: string): number | undefined;
  close(): void;
}

/** Rows per transaction: one commit per row would cost more than the insert. */
const ROWS_PER_TRANSACTION = 10_000;

export function openSeenKeys(): SeenKeys {
  // An empty name is a temporary file that SQLite deletes itself, kept in memory while it is small.
  const database = new DatabaseSync('');
  database.exec(`
    PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -8000;
    CREATE TABLE seen (key TEXT PRIMARY KEY, row_number INTEGER NOT NULL) WITHOUT ROWID;
    BEGIN`);
  const insert = database.prepare('INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING');
  const find = database.prepare('SELECT row_number FROM seen WHERE key = ?');
  let rowCount = 0;
  return {
    firstRowOf(key, rowNumber) {
      rowCount += 1;
      if (rowCount % ROWS_PER_TRANSACTION === 0) database.exec('COMMIT; BEGIN');
      if (Number(insert.run(key, rowNumber).changes) === 1) return rowNumber;
      return Number((find.get(key) as { row_number: number }).row_number);
    },
    find: (key) => {
      const found = find.get(key) as { row_number: number } | undefined;
      return found && Number(found.row_number);
    },
    close: () => database.close(),
  };
}
