import { zonedDay } from '../base/zoned-time.ts';
import type { Evidence, LedgerReader, RowRecord, RunRecord } from '../ledger/ledger.ts';
import type { RunDocument } from '../result/run-document.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { type DayForecast, forecast, type QuotaDay } from './quota-days.ts';
import type { RowFacts } from './report-rows.ts';

/** Everything that the page shows. Sums, counts and a bounded number of rows: it does not grow with the run. */
export type ReportData = {
  readonly run: RunRecord;
  readonly saved: SavedSettings;
  readonly document: Omit<RunDocument, 'state'>;
  /** As the ledger says; `running` while the run is at work or sleeps. */
  readonly state: RunRecord['state'];
  /** Undefined: nothing is known of single rows. */
  readonly rows: RowFacts | undefined;
  /** The rows were read from the ledger alone, which does not know those that were never begun. */
  readonly lacksResult: boolean;
  readonly doubts: readonly Doubt[];
  readonly doubtCount: number;
  readonly days: readonly QuotaDay[];
  readonly forecast: DayForecast | undefined;
  readonly undoneBy: readonly string[];
  /** Who has recorded how many rows, where several processes carried the run on. */
  readonly workers: readonly { readonly who: string; readonly rowCount: number }[];
  readonly madeMs: number;
};

/** An increment that may or may not have been applied, with what is known of it. */
export type Doubt = { readonly record: RowRecord; readonly evidence: readonly Evidence[] };

export type ReportSubject = Pick<ReportData, 'run' | 'saved' | 'document' | 'state' | 'rows' | 'lacksResult'>;

/** A person works through them one by one; `resolve` shows all. */
const DOUBTS_SHOWN = 20;
const EVIDENCE_SHOWN = 12;
/** Entries of one day and endpoint. */
const CALL_ENTRIES_READ = 4000;

/** Adds to a run what the ledger knows beside its rows: evidence, calls of each day, undoing runs. Makes no call. */
export async function readReportData(subject: ReportSubject, ledger: LedgerReader): Promise<ReportData> {
  const { run, saved, document, rows } = subject;
  const unsettled = (await ledger.rows.listByState(run.runId, ['intent', 'in_doubt'])).filter(
    // While a run is at work, an intent is a call on the wire: its answer may come any moment.
    (row) => row.dataChangeTime !== '' && (row.state === 'in_doubt' || run.state !== 'running'),
  );
  const doubts: Doubt[] = [];
  for (const record of unsettled.slice(0, DOUBTS_SHOWN)) {
    const evidence = await ledger.rows.listEvidence(run.runId, record.rowNumber);
    doubts.push({ record, evidence: evidence.slice(-EVIDENCE_SHOWN) });
  }
  const madeMs = await ledger.now();
  const days = await readDays(run, saved, ledger);
  return {
    ...subject,
    doubts,
    doubtCount: unsettled.length + (rows?.earlierDoubtCount ?? 0),
    days,
    forecast: forecast({ run, saved, rows: document.rows, days, nowMs: madeMs }),
    workers: (await ledger.slices?.listWorkers(run.runId)) ?? [],
    undoneBy: (await ledger.runs.listUndoing(run.runId)).map(({ runId }) => runId),
    madeMs,
  };
}

/** Calls of the run's accounts on each day since the run began, over all runs: the quota is theirs together. */
async function readDays(
  { account, createdMs }: RunRecord,
  { controls }: SavedSettings,
  ledger: LedgerReader,
): Promise<readonly QuotaDay[]> {
  // A day more, for the zone of the quota.
  const firstDay = new Date(createdMs - 86_400_000).toISOString().slice(0, 10);
  const byDay = new Map<string, number>();
  for (const one of account.split(',')) {
    for (const { day, calls } of await ledger.calls.byDay(one, CALL_ENTRIES_READ)) {
      if (day >= firstDay) byDay.set(day, (byDay.get(day) ?? 0) + calls);
    }
  }
  const { quotaZone } = controls;
  const began = zonedDay(createdMs, quotaZone);
  return [...byDay]
    .filter(([day]) => day >= began)
    .map(([day, calls]) => ({ day, calls }))
    .sort((left, right) => (left.day < right.day ? -1 : 1));
}
