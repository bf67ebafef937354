import { unreachable } from '../base/errors.ts';
import type { TargetRow } from './check-row.ts';
import { customerSteps } from './customer-steps.ts';
import { chooseFields } from './fetched-fields.ts';
import type { JobSettings } from './job-settings.ts';
import { customerLookupSteps, memberLookupSteps } from './lookup-steps.ts';
import { type Categories, memberSteps, type PriorIntent } from './member-steps.ts';
import type { Steps } from './outcome.ts';
import { topupSteps } from './topup-steps.ts';

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
      return customerSteps(row, settings.mode);
    case 'topup':
      return topupSteps(row, settings.readsBefore);
    case 'lookup':
      return target === 'kybio'
        ? memberLookupSteps(row, chooseFields('kybio', settings.columns))
        : customerLookupSteps(row);
    default:
      return unreachable(row);
  }
}
