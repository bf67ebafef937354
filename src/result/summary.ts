import { EXIT, type ExitCode, OperatorError, SIGNAL_EXITS } from '../base/errors.ts';
import { zonedIso } from '../base/zoned-time.ts';
import type { Lane } from '../calls/lane.ts';
import type { StopReason } from '../calls/run-control.ts';
import type { Vendors } from '../calls/vendors.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { RunDocument } from './run-document.ts';
import type { Tally } from './tally.ts';

/** The document of a run that was begun, for `--json` and the ledger. */
export async function runDocument(parts: {
  runId: string | null;
  settings: JobSettings;
  /** Null: the command goes nowhere. */
  place: string | null;
  /** '' when there is none. */
  inputPath: string;
  resultPath: string;
  tally: Tally;
  state: RunDocument['state'];
  /** Why the run stopped: of a pause, the document says when calls are back. */
  reason?: StopReason | undefined;
  vendors: Vendors;
  elapsedMs: number;
  exitCode: ExitCode;
  /** What the rows would have cost one by one. */
  rowByRowCalls?: number;
}): Promise<RunDocument> {
  const { settings, tally, vendors } = parts;
  const lanes = lanesOf(vendors);
  return {
    run: parts.runId,
    command: settings.command,
    place: parts.place,
    input: parts.inputPath === '' ? null : parts.inputPath,
    result: parts.resultPath === '' ? null : parts.resultPath,
    state: parts.state,
    rows: tally.rows,
    actions: tally.actions,
    errorCodes: tally.errorCodes,
    notChanged: tally.notChanged,
    calls: { ...sumCalls(lanes), ...(parts.rowByRowCalls !== undefined && { rowByRow: parts.rowByRowCalls }) },
    totals: tally.totals,
    quota: await quotaOf(lanes[0], parts.reason, settings.storeZone),
    elapsedMs: Math.max(0, Math.round(parts.elapsedMs)),
    exitCode: parts.exitCode,
    causes: tally.causes,
  };
}

export function lanesOf({ kybio, wonder }: Vendors): readonly Lane[] {
  return [kybio?.lane, wonder?.lane].filter((lane) => lane !== undefined);
}

export function sumCalls(lanes: readonly Lane[]): RunDocument['calls'] {
  const byEndpoint: Record<string, number> = {};
  for (const { audit } of lanes) Object.assign(byEndpoint, Object.fromEntries(audit.byEndpoint));
  return {
    sent: lanes.reduce((sum, { audit }) => sum + audit.sent, 0),
    retried: lanes.reduce((sum, { audit }) => sum + audit.retried, 0),
    byEndpoint,
  };
}

/** Of the first target: Kybio's, where both are called, since only Kybio has a daily quota. */
async function quotaOf(
  lane: Lane | undefined,
  reason: StopReason | undefined,
  storeZone: string,
): Promise<RunDocument['quota']> {
  if (!lane) return null;
  return {
    day: lane.day,
    limit: lane.settings.dailyQuota ?? null,
    used: lane.usedToday,
    ...(reason?.kind === 'quota' && { resumeAt: zonedIso(reason.resumeAtMs, storeZone) }),
  };
}

/** CONTRACT §6: when several apply, 7 > 4 > 5 > 6 > 1; an interrupted run without rows in doubt says so. */
export function exitCodeOf(reason: StopReason | undefined, tally: Tally): ExitCode {
  const { in_doubt, failed, invalid } = tally.rows;
  if (in_doubt > 0) return EXIT.inDoubt;
  return exitCodeOfReason(reason) ?? (failed + invalid > 0 ? EXIT.rowsFailed : EXIT.ok);
}

/** Undefined: nothing stopped the run, so that its rows decide. */
export function exitCodeOfReason(reason: StopReason | undefined): ExitCode | undefined {
  switch (reason?.kind) {
    case 'mismatch':
      return EXIT.inDoubt;
    case 'credentials':
      return EXIT.credentials;
    case 'breaker':
    case 'max_errors':
      return EXIT.stopped;
    case 'quota':
      return EXIT.paused;
    case 'interrupted':
      return SIGNAL_EXITS[reason.signal];
    case 'fatal':
    case undefined:
      return undefined;
  }
}

/** Lets the error tell the calls that were made before it, and the run that had begun. */
export function withCalls(error: unknown, vendors: Vendors, runId?: string): unknown {
  if (!(error instanceof OperatorError)) return error;
  error.spent = sumCalls(lanesOf(vendors));
  if (runId !== undefined) error.runId = runId;
  return error;
}

/** Calls of two parts of a run. */
export function addCalls(
  left: RunDocument['calls'] | undefined,
  right: RunDocument['calls'] = { sent: 0, retried: 0, byEndpoint: {} },
): RunDocument['calls'] {
  if (left === undefined) return right;
  const byEndpoint: Record<string, number> = { ...left.byEndpoint };
  for (const [endpoint, count] of Object.entries(right.byEndpoint)) {
    byEndpoint[endpoint] = (byEndpoint[endpoint] ?? 0) + count;
  }
  const rowByRow = (left.rowByRow ?? 0) + (right.rowByRow ?? 0);
  return {
    ...{ sent: left.sent + right.sent, retried: left.retried + right.retried, byEndpoint },
    ...((left.rowByRow ?? right.rowByRow) !== undefined && { rowByRow }),
  };
}
