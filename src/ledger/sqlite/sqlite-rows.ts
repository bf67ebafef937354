import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { ChangeTimeStore, RowChange, RowKey, RowRecord, RowStore, Target } from '../ledger.ts';
import type { RowState } from '../row-states.ts';
import type { GroupCommit } from './group-commit.ts';

/** Table column of each field that a step may add to a row, in the order of the statement's parameters. */
const CHANGEABLE = [
  ['state', 'state'],
  ['operation', 'operation'],
  ['action', 'action'],
  ['errorCode', 'error_code'],
  ['messages', 'messages_json'],
  ['attempts', 'attempts'],
  ['customerUid', 'customer_uid'],
  ['uuid', 'uuid'],
  ['categoryUid', 'category_uid'],
  ['pointIncrement', 'point_increment'],
  ['balanceIncrement', 'balance_increment'],
  ['dataChangeTime', 'data_change_time'],
  ['pointBefore', 'point_before'],
  ['pointAfter', 'point_after'],
  ['balanceBefore', 'balance_before'],
  ['balanceAfter', 'balance_after'],
  ['intentMs', 'intent_ms'],
] as const satisfies readonly (readonly [keyof RowChange, string])[];

/** Rows read at once by `iterate`: memory stays bounded whatever the size of the run. */
const PAGE_ROWS = 1000;

type RecordNow = (key: RowKey, change: RowChange & { state: RowState }, nowMs: number) => void;

export function openRowStore(
  database: DatabaseSyncInstance,
  commits: GroupCommit,
): RowStore & { /** For use inside a transaction that is already open. */ readonly recordNow: RecordNow } {
  const upsert = database.prepare(upsertSql());
  const find = database.prepare('SELECT * FROM row WHERE run_id = ? AND row_number = ? AND target = ?');
  const page = database.prepare(
    'SELECT * FROM row WHERE run_id = ?1 AND (row_number, target) > (?2, ?3) ORDER BY row_number, target LIMIT ?4',
  );
  const count = database.prepare(
    'SELECT target, state, count(*) AS row_count FROM row WHERE run_id = ? GROUP BY target, state',
  );
  // Through the partial index of unsettled rows, which is as small as there are rows in doubt.
  const unsettled = database.prepare(
    `SELECT row.* FROM row JOIN run USING (run_id)
     WHERE row.state IN ('intent', 'in_doubt') AND row.data_change_time <> '' AND run.account = ?
     ORDER BY run.created_ms, run_id, row_number`,
  );
  const ofMember = database.prepare(
    `SELECT row.* FROM row JOIN run USING (run_id)
     WHERE run.account = ? AND row.customer_uid = ? AND row.data_change_time <> ''
     ORDER BY run.created_ms, run_id, row_number`,
  );

  const recordNow: RecordNow = (key, change, nowMs) => {
    const values = CHANGEABLE.map(([field]) => {
      const value = change[field];
      if (value === undefined) return null;
      return typeof value === 'object' ? JSON.stringify(value) : value;
    });
    upsert.run(key.runId, key.rowNumber, key.target, nowMs, ...values);
  };

  return {
    recordNow,
    record: (key, change, nowMs) => commits.write(() => recordNow(key, change, nowMs)),
    recordBehind: (key, change, nowMs) => commits.writeBehind(() => recordNow(key, change, nowMs)),
    find(key) {
      commits.commitQueued();
      const row = find.get(key.runId, key.rowNumber, key.target);
      return row ? toRow(row) : undefined;
    },
    *iterate(runId) {
      let last: { rowNumber: number; target: string } = { rowNumber: 0, target: '' };
      for (;;) {
        commits.commitQueued();
        const rows = page.all(runId, last.rowNumber, last.target, PAGE_ROWS).map(toRow);
        yield* rows;
        const end = rows.at(-1);
        if (!end || rows.length < PAGE_ROWS) return;
        last = end;
      }
    },
    listByState(runId, states) {
      const marks = states.map(() => '?').join(', ');
      const sql = `SELECT * FROM row WHERE run_id = ? AND state IN (${marks}) ORDER BY row_number, target`;
      commits.commitQueued();
      return database
        .prepare(sql)
        .all(runId, ...states)
        .map(toRow);
    },
    listUnsettledIncrements(account) {
      commits.commitQueued();
      return unsettled.all(account).map(toRow);
    },
    listOfMember(account, customerUid) {
      commits.commitQueued();
      return ofMember.all(account, customerUid).map(toRow);
    },
    countByState(runId) {
      commits.commitQueued();
      return count.all(runId).map((row) => {
        const columns = row as { target: Target; state: RowState; row_count: number };
        return { target: columns.target, state: columns.state, rowCount: Number(columns.row_count) };
      });
    },
  };
}

