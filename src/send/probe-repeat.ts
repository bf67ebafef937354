import { decimalsEqual, isZeroDecimal } from '../base/decimal.ts';
import type { TextFields } from '../base/text-fields.ts';
import { describeAnswer } from '../calls/describe-answer.ts';
import type { KybioVendor } from '../calls/vendors.ts';
import { type Answer, quoteWords } from '../http/answer.ts';
import type { IncrementAnswer } from '../kybio/client.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { sendTexts } from '../texts/runs/send.ts';
import { keepRepeatFact, type LearnedFact } from './repeat-fact.ts';

/** One lookup, two equal increments, two more after a refusal, one read. */
export const PROBE_CALLS = { least: 4, most: 6 } as const;

/** How far back the earlier time lies: before anything that this probe sends, and within one day's work. A guess. */
const EARLIER_MS = 3_600_000;

type ProbeResult =
  /** `said`: the vendor's words to the repeat; '' when there are none. */
  | { readonly isLearned: true; readonly fact: LearnedFact; readonly said: string }
  | { readonly isLearned: false; readonly why: string };

/**
 * Learns whether the account refuses a dataChangeTime that it has applied before: sends one member increments of
 * nothing.
 *
 * ```
 * new time → applied; the same time again
 *   → applied: the account accepts repeats
 *   → refused: an EARLIER time that the member never had
 *       → applied; the first time once more → refused with the same code: the account refuses repeats
 *       → refused with the same code; a new time → applied: the account refuses what is not newer
 * ```
 *
 * A refusal of what is not newer is no repeat check: it refuses increments that were never applied, and settling
 * by it would lose credits. A vendor that was merely out of order for a moment teaches nothing.
 *
 * @throws StoppedError when the day's calls are used up
 */
export async function probeRepeat(
  number: string,
  parts: { kybio: KybioVendor; ledger: Ledger; storeZone: string },
): Promise<ProbeResult> {
  const { kybio, ledger } = parts;
  const { client, lane } = kybio;
  const { account } = lane.settings;
  const { answer: lookup } = await lane.perform({
    endpoint: 'customerOpenApi/queryByNumber',
    isRepeatable: true,
    send: (onSent) => client.queryByNumber(number, { onSent }),
  });
  if (lookup.kind !== 'success') return notLearned(sendTexts().probe.lookupFailed(describeAnswer(lookup)));
  const member = lookup.data;
  const customerUid = member?.customerUid;
  if (customerUid === undefined) return notLearned(sendTexts().probe.noMember(number));

  const nowMs = await ledger.now();
  const claimTime = (fromMs: number, order: 'newest' | 'unused'): Promise<string> =>
    ledger.increments.claimTime(account, customerUid, { fromMs, timeZone: parts.storeZone, order });
  const sendNothing = (dataChangeTime: string) => sendNothingTo(customerUid, dataChangeTime, kybio);
  const learned = await learn({
    sendNothing,
    // After a clock that was ahead, now is not the newest time that the member had.
    newTime: () => claimTime(nowMs, 'newest'),
    earlierTime: () => claimTime(nowMs - EARLIER_MS, 'unused'),
    isApplied: (answer) => isNothingApplied(answer, customerUid),
  });
  if (!learned.isLearned) return learned;

  const { answer: after } = await lane.perform({
    endpoint: 'customerOpenApi/queryByUid',
    isRepeatable: true,
    send: (onSent) => client.queryByUid(customerUid, { onSent }),
  });
  if (after.kind !== 'success' || !hasSameAmounts(member, after.data)) {
    return notLearned(sendTexts().probe.moved);
  }
  await keepRepeatFact(ledger, account, learned.fact);
  return learned;
}

type Trial = {
  sendNothing(dataChangeTime: string): Promise<Answer<IncrementAnswer>>;
  newTime(): Promise<string>;
  earlierTime(): Promise<string>;
  isApplied(answer: Answer<IncrementAnswer>): boolean;
};

async function learn({ sendNothing, newTime, earlierTime, isApplied }: Trial): Promise<ProbeResult> {
  const time = await newTime();
  const first = await sendNothing(time);
  if (!isApplied(first)) return notLearned(sendTexts().probe.firstNotApplied(describeAnswer(first)));
  const second = await sendNothing(time);
  if (isApplied(second)) return { isLearned: true, fact: { kind: 'accepted' }, said: '' };
  if (second.kind !== 'refused') {
    return notLearned(sendTexts().probe.secondUnanswered(describeAnswer(second)));
  }
  if (!saysRepeat(second)) {
    return notLearned(sendTexts().probe.secondOtherwise(describeAnswer(second)));
  }
  const isSameRefusal = (answer: Answer<unknown>): boolean =>
    answer.kind === 'refused' && answer.errorCode === second.errorCode;
  const said = quoteWords(second.messages);

  const earlyTime = await earlierTime();
  if (earlyTime >= time) return notLearned(sendTexts().probe.noFreeTime(earlyTime));
  const earlier = await sendNothing(earlyTime);
  if (isApplied(earlier)) {
    const third = await sendNothing(time);
    if (isSameRefusal(third)) return { isLearned: true, fact: { kind: 'refused', code: second.errorCode }, said };
    return notLearned(sendTexts().probe.notTwice(describeAnswer(second), describeAnswer(third)));
  }
  if (!isSameRefusal(earlier)) {
    return notLearned(sendTexts().probe.earlierOtherwise(describeAnswer(earlier)));
  }
  const control = await sendNothing(await newTime());
  if (isApplied(control)) return { isLearned: true, fact: { kind: 'newer_only' }, said };
  return notLearned(sendTexts().probe.newRefused(second.errorCode, describeAnswer(control)));
}

async function sendNothingTo(
  customerUid: string,
  dataChangeTime: string,
  { client, lane }: KybioVendor,
): Promise<Answer<IncrementAnswer>> {
  const nothing = { customerUid, pointIncrement: '0', balanceIncrement: '0', dataChangeTime };
  const { answer } = await lane.perform({
    endpoint: 'customerOpenApi/updateBalancePointByIncrement',
    isRepeatable: false,
    send: (onSent) => client.updateBalancePointByIncrement(nothing, { onSent }),
  });
  return answer;
}

function notLearned(why: string): ProbeResult {
  return { isLearned: false, why };
}

function isNothingApplied(answer: Answer<IncrementAnswer>, customerUid: string): boolean {
  if (answer.kind !== 'success') return false;
  const { data } = answer;
  return (
    data.customerUid === customerUid &&
    isZeroDecimal(data.pointIncrement) &&
    isZeroDecimal(data.balanceIncrement) &&
    decimalsEqual(data.pointBeforeUpdate, data.pointAfterUpdate) &&
    decimalsEqual(data.balanceBeforeUpdate, data.balanceAfterUpdate)
  );
}

/** A code of the vendor's own that no table gives another meaning: 2013 would be refused for many a reason. */
function saysRepeat({ meaning, errorCode }: Answer<unknown> & { kind: 'refused' }): boolean {
  if (meaning === 'repeat') return true;
  return meaning === 'unknown' && errorCode !== '0' && !/^(HTTP_|BAD_RESPONSE)/.test(errorCode);
}

function hasSameAmounts(before: TextFields | undefined, after: TextFields | undefined): boolean {
  return ['point', 'balance'].every((name) => {
    const [left, right] = [before?.[name], after?.[name]];
    return left !== undefined && right !== undefined && decimalsEqual(left, right);
  });
}
