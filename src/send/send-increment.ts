import { addDecimals, decimalsEqual, isZeroDecimal } from '../base/decimal.ts';
import { assert, unreachable } from '../base/errors.ts';
import { zonedIso } from '../base/zoned-time.ts';
import { sendWrite } from '../calls/endpoints.ts';
import { NotBegunError, type Weight } from '../calls/lane.ts';
import type { RunContext } from '../calls/run-context.ts';
import { StoppedError } from '../calls/run-control.ts';
import type { KybioVendor } from '../calls/vendors.ts';
import type { Answer } from '../http/answer.ts';
import type { Increment } from '../job/call.ts';
import type { Done, Invalid, Outcome } from '../job/outcome.ts';
import { mismatch, readIncrementAnswer } from '../job/topup-steps.ts';
import type { IncrementAnswer } from '../kybio/client.ts';
import { hasSameAmounts } from '../ledger/credit-guard.ts';
import type { Begun, Credit, CreditGuard, IncrementIntent } from '../ledger/increments.ts';
import type { Ledger, RowChange, RowKey, RowRecord } from '../ledger/ledger.ts';
import type { RowState } from '../ledger/row-states.ts';
import { sendTexts } from '../texts/runs/send.ts';
import { readAmounts } from './read-amounts.ts';
import { repeatCodesOf } from './repeat-fact.ts';
import type { Performed } from './send-row.ts';

/** Calls that settling one increment may take: two reads, or a read and a repeat. */
export const SETTLING_CALLS = 2;

type IncrementWork = {
  readonly context: RunContext;
  readonly key: RowKey;
  /** For `resolve --resend`: what counts as credited before. Default: by the run's settings. */
  readonly guard?: CreditGuard | undefined;
  readonly isResend?: boolean;
  /** What the row is recorded as when it was not sent after all. Default: open, to be done by `resume`. */
  readonly whenNotSent?: RowChange & { readonly state: RowState };
};

type Begin = Extract<Begun, { readonly kind: 'begun' }>;

/** Where one increment is. */
type Progress = {
  begun: Begun | undefined;
  /** The increment is the difference to values that another row of ours has changed since. */
  isOutdated: boolean;
  /** A byte went out, and no certain no came back. */
  mayBeApplied: boolean;
  /** Why the answer is not believed. */
  doubt: Outcome | undefined;
};

/**
 * Sends an increment once: the intent is durable, then one send. This is the only way in which an increment goes
 * out.
 *
 * ```
 * begin ─→ refused (credited before, member waits …)      nothing was sent
 *   └────→ begun ─→ not sent after all                    recorded as open
 *              ├──→ a difference to outdated values        recorded as open, reckoned anew
 *              └──→ sent ─→ answered, and believed        the row's steps read the answer
 *                     ├───→ answered with another's time  certainly not applied; one read confirms
 *                     └───→ no answer, or not believed    in doubt: settled later
 * ```
 *
 * @throws StoppedError when the run stops before the send; the row is then recorded as not sent
 */
