import { expect, test } from 'vitest';
import { zonedDateTime, zonedDay } from '../../src/base/zoned-time.ts';

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
