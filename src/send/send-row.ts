import { unreachable } from '../base/errors.ts';
import { isRepeatable, sendLookup, sendWrite, vendorOf } from '../calls/endpoints.ts';
import type { RunContext } from '../calls/run-context.ts';
import { StoppedError } from '../calls/run-control.ts';
import { laneOf } from '../calls/vendors.ts';
import type { Answer } from '../http/answer.ts';
import { type Call, isLookup, type LookupCall, type WriteCall } from '../job/call.ts';
import type { Outcome, Steps } from '../job/outcome.ts';
import type { RowChange, RowKey } from '../ledger/ledger.ts';
import type { RowState } from '../ledger/row-states.ts';
import { answerFromSnapshot, noteWrite, type Snapshots, toFound } from '../plan/lookups.ts';
import type { FoundRecords } from '../stage/found-records.ts';
import { answerDetail } from './answer-detail.ts';
import { mayStillSend, performIncrement } from './send-increment.ts';
import type { TurnQueue } from './turn-queue.ts';

/** One row at one target, on its way. */
type RowUnderWay = {
  readonly context: RunContext;
  readonly key: RowKey;
  /** Whether the ledger holds the intent of a write of the row, from an earlier attempt or from this one. */
  readonly trace: {
    hasIntent: boolean;
    /** The member that the ledger has with the increment's intent. */
    customerUid?: string;
  };
  readonly snapshots: Snapshots;
  /** One increment at a time for a member, by uid: a file may name a member once by number and once by uid. */
  readonly members: TurnQueue;
  /** Takes a lookup's record before its outcome is recorded. */
  readonly found: FoundRecords | undefined;
};

/** How a call ended: with an answer for the row's steps, or with the row's outcome at once. */
export type Performed<T = unknown> =
  | { readonly kind: 'answered'; readonly answer: Answer<T>; readonly attempts: number }
  | { readonly kind: 'ended'; readonly outcome: Outcome; readonly answer?: Answer<T>; readonly attempts: number }
  /** Nothing was sent: the values that the call was reckoned from are old. The row begins anew. */
  | { readonly kind: 'outdated' };

/**
 * Drives one row's steps at one target to their outcome and records it.
 *
 * Before a write goes out its intent is in the ledger: a crash between the two leaves a trace, without
 * which `resume` would credit, create or report twice.
 *
 * @throws StoppedError when the run stops first; the ledger then holds what was begun
 */
export async function sendRow(beginSteps: () => Steps, row: RowUnderWay): Promise<Outcome> {
  let attempts = 0;
  let lastAnswer: Answer<unknown> | undefined;
  let leaveMember: (() => void) | undefined;
  try {
    let steps = beginSteps();
    let next = steps.next();
    while (!next.done) {
      const call = next.value;
      // The next row of the member waits until this one's outcome is recorded.
      if (isIncrement(call)) leaveMember ??= await row.members.enter(call.customerUid);
      const performed = await performCall(call, row);
      if (performed.kind === 'outdated') {
        // Asked for anew, while no other row of ours can credit the member.
        if (isIncrement(call)) row.snapshots.kybio?.forget(call.customerUid);
        steps = beginSteps();
        next = steps.next();
        continue;
      }
      // What was known already took no attempt, and leaves those of the last call as they are.
      if (performed.kind === 'ended' || performed.attempts > 0) attempts = performed.attempts;
      lastAnswer = performed.answer;
      next = performed.kind === 'ended' ? { done: true, value: performed.outcome } : steps.next(performed.answer);
    }
    const outcome = next.value;
    if (outcome.status === 'done' && outcome.found) row.found?.write(row.key.rowNumber, outcome.found);
    await recordOutcome(outcome, attempts, lastAnswer, row);
    return outcome;
  } finally {
    leaveMember?.();
  }
}

/**
 * Records an outcome. One in doubt is durable when this resolves, together with what the vendor said and when;
 * any other is on its way to the disk.
 */
export async function recordOutcome(
  outcome: Outcome,
  attempts: number,
  answer: Answer<unknown> | undefined,
  { context: { ledger }, key, trace }: Pick<RowUnderWay, 'context' | 'key'> & Partial<Pick<RowUnderWay, 'trace'>>,
): Promise<void> {
  const { customerUid, ...others } = toChange(outcome);
  // Written once more, it would cost the index of members.
  const isKnown = customerUid === undefined || customerUid === trace?.customerUid;
  const change = { ...others, ...(isKnown ? undefined : { customerUid }), attempts };
  if (outcome.status !== 'in_doubt' || answer === undefined) {
    await ledger.rows.recordSoon(key, change);
    return;
  }
  await ledger.rows.record(key, change, { kind: 'answer', detailJson: JSON.stringify(answerDetail(answer)) });
}

