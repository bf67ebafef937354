import { isZeroDecimal } from '../base/decimal.ts';
import type { TextFields } from '../base/text-fields.ts';
import { UPDATABLE_FIELDS } from '../kybio/member-fields.ts';
import { rowTexts } from '../texts/tables/rows.ts';
import { parseDateFormat } from './cells/cell-date.ts';
import { checkCountry, readPhone } from './cells/cell-phone.ts';
import { shown } from './cells/cell-text.ts';
import { COLUMNS, type FileKind } from './columns.ts';
import type { HeaderMatch, Vendor } from './header-match.ts';
import { addIssue, isGiven, type Keys, type Reading, readCells } from './read-cells.ts';
import type { ConditionalIssue, RowIssue, RowNote } from './row-issue.ts';

export type { RowIssue } from './row-issue.ts';

export type ValidationOptions = {
  readonly mode: 'upsert' | 'create' | 'update';
  /** `--change-category`: a category alone is something to change on an existing member. */
  readonly changesCategory?: boolean;
  /** `--date-format`: when given, birthdays must have one of these forms and no other. */
  readonly dateFormats?: readonly string[];
  /** `--country`: ISO 3166 alpha-2, the country of Wonder phone numbers that name none. */
  readonly country?: string;
  /** Takes ids whose digits after the 15th are all zeros, which Excel makes of any long id. */
  readonly trustRoundIds?: boolean;
  /** `yyyy-MM-dd` at the store: nobody is born later. */
  readonly today?: string;
};

/** `fields`: what the row gives besides its keys, normalised; a blank cell is an absent field. */
export type MemberRow = {
  readonly kind: 'member';
  readonly number?: string;
  readonly customerUid?: string;
  readonly fields: TextFields;
};

export type CustomerRow = {
  readonly kind: 'customer';
  readonly reference_number?: string;
  readonly uuid?: string;
  readonly fields: TextFields;
};

/**
 * What to add, or what the member should have afterwards; all rows of one file are of the same kind.
 * - an increment that the file leaves out is `0`; never both
 * - with a target, both increments are `0`: what to add follows from what the member has
 */
export type TopupRow = {
  readonly kind: 'topup';
  readonly number?: string;
  readonly customerUid?: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  readonly pointTarget?: string;
  readonly balanceTarget?: string;
  readonly dataChangeTime?: string;
  /** The row's own receipt or invoice number: credited once for ever. */
  readonly reference?: string;
  /** How many credits of the same are those of other rows of the file; set by the guard, with `--on-duplicate allow`. */
  readonly siblingCredits?: string;
};

export type LookupRow = {
  readonly kind: 'lookup';
  readonly number?: string;
  readonly customerUid?: string;
  readonly reference_number?: string;
  readonly uuid?: string;
};

/** `notes` and `conditional` are absent where there are none. */
export type Validated<R> =
  | {
      readonly isValid: true;
      readonly row: R;
      readonly notes?: readonly RowNote[];
      readonly conditional?: readonly ConditionalIssue[];
    }
  | { readonly isValid: false; readonly issues: readonly RowIssue[] };

/** A Kybio member to be created or updated. */
export function validateMember(
  cells: readonly string[],
  match: HeaderMatch,
  options: ValidationOptions,
): Validated<MemberRow> {
  const reading = readRow(cells, match, 'members', options);
  if ('isValid' in reading) return reading;
  const { keys, fields } = reading;
  const hasNumber = isGiven(reading, 'number');
  if (!hasNumber && (options.mode === 'create' || !isGiven(reading, 'customerUid'))) {
    addIssue(reading, match, 'number', {
      errorCode: 'REQUIRED',
      text: rowTexts().memberKeyBlank(options.mode !== 'create'),
    });
  } else if (
    mustChangeSomething(hasNumber, options) &&
    !UPDATABLE_FIELDS.some((name) => isGiven(reading, name)) &&
    !(options.changesCategory && isGiven(reading, 'categoryName'))
  ) {
    reading.issues.push({
      errorCode: 'NOTHING_TO_DO',
      message: rowTexts().changesNothing(UPDATABLE_FIELDS, fields.point !== undefined || fields.balance !== undefined),
    });
  }
  return judged(reading, { kind: 'member', ...keys, fields });
}

/** A row without a number cannot create a member, so it can only update one. */
function mustChangeSomething(hasNumber: boolean, options: ValidationOptions): boolean {
  return options.mode === 'update' || (options.mode === 'upsert' && !hasNumber);
}

