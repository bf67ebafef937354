import type { RunContext } from '../calls/run-context.ts';
import { StoppedError } from '../calls/run-control.ts';
import type { KybioVendor } from '../calls/vendors.ts';
import type { Increment } from '../job/call.ts';
import { readIncrementAnswer } from '../job/topup-steps.ts';
import type { NewEvidence, RowChange, RowRecord } from '../ledger/ledger.ts';
import type { RowState } from '../ledger/row-states.ts';
import { sendTexts } from '../texts/runs/send.ts';
import { answerDetail } from './answer-detail.ts';
import { judgeReads, looksApplied, sharedVerdict } from './judge-reads.ts';
import { type Reading, readAmounts } from './read-amounts.ts';
import { keepRepeatFact, readRepeatFact, repeatCodesOf } from './repeat-fact.ts';
import { mayStillSend, SETTLING_CALLS } from './send-increment.ts';

/**
 * Decides increments that went out and got no answer that can be believed (DESIGN §5).
 *
 * ```
 * the account is known to refuse repeats, and the increment is younger than `repeatAgeMaxMs`:
 *     values before known → one read: before + increment → done
 *     else the same bytes again: success → done, applied now
 *                                repeat code → done, applied before; in doubt where the values before say otherwise
 *                                else → still in doubt
 * any other increment: after the quiet window, the member is read twice:
 *     both reads = before + increment in every column → done
 *     both reads = before                             → in doubt: not applied so far
 *     anything else, or no value before               → in doubt
 * ```
 *
 * A repeat is evidence only while the vendor remembers the first send, and only when the first send had no
 * answer: an increment whose first answer was the repeat code is read, never sent again.
 *
 * @param rows only these row numbers; undefined: all of the run. `lookedAt`: rows that were read and stay in
 *   doubt are added, and not read again, since the same two calls would tell no more
 * @returns how many rows were decided
 * @throws StoppedError when the day's calls are used up; the undecided rows stay as they are
 */
export async function settleIncrements(
  context: RunContext,
  rows: { readonly rowNumbers?: Pick<ReadonlySet<number>, 'has'>; readonly lookedAt?: Set<number> } = {},
): Promise<number> {
  const { ledger, control, vendors, runId } = context;
  const { rowNumbers, lookedAt = new Set<number>() } = rows;
  if (!vendors.kybio || !control.maySettle) return 0;
  const undecided = (await ledger.rows.listByState(runId, ['intent', 'in_doubt']))
    .filter(mayBeDecided)
    .filter(({ rowNumber }) => rowNumbers === undefined || rowNumbers.has(rowNumber));
  if (undecided.length === 0) return 0;
  const settling = await openSettling(vendors.kybio, context);
  let decidedCount = 0;
  const toRead: RowRecord[] = [];
  for (const record of undecided) {
    if (!control.maySettle) return decidedCount;
    if (!(await mayBeRepeated(record, settling))) toRead.push(record);
    else if (await repeatIncrement(record, settling)) decidedCount += 1;
  }
  const unread = toRead.filter(({ state, rowNumber }) => state === 'intent' || !lookedAt.has(rowNumber));
  if (unread.length === 0 || !(await waitUntilQuiet(unread, context))) return decidedCount;
  for (const record of unread) {
    if (!control.maySettle) break;
    if (await compareWithReads(record, settling)) decidedCount += 1;
    else lookedAt.add(record.rowNumber);
  }
  return decidedCount;
}

/** Old rows in doubt that one command looks at. */
const OLD_ROWS_MAX = 3;
/** After this the tills have moved the members' values, and a read tells nothing. A guess. */
const OLD_DOUBT_MS_MAX = 3 * 86_400_000;
/** An intent without any outcome may belong to a process that is still at work. A guess, far above any timeout. */
const OLD_INTENT_MS_MIN = 3_600_000;

