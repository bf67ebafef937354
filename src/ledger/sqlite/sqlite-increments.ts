import { assert, EXIT, OperatorError } from '../../base/errors.ts';
import { zonedDateTime } from '../../base/zoned-time.ts';
import { Columns } from '../columns.ts';
import { findRefusal, isOutdated, type OtherRow, type OtherRows } from '../credit-guard.ts';
import type { Begun, IncrementIntent, IncrementStore, RowKey } from '../ledger.ts';
import { toOtherRow } from '../records.ts';
import { ROW_STATES, type RowState } from '../row-states.ts';
import type { Connection } from './connection.ts';
import { OTHER_ROWS, openIncrementReader } from './sqlite-credits.ts';
import type { PutRow } from './sqlite-rows.ts';
import type { WriterParts } from './writer-parts.ts';

export type IncrementParts = WriterParts & {
  readonly putRow: PutRow;
  /** @throws OperatorError LEDGER_OLDER */
  requireNewest(account: string): void;
  /** An intent is part of the transaction that is open now. */
  countIntent(): void;
};

export function openIncrementStore(parts: IncrementParts): IncrementStore {
  const { connection, commits, clock, nextSequence, putRow, requireNewest, countIntent } = parts;
  const findOwn = openFindOwn(connection);
  const findOthers = openFindOthers(connection);
  const times = openTimes(connection);

  function beginNow(intent: IncrementIntent, sequence: number): Begun | { readonly kind: 'done_before' } {
    const nowMs = clock.nowMs();
    const own = findOwn(intent.key);
    if (own?.state === 'done' && own.dataChangeTime !== '') return { kind: 'done_before' };
    const others = findOthers(intent, own);
    const refusal = findRefusal(intent, others, { nowMs, isUndo: own !== undefined && own.undoesRun !== '' });
    if (refusal) return refusal;
    // Begun before and certainly not applied: the same row keeps its time for ever.
    const isBegun = own !== undefined && own.dataChangeTime !== '' && own.customerUid === intent.customerUid;
    const dataChangeTime = isBegun ? own.dataChangeTime : times.claim(intent, intent.dataChangeTime);
    if (dataChangeTime === undefined) return { kind: 'time_taken' };
    const { before } = intent;
    const hasBefore = before !== undefined && !isOutdated(before.sequence, others.ofMember);
    countIntent();
    putRow(
      intent.key,
      {
        state: 'intent',
        operation: intent.operation,
        customerUid: intent.customerUid,
        pointIncrement: intent.pointIncrement,
        balanceIncrement: intent.balanceIncrement,
        dataChangeTime,
        intentMs: nowMs,
        account: intent.account,
        ...(intent.number !== '' && { number: intent.number }),
        ...(intent.reference !== '' && { reference: intent.reference }),
        ...(intent.guard && intent.guard.campaign !== '' && { campaign: intent.guard.campaign }),
        // What an earlier attempt read or ended with is nothing of this one.
        errorCode: '',
        messages: [],
        pointBefore: hasBefore ? before.point : '',
        balanceBefore: hasBefore ? before.balance : '',
        pointAfter: '',
        balanceAfter: '',
      },
      sequence,
    );
    return { kind: 'begun', dataChangeTime, hasBefore };
  }

  return {
    ...openIncrementReader(connection),
    async begin(intent) {
      requireNewest(intent.account);
      const sequence = nextSequence();
      const begun = await commits.write(() => beginNow(intent, sequence));
      assert(begun.kind !== 'done_before', `row ${intent.key.rowNumber} of ${intent.key.runId} is credited already`);
      return begun;
    },
    claimTime: (account, customerUid, from) =>
      commits.write(() => {
        const time = times.claim({ account, customerUid }, { kind: 'next', ...from });
        assert(time !== undefined, 'the seconds from a moment on never end');
        return time;
      }),
  };
}

