import { ColumnJudge, type ColumnVerdict } from '../../src/job/cells/column-judge.ts';
import { type CheckedRow, rowChecker, settleRow } from '../../src/job/check-row.ts';
import { type FileKind, RESULT_COLUMNS } from '../../src/job/columns.ts';
import { type HeaderMapping, type HeaderMatch, matchHeader, type Vendor } from '../../src/job/header-match.ts';
import type { JobSettings } from '../../src/job/job-settings.ts';
import { type DamageId, NoteTally } from '../../src/job/row-issue.ts';
import {
  type RowIssue,
  type Validated,
  type ValidationOptions,
  validateCustomer,
  validateLookup,
  validateMember,
  validateTopup,
} from '../../src/job/validate-row.ts';

/** Cells by header; the file is just these columns. */
type Cells = Record<string, string>;

type Options = Partial<ValidationOptions>;

/** One row of a file with these headers, read by its validator. `filled` says what else a row of its kind needs. */
export const member = (cells: Cells, options: Options = {}) => {
  const filled = 'number' in cells || 'customerUid' in cells || '会员号' in cells ? cells : { number: 'M1', ...cells };
  return validateMember(Object.values(filled), matchHeader(Object.keys(filled), 'members'), withMode(options));
};

export const customer = (cells: Cells, options: Options = {}) => {
  const filled = { reference_number: 'K1', name: 'Chan', phone: '91234567', ...cells };
  return validateCustomer(Object.values(filled), matchHeader(Object.keys(filled), 'customers'), withMode(options));
};

export const topup = (cells: Cells, options: Options = {}) => {
  const filled = 'number' in cells || 'customerUid' in cells ? cells : { number: 'M1', ...cells };
  return validateTopup(Object.values(filled), matchHeader(Object.keys(filled), 'topup'), withMode(options));
};

export const lookup = (cells: Cells, vendor: Vendor, options: Options = {}) =>
  validateLookup(
    Object.values(cells),
    matchHeader(Object.keys(cells), 'lookups', {}, vendor),
    withMode(options),
    vendor,
  );

function withMode(options: Options): ValidationOptions {
  return { mode: 'upsert', ...options };
}

export function issuesOf(validated: Validated<unknown>): readonly RowIssue[] {
  return validated.isValid ? [] : validated.issues;
}

/** `CODE message` of each issue. */
export function problemsOf(validated: Validated<unknown>): string[] {
  return issuesOf(validated).map((issue) => `${issue.errorCode} ${issue.message}`);
}

export function codesOf(validated: Validated<unknown>): string[] {
  return issuesOf(validated).map((issue) => issue.errorCode);
}

/** The fields of a valid row as a plain object, so that it compares with a literal. */
export function fieldsOf(validated: Validated<{ fields: object }>): object {
  return validated.isValid ? { ...validated.row.fields } : { issues: validated.issues };
}

export const resultHeaders = RESULT_COLUMNS.map((name) => `result_${name}`);

export const allKinds: readonly FileKind[] = ['members', 'customers', 'topup', 'lookups'];

export type FileOptions = Partial<ValidationOptions> & {
  readonly mapping?: HeaderMapping;
  readonly vendor?: Vendor;
};

export type CheckedFile = {
  readonly match: HeaderMatch;
  readonly verdict: ColumnVerdict;
  readonly rows: readonly CheckedRow[];
  readonly notes: NoteTally;
  /** `row: CODE CODE` of each invalid row. */
  readonly refused: readonly string[];
};

/** A whole file, checked as intake does: every row once, then the verdict on the columns. */
export function checkFile(
  [header = [], ...records]: readonly (readonly string[])[],
  kind: FileKind,
  { mapping = {}, vendor = kind === 'customers' ? 'wonder' : 'kybio', ...options }: FileOptions = {},
): CheckedFile {
  const match = matchHeader(header, kind, mapping, vendor);
  const settings = settingsFor(kind, vendor, options);
  const check = rowChecker(settings, match, Date.parse(`${options.today ?? '2026-11-25'}T04:00:00Z`));
  const judge = new ColumnJudge(match, settings);
  const notes = new NoteTally();
  const checked = records.map((cells, index) => {
    judge.see(index + 1, cells);
    const row = check(cells);
    notes.add(index + 1, row.counted ?? []);
    return row;
  });
  const verdict = judge.verdict();
  const rows = checked.map((row) => settled(row, new Set(verdict.damages)));
  const refused = rows.flatMap((row, index) =>
    row.isValid ? [] : [`${index + 1}: ${row.issues.map((issue) => issue.errorCode).join(' ')}`],
  );
  return { match, verdict, rows, notes, refused };
}

function settled(row: CheckedRow, damages: ReadonlySet<DamageId>): CheckedRow {
  if (!row.isValid) return row;
  const { issues, targetRows, notes } = settleRow(row, damages);
  if (issues.length > 0) return { isValid: false, issues };
  return { isValid: true, targetRows, notes: [...(row.notes ?? []), ...notes] };
}

function settingsFor(kind: FileKind, vendor: Vendor, options: Partial<ValidationOptions>): JobSettings {
  return {
    command: kind === 'topup' ? 'topup' : kind === 'lookups' ? 'export' : 'import',
    fileKinds: [kind],
    targets: [vendor],
    mode: options.mode ?? 'upsert',
    columns: undefined,
    encoding: undefined,
    delimiter: undefined,
    raw: false,
    columnMap: undefined,
    dateFormats: options.dateFormats,
    country: options.country,
    trustRoundIds: options.trustRoundIds === true,
    storeZone: 'Asia/Shanghai',
    lookup: 'auto',
    changesCategory: false,
    onDuplicate: 'reject',
    skipInvalid: false,
    campaign: '',
    repeatWindowMs: 0,
    skipsCredited: false,
    isAgain: false,
    readsBefore: false,
    ignoresResults: false,
    headerRow: undefined,
    sheet: undefined,
    excel: false,
  };
}
