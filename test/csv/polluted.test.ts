import { expect, test } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import { csvFolder, readAll } from './csv-folder.ts';

/*
 * One member list in the kinds of pollution that the Pollock benchmark counts: dialects, line ends, titles, ragged
 * rows, quotes. Each is read as the clean list is, or refused by name: never anything else without a word.
 */

const folder = csvFolder();
const HEADER = ['number', 'name', 'phone'];
const ROWS = [
  ['8009000101', 'Ann Chan', '91234567'],
  ['8009000102', 'Bob Lee', '91234568'],
  ['8009000103', '陳大文', '91234569'],
];
const isHeaderName = (text: string) => HEADER.includes(text);

const joined = (delimiter: string, end: string, rows: readonly (readonly string[])[] = [HEADER, ...ROWS]) =>
  rows.map((cells) => cells.join(delimiter) + end).join('');
const CLEAN = joined(',', '\n');
const quotedBy = (left: string, right = left) =>
  joined(
    ',',
    '\n',
    [HEADER, ...ROWS].map((cells) => cells.map((cell) => left + cell + right)),
  );

const READ: Readonly<Record<string, string>> = {
  'no end of line at the end': CLEAN.slice(0, -1),
  CRLF: joined(',', '\r\n'),
  CR: joined(',', '\r'),
  'LF CR': joined(',', '\n\r'),
  'ends of line of all kinds': `number,name,phone\r\n${joined(',', '\r', ROWS.slice(0, 1))}${joined(',', '\n', ROWS.slice(1))}`,
  semicolons: joined(';', '\n'),
  tabs: joined('\t', '\n'),
  bars: joined('|', '\n'),
  'a byte order mark': `\uFEFF${CLEAN}`,
  'sep= before the header': `sep=;\r\n${joined(';', '\r\n')}`,
  'blank lines before the header': `\n\n${CLEAN}`,
  'blank lines between the rows': CLEAN.replaceAll('\n', '\n\n'),
  'rows of delimiters alone': `${CLEAN},,\n,,\n`,
  'a title of one cell': `Members of June\n\n${CLEAN}`,
  'a title as wide as the table': `Members,,\nJune,,\n${CLEAN}`,
  'every cell in quotes': quotedBy('"'),
  'text formulas': `number,name,phone\n${ROWS.map((cells) => cells.map((cell) => `="${cell}"`).join(',')).join('\n')}\n`,
  'columns without a name at the right': CLEAN.replaceAll('\n', ',,\n'),
};

test.each(Object.keys(READ))('%s: read as the clean list', async (kind) => {
  const { header, rows } = await readAll(folder.file(READ[kind] ?? ''), { isHeaderName });
  expect(header).toEqual(HEADER);
  expect(rows.map(({ cells }) => cells)).toEqual(ROWS);
  expect(rows.every(({ columnCountError }) => columnCountError === undefined)).toBe(true);
});

const REFUSED: Readonly<Record<string, readonly [text: string, code: string]>> = {
  nothing: ['', 'FILE_IS_EMPTY'],
  'an open quote': [CLEAN.replace('Bob', '"Bob'), 'UNCLOSED_QUOTE'],
  'a quote escaped by a backslash': [CLEAN.replace('Bob Lee', '"Bob \\"B\\" Lee"'), 'STRAY_QUOTE'],
  'blanks before a quote': [CLEAN.replace('Bob Lee', ' "Bob, Lee"'), 'STRAY_QUOTE'],
  'text behind a quote': [CLEAN.replace('Bob Lee', '"Bob" Lee'), 'STRAY_QUOTE'],
};

test.each(Object.keys(REFUSED))('%s: refused by name', async (kind) => {
  const [text = '', code = ''] = REFUSED[kind] ?? [];
  const error: unknown = await readAll(folder.file(text), { isHeaderName }).then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(OperatorError);
  expect((error as OperatorError).code).toBe(code);
});

/** Another number of cells: the row is told to be wrong, and the others are read. */
const RAGGED: Readonly<Record<string, string>> = {
  'a cell too few': CLEAN.replace('Bob Lee,', ''),
  'a cell too many': CLEAN.replace('Bob Lee', 'Bob,Lee'),
  'another delimiter in one row': CLEAN.replace('8009000102,Bob Lee,', '8009000102;Bob Lee;'),
  'a quote of another kind': CLEAN.replace('Bob Lee', "'Bob, Lee'"),
};

test.each(Object.keys(RAGGED))('%s: that row is told', async (kind) => {
  const { rows } = await readAll(folder.file(RAGGED[kind] ?? ''), { isHeaderName });
  expect(rows.map(({ columnCountError }) => columnCountError !== undefined)).toEqual([false, true, false]);
  expect(rows.filter((_, index) => index !== 1).map(({ cells }) => cells)).toEqual([ROWS[0], ROWS[2]]);
});

/** No header is found in these: `number` is not among the names, and the command refuses the file. */
test.each([' ', ':', '^', '，', '\u001f'])('split at %j, no column is taken for another', async (delimiter) => {
  const text = joined(
    delimiter,
    '\n',
    [HEADER, ...ROWS].map((cells) => cells.map((cell) => cell.replace(' ', ''))),
  );
  const { header } = await readAll(folder.file(text), { isHeaderName });
  expect(header).toHaveLength(1);
  expect((await readAll(folder.file(joined('^', '\n')), { isHeaderName, delimiter: '^' })).header).toEqual(HEADER);
});
