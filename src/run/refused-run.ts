import { OperatorError } from '../base/errors.ts';
import { removePrivateFolder } from '../base/private-folder.ts';
import type { Ledger } from '../ledger/ledger.ts';

/**
 * Whether a run was refused before its first row: by the person who was asked, or for what was found when the vendor was
 * read, such as a category that is not there. Nothing of it is to be carried on: it would only be refused again, and
 * until it is cancelled it would take the place of a corrected command.
 */
export async function isRefused(error: unknown, runId: string, ledger: Ledger): Promise<boolean> {
  // No other error: a result file that is open elsewhere must not cost a run its copy of the input.
  if (!(error instanceof OperatorError) || !REFUSALS.has(error.code)) return false;
  return !(await isBegun(runId, ledger));
}

const REFUSALS: ReadonlySet<string> = new Set(['NOT_CONFIRMED', 'UNKNOWN_CATEGORY']);

/** Whether any row was sent or decided. */
export async function isBegun(runId: string, { rows }: Ledger): Promise<boolean> {
  for await (const page of rows.read(runId)) return page.length > 0;
  return false;
}

export async function giveUp(runId: string, runFolder: string, ledger: Ledger): Promise<void> {
  await ledger.runs.cancel(runId);
  await ledger.stages?.remove(runId);
  removePrivateFolder(runFolder);
}
