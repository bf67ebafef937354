import type { Clock } from '../base/clock.ts';
import { unreachable } from '../base/errors.ts';
import type { TextFields } from '../base/text-fields.ts';
import { zonedDateTime } from '../base/zoned-time.ts';
import { describeAnswer } from '../calls/describe-answer.ts';
import type { Weight } from '../calls/lane.ts';
import { StoppedError } from '../calls/run-control.ts';
import type { Vendors } from '../calls/vendors.ts';
import { laneOf, sendCall } from '../calls/vendors.ts';
import type { Answer } from '../http/answer.ts';
import { type Call, type Increment, isLookup, isRepeatable, type LookupCall, type WriteCall } from '../job/call.ts';
import type { Outcome, Steps } from '../job/outcome.ts';
import { readIncrementAnswer } from '../job/topup-steps.ts';
import type { Ledger, RowChange, RowKey } from '../ledger/ledger.ts';
import type { RowState } from '../ledger/row-states.ts';
import { answerFromSnapshot, noteWrite, type Snapshots, toFound } from '../plan/lookups.ts';
import { SETTLING_CALLS } from './settle.ts';

export type RowContext = {
  readonly key: RowKey;
  /** Whether the ledger holds the intent of a write of the row, from an earlier attempt or from this one. */
  readonly trace: { hasIntent: boolean };
  readonly vendors: Vendors;
  readonly snapshots: Snapshots;
  /** Values read before are no evidence of what an increment did. */
  readonly evidenceFromMs: number;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** Zone of the dataChangeTimes. */
  readonly storeZone: string;
  /** Called when the increment's member is known and before its intent; resolves when its turn has come. */
  readonly enterMember: (customerUid: string) => Promise<MemberTurn>;
  /** What an increment is recorded as when it was not sent after all; default: begun, to be done by `resume`. */
  readonly whenNotSent?: RowChange & { readonly state: RowState };
  /** Takes a lookup's record before its outcome is recorded. */
  readonly onFound?: (fields: TextFields) => void;
};

/** Whether a row's member may be credited now. */
export type MemberTurn = 'go' | { readonly refuse: Outcome };

/**
 * Drives one row's steps at one target to their outcome and makes that durable.
 *
 * Before a write goes out its intent is in the ledger: a crash between the two leaves a trace, without
 * which `resume` would credit, create or report twice.
 *
 * @throws StoppedError when the run stops first; the ledger then holds what was begun
 */
export async function runRow(steps: Steps, context: RowContext): Promise<{ outcome: Outcome; attempts: number }> {
  let attempts = 0;
  let lastAnswer: Answer<unknown> | undefined;
  let next = steps.next();
  while (!next.done) {
    const performed = await performCall(next.value, context);
    if ('outcome' in performed) {
      next = { done: true, value: performed.outcome };
      break;
    }
    attempts = performed.attempts;
    lastAnswer = performed.answer;
    next = steps.next(performed.answer);
  }
  const outcome = next.value;
  if (outcome.status === 'done' && outcome.found) context.onFound?.(outcome.found);
  await recordOutcome(outcome, attempts, lastAnswer, context);
  return { outcome, attempts };
}

/**
 * Records an outcome. One in doubt is durable when this resolves, together with what the vendor said and when;
 * any other is on its way to the disk.
 */
export async function recordOutcome(
  outcome: Outcome,
  attempts: number,
  answer: Answer<unknown> | undefined,
  { ledger, clock, key }: Pick<RowContext, 'ledger' | 'clock' | 'key'>,
): Promise<void> {
  const nowMs = clock.nowMs();
  const change = { ...toChange(outcome), attempts };
  if (outcome.status !== 'in_doubt' || answer === undefined) {
    ledger.rows.recordBehind(key, change, nowMs);
    return;
  }
  const recorded = ledger.rows.record(key, change, nowMs);
  const detail = { answer: describeAnswer(answer), ...(answer.kind === 'success' && { data: answer.data }) };
  const evidence = { recordedMs: nowMs, kind: 'answer', detailJson: JSON.stringify(detail) };
  await Promise.all([recorded, ledger.evidence.add(key.runId, key.rowNumber, evidence)]);
}

export type Performed = { answer: Answer<unknown>; attempts: number } | { outcome: Outcome };

