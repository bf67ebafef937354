import { type FileKind, RESULT_COLUMNS } from '../../src/job/columns.ts';
import { matchHeader, type Vendor } from '../../src/job/header-match.ts';
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
