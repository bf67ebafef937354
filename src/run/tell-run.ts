import type { Sending } from '../calls/reporter.ts';
import type { RunContext } from '../calls/run-context.ts';
import { runTexts } from '../texts/run.ts';

/** The run's id, and the one time zone of everything that the run prints. */
export function tellRun(isCarriedOn: boolean, { runId, settings, reporter }: RunContext): void {
  reporter.note(runTexts().begins(runId, isCarriedOn, settings.storeZone));
}

/** What is the same for everything that is sent, for the reporter. */
export function sendingOf(
  { vendors, controls, settings }: RunContext,
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
