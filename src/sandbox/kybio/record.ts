import type { SandboxSwitches } from '../switches.ts';
import { renderAmount } from './amounts.ts';
import { AMOUNT_FIELDS, type MemberFields, type MemberRow } from './member-table.ts';

/** Keys, order and absences of the captured record (api/kybio.md §3). */
const START = [
  'categoryName',
  'number',
  'name',
  'point',
  'discount',
  'balance',
  'phone',
  'birthday',
  'qq',
  'email',
  'address',
] as const;
const RECORD = printed([...START, 'remarks', 'createdDate', 'onAccount', 'enable', 'passwordMd5', 'expiryDate']);
/** A page leaves out remarks, expiryDate and createStoreAppIdOrAccount. */
const PAGE_ROW = printed([...START, 'createdDate', 'passwordMd5', 'onAccount', 'enable']);

type PrintedField = { readonly name: keyof MemberFields; readonly key: string; readonly isAmount: boolean };

function printed(names: readonly (keyof MemberFields)[]): PrintedField[] {
  return names.map((name) => ({
    name,
    key: `,"${name === 'passwordMd5' ? 'password' : name}":`,
    isAmount: AMOUNT_FIELDS.some((amount) => amount === name),
  }));
}

/** A member as queryByNumber and queryByUid print it. */
export function renderMember(member: MemberRow, appId: string, switches: SandboxSwitches): string {
  return `${renderFields(member, RECORD, switches)},"createStoreAppIdOrAccount":"${appId}"}`;
}

/** A member on a page. */
export function renderPageRow(member: MemberRow, switches: SandboxSwitches): string {
  return `${renderFields(member, PAGE_ROW, switches)}}`;
}

export function renderUid(customerUid: string, switches: SandboxSwitches): string {
  return switches.uidAsText ? `"${customerUid}"` : customerUid;
}

/** An empty field is absent, never null. */
function renderFields(member: MemberRow, fields: readonly PrintedField[], switches: SandboxSwitches): string {
  const uid = renderUid(member.customerUid, switches);
  let json = switches.customrUid ? `{"customrUid":${uid},"customerUid":${uid}` : `{"customerUid":${uid}`;
  for (const { name, key, isAmount } of fields) {
    const value = member[name];
    if (value === '') continue;
    if (typeof value === 'number') json += key + value;
    else json += key + (isAmount ? renderAmount(value, switches.decimalStyle) : JSON.stringify(value));
  }
  return json;
}
