import { addDecimals, decimalsEqual, isZeroDecimal, subtractDecimals } from '../base/decimal.ts';
import { type Answer, quoteWords } from '../http/answer.ts';
import type { IncrementAnswer } from '../kybio/data-readers.ts';
import { stepTexts } from '../texts/runs/steps.ts';
import { ask, type Increment, type Present, type ValuesBefore } from './call.ts';
import { findWithZeros } from './lost-signs.ts';
import {
  type Change,
  type Failed,
  failed,
  type InDoubt,
  type Invalid,
  type Outcome,
  type Steps,
  unsuccessful,
} from './outcome.ts';
import type { TopupRow } from './validate-row.ts';

/**
 * Credits one Kybio member. The increment is sent once (DESIGN §5).
 *
 * - A row with a number needs a lookup for the uid. The lookup also gives the values before.
 * - A row with number and uid must name one member: the number is looked up, and the uids are compared.
 * - A row with a uid alone needs no lookup, unless `readsBefore` asks for the values before.
 * - A row with targets needs the values: what is sent is the difference to them.
 */
export function* topupSteps(row: TopupRow, readsBefore: boolean): Steps {
  if (!isMemberRead(row, readsBefore)) return yield* credit(toIncrement(row, row.customerUid ?? '', row, undefined));
  const lookup = yield* findMember(row);
  if (lookup.kind === 'ended') return lookup.outcome;
  const { member, customerUid } = lookup;
  if (row.customerUid !== undefined && row.customerUid !== customerUid) return otherMember(row, customerUid);
  const before = valuesBefore(member);
  if (!isTargetRow(row)) return yield* credit(toIncrement(row, customerUid, row, before, member.fields.number));
  if (before === undefined) return valuesUnread(row);
  const amounts = {
    pointIncrement: difference(row.pointTarget, before.point),
    balanceIncrement: difference(row.balanceTarget, before.balance),
  };
  if (isZeroDecimal(amounts.pointIncrement) && isZeroDecimal(amounts.balanceIncrement)) {
    return { status: 'done', action: 'unchanged', messages: [], customerUid };
  }
  const outcome = yield* credit(toIncrement(row, customerUid, amounts, before, member.fields.number));
  return withMoved(outcome, before);
}

/** Whether the row costs a lookup of its member, or a place in the pages. */
export function isMemberRead(row: TopupRow, readsBefore: boolean): boolean {
  return row.customerUid === undefined || row.number !== undefined || readsBefore || isTargetRow(row);
}

function isTargetRow({ pointTarget, balanceTarget }: TopupRow): boolean {
  return pointTarget !== undefined || balanceTarget !== undefined;
}

type MemberLookup =
  | { readonly kind: 'answered'; readonly member: Present; readonly customerUid: string }
  | { readonly kind: 'ended'; readonly outcome: Outcome };

function* findMember(row: TopupRow): Steps<MemberLookup> {
  const { number, customerUid } = row;
  const find = (source: 'vendor' | 'snapshot_if_present') =>
    number !== undefined
      ? ask({ endpoint: 'customerOpenApi/queryByNumber', number, source })
      : ask({ endpoint: 'customerOpenApi/queryByUid', customerUid: customerUid ?? '', source });
  let answer = yield* find('snapshot_if_present');
  const isOld = answer.kind === 'success' && answer.data.state === 'present' && !answer.data.isOfThisRun;
  // A difference to an old value would credit what the tills have moved since.
  if (isOld && isTargetRow(row)) answer = yield* find('vendor');
  if (answer.kind !== 'success') return { kind: 'ended', outcome: unsuccessful(answer, 'lookup') };
  const found = answer.data;
  if (found.state === 'present' && found.fields.customerUid !== undefined) {
    return { kind: 'answered', member: found, customerUid: found.fields.customerUid };
  }
  const whole = number === undefined ? undefined : yield* findWithZeros(number);
  if (whole !== undefined) {
    const messages = [stepTexts().zerosLostInTopup(number ?? '', whole)];
    return { kind: 'ended', outcome: { status: 'invalid', errorCode: 'EXCEL_DAMAGED', messages } };
  }
  const [column, value] = number !== undefined ? ['number', number] : ['customerUid', customerUid ?? ''];
  return { kind: 'ended', outcome: failed('MEMBER_NOT_FOUND', stepTexts().noMemberToCredit(column, value)) };
}

/** Undefined where the values are old, or one of them is not known. */
function valuesBefore({ fields: { point, balance }, isOfThisRun, sequence }: Present): ValuesBefore | undefined {
  return isOfThisRun && point !== undefined && balance !== undefined ? { point, balance, sequence } : undefined;
}

