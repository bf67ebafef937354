import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/base/errors.ts';
import { openTable } from '../../src/csv/open-table.ts';
import { collect, csvFolder, errorOf, options, readAll } from './csv-folder.ts';

const folder = csvFolder();
/** Opens only, without reading the rows. */
const openFile = (path: string, changes = {}) => openTable({ path }, { ...options, ...changes });

/** What reading all of a file with this content ends in. */
const refusal = (content: string | Uint8Array, changes = {}) => errorOf(readAll(folder.file(content), changes));

describe('rows', () => {
  test('cells, row numbers and line numbers come out as they stand in the file', async () => {
    const { header, rows } = await readAll(
      folder.file('number,name\n1001,Chan Tai Man\n\n1002,"Lee, Siu\nMing"\n1003,\n'),
    );
    expect(header).toEqual(['number', 'name']);
    expect(rows).toEqual([
      { rowNumber: 1, lineNumber: 2, cells: ['1001', 'Chan Tai Man'] },
      { rowNumber: 2, lineNumber: 4, cells: ['1002', 'Lee, Siu\nMing'] },
      { rowNumber: 3, lineNumber: 6, cells: ['1003', ''] },
    ]);
  });

  test.each([
    ['\n', '\n'],
    ['\r\n', '\r\n'],
    ['\r', '\n'],
  ])('lines may end in %j', async (end, lineEnding) => {
    const { table, rows } = await readAll(folder.file(['number,name', '1,"a', 'b"', '', '2,c'].join(end)));
    expect(table.form).toMatchObject({ lineEnding });
    expect(rows).toEqual([
      { rowNumber: 1, lineNumber: 2, cells: ['1', `a${end}b`] },
      { rowNumber: 2, lineNumber: 5, cells: ['2', 'c'] },
    ]);
  });

  test('line ends may be mixed in one file', async () => {
    const { rows } = await readAll(folder.file('a,b\r\n1,2\n3,4\r5,6\r\n\r\n7,8'));
    expect(rows.map(({ lineNumber, cells }) => [lineNumber, ...cells])).toEqual([
      [2, '1', '2'],
      [3, '3', '4'],
      [4, '5', '6'],
      [6, '7', '8'],
    ]);
  });

  test('rows without any value are left out wherever they stand, and counted', async () => {
    const { table, header, rows } = await readAll(folder.file('\n  \nname,x\n\n"",\n   \n," "\nx,\n\n,,\n'));
    expect(header).toEqual(['name', 'x']);
    expect(rows).toEqual([{ rowNumber: 1, lineNumber: 8, cells: ['x', ''] }]);
    expect(table.notes()).toEqual(['3 rows without any value were left out.']);
  });

  test('a row with more or fewer cells than the header says so and keeps its cells', async () => {
    const { rows } = await readAll(folder.file('a,b\n1\n1,2\n1,2,3\n1,2,\n'));
    expect(rows).toEqual([
      { rowNumber: 1, lineNumber: 2, cells: ['1'], columnCountError: { expected: 2, actual: 1 } },
      { rowNumber: 2, lineNumber: 3, cells: ['1', '2'] },
      { rowNumber: 3, lineNumber: 4, cells: ['1', '2', '3'], columnCountError: { expected: 2, actual: 3 } },
      { rowNumber: 4, lineNumber: 5, cells: ['1', '2', ''], columnCountError: { expected: 2, actual: 3 } },
    ]);
  });

  test('nothing is trimmed, guessed or replaced in a cell', async () => {
    const text = 'a,b,c\n 007 ,1E5,\uFFFD\n\u0000,2024-01-01,NULL\n';
    const { rows } = await readAll(folder.file(text));
    expect(rows.map((row) => row.cells)).toEqual([
      [' 007 ', '1E5', '\uFFFD'],
      ['\0', '2024-01-01', 'NULL'],
    ]);
  });

  test('a formula guard is taken away, except with raw', async () => {
    const path = folder.file("name,'=x\n'=1+1,''-5\n'tis,\"'+852 1\"\n");
    const guarded = await readAll(path);
    expect(guarded.header).toEqual(['name', '=x']);
    expect(guarded.rows.map((row) => row.cells)).toEqual([
      ['=1+1', "'-5"],
      ["'tis", '+852 1'],
    ]);
    const raw = await readAll(path, { raw: true });
    expect(raw.header).toEqual(['name', "'=x"]);
    expect(raw.rows[0]?.cells).toEqual(["'=1+1", "''-5"]);
  });

  test('the hash of the bytes is known once the rows ended, and asking before is a bug', async () => {
    const path = folder.file('\uFEFFa\n1\n');
    const { table } = await readAll(path, { wantsDigest: true });
    expect(table.sha256()).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));

    const large = await openFile(folder.file(`a\n${'1\n'.repeat(400_000)}`), { wantsDigest: true });
    expect(() => large.sha256()).toThrow('before its end');
    await large.close();
  });

  test('a second pass over the same open file is a bug, not an empty file', async () => {
    const { table } = await readAll(folder.file('a\n1\n'));
    expect(() => table.blocks[Symbol.asyncIterator]()).toThrow('iterated once');
  });
});

