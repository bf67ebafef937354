import { zonedDateTime } from '../base/zoned-time.ts';
import type { ReportTexts } from './texts.ts';

/** How counts, amounts and times are written for a person. */
export type Formats = {
  count(value: number): string;
  /** `1234567.50` → `1,234,567.50`: every digit stays, so it never goes through a number. */
  amount(text: string): string;
  /** With its sign: what was added or taken. */
  change(text: string): string;
  rows(value: number): string;
  time(ms: number): string;
  /** `2026-01-05` → `5 Jan 2026`. */
  day(day: string): string;
  month(day: string): string;
  share(part: number, whole: number): string;
};

export function openFormats(texts: ReportTexts, zone: string): Formats {
  // Few pages have days, and making these takes longer than the rest of a page.
  let dates: Intl.DateTimeFormat | undefined;
  let months: Intl.DateTimeFormat | undefined;
  const dateFormat = (): Intl.DateTimeFormat => {
    dates ??= new Intl.DateTimeFormat(texts.formats, { dateStyle: 'medium', timeZone: 'UTC' });
    return dates;
  };
  const monthFormat = (): Intl.DateTimeFormat => {
    months ??= new Intl.DateTimeFormat(texts.formats, { year: 'numeric', month: 'long', timeZone: 'UTC' });
    return months;
  };
  const amount = (text: string): string => {
    const [, sign = '', whole = '', rest = ''] = /^(-?)([0-9]+)(\..*)?$/.exec(text) ?? [];
    return whole === '' ? text : sign.replace('-', '−') + whole.replace(/\B(?=([0-9]{3})+$)/g, ',') + rest;
  };
  // English and Chinese write numbers alike. Two formats of Intl take 30 ms of each run.
  const count = (value: number): string => amount(String(value));
  return {
    count,
    amount,
    change: (text) => (/^-?0*(\.0*)?$/.test(text) ? '0' : text.startsWith('-') ? amount(text) : `+${amount(text)}`),
    rows: (value) => texts.rows(value, count(value)),
    time: (ms) => zonedDateTime(ms, zone),
    day: (day) => dateFormat().format(Date.parse(`${day}T00:00:00Z`)),
    month: (day) => monthFormat().format(Date.parse(`${day}T00:00:00Z`)),
    share: (part, whole) => (whole === 0 ? '' : `${Math.round((part / whole) * 1000) / 10}%`),
  };
}
