import { isZeroDecimal } from '../base/decimal.ts';
import { unreachable } from '../base/errors.ts';
import type { TextFields } from '../base/text-fields.ts';
import { readChoice } from './cell-choice.ts';
import { parseDateFormat, readBirthday, readDateTime } from './cell-date.ts';
import { readDecimal, readPercentage } from './cell-decimal.ts';
import { readEmail } from './cell-email.ts';
import { readUid, readUuid } from './cell-id.ts';
import { checkCountry, readContact, readDialCode, readPhone } from './cell-phone.ts';
import {
  type CellProblem,
  type CellValue,
  isSpreadsheetError,
  readReference,
  readSecret,
  readText,
  shown,
  spreadsheetError,
  visible,
} from './cell-text.ts';
import { COLUMNS, type Column, type FileKind } from './columns.ts';
import type { HeaderMatch, Vendor } from './header-match.ts';
import type { RowIssue } from './row-issue.ts';

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

/** An increment that the file leaves out is `0`; never both. */
export type TopupRow = {
  readonly kind: 'topup';
  readonly number?: string;
  readonly customerUid?: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  /** What the member should have, instead of increments: both increments are then `0`. */
  readonly pointTarget?: string;
  readonly balanceTarget?: string;
  /** The row's own number of the credit, such as a receipt. */
  readonly reference?: string;
  readonly dataChangeTime?: string;
};

export type LookupRow = {
  readonly kind: 'lookup';
  readonly number?: string;
  readonly customerUid?: string;
  readonly reference_number?: string;
  readonly uuid?: string;
};

export type Validated<R> =
  | { readonly isValid: true; readonly row: R }
  | { readonly isValid: false; readonly issues: readonly RowIssue[] };

/** A Kybio member to be created or updated. */
export function validateMember(
  cells: readonly string[],
  match: HeaderMatch,
  options: ValidationOptions,
): Validated<MemberRow> {
  const reading = readCells(cells, match, 'members', options);
  if (reading.isRagged) return invalid(reading.issues);
  const { keys, fields } = reading;
  const hasNumber = isGiven(cells, match, 'number');
  if (!hasNumber && (options.mode === 'create' || !isGiven(cells, match, 'customerUid'))) {
    addIssue(reading, match, 'number', {
      errorCode: 'REQUIRED',
      text: `it is blank. Give the member number${options.mode === 'create' ? '' : ', or the customerUid'}.`,
    });
  } else if (
    mustChangeSomething(hasNumber, options) &&
    !UPDATABLE.some((name) => isGiven(cells, match, name)) &&
    !(options.changesCategory && isGiven(cells, match, 'categoryName'))
  ) {
    reading.issues.push({
      errorCode: 'NOTHING_TO_DO',
      message: `the row changes nothing: of an existing member only ${UPDATABLE.join(', ')} can change. Give one of them${
        fields.point === undefined && fields.balance === undefined ? '' : '; points and balance are added with topup'
      }.`,
    });
  }
  if (reading.issues.length > 0) return invalid(reading.issues);
  return { isValid: true, row: { kind: 'member', ...keys, fields } };
}

const UPDATABLE: readonly string[] = COLUMNS.members.filter((column) => column.isUpdatable).map(({ name }) => name);

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
  const reading = readCells(cells, match, 'customers', options);
  if (reading.isRagged) return invalid(reading.issues);
  const reference = referenceColumn(match);
  if (!isGiven(cells, match, reference) && (options.mode === 'create' || !isGiven(cells, match, 'uuid'))) {
    addIssue(reading, match, reference, {
      errorCode: 'REQUIRED',
      text: `it is blank. Give the customer's reference number${options.mode === 'create' ? '' : ', or the uuid'}.`,
    });
  }
  for (const name of ['name', 'phone']) {
    if (isGiven(cells, match, name)) continue;
    addIssue(reading, match, name, { errorCode: 'REQUIRED', text: 'it is blank, and Wonder needs it. Fill it in.' });
  }
  splitPhone(reading, cells, match, options);
  if (reading.issues.length > 0) return invalid(reading.issues);
  const { keys, fields } = reading;
  return { isValid: true, row: { kind: 'customer', ...wonderKeys(keys, reference), fields } };
}

/**
 * Which column holds Wonder's reference: decided once for the file, not by row. Falling back to the member
 * number where the reference is blank would mix two kinds of numbers under one name.
 */
function referenceColumn(match: HeaderMatch): 'reference_number' | 'number' {
  return match.columns.has('reference_number') || !match.columns.has('number') ? 'reference_number' : 'number';
}

