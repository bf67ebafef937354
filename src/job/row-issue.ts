import { unreachable } from '../base/errors.ts';
import { columnTexts } from '../texts/tables/columns.ts';
import type { Repair } from './cells/cell-repair.ts';
import { shown } from './cells/cell-text.ts';

export type RowErrorCode =
  | 'REQUIRED'
  | 'NOT_A_DECIMAL'
  | 'OUT_OF_RANGE'
  | 'TOO_LONG'
  | 'NOT_ALLOWED'
  | 'BAD_DATE'
  | 'BAD_PHONE'
  | 'BAD_EMAIL'
  | 'BAD_ID'
  | 'EXCEL_DAMAGED'
  | 'DUPLICATE_ROW'
  | 'WRONG_COLUMN_COUNT'
  | 'NOTHING_TO_DO'
  | 'CREDITED_OTHERWISE';

/** One thing that is wrong with a row; nothing of it is sent. `message` says what, where, the value seen and what to do. */
export type RowIssue = { readonly errorCode: RowErrorCode; readonly column?: string; readonly message: string };

/**
 * Something a person should know about a row that is sent all the same.
 * - `repaired`: a cell was changed without losing anything; `from` and `to` are blank for a secret
 * - `no_country`: a Wonder phone is sent without a country, since neither the number nor a flag names one
 * - `uid_ignored`: the customerUid is damaged; the row goes by its member number
 */
export type RowNote =
  | {
      readonly kind: 'repaired';
      readonly column: string;
      readonly repair: Repair;
      readonly from: string;
      readonly to: string;
    }
  | { readonly kind: 'no_country'; readonly column: string; readonly value: string }
  | { readonly kind: 'uid_ignored'; readonly column: string; readonly value: string };

/** What the result file says of the row; undefined: too small to be told there, the count for the file is enough. */
export function noteText(note: RowNote): string | undefined {
  switch (note.kind) {
    case 'repaired':
      if (note.repair === 'blanks' || note.from === '') return undefined;
      return columnTexts().readAs(note.column, shown(note.from), shown(note.to));
    case 'uid_ignored':
      return columnTexts().uidIgnored(note.column, shown(note.value));
    case 'no_country':
      return undefined;
    default:
      return unreachable(note);
  }
}

/** Names one damage of one column, such as `customerUid:rounded`. */
export type DamageId = `${string}:${'rounded' | 'swapped_dates' | 'signs_lost'}`;

/**
 * What a row alone cannot tell: one id in a thousand ends in three zeros, a whole column of them was rounded.
 * Counts only if the verdict on the column, after the last row, says that the damage is there.
 * - `refuse`: the row is invalid
 * - `ignore_uid`: the row loses its customerUid and goes by its member number, which is whole
 */
export type ConditionalIssue =
  | { readonly damage: DamageId; readonly effect: 'refuse'; readonly issue: RowIssue }
  | { readonly damage: DamageId; readonly effect: 'ignore_uid'; readonly note: RowNote };

/** Counts the notes of a file: one line for each kind and column, whatever the number of rows. */
export class NoteTally {
  readonly #groups = new Map<string, { readonly first: RowNote; readonly rowNumber: number; count: number }>();

  add(rowNumber: number, notes: readonly RowNote[]): void {
    for (const note of notes) {
      const key = `${note.kind} ${note.column} ${note.kind === 'repaired' ? note.repair : ''}`;
      const group = this.#groups.get(key);
      if (group === undefined) this.#groups.set(key, { first: note, rowNumber, count: 1 });
      else group.count += 1;
    }
  }

  /** How many cells have a note of this kind. */
  count(kind: RowNote['kind']): number {
    let count = 0;
    for (const group of this.#groups.values()) if (group.first.kind === kind) count += group.count;
    return count;
  }

  /** One sentence for each group. `phoneCount`: the phones that are sent to Wonder, for "10 of 14". */
  lines(phoneCount?: number): string[] {
    return [...this.#groups.values()].map(({ first, rowNumber, count }) => line(first, rowNumber, count, phoneCount));
  }
}

function line(note: RowNote, rowNumber: number, count: number, phoneCount: number | undefined): string {
  const texts = columnTexts();
  switch (note.kind) {
    case 'repaired': {
      const change = note.from === '' ? undefined : ([shown(note.from), shown(note.to)] as const);
      return texts.repaired(note.column, count, texts.repairs[note.repair], rowNumber, change);
    }
    case 'no_country':
      return texts.noCountry(note.column, count, phoneCount, { value: shown(note.value), rowNumber });
    case 'uid_ignored':
      return texts.uidsIgnored(note.column, count, { value: shown(note.value), rowNumber });
    default:
      return unreachable(note);
  }
}