describe('header', () => {
  test('names are trimmed and may be any text', async () => {
    const { header } = await readAll(folder.file('\uFEFF __proto__ ,constructor,"会员号 ","a\nb",number\n'));
    expect(header).toEqual(['__proto__', 'constructor', '会员号', 'a\nb', 'number']);
  });

  test('a file with a header only has no rows', async () => {
    expect((await readAll(folder.file('number,name'))).rows).toEqual([]);
  });

  test.each([
    ['a,b;c,d\n', ',', ['a', 'b;c', 'd']],
    ['a;b;c,d\n', ';', ['a', 'b', 'c,d']],
    ['a\tb\n', '\t', ['a', 'b']],
    ['a|b|c\n', '|', ['a', 'b', 'c']],
    ['"a;b;c",d\n', ',', ['a;b;c', 'd']],
    ['name\n', ',', ['name']],
  ])('%j is split at its most frequent delimiter outside quotes', async (text, delimiter, header) => {
    const result = await readAll(folder.file(text));
    expect(result.table.form).toMatchObject({ delimiter });
    expect(result.header).toEqual(header);
  });

  test('the option, and the name of a .tsv file, go before the header line', async () => {
    expect((await readAll(folder.file('a,b;c\n'), { delimiter: ';' })).header).toEqual(['a,b', 'c']);
    expect((await readAll(folder.file('a,b\tc\n', 'x.TSV'))).header).toEqual(['a,b', 'c']);
    expect((await readAll(folder.file('a,b\tc\n'), { delimiter: '\\t' })).header).toEqual(['a,b', 'c']);
    expect((await readAll(folder.file('a,b\tc\n'), { delimiter: 'tab' })).header).toEqual(['a,b', 'c']);
  });

  test.each(['', ',,', '"', '\n', '，', 'a'])('delimiter %j is refused as wrong usage', async (delimiter) => {
    const error = await refusal('a\n', { delimiter });
    expect([error.code, error.exitCode]).toEqual(['BAD_DELIMITER', EXIT.usage]);
  });

  test('columns of one name, and columns without a name, keep their places', async () => {
    const { header, rows } = await readAll(folder.file(',number,,Store, Store\n1,A1,,x,y\n'));
    expect(header).toEqual(['', 'number', '', 'Store', 'Store']);
    expect(rows[0]?.cells).toEqual(['1', 'A1', '', 'x', 'y']);
    expect((await refusal(',,\n,,\n')).code).toBe('FILE_IS_EMPTY');
  });

  test('nameless columns that Excel leaves at the right are dropped, unless a row has a value there', async () => {
    const { header, rows } = await readAll(folder.file('a,b,,\n1,2,,\n1,2\n1,2, \n1,2,,x\n1,2,,,\n'));
    expect(header).toEqual(['a', 'b']);
    expect(rows.slice(0, 3).map((row) => row.cells)).toEqual([
      ['1', '2'],
      ['1', '2'],
      ['1', '2'],
    ]);
    expect(rows.slice(0, 3).every((row) => row.columnCountError === undefined)).toBe(true);
    expect(rows[3]).toMatchObject({ cells: ['1', '2', '', 'x'], columnCountError: { expected: 2, actual: 4 } });
    expect(rows[4]).toMatchObject({ columnCountError: { expected: 2, actual: 5 } });
  });

  test.each(['1001,85291234567\n', '+85291234567\n', 'a@b.hk,12.50,2024-01-02\n'])(
    'a first line %j that is data is refused as no header',
    async (text) => {
      const error = await refusal(text);
      expect(error.code).toBe('NO_HEADER');
      expect(error.message).toContain('line 1: the first line looks like data');
    },
  );

  test.each(['4629713580142637597', 'sk-9fQkX2vTz81LmNoPq', '-----BEGIN PRIVATE KEY-----'])(
    'a file that turns out to be a key is refused, and not shown: %s',
    async (key) => {
      const { message, hint } = await refusal(`${key}\n`);
      expect(message).toMatch(/may be a key|is a key or a certificate/);
      expect(`${message}${hint}`).not.toContain(key);
    },
  );

  test.each(['CustomerNo2024', 'MEMBER_ID_20240101'])(
    'a single name %s with a number in it is a header',
    async (name) => {
      expect((await readAll(folder.file(`${name}\nA1\n`))).header).toEqual([name]);
    },
  );

  test('one name among numbers makes a header', async () => {
    expect((await readAll(folder.file('number,2024\n1,2\n'))).header).toEqual(['number', '2024']);
  });
});

