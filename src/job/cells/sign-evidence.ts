import { columnTexts } from '../../texts/tables/columns.ts';
import type { HeaderMatch } from '../header-match.ts';
import type { ConditionalIssue, DamageId } from '../row-issue.ts';
import { shown } from './cell-text.ts';

/** Column → how many cells have a value, and how many of these begin with 0 or +. Columns without such a sign are not in it. */
export type SignCounts = Readonly<Record<string, { readonly cells: number; readonly signs: number }>>;

/** The columns whose values begin with signs that a spreadsheet takes away. */
const COLUMNS_WITH_SIGNS = ['number', 'reference_number', 'phone'] as const;

/** Fewer signs than this are expected by chance alone in a list that somebody has shortened. */
const EXPECTED_MIN = 4;

/**
 * Compares a result that comes back with the input it was made of: where most phones began with + and none does any
 * more, a spreadsheet has opened and saved the file.
 */
export class SignEvidence {
  readonly #columns: readonly { readonly name: string; readonly index: number; cells: number; signs: number }[];
  readonly #earlier: SignCounts;

  constructor(match: HeaderMatch, earlier: SignCounts | undefined) {
    this.#earlier = earlier ?? {};
    this.#columns = COLUMNS_WITH_SIGNS.flatMap((name) => {
      const index = match.columns.get(name);
      return index === undefined ? [] : [{ name, index, cells: 0, signs: 0 }];
    });
  }

  /** @returns what refuses the row, should the whole column turn out to have lost its signs */
  see(cells: readonly string[], row: { readonly targetRows: readonly unknown[] }): readonly ConditionalIssue[] {
    let found: readonly ConditionalIssue[] = NONE;
    for (const column of this.#columns) {
      const text = cells[column.index] ?? '';
      if (text === '') continue;
      column.cells += 1;
      if (text.startsWith('0') || text.startsWith('+')) column.signs += 1;
      else if (this.#earlier[column.name] !== undefined && row.targetRows.length > 0 && DIGITS.test(text)) {
        found = [...found, conditionOf(column.name, text)];
      }
    }
    return found;
  }

  /** Asked once, after the last row. */
  damages(): readonly DamageId[] {
    return this.#lost().map(({ name }) => `${name}:signs_lost` as const);
  }

  notes(): readonly string[] {
    return this.#lost().map(({ name, cells, signs, earlier }) =>
      columnTexts().signsLost(name, [earlier.signs, earlier.cells], [signs, cells]),
    );
  }

  counts(): SignCounts {
    const kept = this.#columns.filter(({ signs }) => signs > 0);
    // What was lost already stays lost: the next result is compared with the first input.
    const lost = this.#lost().map(({ name, earlier }) => [name, earlier] as const);
    return Object.fromEntries([...kept.map(({ name, cells, signs }) => [name, { cells, signs }] as const), ...lost]);
  }

  #lost() {
    return this.#columns.flatMap((column) => {
      const earlier = this.#earlier[column.name];
      if (earlier === undefined || column.cells === 0) return [];
      const share = earlier.signs / earlier.cells;
      const isTelling = share > 0.9 || share * column.cells >= EXPECTED_MIN;
      return isTelling && column.signs / column.cells < share / 2 ? [{ ...column, earlier }] : [];
    });
  }
}

/** Made once: most rows have none. */
const NONE: readonly ConditionalIssue[] = [];

const DIGITS = /^[1-9][0-9]+$/;

function conditionOf(column: string, text: string): ConditionalIssue {
  const message = columnTexts().signLost(column, shown(text));
  return { damage: `${column}:signs_lost`, effect: 'refuse', issue: { errorCode: 'EXCEL_DAMAGED', column, message } };
}
