import { createRequire } from 'node:module';
import type { CountryCode } from 'libphonenumber-js/min';
import { usageError } from '../../base/errors.ts';
import { nearestName } from '../../base/nearest.ts';
import { sharedTexts } from '../../texts/shared.ts';
import { cellTexts } from '../../texts/tables/cells.ts';
import {
  type CellProblem,
  type CellValue,
  digitsLost,
  isInvisiblyMarked,
  isPointZero,
  isScientific,
  shown,
  tooLong,
} from './cell-text.ts';

/**
 * The tables of the world's phone numbers take a tenth of a second to load: only a run that has a phone to
 * take apart pays for them. `require` is the one way to load a module in the middle of a synchronous check.
 */
function phoneTables(): typeof import('libphonenumber-js/min') {
  loadedTables ??= createRequire(import.meta.url)('libphonenumber-js/min') as typeof import('libphonenumber-js/min');
  return loadedTables;
}

let loadedTables: typeof import('libphonenumber-js/min') | undefined;

export type Phone = { readonly dialCode?: string; readonly phone: string };

/**
 * A Wonder customer's phone, in the two fields that Wonder keeps it in.
 *
 * - `+852…` or `00852…` says its country: split.
 * - with a dial code: the digits as they are; a country code of its own must agree
 * - with `country`: must be a number of that country, else a mainland mobile in a Hong Kong list would
 *   quietly become a Hong Kong one
 * - otherwise passed on as written, without a dial code: nothing is guessed
 */
export function readPhone(
  text: string,
  dialCode: string | undefined,
  country: CountryCode | undefined,
  lengthMax: number | undefined,
): Phone | CellProblem {
  const checked = readContact(text, lengthMax);
  if (typeof checked !== 'string') return checked;
  if (holdsTwoNumbers(text)) {
    return { errorCode: 'BAD_PHONE', text: cellTexts().twoPhones(shown(text)) };
  }
  const digits = text
    .normalize('NFKC')
    .replace(SEPARATORS, '')
    .replace(/^00(?=[1-9])/, '+');
  if (digits.startsWith('+')) return international(text, digits, dialCode);
  if (dialCode === undefined && country === undefined) return { phone: text };
  if (!/^[0-9]+$/.test(digits)) {
    return { errorCode: 'BAD_PHONE', text: cellTexts().notOnePhone(shown(text)) };
  }
  if (dialCode !== undefined) return { dialCode, phone: digits };
  return country === undefined ? { phone: text } : national(text, digits, country);
}

/** Two runs of six digits or more, with something between them that is not written inside one number. */
function holdsTwoNumbers(text: string): boolean {
  const parts = text.split(/[/／;；,，、|\n]|或|\bor\b|\band\b|\s+\+/i).filter((part) => digitCount(part) >= 6);
  if (parts.length > 1) return true;
  const halves = text.split(/\s+/);
  return halves.length === 2 && halves.every((half) => /^[0-9]{8,13}$/.test(half));
}

function digitCount(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x30 && unit <= 0x39) count += 1;
  }
  return count;
}

/** What people write between the digits of a phone number. */
const SEPARATORS = /[\s().\u2010-\u2015/-]/g;

function international(text: string, digits: string, dialCode: string | undefined): Phone | CellProblem {
  const parsed = /^\+[0-9]+$/.test(digits) ? phoneTables().parsePhoneNumberFromString(digits) : undefined;
  if (parsed === undefined || !parsed.isPossible()) {
    return { errorCode: 'BAD_PHONE', text: cellTexts().impossiblePhone(shown(text)) };
  }
  const callingCode = `+${parsed.countryCallingCode}`;
  if (dialCode === undefined || dialCode === callingCode)
    return { dialCode: callingCode, phone: parsed.nationalNumber };
  // +1242, as people write the Bahamas: the calling code is +1, and 242 begins the number.
  if (
    dialCode.startsWith(callingCode) &&
    parsed.number.startsWith(dialCode) &&
    parsed.number.length > dialCode.length
  ) {
    return { dialCode, phone: parsed.number.slice(dialCode.length) };
  }
  return { errorCode: 'BAD_PHONE', text: cellTexts().otherDialCode(shown(text), callingCode, shown(dialCode)) };
}

function national(text: string, digits: string, country: CountryCode): Phone | CellProblem {
  const parsed = phoneTables().parsePhoneNumberFromString(digits, country);
  if (parsed?.isValid()) return { dialCode: `+${parsed.countryCallingCode}`, phone: parsed.nationalNumber };
  // In Hong Kong, Macao and Taiwan many members have a number of the mainland.
  if (MAINLAND_MOBILE.test(digits)) {
    return { errorCode: 'BAD_PHONE', text: cellTexts().mainlandPhone(shown(text), country, `+86${digits}`) };
  }
  return { errorCode: 'BAD_PHONE', text: cellTexts().foreignPhone(shown(text), country) };
}

const MAINLAND_MOBILE = /^1[3-9][0-9]{9}$/;

/** A phone or QQ number kept as written: no vendor publishes a form for it. A cell without a digit is a note, not a number. */
export function readContact(text: string, lengthMax: number | undefined): CellValue {
  if (lengthMax !== undefined && text.length > lengthMax) return tooLong(text, lengthMax);
  if (isScientific(text) || isPointZero(text)) return digitsLost(text);
  if (isInvisiblyMarked(text)) {
    return { errorCode: 'BAD_PHONE', text: cellTexts().unseenInPhone(shown(text)) };
  }
  if (!/\p{Nd}/u.test(text)) {
    return { errorCode: 'BAD_PHONE', text: cellTexts().noDigit(shown(text)) };
  }
  return text;
}

export function readDialCode(text: string, lengthMax: number | undefined): CellValue {
  if (lengthMax !== undefined && text.length > lengthMax) return tooLong(text, lengthMax);
  if (DIAL_CODE.test(text)) return text;
  const repaired = `+${text
    .normalize('NFKC')
    .replace(SEPARATORS, '')
    .replace(/^(\+|00)/, '')}`;
  const { notADialCode, write, writeADialCode } = cellTexts();
  const advice = DIAL_CODE.test(repaired) ? write(repaired) : writeADialCode;
  return { errorCode: 'NOT_ALLOWED', text: sharedTexts().sentences([notADialCode(shown(text)), advice]) };
}

const DIAL_CODE = /^\+[0-9]{1,5}$/;

/**
 * The country of `--country`, in capitals.
 *
 * @throws OperatorError UNKNOWN_COUNTRY (exit 2)
 */
export function checkCountry(text: string): CountryCode {
  const country = text.trim().toUpperCase();
  const { getCountries, isSupportedCountry } = phoneTables();
  if (isSupportedCountry(country)) return country;
  const nearest = OTHER_NAMES.get(country) ?? (country.length === 2 ? undefined : nearestName(country, getCountries()));
  throw usageError('UNKNOWN_COUNTRY', cellTexts().unknownCountry(shown(text)), cellTexts().unknownCountryHint(nearest));
}

/** What people type instead of the two letters. */
const OTHER_NAMES = new Map([
  ['UK', 'GB'],
  ['HKG', 'HK'],
  ['CHN', 'CN'],
  ['PRC', 'CN'],
  ['MAC', 'MO'],
  ['TWN', 'TW'],
  ['SGP', 'SG'],
  ['MYS', 'MY'],
  ['GBR', 'GB'],
  ['USA', 'US'],
]);