function isIncrement(call: Call): call is Call<'customerOpenApi/updateBalancePointByIncrement'> {
  return call.endpoint === 'customerOpenApi/updateBalancePointByIncrement';
}

async function performCall(call: Call, row: RowUnderWay): Promise<Performed> {
  if (isLookup(call)) return performLookup(call, row);
  const snapshot = row.snapshots[vendorOf(call)];
  if (isIncrement(call)) {
    const performed = await performIncrement(call, row);
    if (performed.kind !== 'outdated' && performed.attempts > 0) row.trace.customerUid = call.customerUid;
    if (performed.kind !== 'outdated' && performed.answer) noteWrite(call, performed.answer, snapshot);
    return performed;
  }
  const performed = await performWrite(call, row);
  noteWrite(call, performed.answer, snapshot);
  return performed;
}

async function performLookup(call: LookupCall, { context, key, snapshots }: RowUnderWay): Promise<Performed> {
  const found = answerFromSnapshot(call, snapshots);
  if (found) return { kind: 'answered', answer: { kind: 'success', data: found }, attempts: 0 };
  // Before the send: what was credited while the lookup was under way may or may not be in its answer.
  const sequence = await context.ledger.sequence();
  const { answer, attempts } = await laneOf(context.vendors, vendorOf(call)).perform({
    endpoint: call.endpoint,
    isRepeatable: true,
    send: (onSent, attempt) =>
      sendLookup(context.vendors, call, { onSent, about: { rowNumber: key.rowNumber, attempt } }),
  });
  return { kind: 'answered', answer: toFound(answer, sequence), attempts };
}

type Answered = Extract<Performed, { readonly kind: 'answered' }>;

/** A write that is no increment: it is repeatable, or its effect can be looked up. */
async function performWrite(call: WriteCall, { context, key, trace }: RowUnderWay): Promise<Answered> {
  const { ledger, vendors } = context;
  const hadIntent = trace.hasIntent;
  let isIntended = false;
  let wasSent = false;
  // Without a trace of what certainly did nothing, `resume` spends no lookup on it and does not take somebody
  // else's member for its own. What an earlier attempt may have done is not forgotten.
  const forgetIntent = async (): Promise<void> => {
    if (hadIntent) return;
    trace.hasIntent = false;
    await ledger.rows.record(key, { state: 'open', operation: '' });
  };
  try {
    const { answer, attempts } = await laneOf(vendors, vendorOf(call)).perform<unknown>({
      endpoint: call.endpoint,
      isRepeatable: isRepeatable(call),
      send: (onSent, attempt) => {
        wasSent = true;
        return sendWrite(vendors, call, {
          mayStart: () => mayStillSend(context),
          onSent,
          about: { rowNumber: key.rowNumber, attempt },
        });
      },
      beforeSend: async () => {
        isIntended = true;
        trace.hasIntent = true;
        const intentMs = context.clock.nowMs();
        await ledger.rows.record(key, { state: 'intent', operation: call.endpoint, intentMs });
        return true;
      },
    });
    const isRefusedForAll = answer.kind === 'refused' && ['credentials', 'quota'].includes(answer.meaning);
    if (isRefusedForAll && attempts === 1) await forgetIntent();
    // Others may be at work on this run by now: the row is left to them.
    if (answer.kind === 'not_sent' && attempts === 1 && !ledger.mayStillSend(context.controls.timeoutMs)) {
      await forgetIntent();
      throw new StoppedError();
    }
    return { kind: 'answered', answer, attempts };
  } catch (error) {
    if (error instanceof StoppedError && isIntended && !wasSent) await forgetIntent();
    throw error;
  }
}

function toChange(outcome: Outcome): RowChange & { state: RowState } {
  switch (outcome.status) {
    case 'done':
      return {
        state: 'done',
        action: outcome.action,
        errorCode: '',
        messages: outcome.messages,
        ...ids(outcome),
        ...outcome.change,
      };
    case 'failed':
      return {
        state: outcome.mayRetry ? 'retry' : 'failed',
        errorCode: outcome.errorCode,
        messages: outcome.messages,
        ...ids(outcome),
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
      return { state: 'open', errorCode: outcome.errorCode, messages: outcome.messages, ...ids(outcome) };
    default:
      return unreachable(outcome);
  }
}

function ids({ customerUid, uuid }: { readonly customerUid?: string; readonly uuid?: string }): RowChange {
  return { ...(customerUid !== undefined && { customerUid }), ...(uuid !== undefined && { uuid }) };
}
