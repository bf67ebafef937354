import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../../src/base/errors.ts';
import { parseDateFormat, readBirthday, readDateTime } from '../../../src/job/cells/cell-date.ts';
import { fc } from '../../support/chance.ts';

const problem = (value: ReturnType<typeof readBirthday>) =>
  typeof value === 'string' ? value : `${value.errorCode} ${value.text}`;

describe('a birthday', () => {
  test.each([
    ['1990-01-05', '1990-01-05 00:00:00'],
    ['1990/1/5', '1990-01-05 00:00:00'],
    ['1990-1-5', '1990-01-05 00:00:00'],
    ['1990/01/05', '1990-01-05 00:00:00'],
    ['1990年1月5日', '1990-01-05 00:00:00'],
    ['1990-01-05 08:30', '1990-01-05 08:30:00'],
    ['1990/1/5 8:30', '1990-01-05 08:30:00'],
    ['1990/1/5 0:00:00', '1990-01-05 00:00:00'],
    ['2015-09-15 23:59:59', '2015-09-15 23:59:59'],
    ['1990-01-05T08:30:15', '1990-01-05 08:30:15'],
    ['2000-02-29', '2000-02-29 00:00:00'],
    ['1988/2/29', '1988-02-29 00:00:00'],
  ])('%s is %s', (text, expected) => expect(readBirthday(text, undefined)).toBe(expected));

  test.each([
    ['1990-02-31', 'is not a date that exists: 1990-02 has 28 days. Correct it.'],
    ['1990-02-29', 'is not a date that exists: 1990-02 has 28 days. Correct it.'],
    ['1900-02-29', 'is not a date that exists: 1900-02 has 28 days. Correct it.'],
    ['1990-04-31', 'is not a date that exists: 1990-04 has 30 days. Correct it.'],
    ['1990-13-01', 'is not a date that exists: there is no month 13. Correct it.'],
    ['1990-00-10', 'is not a date that exists: there is no month 0. Correct it.'],
    ['1990/1/0', 'is not a date that exists: 1990-01 has 31 days. Correct it.'],
    ['1990-01-05 24:00', 'is not a date that exists: there is no such time. Correct it.'],
    ['1990-01-05 12:60', 'is not a date that exists: there is no such time. Correct it.'],
    ['0001-01-01', 'is before 1900. Leave it blank if the birthday is not known.'],
    ['1899-12-30 00:00:00', 'is before 1900. Leave it blank if the birthday is not known.'],
    [
      '05/06/1990',
      'has no sure order of day and month. Say --date-format dd/MM/yyyy if the day comes first, --date-format MM/dd/yyyy if the month does.',
    ],
    ['31/12/1990', 'has no sure order of day and month. If the day comes first in all, say --date-format dd/MM/yyyy.'],
    [
      '12-31-1990',
      'has no sure order of day and month. If the month comes first in all, say --date-format MM-dd-yyyy.',
    ],
    ['31.5.1990', 'has no sure order of day and month. If the day comes first in all, say --date-format d.M.yyyy.'],
    [
      '31/12/1990 00:00',
      'has no sure order of day and month. If the day comes first in all, say --date-format "dd/MM/yyyy HH:mm".',
    ],
    [
      '32874',
      'looks like an Excel serial date (1990-01-01). Format the column as yyyy-mm-dd in Excel and export it again.',
    ],
    [
      '32874.5',
      'looks like an Excel serial date (1990-01-01). Format the column as yyyy-mm-dd in Excel and export it again.',
    ],
    ['19900105', 'is not a date of a known form. If all are so, say --date-format yyyyMMdd.'],
    ['1990.1.5', 'is not a date of a known form. If all are so, say --date-format yyyy.M.d.'],
    ['5/6/90', 'has a year of two digits. Write all four: 1990-01-05.'],
    ['1990-01/05', 'is not a date. Write it as 1990-01-05.'],
    ['5 January 1990', 'is not a date. Write it as 1990-01-05.'],
    ['1990-01-05Z', 'is not a date. Write it as 1990-01-05.'],
    ['１９９０-01-05', 'is not a date. Write it as 1990-01-05.'],
  ])('%s is refused: %s', (text, reason) => {
    expect(problem(readBirthday(text, undefined))).toBe(`BAD_DATE '${text}' ${reason}`);
  });

  test('with formats given, only these are read', () => {
    expect(readBirthday('05/06/1990', ['dd/MM/yyyy'])).toBe('1990-06-05 00:00:00');
    expect(readBirthday('05/06/1990', ['MM/dd/yyyy'])).toBe('1990-05-06 00:00:00');
    expect(problem(readBirthday('1990-06-05', ['dd/MM/yyyy']))).toBe(
      "BAD_DATE '1990-06-05' is not a date as --date-format has it (dd/MM/yyyy).",
    );
    expect(problem(readBirthday('5/6/1990', ['dd/MM/yyyy']))).toContain('BAD_DATE');
    expect(problem(readBirthday('31/02/1990', ['dd/MM/yyyy']))).toContain('1990-02 has 28 days');
    expect(readBirthday('13/01/1990', ['MM/dd/yyyy', 'dd/MM/yyyy'])).toBe('1990-01-13 00:00:00');
    expect(readBirthday('19900605', ['yyyyMMdd'])).toBe('1990-06-05 00:00:00');
    expect(readBirthday('5.6.1990 7:08', ['d.M.yyyy H:mm'])).toBe('1990-06-05 07:08:00');
    expect(readBirthday('1990年6月5日', ['yyyy年M月d日'])).toBe('1990-06-05 00:00:00');
  });

  test('the characters between the tokens of a format stand for themselves', () => {
    expect(problem(readBirthday('05x06x1990', ['dd.MM.yyyy']))).toContain('BAD_DATE');
    expect(readBirthday('(05)[06]+1990', ['(dd)[MM]+yyyy'])).toBe('1990-06-05 00:00:00');
  });

  test('every real date is read in every order it is written in, and none that is not real', () => {
    const date = fc.record({
      year: fc.integer({ min: 1900, max: 2099 }),
      month: fc.integer({ min: 1, max: 12 }),
      day: fc.integer({ min: 1, max: 31 }),
    });
    fc.assert(
      fc.property(date, ({ year, month, day }) => {
        const time = new Date(Date.UTC(year, month - 1, day));
        const isReal = time.getUTCMonth() === month - 1;
        const expected = isReal ? `${time.toISOString().slice(0, 10)} 00:00:00` : undefined;
        const two = (value: number) => String(value).padStart(2, '0');
        const readings = [
          readBirthday(`${year}-${two(month)}-${two(day)}`, undefined),
          readBirthday(`${year}/${month}/${day}`, undefined),
          readBirthday(`${year}年${month}月${day}日`, undefined),
          readBirthday(`${two(day)}/${two(month)}/${year}`, ['dd/MM/yyyy']),
          readBirthday(`${month}.${day}.${year}`, ['M.d.yyyy']),
        ];
        for (const reading of readings) {
          if (expected === undefined) expect(reading).toMatchObject({ errorCode: 'BAD_DATE' });
          else expect(reading).toBe(expected);
        }
      }),
    );
  });

  test.each(['1900', '1990', '2099'])('%s is told as a year alone, not as a serial of Excel', (text) => {
    expect(problem(readBirthday(text, undefined))).toContain(`'${text}' is a year alone`);
  });

  test('a serial of Excel is told as the day that Excel shows', () => {
    fc.assert(
      fc.property(fc.integer({ min: 61, max: 73050 }), (serial) => {
        const text = String(serial);
        // Of fewer than four digits it might be anything; these are told as a year alone.
        if (text.length < 4 || (serial >= 1900 && serial <= 2099)) return;
        const expected = new Date(Date.UTC(1899, 11, 30 + serial)).toISOString().slice(0, 10);
        expect(problem(readBirthday(text, undefined))).toContain(`(${expected})`);
      }),
    );
  });
});