export function openChangeTimeStore(
  database: DatabaseSyncInstance,
  commits: GroupCommit,
  {
    recordNow,
    findRow,
    requireNewest,
    onIntent,
  }: {
    recordNow: RecordNow;
    findRow: RowStore['find'];
    requireNewest: () => void;
    /** An intent is part of the transaction that is open now. */
    onIntent: () => void;
  },
): ChangeTimeStore {
  const find = database.prepare(
    'SELECT 1 FROM change_time WHERE account = ? AND customer_uid = ? AND data_change_time = ?',
  );
  const insert = database.prepare('INSERT INTO change_time VALUES (?, ?, ?)');
  const countIntent = database.prepare("UPDATE counter SET value = value + 1 WHERE name = 'increment_intents'");
  const isTaken = (account: string, customerUid: string, time: string): boolean =>
    find.get(account, customerUid, time) !== undefined;

  const claim = (account: string, customerUid: string, candidates: Iterable<string>): string | undefined => {
    for (const time of candidates) {
      if (isTaken(account, customerUid, time)) continue;
      insert.run(account, customerUid, time);
      return time;
    }
    return undefined;
  };

  return {
    isTaken,
    claim: (account, customerUid, candidates) => commits.write(() => claim(account, customerUid, candidates)),
    async claimWithIntent(account, key, intent, candidates, nowMs) {
      requireNewest();
      return commits.write(() => {
        const wanted = intent();
        const begun = findRow(key);
        const isBegun = begun !== undefined && begun.dataChangeTime !== '' && begun.customerUid === wanted.customerUid;
        // Begun before and certainly not applied: the same row keeps its time for ever.
        const time = isBegun ? begun.dataChangeTime : claim(account, wanted.customerUid, candidates);
        if (time === undefined) return undefined;
        countIntent.run();
        onIntent();
        // What an earlier attempt ended with is no outcome of this one.
        const anew = { state: 'intent', errorCode: '', messages: [], intentMs: nowMs } as const;
        recordNow(key, { ...wanted, ...anew, dataChangeTime: time }, nowMs);
        return time;
      });
    },
  };
}

function upsertSql(): string {
  const columns = CHANGEABLE.map(([, column]) => column);
  // ?1 run_id, ?2 row_number, ?3 target, ?4 updated_ms, then the changeable columns.
  const parameter = (index: number): string => `?${index + 5}`;
  const inserted = columns.map((column, index) => `COALESCE(${parameter(index)}, ${defaultOf(column)})`);
  const updated = columns.map((column, index) => `${column} = COALESCE(${parameter(index)}, ${column})`);
  return `INSERT INTO row (run_id, row_number, target, updated_ms, ${columns.join(', ')})
    VALUES (?1, ?2, ?3, ?4, ${inserted.join(', ')})
    ON CONFLICT DO UPDATE SET updated_ms = ?4, ${updated.join(', ')}`;
}

function defaultOf(column: string): string {
  if (column === 'messages_json') return "'[]'";
  return column === 'attempts' || column === 'intent_ms' ? '0' : "''";
}

function toRow(row: unknown): RowRecord {
  const columns = row as Record<string, unknown>;
  const text = (name: string): string => String(columns[name]);
  return {
    runId: text('run_id'),
    rowNumber: Number(columns.row_number),
    target: text('target') as Target,
    state: text('state') as RowState,
    operation: text('operation'),
    action: text('action'),
    errorCode: text('error_code'),
    messages: JSON.parse(text('messages_json')) as string[],
    attempts: Number(columns.attempts),
    customerUid: text('customer_uid'),
    uuid: text('uuid'),
    categoryUid: text('category_uid'),
    pointIncrement: text('point_increment'),
    balanceIncrement: text('balance_increment'),
    dataChangeTime: text('data_change_time'),
    pointBefore: text('point_before'),
    pointAfter: text('point_after'),
    balanceBefore: text('balance_before'),
    balanceAfter: text('balance_after'),
    intentMs: Number(columns.intent_ms),
    updatedMs: Number(columns.updated_ms),
  };
}