export async function performIncrement(call: Increment, work: IncrementWork): Promise<Performed<IncrementAnswer>> {
  const { context, key } = work;
  const { ledger, control, vendors } = context;
  const { kybio } = vendors;
  assert(kybio, 'no Kybio client is open');
  const progress: Progress = { begun: undefined, isOutdated: false, mayBeApplied: false, doubt: undefined };
  const unsent = control.holdUnsent();
  const withdraw = (): Promise<void> => ledger.rows.record(key, work.whenNotSent ?? { state: 'open' });
  try {
    const { answer, attempts } = await kybio.lane.perform<IncrementAnswer>({
      endpoint: call.endpoint,
      isRepeatable: false,
      settlingCalls: SETTLING_CALLS,
      beforeSend: async () => {
        progress.begun = await ledger.increments.begin(intentOf(call, work, kybio));
        if (await isOfSibling(progress.begun, call, work, kybio)) {
          progress.begun = await ledger.increments.begin({ ...intentOf(call, work, kybio), guard: undefined });
        }
        if (progress.begun.kind !== 'begun') return false;
        if (!call.isTarget || progress.begun.hasBefore) return true;
        progress.isOutdated = true;
        progress.begun = undefined;
        await withdraw();
        return false;
      },
      withdraw: async () => {
        progress.begun = undefined;
        await withdraw();
      },
      send: async (onSent, attempt) => {
        const { begun } = progress;
        assert(begun?.kind === 'begun', 'an increment was about to be sent without its intent');
        const sent = { ...call, dataChangeTime: begun.dataChangeTime };
        const raw = await sendWrite(vendors, sent, {
          signal: unsent,
          about: { rowNumber: key.rowNumber, attempt },
          mayStart: () => mayStillSend(context),
          onSent: () => {
            progress.mayBeApplied = true;
            unsent.sent();
            onSent();
          },
        });
        // Anything but a certain no stays what it may be, whatever breaks between here and its outcome.
        if (isCertainlyNotApplied(raw)) progress.mayBeApplied = false;
        return withLearnedMeaning(raw, kybio, context);
      },
      weigh: async (answer) => {
        progress.doubt = await doubtOf(answer, call, progress, work);
        return weightOf(progress.doubt ?? readIncrementAnswer(call, answer), answer, key);
      },
    });
    if (progress.doubt) return { kind: 'ended', outcome: progress.doubt, answer, attempts };
    if (answer.kind === 'not_sent' && control.reason !== undefined) {
      await withdraw();
      return { kind: 'ended', outcome: notSent(call), answer, attempts };
    }
    const { begun } = progress;
    const isRepeat = answer.kind === 'refused' && answer.meaning === 'repeat';
    // A resend was sent before: there the refusal is about our own first send.
    if (isRepeat && begun?.kind === 'begun' && !work.isResend) {
      return { kind: 'ended', outcome: await confirmNotApplied(call, answer, begun, kybio), answer, attempts };
    }
    return { kind: 'answered', answer, attempts };
  } catch (error) {
    const { begun } = progress;
    if (error instanceof NotBegunError && progress.isOutdated) return { kind: 'outdated' };
    if (error instanceof NotBegunError && begun !== undefined && begun.kind !== 'begun') {
      return {
        kind: 'ended',
        outcome:
          (await waitsForUndo(begun, call, ledger, kybio.lane.settings.account)) ?? refusalOf(begun, call, context),
        attempts: 0,
      };
    }
    // Stopped between intent and send: nothing went out, so the intent must not look like money in doubt. What
    // broke after the send, a bug of ours in reading the answer, leaves the intent.
    if (begun?.kind === 'begun' && !progress.mayBeApplied) await withdraw();
    throw error;
  } finally {
    unsent.end();
  }
}

/**
 * The last look before the first byte of an increment. Minutes may have passed since its intent was recorded (rate,
 * connection, a laptop that slept): by now another process may take this one for dead.
 */
export function mayStillSend({ ledger, controls, control }: RunContext): boolean {
  if (ledger.mayStillSend(controls.timeoutMs)) return true;
  // A ledger that several machines share knows whose it is.
  control.stop({ kind: 'breaker', detail: ledger.person === '' ? sendTexts().ledgerGone : sendTexts().outOfTouch });
  return false;
}

function intentOf(call: Increment, { context, key, ...work }: IncrementWork, { lane }: KybioVendor): IncrementIntent {
  const { settings, clock } = context;
  const { customerUid, number, pointIncrement, balanceIncrement, reference, before } = call;
  const isGuarded = !call.isTarget && !settings.isAgain && settings.command !== 'undo';
  const ownGuard = isGuarded ? { campaign: settings.campaign, repeatWindowMs: settings.repeatWindowMs } : undefined;
  return {
    key,
    account: lane.settings.account,
    operation: call.endpoint,
    ...{ customerUid, number, pointIncrement, balanceIncrement, reference, before },
    dataChangeTime:
      call.dataChangeTime === undefined
        ? { kind: 'next', fromMs: clock.nowMs(), timeZone: settings.storeZone }
        : { kind: 'given', time: call.dataChangeTime },
    mayRepeatMember: work.isResend === true || settings.onDuplicate === 'allow',
    guard: work.isResend ? work.guard : ownGuard,
  };
}

function isCertainlyNotApplied(answer: Answer<unknown>): boolean {
  if (answer.kind === 'not_sent') return true;
  return answer.kind === 'refused' && answer.meaning !== 'unknown' && answer.meaning !== 'repeat';
}

/** The code of a repeat is learned or configured; the client knows only what is configured. */
async function withLearnedMeaning<T>(
  answer: Answer<T>,
  kybio: KybioVendor,
  { ledger }: RunContext,
): Promise<Answer<T>> {
  if (answer.kind !== 'refused' || (answer.meaning !== 'unknown' && answer.meaning !== 'repeat')) return answer;
  const repeatCodes = await repeatCodesOf(ledger, kybio);
  return { ...answer, meaning: repeatCodes.includes(answer.errorCode) ? 'repeat' : 'unknown' };
}

