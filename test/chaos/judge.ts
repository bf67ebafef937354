import { parse } from 'csv-parse/sync';
import { Decimal } from 'decimal.js';
import type { RowStatus, RunDocument } from '../../src/result/run-document.ts';
import type { FileRow } from './topup-file.ts';
import type { BookedIncrement, Books, StoredMember } from './vendor.ts';

// Sums of amounts with 16 digits before the point and six behind it have to be exact.
Decimal.set({ precision: 200 });

export type Evidence = {
  readonly rows: readonly FileRow[];
  readonly membersBefore: readonly StoredMember[];
  readonly membersAfter: readonly StoredMember[];
  /** The vendor's own; ours say nothing here. */
  readonly books: Books;
  readonly resultCsv: string;
  /** What the last process printed; undefined: it was killed before it could. */
  readonly document: RunDocument | undefined;
};

export type Verdict = {
  readonly statuses: Readonly<Record<RowStatus, number>>;
  /** Increments that were applied although as many as the file asks for were applied already. */
  readonly doubles: readonly string[];
  /** Whatever the result file says differently from the books: done but not applied, applied but not listed. */
  readonly unexplained: readonly string[];
  /** Rows in doubt by result_errorCode. */
  readonly inDoubtCodes: Readonly<Record<string, number>>;
  /** Of the rows in doubt, how many were applied. */
  readonly inDoubtAppliedCount: number;
};

type ResultRow = Readonly<Record<string, string>>;

/** Compares what the result file says with what the vendor's books say, to the last decimal. */
export function judge(evidence: Evidence): Verdict {
  const { rows, membersBefore, books, document } = evidence;
  const results = parse(evidence.resultCsv, { bom: true, columns: true }) as ResultRow[];
  const unexplained: string[] = [];
  const expectEqual = (what: string, told: string | number, real: string | number): void => {
    if (String(told) !== String(real)) unexplained.push(`${what}: told ${told}, really ${real}`);
  };
  expectEqual('rows in the result file', results.length, rows.length);

  const uidByNumber = new Map(membersBefore.map(({ number, customerUid }) => [number, customerUid]));
  const uidOf = (row: FileRow): string => uidByNumber.get(row.memberNumber) ?? '';
  const doubles = findDoubles(rows, uidOf, books.increments);

  const left = new Map<string, BookedIncrement[]>();
  for (const booked of books.increments) push(left, `${booked.customerUid} ${booked.dataChangeTime}`, booked);
  const statuses: Record<RowStatus, number> = { done: 0, invalid: 0, failed: 0, in_doubt: 0, not_sent: 0 };
  const asked = newSums();
  const done = newSums();
  const inDoubt = newSums();
  const applied = newSums();
  const inDoubtCodes: Record<string, number> = {};
  let inDoubtAppliedCount = 0;

  for (const row of rows) {
    const result = results[row.rowNumber - 1] ?? {};
    const status = result.result_status as RowStatus;
    const name = `row ${row.rowNumber} (${status} ${result.result_errorCode}; ${result.result_messages})`;
    expectEqual(`result_row of row ${row.rowNumber}`, result.result_row ?? '', row.rowNumber);
    if (!(status in statuses)) {
      unexplained.push(`${name} has no known status`);
      continue;
    }
    statuses[status] += 1;
    addTo(asked, row);
    if (status === 'done') addTo(done, row);
    if (status === 'in_doubt') addTo(inDoubt, row);
    const key = `${uidOf(row)} ${result.result_dataChangeTime}`;
    const booked = (left.get(key) ?? []).filter((increment) => isOf(increment, row));
    if (status === 'done' || status === 'in_doubt') left.delete(key);
    if (status === 'done' && booked.length === 0) unexplained.push(`${name} was never applied`);
    if (status === 'done') checkChange(name, row, result, unexplained);
    if (status === 'in_doubt') {
      const code = result.result_errorCode ?? '';
      inDoubtCodes[code] = (inDoubtCodes[code] ?? 0) + 1;
      if (booked.length > 0) inDoubtAppliedCount += 1;
    }
    for (const increment of booked) addTo(applied, increment);
    if (booked.length > 1) doubles.push(`${name} was applied ${booked.length} times at ${key}`);
  }
  for (const [key, [increment]] of left) {
    unexplained.push(`applied, but no done row or row in doubt says so: ${key} ${JSON.stringify(increment)}`);
  }

  const booked = newSums();
  for (const increment of books.increments) addTo(booked, increment);
  for (const amount of ['pointIncrement', 'balanceIncrement'] as const) {
    expectEqual(`${amount} explained by rows`, applied[amount].toFixed(), booked[amount].toFixed());
    if (!document) continue;
    const total = document.totals[amount];
    expectEqual(`${amount} asked`, new Decimal(total.asked).toFixed(), asked[amount].toFixed());
    expectEqual(`${amount} applied`, new Decimal(total.applied).toFixed(), done[amount].toFixed());
    expectEqual(`${amount} in doubt`, new Decimal(total.in_doubt).toFixed(), inDoubt[amount].toFixed());
  }
  for (const [status, count] of Object.entries(statuses)) {
    if (document) expectEqual(`rows ${status}`, document.rows[status as RowStatus], count);
  }
  checkMembers(evidence, unexplained);
  return { statuses, doubles, unexplained, inDoubtCodes, inDoubtAppliedCount };
}

