import { expect, test } from 'vitest';
import { type CsvDialect, formatCsvRows } from '../../src/csv/format-csv.ts';

const comma: CsvDialect = { delimiter: ',', lineEnding: '\n', withByteOrderMark: false, raw: false };
const formatRow = (cells: string[], dialect = comma, isHeader = false) =>
  formatCsvRows([cells], dialect, isHeader).slice(0, -1);

test.each([
  [['1001', 'Chan', ''], '1001,Chan,'],
  [['a,b', 'say "hi"', 'x;y'], '"a,b","say ""hi""",x;y'],
  [['line\nbreak', 'lone\rreturn', 'both\r\n'], '"line\nbreak","lone\rreturn","both\r\n"'],
  [[' lead', 'trail ', '\u3000', 'in side'], '" lead","trail ","\u3000",in side'],
  [['=1+1', '-12.50', '+85291234567'], "'=1+1,-12.50,+85291234567"],
  [['=HYPERLINK("x")'], '"\'=HYPERLINK(""x"")"'],
  [['会员号', '😀', '\0'], '会员号,😀,\0'],
  [['', ''], ','],
])('%j is written as %j', (cells, text) => expect(formatRow(cells)).toBe(text));

test('a row of one empty cell is written as two quotes, for a blank line would be no row', () => {
  expect(formatRow([''])).toBe('""');
});

test('raw cells keep what a spreadsheet would run', () => {
  expect(formatRow(['=1+1', "'=1"], { ...comma, raw: true })).toBe("=1+1,'=1");
});

test('only the delimiter in use is quoted, except in the header, off which readers guess it', () => {
  expect(formatRow(['a;b', 'c,d', 'e\tf'], { ...comma, delimiter: ';' })).toBe('"a;b";c,d;e\tf');
  expect(formatRow(['a;b', 'c'], comma, true)).toBe('"a;b",c');
});

test('a row without a cell is a bug', () => {
  expect(() => formatRow([])).toThrow('a CSV row has a cell');
});