describe('--date-format', () => {
  test.each([
    'dd/MM/yyyy',
    'yyyy-MM-dd HH:mm:ss',
    "yyyyMMdd'T'HHmmss".replaceAll("'", ''),
    'd.M.yyyy H:mm',
    'yyyy年M月d日',
  ])('%s can be used', (text) => expect(() => parseDateFormat(text)).not.toThrow());

  test.each([
    ['', 'it has no year'],
    ['yyyy', 'it has no month'],
    ['MM/yyyy', 'it has no day'],
    ['DD/MM/YYYY', "'D' means nothing in it"],
    ['dd/MM/yy', "'y' means nothing in it"],
    ['yyyyMd', "nothing stands between 'd' and what is before it"],
    ['yyyy-MM-MM-dd', 'it has the month twice'],
    ['yyyy-MM-dd ss', 'it has seconds but no minutes'],
    ['yyyy-MM-dd mm', 'it has minutes but no hour'],
    ['dd MMM yyyy', 'it has the month twice'],
  ])('%j is refused: %s', (text, why) => {
    expect(() => parseDateFormat(text)).toThrow(OperatorError);
    expect(() => parseDateFormat(text)).toThrow(`cannot be used: ${why}`);
  });
});

describe('dataChangeTime', () => {
  test.each([
    ['2015-12-16 13:26:23', '2015-12-16 13:26:23'],
    ['2015/12/16 13:26:23', '2015-12-16 13:26:23'],
    ['2015/1/6 9:05', '2015-01-06 09:05:00'],
    ['2015-12-16T13:26:23', '2015-12-16 13:26:23'],
  ])('%s is %s', (text, expected) => expect(readDateTime(text)).toBe(expected));

  test.each(['2015-12-16', '2015-02-30 10:00:00', '2015-12-16 25:00', '16/12/2015 13:26', '2015-12-16 1:2', 'now'])(
    '%s is refused',
    (text) => expect(readDateTime(text)).toMatchObject({ errorCode: 'BAD_DATE' }),
  );
});
