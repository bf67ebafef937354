import { chmodSync, closeSync, existsSync, openSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from '@photostructure/sqlite';
import { makePrivateFolder, requireNoLink } from '../base/private-folder.ts';
import { type TextFields, textFields } from '../base/text-fields.ts';
import { orStageFailedAtOnce } from '../stage/found-records.ts';

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
  let store: Store | undefined;
  /** What stands in the file beside the records; empty as long as there is none. */
  const facts = new Map<string, string>();
  const filled = (): Store => {
    store ??= openStore(path, facts);
    return store;
  };
  const read = (): Store | undefined => (facts.has('taken_ms') ? store : undefined);
  const writeFact = (to: Store, name: string, value: string): void => {
    to.setFact.run(name, value);
    facts.set(name, value);
  };
  const markTaken = (to: Store, nowMs: number): void => {
    if (!facts.has('taken_ms')) writeFact(to, 'taken_ms', String(nowMs));
  };
  const write = (to: Store, fields: TextFields, isWhole: boolean, sequence: number): void => {
    const [id, number] = [fields[keys.id] ?? '', fields[keys.number] ?? ''];
    to.upsert.run(id, number, JSON.stringify(fields), isWhole ? 1 : 0, sequence, isWhole ? 0 : 1);
  };
  const markAddition = (to: Store, key: string): void => {
    to.insertUnsure.run(key);
    if (facts.get('has_additions') !== '1') writeFact(to, 'has_additions', '1');
  };
  if (existsSync(path)) orStageFailedAtOnce(filled);
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
      return store ? Number((store.count.get() as { record_count: number }).record_count) : 0;
    },
    findById: (id) => toRecord(read()?.byId.get(id)),
    findByNumber: (number) => toRecord(read()?.byNumber.get(number)),
    hasCursor: (cursorJson) => store?.findCursor.get(cursorJson) !== undefined,
    addPage: (records, { cursorJson, isLast, nowMs, sequence }) =>
      orStageFailedAtOnce(() => {
        const to = filled();
        to.database.exec('BEGIN');
        for (const fields of records) write(to, fields, false, sequence);
        markTaken(to, nowMs);
        writeFact(to, 'page_count', String(Number(facts.get('page_count') ?? 0) + 1));
        writeFact(to, 'cursor', cursorJson);
        if (cursorJson !== '') to.insertCursor.run(cursorJson);
        if (isLast) writeFact(to, 'is_complete', '1');
        to.database.exec('COMMIT');
      }),
    addWhole: (fields, { nowMs, sequence }) =>
      orStageFailedAtOnce(() => {
        const to = filled();
        write(to, fields, true, sequence);
        markTaken(to, nowMs);
      }),
    addAbsent: (key, { nowMs }) =>
      orStageFailedAtOnce(() => {
        const to = filled();
        to.insertAbsent.run(key);
        markTaken(to, nowMs);
      }),
    isKnownAbsent: (key) => read()?.findAbsent.get(key) !== undefined,
    isUnsure: (key) => read()?.findUnsure.get(key) !== undefined,
    patch: (id, fields) =>
      orStageFailedAtOnce(() => {
        const to = read();
        const record = toRecord(to?.byId.get(id));
        if (record) to?.change.run(JSON.stringify({ ...record.fields, ...fields }), id);
      }),
    forget: (id) =>
      orStageFailedAtOnce(() => {
        const to = read();
        if (to === undefined) return;
        const number = toRecord(to.byId.get(id))?.fields[keys.number];
        to.forget.run(id);
        markAddition(to, id);
        if (number !== undefined) markAddition(to, number);
      }),
    markAddition: (number) =>
      orStageFailedAtOnce(() => {
        const to = read();
        if (to) markAddition(to, number);
      }),
    markGivenUp: (rowCount) => orStageFailedAtOnce(() => writeFact(filled(), 'given_up_for', String(rowCount))),
    copyTo: (target) =>
      orStageFailedAtOnce(() => {
        if (store === undefined) return;
        rmSync(target, { force: true });
        closeSync(openSync(target, 'wx', 0o600));
        store.database.prepare('VACUUM INTO ?').run(target);
      }),
    iterate: () => (store ? recordsOf(store) : []),
    close() {
      if (store?.database.isOpen) store.database.close();
    },
    clear: () =>
      orStageFailedAtOnce(() => {
        store?.database.exec(
          'DELETE FROM record; DELETE FROM absent; DELETE FROM cursor; DELETE FROM unsure; DELETE FROM fact',
        );
        facts.clear();
      }),
  };
}

type Store = ReturnType<typeof openStore>;

/** Opens the file, or makes it, and reads its facts. */
function openStore(path: string, facts: Map<string, string>) {
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
  const store = {
    database,
    upsert: database.prepare(
      `INSERT INTO record (id, number, fields_json, is_whole, sequence, is_on_page) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
       ON CONFLICT (id) DO UPDATE SET number = ?2, fields_json = ?3, is_whole = ?4, sequence = ?5,
         is_on_page = max(is_on_page, ?6)`,
    ),
    insertAbsent: database.prepare('INSERT OR IGNORE INTO absent VALUES (?)'),
    findAbsent: database.prepare('SELECT 1 FROM absent WHERE key = ?'),
    insertCursor: database.prepare('INSERT OR IGNORE INTO cursor VALUES (?)'),
    findCursor: database.prepare('SELECT 1 FROM cursor WHERE cursor_json = ?'),
    insertUnsure: database.prepare('INSERT OR IGNORE INTO unsure VALUES (?)'),
    findUnsure: database.prepare('SELECT 1 FROM unsure WHERE key = ?'),
    byId: database.prepare('SELECT * FROM record WHERE id = ?'),
    byNumber: database.prepare('SELECT * FROM record WHERE number = ? ORDER BY place DESC LIMIT 1'),
    change: database.prepare('UPDATE record SET fields_json = ? WHERE id = ?'),
    forget: database.prepare('DELETE FROM record WHERE id = ?'),
    page: database.prepare('SELECT place, fields_json FROM record WHERE place > ? ORDER BY place LIMIT ?'),
    count: database.prepare('SELECT count(*) AS record_count FROM record'),
    setFact: database.prepare('INSERT OR REPLACE INTO fact VALUES (?, ?)'),
  };
  const kept = database.prepare('SELECT name, value FROM fact').all() as unknown as { name: string; value: string }[];
  for (const { name, value } of kept) facts.set(name, value);
  return store;
}

function* recordsOf({ page }: Store): Iterable<TextFields> {
  for (let last = 0; ; ) {
    const rows = page.all(last, PAGE_RECORDS) as unknown as { place: number; fields_json: string }[];
    for (const row of rows) yield parseFields(row.fields_json);
    const end = rows.at(-1);
    if (!end || rows.length < PAGE_RECORDS) return;
    last = end.place;
  }
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
