import type { Clock } from '../base/clock.ts';
import { decimalsEqual, isZeroDecimal } from '../base/decimal.ts';
import { assert } from '../base/errors.ts';
import type { TextFields } from '../base/text-fields.ts';
import { describeAnswer } from '../calls/describe-answer.ts';
import type { KybioVendor } from '../calls/vendors.ts';
import type { Answer } from '../http/answer.ts';
import type { IncrementAnswer } from '../kybio/client.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { keepRepeatFact, type RepeatFact } from './repeat-fact.ts';
import { secondsFrom } from './send-row.ts';

/** One lookup, two equal increments, two more after a refusal, one read. */
export const PROBE_CALLS = { least: 4, most: 6 } as const;

export type ProbeResult =
  | { readonly isLearned: true; readonly fact: Exclude<RepeatFact, { kind: 'unknown' }> }
  | { readonly isLearned: false; readonly why: string };

/**
 * Learns whether the account refuses a dataChangeTime that it has applied before: sends one member the same
 * increment of nothing twice. Only a refusal of the second whose first was applied counts, and only when an
 * increment with a new dataChangeTime is applied right after it and the old one is refused with the same code
 * once more: a vendor that was merely out of order for a moment would otherwise teach a code that later passes
 * for "applied before", and credits would be lost or doubled.
 *
 * @throws StoppedError when the day's calls are used up
 */
export async function probeRepeat(
  number: string,
  parts: { kybio: KybioVendor; ledger: Ledger; clock: Clock; storeZone: string },
): Promise<ProbeResult> {
  const { kybio, ledger, clock } = parts;
  const { client, lane } = kybio;
  const { account } = lane.settings;
  const { answer: lookup } = await lane.perform({
    endpoint: 'customerOpenApi/queryByNumber',
    isRepeatable: true,
    send: (onSent) => client.queryByNumber(number, { onSent }),
  });
  if (lookup.kind !== 'success') return notLearned(`the member could not be looked up: ${describeAnswer(lookup)}`);
  const member = lookup.data;
  const customerUid = member?.customerUid;
  if (customerUid === undefined) return notLearned(`no member has the number '${number}'`);

  const claimTime = async (): Promise<string> => {
    const time = await ledger.changeTimes.claim(account, customerUid, secondsFrom(clock.nowMs(), parts.storeZone));
    assert(time !== undefined, 'the seconds came to an end');
    return time;
  };
  const sendNothing = async (dataChangeTime: string): Promise<Answer<IncrementAnswer>> => {
    const { answer } = await lane.perform({
      endpoint: 'customerOpenApi/updateBalancePointByIncrement',
      isRepeatable: false,
      send: (onSent) =>
        client.updateBalancePointByIncrement(
          { customerUid, pointIncrement: '0', balanceIncrement: '0', dataChangeTime },
          { onSent },
        ),
    });
    return answer;
  };

  const time = await claimTime();
  const first = await sendNothing(time);
  if (!isNothingApplied(first, customerUid)) {
    return notLearned(`the first increment of nothing was not applied: ${describeAnswer(first)}`);
  }
  const second = await sendNothing(time);
  let fact: Exclude<RepeatFact, { kind: 'unknown' }>;
  if (second.kind === 'refused') {
    if (!saysRepeat(second)) {
      return notLearned(`the second was refused with a code that has another meaning: ${describeAnswer(second)}`);
    }
    const control = await sendNothing(await claimTime());
    if (!isNothingApplied(control, customerUid)) {
      return notLearned(
        `the second was refused (${second.errorCode}), but so was one with a new dataChangeTime: ${describeAnswer(control)}`,
      );
    }
    const third = await sendNothing(time);
    if (third.kind !== 'refused' || third.errorCode !== second.errorCode) {
      return notLearned(
        `the second was refused (${describeAnswer(second)}), but not once more: ${describeAnswer(third)}`,
      );
    }
    fact = { kind: 'refused', code: second.errorCode, said: second.messages.join('; ') };
  } else if (isNothingApplied(second, customerUid)) fact = { kind: 'accepted' };
  else return notLearned(`the second has no answer that can be believed: ${describeAnswer(second)}`);

  const { answer: after } = await lane.perform({
    endpoint: 'customerOpenApi/queryByUid',
    isRepeatable: true,
    send: (onSent) => client.queryByUid(customerUid, { onSent }),
  });
  if (after.kind !== 'success' || !hasSameAmounts(member, after.data)) {
    return notLearned("the member's point or balance changed meanwhile, or could not be read again");
  }
  keepRepeatFact(ledger, account, fact, clock.nowMs());
  return { isLearned: true, fact };
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
