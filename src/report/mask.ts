import { COLUMNS } from '../job/columns.ts';

/** How a column's value is shown while names and phones are masked. */
type Masking = 'none' | 'first' | 'last' | 'all';

/** A key, an amount or a category says who or what a row is about, and is needed to find the row. */
const MASKINGS: Readonly<Record<string, Masking>> = {
  name: 'first',
  company_name: 'first',
  email: 'first',
  phone: 'last',
  qq: 'last',
  address: 'all',
  remarks: 'all',
  password: 'all',
  default_payment_token: 'all',
};

const DOTS = '•••';

/** A personal value as the report shows it; a value that names nobody stays as it is. Unknown columns may hold anything. */
export function maskCell(column: string | undefined, value: string): string {
  const text = value.trim();
  if (text === '') return '';
  switch (column === undefined ? 'all' : (MASKINGS[column] ?? 'none')) {
    case 'none':
      return text;
    case 'first':
      return `${[...text][0] ?? ''}${DOTS}`;
    case 'last':
      return text.length > 4 ? `${DOTS}${text.slice(-2)}` : DOTS;
    case 'all':
      return DOTS;
  }
}

export function isPersonal(column: string): boolean {
  return (MASKINGS[column] ?? 'none') !== 'none';
}

const COLUMN_NAMES: ReadonlySet<string> = new Set(
  Object.values(COLUMNS).flatMap((columns) => columns.map(({ name }) => name)),
);

/** A message of memberload names the column first: `balance: '1,250' is not a decimal.`, `balance：'1,250' 不是有效的数字。` */
const COLUMN_START = /(?<=^|[\s:：。])([A-Za-z_]+)(?:: |：)/g;

/** The columns that a message is about, in its order, each with the text that belongs to it. */
export function columnsOfMessage(message: string): readonly { readonly column: string; readonly text: string }[] {
  const starts = [...message.matchAll(COLUMN_START)].filter(([, name = '']) => COLUMN_NAMES.has(name));
  return starts.map((start, index) => ({
    column: start[1] ?? '',
    text: message.slice(start.index, starts[index + 1]?.index ?? message.length),
  }));
}

/**
 * A message without names and phones: what stands in the row's own personal cells, and every value that is quoted by
 * a sentence about a personal column.
 *
 * @param cells the row's personal values, by column
 */
export function maskMessage(message: string, cells: readonly (readonly [column: string, value: string])[]): string {
  let masked = message;
  for (const { column, text } of columnsOfMessage(message)) {
    if (!isPersonal(column)) continue;
    const quoted = text.replace(/'([^']*)'/g, (_, value: string) => `'${maskCell(column, value)}'`);
    const isDigits = MASKINGS[column] === 'last';
    masked = masked.replace(text, () => (isDigits ? quoted.replace(/\+?[0-9][0-9 -]{4,}[0-9]/g, DOTS) : quoted));
  }
  for (const [column, value] of cells) {
    const text = value.trim();
    // One sign may be part of any word.
    if ([...text].length > 1) masked = masked.replaceAll(text, () => maskCell(column, text));
  }
  return masked;
}
