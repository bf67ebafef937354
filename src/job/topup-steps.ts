import { addDecimals, decimalsEqual } from '../base/decimal.ts';
import type { Answer } from '../http/answer.ts';
import type { Found, Increment } from './call.ts';
import { type Change, type InDoubt, type Outcome, type Steps, unsuccessful } from './outcome.ts';
import type { TopupRow } from './validate-row.ts';

/** What the vendor answers to an increment, every amount as its digits. */
export type IncrementAnswer = {
  readonly customerUid: string;
  readonly pointBeforeUpdate: string;
  readonly pointAfterUpdate: string;
  readonly pointIncrement: string;
  readonly balanceBeforeUpdate: string;
  readonly balanceAfterUpdate: string;
  readonly balanceIncrement: string;
};

/**
 * Credits one Kybio member. A row with a number needs one lookup for the uid, which also gives the values
 * before; a row with a uid needs none. The increment itself is sent once (DESIGN §4).
 */
export function* topupSteps(row: TopupRow): Steps {
  let { customerUid } = row;
  let before: Increment['before'];
  if (customerUid === undefined) {
    const number = row.number ?? '';
    const lookup = yield { endpoint: 'customerOpenApi/queryByNumber', number, source: 'snapshot_if_present' };
    if (lookup.kind !== 'success') return unsuccessful(lookup, 'queryByNumber');
    const found = lookup.data as Found;
    if (found.state !== 'present' || found.fields.customerUid === undefined) {
      return {
        status: 'failed',
        errorCode: 'MEMBER_NOT_FOUND',
        messages: [
          `number: no member has '${number}', so nothing was credited. Correct it and run the result file again.`,
        ],
        mayRetry: false,
      };
    }
    const { point, balance } = found.fields;
    const { readMs } = found;
    customerUid = found.fields.customerUid;
    // Values from before this run are no evidence: the tills may have moved them since.
    if (found.isOfThisRun && point !== undefined && balance !== undefined) {
      before = { point, balance, ...(readMs !== undefined && { readMs }) };
    }
  }
  const increment: Increment = {
    endpoint: 'customerOpenApi/updateBalancePointByIncrement',
    customerUid,
    pointIncrement: row.pointIncrement,
    balanceIncrement: row.balanceIncrement,
    dataChangeTime: row.dataChangeTime,
    before,
  };
  const answer = yield increment;
  return readIncrementAnswer(increment, answer);
}

/**
 * What an answer says about an increment that was sent once (DESIGN §4.3).
 *
 * Only a refusal that is known to mean "not applied" ends as failed. An unknown code, a foreign answer or
 * none at all is in doubt until it is settled.
 */
export function readIncrementAnswer(increment: Increment, answer: Answer<unknown>): Outcome {
  switch (answer.kind) {
    case 'success':
      return readSuccess(increment, answer.data as IncrementAnswer);
    case 'refused':
      // `repeat`: this dataChangeTime had been applied before. We send each only once, so it was another's.
      if (answer.meaning === 'unknown' || answer.meaning === 'repeat') {
        return inDoubt(
          answer.errorCode,
          `the vendor answered ${answer.errorCode} (${answer.messages.join('; ')}), a code that does not say whether the increment was applied`,
        );
      }
      return { ...unsuccessful(answer, 'increment'), customerUid: increment.customerUid };
    case 'not_sent':
      return { ...unsuccessful(answer, 'increment'), customerUid: increment.customerUid };
    case 'unanswered':
      return inDoubt(answer.errorCode, answer.detail);
  }
}

function readSuccess(increment: Increment, answer: IncrementAnswer): Outcome {
  const change: Change = {
    pointBefore: answer.pointBeforeUpdate,
    pointAfter: answer.pointAfterUpdate,
    balanceBefore: answer.balanceBeforeUpdate,
    balanceAfter: answer.balanceAfterUpdate,
  };
  const mismatches = [
    answer.customerUid === increment.customerUid
      ? undefined
      : `customerUid ${answer.customerUid} instead of ${increment.customerUid}`,
    differs('pointIncrement', answer.pointIncrement, increment.pointIncrement),
    differs('balanceIncrement', answer.balanceIncrement, increment.balanceIncrement),
    differs('pointAfterUpdate', change.pointAfter, addDecimals(change.pointBefore, increment.pointIncrement)),
    differs('balanceAfterUpdate', change.balanceAfter, addDecimals(change.balanceBefore, increment.balanceIncrement)),
  ].filter((mismatch) => mismatch !== undefined);
  if (mismatches.length > 0) {
    return {
      status: 'in_doubt',
      errorCode: 'RESPONSE_MISMATCH',
      messages: [
        `The vendor says it applied something else than was asked: ${mismatches.join('; ')}. Look at the member in the back office before anything else is sent.`,
      ],
      isMismatch: true,
    };
  }
  return { status: 'done', action: 'topped_up', messages: [], customerUid: increment.customerUid, change };
}

function differs(name: string, actual: string, expected: string): string | undefined {
  return decimalsEqual(actual, expected) ? undefined : `${name} ${actual} instead of ${expected}`;
}

function inDoubt(errorCode: string, detail: string): InDoubt {
  return {
    status: 'in_doubt',
    errorCode,
    messages: [`No answer that can be believed: ${detail}. The increment may or may not have been applied.`],
    isMismatch: false,
  };
}