describe('refused files', () => {
  test.each(['', '\uFEFF', '\n\r\n\n', '  \n \n', new Uint8Array([0xff, 0xfe])])('%j is empty', async (content) => {
    const error = await refusal(content);
    expect([error.code, error.exitCode]).toEqual(['FILE_IS_EMPTY', EXIT.file]);
  });

  test('a missing file, a folder and a file below a file are told apart', async () => {
    const below = join(folder.file('a\n'), 'x.csv');
    mkdirSync(join(folder.path, 'sub'));
    expect((await errorOf(openFile(join(folder.path, 'none.csv'), {}))).code).toBe('FILE_NOT_FOUND');
    expect((await errorOf(openFile(below, {}))).code).toBe('FILE_NOT_FOUND');
    expect((await errorOf(openFile(join(folder.path, 'sub'), {}))).code).toBe('IS_A_FOLDER');
  });

  test.each([
    ['an old Excel workbook (.xls)', Buffer.from('d0cf11e0a1b11ae100', 'hex'), 'save it as .xlsx'],
    ['a web page', '<html><table><tr><td>number</td></tr></table></html>', 'save it as .xlsx'],
    ['a web page', '\uFEFF\n <?xml version="1.0"?><Workbook/>', 'save it as .xlsx'],
    ['a PDF file', '%PDF-1.7', 'CSV or .xlsx'],
    ['compressed (gzip)', Buffer.from('1f8b0800', 'hex'), 'Unpack'],
  ])('%s is refused by name with what to do', async (what, content, hint) => {
    const error = await refusal(content);
    expect([error.code, error.exitCode]).toEqual(['NOT_CSV', EXIT.file]);
    expect(error.message).toContain(what);
    expect(error.hint).toContain(hint);
  });

  test('an unclosed quote is told with the line where it opened', async () => {
    const error = await refusal('number,name\n1,a\n2,"b\n3,c\n4,d\n');
    expect(error.code).toBe('UNCLOSED_QUOTE');
    expect(error.message).toContain('line 3, column 2: the quote that opens here is never closed');
  });

  test('an unclosed quote in the header is told as such', async () => {
    const error = await refusal('number,"name\n1,a\n');
    expect(error.code).toBe('UNCLOSED_QUOTE');
    expect(error.message).toContain('line 1, column 2');
  });

  test('a quote within a plain cell is refused with its line', async () => {
    const error = await refusal('number,name\n1,"x\ny"\n2,5" pipe\n');
    expect(error.code).toBe('STRAY_QUOTE');
    expect(error.message).toContain('line 4, column 2: a quote stands within a cell');
  });

  test.each(['x', ' ', '\0'])('%j after a closing quote is refused with both lines', async (text) => {
    const error = await refusal(`number,name\n1,"a\nb"${text},c\n`);
    expect(error.code).toBe('STRAY_QUOTE');
    expect(error.message).toContain(
      "line 3, column 2: text follows a closing quote (the cell's quote opened on line 2)",
    );
  });

  test('a space before an opening quote is refused', async () => {
    expect((await refusal('a,b\n1, "2"\n')).code).toBe('STRAY_QUOTE');
  });

  test('a row beyond 1 MiB is refused with the line it began on, long before the end of the file', async () => {
    const error = await refusal(`number,name\n1,a\n2,"b\n${'3,c\n'.repeat(1_000_000)}`);
    expect(error.code).toBe('ROW_TOO_LONG');
    expect(error.message).toContain('line 3: the row that begins here is longer than 1 MiB');
    expect(error.message).toContain('The quote that opened on line 3 is not closed');
  });

  test('a line beyond 2 MiB without an end is refused without reading on', async () => {
    const error = await refusal(`number\n1\n${'x'.repeat(8 << 20)}`);
    expect(error.code).toBe('ROW_TOO_LONG');
    expect(error.message).toContain('line 3');
  });

  test('a cell just below 1 MiB is read', async () => {
    const text = 'x'.repeat((1 << 20) - 10);
    expect((await readAll(folder.file(`name\n${text}\n`))).rows[0]?.cells).toEqual([text]);
  });
});

