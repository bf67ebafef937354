import { COLUMNS, type Column, type FileKind, RESULT_COLUMNS, type ResultColumn } from './columns.ts';

/** A longer cell is no header: no pattern looks at it. */
const HEADER_LENGTH_MAX = 200;

const MANDATORY_MARK = /^\*+|\*+$|\((必填|必须|必須|required|mandatory)\)$/g;
const IGNORED_IN_HEADER = /[\s_\-\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/** What of a header counts: not case, width, spaces, `_`, `-`, a closing `.` or `:`, or a mark of a mandatory field. */
export function headerKey(text: string): string {
  if (text.length > HEADER_LENGTH_MAX) return text;
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(IGNORED_IN_HEADER, '')
    .replace(/[:.]$/, '')
    .replace(MANDATORY_MARK, '')
    .replace(/[:.]$/, '');
}

export type KnownColumns = {
  /** By the key of their name and of each synonym. */
  readonly byHeader: ReadonlyMap<string, Column>;
  readonly byName: ReadonlyMap<string, Column>;
  readonly kinds: readonly FileKind[];
};

export function knownColumns(kinds: readonly FileKind[]): KnownColumns {
  const byHeader = new Map<string, Column>();
  const byName = new Map<string, Column>();
  for (const kind of kinds) {
    for (const column of COLUMNS[kind]) {
      if (!byName.has(column.name)) byName.set(column.name, column);
      for (const text of [column.name, ...column.synonyms]) {
        if (!byHeader.has(headerKey(text))) byHeader.set(headerKey(text), column);
      }
    }
  }
  return { byHeader, byName, kinds };
}

const ALL_KINDS: readonly FileKind[] = ['members', 'customers', 'topup', 'lookups'];
const ANY_KIND = knownColumns(ALL_KINDS);

/** By the key, so that a spreadsheet may change case and spaces. */
const RESULT_BY_KEY = new Map<string, ResultColumn>(
  RESULT_COLUMNS.map((name) => [`result${name.toLowerCase()}`, name]),
);

/**
 * Only the columns that we write ourselves. Anything else of somebody's own that starts with `result_`
 * must stay in the file, so a prefix is not enough.
 */
export function resultColumnOf(header: string): ResultColumn | undefined {
  return /^\s*result_/i.test(header.slice(0, HEADER_LENGTH_MAX)) ? RESULT_BY_KEY.get(headerKey(header)) : undefined;
}

/** Whether the text names a column of any kind of file, or one of a result file: the header line is found by it. */
export function isHeaderName(text: string): boolean {
  return ANY_KIND.byHeader.has(headerKey(text)) || resultColumnOf(text) !== undefined;
}

const MONEY_WORDS =
  /积分|積分|余额|餘額|储值|儲值|充值|金额|金額|赠送|贈送|余款|餘款|点数|點數|point|pts|balance|amount|credit|topup|money|storedvalue|bonus/;

/** Whether a header looks as if it held money or points. */
export function isMoneyLike(header: string): boolean {
  return header.length <= HEADER_LENGTH_MAX && MONEY_WORDS.test(headerKey(header));
}

/**
 * The kind of a file by its header, where that is sure; undefined where the header fits two kinds, or none.
 *
 * - topup: has an increment or a target, which no other kind has
 * - customers: has a column that only Wonder has
 * - members: names a member and has another column of a Kybio member; remarks alone may be notes to a lookup
 * - lookups: has nothing but keys that we know, and nothing that looks like an amount
 */
export function guessKind(header: readonly string[]): FileKind | undefined {
  const given = new Set(header.map(headerKey));
  const has = (kind: FileKind, isMeant: (column: Column) => boolean): boolean => hasColumn(given, kind, isMeant);
  const hasMember = hasKeyOf('members', header);
  const hasCustomer = has('customers', (column) => column.isKey && column.name !== 'number');
  if (has('topup', ({ type }) => type === 'decimal')) return hasMember ? 'topup' : undefined;
  const inMembers = new Set(COLUMNS.members.map(({ name }) => name));
  const inCustomers = new Set(COLUMNS.customers.map(({ name }) => name));
  const isForWonder = hasCustomer || has('customers', ({ name }) => !inMembers.has(name));
  const isForKybio = has('members', ({ name }) => !inCustomers.has(name));
  const hasFields = has('members', ({ isKey }) => !isKey) || has('customers', ({ isKey }) => !isKey);
  if (!hasFields) return (hasMember || hasCustomer) && !header.some(isMoneyLike) ? 'lookups' : undefined;
  if (isForWonder && !isForKybio) return 'customers';
  const isMembers = has('members', ({ isKey, name }) => !isKey && name !== 'remarks');
  return hasMember && !isForWonder && isMembers ? 'members' : undefined;
}

/** Whether a column of the header names a record of that kind: a `number` or a `customerUid`, say. */
export function hasKeyOf(kind: FileKind, header: readonly string[]): boolean {
  return hasColumn(new Set(header.map(headerKey)), kind, (column) => column.isKey === true);
}

function hasColumn(given: ReadonlySet<string>, kind: FileKind, isMeant: (column: Column) => boolean): boolean {
  return COLUMNS[kind].some(
    (column) => isMeant(column) && [column.name, ...column.synonyms].some((text) => given.has(headerKey(text))),
  );
}
