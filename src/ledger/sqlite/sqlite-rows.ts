import { Columns } from '../columns.ts';
import type { NewEvidence, RowChange, RowKey, RowReader, RowRecord, RowStore } from '../ledger.ts';
import { pages } from '../reading.ts';
import { toEvidence, toRow, toStateCounts } from '../records.ts';
import type { RowState } from '../row-states.ts';
import type { Connection, Statement } from './connection.ts';
import type { WriterParts } from './writer-parts.ts';

/** What the writing process may set beside a step's change: the ledger decides about these. */
type Stored = RowChange & { readonly state: RowState; readonly account?: string; readonly campaign?: string };

/** Table column of each field that can be set, in the order of the statement's parameters. */
const CHANGEABLE = [
  ['state', 'state'],
  ['operation', 'operation'],
  ['action', 'action'],
  ['errorCode', 'error_code'],
  ['messages', 'messages_json'],
  ['attempts', 'attempts'],
  ['customerUid', 'customer_uid'],
  ['number', 'number'],
  ['uuid', 'uuid'],
  ['categoryUid', 'category_uid'],
  ['pointIncrement', 'point_increment'],
  ['balanceIncrement', 'balance_increment'],
  ['reference', 'reference'],
  ['dataChangeTime', 'data_change_time'],
  ['pointBefore', 'point_before'],
  ['pointAfter', 'point_after'],
  ['balanceBefore', 'balance_before'],
  ['balanceAfter', 'balance_after'],
  ['intentMs', 'intent_ms'],
  ['account', 'account'],
  ['campaign', 'campaign'],
] as const satisfies readonly (readonly [keyof Stored, string])[];

/** Rows read at once: memory stays bounded whatever the size of the run. With 1,000, writing a result took 35 MB more. */
const PAGE_ROWS = 200;

/** The only write of a row after the start of its run. For use inside a transaction. */
export type PutRow = (key: RowKey, change: Stored, sequence: number) => void;

export function openRowReader(connection: Connection): RowReader {
  const find = connection.prepare(
    "SELECT * FROM row WHERE run_id = ? AND row_number = ? AND target = ? AND state <> 'planned'",
  );
  const page = connection.prepare(
    `SELECT * FROM row WHERE run_id = ?1 AND (row_number, target) > (?2, ?3) AND state <> 'planned'
     ORDER BY row_number, target LIMIT ${PAGE_ROWS}`,
  );
  const byState = connection.prepare(
    `SELECT * FROM row WHERE run_id = ?1 AND state IN (SELECT value FROM json_each(?2))
       AND run_id NOT IN (SELECT run_id FROM starting_run)
     ORDER BY row_number, target`,
  );
  const count = connection.prepare(
    `SELECT state, count(*) AS row_count FROM row WHERE run_id = ? AND row_number BETWEEN ? AND ? AND state <> 'planned'
     GROUP BY state`,
  );
  const evidence = connection.prepare(
    'SELECT recorded_ms, kind, detail_json FROM evidence WHERE run_id = ? AND row_number = ? ORDER BY rowid',
  );
  const evidenced = connection.prepare('SELECT DISTINCT row_number FROM evidence WHERE run_id = ? ORDER BY row_number');
  return {
    find: (key) =>
      connection.read(() => {
        const record = find.get(key.runId, key.rowNumber, key.target);
        return record === undefined ? undefined : toRow(record);
      }),
    read: (runId, fromRow = 0) =>
      pages<RowRecord>(PAGE_ROWS, (last) =>
        connection.read(() => page.all(runId, last?.rowNumber ?? fromRow, last?.target ?? '').map(toRow)),
      ),
    listByState: (runId, states) => connection.read(() => byState.all(runId, JSON.stringify(states)).map(toRow)),
    // A statement for each range: grouped by range and state at once, SQLite takes a hundred times as long.
    countByState: (runId, ranges) =>
      connection.read(() => ranges.map(({ firstRow, lastRow }) => toStateCounts(count.all(runId, firstRow, lastRow)))),
    listEvidence: (runId, rowNumber) => connection.read(() => evidence.all(runId, rowNumber).map(toEvidence)),
    listEvidenced: (runId) =>
      connection.read(() => evidenced.all(runId).map((record) => new Columns(record).integer('row_number'))),
  };
}