/** A vendor that says it applied something else than was asked must not be asked for more. */
function weightOf(outcome: Outcome, answer: Answer<unknown>, { rowNumber }: RowKey): Weight {
  if (outcome.status !== 'in_doubt') return { isInDoubt: false };
  if (outcome.isMismatch) {
    return {
      isInDoubt: true,
      stop: { kind: 'mismatch', detail: sendTexts().row(rowNumber, outcome.messages.join(' ')) },
    };
  }
  // A gateway that lets nothing through: every further increment would be one more in doubt.
  const isShutOut = answer.kind === 'unanswered' && /^HTTP_40[13]$/.test(answer.errorCode);
  if (!isShutOut) return { isInDoubt: true };
  const detail = sendTexts().shutOut(rowNumber, answer.errorCode);
  return { isInDoubt: true, stop: { kind: 'credentials', detail } };
}

/**
 * Why a success is not the answer to this increment, although it names the same member and amounts: a proxy
 * replays the answer to an increment that we sent before. Undefined: the answer is believed, or is no success.
 */
async function doubtOf(
  answer: Answer<IncrementAnswer>,
  call: Increment,
  { begun }: Progress,
  { context: { ledger, vendors }, key }: IncrementWork,
): Promise<Outcome | undefined> {
  if (answer.kind !== 'success' || begun?.kind !== 'begun') return undefined;
  const { data } = answer;
  // The answer names the time that was sent: no other answer of ours can.
  if (data.customerUid !== call.customerUid || data.dataChangeTime === begun.dataChangeTime) return undefined;
  const { account } = vendors.kybio?.lane.settings ?? { account: '' };
  const others = (await ledger.increments.listOfMember(account, call.customerUid)).filter(
    (other) => other.runId !== key.runId || other.rowNumber !== key.rowNumber,
  );
  const twin = others.find(({ dataChangeTime }) => dataChangeTime === data.dataChangeTime);
  if (twin) return mismatch(sendTexts().replayedTime(twin.rowNumber, twin.runId));
  // Only against this run's own last increment: in days the tills bring a member back to any value.
  const last = others
    .filter(({ runId, state, pointAfter }) => runId === key.runId && state === 'done' && pointAfter !== '')
    .reduce<RowRecord | undefined>(
      (newest, one) => (newest && newest.sequence > one.sequence ? newest : one),
      undefined,
    );
  return last && liesBehind(data, last) ? mismatch(sendTexts().replayedValues(last.rowNumber)) : undefined;
}

/** Whether the member stands where it stood before that increment, which the vendor has applied. */
function liesBehind(data: IncrementAnswer, last: RowRecord): boolean {
  if (isZeroDecimal(last.pointIncrement) && isZeroDecimal(last.balanceIncrement)) return false;
  return (
    decimalsEqual(data.pointBeforeUpdate, last.pointBefore) &&
    decimalsEqual(data.balanceBeforeUpdate, last.balanceBefore)
  );
}

/**
 * The vendor refused the first send as a repeat: another change of the member has that second. Where the values
 * before are known, one read tells whether our own increment was that change (a proxy had sent it twice).
 */
async function confirmNotApplied(
  call: Increment,
  answer: Answer<IncrementAnswer>,
  begun: Begin,
  kybio: KybioVendor,
): Promise<Outcome> {
  const outcome = readIncrementAnswer(call, answer);
  const { before } = call;
  if (before === undefined || !begun.hasBefore) return outcome;
  try {
    const { point, balance } = await readAmounts(call.customerUid, kybio, true);
    const isApplied =
      point !== undefined &&
      balance !== undefined &&
      decimalsEqual(point, addDecimals(before.point, call.pointIncrement)) &&
      decimalsEqual(balance, addDecimals(before.balance, call.balanceIncrement));
    if (!isApplied) return outcome;
    return appliedBefore(call, {
      ...{ pointBefore: before.point, balanceBefore: before.balance },
      ...{ pointAfter: point, balanceAfter: balance },
    });
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
    const messages = [sendTexts().repeatUnread];
    const errorCode = answer.kind === 'refused' ? answer.errorCode : 'IN_DOUBT';
    return { status: 'in_doubt', errorCode, messages, isMismatch: false };
  }
}

function appliedBefore({ customerUid }: Increment, change: NonNullable<Done['change']>): Outcome {
  return { status: 'done', action: 'topped_up', messages: [sendTexts().repeatApplied], customerUid, change };
}

function notSent({ customerUid }: Increment): Outcome {
  return { status: 'unapplied', errorCode: 'STOPPED', messages: [sendTexts().notSent], customerUid };
}

/**
 * With `--on-duplicate allow` a member has a credit for each of its rows. Whether those that stand are all of other rows
 * of the file was seen when it was read; one more since is this row's.
 */
