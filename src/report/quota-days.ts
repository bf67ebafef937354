import { zonedDay } from '../base/zoned-time.ts';
import type { RunRecord } from '../ledger/ledger.ts';
import type { RunDocument } from '../result/run-document.ts';
import type { SavedSettings } from '../settings/run-settings.ts';

/** A day of the quota's zone, `yyyy-MM-dd`, and the calls of that day. */
export type QuotaDay = { readonly day: string; readonly calls: number };

/** How an unfinished run may go on. An estimate: the price that a run says before it sends is the better one. */
export type DayForecast = {
  readonly perDay: number;
  readonly callsLeft: number;
  /** The days that are needed from now on; the first may be today. At most `PLANNED_MAX` of them. */
  readonly days: readonly QuotaDay[];
  readonly dayCount: number;
  readonly finishDay: string;
};

const DAY_MS = 86_400_000;
/** More days than anybody plans; the finish is told all the same. */
const PLANNED_MAX = 366;

/** Undefined: the run has ended, or no quota limits it. */
export function forecast(of: {
  readonly run: RunRecord;
  readonly saved: SavedSettings;
  readonly rows: RunDocument['rows'];
  readonly days: readonly QuotaDay[];
  readonly nowMs: number;
}): DayForecast | undefined {
  const { run, saved, rows, days, nowMs } = of;
  const { dailyQuota, reserve, quotaZone } = saved.controls;
  const isOver = run.state === 'finished' || run.state === 'cancelled';
  if (isOver || rows.not_sent === 0 || dailyQuota === undefined || dailyQuota <= reserve) return undefined;
  const perDay = dailyQuota - reserve;
  const callsLeft = Math.ceil(rows.not_sent * callsPerRow(saved, rows, days));
  const today = zonedDay(nowMs, quotaZone);
  const usedToday = days.find(({ day }) => day === today)?.calls ?? 0;
  // The vendor may have said that the day is over before our own count did.
  const leftToday = run.state === 'paused' ? 0 : Math.max(0, perDay - usedToday);
  const laterCalls = Math.max(0, callsLeft - leftToday);
  const laterDays = Math.ceil(laterCalls / perDay);
  const planned: QuotaDay[] = [];
  if (leftToday > 0) planned.push({ day: today, calls: Math.min(leftToday, callsLeft) });
  for (let index = 1; index <= Math.min(laterDays, PLANNED_MAX); index += 1) {
    planned.push({ day: dayAfter(today, index), calls: Math.min(perDay, laterCalls - (index - 1) * perDay) });
  }
  return {
    perDay,
    callsLeft,
    days: planned,
    dayCount: laterDays + (leftToday > 0 ? 1 : 0),
    finishDay: dayAfter(today, laterDays),
  };
}

/** As many as the rows so far have cost, between one and what a row costs at most. */
function callsPerRow(
  { job, controls }: SavedSettings,
  { read, not_sent, invalid, doneBefore }: RunDocument['rows'],
  days: readonly QuotaDay[],
): number {
  const most = job.command === 'export' || job.mode === 'create' ? 1 : 2;
  const endedCount = read - not_sent - invalid - doneBefore;
  const calls = days.reduce((sum, day) => sum + day.calls, 0);
  if (endedCount <= 0 || calls === 0 || controls.dailyQuota === undefined) return most;
  return Math.min(most, Math.max(1, calls / endedCount));
}

/** `2026-01-31` and 1 → `2026-02-01`. */
export function dayAfter(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}
