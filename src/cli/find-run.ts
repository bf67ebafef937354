import { usageError } from '../base/errors.ts';
import type { LedgerReader, RunRecord } from '../ledger/ledger.ts';
import { commandTexts } from '../texts/cli/commands.ts';

/**
 * The run, and the ledger that knows it.
 *
 * @param ledger undefined: there is none yet
 * @throws OperatorError UNKNOWN_RUN (exit 2)
 */
export async function findRun<L extends LedgerReader>(
  runId: string,
  ledger: L | undefined,
): Promise<{ readonly run: RunRecord; readonly ledger: L }> {
  const run = await ledger?.runs.find(runId);
  if (ledger && run) return { run, ledger };
  throw usageError('UNKNOWN_RUN', commandTexts().unknownRun(runId), commandTexts().unknownRunHint);
}
