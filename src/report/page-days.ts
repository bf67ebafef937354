import { zonedDateTime } from '../base/zoned-time.ts';
import { columnChart } from './charts.ts';
import { type Html, html } from './html.ts';
import { type PageParts, section } from './page-parts.ts';
import { dayAfter } from './quota-days.ts';

/** So many months are drawn; a run of a year is told by its finish. */
const MONTHS_SHOWN = 4;

type Day = { readonly calls: number; readonly kind: 'used' | 'plan' };

/** A calendar of the days that the run took and will take, with its finish. */
export function daySection({ data, texts, formats }: PageParts): Html {
  const { days, forecast, saved } = data;
  const { dailyQuota, reserve } = saved.controls;
  if (days.length === 0 || (dailyQuota === undefined && days.length < 2)) return html``;
  const byDay = new Map<string, Day>();
  for (const { day, calls } of forecast?.days ?? []) byDay.set(day, { calls, kind: 'plan' });
  // Of today there are calls made and calls to come: those made are certain.
  for (const { day, calls } of days) byDay.set(day, { calls, kind: 'used' });
  const first = days[0]?.day ?? '';
  const last = forecast?.finishDay ?? days.at(-1)?.day ?? first;
  const months = monthsBetween(first, last);
  const more = months.length - MONTHS_SHOWN;
  const drawn = more > 0 ? [...months.slice(0, MONTHS_SHOWN - 1), ...months.slice(-1)] : months;
  const t = texts.days;
  return section('days', texts.sections.days, [
    html`<p>${dailyQuota === undefined ? t.aboutNoQuota : t.about(formats.count(dailyQuota - reserve))}</p>`,
    forecast !== undefined &&
      html`<p><strong>${t.finishes(formats.day(forecast.finishDay), daysText(forecast.dayCount, { data, texts, formats }), formats.count(forecast.callsLeft))}</strong></p>`,
    html`<div class="months">${drawn.map((month) => monthTable(month, byDay, forecast?.finishDay, { data, texts, formats }))}</div>`,
    more > 0 && html`<p class="soft">${t.moreMonths(formats.count(more))}</p>`,
    html`<p class="key soft"><span><span class="box used"></span>${t.legendUsed}</span>${
      forecast !== undefined &&
      html`<span><span class="box plan"></span>${t.legendPlanned}</span><span><span class="box finish"></span>${t.legendFinish}</span>`
    }</p>`,
  ]);
}

function daysText(count: number, { texts }: PageParts): string {
  return texts.duration(Math.max(1, count) * 86_400);
}

/** `2026-01-20` and `2026-03-02` → `2026-01`, `2026-02`, `2026-03`. */
function monthsBetween(first: string, last: string): string[] {
  const months: string[] = [];
  for (let day = `${first.slice(0, 7)}-01`; day <= last; day = `${dayAfter(day, 32).slice(0, 7)}-01`) {
    months.push(day.slice(0, 7));
  }
  return months;
}

function monthTable(
  month: string,
  byDay: ReadonlyMap<string, Day>,
  finishDay: string | undefined,
  { texts, formats }: PageParts,
): Html {
  const first = `${month}-01`;
  // Monday is 0.
  const offset = (new Date(`${first}T00:00:00Z`).getUTCDay() + 6) % 7;
  const weeks: Html[] = [];
  for (let day = dayAfter(first, -offset); day.slice(0, 7) <= month; day = dayAfter(day, 7)) {
    const cells = Array.from({ length: 7 }, (_, index) =>
      dayCell(dayAfter(day, index), month, byDay, finishDay, formats, texts),
    );
    weeks.push(html`<tr>${cells}</tr>`);
  }
  return html`<table class="month"><caption>${formats.month(first)}</caption><thead><tr>${texts.days.weekdays.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead><tbody>${weeks}</tbody></table>`;
}

function dayCell(
  day: string,
  month: string,
  byDay: ReadonlyMap<string, Day>,
  finishDay: string | undefined,
  formats: PageParts['formats'],
  texts: PageParts['texts'],
): Html {
  if (!day.startsWith(month)) return html`<td class="none"></td>`;
  const found = byDay.get(day);
  const kinds = [found?.kind ?? '', day === finishDay ? 'finish' : ''].filter(Boolean).join(' ');
  const calls = found === undefined ? '' : formats.count(found.calls);
  const title = found === undefined ? '' : found.kind === 'used' ? texts.days.calls(calls) : texts.days.planned(calls);
  return html`<td class="${kinds}" title="${title}"><b>${Number(day.slice(8))}</b>${found?.kind === 'plan' ? `~${calls}` : calls}</td>`;
}

/** Calls over time, and by what they were for. */
export function callSection({ data, texts, formats }: PageParts): Html {
  const { calls } = data.document;
  const timeLine = data.rows?.timeLine;
  const t = texts.calls;
  const entries = Object.entries(calls.byEndpoint).filter(([, count]) => count > 0);
  if (timeLine === undefined && entries.length === 0) {
    return section('calls', texts.sections.calls, [html`<p>${t.none}</p>`]);
  }
  const isResumed = data.days.reduce((sum, day) => sum + day.calls, 0) > calls.sent && data.days.length > 1;
  const table = html`<div><table><thead><tr><th scope="col">${t.endpoint}</th><th scope="col" class="num">${t.count}</th></tr></thead><tbody>${entries.map(
    ([endpoint, count]) =>
      html`<tr><td>${t.byName[endpoint] ?? ''} <code class="soft">${endpoint}</code></td><td class="num">${formats.count(count)}</td></tr>`,
  )}</tbody></table><p class="soft">${t.total(formats.count(calls.sent), formats.count(calls.retried))}${isResumed && ` ${t.lastPart}`}</p></div>`;
  return section('calls', texts.sections.calls, [
    timeLine !== undefined && timeChart(timeLine, { data, texts, formats }),
    entries.length > 0 && table,
  ]);
}

function timeChart(
  { widthMs, buckets }: NonNullable<NonNullable<PageParts['data']['rows']>['timeLine']>,
  { data, texts, formats }: PageParts,
): Html {
  const zone = data.saved.job.storeZone;
  const isDays = widthMs >= 86_400_000;
  const spansDays = (buckets.at(-1)?.startMs ?? 0) - (buckets[0]?.startMs ?? 0) > 86_400_000;
  const label = (ms: number): string => {
    const text = zonedDateTime(ms, zone);
    if (isDays) return text.slice(5, 10);
    if (spansDays) return text.slice(5, 16);
    return widthMs < 60_000 ? text.slice(11) : text.slice(11, 16);
  };
  const bars = buckets.map(({ startMs, calls, retries }) => ({
    label: label(startMs),
    low: calls - retries,
    high: retries,
    text: `${zonedDateTime(startMs, zone)}: ${formats.count(calls - retries)} ${texts.calls.first}, ${formats.count(retries)} ${texts.calls.again}`,
  }));
  const t = texts.calls;
  return html`<h3>${t.timeLine} <span class="soft">${t.perBar(texts.duration(widthMs / 1000))}</span></h3>${columnChart(bars, t.timeLine, formats.count)}
${bars.some(({ high }) => high > 0) && html`<p class="key soft"><span><span class="dot accent"></span>${t.first}</span><span><span class="dot failed"></span>${t.again}</span></p>`}<p class="soft under">${t.timeLineNote}</p>`;
}
