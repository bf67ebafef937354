import { topic } from './texts.ts';

/** What is wrong with one cell. `value` is the cell as it is shown: cut, in quotes. */
export const CELLS = {
  // cell-decimal.ts
  tooManyDigits: (value: string) => `${value} has more than 30 digits on one side of the point.`,
  notAPercentage: (value: string) => `${value} is not between 0 and 100. 90 means that the member pays 90 %.`,
  notADecimal: (value: string, suggestion: string) => `${value} is not a decimal. ${suggestion}`,
  write: (value: string) => `Write ${value}.`,
  writeAPercentage: 'Write 90 for 90 % (9折).',
  writeADecimal: 'Write digits with a point, such as 12.50.',
  shortenedAmount:
    'A spreadsheet has shortened it: give the column a number format with all digits and export it again.',
  commaOfWhat: (thousands: string, decimals: string) =>
    `Write ${thousands} if the comma separates thousands, or ${decimals} if it stands before the decimals.`,
};

export const cellTexts = topic('cells', CELLS);
