import { LosslessNumber, parse } from 'lossless-json';
import {
  asFields,
  field,
  type JsonFields,
  looseAmountField,
  ParameterError,
  requiredText,
  textField,
} from './json-input.ts';
import { AMOUNT_FIELDS, type MemberFields, PLAIN_MEMBER, TEXT_FIELDS, textsOf } from './kybio/member-table.ts';
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
  let given: unknown;
  try {
    given = parse(body.toString('utf8'));
  } catch {
    throw new ParameterError('the body is not JSON');
  }
  const list = Array.isArray(given) ? given : field(asFields(given, 'the body'), 'members');
  if (Array.isArray(list)) {
    return list.map((item) => {
      const fields = asFields(item, 'a member');
      return readMember(fields, requiredText(fields, 'number'));
    });
  }
  return numberedMembers(asFields(given, 'the body'));
}

function* numberedMembers(fields: JsonFields): Generator<MemberFields> {
  const prefix = textField(fields, 'prefix') ?? '';
  const count = wholeNumber(fields, 'count');
  const start = field(fields, 'start') === undefined ? 1 : wholeNumber(fields, 'start');
  const template = readMember(fields, '');
  for (let index = start; index < start + count; index += 1) {
    yield { ...template, number: `${prefix}${String(index).padStart(NUMBER_DIGITS, '0')}` };
  }
}

function readMember(fields: JsonFields, number: string): MemberFields {
  return {
    number,
    ...textsOf(TEXT_FIELDS, (name) => textField(fields, name) ?? PLAIN_MEMBER[name]),
    ...textsOf(AMOUNT_FIELDS, (name) => looseAmountField(fields, name) ?? PLAIN_MEMBER[name]),
    onAccount: Number(looseAmountField(fields, 'onAccount') ?? PLAIN_MEMBER.onAccount),
    enable: Number(looseAmountField(fields, 'enable') ?? PLAIN_MEMBER.enable),
  };
}

function wholeNumber(fields: JsonFields, name: string): number {
  const value = field(fields, name);
  if (value instanceof LosslessNumber && /^[0-9]{1,7}$/.test(value.value)) return Number(value.value);
  throw new ParameterError(`${name} is not a whole number`);
}
