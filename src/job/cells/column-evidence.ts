import type { DamageId } from '../row-issue.ts';
import { shown } from './cell-text.ts';

/**
 * What a whole column shows and a single cell cannot: how a spreadsheet or a program has damaged it.
 * - `cells`: each such cell is refused by itself; told once for the column
 * - `rows`: the verdict decides; `id` is what the rows' conditional issues wait for
 * - `warning`: nothing is refused; a person should look
 */
export type ColumnFinding = {
  readonly severity: 'cells' | 'rows' | 'warning';
  /** Set where `severity` is `rows`. */
  readonly id?: DamageId;
  readonly column: string;
  /** How many cells show it. */
  readonly cellCount: number;
  /** The first few rows that show it, with their values. */
  readonly examples: readonly Example[];
  /** What, where, the values seen, and what to do. */
  readonly message: string;
};

export type Example = { readonly rowNumber: number; readonly value: string };

/** Evidence of one kind of damage: its cells are counted, the first few kept. */
export class Evidence {
  cellCount = 0;
  readonly examples: Example[] = [];

  static of(cellCount: number, ...examples: readonly Example[]): Evidence {
    const evidence = new Evidence();
    evidence.cellCount = cellCount;
    evidence.examples.push(...examples.slice(0, EXAMPLES_MAX));
    return evidence;
  }

  add(rowNumber: number, value: string): void {
    this.cellCount += 1;
    if (this.examples.length < EXAMPLES_MAX) this.examples.push({ rowNumber, value: value.slice(0, 80) });
  }

  /** The examples with their values as a message shows them. */
  shown(): readonly Example[] {
    return this.examples.map(({ rowNumber, value }) => ({ rowNumber, value: shown(value) }));
  }
}

const EXAMPLES_MAX = 3;

/** What a detail of a column finds; the judge adds the column. */
export type Finding = Omit<ColumnFinding, 'column' | 'message' | 'cellCount' | 'examples'> & {
  readonly evidence: Evidence;
  /** Without the name of the column. */
  readonly text: string;
};

/** Looks at every value of a column, repaired, and tells at the end what the whole shows. */
export type Detail = {
  see(rowNumber: number, text: string): void;
  findings(): readonly Finding[];
};
