import { expect, test } from 'vitest';
import { dayEndMs, secondAfter } from '../../src/base/zoned-time.ts';

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
