import type { Clock } from '../base/clock.ts';
import { addDecimals, decimalsEqual } from '../base/decimal.ts';
import type { TextFields } from '../base/text-fields.ts';
import { describeAnswer } from '../calls/describe-answer.ts';
import type { KybioVendor } from '../calls/vendors.ts';
import type { Increment } from '../job/call.ts';
import { readIncrementAnswer } from '../job/topup-steps.ts';
import type { Ledger, RowChange, RowRecord } from '../ledger/ledger.ts';
import type { RowState } from '../ledger/row-states.ts';
import { forgetRepeatFact, repeatCodesOf } from './repeat-fact.ts';

/**
 * Decides increments that went out and got no answer that can be believed (DESIGN §4.4).
 *
 * ```
 * account known to refuse a repeated dataChangeTime → the same bytes again:
 *     success → done, applied now        repeat code → done, applied before        else → still in doubt
 * else, after the quiet window, the member is read twice:
 *     both reads = before + increment in every column → done
 *     both reads = before                             → in doubt: not applied so far, a person may resend
 *     anything else, or no before-value               → in doubt
 * ```
 *
 * @returns how many rows were decided
 * @throws StoppedError when the day's calls are used up; the undecided rows stay as they are
 */
export async function settleIncrements(parts: {
  runId: string;
  /** Only these rows; undefined: all of the run. */
  rowNumbers?: ReadonlySet<number>;
  /** Rows that were read and stay in doubt: not read again, since the same two calls would tell no more. */
  lookedAt?: Set<number>;
  kybio: KybioVendor;
  ledger: Ledger;
  clock: Clock;
  /** Ends the waiting; rows stay undecided. */
  signal: AbortSignal;
  /** Asked before each row. */
  mayGoOn: () => boolean;
  quietWindowMs: number;
  /** When this process began: an intent without any answer is at least as old as the one before it. */
  startedMs: number;
  onWait: (rowCount: number, delayMs: number) => void;
}): Promise<number> {
  const { runId, rowNumbers, lookedAt = new Set(), kybio, ledger, clock } = parts;
  const { account } = kybio.lane.settings;
  const undecided = ledger.rows
    .listByState(runId, ['intent', 'in_doubt'])
    .filter((record) => record.dataChangeTime !== '' && record.errorCode !== 'RESPONSE_MISMATCH')
    .filter((record) => rowNumbers === undefined || rowNumbers.has(record.rowNumber));
  if (undecided.length === 0) return 0;
  const repeatCodes = repeatCodesOf(ledger, account, kybio.repeatCodes);
  let decidedCount = 0;
  if (repeatCodes.length > 0) {
    for (const record of undecided) {
      if (!parts.mayGoOn()) break;
      const repeated = await repeatIncrement(record, repeatCodes, parts);
      if (repeated === 'decided') decidedCount += 1;
      // By reading, from here on.
      if (repeated === 'credited twice') return decidedCount + (await settleIncrements(parts));
    }
    return decidedCount;
  }
  const toRead = undecided.filter(({ state, rowNumber }) => state === 'intent' || !lookedAt.has(rowNumber));
  if (toRead.length === 0) return decidedCount;
  const quietAtMs = Math.max(...toRead.map((record) => lastActivityMs(record, parts.startedMs))) + parts.quietWindowMs;
  // Never longer than the window: after a clock that was set back, the row's times lie in the future.
  const delayMs = Math.min(quietAtMs - clock.nowMs(), parts.quietWindowMs);
  if (delayMs > 0) {
    parts.onWait(toRead.length, delayMs);
    await clock.sleep(delayMs, parts.signal);
    if (parts.signal.aborted) return 0;
  }
  // Of every run of the account, as it is now: a row decided by these reads must not lend them to another.
  const sharers = ledger.rows.listUnsettledIncrements(account);
  for (const record of toRead) {
    if (!parts.mayGoOn()) break;
    if (await compareWithReads(record, sharers, parts)) decidedCount += 1;
    else lookedAt.add(record.rowNumber);
  }
  return decidedCount;
}

