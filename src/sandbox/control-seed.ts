import { LosslessNumber } from 'lossless-json';
import { JsonFields, ParameterError, parseJson } from './json-input.ts';
import { AMOUNT_FIELDS, type MemberFields, PLAIN_MEMBER, TEXT_FIELDS } from './kybio/member-table.ts';
import { textsOf } from './store.ts';
import type { VendorState } from './vendor-state.ts';

const NUMBER_DIGITS = 6;
const LISTED_MAX = 1000;

/**
 * Many members at once, in one transaction: `{count, prefix, start, …fields of all}` makes
 * `<prefix>000001` and on; a list (or `{members: [...]}`) makes each as it stands.
 */
export function seedMembers(body: Buffer, state: VendorState) {
  const members = plannedMembers(body);
  const listed: { number: string; customerUid: string }[] = [];
  let count = 0;
  state.store.transaction(() => {
    for (const member of members) {
      const { number, customerUid } = state.members.insert(state.idSeed(), member);
      if (count < LISTED_MAX) listed.push({ number, customerUid });
      count += 1;
    }
  });
  return { count, members: listed };
}

function plannedMembers(body: Buffer): Iterable<MemberFields> {
  const given = parseJson(body);
  const list = Array.isArray(given) ? given : new JsonFields(given, 'the body').value('members');
  if (Array.isArray(list)) {
    return list.map((item) => {
      const fields = new JsonFields(item, 'a member');
      return readMember(fields, fields.requiredText('number'));
    });
  }
  return numberedMembers(new JsonFields(given, 'the body'));
}

function* numberedMembers(fields: JsonFields): Generator<MemberFields> {
  const prefix = fields.text('prefix') ?? '';
  const count = wholeNumber(fields, 'count');
  const start = fields.value('start') === undefined ? 1 : wholeNumber(fields, 'start');
  const template = readMember(fields, '');
  for (let index = start; index < start + count; index += 1) {
    yield { ...template, number: `${prefix}${String(index).padStart(NUMBER_DIGITS, '0')}` };
  }
}

function readMember(fields: JsonFields, number: string): MemberFields {
  return {
    number,
    onAccount: Number(fields.looseAmount('onAccount') ?? PLAIN_MEMBER.onAccount),
    enable: Number(fields.looseAmount('enable') ?? PLAIN_MEMBER.enable),
    ...textsOf(TEXT_FIELDS, (name) => fields.text(name) ?? PLAIN_MEMBER[name]),
    ...textsOf(AMOUNT_FIELDS, (name) => fields.looseAmount(name) ?? PLAIN_MEMBER[name]),
  };
}

function wholeNumber(fields: JsonFields, name: string): number {
  const value = fields.value(name);
  if (value instanceof LosslessNumber && /^[0-9]{1,7}$/.test(value.value)) return Number(value.value);
  throw new ParameterError(`${name} is not a whole number`);
}
