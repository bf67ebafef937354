import type { SandboxSwitches } from '../switches.ts';
import { renderAmount } from './decimal.ts';
import type { MemberRow } from './member-table.ts';

/**
 * A member as queryByNumber and queryByUid print it: keys, order and absences of the captured record
 * (api/kybio.md §3). An empty field is absent, never null.
 */
export function renderMember(member: MemberRow, appId: string, switches: SandboxSwitches): string {
  return (
    renderUids(member.customerUid, switches) +
    text('categoryName', member.categoryName) +
    `,"number":${JSON.stringify(member.number)}` +
    text('name', member.name) +
    renderAmounts(member, switches) +
    text('phone', member.phone) +
    text('birthday', member.birthday) +
    text('qq', member.qq) +
    text('email', member.email) +
    text('address', member.address) +
    text('remarks', member.remarks) +
    `,"createdDate":"${member.createdDate}","onAccount":${member.onAccount},"enable":${member.enable}` +
    text('password', member.passwordMd5) +
    text('expiryDate', member.expiryDate) +
    `,"createStoreAppIdOrAccount":"${appId}"}`
  );
}

/** A member on a page: without remarks, expiryDate and createStoreAppIdOrAccount. */
export function renderPageRow(member: MemberRow, switches: SandboxSwitches): string {
  return (
    renderUids(member.customerUid, switches) +
    text('categoryName', member.categoryName) +
    `,"number":${JSON.stringify(member.number)}` +
    text('name', member.name) +
    renderAmounts(member, switches) +
    text('phone', member.phone) +
    text('birthday', member.birthday) +
    text('qq', member.qq) +
    text('email', member.email) +
    text('address', member.address) +
    `,"createdDate":"${member.createdDate}"` +
    text('password', member.passwordMd5) +
    `,"onAccount":${member.onAccount},"enable":${member.enable}}`
  );
}

export function renderUid(customerUid: string, switches: SandboxSwitches): string {
  return switches.uidAsText ? `"${customerUid}"` : customerUid;
}

function renderUids(customerUid: string, switches: SandboxSwitches): string {
  const uid = renderUid(customerUid, switches);
  return switches.customrUid ? `{"customrUid":${uid},"customerUid":${uid}` : `{"customerUid":${uid}`;
}

function renderAmounts(member: MemberRow, { decimalStyle }: SandboxSwitches): string {
  return (
    `,"point":${renderAmount(member.point, decimalStyle)}` +
    `,"discount":${renderAmount(member.discount, decimalStyle)}` +
    `,"balance":${renderAmount(member.balance, decimalStyle)}`
  );
}

function text(name: string, value: string): string {
  return value === '' ? '' : `,"${name}":${JSON.stringify(value)}`;
}
