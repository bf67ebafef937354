import { fileError, type OperatorError, usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { toldNames } from '../csv/table-header.ts';
import { headerTexts } from '../texts/tables/header.ts';
import { shown, visible } from './cells/cell-text.ts';
import { COLUMNS, type FileKind, type ResultColumn } from './columns.ts';
import { headerKey, isMoneyLike, type KnownColumns, knownColumns, resultColumnOf } from './header-names.ts';

export type HeaderMatch = {
  /** Column name → index of its cell. */
  readonly columns: ReadonlyMap<string, number>;
  /** In the order of the file. */
  readonly matches: readonly MatchedColumn[];
  /** Headers of no known column, as the file writes them: they stay in the result. */
  readonly unused: readonly string[];
  /** Of the unused ones, those that look like money or points: a person should confirm that they are left out. */
  readonly moneyLike: readonly string[];
  /** Indexes of the columns whose header is blank. */
  readonly unnamedIndexes: readonly number[];
  /** Columns of an earlier result file, by their name without `result_`. */
  readonly earlier: Readonly<Partial<Record<ResultColumn, number>>>;
  /** Some column of a result file is there: the file is the result of an earlier run. */
  readonly isResultFile: boolean;
  /** Of a result file: the columns that every result has and this one lost. Without them it cannot be believed. */
  readonly lostResultColumns: readonly ResultColumn[];
  /** Lookups only: `kybio_<field>` and `wonder_<field>` of an earlier result → index. */
  readonly fetched: ReadonlyMap<string, number>;
  /** Indexes of the input's own columns, the ones that go into the new result. */
  readonly keptIndexes: readonly number[];
  /** The header as it came: a row of another length has lost its columns. */
  readonly header: readonly string[];
};

type MatchedColumn = {
  /** As the file writes it. */
  readonly header: string;
  readonly index: number;
  /** The name of the column. */
  readonly column: string;
  /** The header is not simply the name of the column. Only then the match is worth printing. */
  readonly isRenamed: boolean;
};

export type Vendor = 'kybio' | 'wonder';

/** Header text → column name, as `--map` gives it. An empty column name means: do not use this header. */
export type HeaderMapping = Readonly<Record<string, string>>;

/**
 * Finds the columns of a file. A mapping decides first, and what it names is taken from every other header;
 * then names and sure synonyms match without regard to case, spaces, `_`, `-` and width.
 *
 * A file for both vendors is read as `members` and `customers` at once; a members file for Wonder alone, as
 * `customers`. `vendor` matters to lookups only: each vendor finds its records by other columns.
 *
 * @throws OperatorError DUPLICATE_COLUMN, MIXED_AMOUNTS, MISSING_COLUMN, UNKNOWN_HEADER (the file, exit 3),
 *   UNKNOWN_COLUMN (the mapping, exit 2); each names the nearest.
 */
export function matchHeader(
  header: readonly string[],
  kinds: FileKind | readonly FileKind[],
  mapping: HeaderMapping = {},
  vendor?: Vendor,
): HeaderMatch {
  const kindList = typeof kinds === 'string' ? [kinds] : kinds;
  const known = knownColumns(kindList);
  const earlier: Partial<Record<ResultColumn, number>> = {};
  const fetched = new Map<string, number>();
  const keptIndexes: number[] = [];
  for (const [index, text] of header.entries()) {
    const resultColumn = resultColumnOf(text);
    if (resultColumn !== undefined) {
      if (earlier[resultColumn] !== undefined) throw duplicateColumn(text, text, text);
      earlier[resultColumn] = index;
    } else if (kindList.includes('lookups') && FETCHED.test(text)) {
      fetched.set(text, index);
    } else {
      keptIndexes.push(index);
    }
  }

  const chosen = mappedIndexes(header, keptIndexes, mapping, known);
  const columns = new Map<string, number>();
  for (const [index, name] of chosen) if (name !== '') columns.set(name, index);
  const taken = new Set(columns.keys());
  for (const index of keptIndexes) {
    const text = header[index] ?? '';
    if (chosen.has(index)) continue;
    const column = known.byHeader.get(headerKey(text));
    // A header whose column the mapping gave to another one is not a duplicate: that is what --map is for.
    if (column === undefined || taken.has(column.name)) continue;
    const other = columns.get(column.name);
    if (other !== undefined) throw duplicateColumn(column.name, header[other] ?? '', text, [other, index]);
    columns.set(column.name, index);
  }

  const nameAt = new Map([...columns].map(([name, index]) => [index, name]));
  const matches = keptIndexes.flatMap((index) => {
    const column = nameAt.get(index);
    const text = header[index] ?? '';
    return column === undefined ? [] : [{ header: text, index, column, isRenamed: text.trim() !== column }];
  });
  // Excel leaves commas behind the last column: a header without text has nothing to be named by.
  const unused = keptIndexes
    .filter((index) => !nameAt.has(index))
    .map((index) => header[index] ?? '')
    .filter((text) => text.trim() !== '');
  const isResultFile = Object.keys(earlier).length > 0;
  const match: HeaderMatch = {
    columns,
    matches,
    unused,
    moneyLike: unused.filter((text) => isMoneyLike(text) && !isKnowinglyUnused(text, kindList, columns)),
    unnamedIndexes: keptIndexes.filter((index) => (header[index] ?? '').trim() === ''),
    earlier,
    isResultFile,
    lostResultColumns: isResultFile ? IN_EVERY_RESULT.filter((name) => earlier[name] === undefined) : [],
    fetched,
    keptIndexes,
    header,
  };
  requireOneKindOfAmount(match);
  for (const kind of kindList) requireColumns(match, kind, known, vendor);
  return match;
}

/** Columns that the result of every command has. */
const IN_EVERY_RESULT: readonly ResultColumn[] = [
  ...(['row', 'status', 'action', 'errorCode', 'messages', 'attempts', 'run', 'for'] as const),
];

/** For the table that is printed once: each header, its column, and the first value under it. */
export function describeMatches(
  match: HeaderMatch,
  firstCells: readonly string[],
): readonly { readonly header: string; readonly column: string; readonly firstValue: string }[] {
  return match.matches.map(({ header, index, column }) => ({
    header: visible(header.trim()),
    column,
    // A password is never written to any output.
    firstValue: column === 'password' ? '' : visible((firstCells[index] ?? '').trim()),
  }));
}

/**
 * An export that a person filled with increments still has its `point` and `balance`, and a lookup sends no
 * amounts at all: there the columns are left out on purpose.
 */
function isKnowinglyUnused(header: string, kinds: readonly FileKind[], columns: ReadonlyMap<string, number>): boolean {
  if (kinds.includes('lookups')) return true;
  const name = header.trim();
  return kinds.includes('topup') && columns.has('customerUid') && (name === 'point' || name === 'balance');
}

/** An increment is added to what the member has, a target replaces it: in one file nobody could tell which is meant. */
function requireOneKindOfAmount(match: HeaderMatch): void {
  const found = (suffix: string) => match.matches.find(({ column }) => column.endsWith(suffix));
  const increment = found('Increment');
  const target = found('Target');
  if (increment === undefined || target === undefined) return;
  throw fileError(
    'MIXED_AMOUNTS',
    headerTexts().mixedAmounts(shown(increment.header), shown(target.header)),
    headerTexts().mixedAmountsHint(mappingOf(target.header, '')),
  );
}

const FETCHED = /^(kybio|wonder)_/;

function mappedIndexes(
  header: readonly string[],
  keptIndexes: readonly number[],
  mapping: HeaderMapping,
  known: KnownColumns,
): Map<number, string> {
  const chosen = new Map<number, string>();
  const headerOf = new Map<string, string>();
  for (const [text, wanted] of Object.entries(mapping)) {
    const index = mappedIndex(header, keptIndexes, text);
    const name = mappedColumn(text, wanted, known);
    const other = headerOf.get(name);
    if (name !== '' && other !== undefined) throw duplicateColumn(name, other, text);
    if (chosen.has(index)) throw duplicateColumn(name, header[index] ?? '', text);
    headerOf.set(name, text);
    chosen.set(index, name);
  }
  return chosen;
}

function mappedIndex(header: readonly string[], keptIndexes: readonly number[], text: string): number {
  const exact = keptIndexes.filter((index) => header[index]?.trim() === text.trim());
  const found =
    exact.length > 0 ? exact : keptIndexes.filter((index) => headerKey(header[index] ?? '') === headerKey(text));
  const [index, another] = found;
  if (index === undefined) {
    const nearest = nearestName(text, header.filter(isShort));
    throw fileError(
      'UNKNOWN_HEADER',
      headerTexts().unknownHeader(shown(text), ...listed(header, false)),
      headerTexts().unknownHeaderHint(nearest && shown(nearest)),
    );
  }
  if (another !== undefined) {
    throw fileError(
      'DUPLICATE_COLUMN',
      headerTexts().headerOften(shown(text), found.length),
      headerTexts().headerOftenHint,
    );
  }
  return index;
}

function mappedColumn(text: string, wanted: string, known: KnownColumns): string {
  if (wanted.trim() === '') return '';
  for (const name of known.byName.keys()) if (headerKey(name) === headerKey(wanted)) return name;
  const nearest = known.byHeader.get(headerKey(wanted))?.name ?? nearestName(wanted, known.byName.keys());
  throw usageError(
    'UNKNOWN_COLUMN',
    headerTexts().unknownColumn(shown(text), shown(wanted), known.kinds),
    headerTexts().unknownColumnHint(nearest, [...known.byName.keys()]),
  );
}

function duplicateColumn(
  column: string,
  first: string,
  second: string,
  indexes?: readonly [number, number],
): OperatorError {
  const texts = headerTexts();
  if (first === second) {
    const places = indexes && ([indexes[0] + 1, indexes[1] + 1] as const);
    return fileError(
      'DUPLICATE_COLUMN',
      texts.twoEqualHeaders(column, shown(first), places),
      texts.twoEqualHeadersHint,
    );
  }
  return fileError(
    'DUPLICATE_COLUMN',
    texts.twoHeaders(column, shown(first), shown(second)),
    texts.twoHeadersHint(mappingOf(first, column)),
  );
}

/** Each group needs one of its columns. */
function requiredGroups(kind: FileKind, vendor: Vendor | undefined): readonly (readonly string[])[] {
  const member = ['number', 'customerUid'];
  const customer = ['reference_number', 'uuid', 'number'];
  switch (kind) {
    case 'members':
      return [member];
    case 'customers':
      return [customer, ['name'], ['phone']];
    case 'topup':
      return [member, ['pointIncrement', 'balanceIncrement', 'pointTarget', 'balanceTarget']];
    case 'lookups':
      if (vendor === 'kybio') return [member];
      return [vendor === 'wonder' ? customer : [...new Set([...member, ...customer])]];
  }
}

function requireColumns(match: HeaderMatch, kind: FileKind, known: KnownColumns, vendor: Vendor | undefined): void {
  const missing = requiredGroups(kind, vendor).filter((names) => !names.some((name) => match.columns.has(name)));
  if (missing.length === 0) return;
  throw fileError(
    'MISSING_COLUMN',
    headerTexts().missingColumn(missing, kind, ...listed(match.header, match.columns.size > 0)),
    missingColumnHint(match, missing.flat(), known),
  );
}

function missingColumnHint(match: HeaderMatch, missing: readonly string[], known: KnownColumns): string {
  const [only] = match.header;
  const separator = match.header.length === 1 ? /[;|,^~:，；、\p{Cc}]| /u.exec(only ?? '')?.[0] : undefined;
  if (separator !== undefined) return singleCellHint(separator);
  const needed = known.kinds.flatMap((kind) => COLUMNS[kind]).filter((column) => missing.includes(column.name));
  for (const text of match.unused) {
    if (missing.some((name) => name.endsWith('Increment')) && CURRENT_AMOUNTS.has(headerKey(text))) {
      return headerTexts().currentAmount(shown(text), mappingOf(text, 'pointIncrement'));
    }
  }
  for (const text of match.unused.filter(isShort)) {
    for (const column of needed) {
      if (nearestName(headerKey(text), [column.name, ...column.synonyms].map(headerKey)) === undefined) continue;
      return headerTexts().nearColumn(column.name, shown(text), mappingOf(text, column.name));
    }
  }
  return headerTexts().nameTheColumn(missing[0] ?? '', match.columns.size === 0);
}

/** What a mapping file holds. */
function mappingOf(header: string, column: string): string {
  return `{"columns": {${JSON.stringify(header)}: "${column}"}}`;
}

/** The whole header is one cell, and this is what parts its names. */
function singleCellHint(separator: string): string {
  const isDelimiter = /[!-~]/.test(separator);
  return isDelimiter ? headerTexts().singleCell(separator) : headerTexts().singleCellForeign(shown(separator));
}

/** A slip of a column's name is no longer than this; a cell of a megabyte is not compared with anything. */
function isShort(text: string): boolean {
  return text.length <= 60;
}

const CURRENT_AMOUNTS = new Set(
  COLUMNS.members
    .filter((column) => column.name === 'point' || column.name === 'balance')
    .flatMap((column) => [column.name, ...column.synonyms].map(headerKey)),
);

/** Enough of the header to recognise the file by, never a screenful. */
export function listed(header: readonly string[], isKnown: boolean): [first: readonly string[], more: number] {
  const told = isKnown ? header : toldNames(header);
  const first = told.slice(0, 20).map((text, index) => (text === header[index] ? shown(text) : text));
  return [first, header.length - first.length];
}