describe('encodings', () => {
  const text = 'number,name\n1,陳大文 €\n';
  const utf16be = (value: string) => Buffer.from(value, 'utf16le').swap16();

  test.each([
    ['utf-8', false, Buffer.from(text)],
    ['utf-8', true, Buffer.from(`\uFEFF${text}`)],
    ['utf-16le', true, Buffer.from(`\uFEFF${text}`, 'utf16le')],
    ['utf-16be', true, utf16be(`\uFEFF${text}`)],
  ])('%s with byte order mark: %s is found without being told', async (encoding, hasByteOrderMark, bytes) => {
    const { table, header, rows } = await readAll(folder.file(bytes));
    expect(table.form).toMatchObject({ encoding, hasByteOrderMark });
    expect(header).toEqual(['number', 'name']);
    expect(rows).toEqual([{ rowNumber: 1, lineNumber: 2, cells: ['1', '陳大文 €'] }]);
  });

  test.each([
    ['gbk', 'b3c2b4f3cec4', '陈大文'],
    ['GB2312', 'b3c2b4f3cec4', '陈大文'],
    ['cp936', 'b3c2b4f3cec4', '陈大文'],
    ['gb18030', '90308130', '\u{10000}'],
    ['gb18030', '81308638', 'À'],
    ['big5', 'b3afa46aa4e5', '陳大文'],
    ['big5', 'b35ca55ca4a3', '許功不'],
    ['big5-hkscs', 'fa40', '𠕇'],
    ['cp949', '8141b1e8', '갂김'],
    ['shift_jis', '93ec95948bc3', '南部凝'],
    ['euc-kr', 'b1e8', '김'],
    ['windows-1252', '80e9ff9f', '€éÿŸ'],
    ['latin1', 'e9', 'é'],
    ['windows-1251', 'cfe8', 'Пи'],
    ['utf16le', '2d4e87650d000a00', '中文'],
  ])('%s is decoded when told', async (encoding, hex, name) => {
    const isUtf16 = encoding === 'utf16le';
    const start = Buffer.from('name\n', isUtf16 ? 'utf16le' : 'latin1');
    const { rows } = await readAll(folder.file(Buffer.concat([start, Buffer.from(hex, 'hex')])), { encoding });
    expect(rows.map((row) => row.cells)).toEqual([[name]]);
  });

  test('an invalid byte is told with its line and its offset in the file', async () => {
    const bytes = Buffer.concat([Buffer.from('name\r\nOk'), Buffer.from('\r\nab\xe9c\n', 'latin1')]);
    const error = await refusal(bytes, { encoding: 'utf-8' });
    expect([error.code, error.exitCode]).toEqual(['BAD_ENCODING', EXIT.file]);
    expect(error.message).toContain('line 3: byte 0xE9 at byte offset 12 is not valid utf-8');
  });

  test.each([
    ['a character cut off at the end', 'e4bd', 0],
    ['a character cut off by a line end', '41e4bd0a', 1],
    ['an overlong form', 'c080', 0],
    ['a surrogate', 'eda080', 0],
    ['a byte that never occurs', '4142ff', 2],
  ])('UTF-8 is strict: %s', async (_, hex, index) => {
    const error = await refusal(Buffer.concat([Buffer.from('name\n'), Buffer.from(hex, 'hex')]), { encoding: 'utf-8' });
    expect(error.code).toBe('BAD_ENCODING');
    expect(error.message).toContain(`line 2: byte 0x${hex.slice(index * 2, index * 2 + 2).toUpperCase()}`);
    expect(error.message).toContain(`byte offset ${5 + index} `);
  });

  test.each([
    ['gb18030', '41ff'],
    ['gbk', '4181200a'],
    ['big5', '41ff'],
    ['big5', '4180'],
    ['shift_jis', '4181'],
    ['euc-kr', '4181'],
    ['windows-1252', '4181'],
    ['windows-874', '41ff'],
  ])('%s is strict, also where the decoder of Node is not: %s', async (encoding, hex) => {
    const error = await refusal(Buffer.concat([Buffer.from('name\n'), Buffer.from(hex, 'hex')]), { encoding });
    expect(error.message).toContain(
      `line 2: byte 0x${hex.slice(2, 4).toUpperCase()} at byte offset 6 is not valid ${encoding}`,
    );
    expect(error.hint).toMatch(/check --encoding|leave --encoding away/);
  });

  test('UTF-16 is strict: half a pair and half a unit are refused', async () => {
    const start = Buffer.from('\uFEFFname\n1\n', 'utf16le');
    for (const hex of ['3dd84100', '00dc4100', '41004200ff']) {
      const error = await refusal(Buffer.concat([start, Buffer.from(hex, 'hex')]));
      expect(error.code).toBe('BAD_ENCODING');
      expect(error.message).toContain('line 3: ');
    }
  });

  test('an invalid byte far into a large file has the right line and offset', async () => {
    const rows = '1,"陳\n文"\n'.repeat(60_000);
    const start = Buffer.from(`number,name\n${rows}`);
    const error = await refusal(Buffer.concat([start, Buffer.from([0x78, 0xff]), Buffer.from('\n1,a\n')]));
    expect(error.message).toContain(`line 120002: byte 0xFF at byte offset ${start.length + 1} `);
  });

  test('an encoding that contradicts the byte order mark is refused', async () => {
    const error = await refusal('\uFEFFname\n', { encoding: 'gbk' });
    expect(error.code).toBe('BAD_ENCODING');
    expect(error.message).toContain('byte order mark of utf-8, but --encoding says gbk');
    expect((await readAll(folder.file('\uFEFFname\n'), { encoding: 'UTF8' })).header).toEqual(['name']);
  });

  test.each(['klingon', '', 'iso-2022-jp', 'utf-7'])('encoding %j is wrong usage', async (encoding) => {
    const error = await errorOf(openFile(join(folder.path, 'none.csv'), { encoding }));
    expect([error.code, error.exitCode]).toEqual(['UNKNOWN_ENCODING', EXIT.usage]);
    expect(error.hint).toContain('gb18030');
  });
});

