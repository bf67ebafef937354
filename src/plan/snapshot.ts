import { chmodSync, closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { makePrivateFolder, requireNoLink } from '../base/private-folder.ts';
import { type TextFields, textFields } from '../base/text-fields.ts';
import { stageFailed } from '../stage/stage.ts';

/** One record as it was read: by a page, which lacks some fields, or whole by a lookup of its own. */
export type SnapshotRecord = {
  readonly id: string;
  readonly fields: TextFields;
  readonly isWhole: boolean;
  /** Whether a page held it, not only a lookup of its own. */
  readonly isOnPage: boolean;
  /** Of the ledger, before the read was sent. What was credited later is not in these values. */
  readonly sequence: number;
};

/** When something was read: by the clock, for its age; by the ledger's sequence, for its order. */
type ReadAt = { readonly nowMs: number; readonly sequence: number };

/**
 * A vendor's members or customers as read by pages, on disk: finds a record among a million by id or by
 * number in bounded memory. Personal data: the file has mode 0600, belongs to one run or expires, and is
 * not part of the ledger.
 */
export interface Snapshot {
  /** When its first page was read; undefined: none was. */
  readonly takenMs: number | undefined;
  /** Whether the last page is in: only then does absence mean something. */
  readonly isComplete: boolean;
  /** Whether records were added or may have been changed at the vendor by us since: it no longer holds everybody. */
  readonly hasAdditions: boolean;
  readonly pageCount: number;
  /** Rows for which reading on was found too dear; 0: never. */
  readonly givenUpFor: number;
  /** The vendor's cursor after the last page read, as JSON; '' before the first. */
  readonly cursorJson: string;
  /** Whether a page ended with this cursor before. */
  hasCursor(cursorJson: string): boolean;
  readonly recordCount: number;
  findById(id: string): SnapshotRecord | undefined;
  findByNumber(number: string): SnapshotRecord | undefined;
  /** Stores a page with the cursor that follows it, in one commit. */
  addPage(records: readonly TextFields[], page: ReadAt & { cursorJson: string; isLast: boolean }): void;
  /** Stores what a lookup of one record told. */
  addWhole(fields: TextFields, at: ReadAt): void;
  /** Stores that a lookup of this number or id found nobody. */
  addAbsent(key: string, at: ReadAt): void;
  isKnownAbsent(key: string): boolean;
  /** Whether the number or id was added or may have been changed by us since: only the vendor knows. */
  isUnsure(key: string): boolean;
  /** What we changed at the vendor ourselves, so that the next reader does not see the old value. */
  patch(id: string, fields: TextFields): void;
  /** Its values are not known any more: the next reader asks the vendor. */
  forget(id: string): void;
  /** A record with this number may be there now: the next reader asks the vendor. */
  markAddition(number: string): void;
  markGivenUp(rowCount: number): void;
  /** Writes a copy of its file there, with mode 0600. */
  copyTo(path: string): void;
  /** Every record in the order of the pages. */
  iterate(): Iterable<TextFields>;
  /** Does nothing when it is closed already. */
  close(): void;
  /** Forgets everything. The file stays: Windows removes none that is open, and the driver keeps it open (below). */
  clear(): void;
}

/** Field names of the id and of the number that a shop gives: `customerUid` and `number`, or `uuid` and `reference_number`. */
export type SnapshotKeys = { readonly id: string; readonly number: string };

const PAGE_RECORDS = 500;

/**
 * Opens the snapshot at `path`. A file is made only when there is something to keep: most runs read no page, and
 * nothing that is written to the vendor before the first page is read has to be remembered. The page shows it.
 *
 * @throws OperatorError STAGE_FAILED (exit 5), also from the methods that write: the disk is full or broken
 */
export function openSnapshot(path: string, keys: SnapshotKeys): Snapshot {
  let store = existsSync(path) ? orStageFailed(() => openStore(path, keys)) : undefined;
  const filled = (): Snapshot => {
    store ??= openStore(path, keys);
    return store;
  };
  const read = (): Snapshot | undefined => (store?.takenMs === undefined ? undefined : store);
  return {
    get takenMs() {
      return store?.takenMs;
    },
    get isComplete() {
      return store?.isComplete ?? false;
    },
    get hasAdditions() {
      return store?.hasAdditions ?? false;
    },
    get pageCount() {
      return store?.pageCount ?? 0;
    },
    get givenUpFor() {
      return store?.givenUpFor ?? 0;
    },
    get cursorJson() {
      return store?.cursorJson ?? '';
    },
    get recordCount() {
      return store?.recordCount ?? 0;
    },
    findById: (id) => read()?.findById(id),
    findByNumber: (number) => read()?.findByNumber(number),
    hasCursor: (cursorJson) => store?.hasCursor(cursorJson) ?? false,
    addPage: (records, page) => orStageFailed(() => filled().addPage(records, page)),
    addWhole: (fields, at) => orStageFailed(() => filled().addWhole(fields, at)),
    addAbsent: (key, at) => orStageFailed(() => filled().addAbsent(key, at)),
    isKnownAbsent: (key) => read()?.isKnownAbsent(key) ?? false,
    isUnsure: (key) => read()?.isUnsure(key) ?? false,
    patch: (id, fields) => orStageFailed(() => read()?.patch(id, fields)),
    forget: (id) => orStageFailed(() => read()?.forget(id)),
    markAddition: (number) => orStageFailed(() => read()?.markAddition(number)),
    markGivenUp: (rowCount) => orStageFailed(() => filled().markGivenUp(rowCount)),
    copyTo: (path) => orStageFailed(() => store?.copyTo(path)),
    iterate: () => store?.iterate() ?? [],
    close: () => store?.close(),
    clear: () => orStageFailed(() => store?.clear()),
  };
}

function orStageFailed<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw stageFailed(error);
  }
}

