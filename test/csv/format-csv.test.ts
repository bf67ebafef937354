import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type CsvDialect, formatCsvRows } from '../../src/csv/format-csv.ts';
import { guardCell } from '../../src/csv/formula-guard.ts';

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

/** Mostly plain, now and then with a sign that means something, so that plain and other rows are mixed. */
const cell = fc
  .array(
    fc.oneof(
      { weight: 60, arbitrary: fc.constantFrom('a', '7', '陳', 'x@y.z', '…') },
      { weight: 1, arbitrary: fc.constantFrom(...' "\'=+-@,;|\t\r\n\0\x7f\u00a0\u3000\ufeff＝＠') },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 2 }) },
    ),
    { maxLength: 4 },
  )
  .map((parts) => parts.join(''));

test('rows that are written without csv-stringify are what csv-stringify writes', () => {
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 8 }));
  const dialects = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t', '|', '@', '-'),
    lineEnding: fc.constantFrom('\n' as const, '\r\n' as const),
    raw: fc.boolean(),
  });
  fc.assert(
    fc.property(table, dialects, (rows, dialect) => {
      const expected = stringify(
        dialect.raw ? rows : rows.map((row) => row.map((text) => guardCell(text, dialect.delimiter))),
        {
          delimiter: dialect.delimiter,
          record_delimiter: dialect.lineEnding,
          quoted_empty: rows.some((row) => row.length === 1),
          quoted_match: [/^\s|\s$|[\r\n]/],
        },
      );
      expect(formatCsvRows(rows, { ...dialect, withByteOrderMark: false }, false)).toBe(expected);
    }),
    { numRuns: 3000 },
  );
});
