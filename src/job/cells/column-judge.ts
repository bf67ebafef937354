import { columnTexts } from '../../texts/tables/columns.ts';
import { COLUMNS, type Column } from '../columns.ts';
import type { HeaderMatch } from '../header-match.ts';
import type { JobSettings } from '../job-settings.ts';
import { columnLabel } from '../read-cells.ts';
import type { DamageId } from '../row-issue.ts';
import { repairCell } from './cell-repair.ts';
import { isPointZero, isScientific, isSpreadsheetError } from './cell-text.ts';
import { type ColumnFinding, type Detail, Evidence, type Finding } from './column-evidence.ts';
import { DateEvidence } from './date-evidence.ts';
import { DigitEvidence, PhoneEvidence } from './number-evidence.ts';

export type ColumnVerdict = {
  readonly findings: readonly ColumnFinding[];
  /** The damages that make the rows' conditional issues count; for `settleRow`. */
  readonly damages: readonly DamageId[];
  /** One sentence for each finding. */
  readonly notes: readonly string[];
};

/**
 * Looks at every row of a file while it is read once, and judges its columns at the end. Memory does not grow
 * with the file.
 */
export class ColumnJudge {
  readonly #columns: readonly JudgedColumn[];

  constructor(match: HeaderMatch, settings: Pick<JobSettings, 'fileKinds' | 'trustRoundIds'>) {
    const columns = new Map(settings.fileKinds.flatMap((kind) => COLUMNS[kind]).map((column) => [column.name, column]));
    this.#columns = [...columns.values()].flatMap((column) => {
      const index = match.columns.get(column.name);
      if (index === undefined || column.type === 'secret') return [];
      return [new JudgedColumn(column, index, columnLabel(match, column.name), detailOf(column, settings))];
    });
  }

  /** @param rowNumber 1-based record */
  see(rowNumber: number, cells: readonly string[]): void {
    for (const column of this.#columns) {
      const raw = cells[column.index];
      if (raw !== undefined && raw !== '') column.see(rowNumber, raw);
    }
  }

  /** Asked once, after the last row. */
  verdict(): ColumnVerdict {
    const findings = this.#columns.flatMap((column) => column.findings());
    return {
      findings,
      damages: findings.flatMap(({ id }) => id ?? []),
      notes: findings.map(({ message }) => message),
    };
  }
}

function detailOf(column: Column, options: { readonly trustRoundIds: boolean }): Detail | undefined {
  switch (column.type) {
    case 'reference':
    case 'uid':
      return new DigitEvidence(column, options.trustRoundIds);
    case 'contact':
    case 'phone':
      return column.name === 'phone' ? new PhoneEvidence() : undefined;
    case 'birthday':
      return new DateEvidence(column.name);
    default:
      return undefined;
  }
}

/** No value that any evidence looks for is longer. */
const VALUE_LENGTH_MAX = 60;

class JudgedColumn {
  readonly index: number;
  readonly #column: Column;
  readonly #label: string;
  readonly #detail: Detail | undefined;
  /** Where 8.01E+09 may well be meant. */
  readonly #isWords: boolean;
  readonly #shortened = new Evidence();
  readonly #pointZero = new Evidence();
  readonly #errors = new Evidence();

  constructor(column: Column, index: number, label: string, detail: Detail | undefined) {
    this.index = index;
    this.#column = column;
    this.#label = label;
    this.#detail = detail;
    this.#isWords = column.type === 'text' || column.type === 'email' || column.type === 'choice';
  }

  see(rowNumber: number, raw: string): void {
    if (raw.length > VALUE_LENGTH_MAX) return;
    // Without a detail only #N/A and 8.01E+09 are looked for: few cells hold one of their characters.
    if (this.#detail === undefined && !(this.#isWords ? raw.includes('#') : MAY_BE_DAMAGED.test(raw))) return;
    // Digits and dates, the most common cases, are no damage.
    const text = DIGITS.test(raw) ? raw : this.#seeClosely(rowNumber, raw);
    if (text !== '') this.#detail?.see(rowNumber, text);
  }

  #seeClosely(rowNumber: number, raw: string): string {
    const { type } = this.#column;
    const text = NEEDS_NO_REPAIR.test(raw) ? raw : repairCell(raw, type).text;
    if (isSpreadsheetError(text)) this.#errors.add(rowNumber, text);
    else if (this.#isWords) return text;
    else if (isScientific(text)) this.#shortened.add(rowNumber, text);
    else if (isNumberOfSomebody(type) && isPointZero(text)) this.#pointZero.add(rowNumber, text);
    else return text;
    return '';
  }

  findings(): readonly ColumnFinding[] {
    const own: Finding[] = [
      {
        severity: 'cells',
        evidence: this.#shortened,
        text: columnTexts().shortened,
      },
      {
        severity: 'cells',
        evidence: this.#pointZero,
        text: columnTexts().pointZero,
      },
      {
        severity: 'cells',
        evidence: this.#errors,
        text: columnTexts().errors,
      },
    ];
    return [...own, ...(this.#detail?.findings() ?? [])]
      .filter(({ evidence }) => evidence.cellCount > 0)
      .map(({ evidence, text, ...finding }) => ({
        ...finding,
        column: this.#column.name,
        cellCount: evidence.cellCount,
        examples: evidence.examples,
        message: columnTexts().finding(this.#label, evidence.cellCount, evidence.shown(), text),
      }));
  }
}

const MAY_BE_DAMAGED = /[#Ee]/;
const DIGITS = /^[0-9-]+$/;
/** `repairCell` leaves such a cell as it stands, whatever its column. */
const NEEDS_NO_REPAIR = /^[A-Za-z0-9.+_-]+$/;

function isNumberOfSomebody(type: Column['type']): boolean {
  return type === 'reference' || type === 'uid' || type === 'contact' || type === 'phone';
}