/** An answer that never came is as old as its deadline; an intent from before a kill, as this process. */
function lastActivityMs(record: RowRecord, startedMs: number): number {
  return record.errorCode === '' ? Math.max(startedMs, record.updatedMs) : record.updatedMs;
}

/** How many calls settling one increment may take: two reads (DESIGN §4.4). */
export const SETTLING_CALLS = 2;

type Parts = Parameters<typeof settleIncrements>[0];

async function repeatIncrement(
  record: RowRecord,
  repeatCodes: readonly string[],
  parts: Parts,
): Promise<'decided' | 'undecided' | 'credited twice'> {
  const { client, lane } = parts.kybio;
  const { answer } = await lane.perform({
    endpoint: 'customerOpenApi/updateBalancePointByIncrement',
    // Refused when it was applied before: that is what the account is known for.
    isRepeatable: true,
    isSettling: true,
    send: (onSent) => client.updateBalancePointByIncrement(record, { onSent }),
  });
  await addEvidence(parts, record, 'repeat', { answer: describeAnswer(answer) });
  if (answer.kind === 'refused' && repeatCodes.includes(answer.errorCode)) {
    await decide(parts, record, {
      state: 'done',
      action: 'topped_up',
      errorCode: '',
      messages: [`Applied once: the vendor refused the same dataChangeTime again (${answer.errorCode}).`],
    });
    return 'decided';
  }
  const outcome = readIncrementAnswer(toIncrement(record), answer);
  if (outcome.status === 'done') {
    if (wasAppliedBefore(record, outcome.change)) {
      // What the account was known for is not so: nothing more may be sent on the strength of it.
      forgetRepeatFact(parts.ledger, lane.settings.account, parts.clock.nowMs());
      await decide(parts, record, { state: 'in_doubt', errorCode: 'RESPONSE_MISMATCH', messages: [creditedTwice] });
      return 'credited twice';
    }
    const messages = ['No answer came; sent again with the same dataChangeTime, and applied then.'];
    await decide(parts, record, { state: 'done', action: 'topped_up', errorCode: '', messages, ...outcome.change });
    return 'decided';
  }
  if (outcome.status === 'in_doubt' && outcome.isMismatch) {
    await decide(parts, record, { state: 'in_doubt', errorCode: outcome.errorCode, messages: outcome.messages });
    return 'undecided';
  }
  await decide(parts, record, {
    state: 'in_doubt',
    errorCode: record.errorCode || 'IN_DOUBT',
    messages: outcome.messages,
  });
  return 'undecided';
}

const creditedTwice =
  'Probably credited twice: the vendor applied the same dataChangeTime again, and the values before it are those after the first time. This account does not refuse repeats after all (forgotten; memberload doctor --probe-repeat learns it anew). Look at the member in the back office and take one of the two back.';

/** Whether the member stood at before + increment already when the repeat was applied. */
function wasAppliedBefore(record: RowRecord, change: RowChange | undefined): boolean {
  const { pointBefore, balanceBefore, pointIncrement, balanceIncrement } = record;
  const { pointBefore: point, balanceBefore: balance } = change ?? {};
  if (!hasValuesBefore(record) || point === undefined || balance === undefined) return false;
  return (
    decimalsEqual(point, addDecimals(pointBefore, pointIncrement)) &&
    decimalsEqual(balance, addDecimals(balanceBefore, balanceIncrement))
  );
}

async function compareWithReads(record: RowRecord, sharers: readonly RowRecord[], parts: Parts): Promise<boolean> {
  const isShared = sharers.some((other) => other.customerUid === record.customerUid && !isSameRow(other, record));
  // Looked at once for a person to see; looking again could decide nothing, and costs the day's calls.
  if (record.state === 'in_doubt' && (isShared || !hasValuesBefore(record))) return false;
  const reads: Reading[] = [];
  for (let read = 1; read <= 2; read += 1) {
    const reading = await readAmounts(record.customerUid, parts.kybio, true);
    await addEvidence(parts, record, 'read', reading);
    reads.push(reading);
  }
  const verdict = isShared ? sharedVerdict : judgeReads(record, reads);
  await decide(parts, record, {
    state: verdict.isApplied ? 'done' : 'in_doubt',
    messages: [verdict.message],
    errorCode: verdict.isApplied ? '' : record.errorCode || 'IN_DOUBT',
    ...(verdict.isApplied && {
      action: 'topped_up',
      pointAfter: reads[0]?.point ?? '',
      balanceAfter: reads[0]?.balance ?? '',
    }),
  });
  return verdict.isApplied;
}