/** A Wonder customer to be created or updated; both calls need a name and a phone. */
export function validateCustomer(
  cells: readonly string[],
  match: HeaderMatch,
  options: ValidationOptions,
): Validated<CustomerRow> {
  const reading = readRow(cells, match, 'customers', options);
  if ('isValid' in reading) return reading;
  const reference = referenceColumn(match);
  if (!isGiven(reading, reference) && (options.mode === 'create' || !isGiven(reading, 'uuid'))) {
    addIssue(reading, match, reference, {
      errorCode: 'REQUIRED',
      text: rowTexts().customerKeyBlank(options.mode !== 'create'),
    });
  }
  for (const name of ['name', 'phone']) {
    if (isGiven(reading, name)) continue;
    addIssue(reading, match, name, { errorCode: 'REQUIRED', text: rowTexts().neededByWonder });
  }
  splitPhone(reading, match, options);
  const { keys, fields } = reading;
  return judged(reading, { kind: 'customer', ...wonderKeys(keys, reference), fields });
}

/**
 * Which column holds Wonder's reference: decided once for the file, not by row. Falling back to the member
 * number where the reference is blank would mix two kinds of numbers under one name.
 */
function referenceColumn(match: HeaderMatch): 'reference_number' | 'number' {
  return match.columns.has('reference_number') || !match.columns.has('number') ? 'reference_number' : 'number';
}

function splitPhone(reading: Reading, match: HeaderMatch, options: ValidationOptions): void {
  const { fields } = reading;
  // A dial code that is wrong has its own issue: the phone cannot be judged by it.
  if (fields.phone === undefined || (isGiven(reading, 'dial_code') && fields.dial_code === undefined)) return;
  const country = options.country === undefined ? undefined : checkCountry(options.country);
  const phone = readPhone(fields.phone, fields.dial_code, country, PHONE_LENGTH_MAX);
  if ('errorCode' in phone) {
    addIssue(reading, match, 'phone', phone);
    return;
  }
  fields.phone = phone.phone;
  if (phone.dialCode === undefined) reading.notes.push({ kind: 'no_country', column: 'phone', value: phone.phone });
  else fields.dial_code = phone.dialCode;
}

const PHONE_LENGTH_MAX = COLUMNS.customers.find((column) => column.name === 'phone')?.lengthMax;

/** An increment for a Kybio member, or the amounts that the member should have afterwards. */
export function validateTopup(
  cells: readonly string[],
  match: HeaderMatch,
  options: ValidationOptions,
): Validated<TopupRow> {
  const reading = readRow(cells, match, 'topup', options);
  if ('isValid' in reading) return reading;
  requireMemberKey(reading, match);
  const { keys, fields } = reading;
  const {
    pointIncrement = '0',
    balanceIncrement = '0',
    pointTarget,
    balanceTarget,
    dataChangeTime,
    reference,
  } = fields;
  const row: TopupRow = {
    kind: 'topup',
    ...keys,
    pointIncrement,
    balanceIncrement,
    ...(pointTarget !== undefined && { pointTarget }),
    ...(balanceTarget !== undefined && { balanceTarget }),
    ...(dataChangeTime !== undefined && { dataChangeTime }),
    ...(reference !== undefined && { reference }),
  };
  if (match.columns.has('pointTarget') || match.columns.has('balanceTarget')) {
    if (!isGiven(reading, 'pointTarget') && !isGiven(reading, 'balanceTarget')) {
      reading.issues.push({
        errorCode: 'NOTHING_TO_DO',
        message: rowTexts().noTarget,
      });
    }
    return judged(reading, row);
  }
  const isReadable = (name: string) => !isGiven(reading, name) || fields[name] !== undefined;
  if (
    isReadable('pointIncrement') &&
    isReadable('balanceIncrement') &&
    isZeroDecimal(pointIncrement) &&
    isZeroDecimal(balanceIncrement)
  ) {
    reading.issues.push({
      errorCode: 'NOTHING_TO_DO',
      message: rowTexts().addsNothing,
    });
  }
  return judged(reading, row);
}

/** A record to be looked up. For Wonder, a member number is a reference when the file has no reference column. */
export function validateLookup(
  cells: readonly string[],
  match: HeaderMatch,
  options: ValidationOptions,
  vendor: Vendor,
): Validated<LookupRow> {
  const reading = readRow(cells, match, 'lookups', options);
  if ('isValid' in reading) return reading;
  const { keys } = reading;
  if (vendor === 'kybio') {
    requireMemberKey(reading, match);
    return judged(reading, { kind: 'lookup', ...kybioKeys(keys) });
  }
  const reference = referenceColumn(match);
  if (!isGiven(reading, reference) && !isGiven(reading, 'uuid')) {
    addIssue(reading, match, reference, { errorCode: 'REQUIRED', text: rowTexts().lookupKeyBlank });
  }
  return judged(reading, { kind: 'lookup', ...wonderKeys(keys, reference) });
}

