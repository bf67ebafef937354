import { expect, test } from 'vitest';
import { formatCsvRow } from '../../src/csv/format-csv.ts';

const comma = { delimiter: ',', raw: false };

test.each([
  [['1001', 'Chan', ''], '1001,Chan,'],
  [['a,b', 'say "hi"', 'x;y'], '"a,b","say ""hi""",x;y'],
  [['line\nbreak', 'lone\rreturn', 'both\r\n'], '"line\nbreak","lone\rreturn","both\r\n"'],
  [[' lead', 'trail ', '\u3000', 'in side'], '" lead","trail ","\u3000",in side'],
  [['=1+1', '-12.50', '+85291234567'], "'=1+1,-12.50,+85291234567"],
  [['=HYPERLINK("x")'], '"\'=HYPERLINK(""x"")"'],
  [['会员号', '😀', '\0'], '会员号,😀,\0'],
  [['', ''], ','],
])('%j is written as %j', (cells, text) => expect(formatCsvRow(cells, comma)).toBe(text));

test('a row of one empty cell is written as two quotes, for a blank line would be no row', () => {
  expect(formatCsvRow([''], comma)).toBe('""');
});

test('raw cells keep what a spreadsheet would run', () => {
  expect(formatCsvRow(['=1+1', "'=1"], { delimiter: ',', raw: true })).toBe("=1+1,'=1");
});

test('only the delimiter in use is quoted, except in the header, off which readers guess it', () => {
  expect(formatCsvRow(['a;b', 'c,d', 'e\tf'], { delimiter: ';', raw: false })).toBe('"a;b";c,d;e\tf');
  expect(formatCsvRow(['a;b', 'c'], { ...comma, isHeader: true })).toBe('"a;b",c');
});

test('a row without a cell is a bug', () => {
  expect(() => formatCsvRow([], comma)).toThrow('a CSV row has a cell');
});
