import { topic } from '../texts.ts';

/** `'8.00801E+09' in row 1`. */
type Example = { readonly value: string; readonly rowNumber: number };

function shown(examples: readonly Example[]): string {
  return examples.map(({ value, rowNumber }) => `${value} in row ${rowNumber}`).join(', ');
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** What is told once for a column: what was repaired in it, and how a spreadsheet has damaged it. Values are shown in quotes. */
export const COLUMN_TEXTS = {
  // column-judge.ts: the cells, with a few of them, and what is wrong with them
  finding: (column: string, cellCount: number, examples: readonly Example[], problem: string) =>
    `${column}: in ${plural(cellCount, 'cell')} (${shown(examples)}) ${problem}`,
  shortened:
    'a spreadsheet has shortened the values, and their last digits are lost. Format the column as text where the file was made, and export it again.',
  pointZero:
    'a program has taken the column for decimals and added .0; leading zeros and long ids may be damaged too. Export the file again with this column as text.',
  errors:
    'a spreadsheet has written what it shows instead of values. Widen the column or repair its formula, and export the file again.',

  // number-evidence.ts
  rounded:
    'only zeros stand after the 15th digit, more often than by chance: a spreadsheet has rounded the ids. ' +
    'Export the file again with this column as text; if the ids really are so, set trustRoundIds in the config file.',
  lostZeros: (digits: number) =>
    `the number is shorter than the ${digits} digits of most: if it began with 0, a spreadsheet has taken the zero away. Compare with the source, and export the column as text.`,
  lostPlus:
    'the number reads as one with its country code, but has no +: a spreadsheet takes the + away. Write the + again where it was meant.',

  // date-evidence.ts
  serialDates:
    'the date is a serial number of a spreadsheet. Format the column as yyyy-mm-dd there, and export the file again.',
  swappedDates: (dayFirst: readonly Example[]) =>
    `the day is never above 12, while other cells have the day first (${shown(dayFirst)}): a spreadsheet has read day and month the wrong way round. Export the file again with this column as text.`,
  lowDays:
    'the day is never above 12: a spreadsheet may have read day and month the wrong way round. Compare some with the source.',
  mixedDates: (dayFirst: readonly Example[]) =>
    `the month comes first, in others the day (${shown(dayFirst)}): no --date-format is right for all. Export the file again with this column as text.`,
  sameDate:
    'the same date stands for so many members that it may mean "not known". Leave the birthday blank where it is not known.',

  // sign-evidence.ts
  signsLost: (column: string, before: readonly [signs: number, cells: number], now: readonly [number, number]) =>
    `${column}: ${before[0]} of ${before[1]} values began with 0 or + when this result was made, and now ${now[0]} of ${now[1]} do: a spreadsheet has opened and saved the file. Take the result as it was written, and open it with the column as text, or write the result as .xlsx.`,
  signLost: (column: string, value: string) =>
    `${column}: ${value} may have lost the zeros or the + that it began with, as others of this column have. Write it as it was; if no value has lost anything, add --ignore-results.`,

  // row-issue.ts: notes of one row
  readAs: (column: string, from: string, to: string) => `${column}: ${from} was read as ${to}.`,
  uidIgnored: (column: string, value: string) =>
    `${column}: ${value} is damaged and was not used; the row goes by its number.`,

  // row-issue.ts: the same, told once for the file
  repairs: {
    blanks: 'spaces around the value taken away',
    invisible: 'invisible characters taken away',
    apostrophe: "a leading ' taken away",
    formula: 'the formula ="…" read as its text',
    width: 'full-width or composed characters written plainly',
  },
  /** `change`: the first cell before and after; undefined: a secret. */
  repaired: (
    column: string,
    cellCount: number,
    repair: string,
    rowNumber: number,
    change: readonly [string, string] | undefined,
  ) =>
    `${column}: in ${plural(cellCount, 'cell')} ${repair} (${change ? `${change[0]} is ${change[1]}, ` : ''}row ${rowNumber}).`,
  /** `phoneCount`: of all phones; undefined: not known. */
  noCountry: (column: string, count: number, phoneCount: number | undefined, example: Example) => {
    const phones = phoneCount === undefined ? plural(count, 'phone') : `${count} of ${plural(phoneCount, 'phone')}`;
    return (
      `${column}: ${phones} ${count === 1 ? 'has' : 'have'} no country, such as ${shown([example])}, ` +
      'and will be sent without one. Give --country, a dial_code column, or write +852 before the number.'
    );
  },
  uidsIgnored: (column: string, rowCount: number, example: Example) =>
    `${column}: in ${plural(rowCount, 'row')} the id is damaged, such as ${shown([example])}. ` +
    'These rows go by their member number.',
};

export const columnTexts = topic('columns', COLUMN_TEXTS);