describe('large files', () => {
  test('line numbers stay right over many blocks with quoted line ends and blank lines', async () => {
    const path = folder.file(`number,name\r\n${'1,"a\r\nb\nc"\r\n\r\n2,d\r\n'.repeat(50_000)}`);
    const { rows } = await readAll(path);
    let expected = 2;
    for (const { rowNumber, lineNumber } of rows) {
      if (lineNumber !== expected) throw new Error(`row ${rowNumber}: line ${lineNumber}, expected ${expected}`);
      expected += rowNumber % 2 === 1 ? 4 : 1;
    }
    expect([rows.length, expected]).toEqual([100_000, 250_002]);
  });

  test('leaving the loop early closes the file', async () => {
    const table = await openFile(folder.file(`a\n${'1\n'.repeat(400_000)}`), { wantsDigest: true });
    for await (const _ of table.blocks) break;
    // The end was not read, and closing again is harmless.
    expect(() => table.sha256()).toThrow('before its end');
    await table.close();
  });

  test('20 MB of blank lines take no more time than rows and no memory', async () => {
    const path = folder.file(`a\n${'\n'.repeat(20 << 20)}1\n`);
    const before = process.memoryUsage().rss;
    const { rows } = await readAll(path);
    expect(rows).toEqual([{ rowNumber: 1, lineNumber: (20 << 20) + 2, cells: ['1'] }]);
    expect(process.memoryUsage().rss - before).toBeLessThan(150 << 20);
  }, 20_000);

  test.skipIf(!existsSync('/proc/self/fd'))('neither early returns nor errors leave a file open', async () => {
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const large = folder.file(`a\n${'1\n'.repeat(400_000)}`);
    const before = openFiles();
    for (let count = 0; count < 20; count += 1) {
      for await (const _ of (await openFile(large)).blocks) break;
      await (await openFile(large)).close();
      await refusal('1,2\n');
      await refusal('a\n"\n');
    }
    expect(openFiles() - before).toBeLessThan(10);
  });
});

