import type { Sending } from '../calls/reporter.ts';
import type { RunContext } from '../calls/run-context.ts';
import { countIn, type StateCounts } from '../ledger/row-states.ts';
import { runTexts } from '../texts/runs/run.ts';

type TellContext = Pick<RunContext, 'runId' | 'settings' | 'reporter'>;

/** The run's id, and the one time zone of everything that the run prints. */
export function tellRun(isCarriedOn: boolean, { runId, settings, reporter }: TellContext): void {
  reporter.note(runTexts().begins(runId, isCarriedOn, settings.storeZone));
}

/** What is the same for everything that is sent, for the reporter. */
export function sendingOf(
  { vendors, controls, settings }: Pick<RunContext, 'vendors' | 'controls' | 'settings'>,
  createdMs: number,
): Pick<Sending, 'lanes' | 'controls' | 'storeZone' | 'createdMs' | 'invalidCount'> {
  return {
    lanes: [vendors.kybio?.lane, vendors.wonder?.lane].filter((lane) => lane !== undefined),
    controls,
    storeZone: settings.storeZone,
    createdMs,
    invalidCount: 0,
  };
}

/** What the ledger has decided of a run. */
export function endedOf(parts: readonly StateCounts[]): Sending['ended'] {
  const countOf = (states: Parameters<typeof countIn>[1]) =>
    parts.reduce((sum, counts) => sum + countIn(counts, states), 0);
  return { done: countOf(['done']), failed: countOf(['failed', 'invalid']), inDoubt: countOf(['in_doubt']) };
}