type Amounts = { readonly pointIncrement: string; readonly balanceIncrement: string };

function toIncrement(
  row: TopupRow,
  customerUid: string,
  { pointIncrement, balanceIncrement }: Amounts,
  before: ValuesBefore | undefined,
  foundNumber = '',
): Increment {
  return {
    endpoint: 'customerOpenApi/updateBalancePointByIncrement',
    customerUid,
    number: row.number ?? foundNumber,
    pointIncrement,
    balanceIncrement,
    reference: row.reference ?? '',
    siblingCredits: Number(row.siblingCredits ?? '0'),
    dataChangeTime: row.dataChangeTime,
    before,
    isTarget: isTargetRow(row),
  };
}

function* credit(increment: Increment): Steps {
  return readIncrementAnswer(increment, yield* ask(increment));
}

function difference(target: string | undefined, value: string): string {
  return target === undefined ? '0' : subtractDecimals(target, value);
}

/** Tells what moved between the read and the increment: the member is then off its target by as much. */
function withMoved(outcome: Outcome, before: ValuesBefore): Outcome {
  if (outcome.status !== 'done' || outcome.change === undefined) return outcome;
  const { pointBefore, balanceBefore } = outcome.change;
  if (decimalsEqual(pointBefore, before.point) && decimalsEqual(balanceBefore, before.balance)) return outcome;
  const moved = stepTexts().moved([before.point, before.balance], [pointBefore, balanceBefore]);
  return { ...outcome, messages: [...outcome.messages, moved] };
}

function otherMember(row: TopupRow, customerUid: string): Invalid {
  const message = stepTexts().otherMember(row.customerUid ?? '', row.number ?? '', customerUid);
  return { status: 'invalid', errorCode: 'BAD_ID', messages: [message] };
}

function valuesUnread(row: TopupRow): Failed {
  const message = stepTexts().valuesUnread(row.number ?? row.customerUid ?? '');
  return { ...failed('BAD_RESPONSE', message), mayRetry: true };
}

/**
 * What an answer says about an increment that was sent once (DESIGN §5).
 *
 * Only a refusal that is known to mean "not applied" ends as failed. An unknown code, a foreign answer or
 * none at all is in doubt until it is settled.
 */
export function readIncrementAnswer(increment: Increment, answer: Answer<IncrementAnswer>): Outcome {
  switch (answer.kind) {
    case 'success':
      return readSuccess(increment, answer.data);
    case 'refused':
      if (answer.meaning === 'repeat') return timeOfAnother(increment, answer.errorCode);
      if (answer.meaning === 'unknown') {
        return inDoubt(answer.errorCode, stepTexts().unknownCode(answer.errorCode, quoteWords(answer.messages)));
      }
      return { ...unsuccessful(answer, 'increment'), customerUid: increment.customerUid };
    case 'not_sent':
      return { ...unsuccessful(answer, 'increment'), customerUid: increment.customerUid };
    case 'unanswered':
      return inDoubt(answer.errorCode, answer.detail);
  }
}

/** The first answer was "this dataChangeTime was applied before". We had sent it once, so it was another's. */
function timeOfAnother({ customerUid }: Increment, errorCode: string): Failed {
  return { ...failed(errorCode, stepTexts().timeOfAnother(errorCode)), customerUid };
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
      : stepTexts().insteadOf('customerUid', answer.customerUid, increment.customerUid),
    differs('pointIncrement', answer.pointIncrement, increment.pointIncrement),
    differs('balanceIncrement', answer.balanceIncrement, increment.balanceIncrement),
    differs('pointAfterUpdate', change.pointAfter, addDecimals(change.pointBefore, increment.pointIncrement)),
    differs('balanceAfterUpdate', change.balanceAfter, addDecimals(change.balanceBefore, increment.balanceIncrement)),
  ].filter((mismatch) => mismatch !== undefined);
  if (mismatches.length === 0) {
    return { status: 'done', action: 'topped_up', messages: [], customerUid: increment.customerUid, change };
  }
  return mismatch(stepTexts().appliedOtherwise(mismatches));
}

/** The answer cannot be the answer to this increment: the run stops, and a person looks. */
export function mismatch(message: string): InDoubt {
  return { status: 'in_doubt', errorCode: 'RESPONSE_MISMATCH', messages: [message], isMismatch: true };
}

function differs(name: string, actual: string, expected: string): string | undefined {
  return decimalsEqual(actual, expected) ? undefined : stepTexts().insteadOf(name, actual, expected);
}

function inDoubt(errorCode: string, detail: string): InDoubt {
  return {
    status: 'in_doubt',
    errorCode,
    messages: [stepTexts().inDoubt(detail)],
    isMismatch: false,
  };
}
