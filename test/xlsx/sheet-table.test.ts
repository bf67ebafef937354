import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openTable } from '../../src/csv/open-table.ts';
import { collect, csvFolder, errorOf, options, readAll } from '../csv/csv-folder.ts';
import { type MadeWorkbook, makeWorkbook, row } from './make-workbook.ts';

const folder = csvFolder();
let count = 0;
const make = (made: MadeWorkbook) => {
  count += 1;
  // The name does not decide what a file is.
  return makeWorkbook(join(folder.path, `${count}.csv`), made);
};
const sheet = (...rows: string[]) => ({ name: 'Members', xml: `<sheetData>${rows.join('')}</sheetData>` });

describe('cells', () => {
  test.each([
    ['whose number is not in the list', '<si><t>number</t></si>'],
    ['without a list', undefined],
  ])('a shared text %s is no empty cell: the workbook is damaged', async (_, texts) => {
    const path = await make({
      ...(texts !== undefined && { texts }),
      sheets: [sheet(row(1, 'number'), '<row r="2"><c r="A2" t="s"><v>7</v></c></row>')],
    });
    const { code, message } = await errorOf(readAll(path));
    expect([code, message]).toEqual(['BAD_WORKBOOK', expect.stringContaining('the text of A2')]);
  });

  test('shared, rich and inline texts are exact, without how they are read aloud', async () => {
    const path = await make({
      texts:
        '<si><t>number</t></si><si><t xml:space="preserve"> name </t></si><si><r><t>陳</t></r><r><rPr><b/></rPr><t>大文</t></r><rPh sb="0" eb="1"><t>チン</t></rPh></si><si><t>a_x000D_b_x005F_x000D_ &amp; c</t></si>',
      sheets: [
        sheet(
          '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="s"><v>1</v></c><c r="B1" t="inlineStr"><is><t>phone</t></is></c></row>',
          '<row r="3"><c r="A3" t="s"><v>3</v></c><c r="C3" t="s"><v>2</v></c></row>',
        ),
      ],
    });
    const { table, header, rows } = await readAll(path);
    expect(header).toEqual(['number', 'phone', 'name']);
    expect(rows).toEqual([{ rowNumber: 1, lineNumber: 3, cells: ['a\rb_x000D_ & c', '', '陳大文'] }]);
    expect(table.form).toEqual({ kind: 'xlsx', sheet: 'Members' });
  });

  test.each([
    ['8009000501', '8009000501', false],
    ['8009000501.0', '8009000501', false],
    ['8.009000501E+9', '8009000501', false],
    ['123456789012345', '123456789012345', false],
    ['6.2220212345E+18', '6222021234500000000', true],
    ['622202123450000123', '622202123450000123', true],
    ['12.299999999999999', '12.3', false],
    ['0.1', '0.1', false],
    ['1E-3', '0.001', false],
    ['-12.50', '-12.5', false],
    ['0', '0', false],
  ])('the stored number %s is %s, damaged: %s', async (stored, text, isDamaged) => {
    const { rows } = await readAll(
      await make({ sheets: [sheet(row(1, 'number'), row(2, `<c><v>${stored}</v></c>`))] }),
    );
    expect(rows[0]?.cells).toEqual([text]);
    expect(rows[0]?.damage).toEqual(isDamaged ? { 0: 'EXCEL_DAMAGED' } : undefined);
  });

  test.each([
    ['14', '', 32878, '1990-01-05'],
    ['22', '', 32878.5, '1990-01-05 12:00:00'],
    ['20', '', 0.75, '18:00:00'],
    ['31', '', 32878, '1990-01-05'],
    ['164', 'yyyy/m/d;@', 32878, '1990-01-05'],
    ['164', '[$-804]yyyy"年"m"月"d"日"', 32878, '1990-01-05'],
    ['164', '[$-409]d\\-mmm\\-yy', 32878, '1990-01-05'],
    ['164', '00000', 123, '00123'],
    ['164', '#,##0.00_);[Red](#,##0.00)', 1234.5, '1234.5'],
    ['164', '"HK$"#,##0.00', 12.5, '12.5'],
    ['164', '0.00E+00', 8009000501, '8009000501'],
    ['14', '', 1, '1900-01-01'],
    ['14', '', 60, '1900-02-29'],
    ['14', '', 61, '1900-03-01'],
    ['9', '', 0.95, '0.95'],
  ])('format %s %s makes of %d the text %s', async (id, code, stored, text) => {
    const path = await make({
      formats: code === '' ? '' : `<numFmt numFmtId="164" formatCode="${code.replaceAll('"', '&quot;')}"/>`,
      styles: `<xf numFmtId="0"/><xf numFmtId="${id}"/>`,
      sheets: [sheet(row(1, 'number'), row(2, `<c s="1"><v>${stored}</v></c>`))],
    });
    expect((await readAll(path)).rows[0]?.cells).toEqual([text]);
  });

  test('dates of workbooks from a Mac count from 1904', async () => {
    const path = await make({
      isDate1904: true,
      styles: '<xf numFmtId="0"/><xf numFmtId="14"/>',
      sheets: [sheet(row(1, 'number'), row(2, '<c s="1"><v>31416</v></c>'))],
    });
    expect((await readAll(path)).rows[0]?.cells).toEqual(['1990-01-05']);
  });

  test('booleans, errors, and the stored values of formulas are read, and formulas are told', async () => {
    const path = await make({
      sheets: [
        sheet(
          row(1, 'number', 'b', 'c', 'd'),
          row(
            2,
            '<c t="b"><v>1</v></c>',
            '<c t="e"><v>#N/A</v></c>',
            '<c t="str"><f>A1</f><v>x</v></c>',
            '<c><f>1+1</f><v>2</v></c>',
          ),
        ),
      ],
    });
    const { table, rows } = await readAll(path);
    expect(rows[0]?.cells).toEqual(['TRUE', '#N/A', 'x', '2']);
    expect(table.notes()).toEqual(['2 cells are formulas: the stored values were read.']);
  });

  test.each([
    '<c r="A2"><f>1+1</f></c>',
    // As programs write it that cannot calculate.
    '<c r="A2"><f>1+1</f><v></v></c>',
    '<c r="A2"><f>1+1</f><v/></c>',
  ])('a formula without a stored value is refused: a blank cell would say "leave as it is" (%s)', async (cell) => {
    const error = await errorOf(readAll(await make({ sheets: [sheet(row(1, 'number'), row(2, cell))] })));
    expect([error.code, error.message]).toEqual(['BAD_WORKBOOK', expect.stringContaining('formula in A2')]);
  });
});

