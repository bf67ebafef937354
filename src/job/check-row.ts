import { assert, unreachable } from '../base/errors.ts';
import { zonedDay } from '../base/zoned-time.ts';
import type { Target } from '../ledger/ledger.ts';
import { rowTexts } from '../texts/tables/rows.ts';
import type { FileKind } from './columns.ts';
import type { HeaderMatch } from './header-match.ts';
import type { JobSettings } from './job-settings.ts';
import { type ConditionalIssue, type DamageId, noteText, type RowIssue, type RowNote } from './row-issue.ts';
import {
  type CustomerRow,
  type LookupRow,
  type MemberRow,
  type TopupRow,
  type Validated,
  type ValidationOptions,
  validateCustomer,
  validateLookup,
  validateMember,
  validateTopup,
} from './validate-row.ts';

export type JobRow = MemberRow | CustomerRow | TopupRow | LookupRow;

/** A row that may be sent, once for each target of the run. */
export type TargetRow = { readonly target: Target; readonly row: JobRow };

/** What is empty is absent. */
export type CheckedRow =
  | {
      readonly isValid: true;
      readonly targetRows: readonly TargetRow[];
      /** For the row's messages in the result file. */
      readonly notes?: readonly string[];
      /** To be counted over the whole file, see `NoteTally`. */
      readonly counted?: readonly RowNote[];
      /** What only the whole column decides, see `settleRow`. */
      readonly conditional?: readonly ConditionalIssue[];
    }
  | {
      readonly isValid: false;
      readonly issues: readonly RowIssue[];
      readonly notes?: undefined;
      readonly counted?: undefined;
      readonly conditional?: undefined;
    };

/**
 * Makes the check of a file's rows, for every target of the run. A row that one target would refuse is
 * invalid as a whole: `invalid` promises that nothing was sent.
 *
 * @param nowMs milliseconds since the epoch: nobody is born after today at the store
 */
export function rowChecker(
  settings: JobSettings,
  match: HeaderMatch,
  nowMs: number,
): (cells: readonly string[]) => CheckedRow {
  const options: ValidationOptions = {
    mode: settings.mode,
    trustRoundIds: settings.trustRoundIds,
    changesCategory: settings.changesCategory,
    today: zonedDay(nowMs, settings.storeZone),
    ...(settings.dateFormats && { dateFormats: [...settings.dateFormats] }),
    ...(settings.country && { country: settings.country }),
  };
  // One kind for each target, in the same order.
  const checks = settings.targets.map((target, index) => ({
    target,
    check: checkOf(settings.fileKinds[index], target, match, options),
  }));
  const [only] = checks.length === 1 ? checks : [];
  return (cells) => {
    if (only === undefined) return joined(checks.map(({ target, check }) => ({ target, checked: check(cells) })));
    // One target and nothing to tell, as nearly all rows are.
    const { target } = only;
    const checked = only.check(cells);
    if (checked.isValid && checked.notes === undefined && checked.conditional === undefined) {
      return { isValid: true, targetRows: [{ target, row: checked.row }] };
    }
    return joined([{ target, checked }]);
  };
}

/** What the checks of all targets say of one row. */
function joined(parts: readonly { readonly target: Target; readonly checked: Validated<JobRow> }[]): CheckedRow {
  const targetRows: TargetRow[] = [];
  const issues: RowIssue[] = [];
  const counted: RowNote[] = [];
  const conditional: ConditionalIssue[] = [];
  for (const { target, checked } of parts) {
    if (!checked.isValid) {
      issues.push(...checked.issues.filter((issue) => !issues.some((known) => known.message === issue.message)));
      continue;
    }
    targetRows.push({ target, row: checked.row });
    if (checked.notes !== undefined) counted.push(...checked.notes.filter((note) => !isToldOf(counted, note)));
    // Each target's own: the one may lose its uid where the other has none.
    if (checked.conditional !== undefined) conditional.push(...checked.conditional);
  }
  if (issues.length > 0) return { isValid: false, issues };
  const notes = counted.flatMap((note) => noteText(note) ?? []);
  return {
    isValid: true,
    targetRows,
    ...(notes.length > 0 && { notes }),
    ...(counted.length > 0 && { counted }),
    ...(conditional.length > 0 && { conditional }),
  };
}

/** Two targets that read the same cell repair it in the same way. */
function isToldOf(notes: readonly RowNote[], note: RowNote): boolean {
  return notes.some(
    (known) =>
      known.kind === note.kind &&
      known.column === note.column &&
      (known.kind !== 'repaired' || note.kind !== 'repaired' || known.repair === note.repair),
  );
}

/** What is left of a valid row once the verdict on its columns is known. */
type SettledRow = {
  /** Not empty: the row is invalid after all. */
  readonly issues: readonly RowIssue[];
  /** The very same list where nothing changed. */
  readonly targetRows: readonly TargetRow[];
  /** For the row's messages, beside those that the row has. */
  readonly notes: readonly string[];
};

/**
 * Settles, after the last row of the file, what was conditional: it counts now, or is forgotten.
 *
 * @param damages what the verdict found, see `ColumnJudge`
 */
export function settleRow(
  { targetRows, conditional = [] }: Pick<Extract<CheckedRow, { isValid: true }>, 'targetRows' | 'conditional'>,
  damages: ReadonlySet<DamageId>,
): SettledRow {
  const issues: RowIssue[] = damages.has('birthday:swapped_dates') ? swappedDates(targetRows) : [];
  const notes: string[] = [];
  for (const condition of conditional) {
    if (!damages.has(condition.damage)) continue;
    if (condition.effect === 'ignore_uid') notes.push(noteText(condition.note) ?? '');
    else if (!issues.some(({ message }) => message === condition.issue.message)) issues.push(condition.issue);
  }
  return { issues, targetRows: notes.length === 0 ? targetRows : targetRows.map(withoutUid), notes };
}

/**
 * A birthday whose day could be a month, in a column where a spreadsheet has swapped the two. Seen in the row
 * itself: a conditional issue would be carried by two rows of five in every honest file.
 */
function swappedDates(targetRows: readonly TargetRow[]): RowIssue[] {
  for (const { row } of targetRows) {
    const birthday = row.kind === 'member' ? row.fields.birthday : undefined;
    if (birthday === undefined || Number(birthday.slice(8, 10)) > 12) continue;
    return [
      {
        errorCode: 'EXCEL_DAMAGED',
        column: 'birthday',
        message: rowTexts().swappedDate(birthday.slice(0, 10)),
      },
    ];
  }
  return [];
}

function withoutUid({ target, row }: TargetRow): TargetRow {
  if (!('customerUid' in row)) return { target, row };
  const { customerUid: _, ...rest } = row;
  return { target, row: rest };
}

function checkOf(
  kind: FileKind | undefined,
  target: Target,
  match: HeaderMatch,
  options: ValidationOptions,
): (cells: readonly string[]) => Validated<JobRow> {
  assert(kind !== undefined, `no kind of file for ${target}`);
  switch (kind) {
    case 'members':
      return (cells) => validateMember(cells, match, options);
    case 'customers':
      return (cells) => validateCustomer(cells, match, options);
    case 'topup':
      return (cells) => validateTopup(cells, match, options);
    case 'lookups':
      return (cells) => validateLookup(cells, match, options, target);
    default:
      return unreachable(kind);
  }
}