function splitPhone(reading: Reading, cells: readonly string[], match: HeaderMatch, options: ValidationOptions): void {
  const { fields } = reading;
  // A dial code that is wrong has its own issue: the phone cannot be judged by it.
  if (fields.phone === undefined || (isGiven(cells, match, 'dial_code') && fields.dial_code === undefined)) return;
  const lengthMax = COLUMNS.customers.find((column) => column.name === 'phone')?.lengthMax;
  const country = options.country === undefined ? undefined : checkCountry(options.country);
  const phone = readPhone(fields.phone, fields.dial_code, country, lengthMax);
  if ('errorCode' in phone) {
    addIssue(reading, match, 'phone', phone);
    return;
  }
  fields.phone = phone.phone;
  if (phone.dialCode !== undefined) fields.dial_code = phone.dialCode;
}

/** An increment for a Kybio member. */
export function validateTopup(
  cells: readonly string[],
  match: HeaderMatch,
  options: ValidationOptions,
): Validated<TopupRow> {
  const reading = readCells(cells, match, 'topup', options);
  if (reading.isRagged) return invalid(reading.issues);
  const { fields } = reading;
  requireMemberKey(reading, cells, match);
  const { pointIncrement = '0', balanceIncrement = '0', dataChangeTime } = fields;
  const isReadable = (name: string) => !isGiven(cells, match, name) || fields[name] !== undefined;
  if (
    isReadable('pointIncrement') &&
    isReadable('balanceIncrement') &&
    isZeroDecimal(pointIncrement) &&
    isZeroDecimal(balanceIncrement)
  ) {
    reading.issues.push({
      errorCode: 'NOTHING_TO_DO',
      message:
        'the row adds nothing: pointIncrement and balanceIncrement are blank or 0. Fill one in, or delete the row.',
    });
  }
  if (reading.issues.length > 0) return invalid(reading.issues);
  return {
    isValid: true,
    row: {
      kind: 'topup',
      ...reading.keys,
      pointIncrement,
      balanceIncrement,
      ...(dataChangeTime === undefined ? {} : { dataChangeTime }),
    },
  };
}

/** A record to be looked up. For Wonder, a member number is a reference when the file has no reference column. */
export function validateLookup(
  cells: readonly string[],
  match: HeaderMatch,
  options: ValidationOptions,
  vendor: Vendor,
): Validated<LookupRow> {
  const reading = readCells(cells, match, 'lookups', options);
  if (reading.isRagged) return invalid(reading.issues);
  const { keys } = reading;
  if (vendor === 'kybio') {
    requireMemberKey(reading, cells, match);
    if (reading.issues.length > 0) return invalid(reading.issues);
    return { isValid: true, row: { kind: 'lookup', ...kybioKeys(keys) } };
  }
  const reference = referenceColumn(match);
  if (!isGiven(cells, match, reference) && !isGiven(cells, match, 'uuid')) {
    addIssue(reading, match, reference, { errorCode: 'REQUIRED', text: 'it is blank. Give it, or the uuid.' });
  }
  if (reading.issues.length > 0) return invalid(reading.issues);
  return { isValid: true, row: { kind: 'lookup', ...wonderKeys(keys, reference) } };
}

/** A row whose cells are more or fewer than the header's: no cell of it can be trusted to be under its header. */
export function wrongColumnCount(expectedCount: number, actualCount: number): RowIssue {
  return {
    errorCode: 'WRONG_COLUMN_COUNT',
    message: `the row has ${actualCount} columns, the header ${expectedCount}: usually a missing quote or an extra delimiter. Correct the row.`,
  };
}

/**
 * A result file holds such a row cut or padded to the header, so that its columns line up: read back, it
 * would pass for a good row with its values under the wrong headers.
 */
export function wrongColumnCountEarlier(): RowIssue {
  return {
    errorCode: 'WRONG_COLUMN_COUNT',
    message:
      'an earlier run found too many or too few columns here, and the result file holds the row cut or padded to fit. Correct its cells and empty its result_status.',
  };
}

/** `key` as `memberKey` gives it. */
export function duplicateRow(key: string, firstRowNumber: number): RowIssue {
  const colon = key.indexOf(':');
  const column = COLUMN_OF_KEY.get(key.slice(0, colon)) ?? key.slice(0, colon);
  return {
    errorCode: 'DUPLICATE_ROW',
    column,
    message: `${column}: ${shown(key.slice(colon + 1))} is also in row ${firstRowNumber}. Keep one of them, or say --on-duplicate allow.`,
  };
}