type OwnRow = {
  readonly state: RowState;
  readonly customerUid: string;
  readonly dataChangeTime: string;
  readonly undoesRun: string;
  readonly undoesRow: number;
};

function openFindOwn(connection: Connection): (key: RowKey) => OwnRow | undefined {
  const find = connection.prepare(
    `SELECT state, customer_uid, data_change_time, undoes_run, undoes_row FROM row
     WHERE run_id = ? AND row_number = ? AND target = ?`,
  );
  return (key) => {
    const record = find.get(key.runId, key.rowNumber, key.target);
    if (record === undefined) return undefined;
    const columns = new Columns(record);
    return {
      state: columns.oneOf('state', ROW_STATES),
      customerUid: columns.text('customer_uid'),
      dataChangeTime: columns.text('data_change_time'),
      undoesRun: columns.text('undoes_run'),
      undoesRow: columns.integer('undoes_row'),
    };
  };
}

function openFindOthers(connection: Connection): (intent: IncrementIntent, own: OwnRow | undefined) => OtherRows {
  const notOwn = 'AND NOT (row.run_id = ?3 AND row.row_number = ?4 AND row.target = ?5)';
  const others = (where: string) => connection.prepare(`${OTHER_ROWS} WHERE ${where} ${notOwn}`);
  const inAccount = "row.account = ?1 AND row.account <> ''";
  const byUid = others(`${inAccount} AND row.customer_uid = ?2 AND row.customer_uid <> ''`);
  const byNumber = others(`${inAccount} AND row.number = ?2 AND row.number <> '' AND row.customer_uid = ''`);
  const byReference = others(`${inAccount} AND row.reference = ?2 AND row.reference <> ''`);
  const byUndone = others("row.undoes_run = ?1 AND row.undoes_run <> '' AND row.undoes_row = ?2");
  return (intent, own) => {
    const { account, customerUid, number, reference, guard } = intent;
    const { runId, rowNumber, target } = intent.key;
    const find = (statement: typeof byUid, first: string, second: string | number): OtherRow[] =>
      statement.all(first, second, runId, rowNumber, target).map(toOtherRow);
    const isUndo = own !== undefined && own.undoesRun !== '';
    return {
      ofMember: find(byUid, account, customerUid),
      ofNumber: guard && number !== '' ? find(byNumber, account, number) : [],
      ofReference: guard && reference !== '' ? find(byReference, account, reference) : [],
      ofUndone: isUndo ? find(byUndone, own.undoesRun, own.undoesRow) : [],
    };
  };
}

/** Every dataChangeTime that a member ever had. */
function openTimes(connection: Connection) {
  const insert = connection.prepare('INSERT OR IGNORE INTO change_time VALUES (?, ?, ?)');
  const take = (account: string, customerUid: string, time: string): boolean =>
    Number(insert.run(account, customerUid, time).changes) === 1;
  return {
    /** undefined: the given time was used for the member before. */
    claim(
      { account, customerUid }: { readonly account: string; readonly customerUid: string },
      wanted: IncrementIntent['dataChangeTime'],
    ): string | undefined {
      if (wanted.kind === 'given') return take(account, customerUid, wanted.time) ? wanted.time : undefined;
      for (let secondMs = wanted.fromMs; ; secondMs += 1000) {
        const time = zonedDateTime(secondMs, wanted.timeZone);
        if (take(account, customerUid, time)) return time;
      }
    },
  };
}

/** What the mark found, and what a person can do about it. */
export function ledgerOlder(path: string, found: string): OperatorError {
  return new OperatorError({
    code: 'LEDGER_OLDER',
    message: `The ledger ${path} may be older than what was sent: ${found}. Sending from it could credit members twice, so no increment is sent.`,
    hint: 'Put the newest ledger back. If there is none: compare what was credited since then with the back office, then type: memberload doctor --accept-ledger',
    exitCode: EXIT.usage,
  });
}
