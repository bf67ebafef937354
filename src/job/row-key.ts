import { mayBeRounded } from './cells/cell-id.ts';
import { COLUMNS } from './columns.ts';
import type { CustomerRow, LookupRow, MemberRow, TopupRow } from './validate-row.ts';

export type KeyedRow = MemberRow | CustomerRow | TopupRow | LookupRow;

/**
 * What names the member or customer within one file: `number:…`, `uid:…`, `ref:…` or `uuid:…`. The key a
 * person reads comes first; a valid row always has one.
 */
export function memberKey(row: KeyedRow): string {
  return memberKeys(row)[0] ?? '';
}

/**
 * Every name the row gives its member. Two rows that share any of them are about the same member, although
 * one may give the number and the other only the uid.
 */
export function memberKeys(row: KeyedRow): string[] {
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
export function creditKeys(row: KeyedRow): string[] {
  return row.kind === 'topup' && row.reference !== undefined ? [`receipt:${row.reference}`] : [];
}

/**
 * One text for all ways to write the same row: whatever the order of its columns, with 12.5 and 12.50 alike.
 * JSON, so that no value can look like the border between two. Passwords stay out: what is made of this text
 * is kept.
 */
export function rowDigestText(row: KeyedRow): string {
  const { kind, ...rest } = row;
  const { fields, ...own } = 'fields' in rest ? rest : { ...rest, fields: {} };
  const entries = [...Object.entries(own), ...Object.entries(fields)]
    .filter((entry): entry is [string, string] => typeof entry[1] === 'string' && entry[0] !== 'password')
    .map(([name, value]): [string, string] => [name, canonicalValue(name, value)])
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([kind, ...entries]);
}

const AMOUNTS: ReadonlySet<string> = new Set(
  [...COLUMNS.members, ...COLUMNS.topup]
    .filter(({ type }) => type === 'decimal' || type === 'percentage')
    .map(({ name }) => name),
);

function canonicalValue(name: string, value: string): string {
  if (name === 'uuid' || name === 'default_payment_token') return value.toLowerCase();
  return AMOUNTS.has(name) ? canonicalDecimal(value) : value;
}

/** By its digits, since a valid decimal has no exponent and no leading zeros: 12.50 → 12.5, -0.0 → 0. */
function canonicalDecimal(value: string): string {
  const shortest = value.includes('.') ? value.replace(/\.?0+$/, '') : value;
  return shortest === '-0' ? '0' : shortest;
}
