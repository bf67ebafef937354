import { topic } from '../texts.ts';

/** What is wrong with one cell. `value` is the cell as it is shown: cut, in quotes. */
export const CELLS = {
  // cell-text.ts
  spreadsheetError: (value: string) =>
    `${value} is what a spreadsheet shows instead of a value. Repair the cell or leave it blank.`,
  pointZero: (value: string) =>
    `${value} ends in .0, which a program has added that took it for a decimal. ` +
    'Export the file again with this column as text: leading zeros and long ids may be damaged too.',
  digitsLost: (value: string) =>
    `${value} is not the value: a spreadsheet has shortened it and its last digits are lost. Export it again with this column as text.`,
  passwordDigitsLost:
    'its value (not shown) is not the password: a spreadsheet has shortened it and its last digits are lost. Export it again with this column as text.',
  passwordUnseen: 'its value (not shown) holds a character that cannot be typed. Retype it.',
  strayCharacter: (value: string, code: string) =>
    `${value} holds ${code}, which a wrong encoding leaves behind. Retype the cell, or export the file again as UTF-8.`,
  unseen: (value: string) => `${value} holds a character that cannot be seen. Retype it.`,
  formula: (value: string) => `${value} is a formula. Write its value.`,
  inQuotes: (value: string) => `${value} has a quote at its beginning or end. Take the quotes away.`,
  notInUrl: (value: string) => `${value} cannot be part of a URL. Use another reference.`,
  tooLong: (value: string, length: number, lengthMax: number) =>
    `${value} has ${length} characters; at most ${lengthMax} are allowed. Shorten it.`,

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

  // cell-id.ts
  notAUid: (value: string, max: string) =>
    `${value} is not a customerUid: digits only, from 1 to ${max}. Copy it from an export of memberload.`,
  rounded: (value: string) =>
    `${value} has only zeros after its 15th digit, as Excel leaves them, and so have too many in this column. ` +
    'Export it again with this column as text; if the ids really are so, set trustRoundIds in the config file.',
  notAUuid: (value: string) => `${value} is not a UUID such as 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed.`,

  // cell-email.ts
  notAnEmail: (value: string) => `${value} is not an e-mail address.`,
  writeAnEmail: (isOneOfSeveral: boolean) =>
    `Write one${isOneOfSeveral ? ' only' : ''}, such as name@example.com, or leave it blank.`,

  // cell-choice.ts
  notAChoice: (value: string, choices: readonly string[]) => `${value} is not one of ${choices.join(', ')}.`,
  writeAChoice: 'Write one of them.',

  // cell-phone.ts
  twoPhones: (value: string) =>
    `${value} holds two phone numbers. Keep the one that counts, and put the other into a column of its own.`,
  notOnePhone: (value: string) => `${value} is not one phone number. Write its digits only.`,
  impossiblePhone: (value: string) =>
    `${value} cannot be a phone number: too long, too short, or no such country code. Correct it.`,
  otherDialCode: (value: string, callingCode: string, dialCode: string) =>
    `${value} begins with ${callingCode}, but dial_code is ${dialCode}. Correct one of them.`,
  mainlandPhone: (value: string, country: string, meant: string) =>
    `${value} is not a number of ${country}, which --country says, but reads as a mobile of mainland China. Write ${meant}.`,
  foreignPhone: (value: string, country: string) =>
    `${value} is not a number of ${country}, which --country says. ` +
    'Write it with its country code, such as +85291234567, or give dial_code.',
  unseenInPhone: (value: string) => `${value} holds a character that cannot be seen. Write one number, on one line.`,
  noDigit: (value: string) => `${value} holds no digit. Write the number, or leave it blank.`,
  notADialCode: (value: string) => `${value} is not a dial code.`,
  writeADialCode: 'Write it like +852.',
  unknownCountry: (value: string) => `The country ${value} is not known.`,
  unknownCountryHint: (nearest: string | undefined) =>
    `${nearest === undefined ? '' : `Did you mean ${nearest}? `}Give its two letters of ISO 3166, such as --country HK.`,

  // cell-date.ts
  writeADate: (value: string) => `${value} is not a date. Write it as 1990-01-05.`,
  before1900: (value: string) => `${value} is before 1900. Leave it blank if the birthday is not known.`,
  inTheFuture: (value: string, meant: string) =>
    `${value} is in the future. Correct it: a year of two digits may have been taken for 20…, and ${meant} be meant.`,
  notADateTime: (value: string) => `${value} is not a date and time. Write it as 2026-01-05 13:26:23.`,
  noMonth: (value: string, month: number) =>
    `${value} is not a date that exists: there is no month ${month}. Correct it.`,
  daysOfMonth: (value: string, month: string, days: number) =>
    `${value} is not a date that exists: ${month} has ${days} days. Correct it.`,
  noTime: (value: string) => `${value} is not a date that exists: there is no such time. Correct it.`,
  yearAlone: (value: string) =>
    `${value} is a year alone. Write the whole date, such as 1990-01-05, or leave it blank if the day is not known.`,
  serialDate: (value: string, date: string) =>
    `${value} looks like an Excel serial date (${date}). Format the column as yyyy-mm-dd in Excel and export it again.`,
  notOfFormat: (value: string, formats: readonly string[]) =>
    `${value} is not a date as --date-format has it (${formats.join(', ')}).`,
  dayFirst: (value: string, flag: string) =>
    `${value} has no sure order of day and month. If the day comes first in all, say ${flag}.`,
  monthFirst: (value: string, flag: string) =>
    `${value} has no sure order of day and month. If the month comes first in all, say ${flag}.`,
  anyOrder: (value: string, dayFirst: string, monthFirst: string) =>
    `${value} has no sure order of day and month. Say ${dayFirst} if the day comes first, ${monthFirst} if the month does.`,
  otherForm: (value: string, flag: string) => `${value} is not a date of a known form. If all are so, say ${flag}.`,
  yearOfTwoDigits: (value: string) => `${value} has a year of two digits. Write all four: 1990-01-05.`,
  badFormat: (format: string, why: string) => `The date format ${format} cannot be used: ${why}.`,
  badFormatHint: 'Use yyyy, MM or M, dd or d, and if there is a time HH or H, mm, ss: --date-format dd/MM/yyyy',
  formatHasUnknown: (piece: string) => `'${piece}' means nothing in it`,
  formatHasTwice: (part: 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second') => `it has the ${part} twice`,
  formatIsOpen: (piece: string) => `nothing stands between '${piece}' and what is before it`,
  formatLacks: (part: 'year' | 'month' | 'day') => `it has no ${part}`,
  formatHasNoHour: 'it has minutes but no hour',
  formatHasNoMinutes: 'it has seconds but no minutes',

  // read-cells.ts
  headerAgain: (value: string) => `${value} is the header once more. Delete the row.`,
  total: (value: string) =>
    `${value} is a word for a total: the row sums the sheet up and is no member. Delete the row.`,
  nothing: (value: string) =>
    `${value} is a word for nothing and names nobody. Fill in the value, leave the cell blank, or delete the row.`,
  remark: (value: string) =>
    `${value} reads as a remark on the sheet, and not as a number of somebody. Delete the row.`,
};

export const cellTexts = topic('cells', CELLS);