describe('shape', () => {
  test('title rows above the header are left out and told', async () => {
    const text = 'Golden Dragon - Member List,,\r\nExported 2026,,\r\nMember No,Mobile,Points\r\n8,9,1\r\n';
    const { table, header, rows } = await readAll(folder.file(text));
    expect(header).toEqual(['Member No', 'Mobile', 'Points']);
    expect(rows[0]?.lineNumber).toBe(4);
    expect(table.notes()).toEqual(['The header is in line 3; 2 rows above it were left out.']);
  });

  test('the caller may name the line of the header', async () => {
    const path = folder.file('a title\nx,y\n1,2\n');
    expect((await readAll(path, { headerRow: 2 })).header).toEqual(['x', 'y']);
    const error = await errorOf(readAll(path, { headerRow: 9 }));
    expect([error.code, error.message]).toEqual(['NO_HEADER', expect.stringContaining('line 9')]);
  });

  test('a header with commas in a semicolon file is cut at semicolons', async () => {
    const { header, rows } = await readAll(folder.file('会员号;姓名;积分 (例: 1,2,3,4,5)\nA1;Ann;3\n'));
    expect(header).toEqual(['会员号', '姓名', '积分 (例: 1,2,3,4,5)']);
    expect(rows[0]?.cells).toEqual(['A1', 'Ann', '3']);
  });

  test('without known names, the delimiter is the one whose rows are as long as the header', async () => {
    const { table } = await readAll(folder.file('a,b;c,d,e\n1;2\n3;4,5\n'));
    expect(table.form).toMatchObject({ delimiter: ';' });
  });

  test.each(['sep=;\nnumber;name\nA1;Ann\n', '"sep=;"\r\nnumber;name\r\nA1;Ann\r\n'])(
    '%j: the sep line is read and told',
    async (text) => {
      const { table, header, rows } = await readAll(folder.file(text));
      expect(header).toEqual(['number', 'name']);
      expect(rows).toEqual([{ rowNumber: 1, lineNumber: 3, cells: ['A1', 'Ann'] }]);
      expect(table.notes()[0]).toContain('sep=;');
    },
  );

  test('a told delimiter that makes one column, or ragged rows, is refused with the right one', async () => {
    const one = await refusal('number,name\n1,a\n', { delimiter: ';' });
    expect([one.code, one.hint]).toEqual(['WRONG_DELIMITER', expect.stringContaining("--delimiter ','")]);
    const ragged = await refusal('number;name,x\n1;a,b,c\n2;b\n3;"c,d,e"\n', { delimiter: ',' });
    expect(ragged.code).toBe('WRONG_DELIMITER');
  });

  test('cells that Excel keeps as text or number formulas are read as text, and told', async () => {
    const path = folder.file('number,name\n=8009000501,a\n="00123",b\n"=""8009000502""",c\n=1+1,="d ""e"""\n');
    const { table, rows } = await readAll(path);
    expect(rows.map((row) => row.cells)).toEqual([
      ['8009000501', 'a'],
      ['00123', 'b'],
      ['8009000502', 'c'],
      ['=1+1', 'd "e"'],
    ]);
    expect(table.notes()).toEqual(['4 cells like ="00123" or =8009000501 were read as text, without the formula.']);
    expect((await readAll(path, { raw: true })).rows[1]?.cells).toEqual(['="00123"', 'b']);
  });

  test.each(['="a,b",c', '="ab"x,c', '="ab\n,c'])('%j is refused: a formula ends in its own cell', async (line) => {
    expect((await refusal(`number,name\n${line}\n`)).code).toBe('STRAY_QUOTE');
  });
});

