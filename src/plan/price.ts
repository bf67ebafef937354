import { dayEndMs, zonedDateTime } from '../base/zoned-time.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import type { Lane } from '../calls/lane.ts';
import type { RunDocument } from '../result/run-document.ts';
import { planTexts } from '../texts/runs/plan.ts';

export type PlanDocument = NonNullable<RunDocument['plan']>;

const DAY_MS = 86_400_000;

/**
 * What the calls cost in time: how many days at the daily quota, and when the last one is made at the rate,
 * in the store's zone.
 */
export function priceOf(
  calls: Readonly<Record<string, number>>,
  lane: Lane | undefined,
  controls: ControlSettings,
  storeZone: string,
  nowMs: number,
): PlanDocument {
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
  if (!lane) return { calls, total, days: null, finishes: null };
  const { rate, dailyQuota, reserve, quotaZone } = controls;
  const msPerCall = rate === 'unlimited' ? 0 : rate.perMs / rate.calls;
  const finishes = (ms: number): string => zonedDateTime(ms, storeZone).slice(0, 16);
  if (dailyQuota === undefined) return { calls, total, days: null, finishes: finishes(nowMs + total * msPerCall) };
  const perDay = Math.max(0, dailyQuota - reserve);
  const leftToday = Math.max(0, perDay - lane.usedToday);
  if (total <= leftToday)
    return { calls, total, days: total === 0 ? 0 : 1, finishes: finishes(nowMs + total * msPerCall) };
  if (perDay === 0) return { calls, total, days: null, finishes: null };
  const laterDays = Math.ceil((total - leftToday) / perDay);
  const onLastDay = total - leftToday - (laterDays - 1) * perDay;
  const lastMidnightMs = dayEndMs(lane.day, quotaZone) + (laterDays - 1) * DAY_MS;
  return {
    calls,
    total,
    days: laterDays + (leftToday > 0 ? 1 : 0),
    finishes: finishes(lastMidnightMs + onLastDay * msPerCall),
  };
}

/** What only reads: Kybio's names begin with query, Wonder's with GET. */
const READS = /^GET |\/query/;

/** `Price: 2052 calls (52 to read, 2000 to write). 300 of 300 left today, 7 days. Done by about 2026-11-29 08:12.` */
export function describePrice(
  plan: PlanDocument,
  controls: ControlSettings,
  lane: Lane | undefined,
  isAtMost: boolean,
): string {
  const readCount = Object.entries(plan.calls).reduce((sum, [name, count]) => sum + (READS.test(name) ? count : 0), 0);
  const { total, days } = plan;
  const { dailyQuota, reserve } = controls;
  const quota =
    dailyQuota === undefined || !lane
      ? undefined
      : { left: Math.max(0, dailyQuota - reserve - lane.usedToday), of: dailyQuota, days };
  const finishes = total === 0 ? undefined : (plan.finishes ?? undefined);
  return planTexts().price({ total, readCount, isAtMost, quota, finishes });
}
