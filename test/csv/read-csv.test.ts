import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/base/errors.ts';
import { openCsv } from '../../src/csv/read-csv.ts';
import { csvFolder, errorOf, readAll } from './csv-folder.ts';

const folder = csvFolder();

/** What reading all of a file with this content ends in. */
const refusal = (content: string | Uint8Array, options = {}) => errorOf(readAll(folder.file(content), options));

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
    const { file, rows } = await readAll(folder.file(['number,name', '1,"a', 'b"', '', '2,c'].join(end)));
    expect(file.lineEnding).toBe(lineEnding);
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

  test('blank lines are no rows, wherever they stand, but a quoted empty cell is one', async () => {
    const { header, rows } = await readAll(folder.file('\n  \nname\n\n""\n   \n" "\nx\n\n'));
    expect(header).toEqual(['name']);
    expect(rows).toEqual([
      { rowNumber: 1, lineNumber: 5, cells: [''] },
      { rowNumber: 2, lineNumber: 7, cells: [' '] },
      { rowNumber: 3, lineNumber: 8, cells: ['x'] },
    ]);
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

  test('the hash and length of the bytes are known once the rows ended, and asking before is a bug', async () => {
    const path = folder.file('\uFEFFa\n1\n');
    const file = await openCsv(path, {});
    for await (const _ of file.rows);
    expect(file.byteLength()).toBe(7);
    expect(file.sha256()).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));

    const large = await openCsv(folder.file(`a\n${'1\n'.repeat(200_000)}`), {});
    expect(() => large.sha256()).toThrow('before its end');
    await large.close();
  });

  test('a second pass over the same open file is a bug, not an empty file', async () => {
    const { file } = await readAll(folder.file('a\n1\n'));
    expect(() => file.rows[Symbol.asyncIterator]()).toThrow('iterated once');
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
    expect(result.file.delimiter).toBe(delimiter);
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

  test('two columns of one name are refused with both places', async () => {
    const error = await refusal('\nnumber,name, number\n');
    expect([error.code, error.exitCode]).toEqual(['DUPLICATE_HEADER', EXIT.file]);
    expect(error.message).toContain("line 2: columns 1 and 3 are both named 'number'");
  });

  test('a column without a name is refused', async () => {
    const error = await refusal('number,,name\n1,2,3\n');
    expect(error.code).toBe('BLANK_HEADER');
    expect(error.message).toContain('line 1: column 2 has no name');
    expect((await refusal(',,\n')).code).toBe('BLANK_HEADER');
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
    expect((await errorOf(openCsv(join(folder.path, 'none.csv'), {}))).code).toBe('FILE_NOT_FOUND');
    expect((await errorOf(openCsv(below, {}))).code).toBe('FILE_NOT_FOUND');
    expect((await errorOf(openCsv(join(folder.path, 'sub'), {}))).code).toBe('IS_A_FOLDER');
  });

  test.each([
    ['.xlsx', 'PK\u0003\u0004rest'],
    ['.xls', Buffer.from('d0cf11e0a1b11ae100', 'hex')],
  ])('an Excel %s workbook is refused with what to do', async (_, content) => {
    const error = await refusal(content);
    expect(error.code).toBe('NOT_CSV');
    expect(error.hint).toContain('CSV UTF-8');
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
    const { file, header, rows } = await readAll(folder.file(bytes));
    expect([file.encoding, file.hasByteOrderMark]).toEqual([encoding, hasByteOrderMark]);
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
    const error = await refusal(bytes);
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
    const error = await refusal(Buffer.concat([Buffer.from('name\n'), Buffer.from(hex, 'hex')]));
    expect(error.code).toBe('BAD_ENCODING');
    expect(error.message).toContain(`line 2: byte 0x${hex.slice(index * 2, index * 2 + 2).toUpperCase()}`);
    expect(error.message).toContain(`byte offset ${5 + index} `);
  });

  test.each([
    ['gb18030', '41ff'],
    ['gbk', '4181200a'],
    ['big5', '41ff'],
    ['big5', '4180'],
    ['big5', '418bc3'],
    ['shift_jis', '4181'],
    ['euc-kr', '4181'],
    ['windows-1252', '4181'],
    ['windows-874', '41ff'],
  ])('%s is strict, also where the decoder of Node is not: %s', async (encoding, hex) => {
    const error = await refusal(Buffer.concat([Buffer.from('name\n'), Buffer.from(hex, 'hex')]), { encoding });
    expect(error.message).toContain(
      `line 2: byte 0x${hex.slice(2, 4).toUpperCase()} at byte offset 6 is not valid ${encoding}`,
    );
    expect(error.hint).toContain('check --encoding');
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

  test('bytes that fit GB18030 or Big5 are told as such', async () => {
    const header = Buffer.from('name\n');
    const gbk = await refusal(Buffer.concat([header, Buffer.from('b3c2b4f3cec40ac0eed0a1c3f7', 'hex')]));
    expect(gbk.hint).toContain('run again with --encoding gb18030');
    const big5 = await refusal(Buffer.concat([header, Buffer.from('b3afa46aa4e50ab35ca55c', 'hex')]));
    expect(big5.hint).toContain('run again with --encoding big5');
    const latin = await refusal(Buffer.concat([header, Buffer.from('caf\xe9\n', 'latin1')]));
    expect(latin.hint).toContain('--encoding windows-1252');
  });

  test('an encoding that contradicts the byte order mark is refused', async () => {
    const error = await refusal('\uFEFFname\n', { encoding: 'gbk' });
    expect(error.code).toBe('BAD_ENCODING');
    expect(error.message).toContain('byte order mark of utf-8, but --encoding says gbk');
    expect((await readAll(folder.file('\uFEFFname\n'), { encoding: 'UTF8' })).header).toEqual(['name']);
  });

  test('UTF-16 without a byte order mark is refused with what to type, and read when told', async () => {
    const path = folder.file(Buffer.from('number,name\n1,a\n', 'utf16le'));
    expect((await errorOf(openCsv(path, {}))).hint).toContain('--encoding utf-16le');
    expect((await readAll(path, { encoding: 'utf-16' })).rows[0]?.cells).toEqual(['1', 'a']);
    expect((await refusal(utf16be('number,name\n1,a\n'))).hint).toContain('--encoding utf-16be');
  });

  test.each(['klingon', '', 'iso-2022-jp', 'utf-7'])('encoding %j is wrong usage', async (encoding) => {
    const error = await errorOf(openCsv(join(folder.path, 'none.csv'), { encoding }));
    expect([error.code, error.exitCode]).toEqual(['UNKNOWN_ENCODING', EXIT.usage]);
    expect(error.hint).toContain('gb18030');
  });
});

describe('large files', () => {
  test('line numbers stay right over many blocks with quoted line ends and blank lines', async () => {
    const path = folder.file(`number,name\r\n${'1,"a\r\nb\nc"\r\n\r\n2,d\r\n'.repeat(50_000)}`);
    const file = await openCsv(path, {});
    let expected = 2;
    for await (const { rowNumber, lineNumber } of file.rows) {
      if (lineNumber !== expected) throw new Error(`row ${rowNumber}: line ${lineNumber}, expected ${expected}`);
      expected += rowNumber % 2 === 1 ? 4 : 1;
    }
    expect(expected).toBe(250_002);
  });

  test('leaving the loop early closes the file', async () => {
    const file = await openCsv(folder.file(`a\n${'1\n'.repeat(200_000)}`), {});
    for await (const row of file.rows) if (row.rowNumber === 3) break;
    // Nothing more can be read, and closing again is harmless.
    expect(file.byteLength()).toBeLessThan(400_002);
    await file.close();
  });

  test.skipIf(!existsSync('/proc/self/fd'))('neither early returns nor errors leave a file open', async () => {
    const openFiles = () => readdirSync('/proc/self/fd').length;
    const large = folder.file(`a\n${'1\n'.repeat(200_000)}`);
    await (await open(large)).close();
    const before = openFiles();
    for (let count = 0; count < 20; count += 1) {
      for await (const _ of (await openCsv(large, {})).rows) break;
      await (await openCsv(large, {})).close();
      await refusal('a,a\n');
      await refusal('a\n"\n');
    }
    expect(openFiles() - before).toBeLessThan(10);
  });
});
