import type { Column } from '../columns.ts';

/**
 * Reads a cell that is clean beyond doubt, and gives undefined for every other cell, also for good ones that
 * need a closer look. Nine of ten cells of a large file are clean; they cost one cheap pattern and no object.
 *
 * The full reader gives the same value for whatever a quick reader accepts (a test holds that).
 */
export type QuickReader = (text: string) => string | undefined;

/** @param today as for `readBirthday`; undefined when `--date-format` says how birthdays look */
export function quickReader(column: Column, today: string | undefined): QuickReader {
  const { choices = [] } = column;
  switch (column.type) {
    case 'reference':
      return by(PLAIN_NUMBER);
    case 'uid':
      return by(WHOLE_UID);
    case 'decimal':
      return by(PLAIN_DECIMAL);
    case 'percentage':
      return by(PLAIN_PERCENTAGE);
    case 'contact':
      return by(PLAIN_PHONE);
    case 'email':
      return by(PLAIN_EMAIL);
    case 'text':
      return column.lengthMax === undefined || column.lengthMax >= TEXT_LENGTH_MAX ? cleanText : () => undefined;
    case 'choice':
      return (text) => (choices.includes(text) ? text : undefined);
    case 'birthday':
      return today === undefined ? () => undefined : birthdayReader(today.slice(0, 4));
    default:
      // A phone of Wonder is judged with the dial code beside it; the others are rare.
      return () => undefined;
  }
}

function by(pattern: RegExp): QuickReader {
  return (text) => (pattern.test(text) ? text : undefined);
}

/** Too short to be rounded, and no word: `Total` and `N/A` are looked at by the full reader. */
const PLAIN_NUMBER = /^[A-Z]{0,4}[0-9]{1,15}$/;
/** A last digit other than 0 was not made by rounding. */
const WHOLE_UID = /^[1-9][0-9]{0,16}[1-9]$/;
const PLAIN_DECIMAL = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,10})?$/;
const PLAIN_PERCENTAGE = /^[1-9]?[0-9](?:\.[0-9]{1,10})?$/;
const PLAIN_PHONE = /^\+?[0-9]{5,15}$/;
const PLAIN_EMAIL = /^[A-Za-z0-9]{1,40}(?:[._-][A-Za-z0-9]{1,40}){0,3}@(?:[A-Za-z0-9]{1,40}\.){1,4}[A-Za-z]{2,20}$/;

const TEXT_LENGTH_MAX = 200;

/** Printable ASCII and Chinese characters, with nothing at the ends that is repaired or means something. */
function cleanText(text: string): string | undefined {
  const { length } = text;
  if (length === 0 || length > TEXT_LENGTH_MAX) return undefined;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (!((unit >= 0x20 && unit <= 0x7e) || (unit >= 0x4e00 && unit <= 0x9fff))) return undefined;
  }
  const first = text.charCodeAt(0);
  return first === SPACE || first === HASH || first === EQUALS || text.charCodeAt(length - 1) === SPACE
    ? undefined
    : text;
}

const SPACE = 0x20;
const HASH = 0x23;
const EQUALS = 0x3d;

/** `1990-01-05` of a year before this one, up to the 28th: such a day exists in every month. */
function birthdayReader(thisYear: string): QuickReader {
  return (text) =>
    text.length === 10 && PLAIN_DATE.test(text) && text.slice(0, 4) < thisYear ? `${text} 00:00:00` : undefined;
}

const PLAIN_DATE = /^(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])$/;
