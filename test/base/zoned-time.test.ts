import { expect, test } from 'vitest';
import { dayEndMs, secondAfter, zonedDateTime, zonedDay } from '../../src/base/zoned-time.ts';

test.each([
  ['Asia/Shanghai', '2026-11-22', '2026-11-22T16:00:00Z'],
  ['UTC', '2026-12-31', '2027-01-01T00:00:00Z'],
  // The days on which the clock is moved, and the zones at both ends.
  ['America/New_York', '2026-03-08', '2026-03-09T04:00:00Z'],
  ['America/New_York', '2026-11-01', '2026-11-02T05:00:00Z'],
  ['Pacific/Kiritimati', '2026-11-22', '2026-11-22T10:00:00Z'],
  ['Pacific/Pago_Pago', '2026-11-22', '2026-11-23T11:00:00Z'],
])('in %s the day %s is over at %s', (zone, day, end) => {
  expect(new Date(dayEndMs(day, zone)).toISOString()).toBe(end.replace('Z', '.000Z'));
});

test.each([
  ['2026-11-22 12:00:00', '2026-11-22 12:00:01'],
  ['2026-12-31 23:59:59', '2027-01-01 00:00:00'],
])('after %s comes %s, in any zone', (time, next) => {
  expect(secondAfter(time)).toBe(next);
});

test.each(['Asia/Shanghai', 'Asia/Hong_Kong', 'Asia/Macau', 'Asia/Taipei', 'Asia/Singapore', 'UTC'])(
  '%s is eight hours or none ahead, as Intl says, in every month since 1992 and before',
  (timeZone) => {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    for (let month = 12 * 15; month < 12 * 75; month += 1) {
      const nowMs = Date.UTC(1970, month, 14, 17, 30, 5);
      expect(zonedDateTime(nowMs, timeZone)).toBe(format.format(nowMs));
      expect(zonedDay(nowMs, timeZone)).toBe(format.format(nowMs).slice(0, 10));
    }
  },
);

test('a day of one zone is not taken for the day of another', () => {
  const nowMs = Date.UTC(2026, 0, 1, 20);
  expect(zonedDay(nowMs, 'Asia/Shanghai')).toBe('2026-01-02');
  expect(zonedDay(nowMs, 'America/New_York')).toBe('2026-01-01');
  expect(zonedDay(nowMs, 'Asia/Shanghai')).toBe('2026-01-02');
});
