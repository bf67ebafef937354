/** Every offset in use is a multiple of a quarter of an hour, and changes only on one. */
const QUARTER_MS = 900_000;

/** `2025-03-01 09:05:00` in the zone: Kybio's date format, without an offset. */
export function zonedDateTime(nowMs: number, timeZone: string): string {
  return new Date(nowMs + offsetMs(nowMs, timeZone)).toISOString().slice(0, 19).replace('T', ' ');
}

/** The next second of such a text, reckoned without a zone: always the greater text. */
export function secondAfter(dateTime: string): string {
  return new Date(Date.parse(`${dateTime.replace(' ', 'T')}Z`) + 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** `2025-03-01` in the zone. */
export function zonedDay(nowMs: number, timeZone: string): string {
  const dayNumber = Math.floor((nowMs + offsetMs(nowMs, timeZone)) / DAY_MS);
  if (dayNumber !== cachedDayNumber) {
    cachedDay = new Date(dayNumber * DAY_MS).toISOString().slice(0, 10);
    cachedDayNumber = dayNumber;
  }
  return cachedDay;
}

const DAY_MS = 86_400_000;
/** Asked for with every call, to know whether a new day has begun. */
let cachedDayNumber = Number.NaN;
let cachedDay = '';

/** `2025-03-01T09:05:00+08:00`: readable in the zone, and the same moment for everybody. */
export function zonedIso(nowMs: number, timeZone: string): string {
  const minutes = offsetMs(nowMs, timeZone) / 60_000;
  const sign = minutes < 0 ? '-' : '+';
  const twoDigits = (count: number): string => String(count).padStart(2, '0');
  const offset = `${sign}${twoDigits(Math.trunc(Math.abs(minutes) / 60))}:${twoDigits(Math.abs(minutes) % 60)}`;
  return zonedDateTime(nowMs, timeZone).replace(' ', 'T') + offset;
}

/** When the zone's next day begins, as milliseconds since the epoch. */
export function nextMidnightMs(nowMs: number, timeZone: string): number {
  const today = zonedDay(nowMs, timeZone);
  let quarter = Math.floor(nowMs / QUARTER_MS) + 1;
  // A day has at most 25 hours; a loop over quarters is right in every zone and across clock changes.
  while (zonedDay(quarter * QUARTER_MS, timeZone) === today) quarter += 1;
  return quarter * QUARTER_MS;
}

/** When that day (`2025-03-01`) is over in the zone. */
export function dayEndMs(day: string, timeZone: string): number {
  const noonUtcMs = Date.parse(`${day}T12:00:00Z`);
  // No change of the clock is large enough to take this out of the day.
  const aboutNoonMs = noonUtcMs - offsetMs(noonUtcMs, timeZone);
  return nextMidnightMs(aboutNoonMs, timeZone);
}

export function isTimeZone(timeZone: string): boolean {
  if (FIXED_OFFSETS_MS.has(timeZone)) return true;
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
    return true;
  } catch {
    return false;
  }
}

const DATE_TIME = /^([0-9]{4})-([0-9]{2})-([0-9]{2}) ([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])$/;

/** Whether the text is a date and time that exists, as `yyyy-MM-dd HH:mm:ss` with a 24-hour clock. */
export function isDateTime(text: string): boolean {
  const match = DATE_TIME.exec(text);
  if (!match) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

const EIGHT_HOURS_MS = 8 * 3_600_000;

/**
 * The usual zones of our users. To load Intl takes a fifth of the time in which Node starts. None of them has changed
 * its clocks since mainland China did for the last time, in September 1991 (tz database). A test compares with Intl.
 */
const FIXED_OFFSETS_MS: ReadonlyMap<string, number> = new Map([
  ['Asia/Shanghai', EIGHT_HOURS_MS],
  ['Asia/Hong_Kong', EIGHT_HOURS_MS],
  ['Asia/Macau', EIGHT_HOURS_MS],
  ['Asia/Taipei', EIGHT_HOURS_MS],
  ['Asia/Singapore', EIGHT_HOURS_MS],
  ['UTC', 0],
]);
const FIXED_FROM_MS = Date.UTC(1992, 0, 1);

/** Of each zone, for a quarter of an hour: Intl takes longer than a whole call may, and a store and its quota may have two. */
const keptOffsets = new Map<string, { readonly quarter: number; readonly offsetMs: number }>();

function offsetMs(nowMs: number, timeZone: string): number {
  const fixedMs = nowMs >= FIXED_FROM_MS ? FIXED_OFFSETS_MS.get(timeZone) : undefined;
  if (fixedMs !== undefined) return fixedMs;
  const quarter = Math.floor(nowMs / QUARTER_MS);
  const kept = keptOffsets.get(timeZone);
  if (kept?.quarter === quarter) return kept.offsetMs;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(quarter * QUARTER_MS);
  const part = (type: string): number => Number(parts.find((candidate) => candidate.type === type)?.value);
  const localMs = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  const offset = localMs - quarter * QUARTER_MS;
  keptOffsets.set(timeZone, { quarter, offsetMs: offset });
  return offset;
}
