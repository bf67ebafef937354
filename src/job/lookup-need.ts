import type { TextFields } from '../base/text-fields.ts';
import { FIELDS_NOT_IN_PAGES } from './fetched-fields.ts';
import { type ImportMode, isUpdatedByUid } from './member-steps.ts';
import { isMemberRead } from './topup-steps.ts';
import type { CustomerRow, LookupRow, MemberRow, TopupRow } from './validate-row.ts';

/**
 * What a row wants to know of its record before it is written:
 * - needed: a lookup that a page can answer
 * - pages: only pages can answer (a Wonder customer by uuid)
 * - saves: no lookup is needed, but an unchanged record would cost no write
 * - none: nothing, or nothing that a page holds
 */
type LookupNeed = 'needed' | 'pages' | 'saves' | 'none';

export function lookupNeed(
  row: MemberRow | CustomerRow | TopupRow | LookupRow,
  settings: { readonly mode: ImportMode; readonly fields: readonly string[]; readonly readsBefore: boolean },
): LookupNeed {
  switch (row.kind) {
    case 'member':
      if (settings.mode === 'create') return 'none';
      if (!isUpdatedByUid(row, settings.mode)) return 'needed';
      return Object.keys(row.fields).some((name) => FIELDS_NOT_IN_PAGES.includes(name)) ? 'none' : 'saves';
    case 'topup':
      return isMemberRead(row, settings.readsBefore) ? 'needed' : 'none';
    case 'customer':
      if (settings.mode === 'update' && row.uuid === undefined) return 'needed';
      return givesUnreadable(row.fields) ? 'none' : 'saves';
    case 'lookup':
      if (row.reference_number === undefined && row.uuid !== undefined) return 'pages';
      return settings.fields.some((field) => FIELDS_NOT_IN_PAGES.includes(field)) ? 'none' : 'needed';
  }
}

function givesUnreadable(fields: TextFields): boolean {
  return fields.company_name !== undefined;
}

/** Calls that the row takes when each is done by itself: a lookup where there is a number, and the write. */
export function rowByRowCalls(
  row: MemberRow | CustomerRow | TopupRow | LookupRow,
  { mode, readsBefore }: { readonly mode: ImportMode; readonly readsBefore: boolean },
): number {
  switch (row.kind) {
    case 'member':
      return row.number === undefined ? 1 : 2;
    case 'topup':
      return isMemberRead(row, readsBefore) ? 2 : 1;
    case 'customer':
      return mode === 'update' && row.uuid === undefined ? 2 : 1;
    case 'lookup':
      return 1;
  }
}
