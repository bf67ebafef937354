import { usageError } from '../../base/errors.ts';
import { cellTexts } from '../../texts/tables/cells.ts';
import { type CellProblem, type CellValue, isOverlong, shown } from './cell-text.ts';

/** A pattern such as `dd/MM/yyyy`, compiled. */
type DateFormat = { readonly pattern: RegExp; readonly parts: readonly DatePart[] };

type DatePart = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';

/**
 * A birthday as Kybio takes it, `yyyy-MM-dd HH:mm:ss`, midnight when no time is given. Without formats of
 * the user's own, only orders that cannot be misread are taken: year, month, day.
 *
 * @param today `yyyy-MM-dd`, the last day on which somebody may be born; undefined: any day
 */
export function readBirthday(text: string, formats: readonly string[] | undefined, today?: string): CellValue {
  if (isOverlong(text)) return { errorCode: 'BAD_DATE', text: cellTexts().writeADate(shown(text)) };
  const value = formats === undefined || formats.length === 0 ? parseDefault(text) : parseWith(text, formats);
  if (value === undefined) return unreadable(text, formats);
  if (typeof value !== 'string') return value;
  // Nobody's birthday: 0001-01-01, 1753-01-01, 1899-12-30 are what databases and spreadsheets write for "none".
  if (value < '1900') return { errorCode: 'BAD_DATE', text: cellTexts().before1900(shown(text)) };
  if (today !== undefined && value.slice(0, 10) > today) return inTheFuture(text, value);
  return value;
}

/** Excel reads a year of two digits below 30 as 20…, and other programs do so up to 68. */
function inTheFuture(text: string, value: string): CellProblem {
  const meant = `19${value.slice(2, 10)}`;
  return { errorCode: 'BAD_DATE', text: cellTexts().inTheFuture(shown(text), meant) };
}

/** When an increment happened: both date and time, since the vendor tells changes of a member apart by it. */
export function readDateTime(text: string): CellValue {
  const found = isOverlong(text) ? null : DATE_TIME.exec(text);
  if (found !== null) {
    const [, , year, , month, day, hour, minute, second] = found;
    return realDate(text, year, month, day, hour, minute, second);
  }
  return { errorCode: 'BAD_DATE', text: cellTexts().notADateTime(shown(text)) };
}

/**
 * @throws OperatorError BAD_DATE_FORMAT (exit 2) for a pattern without a year, month or day, with an
 *   unknown letter, or that two different dates could share.
 */
export function parseDateFormat(text: string): DateFormat {
  // Asked for by every row; a run has one format or two.
  let format = compiledFormats.get(text);
  if (format === undefined) {
    format = compileDateFormat(text);
    compiledFormats.set(text, format);
  }
  return format;
}

const compiledFormats = new Map<string, DateFormat>();

function compileDateFormat(text: string): DateFormat {
  const parts: DatePart[] = [];
  let source = '';
  let wasOpenEnded = false;
  for (const [piece] of text.matchAll(/yyyy|MM|M|dd|d|HH|H|mm|ss|./gs)) {
    const token = TOKENS.get(piece);
    if (token === undefined) {
      if (/[a-z]/i.test(piece) && piece !== 'T') throw badFormat(text, cellTexts().formatHasUnknown(piece));
      source += piece.replace(/[\\^$.*+?()[\]{}|/]/, '\\$&');
      wasOpenEnded = false;
      continue;
    }
    if (parts.includes(token.part)) throw badFormat(text, cellTexts().formatHasTwice(token.part));
    // `yyyyMd`: 1990111 would be two dates.
    if (wasOpenEnded) throw badFormat(text, cellTexts().formatIsOpen(piece));
    parts.push(token.part);
    source += token.source;
    wasOpenEnded = token.isOpenEnded;
  }
  for (const part of ['year', 'month', 'day'] as const) {
    if (!parts.includes(part)) throw badFormat(text, cellTexts().formatLacks(part));
  }
  if (parts.includes('minute') && !parts.includes('hour')) throw badFormat(text, cellTexts().formatHasNoHour);
  if (parts.includes('second') && !parts.includes('minute')) throw badFormat(text, cellTexts().formatHasNoMinutes);
  return { pattern: new RegExp(`^${source}$`, 'u'), parts };
}

const TOKENS = new Map<string, { part: DatePart; source: string; isOpenEnded: boolean }>([
  ['yyyy', { part: 'year', source: '([0-9]{4})', isOpenEnded: false }],
  ['MM', { part: 'month', source: '([0-9]{2})', isOpenEnded: false }],
  ['M', { part: 'month', source: '([0-9]{1,2})', isOpenEnded: true }],
  ['dd', { part: 'day', source: '([0-9]{2})', isOpenEnded: false }],
  ['d', { part: 'day', source: '([0-9]{1,2})', isOpenEnded: true }],
  ['HH', { part: 'hour', source: '([0-9]{2})', isOpenEnded: false }],
  ['H', { part: 'hour', source: '([0-9]{1,2})', isOpenEnded: true }],
  ['mm', { part: 'minute', source: '([0-9]{2})', isOpenEnded: false }],
  ['ss', { part: 'second', source: '([0-9]{2})', isOpenEnded: false }],
]);