/**
 * Looks once at a few increments in doubt of other runs of the account, for a command that is about to call it
 * anyway. Spends at most a tenth of the calls left today, and waits for nothing. What another machine is at work on is
 * left to that machine: nothing that is read here could decide it.
 *
 * @returns the rows that were decided, as they are now: the result files of their runs are older. These runs are still
 *   claimed: the caller lets go of them
 */
export async function settleOldDoubts(context: RunContext): Promise<readonly RowRecord[]> {
  const { ledger, control, controls, vendors, runId } = context;
  const { kybio } = vendors;
  if (!kybio || !control.maySettle) return [];
  const settling = await openSettling(kybio, context);
  const nowMs = await ledger.now();
  const old = settling.unsettled
    .filter((record) => record.runId !== runId && mayBeDecided(record) && hasValuesBefore(record))
    .filter(({ state, updatedMs, intentMs }) => {
      const quietMs = Math.max(controls.quietWindowMs, state === 'intent' ? OLD_INTENT_MS_MIN : 0);
      return nowMs - updatedMs > quietMs && nowMs - intentMs < OLD_DOUBT_MS_MAX;
    })
    .slice(0, OLD_ROWS_MAX);
  if (old.length === 0) return [];
  const { dailyQuota = Number.POSITIVE_INFINITY, reserve } = kybio.lane.settings;
  const { used } = await kybio.lane.readDay();
  if (old.length * SETTLING_CALLS > (dailyQuota - reserve - used) / 10) return [];
  const decided: RowRecord[] = [];
  const claimed = new Set<string>();
  try {
    for (const record of old) {
      if (!control.maySettle) break;
      if (!claimed.has(record.runId) && (await ledger.runs.claim(record.runId)).kind !== 'claimed') continue;
      claimed.add(record.runId);
      // Whoever had the run until now may have decided the row.
      if ((await ledger.rows.find(record))?.sequence !== record.sequence) continue;
      if (!(await compareWithReads(record, settling))) continue;
      decided.push((await ledger.rows.find(record)) ?? record);
    }
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
  }
  for (const record of decided) claimed.delete(record.runId);
  for (const otherRunId of claimed) await ledger.runs.release(otherRunId);
  return decided;
}

type Settling = {
  readonly context: RunContext;
  readonly kybio: KybioVendor;
  /** Emptied when the account is seen to accept a repeat. */
  repeatCodes: readonly string[];
  /** The probe has seen the account refuse a repeat. Otherwise the codes are only what the config file asserts. */
  readonly isRefusalProven: boolean;
  /**
   * Of every run of the account, as they were at the start: a row decided by reads must not lend them to another
   * row of the same member.
   */
  readonly unsettled: readonly RowRecord[];
};

async function openSettling(kybio: KybioVendor, context: RunContext): Promise<Settling> {
  const { ledger } = context;
  const unsettled = await ledger.increments.listUnsettled(kybio.lane.settings.account);
  const fact = await readRepeatFact(ledger, kybio.lane.settings.account);
  const isRefusalProven = fact.kind === 'refused';
  return { context, kybio, repeatCodes: await repeatCodesOf(ledger, kybio), isRefusalProven, unsettled };
}

/** A mismatch is for a person: the vendor, or something before it, does not do what is asked. */
function mayBeDecided({ dataChangeTime, errorCode }: RowRecord): boolean {
  return dataChangeTime !== '' && errorCode !== 'RESPONSE_MISMATCH';
}

/** A clock that was set back makes an old increment look young, or not yet sent. So much is a usual correction. */
const CLOCK_STEP_MS_MAX = 60_000;

async function mayBeRepeated(record: RowRecord, settling: Settling): Promise<boolean> {
  const { context, repeatCodes, isRefusalProven } = settling;
  if (repeatCodes.length === 0 || repeatCodes.includes(record.errorCode)) return false;
  // Should the assertion be wrong, only the values before can show that the member was credited twice.
  if (!isRefusalProven && (!hasValuesBefore(record) || isShared(record, settling))) return false;
  const ageMs = (await context.ledger.now()) - record.intentMs;
  return ageMs > -CLOCK_STEP_MS_MAX && ageMs <= context.controls.repeatAgeMaxMs;
}

