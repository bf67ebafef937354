import { createHash } from 'node:crypto';
import { isDateTime, zonedDateTime } from '../../base/zoned-time.ts';
import { type JsonFields, ParameterError } from '../json-input.ts';
import { textsOf } from '../store.ts';
import { isWithin, keptAmount } from './amounts.ts';
import { type KybioContext, type KybioEndpoint, REFUSALS, refusal, success } from './endpoint.ts';
import { BASE_FIELDS, PLAIN_MEMBER } from './member-table.ts';
import { renderUid } from './record.ts';

export const add: KybioEndpoint = {
  kind: 'write',
  answer(fields, context) {
    const info = customerInfo(fields);
    const number = info.requiredText('number');
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

/**
 * Changes the seven documented fields; an empty one changes nothing, and there is no way to clear one.
 * Other fields (enable, category, discount, password) are ignored: their acceptance is not documented.
 */
export const updateBaseInfo: KybioEndpoint = {
  kind: 'write',
  answer(fields, { state, switches }) {
    const info = customerInfo(fields);
    const customerUid = info.uid('customerUid');
    const given = readBaseInfo(info);
    const member = state.members.findByUid(customerUid);
    if (member === undefined) return REFUSALS.memberMissing;
    if (member.enable === -1) return REFUSALS.noPermission;
    const name = acceptedName(given.name, switches);
    if (name === undefined) return refusal('2013', '修改会员失败: 姓名含有不支持的字符');
    const changed = { ...given, name };
    state.members.setBaseInfo({ ...member, ...textsOf(BASE_FIELDS, (field) => changed[field] || member[field]) });
    return success();
  },
};

function customerInfo(fields: JsonFields): JsonFields {
  const info = fields.object('customerInfo');
  if (info === undefined) throw new ParameterError('customerInfo is missing');
  return info;
}

function readBaseInfo(info: JsonFields) {
  const texts = textsOf(BASE_FIELDS, (name) => info.text(name) ?? '');
  // `yyyy-MM-dd` or with a time; printed with a time.
  const birthday = texts.birthday.length === 10 ? `${texts.birthday} 00:00:00` : texts.birthday;
  if (birthday !== '' && !isDateTime(birthday)) throw new ParameterError('birthday is not yyyy-MM-dd HH:mm:ss');
  return { ...texts, birthday };
}

function readMember(info: JsonFields, { nowMs, switches }: KybioContext) {
  const password = info.text('password') ?? '';
  const discount = info.amount('discount') ?? PLAIN_MEMBER.discount;
  if (!isWithin(discount, 0, 100)) throw new ParameterError('discount is not within 0 and 100');
  return {
    categoryName: info.text('categoryName') ?? '',
    point: keptAmount(info.amount('point') ?? '0', switches),
    discount,
    balance: keptAmount(info.amount('balance') ?? '0', switches),
    onAccount: info.wholeNumber('onAccount', [0, 1]) ?? 1,
    enable: info.wholeNumber('enable', [-1, 0, 1]) ?? 1,
    // Whether the vendor hashes what it is given is undecided; reads return an upper-case MD5.
    passwordMd5: password === '' ? '' : createHash('md5').update(password).digest('hex').toUpperCase(),
    createdDate: zonedDateTime(nowMs, switches.quotaTimeZone),
    expiryDate: '',
    // Last: V8 is ten times slower at fields that follow a spread.
    ...readBaseInfo(info),
  };
}

/** The name as the store keeps it, or undefined when it is refused. */
function acceptedName(name: string, { emojiInName }: KybioContext['switches']): string | undefined {
  if (emojiInName === 'pass' || !/[\u{10000}-\u{10ffff}]/u.test(name)) return name;
  return emojiInName === 'reject' ? undefined : name.replace(/[\u{10000}-\u{10ffff}]/gu, '');
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