/**
 * Rows in doubt that the repeat check should have decided. Not those whose answer was about something else: what the
 * vendor did there is for a person to see. And not those whose first answer was the repeat code: a refused repeat
 * says nothing of them.
 */
export function undecidedCount({ statuses, inDoubtCodes }: Verdict): number {
  return statuses.in_doubt - (inDoubtCodes.RESPONSE_MISMATCH ?? 0) - (inDoubtCodes[REPEAT_CODE] ?? 0);
}

/** The vendor's own code of a refused repeat. */
export const REPEAT_CODE = '2031';

/** By member and amounts alone, so that nothing the tool says can hide one. */
function findDoubles(
  rows: readonly FileRow[],
  uidOf: (row: FileRow) => string,
  increments: readonly BookedIncrement[],
): string[] {
  const key = (uid: string, amounts: Amounts): string =>
    `${uid} point ${decimal(amounts.pointIncrement).toFixed()} balance ${decimal(amounts.balanceIncrement).toFixed()}`;
  const askedCounts = new Map<string, number>();
  for (const row of rows) count(askedCounts, key(uidOf(row), row));
  const appliedCounts = new Map<string, number>();
  for (const increment of increments) count(appliedCounts, key(increment.customerUid, increment));
  return [...appliedCounts]
    .filter(([name, applied]) => applied > (askedCounts.get(name) ?? 0))
    .map(([name, applied]) => `${name}: applied ${applied} times, asked for ${askedCounts.get(name) ?? 0} times`);
}

/** Before + increment = after, for what the result file says of a done row. */
function checkChange(name: string, row: FileRow, result: ResultRow, unexplained: string[]): void {
  for (const [amount, increment] of [
    ['point', row.pointIncrement],
    ['balance', row.balanceIncrement],
  ] as const) {
    const before = result[`result_${amount}Before`];
    const after = result[`result_${amount}After`];
    // A repeat that was refused proves the increment and tells no values.
    if (!before || !after) continue;
    if (decimal(before).plus(decimal(increment)).equals(decimal(after))) continue;
    unexplained.push(`${name}: ${amount} ${before} + ${increment} is not ${after}`);
  }
}

/** The stand-in itself: what a member has is what it had, and every line of the books. */
function checkMembers({ membersBefore, membersAfter, books }: Evidence, unexplained: string[]): void {
  const changes = new Map<string, Sums>();
  for (const change of [...books.increments, ...books.adjustments]) {
    const sums = changes.get(change.customerUid) ?? newSums();
    addTo(sums, change);
    changes.set(change.customerUid, sums);
  }
  const after = new Map(membersAfter.map((member) => [member.customerUid, member]));
  for (const before of membersBefore) {
    const sums = changes.get(before.customerUid) ?? newSums();
    const now = after.get(before.customerUid);
    const isRight =
      now &&
      decimal(before.point).plus(sums.pointIncrement).equals(decimal(now.point)) &&
      decimal(before.balance).plus(sums.balanceIncrement).equals(decimal(now.balance));
    if (!isRight) unexplained.push(`member ${before.number} has ${now?.point} / ${now?.balance}: not its books`);
  }
}

type Amounts = { readonly pointIncrement: string; readonly balanceIncrement: string };
type Sums = { pointIncrement: Decimal; balanceIncrement: Decimal };

function newSums(): Sums {
  return { pointIncrement: new Decimal(0), balanceIncrement: new Decimal(0) };
}

function addTo(sums: Sums, amounts: Amounts): void {
  sums.pointIncrement = sums.pointIncrement.plus(decimal(amounts.pointIncrement));
  sums.balanceIncrement = sums.balanceIncrement.plus(decimal(amounts.balanceIncrement));
}

function isOf(increment: Amounts, row: Amounts): boolean {
  return (
    decimal(increment.pointIncrement).equals(decimal(row.pointIncrement)) &&
    decimal(increment.balanceIncrement).equals(decimal(row.balanceIncrement))
  );
}

function decimal(text: string): Decimal {
  return new Decimal(text === '' ? 0 : text);
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}

function count(map: Map<string, number>, key: string): void {
  map.set(key, (map.get(key) ?? 0) + 1);
}
