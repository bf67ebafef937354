import { assert } from '../base/errors.ts';
import type { Target } from '../ledger/ledger.ts';
import { customerSteps } from './customer-steps.ts';
import { chooseFields } from './fetched-fields.ts';
import type { HeaderMatch } from './header-match.ts';
import type { JobSettings } from './job-settings.ts';
import { customerLookupSteps, memberLookupSteps } from './lookup-steps.ts';
import { type Categories, memberSteps, type PriorIntent } from './member-steps.ts';
import type { Steps } from './outcome.ts';
import { topupSteps } from './topup-steps.ts';
import {
  type CustomerRow,
  type LookupRow,
  type MemberRow,
  type RowIssue,
  type TopupRow,
  type Validated,
  validateCustomer,
  validateLookup,
  validateMember,
  validateTopup,
} from './validate-row.ts';

export type JobRow = MemberRow | CustomerRow | TopupRow | LookupRow;

/** A row that may be sent, once for each target of the run. */
export type TargetRow = { readonly target: Target; readonly row: JobRow };

export type CheckedRow =
  | { readonly isValid: true; readonly targetRows: readonly TargetRow[] }
  | { readonly isValid: false; readonly issues: readonly RowIssue[] };

/**
 * Checks one row for every target of the run. A row that one target would refuse is invalid as a whole:
 * `invalid` promises that nothing was sent.
 */
export function checkRow(settings: JobSettings, cells: readonly string[], match: HeaderMatch): CheckedRow {
  const targetRows: TargetRow[] = [];
  const issues: RowIssue[] = [];
  for (const target of settings.targets) {
    const checked = checkFor(settings, target, cells, match);
    if (checked.isValid) targetRows.push({ target, row: checked.row });
    else issues.push(...checked.issues.filter((issue) => !issues.some((known) => known.message === issue.message)));
  }
  return issues.length > 0 ? { isValid: false, issues } : { isValid: true, targetRows };
}

function checkFor(
  settings: JobSettings,
  target: Target,
  cells: readonly string[],
  match: HeaderMatch,
): Validated<JobRow> {
  const options = {
    mode: settings.mode,
    trustRoundIds: settings.trustRoundIds,
    changesCategory: settings.changesCategory,
    ...(settings.dateFormats && { dateFormats: [...settings.dateFormats] }),
    ...(settings.country && { country: settings.country }),
  };
  // One kind for each target, in the same order.
  const fileKind = settings.fileKinds[settings.targets.indexOf(target)];
  switch (fileKind) {
    case 'members':
      return validateMember(cells, match, options);
    case 'customers':
      return validateCustomer(cells, match, options);
    case 'topup':
      return validateTopup(cells, match, options);
    case 'lookups':
      return validateLookup(cells, match, options, target);
    default:
      assert(false, `no kind of file for ${target}`);
  }
}

/** The steps of one row at its target. `prior` is the write that an earlier, unfinished attempt had begun. */
export function stepsOf(
  settings: JobSettings,
  { row, target }: TargetRow,
  prior: PriorIntent,
  categories: Categories,
): Steps {
  switch (row.kind) {
    case 'member':
      return memberSteps(row, settings.mode, prior, categories);
    case 'customer':
      return customerSteps(row);
    case 'topup':
      return topupSteps(row, settings.readsBefore);
    case 'lookup':
      return target === 'kybio'
        ? memberLookupSteps(row, chooseFields('kybio', settings.columns))
        : customerLookupSteps(row);
    default:
      assert(false, 'a row of no known kind');
  }
}