test('a formula whose value is an empty text is an empty cell', async () => {
  const cell = '<c r="A2" t="str"><f>IF(1,"")</f><v></v></c>';
  const { rows } = await readAll(await make({ sheets: [sheet(row(1, 'number', 'b'), row(2, cell, 'x'))] }));
  expect(rows[0]?.cells).toEqual(['', 'x']);
});

describe('sheets', () => {
  test('the header is found below title rows, rows without a value are left out, ragged rows say so', async () => {
    const path = await make({
      sheets: [
        sheet(row(1, 'Golden Dragon'), row(3, 'number', 'name'), row(4, '1'), row(5, ' '), row(6, '2', 'b', 'x')),
      ],
    });
    const { table, rows } = await readAll(path);
    expect(rows).toEqual([
      { rowNumber: 1, lineNumber: 4, cells: ['1', ''] },
      { rowNumber: 2, lineNumber: 6, cells: ['2', 'b', 'x'], columnCountError: { expected: 2, actual: 3 } },
    ]);
    expect(table.notes()).toEqual([
      'The header is in line 3; 1 row above it was left out.',
      '1 row without any value was left out.',
    ]);
  });

  test('hidden rows and merged cells are told', async () => {
    const xml = `<cols><col min="2" max="3" hidden="1"/></cols><sheetData>${row(1, 'number')}<row r="2" hidden="1"><c><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>`;
    const { table, rows } = await readAll(await make({ sheets: [{ name: 'A', xml }] }));
    expect(rows[0]?.cells).toEqual(['1']);
    expect(table.notes()).toEqual([
      '1 hidden row was read like the others: row 2.',
      '2 hidden columns were read like the others.',
      '1 merged areas: only the top left cell of each has the value.',
    ]);
  });

  test('the first sheet that is not hidden is read, another one when it is named, and the rest is told', async () => {
    const one = { ...sheet(row(1, 'number'), row(2, '1')), name: 'Old', state: 'hidden' };
    const two = { ...sheet(row(1, 'number'), row(2, '2')), name: 'Now' };
    const path = await make({ sheets: [one, two] });
    const { table, rows } = await readAll(path);
    expect(rows[0]?.cells).toEqual(['2']);
    expect(table.notes()).toEqual(["Only the sheet 'Now' was read, not 'Old': --sheet names another one."]);
    expect((await readAll(path, { sheet: 'Old' })).rows[0]?.cells).toEqual(['1']);
    const error = await errorOf(readAll(path, { sheet: 'Nov' }));
    expect([error.code, error.hint]).toEqual(['NO_SUCH_SHEET', 'Did you mean --sheet Now?']);
  });

  test('a workbook comes from a stream as well', async () => {
    const path = await make({ sheets: [sheet(row(1, 'number'), row(2, '1'))] });
    const table = await openTable({ stream: createReadStream(path), name: '-' }, { ...options, wantsDigest: true });
    expect((await collect(table)).rows[0]?.cells).toEqual(['1']);
    expect(table.sha256()).toMatch(/^[0-9a-f]{64}$/);
  });

  test('an empty sheet, a plain zip and a damaged workbook are refused by name', async () => {
    expect((await errorOf(readAll(await make({ sheets: [sheet()] })))).code).toBe('FILE_IS_EMPTY');
    const damaged = folder.file('PK\u0003\u0004 and nothing more');
    expect((await errorOf(readAll(damaged))).code).toBe('BAD_WORKBOOK');
    const broken = await make({ sheets: [{ name: 'A', xml: '<sheetData><row>' }] });
    expect((await errorOf(readAll(broken))).code).toBe('BAD_WORKBOOK');
  });

  test('memory does not grow with the rows', async () => {
    const rows = Array.from({ length: 60_000 }, (_, index) =>
      row(index + 2, `${8_009_000_000 + index}`, 'Chan Tai Man', '91234567'),
    );
    const path = await make({ sheets: [sheet(row(1, 'number', 'name', 'phone'), ...rows)] });
    rows.length = 0;
    const table = await openTable({ path }, options);
    const before = process.memoryUsage().rss;
    let rowCount = 0;
    for await (const { cells } of table.blocks) rowCount += cells.length;
    expect(rowCount).toBe(60_000);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 << 20);
  });
});
