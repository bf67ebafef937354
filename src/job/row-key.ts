import { mayBeRounded } from './cells/cell-id.ts';
import type { JobRow } from './check-row.ts';

/**
 * What names the member or customer within one file: `number:…`, `uid:…`, `ref:…` or `uuid:…`. The key a
 * person reads comes first; a valid row always has one.
 */
export function memberKey(row: JobRow): string {
  return memberKeys(row)[0] ?? '';
}

/**
 * Every name the row gives its member. Two rows that share any of them are about the same member, although
 * one may give the number and the other only the uid.
 */
export function memberKeys(row: JobRow): string[] {
  const keys: string[] = [];
  if ('number' in row && row.number !== undefined) keys.push(`number:${row.number}`);
  // A uid that a spreadsheet may have rounded can be the same for two members whose numbers tell them apart.
  const isSure = keys.length === 0 || !('customerUid' in row) || !mayBeRounded(row.customerUid ?? '');
  if ('customerUid' in row && row.customerUid !== undefined && isSure) keys.push(`uid:${row.customerUid}`);
  if ('reference_number' in row && row.reference_number !== undefined) keys.push(`ref:${row.reference_number}`);
  if ('uuid' in row && row.uuid !== undefined) keys.push(`uuid:${row.uuid.toLowerCase()}`);
  return keys;
}

/**
 * The row's own reference as a key, or nothing. It names the credit, not the member: two rows that share it are one
 * credit written twice, although their members differ. Not `ref:…`, which is a customer of Wonder.
 */
export function creditKeys(row: JobRow): string[] {
  return row.kind === 'topup' && row.reference !== undefined ? [`receipt:${row.reference}`] : [];
}
