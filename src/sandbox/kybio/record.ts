import type { SandboxSwitches } from '../switches.ts';
import { renderAmount } from './amounts.ts';
import type { MemberFields, MemberRow } from './member-table.ts';

const BOTH_START = [
  'categoryName',
  'number',
  'name',
  'point',
  'discount',
  'balance',
  'phone',
  'birthday',
  'qq',
] as const;
const BOTH_MORE = ['email', 'address'] as const;

/** Order of the captured record (api/kybio.md §3). */
const RECORD = [
  ...BOTH_START,
  ...BOTH_MORE,
  'remarks',
  'createdDate',
  'onAccount',
  'enable',
  'passwordMd5',
  'expiryDate',
] as const;
/** A page leaves out remarks, expiryDate and createStoreAppIdOrAccount. */
const PAGE_ROW = [...BOTH_START, ...BOTH_MORE, 'createdDate', 'passwordMd5', 'onAccount', 'enable'] as const;

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
function renderFields(member: MemberRow, names: readonly (keyof MemberFields)[], switches: SandboxSwitches): string {
  const uid = renderUid(member.customerUid, switches);
  let json = switches.customrUid ? `{"customrUid":${uid},"customerUid":${uid}` : `{"customerUid":${uid}`;
  for (const name of names) {
    const value = member[name];
    if (value === '') continue;
    const key = name === 'passwordMd5' ? 'password' : name;
    json += `,"${key}":${typeof value === 'number' ? value : renderText(name, value, switches)}`;
  }
  return json;
}

function renderText(name: keyof MemberFields, value: string, { decimalStyle }: SandboxSwitches): string {
  const isAmount = name === 'point' || name === 'discount' || name === 'balance';
  return isAmount ? renderAmount(value, decimalStyle) : JSON.stringify(value);
}