export function openRowStore(parts: WriterParts, putRow: PutRow): RowStore {
  const { connection, commits, clock, nextSequence } = parts;
  const sequenceOf = connection.prepare('SELECT sequence FROM row WHERE run_id = ? AND row_number = ? AND target = ?');
  const insertEvidence = connection.prepare('INSERT INTO evidence VALUES (?, ?, ?, ?, ?)');
  const putEvidence = ({ runId, rowNumber }: RowKey, { kind, detailJson }: NewEvidence): void => {
    insertEvidence.run(runId, rowNumber, clock.nowMs(), kind, detailJson);
  };
  return {
    ...openRowReader(connection),
    record(key, change, evidence) {
      // Numbered when it is called: changes are recorded in that order.
      const sequence = nextSequence();
      return commits.write(() => {
        putRow(key, change, sequence);
        if (evidence) putEvidence(key, evidence);
      });
    },
    async recordSoon(key, change) {
      const sequence = nextSequence();
      commits.writeBehind(() => putRow(key, change, sequence));
    },
    decide(record, change, evidence) {
      const sequence = nextSequence();
      return commits.writeAndRead(() => {
        const now = sequenceOf.get(record.runId, record.rowNumber, record.target);
        if (now === undefined || new Columns(now).integer('sequence') !== record.sequence) return false;
        putRow(record, change, sequence);
        if (evidence) putEvidence(record, evidence);
        return true;
      });
    },
    addEvidence: (key, evidence) => commits.write(() => putEvidence(key, evidence)),
  };
}

/**
 * A change names only some of the columns. There are statements for each set of columns that occurs, some ten of them:
 * a statement that names all columns takes twice as long. An update takes two thirds of the time of an upsert, which
 * begins as an insert.
 */
export function openPutRow({ connection, clock }: WriterParts): PutRow {
  const statements = new Map<number, { readonly update: Statement; readonly upsert: Statement }>();
  return (key, change, sequence) => {
    // What all rows have, and then what is given.
    const values: (string | number)[] = [key.runId, key.rowNumber, key.target, clock.nowMs(), sequence];
    let given = 0;
    for (let index = 0; index < CHANGEABLE.length; index += 1) {
      const value = change[CHANGEABLE[index]?.[0] ?? 'state'];
      if (value === undefined) continue;
      given |= 1 << index;
      values.push(typeof value === 'object' ? JSON.stringify(value) : value);
    }
    let found = statements.get(given);
    if (found === undefined) {
      const { update, upsert } = putSql(CHANGEABLE.filter((_, index) => given & (1 << index)));
      found = { update: connection.prepare(update), upsert: connection.prepare(upsert) };
      statements.set(given, found);
    }
    // The intent of an import is the first record of its row. An increment's row is there since the start of its run.
    const isFirst = change.state === 'intent' && change.dataChangeTime === undefined;
    if (isFirst || found.update.run(...values).changes === 0) found.upsert.run(...values);
  };
}

/** A column that is not given keeps its value, or has the table's default in a new row. */
function putSql(given: readonly (typeof CHANGEABLE)[number][]): { readonly update: string; readonly upsert: string } {
  const columns = ['run_id', 'row_number', 'target', 'updated_ms', 'sequence', ...given.map(([, column]) => column)];
  const parameters = columns.map((_, index) => `?${index + 1}`);
  const set = `SET ${columns
    .map((column, index) => `${column} = ?${index + 1}`)
    .slice(3)
    .join(', ')}`;
  return {
    update: `UPDATE row ${set} WHERE run_id = ?1 AND row_number = ?2 AND target = ?3`,
    upsert: `INSERT INTO row (${columns.join(', ')}) VALUES (${parameters.join(', ')}) ON CONFLICT DO UPDATE ${set}`,
  };
}
