import { topic } from '../texts.ts';

type Kind = 'members' | 'customers' | 'topup' | 'lookups';

const PURPOSES: Readonly<Record<Kind, string>> = {
  members: 'an import to Kybio',
  customers: 'an import to Wonder',
  topup: 'a top-up',
  lookups: 'a lookup',
};

function listed(header: readonly string[], more: number): string {
  return more > 0 ? `${header.join(', ')} and ${more} more` : header.join(', ');
}

function meant(nearest: string | undefined): string {
  return nearest === undefined ? '' : `Did you mean ${nearest}? `;
}

/** What is wrong with the header of a file, or with a mapping. Headers are shown in quotes; `map` is an example of a mapping file. */
export const HEADER = {
  // header-match.ts
  mixedAmounts: (increment: string, target: string) =>
    `The file has amounts to add (${increment}) and amounts to have afterwards (${target}).`,
  mixedAmountsHint: (map: string) => `Make two files of it, or leave one column out with --map: ${map}.`,
  unknownHeader: (text: string, header: readonly string[], more: number) =>
    `The mapping names the header ${text}, which the file does not have. It has: ${listed(header, more)}.`,
  unknownHeaderHint: (nearest: string | undefined) =>
    nearest === undefined
      ? 'Write the header in the mapping exactly as the first row of the file does.'
      : `${meant(nearest)}Write it in the mapping exactly as the file does.`,
  headerOften: (text: string, count: number) =>
    `The mapping names the header ${text}, which the file has ${count} times.`,
  headerOftenHint: 'Give each of these columns a header of its own.',
  unknownColumn: (text: string, wanted: string, kinds: readonly Kind[]) =>
    `The mapping gives ${text} to ${wanted}, which is not a column of ${kinds.join(' or ')}.`,
  unknownColumnHint: (nearest: string | undefined, columns: readonly string[]) =>
    `${meant(nearest)}Columns: ${columns.join(', ')}.`,
  /** `places`: of two equal headers, counted from 1; undefined: not known. */
  twoEqualHeaders: (column: string, header: string, places: readonly [number, number] | undefined) =>
    `Two columns of the file mean ${column}: two headers ${header}${
      places === undefined ? '' : `, columns ${places[0]} and ${places[1]} from the left`
    }.`,
  twoEqualHeadersHint: 'Rename one of them in the file.',
  twoHeaders: (column: string, first: string, second: string) =>
    `Two columns of the file mean ${column}: the headers ${first} and ${second}.`,
  twoHeadersHint: (map: string) => `Rename one of them, or say with --map which counts: ${map}.`,
  /** `needs`: groups of columns; the file needs one of each. */
  missingColumn: (needs: readonly (readonly string[])[], kind: Kind, header: readonly string[], more: number) =>
    `The file has no column ${needs.map((names) => names.join(' or ')).join(', and ')}, which ${PURPOSES[kind]} needs. It has: ${listed(header, more)}.`,
  currentAmount: (header: string, map: string) =>
    `${header} reads as what a member has now, not as what to add, so it is not used. If it does hold ` +
    `the amount to add, say so with --map: ${map} or "balanceIncrement".`,
  nearColumn: (column: string, header: string, map: string) =>
    `Did you mean ${column} by ${header}? Rename it, or use --map with a file that holds ${map}.`,
  nameTheColumn: (column: string, isNoHeader: boolean) =>
    `${isNoHeader ? 'The first row of the file must name its columns. ' : ''}Let memberload map <file> propose a mapping, or name the column with --map and a file that holds {"columns": {"<your header>": "${column}"}}.`,
  singleCell: (separator: string) =>
    `The first row is one single cell that holds '${separator}': is that the delimiter? Say so with --delimiter '${separator}'. If each line as a whole stands in quotes, export the file again without them.`,
  singleCellForeign: (separator: string) =>
    `The first row is one single cell that holds ${separator}, which is no delimiter of a CSV file. Export the file again with commas or tabs, as "CSV UTF-8" or .xlsx.`,

  // fetched-fields.ts
  unknownField: (column: string, vendor: 'kybio' | 'wonder') =>
    `--columns: '${column}' is not a field of ${vendor === 'kybio' ? 'a Kybio member' : 'a Wonder customer'}.`,
  unknownFieldHint: (nearest: string | undefined, known: readonly string[]) =>
    nearest ? `Did you mean ${nearest}?` : `Known fields: ${known.join(', ')}.`,
};

export const headerTexts = topic('header', HEADER);