async function performCall(call: Call, context: RowContext): Promise<Performed> {
  if (isLookup(call)) return performLookup(call, context);
  const performed = await performWrite(call, context);
  if ('answer' in performed) noteWrite(call, performed.answer, context.snapshots);
  return performed;
}

async function performWrite(call: WriteCall, context: RowContext): Promise<Performed> {
  const lane = laneOf(context.vendors, context.key.target);
  if (call.endpoint === 'customerOpenApi/updateBalancePointByIncrement') return performIncrement(call, context);
  const { ledger, clock, key, trace } = context;
  const hadIntent = trace.hasIntent;
  let isIntended = false;
  let wasSent = false;
  // Without a trace of what certainly did nothing, `resume` spends no lookup on it and does not take somebody
  // else's member for its own. What an earlier attempt may have done is not forgotten.
  const forgetIntent = async (): Promise<void> => {
    if (hadIntent) return;
    trace.hasIntent = false;
    await ledger.rows.record(key, { state: 'open', operation: '' }, clock.nowMs());
  };
  try {
    const performed = await lane.perform({
      endpoint: call.endpoint,
      isRepeatable: isRepeatable(call.endpoint),
      send: (onSent) => {
        wasSent = true;
        return sendCall(context.vendors, call, undefined, onSent);
      },
      beforeSend: () => {
        isIntended = true;
        trace.hasIntent = true;
        const nowMs = clock.nowMs();
        return ledger.rows.record(key, { state: 'intent', operation: call.endpoint, intentMs: nowMs }, nowMs);
      },
    });
    const { answer, attempts } = performed;
    const isRefusedForAll = answer.kind === 'refused' && ['credentials', 'quota'].includes(answer.meaning);
    if (isRefusedForAll && attempts === 1) await forgetIntent();
    return performed;
  } catch (error) {
    if (error instanceof StoppedError && isIntended && !wasSent) await forgetIntent();
    throw error;
  }
}

async function performLookup(call: LookupCall, context: RowContext): Promise<Performed> {
  const found = answerFromSnapshot(call, context.snapshots, context.evidenceFromMs);
  if (found) return { answer: { kind: 'success', data: found }, attempts: 0 };
  // Before the send: what was credited while the lookup was under way may or may not be in its answer.
  const readMs = context.clock.nowMs();
  const { answer, attempts } = await laneOf(context.vendors, context.key.target).perform({
    endpoint: call.endpoint,
    isRepeatable: true,
    send: (onSent) => sendCall(context.vendors, call, undefined, onSent),
  });
  return { answer: toFound(answer, readMs), attempts };
}

export type IncrementContext = Omit<RowContext, 'trace' | 'snapshots' | 'evidenceFromMs' | 'onFound'>;

/** Intent, durable, then one send: the only way in which an increment goes out. */
export async function performIncrement(call: Increment, context: IncrementContext): Promise<Performed> {
  const { ledger, clock, key } = context;
  const turn = await context.enterMember(call.customerUid);
  if (turn !== 'go') return { outcome: turn.refuse };
  const lane = laneOf(context.vendors, key.target);
  let dataChangeTime: string | undefined;
  let isTimeTaken = false;
  let mayBeApplied = false;
  const { before } = call;
  const intent = async (): Promise<void> => {
    dataChangeTime = await ledger.changeTimes.claimWithIntent(
      lane.settings.account,
      key,
      () => {
        const isEvidence = before !== undefined && !wasCreditedSince(before.readMs, call.customerUid, context);
        return {
          operation: call.endpoint,
          customerUid: call.customerUid,
          pointIncrement: call.pointIncrement,
          balanceIncrement: call.balanceIncrement,
          // Given in any case: what an earlier attempt of the row had read is older still.
          pointBefore: isEvidence ? before.point : '',
          balanceBefore: isEvidence ? before.balance : '',
        };
      },
      call.dataChangeTime === undefined ? secondsFrom(clock.nowMs(), context.storeZone) : [call.dataChangeTime],
      clock.nowMs(),
    );
    isTimeTaken = dataChangeTime === undefined;
  };
  try {
    return await lane.perform({
      endpoint: call.endpoint,
      isRepeatable: false,
      settlingCalls: SETTLING_CALLS,
      weigh: (answer) => weighIncrement(readIncrementAnswer(call, answer), key),
      beforeSend: intent,
      send: async (onSent) => {
        if (isTimeTaken) throw new TimeTakenError();
        const answer = await sendCall(context.vendors, call, dataChangeTime, () => {
          mayBeApplied = true;
          onSent();
        });
        // Anything but a certain no stays what it may be, whatever breaks between here and its outcome.
        if (isCertainlyNotApplied(answer)) mayBeApplied = false;
        return answer;
      },
    });
  } catch (error) {
    if (error instanceof TimeTakenError) return { outcome: timeTaken(call) };
    // Stopped between intent and send: nothing went out, so the intent must not look like money in doubt. What
    // broke after the send, a bug of ours in reading the answer, leaves the intent.
    if (dataChangeTime !== undefined && !mayBeApplied) {
      await ledger.rows.record(key, context.whenNotSent ?? { state: 'open' }, clock.nowMs());
    }
    throw error;
  }
}