const COLUMN_OF_KEY = new Map([
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

function requireMemberKey(reading: Reading, cells: readonly string[], match: HeaderMatch): void {
  if (isGiven(cells, match, 'number') || isGiven(cells, match, 'customerUid')) return;
  const column = match.columns.has('number') || !match.columns.has('customerUid') ? 'number' : 'customerUid';
  addIssue(reading, match, column, { errorCode: 'REQUIRED', text: 'it is blank. Give the number or the customerUid.' });
}

function kybioKeys({ number, customerUid }: Keys): Pick<Keys, 'number' | 'customerUid'> {
  return { ...(number === undefined ? {} : { number }), ...(customerUid === undefined ? {} : { customerUid }) };
}

function wonderKeys(keys: Keys, reference: 'reference_number' | 'number'): Pick<Keys, 'reference_number' | 'uuid'> {
  const { [reference]: reference_number, uuid } = keys;
  return { ...(reference_number === undefined ? {} : { reference_number }), ...(uuid === undefined ? {} : { uuid }) };
}

type Keys = { number?: string; customerUid?: string; reference_number?: string; uuid?: string };

type Reading = {
  readonly keys: Keys;
  readonly fields: Record<string, string>;
  readonly issues: RowIssue[];
  readonly isRagged: boolean;
};

function readCells(cells: readonly string[], match: HeaderMatch, kind: FileKind, options: ValidationOptions): Reading {
  const keys: Keys = {};
  const fields: Record<string, string> = Object.create(null);
  const issues: RowIssue[] = [];
  if (cells.length !== match.header.length) {
    return { keys, fields, issues: [wrongColumnCount(match.header.length, cells.length)], isRagged: true };
  }
  for (const { column, index, label, read } of plannedCells(match, kind)) {
    // Outer white space goes in every column, free text included: nobody sees it, and it would make equal
    // values differ. trim() knows U+00A0 and U+3000.
    const text = (cells[index] ?? '').trim();
    if (text === '') continue;
    const value = isSpreadsheetError(text) ? spreadsheetError(text) : read(text, column, options);
    if (typeof value !== 'string') {
      issues.push({ errorCode: value.errorCode, column: column.name, message: `${label}: ${value.text}` });
    } else if (column.isKey) {
      keys[column.name as keyof Keys] = value;
    } else {
      fields[column.name] = value;
    }
  }
  return { keys, fields, issues, isRagged: false };
}

/** Whether the cell holds something, readable or not. */
function isGiven(cells: readonly string[], match: HeaderMatch, name: string): boolean {
  const index = match.columns.get(name);
  return index !== undefined && (cells[index] ?? '').trim() !== '';
}

function addIssue(reading: Reading, match: HeaderMatch, name: string, problem: CellProblem): void {
  reading.issues.push({
    errorCode: problem.errorCode,
    column: name,
    message: `${columnLabel(match, name)}: ${problem.text}`,
  });
}

function invalid(issues: readonly RowIssue[]): { readonly isValid: false; readonly issues: readonly RowIssue[] } {
  return { isValid: false, issues };
}

/** The user's own header first: that is where they will look. */
function columnLabel(match: HeaderMatch, name: string): string {
  const renamed = match.matches.find((entry) => entry.column === name && entry.isRenamed);
  return renamed === undefined ? name : `${visible(renamed.header.trim())} (${name})`;
}

type PlannedCell = {
  readonly column: Column;
  readonly index: number;
  readonly label: string;
  readonly read: CellReader;
};

/** Which cells to read and how: the same for every row of a file, so worked out once for its header. */
function plannedCells(match: HeaderMatch, kind: FileKind): readonly PlannedCell[] {
  let plans = plansOfHeader.get(match);
  if (plans === undefined) {
    plans = new Map();
    plansOfHeader.set(match, plans);
  }
  let plan = plans.get(kind);
  if (plan === undefined) {
    plan = COLUMNS[kind].flatMap((column) => {
      const index = match.columns.get(column.name);
      if (index === undefined) return [];
      return [{ column, index, label: columnLabel(match, column.name), read: cellReader(column) }];
    });
    plans.set(kind, plan);
  }
  return plan;
}

const plansOfHeader = new WeakMap<HeaderMatch, Map<FileKind, readonly PlannedCell[]>>();

type CellReader = (text: string, column: Column, options: ValidationOptions) => CellValue;

function cellReader(column: Column): CellReader {
  switch (column.type) {
    case 'reference':
      return (text, { lengthMax }) => readReference(text, lengthMax);
    case 'uid':
      return (text, _, { trustRoundIds }) => readUid(text, trustRoundIds === true);
    case 'uuid':
      return readUuid;
    case 'text':
      return (text, { lengthMax }) => readText(text, lengthMax);
    case 'secret':
      return readSecret;
    case 'decimal':
      return readDecimal;
    case 'percentage':
      return readPercentage;
    case 'choice':
      return (text, { choices = [] }) => readChoice(text, choices);
    case 'birthday':
      return (text, _, { dateFormats }) => readBirthday(text, dateFormats);
    case 'dateTime':
      return readDateTime;
    case 'email':
      return (text, { lengthMax }) => readEmail(text, lengthMax);
    case 'contact':
      return (text, { lengthMax }) => readContact(text, lengthMax);
    case 'phone':
      // Judged with the dial code beside it, once the whole row is read.
      return (text) => text;
    case 'dialCode':
      return (text, { lengthMax }) => readDialCode(text, lengthMax);
    default:
      return unreachable(column.type);
  }
}