async function isOfSibling(
  begun: Begun,
  { customerUid, siblingCredits, pointIncrement, balanceIncrement }: Increment,
  { context, key }: IncrementWork,
  { lane }: KybioVendor,
): Promise<boolean> {
  if (siblingCredits === 0 || (begun.kind !== 'credited_before' && begun.kind !== 'credited_otherwise')) return false;
  const { campaign, repeatWindowMs } = context.settings;
  const credits = await context.ledger.increments.findCredits(lane.settings.account, {
    ...{ numbers: [], references: [] },
    customerUids: [customerUid],
  });
  const sinceMs = context.clock.nowMs() - repeatWindowMs;
  // What intake has counted: the credits of the campaign, else those of the same amounts that are not old.
  const isSame = (credit: Credit): boolean =>
    campaign === ''
      ? hasSameAmounts(credit, { pointIncrement, balanceIncrement }) &&
        (credit.intentMs === 0 || credit.intentMs >= sinceMs)
      : credit.campaign === campaign;
  const standing = credits.filter((credit) => credit.runId !== key.runId && !credit.isUndone && isSame(credit));
  return standing.length <= siblingCredits;
}

/** A credit that `undo` is taking back, or may have: called done, the row could be lost. */
async function waitsForUndo(
  begun: Exclude<Begun, Begin>,
  { customerUid }: Increment,
  ledger: Ledger,
  account: string,
): Promise<Outcome | undefined> {
  if (begun.kind !== 'credited_before') return undefined;
  const { runId, rowNumber, customerUid: credited } = begun.credit;
  const credits = await ledger.increments.findCredits(account, {
    ...{ numbers: [], references: [] },
    customerUids: [credited],
  });
  const credit = credits.find((other) => other.runId === runId && other.rowNumber === rowNumber);
  if (credit === undefined || (credit.undoRun === '' && !credit.isUndone)) return undefined;
  const messages = [sendTexts().takenBack(rowNumber, runId, credit.undoRun)];
  return { status: 'unapplied', errorCode: 'STOPPED', messages, customerUid };
}

/** What becomes of a row whose increment the ledger refused to begin. Nothing was sent. */
function refusalOf(begun: Exclude<Begun, Begin>, call: Increment, context: RunContext): Outcome {
  const { customerUid } = call;
  const texts = sendTexts();
  switch (begun.kind) {
    case 'time_taken':
      return invalid('DUPLICATE_ROW', texts.timeTaken(String(call.dataChangeTime), customerUid));
    case 'member_waits': {
      const { rowNumber, runId } = begun;
      const messages = [texts.memberWaits(rowNumber, runId, runId !== context.runId)];
      return { status: 'unapplied', errorCode: 'STOPPED', messages, customerUid };
    }
    case 'member_repeated':
      return invalid('DUPLICATE_ROW', texts.memberRepeated(begun.rowNumber, customerUid));
    case 'lease_lost':
      context.control.stop({ kind: 'breaker', detail: texts.outOfTouch });
      return { status: 'unapplied', errorCode: 'STOPPED', messages: [texts.outOfTouch], customerUid };
    case 'run_stopped':
      context.control.stop(begun.stop);
      return notSent(call);
    case 'credited_before': {
      const { settings } = context;
      const credit = creditOf(begun.credit, call, settings.storeZone);
      const isNamed = settings.skipsCredited || settings.campaign !== '' || call.reference !== '';
      // What another run has still to send is not credited yet: called done, it could be lost.
      if (isNamed && begun.credit.state === 'done') {
        return { status: 'done', action: 'credited_before', messages: [texts.skippedAsCredited(credit)], customerUid };
      }
      return invalid('CREDITED_BEFORE', texts.creditedBefore(credit, wayOnOf(begun.credit)));
    }
    case 'credited_otherwise': {
      const { reference, campaign } = begun.credit;
      const credit = creditOf(begun.credit, call, context.settings.storeZone);
      const identity = call.reference !== '' ? { reference } : { campaign };
      return invalid('CREDITED_OTHERWISE', texts.creditedOtherwise(credit, identity));
    }
    default:
      return unreachable(begun);
  }
}

/** Only what is credited can be skipped. */
function wayOnOf({ state }: Credit): 'skip' | 'resolve' | 'resume' {
  if (state === 'done') return 'skip';
  return state === 'intent' || state === 'in_doubt' ? 'resolve' : 'resume';
}

/** The credit of the member of the call, as a message tells it. */
function creditOf(credit: Credit, { customerUid, number }: Increment, zone: string) {
  const { rowNumber, runId, state, pointIncrement: points, balanceIncrement: balance, intentMs } = credit;
  const member = number === '' ? { customerUid } : { number };
  const when = intentMs === 0 ? '' : zonedIso(intentMs, zone);
  return { rowNumber, runId, isDone: state === 'done', member, points, balance, when };
}

function invalid(errorCode: string, message: string): Invalid {
  return { status: 'invalid', errorCode, messages: [message] };
}
