import { createHash } from 'node:crypto';
import { isDateTime, zonedDateTime } from '../../base/zoned-time.ts';
import { PLAIN_MEMBER } from '../demo-state.ts';
import {
  amountField,
  type JsonFields,
  objectField,
  ParameterError,
  requiredText,
  textField,
  wholeNumberField,
} from '../json-input.ts';
import { REFUSALS, refusal, success } from './answer.ts';
import { isWithin } from './decimal.ts';
import type { KybioContext, KybioEndpoint } from './endpoint.ts';
import { renderUid } from './record.ts';

export const add: KybioEndpoint = {
  kind: 'write',
  answer(fields, context) {
    const info = objectField(fields, 'customerInfo');
    if (info === undefined) throw new ParameterError('customerInfo is missing');
    const number = requiredText(info, 'number');
    const given = readMember(info, context);
    // A deleted member keeps its number.
    if (context.state.members.findByNumber(number) !== undefined) return REFUSALS.memberExists;
    const name = acceptedName(given.name, context.switches);
    if (name === undefined) return refusal('2011', '添加会员失败: 姓名含有不支持的字符');
    const categoryName = acceptedCategory(given.categoryName, context);
    if (categoryName === undefined) return refusal('2011', '添加会员失败: 会员分类不存在');
    const member = context.state.members.insert(context.state.idSeed(), { ...given, number, name, categoryName });
    if (!context.switches.addReturnsData) return success();
    const uid = renderUid(member.customerUid, context.switches);
    return success(`{"customerUid":${uid},"number":${JSON.stringify(number)}}`);
  },
};

/** The name as the store keeps it, or undefined when it is refused. */
export function acceptedName(name: string, switches: KybioContext['switches']): string | undefined {
  if (switches.emojiInName === 'pass' || !/[\u{10000}-\u{10ffff}]/u.test(name)) return name;
  return switches.emojiInName === 'reject' ? undefined : name.replace(/[\u{10000}-\u{10ffff}]/gu, '');
}

/** `yyyy-MM-dd` or with a time; printed with a time. */
export function readBirthday(fields: JsonFields): string {
  const text = textField(fields, 'birthday') ?? '';
  if (text === '') return '';
  const full = text.length === 10 ? `${text} 00:00:00` : text;
  if (!isDateTime(full)) throw new ParameterError('birthday is not yyyy-MM-dd HH:mm:ss');
  return full;
}

function readMember(info: JsonFields, { nowMs, switches }: KybioContext) {
  const text = (name: string) => textField(info, name) ?? '';
  const password = text('password');
  const discount = amountField(info, 'discount') ?? PLAIN_MEMBER.discount;
  if (!isWithin(discount, 0, 100)) throw new ParameterError('discount is not within 0 and 100');
  return {
    name: text('name'),
    phone: text('phone'),
    birthday: readBirthday(info),
    qq: text('qq'),
    email: text('email'),
    address: text('address'),
    remarks: text('remarks'),
    categoryName: text('categoryName'),
    point: amountField(info, 'point') ?? '0',
    discount,
    balance: amountField(info, 'balance') ?? '0',
    onAccount: wholeNumberField(info, 'onAccount', [0, 1]) ?? 1,
    enable: wholeNumberField(info, 'enable', [-1, 0, 1]) ?? 1,
    // Whether the vendor hashes what it is given is undecided; reads return an upper-case MD5.
    passwordMd5: password === '' ? '' : createHash('md5').update(password).digest('hex').toUpperCase(),
    createdDate: zonedDateTime(nowMs, switches.quotaTimeZone),
    expiryDate: '',
  };
}

function acceptedCategory(categoryName: string, { state, switches }: KybioContext): string | undefined {
  if (categoryName === '' || state.categories.findByName(categoryName) !== undefined) return categoryName;
  switch (switches.unknownCategory) {
    case 'ignored':
      return '';
    case 'refused':
      return undefined;
    case 'created':
      state.categories.insert(state.idSeed(), categoryName, '100');
      return categoryName;
  }
}
