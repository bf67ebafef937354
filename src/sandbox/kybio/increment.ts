import { isDateTime, zonedDateTime } from '../../base/zoned-time.ts';
import { type JsonFields, ParameterError } from '../json-input.ts';
import type { SandboxSwitches } from '../switches.ts';
import type { VendorContext } from '../vendor-call.ts';
import { addAmounts, isNegative, renderAmount } from './amounts.ts';
import { type KybioAnswer, type KybioContext, type KybioEndpoint, REFUSALS, refusal, success } from './endpoint.ts';
import type { MemberRow } from './member-table.ts';
import { renderUid } from './record.ts';

type Change = { readonly point: string; readonly balance: string; readonly dataChangeTime: string };
type GivenIncrement = Change & {
  readonly customerUid: string;
  readonly checksPoint: boolean;
  readonly checksBalance: boolean;
};

/**
 * Adds to point and balance. Not idempotent unless the switch `repeatRule` says that the vendor refuses
 * the same member and dataChangeTime twice.
 */
export const updateBalancePointByIncrement: KybioEndpoint = {
  kind: 'increment',
  answer(fields, context) {
    const { state, switches, fault } = context;
    const given = readIncrement(fields, switches);
    const earlier =
      fault === 'fault.replayAnswer' ? state.increments.earlierAnswer(given.customerUid, switches.replayOf) : undefined;
    if (earlier !== undefined && !switches.replayApplies) return success(earlier);
    const answer = increment(given, context);
    return earlier === undefined ? answer : success(earlier);
  },
};

function increment(given: GivenIncrement, context: KybioContext): KybioAnswer {
  const { state, switches } = context;
  let member = state.members.findByUid(given.customerUid);
  if (member === undefined) return REFUSALS.memberMissing;
  if (member.enable === -1) return REFUSALS.noPermission;
  if (context.fault === 'fault.sameSecond' && !isRepeat(given, context)) {
    member = changeBySomebodyElse(member, { ...given, point: '1', balance: '0' }, context);
  }
  if (isRepeat(given, context)) return refusal(switches.repeatCode, '重复提交修改');
  const point = addAmounts(member.point, given.point, switches);
  const balance = addAmounts(member.balance, given.balance, switches);
  if (given.checksPoint && isNegative(given.point) && isNegative(point)) return refusal('2013', '会员积分不足');
  if (given.checksBalance && isNegative(given.balance) && isNegative(balance)) return refusal('2013', '会员余额不足');
  state.members.setAmounts(member.id, point, balance);
  state.increments.record('api', {
    customerUid: member.customerUid,
    number: member.number,
    pointIncrement: given.point,
    balanceIncrement: given.balance,
    dataChangeTime: given.dataChangeTime,
    appliedAt: context.nowMs,
    callId: context.callId,
  });
  const amount = (text: string) => renderAmount(text, switches.decimalStyle);
  const uid = context.fault === 'fault.wrongUid' ? otherUid(member.customerUid) : member.customerUid;
  const data =
    `{"customerUid":${renderUid(uid, switches)}` +
    `,"balanceBeforeUpdate":${amount(member.balance)},"balanceAfterUpdate":${amount(balance)}` +
    `,"balanceIncrement":${amount(given.balance)}` +
    `,"pointBeforeUpdate":${amount(member.point)},"pointAfterUpdate":${amount(point)}` +
    `,"pointIncrement":${amount(given.point)}` +
    `,"dataChangeTime":"${given.dataChangeTime}"` +
    `,"updateCustomerTime":"${zonedDateTime(context.nowMs, switches.quotaTimeZone)}"}`;
  state.increments.rememberAnswer(member.customerUid, data);
  return success(data);
}

/**
 * A sale at a till, or, with a dataChangeTime, an increment by another client of the API. The amounts
 * change, and no call of the client under test did it.
 */
export function changeBySomebodyElse(
  member: MemberRow,
  change: Change,
  { state, switches, nowMs }: Pick<VendorContext, 'state' | 'switches' | 'nowMs'>,
): MemberRow {
  const point = addAmounts(member.point, change.point, switches);
  const balance = addAmounts(member.balance, change.balance, switches);
  state.members.setAmounts(member.id, point, balance);
  state.increments.record('till', {
    customerUid: member.customerUid,
    number: member.number,
    pointIncrement: change.point,
    balanceIncrement: change.balance,
    dataChangeTime: change.dataChangeTime,
    appliedAt: nowMs,
    callId: 0,
  });
  return { ...member, point, balance };
}

/** Whether the vendor takes the increment for one that it has had before; see repeatRule and repeatMemory. */
function isRepeat({ customerUid, dataChangeTime }: GivenIncrement, { state, switches, nowMs }: KybioContext): boolean {
  const sinceMs = switches.repeatMemory === 0 ? 0 : nowMs - switches.repeatMemory;
  switch (switches.repeatRule) {
    case 'accept':
      return false;
    case 'refuse_repeat':
      return state.increments.hasChangeAt(customerUid, dataChangeTime, sinceMs);
    case 'refuse_not_newer':
      return state.increments.hasChangeFrom(customerUid, dataChangeTime, sinceMs);
  }
}

function readIncrement(fields: JsonFields, switches: SandboxSwitches): GivenIncrement {
  const point = fields.amount('pointIncrement');
  const balance = fields.amount('balanceIncrement');
  const missing = (point === undefined ? 1 : 0) + (balance === undefined ? 1 : 0);
  if (missing > (switches.requireIncrements === 'both' ? 0 : 1)) throw new ParameterError('an increment is missing');
  const isRefusing = switches.negativeBalance === 'refused';
  return {
    customerUid: fields.uid('customerUid'),
    point: point ?? '0',
    balance: balance ?? '0',
    dataChangeTime: readChangeTime(fields),
    checksPoint: fields.wholeNumber('validatePoint', [0, 1]) === 1 || isRefusing,
    checksBalance: fields.wholeNumber('validateBalance', [0, 1]) === 1 || isRefusing,
  };
}

export function readChangeTime(fields: JsonFields): string {
  const dataChangeTime = fields.requiredText('dataChangeTime');
  if (!isDateTime(dataChangeTime)) throw new ParameterError('dataChangeTime is not yyyy-MM-dd HH:mm:ss');
  return dataChangeTime;
}

function otherUid(customerUid: string): string {
  return (BigInt(customerUid) ^ 1n).toString();
}
