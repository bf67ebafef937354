import { unreachable } from '../base/errors.ts';
import { emptyFields } from '../base/text-fields.ts';
import { sharedTexts } from '../texts/shared.ts';
import { cellTexts } from '../texts/tables/cells.ts';
import { readChoice } from './cells/cell-choice.ts';
import { readBirthday, readDateTime } from './cells/cell-date.ts';
import { readDecimal, readPercentage } from './cells/cell-decimal.ts';
import { readEmail } from './cells/cell-email.ts';
import { mayBeRounded, readUid, readUuid, rounded } from './cells/cell-id.ts';
import { readContact, readDialCode } from './cells/cell-phone.ts';
import { type QuickReader, quickReader } from './cells/cell-quick.ts';
import { repairCell } from './cells/cell-repair.ts';
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
} from './cells/cell-text.ts';
import { keyWord } from './cells/key-words.ts';
import { COLUMNS, type Column, type FileKind } from './columns.ts';
import type { HeaderMatch } from './header-match.ts';
import { headerKey, knownColumns } from './header-names.ts';
import type { ConditionalIssue, RowIssue, RowNote } from './row-issue.ts';
import type { ValidationOptions } from './validate-row.ts';

export type Keys = { number?: string; customerUid?: string; reference_number?: string; uuid?: string };

/** What the cells of one row gave, before the row as a whole is judged. */
export type Reading = {
  readonly keys: Keys;
  readonly fields: Record<string, string>;
  readonly issues: RowIssue[];
  readonly notes: RowNote[];
  readonly conditional: ConditionalIssue[];
  /** Set when the row is no member at all: the header once more, or a line of totals. */
  noMember: RowIssue | undefined;
  /** A customerUid that a spreadsheet has visibly damaged, and what is wrong with it. */
  damagedUid: { readonly value: string; readonly issue: RowIssue } | undefined;
};

/** Reads the cells of a row that has as many as the header. */
export function readCells(
  cells: readonly string[],
  match: HeaderMatch,
  kind: FileKind,
  options: ValidationOptions,
): Reading {
  const reading: Reading = {
    keys: {},
    fields: emptyFields(),
    issues: [],
    notes: [],
    conditional: [],
    noMember: undefined,
    damagedUid: undefined,
  };
  for (const planned of plannedCells(match, kind, options)) {
    const raw = cells[planned.index] ?? '';
    if (raw === '') continue;
    const value = planned.quick(raw);
    if (value === undefined) readClosely(raw, planned, reading, options);
    else store(planned.column, value, reading);
  }
  return reading;
}

function store(column: Column, value: string, { keys, fields }: Reading): void {
  if (column.isKey) keys[column.name as keyof Keys] = value;
  else fields[column.name] = value;
}

/** A cell that is not clean beyond doubt: repaired where nothing is lost, then read by the one full reader. */
function readClosely(raw: string, planned: PlannedCell, reading: Reading, options: ValidationOptions): void {
  const { column, label } = planned;
  const { text, repairs } = repairCell(raw, column.type);
  if (text === '') return;
  const word = column.isKey ? wordProblem(text, planned) : undefined;
  const value = word ?? (isSpreadsheetError(text) ? spreadsheetError(text) : planned.read(text, column, options));
  if (typeof value !== 'string') {
    const issue: RowIssue = {
      errorCode: value.errorCode,
      column: column.name,
      message: sharedTexts().about(label, value.text),
    };
    reading.issues.push(issue);
    if (word !== undefined) reading.noMember ??= issue;
    if (column.type === 'uid' && value.errorCode === 'EXCEL_DAMAGED') reading.damagedUid = { value: text, issue };
    return;
  }
  store(column, value, reading);
  const isSecret = column.type === 'secret';
  for (const repair of repairs) {
    const [from, to] = isSecret ? ['', ''] : [raw, text];
    reading.notes.push({ kind: 'repaired', column: column.name, repair, from, to });
  }
  if ((column.isKey || column.type === 'reference') && !options.trustRoundIds && mayBeRounded(value)) {
    const { errorCode, text: message } = rounded(value);
    const issue: RowIssue = { errorCode, column: column.name, message: sharedTexts().about(label, message) };
    reading.conditional.push({ damage: `${column.name}:rounded`, effect: 'refuse', issue });
  }
}

/** A key that is no key: the header once more, a line of totals, a word for nothing. */
function wordProblem(value: string, { headerKeys }: PlannedCell): CellProblem | undefined {
  if (headerKeys.has(headerKey(value))) {
    return { errorCode: 'NOT_ALLOWED', text: cellTexts().headerAgain(shown(value)) };
  }
  const word = keyWord(value);
  return word === undefined ? undefined : { errorCode: 'NOT_ALLOWED', text: cellTexts()[word](shown(value)) };
}

/** Whether the cell holds something, readable or not. */
export function isGiven({ keys, fields, issues }: Reading, name: string): boolean {
  return name in keys || name in fields || issues.some(({ column }) => column === name);
}

export function addIssue(reading: Reading, match: HeaderMatch, name: string, problem: CellProblem): void {
  reading.issues.push({
    errorCode: problem.errorCode,
    column: name,
    message: sharedTexts().about(columnLabel(match, name), problem.text),
  });
}

/** The user's own header first: that is where they will look. */
export function columnLabel(match: HeaderMatch, name: string): string {
  const renamed = match.matches.find((entry) => entry.column === name && entry.isRenamed);
  return renamed === undefined ? name : `${visible(renamed.header.trim())} (${name})`;
}

type PlannedCell = {
  readonly column: Column;
  readonly index: number;
  readonly label: string;
  /** The keys of all headers that mean this column: a cell that holds one repeats the header. */
  readonly headerKeys: ReadonlySet<string>;
  readonly quick: QuickReader;
  readonly read: CellReader;
};

type Plan = { readonly options: ValidationOptions; readonly cells: readonly PlannedCell[] };

/** Which cells to read and how: the same for every row of a file, so worked out once for its header. */
function plannedCells(match: HeaderMatch, kind: FileKind, options: ValidationOptions): readonly PlannedCell[] {
  let plans = plansOfHeader.get(match);
  if (plans === undefined) {
    plans = new Map();
    plansOfHeader.set(match, plans);
  }
  const known = plans.get(kind);
  if (known?.options === options) return known.cells;
  const plan = { options, cells: planCells(match, kind, options) };
  plans.set(kind, plan);
  return plan.cells;
}

const plansOfHeader = new WeakMap<HeaderMatch, Map<FileKind, Plan>>();

function planCells(match: HeaderMatch, kind: FileKind, options: ValidationOptions): readonly PlannedCell[] {
  const { byHeader } = knownColumns([kind]);
  const hasFormats = options.dateFormats !== undefined && options.dateFormats.length > 0;
  return COLUMNS[kind].flatMap((column) => {
    const index = match.columns.get(column.name);
    if (index === undefined) return [];
    const headerKeys = new Set([headerKey(match.header[index] ?? '')]);
    for (const [key, named] of byHeader) if (named.name === column.name) headerKeys.add(key);
    return [
      {
        column,
        index,
        label: columnLabel(match, column.name),
        headerKeys,
        quick: quickReader(column, hasFormats ? undefined : options.today),
        read: cellReader(column),
      },
    ];
  });
}

type CellReader = (text: string, column: Column, options: ValidationOptions) => CellValue;

function cellReader(column: Column): CellReader {
  switch (column.type) {
    case 'reference':
      return (text, { lengthMax }) => readReference(text, lengthMax);
    case 'uid':
      return readUid;
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
      return (text, _, { dateFormats, today }) => readBirthday(text, dateFormats, today);
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