function openStore(path: string, keys: SnapshotKeys): Snapshot {
  makePrivateFolder(dirname(path));
  requireNoLink(path);
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const database = new DatabaseSync(path);
  // NORMAL: after a power cut the last pages are read again, which costs a few calls and nothing else.
  database.exec(`
    PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -8000; PRAGMA secure_delete = ON;
    CREATE TABLE IF NOT EXISTS record (
      place INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, number TEXT NOT NULL,
      fields_json TEXT NOT NULL, is_whole INTEGER NOT NULL, sequence INTEGER NOT NULL, is_on_page INTEGER NOT NULL);
    CREATE INDEX IF NOT EXISTS record_by_number ON record (number);
    CREATE TABLE IF NOT EXISTS absent (key TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS cursor (cursor_json TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS unsure (key TEXT PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS fact (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID`);
  const upsert = database.prepare(
    `INSERT INTO record (id, number, fields_json, is_whole, sequence, is_on_page) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
     ON CONFLICT (id) DO UPDATE SET number = ?2, fields_json = ?3, is_whole = ?4, sequence = ?5,
       is_on_page = max(is_on_page, ?6)`,
  );
  const insertAbsent = database.prepare('INSERT OR IGNORE INTO absent VALUES (?)');
  const findAbsent = database.prepare('SELECT 1 FROM absent WHERE key = ?');
  const insertCursor = database.prepare('INSERT OR IGNORE INTO cursor VALUES (?)');
  const findCursor = database.prepare('SELECT 1 FROM cursor WHERE cursor_json = ?');
  const insertUnsure = database.prepare('INSERT OR IGNORE INTO unsure VALUES (?)');
  const findUnsure = database.prepare('SELECT 1 FROM unsure WHERE key = ?');
  const byId = database.prepare('SELECT * FROM record WHERE id = ?');
  const byNumber = database.prepare('SELECT * FROM record WHERE number = ? ORDER BY place DESC LIMIT 1');
  const change = database.prepare('UPDATE record SET fields_json = ? WHERE id = ?');
  const forget = database.prepare('DELETE FROM record WHERE id = ?');
  const page = database.prepare('SELECT place, fields_json FROM record WHERE place > ? ORDER BY place LIMIT ?');
  const count = database.prepare('SELECT count(*) AS record_count FROM record');
  const setFact = database.prepare('INSERT OR REPLACE INTO fact VALUES (?, ?)');
  const facts = new Map(
    database
      .prepare('SELECT name, value FROM fact')
      .all()
      .map((row) => {
        const { name, value } = row as { name: string; value: string };
        return [name, value] as const;
      }),
  );
  const writeFact = (name: string, value: string): void => {
    setFact.run(name, value);
    facts.set(name, value);
  };
  const write = (fields: TextFields, isWhole: boolean, sequence: number): void => {
    const [id, number] = [fields[keys.id] ?? '', fields[keys.number] ?? ''];
    upsert.run(id, number, JSON.stringify(fields), isWhole ? 1 : 0, sequence, isWhole ? 0 : 1);
  };
  const markAddition = (key: string): void => {
    insertUnsure.run(key);
    if (facts.get('has_additions') !== '1') writeFact('has_additions', '1');
  };
  return {
    get takenMs() {
      const taken = facts.get('taken_ms');
      return taken === undefined ? undefined : Number(taken);
    },
    get isComplete() {
      return facts.get('is_complete') === '1';
    },
    get hasAdditions() {
      return facts.get('has_additions') === '1';
    },
    get pageCount() {
      return Number(facts.get('page_count') ?? 0);
    },
    get givenUpFor() {
      return Number(facts.get('given_up_for') ?? 0);
    },
    get cursorJson() {
      return facts.get('cursor') ?? '';
    },
    get recordCount() {
      return Number((count.get() as { record_count: number }).record_count);
    },
    findById: (id) => toRecord(byId.get(id)),
    findByNumber: (number) => toRecord(byNumber.get(number)),
    hasCursor: (cursorJson) => findCursor.get(cursorJson) !== undefined,
    addPage(records, { cursorJson, isLast, nowMs, sequence }) {
      database.exec('BEGIN');
      for (const fields of records) write(fields, false, sequence);
      if (!facts.has('taken_ms')) writeFact('taken_ms', String(nowMs));
      writeFact('page_count', String(Number(facts.get('page_count') ?? 0) + 1));
      writeFact('cursor', cursorJson);
      if (cursorJson !== '') insertCursor.run(cursorJson);
      if (isLast) writeFact('is_complete', '1');
      database.exec('COMMIT');
    },
    addWhole(fields, { nowMs, sequence }) {
      write(fields, true, sequence);
      if (!facts.has('taken_ms')) writeFact('taken_ms', String(nowMs));
    },
    addAbsent(key, { nowMs }) {
      insertAbsent.run(key);
      if (!facts.has('taken_ms')) writeFact('taken_ms', String(nowMs));
    },
    isKnownAbsent: (key) => findAbsent.get(key) !== undefined,
    isUnsure: (key) => findUnsure.get(key) !== undefined,
    patch(id, fields) {
      const record = toRecord(byId.get(id));
      if (record) change.run(JSON.stringify({ ...record.fields, ...fields }), id);
    },
    forget(id) {
      const number = toRecord(byId.get(id))?.fields[keys.number];
      forget.run(id);
      markAddition(id);
      if (number !== undefined) markAddition(number);
    },
    markAddition,
    markGivenUp: (rowCount) => writeFact('given_up_for', String(rowCount)),
    copyTo(target) {
      rmSync(target, { force: true });
      closeSync(openSync(target, 'wx', 0o600));
      database.prepare('VACUUM INTO ?').run(target);
    },
    *iterate() {
      for (let last = 0; ; ) {
        const rows = page.all(last, PAGE_RECORDS) as unknown as { place: number; fields_json: string }[];
        for (const row of rows) yield parseFields(row.fields_json);
        const end = rows.at(-1);
        if (!end || rows.length < PAGE_RECORDS) return;
        last = end.place;
      }
    },
    close() {
      if (database.isOpen) database.close();
    },
    clear() {
      database.exec('DELETE FROM record; DELETE FROM absent; DELETE FROM cursor; DELETE FROM unsure; DELETE FROM fact');
      facts.clear();
    },
  };
}

function toRecord(row: unknown): SnapshotRecord | undefined {
  if (!row) return undefined;
  const columns = row as { id: string; fields_json: string; is_whole: number; sequence: number; is_on_page: number };
  return {
    id: columns.id,
    fields: parseFields(columns.fields_json),
    isWhole: Number(columns.is_whole) === 1,
    isOnPage: Number(columns.is_on_page) === 1,
    sequence: Number(columns.sequence),
  };
}

function parseFields(json: string): TextFields {
  return textFields(Object.entries(JSON.parse(json) as Record<string, string>));
}