/** @returns false when the waiting was ended; rows stay undecided */
async function waitUntilQuiet(records: readonly RowRecord[], context: RunContext): Promise<boolean> {
  const { ledger, controls, control, clock, reporter, startedMs } = context;
  const nowMs = await ledger.now();
  // The times of rows are the ledger's. When this process began is told by its own clock: only how long ago that was
  // can be compared.
  const beganMs = nowMs - (clock.nowMs() - startedMs);
  const quietAtMs = Math.max(...records.map((record) => lastActivityMs(record, beganMs))) + controls.quietWindowMs;
  // Never longer than the window: after a clock that was set back, the row's times lie in the future.
  const delayMs = Math.min(quietAtMs - nowMs, controls.quietWindowMs);
  if (delayMs <= 0) return true;
  const seconds = Math.ceil(delayMs / 1000);
  reporter.note(sendTexts().lookingAgain(records.length, seconds));
  await clock.sleep(delayMs, control.interruptSignal);
  return !control.interruptSignal.aborted;
}

/** An answer that never came is as old as its deadline; an intent from before a kill, as this process. */
function lastActivityMs(record: RowRecord, beganMs: number): number {
  return record.errorCode === '' ? Math.max(beganMs, record.updatedMs) : record.updatedMs;
}

/** The same bytes again, after a read where that can decide. @returns whether the row is decided */
async function repeatIncrement(record: RowRecord, settling: Settling): Promise<boolean> {
  const { kybio } = settling;
  if (hasValuesBefore(record)) {
    const reading = await readAmounts(record.customerUid, kybio, true);
    await addEvidence(record, 'read', reading, settling);
    // A member who cannot be read now is looked at later: the read goes before the repeat.
    if (reading.point === undefined || reading.balance === undefined) return false;
    if (looksApplied(record, reading) && !isShared(record, settling)) {
      await decideByReads(record, [reading, reading], settling);
      return true;
    }
  }
  const { answer } = await kybio.lane.perform({
    endpoint: 'customerOpenApi/updateBalancePointByIncrement',
    // Refused when it was applied before: that is what the account is known for.
    isRepeatable: true,
    isSettling: true,
    send: (onSent, attempt) =>
      kybio.client.updateBalancePointByIncrement(record, {
        mayStart: () => mayStillSend(settling.context),
        onSent,
        about: { rowNumber: record.rowNumber, attempt },
      }),
  });
  await addEvidence(record, 'repeat', answerDetail(answer), settling);
  if (answer.kind === 'refused' && settling.repeatCodes.includes(answer.errorCode)) {
    if (hasValuesBefore(record) && !isShared(record, settling))
      return decideRefused(record, answer.errorCode, settling);
    await decide(settling, record, {
      ...{ state: 'done', action: 'topped_up', errorCode: '' },
      messages: [sendTexts().repeatRefused(answer.errorCode)],
    });
    return true;
  }
  const outcome = readIncrementAnswer(toIncrement(record), answer);
  if (outcome.status === 'done') {
    if (wasAppliedBefore(record, outcome.change)) {
      // What the account was known for is not so: nothing more may be sent on the strength of it.
      await keepRepeatFact(settling.context.ledger, kybio.lane.settings.account, { kind: 'accepted' });
      settling.repeatCodes = [];
      await decide(settling, record, {
        state: 'in_doubt',
        errorCode: 'RESPONSE_MISMATCH',
        messages: [sendTexts().creditedTwice],
      });
      return true;
    }
    const messages = [sendTexts().appliedNow];
    await decide(settling, record, { state: 'done', action: 'topped_up', errorCode: '', messages, ...outcome.change });
    return true;
  }
  const isMismatch = outcome.status === 'in_doubt' && outcome.isMismatch;
  await decide(settling, record, {
    state: 'in_doubt',
    errorCode: isMismatch ? 'RESPONSE_MISMATCH' : record.errorCode || 'IN_DOUBT',
    messages: outcome.messages,
  });
  return false;
}