/** A row whose cells are more or fewer than the header's: no cell of it can be trusted to be under its header. */
export function wrongColumnCount(expectedCount: number, actualCount: number): RowIssue {
  return {
    errorCode: 'WRONG_COLUMN_COUNT',
    message: rowTexts().wrongColumnCount(actualCount, expectedCount),
  };
}

/**
 * A result file holds such a row cut or padded to the header, so that its columns line up: read back, it
 * would pass for a good row with its values under the wrong headers.
 */
export function wrongColumnCountEarlier(): RowIssue {
  return {
    errorCode: 'WRONG_COLUMN_COUNT',
    message: rowTexts().wrongColumnCountEarlier,
  };
}

/** `key` as `memberKeys` or `creditKeys` gives it. */
export function duplicateRow(key: string, firstRowNumber: number): RowIssue {
  const colon = key.indexOf(':');
  const column = COLUMN_OF_KEY.get(key.slice(0, colon)) ?? key.slice(0, colon);
  const { duplicate, duplicateReference } = rowTexts();
  const message = column === 'reference' ? duplicateReference : duplicate;
  return {
    errorCode: 'DUPLICATE_ROW',
    column,
    message: message(column, shown(key.slice(colon + 1)), firstRowNumber),
  };
}

const COLUMN_OF_KEY = new Map([
  ['receipt', 'reference'],
  ['number', 'number'],
  ['uid', 'customerUid'],
  ['ref', 'reference_number'],
  ['uuid', 'uuid'],
]);

/**
 * Checks what does not depend on a row, so that a wrong flag stops the command and not its first row.
 *
 * @throws OperatorError BAD_DATE_FORMAT, UNKNOWN_COUNTRY (exit 2)
 */
export function checkValidationOptions(options: ValidationOptions): void {
  options.dateFormats?.forEach(parseDateFormat);
  if (options.country !== undefined) checkCountry(options.country);
}

/** Reads the cells, and ends early with what makes every other issue of the row pointless. */
function readRow(
  cells: readonly string[],
  match: HeaderMatch,
  kind: FileKind,
  options: ValidationOptions,
): Reading | { readonly isValid: false; readonly issues: readonly RowIssue[] } {
  if (cells.length !== match.header.length) {
    return { isValid: false, issues: [wrongColumnCount(match.header.length, cells.length)] };
  }
  const reading = readCells(cells, match, kind, options);
  if (reading.noMember !== undefined) return { isValid: false, issues: [reading.noMember] };
  setUidAside(reading);
  return reading;
}

/** A damaged customerUid beside a whole member number refuses nothing: the number decides who is meant. */
function setUidAside(reading: Reading): void {
  const { keys, issues, notes, conditional, damagedUid } = reading;
  if (keys.number === undefined || (damagedUid === undefined && conditional.length === 0)) return;
  if (damagedUid !== undefined) {
    issues.splice(issues.indexOf(damagedUid.issue), 1);
    notes.push({ kind: 'uid_ignored', column: 'customerUid', value: damagedUid.value });
  }
  for (const [index, condition] of conditional.entries()) {
    if (condition.damage !== 'customerUid:rounded' || keys.customerUid === undefined) continue;
    const note: RowNote = { kind: 'uid_ignored', column: 'customerUid', value: keys.customerUid };
    conditional[index] = { damage: condition.damage, effect: 'ignore_uid', note };
  }
}

function judged<R>(reading: Reading, row: R): Validated<R> {
  const { issues, notes, conditional } = reading;
  if (issues.length > 0) return { isValid: false, issues };
  if (notes.length === 0 && conditional.length === 0) return { isValid: true, row };
  return {
    isValid: true,
    row,
    ...(notes.length > 0 && { notes }),
    ...(conditional.length > 0 && { conditional }),
  };
}

function requireMemberKey(reading: Reading, match: HeaderMatch): void {
  if (isGiven(reading, 'number') || isGiven(reading, 'customerUid')) return;
  const column = match.columns.has('number') || !match.columns.has('customerUid') ? 'number' : 'customerUid';
  addIssue(reading, match, column, { errorCode: 'REQUIRED', text: rowTexts().keyBlank });
}

function kybioKeys({ number, customerUid }: Keys): Pick<Keys, 'number' | 'customerUid'> {
  return { ...(number === undefined ? {} : { number }), ...(customerUid === undefined ? {} : { customerUid }) };
}

function wonderKeys(keys: Keys, reference: 'reference_number' | 'number'): Pick<Keys, 'reference_number' | 'uuid'> {
  const { [reference]: reference_number, uuid } = keys;
  return { ...(reference_number === undefined ? {} : { reference_number }), ...(uuid === undefined ? {} : { uuid }) };
}