function isSameRow(left: RowRecord, right: RowRecord): boolean {
  return left.runId === right.runId && left.rowNumber === right.rowNumber;
}

/** Point and balance of a member as one read told them; undefined when it told nothing. */
export type Reading = { readonly point: string | undefined; readonly balance: string | undefined };

type Verdict = { readonly isApplied: boolean; readonly message: string };

const sharedVerdict: Verdict = {
  isApplied: false,
  message:
    'Two rows in doubt credit this member: its values cannot tell which was applied. Look at the member in the back office.',
};

/** What two reads after the quiet window say about an increment; the honest limit is in the README. */
export function judgeReads(
  record: Pick<RowRecord, 'pointBefore' | 'balanceBefore' | 'pointIncrement' | 'balanceIncrement'>,
  reads: readonly Reading[],
): Verdict {
  const { pointBefore, balanceBefore, pointIncrement, balanceIncrement } = record;
  if (!hasValuesBefore(record)) {
    return { isApplied: false, message: 'The values before are not known, so reading the member decides nothing.' };
  }
  const bothRead = (point: string, balance: string): boolean =>
    reads.length > 0 &&
    reads.every(
      (read) =>
        read.point !== undefined &&
        read.balance !== undefined &&
        decimalsEqual(read.point, point) &&
        decimalsEqual(read.balance, balance),
    );
  const seen = reads
    .map((read) => `point ${read.point ?? 'unknown'}, balance ${read.balance ?? 'unknown'}`)
    .join('; then ');
  const was = `before: point ${pointBefore}, balance ${balanceBefore}; read: ${seen}.`;
  if (bothRead(addDecimals(pointBefore, pointIncrement), addDecimals(balanceBefore, balanceIncrement))) {
    return { isApplied: true, message: `No answer came; applied once by the evidence: ${was}` };
  }
  if (bothRead(pointBefore, balanceBefore)) {
    return { isApplied: false, message: `Not applied so far, by the evidence: ${was} Decide with: memberload resolve` };
  }
  return { isApplied: false, message: `The evidence does not tell: ${was} Look at the member in the back office.` };
}

function hasValuesBefore({ pointBefore, balanceBefore }: Pick<RowRecord, 'pointBefore' | 'balanceBefore'>): boolean {
  return pointBefore !== '' && balanceBefore !== '';
}

/** One read of a member's amounts. `isSettling`: it may use the calls kept back for that. */
export async function readAmounts(
  customerUid: string,
  { client, lane }: KybioVendor,
  isSettling: boolean,
): Promise<Reading> {
  const { answer } = await lane.perform({
    endpoint: 'customerOpenApi/queryByUid',
    isRepeatable: true,
    isSettling,
    send: (onSent) => client.queryByUid(customerUid, { onSent }),
  });
  const member: TextFields | undefined = answer.kind === 'success' ? answer.data : undefined;
  return { point: member?.point, balance: member?.balance };
}

async function addEvidence(parts: Parts, record: RowRecord, kind: string, detail: object): Promise<void> {
  await parts.ledger.evidence.add(record.runId, record.rowNumber, {
    recordedMs: parts.clock.nowMs(),
    kind,
    detailJson: JSON.stringify(detail),
  });
}

async function decide(parts: Parts, record: RowRecord, change: RowChange & { state: RowState }): Promise<void> {
  await parts.ledger.rows.record(record, change, parts.clock.nowMs());
}

/** The increment as it went out, dataChangeTime included. */
export function toIncrement(record: RowRecord): Increment {
  return {
    endpoint: 'customerOpenApi/updateBalancePointByIncrement',
    customerUid: record.customerUid,
    pointIncrement: record.pointIncrement,
    balanceIncrement: record.balanceIncrement,
    dataChangeTime: record.dataChangeTime,
    before: undefined,
  };
}
