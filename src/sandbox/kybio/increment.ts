import { isDateTime, zonedDateTime } from '../../base/zoned-time.ts';
import {
  amountField,
  type JsonFields,
  ParameterError,
  requiredText,
  uidField,
  wholeNumberField,
} from '../json-input.ts';
import { REFUSALS, refusal, success } from './answer.ts';
import { addAmounts, isNegative, renderAmount } from './decimal.ts';
import type { KybioContext, KybioEndpoint } from './endpoint.ts';
import { renderUid } from './record.ts';

/**
 * Adds to point and balance. Not idempotent unless the switch `repeat` says that the vendor refuses the
 * same member and dataChangeTime twice.
 */
export const updateBalancePointByIncrement: KybioEndpoint = {
  kind: 'increment',
  answer(fields, context) {
    const { state, switches } = context;
    const given = readIncrement(fields, context);
    const member = state.members.findByUid(given.customerUid);
    if (member === undefined) return REFUSALS.memberMissing;
    if (member.enable === -1) return REFUSALS.noPermission;
    if (switches.repeat === 'refused' && state.increments.wasApplied(given.customerUid, given.dataChangeTime)) {
      return refusal(switches.repeatCode, '重复提交修改');
    }
    const point = addAmounts(member.point, given.point);
    const balance = addAmounts(member.balance, given.balance);
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
    return success(
      `{"customerUid":${renderUid(context.misnamesMember ? otherUid(member.customerUid) : member.customerUid, switches)}` +
        `,"balanceBeforeUpdate":${amount(member.balance)},"balanceAfterUpdate":${amount(balance)}` +
        `,"balanceIncrement":${amount(given.balance)}` +
        `,"pointBeforeUpdate":${amount(member.point)},"pointAfterUpdate":${amount(point)}` +
        `,"pointIncrement":${amount(given.point)}` +
        `,"dataChangeTime":"${given.dataChangeTime}"` +
        `,"updateCustomerTime":"${zonedDateTime(context.nowMs, switches.quotaTimeZone)}"}`,
    );
  },
};

function readIncrement(fields: JsonFields, { switches }: KybioContext) {
  const point = amountField(fields, 'pointIncrement');
  const balance = amountField(fields, 'balanceIncrement');
  const missing = (point === undefined ? 1 : 0) + (balance === undefined ? 1 : 0);
  if (missing > (switches.requireIncrements === 'both' ? 0 : 1)) throw new ParameterError('an increment is missing');
  const dataChangeTime = requiredText(fields, 'dataChangeTime');
  if (!isDateTime(dataChangeTime)) throw new ParameterError('dataChangeTime is not yyyy-MM-dd HH:mm:ss');
  const isRefusing = switches.negativeBalance === 'refused';
  return {
    customerUid: uidField(fields, 'customerUid'),
    point: point ?? '0',
    balance: balance ?? '0',
    dataChangeTime,
    checksPoint: wholeNumberField(fields, 'validatePoint', [0, 1]) === 1 || isRefusing,
    checksBalance: wholeNumberField(fields, 'validateBalance', [0, 1]) === 1 || isRefusing,
  };
}

function otherUid(customerUid: string): string {
  return (BigInt(customerUid) ^ 1n).toString();
}