/**
 * The vendor has had that second, but the read before the repeat did not show the increment: it was applied in between,
 * or a till has moved the values since, or the second is somebody else's and the first send was refused as well.
 *
 * @returns whether the row is decided
 */
async function decideRefused(record: RowRecord, errorCode: string, settling: Settling): Promise<boolean> {
  const now = await readAmounts(record.customerUid, settling.kybio, true);
  await addEvidence(record, 'read', now, settling);
  if (looksApplied(record, now)) return decideByReads(record, [now, now], settling);
  const { pointBefore: point, balanceBefore: balance } = record;
  const messages = [sendTexts().repeatContradicted(errorCode, { before: { point, balance }, reads: [now] })];
  // With this code the row is read from now on, and never sent again.
  await decide(settling, record, { state: 'in_doubt', errorCode, messages });
  return false;
}

/** Whether the member stood at before + increment already when the repeat was applied. */
function wasAppliedBefore(record: RowRecord, change: RowChange | undefined): boolean {
  return looksApplied(record, { point: change?.pointBefore, balance: change?.balanceBefore });
}

async function compareWithReads(record: RowRecord, settling: Settling): Promise<boolean> {
  const isSharedMember = isShared(record, settling);
  // Looked at once for a person to see; looking again could decide nothing, and costs the day's calls.
  if (record.state === 'in_doubt' && (isSharedMember || !hasValuesBefore(record))) return false;
  const reads: Reading[] = [];
  for (let read = 1; read <= SETTLING_CALLS; read += 1) {
    const reading = await readAmounts(record.customerUid, settling.kybio, true);
    await addEvidence(record, 'read', reading, settling);
    reads.push(reading);
  }
  return decideByReads(record, reads, settling);
}

async function decideByReads(record: RowRecord, reads: readonly Reading[], settling: Settling): Promise<boolean> {
  const nowMs = await settling.context.ledger.now();
  const verdict = isShared(record, settling) ? sharedVerdict() : judgeReads(record, reads, nowMs);
  const applied: RowChange = {
    ...{ action: 'topped_up', errorCode: '' },
    ...{ pointAfter: reads[0]?.point ?? '', balanceAfter: reads[0]?.balance ?? '' },
  };
  const isDecided = await decide(settling, record, {
    state: verdict.isApplied ? 'done' : 'in_doubt',
    messages: [verdict.message],
    ...(verdict.isApplied ? applied : { errorCode: record.errorCode || 'IN_DOUBT' }),
  });
  return verdict.isApplied && isDecided;
}

/** Whether another increment without an outcome credits the same member. */
function isShared(record: RowRecord, { unsettled }: Settling): boolean {
  return unsettled.some(
    (other) =>
      other.customerUid === record.customerUid &&
      !(other.runId === record.runId && other.rowNumber === record.rowNumber),
  );
}

function hasValuesBefore({ pointBefore, balanceBefore }: RowRecord): boolean {
  return pointBefore !== '' && balanceBefore !== '';
}

function addEvidence(record: RowRecord, kind: string, detail: object, { context }: Settling): Promise<void> {
  const evidence: NewEvidence = { kind, detailJson: JSON.stringify(detail) };
  return context.ledger.rows.addEvidence(record, evidence);
}

async function decide(
  { context }: Settling,
  record: RowRecord,
  change: RowChange & { state: RowState },
): Promise<boolean> {
  // Another machine may have settled the row meanwhile: then that stands.
  const isKept = await context.ledger.rows.decide(record, change);
  return isKept;
}

/** The increment as it went out, dataChangeTime included. */
export function toIncrement(record: RowRecord): Increment {
  const { customerUid, number, pointIncrement, balanceIncrement, reference, dataChangeTime } = record;
  return {
    endpoint: 'customerOpenApi/updateBalancePointByIncrement',
    ...{ customerUid, number, pointIncrement, balanceIncrement, reference, dataChangeTime },
    siblingCredits: 0,
    before: undefined,
    isTarget: false,
  };
}