function badFormat(text: string, why: string) {
  return usageError('BAD_DATE_FORMAT', cellTexts().badFormat(shown(text), why), cellTexts().badFormatHint);
}

/** What Excel writes, in Chinese and in English, when the year comes first; 1990/1/5 as well as 1990-01-05. */
const DATE =
  /^([0-9]{4})(?:(-|\/)([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日)(?:[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?)?$/;

const DATE_TIME = /^(([0-9]{4})(-|\/)([0-9]{1,2})\3([0-9]{1,2}))[T ]([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?$/;

function parseDefault(text: string): CellValue | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const [, year, , month, day, chineseMonth, chineseDay, hour, minute, second] = found;
  return realDate(text, year, month ?? chineseMonth, day ?? chineseDay, hour, minute, second);
}

function parseWith(text: string, formats: readonly string[]): CellValue | undefined {
  let unreal: CellProblem | undefined;
  for (const format of formats) {
    const { pattern, parts } = parseDateFormat(format);
    const found = pattern.exec(text);
    if (found === null) continue;
    const part = (name: DatePart) => (parts.includes(name) ? found[parts.indexOf(name) + 1] : undefined);
    const value = realDate(
      text,
      part('year'),
      part('month'),
      part('day'),
      part('hour'),
      part('minute'),
      part('second'),
    );
    if (typeof value === 'string') return value;
    unreal = value;
  }
  return unreal;
}

function realDate(text: string, year = '', month = '', day = '', hour = '00', minute = '00', second = '00'): CellValue {
  const texts = cellTexts();
  const monthNumber = Number(month);
  if (monthNumber < 1 || monthNumber > 12) return unreal(texts.noMonth(shown(text), monthNumber));
  const dayNumber = Number(day);
  const dayMax = daysInMonth(Number(year), monthNumber);
  if (dayNumber < 1 || dayNumber > dayMax) {
    return unreal(texts.daysOfMonth(shown(text), `${year}-${padded(month)}`, dayMax));
  }
  // 24:00 and leap seconds exist, but no till writes them.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return unreal(texts.noTime(shown(text)));
  return `${year}-${padded(month)}-${padded(day)} ${padded(hour)}:${minute}:${second}`;
}

function unreal(text: string): CellProblem {
  return { errorCode: 'BAD_DATE', text };
}

function padded(digits: string): string {
  return digits.length === 1 ? `0${digits}` : digits;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function unreadable(text: string, formats: readonly string[] | undefined): CellProblem {
  return { errorCode: 'BAD_DATE', text: unreadableText(text, formats) };
}

function unreadableText(text: string, formats: readonly string[] | undefined): string {
  const texts = cellTexts();
  const value = shown(text);
  if (/^(19|20)[0-9]{2}$/.test(text)) return texts.yearAlone(value);
  const serial = /^([0-9]{4,6})(?:\.[0-9]+)?$/.exec(text);
  const serialDate = serial === null ? undefined : dateOfSerial(Number(serial[1]));
  if (serialDate !== undefined) return texts.serialDate(value, serialDate);
  if (formats !== undefined && formats.length > 0) return texts.notOfFormat(value, formats);
  const ordered = /^([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})(?:[T ]([0-9]{1,2}):[0-9]{2}(:[0-9]{2})?)?$/.exec(text);
  if (ordered !== null) return unorderedText(value, ordered);
  if (/^(19|20)[0-9]{6}$/.test(text)) return texts.otherForm(value, '--date-format yyyyMMdd');
  if (/^[0-9]{4}\.[0-9]{1,2}\.[0-9]{1,2}$/.test(text)) return texts.otherForm(value, '--date-format yyyy.M.d');
  if (/^[0-9]{1,2}([/.-])[0-9]{1,2}\1[0-9]{1,2}$/.test(text)) return texts.yearOfTwoDigits(value);
  return texts.writeADate(value);
}

function unorderedText(
  value: string,
  [, first = '', separator = '', second = '', , hour, seconds]: RegExpExecArray,
): string {
  const isPadded = first.length === 2 && second.length === 2;
  const [day, month] = isPadded ? ['dd', 'MM'] : ['d', 'M'];
  const time = hour === undefined ? '' : ` ${hour.length === 2 ? 'HH' : 'H'}:mm${seconds === undefined ? '' : ':ss'}`;
  const dayFirst = formatFlag(`${day}${separator}${month}${separator}yyyy${time}`);
  const monthFirst = formatFlag(`${month}${separator}${day}${separator}yyyy${time}`);
  if (Number(first) > 12) return cellTexts().dayFirst(value, dayFirst);
  if (Number(second) > 12) return cellTexts().monthFirst(value, monthFirst);
  return cellTexts().anyOrder(value, dayFirst, monthFirst);
}

function formatFlag(format: string): string {
  return `--date-format ${format.includes(' ') ? `"${format}"` : format}`;
}

/**
 * Excel counts days from 1899-12-31 and believes in 1900-02-29, hence the 30th. Serials of birthdays and of
 * nothing else: 1900-03-01 to 2099-12-31.
 */
function dateOfSerial(serial: number): string | undefined {
  if (serial < 61 || serial > 73050) return undefined;
  return new Date(Date.UTC(1899, 11, 30) + serial * 86_400_000).toISOString().slice(0, 10);
}
