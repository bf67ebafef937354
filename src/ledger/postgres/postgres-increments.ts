import { assert } from '../../base/errors.ts';
import { zonedDateTime } from '../../base/zoned-time.ts';
import { END_OF_TIME, FAR_MS, NEWER_ONLY, REPEAT_FACT } from '../account-stores.ts';
import { Columns } from '../columns.ts';
import type { Begun, Credit, IncrementIntent, IncrementReader, IncrementStore } from '../increments.ts';
import { findCreditsBy, PAGE_CREDITS, pages } from '../reading.ts';
import { toCredit, toRow, toStandingCredit } from '../records.ts';
import type { Reader, WriterParts } from './parts.ts';
import { columnsOf, keyOf } from './postgres-rows.ts';
import { toStop } from './postgres-slices.ts';

/** What `toOtherRow` reads: half of the columns, which counts where a file of 100,000 rows finds as many credits. */
const CREDIT_COLUMNS = `o.run_id, o.row_number, o.state, o.customer_uid, o.number, o.point_increment, o.balance_increment,
  o.reference, o.campaign, o.data_change_time, o.intent_ms, o.sequence, o.is_undone, o.is_credit, o.undoes_run`;

/** See `Credit`. Rows of `undo` are left out: what they take back is marked. A run that is being started is not seen. */
const STANDING_CREDITS = `SELECT ${CREDIT_COLUMNS}, COALESCE((
    SELECT undo.run_id FROM memberload.other_row AS undo WHERE undo.undoes_run <> '' AND undo.undoes_run = o.run_id
      AND undo.undoes_row = o.row_number AND undo.is_credit = 1 AND undo.state <> 'done' LIMIT 1), '') AS undo_run
  FROM memberload.other_row AS o WHERE o.is_credit = 1 AND o.undoes_run = ''`;

export function openIncrementReader(read: Reader): IncrementReader {
  return {
    async listUnsettled(account) {
      const records = await read(
        `SELECT r.* FROM memberload.run_row AS r LEFT JOIN memberload.run USING (run_id)
         WHERE r.account = $1 AND r.account <> '' AND r.state IN ('intent', 'in_doubt')
         ORDER BY run.run_number, r.run_id, r.row_number`,
        [account],
      );
      return records.map(toRow);
    },
    async listOfMember(account, customerUid) {
      const records = await read(
        `SELECT * FROM memberload.run_row WHERE account = $1 AND account <> '' AND customer_uid = $2
         AND customer_uid <> '' AND data_change_time <> '' ORDER BY sequence`,
        [account, customerUid],
      );
      return records.map(toRow);
    },
    findCredits: findCreditsBy(async (column, account, values) => {
      const records = await read(
        `${STANDING_CREDITS} AND o.account = $1 AND o.account <> '' AND o.${column} = ANY($2) AND o.${column} <> ''`,
        [account, values],
      );
      return records.map(toStandingCredit);
    }),
    readCreditsOfRun: (runId) =>
      pages<Credit>(PAGE_CREDITS, async (last) => {
        const records = await read(
          `SELECT ${CREDIT_COLUMNS} FROM memberload.other_row AS o WHERE o.run_id = $1 AND o.row_number > $2 AND o.account <> ''
             AND o.state = 'done' AND o.data_change_time <> '' AND NOT EXISTS (
               SELECT FROM memberload.other_row AS undo WHERE undo.undoes_run <> '' AND undo.undoes_run = o.run_id
                 AND undo.undoes_row = o.row_number AND undo.is_credit = 1)
           ORDER BY o.row_number LIMIT ${PAGE_CREDITS}`,
          [runId, last?.rowNumber ?? 0],
        );
        return records.map(toCredit);
      }),
  };
}

export function openIncrementStore(
  { queue, read }: WriterParts,
  requireNewest: (account: string) => void,
): IncrementStore {
  return {
    ...openIncrementReader(read),
    async begin(intent) {
      requireNewest(intent.account);
      return readBegun(await queue.write(beginOf(intent)), intent);
    },
    async claimTime(account, customerUid, { order, fromMs, timeZone }) {
      const from = zonedDateTime(fromMs, timeZone);
      const upTo = order === 'newest' ? END_OF_TIME : '';
      return String(await queue.write({ do: 'claim', account, customerUid, from, upTo }));
    },
  };
}

/** What `memberload.begin_increment` needs to choose the time. */
function timeOf(wanted: IncrementIntent['dataChangeTime']): object {
  if (wanted.kind === 'given') return { given: wanted.time };
  const { fromMs, timeZone } = wanted;
  const upTo = zonedDateTime(fromMs + FAR_MS, timeZone);
  const end = END_OF_TIME;
  return { next: { from: zonedDateTime(fromMs, timeZone), upTo, end, fact: REPEAT_FACT, newerOnly: NEWER_ONLY } };
}

function beginOf(intent: IncrementIntent) {
  const { key, account, customerUid, number, pointIncrement, balanceIncrement, reference, before, guard } = intent;
  const { operation, mayRepeatMember } = intent;
  return {
    do: 'begin',
    ...keyOf(key),
    ...{ account, customerUid, number, pointIncrement, balanceIncrement, reference, mayRepeatMember },
    ...timeOf(intent.dataChangeTime),
    ...(before && { before }),
    ...(guard && { guard }),
    change: columnsOf({
      state: 'intent',
      ...{ operation, customerUid, pointIncrement, balanceIncrement },
      ...(number !== '' && { number }),
      ...(reference !== '' && { reference }),
      // What an earlier attempt read or ended with is nothing of this one.
      ...{ errorCode: '', messages: [], pointAfter: '', balanceAfter: '' },
      ...({ account, ...(guard && guard.campaign !== '' && { campaign: guard.campaign }) } as object),
    }),
  };
}

function readBegun(found: unknown, { key }: IncrementIntent): Begun {
  const columns = new Columns(found);
  const kind = columns.text('kind');
  const { credit, hasBefore } = found as { credit?: unknown; hasBefore?: unknown };
  switch (kind) {
    case 'begun':
      return { kind, dataChangeTime: columns.text('dataChangeTime'), hasBefore: hasBefore === true };
    case 'time_taken':
    case 'lease_lost':
      return { kind };
    case 'member_waits':
      return { kind, runId: columns.text('runId'), rowNumber: columns.integer('rowNumber') };
    case 'member_repeated':
      return { kind, rowNumber: columns.integer('rowNumber') };
    case 'credited_before':
    case 'credited_otherwise':
      return { kind, credit: toCredit(credit) };
    case 'run_stopped': {
      const stop = toStop((found as { stop?: unknown }).stop);
      assert(stop, 'a run is stopped for a reason');
      return { kind, stop };
    }
    default:
      assert(kind !== 'done_before', `row ${key.rowNumber} of ${key.runId} is credited already`);
      throw new Error(`the ledger answered '${kind}' to an intent`);
  }
}
