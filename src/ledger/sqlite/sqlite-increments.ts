import { assert, EXIT, OperatorError } from '../../base/errors.ts';
import { secondAfter, zonedDateTime } from '../../base/zoned-time.ts';
import { ledgerTexts } from '../../texts/runs/ledger.ts';
import { END_OF_TIME, FAR_MS, NEWER_ONLY, REPEAT_FACT } from '../account-stores.ts';
import { Columns } from '../columns.ts';
import { findRefusal, isOutdated, type OtherRow, type OtherRows } from '../credit-guard.ts';
import type { Begun, IncrementIntent, IncrementStore } from '../increments.ts';
import type { RowKey } from '../ledger.ts';
import { toOtherRow } from '../records.ts';
import { ROW_STATES, type RowState } from '../row-states.ts';
import type { Connection } from './connection.ts';
import { OTHER_ROWS, openIncrementReader } from './sqlite-credits.ts';
import type { PutRow } from './sqlite-rows.ts';
import type { WriterParts } from './writer-parts.ts';

type IncrementParts = WriterParts & {
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
    const isBegun = own !== undefined && own.dataChangeTime !== '' && own.customerUid === intent.customerUid;
    const keepsTime = isBegun && !(isCertainlyNotApplied(own) && times.isOvertaken(intent, own.dataChangeTime));
    const dataChangeTime = keepsTime ? own.dataChangeTime : times.claim(intent, intent.dataChangeTime);
    if (dataChangeTime === undefined) return { kind: 'time_taken' };
    const { before } = intent;
    const hasBefore = before !== undefined && !isOutdated(before.sequence, others.ofMember);
    countIntent();
    putRow(
      intent.key,
      {
        state: 'intent',
        operation: intent.operation,
        pointIncrement: intent.pointIncrement,
        balanceIncrement: intent.balanceIncrement,
        dataChangeTime,
        intentMs: nowMs,
        // What names the member is in three indexes, and stands there since the run was planned: SQLite writes an index
        // anew for a column that is set, also to the value that it has.
        ...(intent.account !== own?.account && { account: intent.account }),
        ...(intent.customerUid !== own?.customerUid && { customerUid: intent.customerUid }),
        ...(intent.number !== '' && intent.number !== own?.number && { number: intent.number }),
        ...(intent.reference !== '' && intent.reference !== own?.reference && { reference: intent.reference }),
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
      const begun = await commits.writeAndRead(() => beginNow(intent, sequence));
      assert(begun.kind !== 'done_before', `row ${intent.key.rowNumber} of ${intent.key.runId} is credited already`);
      return begun;
    },
    claimTime: (account, customerUid, { order, ...from }) =>
      commits.writeAndRead(() => {
        const member = { account, customerUid };
        return order === 'newest' ? times.claimFrom(member, from, END_OF_TIME) : times.claimUnused(member, from);
      }),
  };
}

/**
 * Only such a row may get another time. Both states are written of what was never sent, or was refused by the vendor's
 * own word. A row that may have been applied is an intent, in doubt or failed: there the time is what keeps it single.
 */
function isCertainlyNotApplied({ state }: OwnRow): boolean {
  return state === 'open' || state === 'retry';
}

type OwnRow = {
  readonly state: RowState;
  readonly account: string;
  readonly customerUid: string;
  readonly number: string;
  readonly reference: string;
  readonly dataChangeTime: string;
  readonly undoesRun: string;
  readonly undoesRow: number;
};

function openFindOwn(connection: Connection): (key: RowKey) => OwnRow | undefined {
  const find = connection.prepare(
    `SELECT state, account, customer_uid, number, reference, data_change_time, undoes_run, undoes_row FROM row
     WHERE run_id = ? AND row_number = ? AND target = ?`,
  );
  return (key) => {
    const record = find.get(key.runId, key.rowNumber, key.target);
    if (record === undefined) return undefined;
    const columns = new Columns(record);
    return {
      state: columns.oneOf('state', ROW_STATES),
      account: columns.text('account'),
      customerUid: columns.text('customer_uid'),
      number: columns.text('number'),
      reference: columns.text('reference'),
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

type MemberOfAccount = { readonly account: string; readonly customerUid: string };
type From = { readonly fromMs: number; readonly timeZone: string };

/** Every dataChangeTime that a member ever had. Their order is that of their texts, whatever the zone's clock does. */
function openTimes(connection: Connection) {
  const counted = `account = ?1 AND customer_uid = ?2 AND (data_change_time <= ?3 OR data_change_time <= '${END_OF_TIME}'
    AND EXISTS (SELECT 1 FROM account_fact WHERE account = ?1 AND fact = '${REPEAT_FACT}' AND value = '${NEWER_ONLY}'))`;
  const insert = connection.prepare('INSERT OR IGNORE INTO change_time VALUES (?, ?, ?)');
  const newest = connection.prepare(`SELECT max(data_change_time) AS newest FROM change_time WHERE ${counted}`);
  const insertNext = connection.prepare(
    `INSERT OR IGNORE INTO change_time SELECT ?1, ?2, max(?4, ifnull((
       SELECT strftime('%Y-%m-%d %H:%M:%S', max(data_change_time), '+1 second') FROM change_time WHERE ${counted}), ''))
     RETURNING data_change_time`,
  );
  const take = ({ account, customerUid }: MemberOfAccount, time: string): boolean =>
    Number(insert.run(account, customerUid, time).changes) === 1;

  /** '' when there is none. */
  const newestUpTo = ({ account, customerUid }: MemberOfAccount, limit: string): string => {
    const record = newest.get(account, customerUid, limit) as { newest: string | null } | undefined;
    return record?.newest ?? '';
  };

  const limitOf = ({ fromMs, timeZone }: From): string => zonedDateTime(fromMs + FAR_MS, timeZone);

  /** The first second from that moment on that is later than every time up to the limit, and was never had. */
  const claimFrom = (member: MemberOfAccount, { fromMs, timeZone }: From, limit: string): string => {
    const from = zonedDateTime(fromMs, timeZone);
    const claimed = insertNext.get(member.account, member.customerUid, limit, from);
    if (claimed !== undefined) return new Columns(claimed).text('data_change_time');
    // Taken by a time beyond the limit.
    const last = newestUpTo(member, limit);
    for (let time = last >= from ? secondAfter(last) : from; ; time = secondAfter(time)) {
      if (take(member, time)) return time;
    }
  };

  return {
    claimFrom,
    /** The first second from that moment on that was never had, whatever came later. */
    claimUnused(member: MemberOfAccount, { fromMs, timeZone }: From): string {
      for (let time = zonedDateTime(fromMs, timeZone); ; time = secondAfter(time)) if (take(member, time)) return time;
    },
    /** undefined: the given time was used for the member before. */
    claim(member: MemberOfAccount, wanted: IncrementIntent['dataChangeTime']): string | undefined {
      if (wanted.kind === 'given') return take(member, wanted.time) ? wanted.time : undefined;
      return claimFrom(member, wanted, limitOf(wanted));
    },
    /** Whether the member has had a later time since: an account may refuse this one now, although nobody had it. */
    isOvertaken(intent: IncrementIntent, time: string): boolean {
      const { dataChangeTime: wanted } = intent;
      return wanted.kind === 'next' && newestUpTo(intent, limitOf(wanted)) > time;
    },
  };
}

/** What the mark found, and what a person can do about it. */
export function ledgerOlder(path: string, found: string): OperatorError {
  return new OperatorError({
    code: 'LEDGER_OLDER',
    message: ledgerTexts().older(path, found),
    hint: ledgerTexts().olderHint,
    exitCode: EXIT.usage,
  });
}