describe('inputs that are read once or change', () => {
  async function* chunks(...parts: readonly (string | Buffer)[]) {
    for (const part of parts) yield Buffer.from(part);
  }

  test('a stream is read once, whatever its chunks', async () => {
    const table = await openTable({ stream: chunks('num', 'ber,na', 'me\n1', ',a\n'), name: '-' }, options);
    expect((await collect(table)).rows[0]?.cells).toEqual(['1', 'a']);
  });

  test('a FIFO is read, and its bytes are waited for', async () => {
    const path = join(folder.path, 'fifo');
    execFileSync('mkfifo', [path]);
    const writer = spawn('sh', ['-c', `sleep 0.2; printf 'number,name\\n' > ${path}; printf '1,a\\n' > ${path}`]);
    const { header } = await readAll(path);
    expect(header).toEqual(['number', 'name']);
    writer.kill();
  });

  test('an abort ends the wait for a FIFO that nobody writes to', async () => {
    const path = join(folder.path, 'silent-fifo');
    execFileSync('mkfifo', [path]);
    const abort = new AbortController();
    setTimeout(() => abort.abort(new Error('interrupted')), 50);
    await expect(readAll(path, { signal: abort.signal })).rejects.toThrow('interrupted');
  });

  test('an abort ends the wait for a stream that gives nothing more', async () => {
    const abort = new AbortController();
    async function* endless() {
      yield Buffer.from('number\n1\n');
      await new Promise(() => undefined);
    }
    setTimeout(() => abort.abort(new Error('interrupted')), 50);
    const opening = openTable({ stream: endless(), name: '-' }, { ...options, signal: abort.signal });
    await expect(opening).rejects.toThrow('interrupted');
  });

  test.each([
    ['grows', (path: string) => appendFileSync(path, '9\n')],
    [
      'is replaced by a file of the same size',
      (path: string) => {
        writeFileSync(`${path}.new`, readFileSync(path));
        renameSync(`${path}.new`, path);
      },
    ],
    ['is removed', (path: string) => rmSync(path)],
  ])('a file that %s while it is read is refused', async (_, change) => {
    const path = folder.file(`a\n${'1\n'.repeat(400_000)}`);
    const table = await openFile(path);
    change(path);
    const error = await errorOf(collect(table));
    expect([error.code, error.exitCode]).toEqual(['INPUT_CHANGED', EXIT.file]);
  });

  test('/dev/null is empty', async () => {
    expect((await errorOf(readAll('/dev/null'))).code).toBe('FILE_IS_EMPTY');
  });
});
