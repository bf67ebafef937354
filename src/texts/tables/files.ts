import { topic } from '../texts.ts';

function delimiterName(delimiter: string): string {
  return delimiter === '\t' ? 'tabs' : `'${delimiter}'`;
}

const SAVE_AGAIN = 'Open it in Excel, save it as .xlsx or as "CSV UTF-8 (Comma delimited)", and give that file.';
const GIVE_A_TABLE = 'Give a CSV or .xlsx file.';
const UNPACK = 'Unpack it first.';

/** Reading and writing CSV files and workbooks. `name` and `path` name the file. */
export const FILES = {
  // file-errors.ts, new-file.ts, byte-source.ts, open-table-appender.ts
  notFound: (path: string) => `${path}: no such file.`,
  notFoundHint: 'Check the path and its spelling.',
  notReadable: (path: string) => `${path}: no permission to read it.`,
  notReadableHint: 'Allow reading the file.',
  unreadable: (path: string, why: string) => `${path} cannot be read: ${why}.`,
  unreadableHint: 'Check the disk or network share, or copy the file to a local folder.',
  diskFull: (path: string) => `${path}: the disk or quota is full.`,
  diskFullHint: 'Free some space, or write elsewhere with -o.',
  notWritable: (path: string) => `${path}: no permission to write it.`,
  notWritableHint: 'Allow writing to its folder, or write elsewhere with -o.',
  noFolder: (path: string) => `${path}: its folder does not exist.`,
  noFolderHint: 'Make the folder, or write elsewhere with -o.',
  unwritable: (path: string, why: string) => `${path} cannot be written: ${why}.`,
  unwritableHint: 'Check the disk, or write elsewhere with -o.',
  isFolder: (path: string) => `${path} is a folder.`,
  isFolderHint: 'Name a file.',
  deadLink: (path: string) => `${path} is a link to nothing.`,
  deadLinkHint: 'Remove the link, or write to another file.',
  held: (path: string) => `${path} is open in another program, such as Excel.`,
  heldHint: 'Close it there, or name another file with -o.',
  exists: (path: string) => `${path} is there already.`,
  existsHint: 'Name another file with -o.',
  notRegular: (path: string) => `${path} is not a regular file.`,
  notRegularHint: 'Write to a file with -o.',
  inputChanged: (path: string) => `${path} was changed while it was being read.`,
  inputChangedHint: 'Wait until whatever writes the file is done, close it in other programs, and run again.',
  outputChanged: (path: string, byteCount: number, expected: number) =>
    `${path} has ${byteCount} bytes, but ${expected} were written before.`,
  outputChangedHint: 'Someone changed or removed the file: start the export anew.',

  // no-table.ts, xlsx/open-workbook.ts: what the file is, and what to do
  kinds: {
    oldWorkbook: [
      'an old Excel workbook (.xls), or a workbook with a password',
      'Open it in Excel, save it as .xlsx without a password, and give that file.',
    ],
    veryOldWorkbook: ['a very old Excel workbook (.xls)', SAVE_AGAIN],
    pdf: ['a PDF file', GIVE_A_TABLE],
    gzip: ['compressed (gzip)', UNPACK],
    rar: ['a RAR archive', UNPACK],
    sevenZip: ['a 7z archive', UNPACK],
    sqlite: ['a SQLite database', GIVE_A_TABLE],
    pem: ['a key or a certificate (PEM)', GIVE_A_TABLE],
    picture: ['a picture', GIVE_A_TABLE],
    webPage: ['a web page (HTML or XML), whatever its name says', SAVE_AGAIN],
    binaryWorkbook: ['a binary workbook (.xlsb)', 'Open it in Excel, save it as .xlsx, and give that file.'],
    openDocument: ['an OpenDocument file (.ods)', 'Open it, save it as .xlsx, and give that file.'],
    zip: ['a zip archive, and no .xlsx workbook', 'Unpack it, and give the CSV or .xlsx file in it.'],
  } satisfies Readonly<Record<string, readonly [what: string, hint: string]>>,
  notATable: (name: string, what: string) => `${name} is ${what}.`,

  // csv-shape.ts
  badDelimiter: (delimiter: string) => `Delimiter '${delimiter}' cannot be used.`,
  badDelimiterHint: "Give one ASCII sign, such as ',', ';', '|' or 'tab'.",
  wrongDelimiter: (name: string, told: string, isOneColumn: boolean, best: string) =>
    `${name}: split at ${delimiterName(told)} the rows do not fit the header: ${isOneColumn ? 'it has one column' : 'most have another number of cells'}. Split at ${delimiterName(best)} they do.`,
  wrongDelimiterHint: (best: string) =>
    `Leave --delimiter away, or say --delimiter ${best === '\t' ? 'tab' : `'${best}'`}.`,

  // csv-table.ts, table-header.ts
  sepLine: (sep: string, delimiter: string) =>
    `The first line, sep=${sep}, was read as: split at ${delimiterName(delimiter)}.`,
  headerBelow: (lineNumber: number, skipped: number) =>
    `The header is in line ${lineNumber}; ${skipped === 1 ? '1 row' : `${skipped} rows`} above it ${skipped === 1 ? 'was' : 'were'} left out.`,
  blankRows: (count: number) =>
    count === 1 ? '1 row without any value was left out.' : `${count} rows without any value were left out.`,
  textFormulas: (count: number) =>
    `${count} ${count === 1 ? 'cell' : 'cells'} like ="00123" or =8009000501 were read as text, without the formula.`,
  isEmpty: (name: string) => `${name} is empty.`,
  isEmptyHint: 'Give a file with a header line and rows.',
  noHeaderRow: (name: string, line: number) =>
    `${name}: no row begins in line ${line}, where --header-row says the header is.`,
  noHeaderRowHint: 'Count the lines from 1, or leave --header-row away.',
  line: (name: string, line: number) => `${name}, line ${line}`,
  row: (name: string, row: number) => `${name}, row ${row}`,
  lineAndColumn: (name: string, line: number, column: number) => `${name}, line ${line}, column ${column}`,
  blankHeader: (place: string) => `${place}: no column has a name.`,
  blankHeaderHint: 'Give every column a name in the first line.',
  noHeader: (place: string, names: readonly string[]) =>
    `${place}: the first line looks like data: ${names.join(', ')}.`,
  noHeaderHint: 'Put a line with the column names first.',

  /** `length`: in characters. */
  nameNotShown: (length: number) => `a name of ${length} characters (not shown, since it may be a key)`,
  oneWordHeader: (place: string, length: number) =>
    `${place}: the first line names no columns: it is one word of ${length} characters. It is not shown here, since it may be a key.`,
  oneWordHeaderHint: 'Check that it is the right file. If it is a list, put a line with the column names first.',

  // scan-records.ts, text-blocks.ts
  unclosedQuote: (place: string) => `${place}: the quote that opens here is never closed.`,
  unclosedQuoteHint: 'Close the quote, or take it away; a quote within a quoted cell is written twice.',
  quoteInCell: (place: string) => `${place}: a quote stands within a cell that does not begin with one.`,
  textAfterQuote: (place: string, quoteLine: number) =>
    `${place}: text follows a closing quote (the cell's quote opened on line ${quoteLine}).`,
  strayQuoteHint:
    'Put the whole cell in quotes, without spaces around them, and write each quote within it twice: "say ""hi""".',
  rowTooLong: (place: string, quoteLine: number | undefined) =>
    `${place}: the row that begins here is longer than 1 MiB.${
      quoteLine === undefined ? '' : ` The quote that opened on line ${quoteLine} is not closed.`
    }`,
  rowTooLongHint: 'This is nearly always a quote that is never closed: look at that line.',
  lineTooLong: (place: string) => `${place}: the line is longer than 2 MiB.`,
  lineTooLongHint: 'Check that this is a CSV file, and that its lines end.',

  // text-encoding.ts, detect-encoding.ts, text-blocks.ts
  utf32: (name: string) => `${name} is UTF-32, which is not read.`,
  iso2022: (name: string) => `${name} has the escape sequences of ISO-2022-JP, which is not read.`,
  saveAsUtf8: 'Save it as CSV UTF-8 and give that file.',
  unknownEncoding: (label: string) => `Encoding '${label}' is not known.`,
  unknownEncodingHint: (names: readonly string[]) => `Common ones: ${names.join(', ')}.`,
  otherMark: (name: string, mark: string, told: string) =>
    `${name} begins with the byte order mark of ${mark}, but --encoding says ${told}.`,
  otherMarkHint: 'Leave --encoding away.',
  notInEncoding: (name: string, told: string, row: string) =>
    `${name} is no member list when it is read as ${told}: its first row is then ${row}.`,
  betterEncoding: (encoding: string, row: string) =>
    `Read as ${encoding} its first row is ${row}: leave --encoding away, or say --encoding ${encoding}.`,
  encodingByNames: (encoding: string, names: readonly string[]) =>
    `The file is not UTF-8 and was read as ${encoding}: it gives the known column names ${names.join(', ')}.`,
  encodingByCharacters: (encoding: string, second: string | undefined) =>
    `The file is not UTF-8 and was read as ${encoding}: its characters are then the usual ones of names and addresses${
      second === undefined ? '' : `, and as ${second} they are not`
    }.`,
  noEncoding: (name: string) => `${name} is not valid UTF-8, and no other encoding that is tried fits its bytes.`,
  noEncodingHint: 'Save it as CSV UTF-8, or name its encoding with --encoding.',
  unsureEncoding: (name: string, readings: readonly (readonly [encoding: string, row: string])[]) =>
    `${name} is not UTF-8, and its encoding is not sure. Its first row as ${readings.map(([encoding, row]) => `${encoding}: ${row}`).join('; ')}.`,
  unsureEncodingHint: (example: string) =>
    `Say which is right with --encoding, such as --encoding ${example}, or save the file as CSV UTF-8.`,
  badByte: (place: string, byte: string, offset: number, encoding: string) =>
    `${place}: byte 0x${byte} at byte offset ${offset} is not valid ${encoding}.`,
  badByteTold: (encoding: string) => `The file is not all ${encoding}: check --encoding, or save it as CSV UTF-8.`,
  badByteFound: (encoding: string) =>
    `The file begins as ${encoding} and does not go on so: save it again as CSV UTF-8, or name its encoding with --encoding.`,

  // sheet-table.ts, xlsx/
  streamTooLarge: (name: string) => `${name}: a workbook from a stream may have 256 MiB at most.`,
  streamTooLargeHint: 'Save it to a file and give its path.',
  noSuchSheet: (name: string, sheet: string, names: readonly string[]) =>
    `${name} has no sheet '${sheet}'. It has: ${names.join(', ')}.`,
  noSuchSheetHint: (nearest: string | undefined) =>
    nearest === undefined ? 'Say --sheet with one of these names.' : `Did you mean --sheet ${nearest}?`,
  noSheet: (name: string) => `${name} has no sheet with rows.`,
  noSheetHint: 'Give a workbook with rows.',
  emptySheet: (name: string) => `${name}: the sheet is empty.`,
  emptySheetHint: 'Give a sheet with a header line and rows.',
  correctInRows: (rows: string, toCorrect: string) =>
    `The sheet '${toCorrect}' repeats rows of '${rows}': what is corrected there is not read. Correct them in '${rows}'.`,
  onlySheet: (sheet: string, others: readonly string[]) =>
    `Only the sheet '${sheet}' was read, not ${others.join(', ')}: --sheet names another one.`,
  hiddenRows: (count: number, first: readonly number[]) =>
    `${count} hidden ${count === 1 ? 'row was' : 'rows were'} read like the others: row ${first.join(', ')}${count > first.length ? ' …' : ''}.`,
  hiddenColumns: (count: number) => `${count} hidden columns were read like the others.`,
  mergedAreas: (count: number) => `${count} merged areas: only the top left cell of each has the value.`,
  formulas: (count: number) =>
    `${count} ${count === 1 ? 'cell is a formula' : 'cells are formulas'}: the stored values were read.`,
  badWorkbook: (name: string, why: string) => `${name} cannot be read as an .xlsx workbook: ${why}.`,
  badWorkbookHint: 'Open it in Excel and save it again, or save it as "CSV UTF-8 (Comma delimited)".',
  workbookLacksSheet: (sheet: string) => `it has no sheet '${sheet}'`,
  workbookLacksPart: (part: string) => `it has no part ${part}`,
  workbookTextsTooLarge: 'its texts are larger than 512 MiB',
  formulaWithoutValue: (cell: string) => `the formula in ${cell} has no stored value`,
  unknownSharedText: (cell: string) => `the text of ${cell} is not among its shared texts`,
  impossibleCell: (cell: string) => `it has a cell ${cell}`,
  cellTooLarge: (cell: string) => `the cell ${cell} is longer than 1 MiB`,
  cellTooLongForSheet: (cell: string, length: number) =>
    `The cell ${cell} has ${length} characters; a sheet holds 32,767 at most.`,
  tooManyRowsForSheet: 'A sheet holds 1,048,576 rows at most.',
  writeCsv: 'Write a .csv file with -o.',

  // base/private-folder.ts
  openFolder: (folder: string, mode: string) =>
    `${folder} can be written by others (mode ${mode}): they could change what memberload remembers of credits.`,
  openFolderHint: (folder: string) =>
    `Type: chmod 700 ${folder}, or set MEMBERLOAD_HOME to a folder that is yours alone.`,
  homeIsNoFolder: (path: string) => `${path} is no folder.`,
  homeIsNoFolderHint: 'Set MEMBERLOAD_HOME to the folder with ledger.sqlite, or to a new one. Nothing was changed.',
  plantedLink: (path: string) => `${path} is a link, which memberload has not made.`,
  plantedLinkHint: 'Look who has, and remove it.',
};

export const fileTexts = topic('files', FILES);