/** A vendor that says it applied something else than was asked must not be asked for more. */
function weighIncrement(outcome: Outcome, { rowNumber }: RowKey): Weight {
  if (outcome.status !== 'in_doubt') return { isInDoubt: false };
  if (!outcome.isMismatch) return { isInDoubt: true };
  return { isInDoubt: true, stop: { kind: 'mismatch', detail: `row ${rowNumber}: ${outcome.messages.join(' ')}` } };
}

/**
 * Whether another row credited the member after its values were read: this run's row under another key, or
 * another run between a kill and `resume`. Such values would take the other's credit for this row's own.
 */
function wasCreditedSince(readMs: number | undefined, customerUid: string, context: IncrementContext): boolean {
  const { ledger, key, vendors } = context;
  if (readMs === undefined) return false;
  return ledger.rows
    .listOfMember(laneOf(vendors, key.target).settings.account, customerUid)
    .some((other) => other.updatedMs >= readMs && !(other.runId === key.runId && other.rowNumber === key.rowNumber));
}

function isCertainlyNotApplied(answer: Answer<unknown>): boolean {
  if (answer.kind === 'not_sent') return true;
  return answer.kind === 'refused' && answer.meaning !== 'unknown' && answer.meaning !== 'repeat';
}

class TimeTakenError extends Error {}

function timeTaken(call: Increment): Outcome {
  return {
    status: 'invalid',
    errorCode: 'DUPLICATE_ROW',
    messages: [
      `dataChangeTime: '${call.dataChangeTime}' was already used for member ${call.customerUid}; it was probably credited then. Leave the column blank to credit again.`,
    ],
  };
}

/** Every second from now on, without end: the ledger takes the first that the member never had. */
export function* secondsFrom(nowMs: number, timeZone: string): Generator<string> {
  for (let second = nowMs; ; second += 1000) yield zonedDateTime(second, timeZone);
}

function toChange(outcome: Outcome): RowChange & { state: RowState } {
  switch (outcome.status) {
    case 'done':
      return {
        state: 'done',
        action: outcome.action,
        errorCode: '',
        messages: outcome.messages,
        ...(outcome.customerUid !== undefined && { customerUid: outcome.customerUid }),
        ...(outcome.uuid !== undefined && { uuid: outcome.uuid }),
        ...outcome.change,
      };
    case 'failed':
      return {
        state: outcome.mayRetry ? 'retry' : 'failed',
        errorCode: outcome.errorCode,
        messages: outcome.messages,
        ...(outcome.customerUid !== undefined && { customerUid: outcome.customerUid }),
        ...(outcome.uuid !== undefined && { uuid: outcome.uuid }),
      };
    case 'invalid':
      return { state: 'invalid', errorCode: outcome.errorCode, messages: outcome.messages };
    case 'in_doubt':
      // Unanswered increments stay intents until they are settled; a mismatch is for a person at once.
      return {
        state: outcome.isMismatch ? 'in_doubt' : 'intent',
        errorCode: outcome.errorCode,
        messages: outcome.messages,
      };
    case 'deferred':
      return {
        state: 'deferred',
        customerUid: outcome.customerUid,
        categoryUid: outcome.categoryUid,
        messages: outcome.messages,
      };
    case 'unapplied':
      return { state: 'open', errorCode: outcome.errorCode, messages: outcome.messages };
    default:
      return unreachable(outcome);
  }
}
