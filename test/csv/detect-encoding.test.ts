import { execFileSync } from 'node:child_process';
import iconv from 'iconv-lite';
import { describe, expect, test } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import { decideEncoding } from '../../src/csv/detect-encoding.ts';
import { toUtf8 } from '../../src/csv/strict-decoder.ts';
import { csvFolder, errorOf, readAll } from './csv-folder.ts';
import { LANGUAGES, type Language, memberList } from './member-lists.ts';

const folder = csvFolder();

/** Our name, the language, and the encoder's name. */
const ENCODINGS: readonly (readonly [string, Language, string])[] = [
  ['utf-8', LANGUAGES.simplified, 'utf8'],
  ['utf-16le', LANGUAGES.simplified, 'utf16-le'],
  ['utf-16be', LANGUAGES.traditional, 'utf16-be'],
  ['gb18030', LANGUAGES.simplified, 'gb18030'],
  ['big5', LANGUAGES.traditional, 'big5'],
  ['big5', LANGUAGES.hongKong, 'big5hkscs'],
  ['shift_jis', LANGUAGES.japanese, 'shiftjis'],
  ['euc-jp', LANGUAGES.japanese, 'eucjp'],
  ['euc-kr', LANGUAGES.korean, 'euckr'],
  ['euc-kr', LANGUAGES.cp949, 'cp949'],
  ['windows-1252', LANGUAGES.western, 'win1252'],
];

/** No Japanese, Korean or western names are known to the tool. */
const chinese = new Set<string>([...LANGUAGES.simplified.header, ...LANGUAGES.traditional.header]);
const isHeaderName = (text: string) => chinese.has(text);

function outcomes(
  rowCounts: readonly number[],
  [name, language, encoder]: (typeof ENCODINGS)[number],
  asciiHeader: boolean,
) {
  const result = { right: 0, unsure: 0, wrong: [] as string[] };
  for (let seed = 0; seed < 100; seed += 1) {
    const text = memberList(language, rowCounts[seed % rowCounts.length] ?? 1, { seed, asciiHeader });
    const bytes = iconv.encode(text, encoder);
    if (iconv.decode(bytes, encoder) !== text) throw new Error(`${encoder} cannot write ${text}`);
    try {
      const found = decideEncoding('list.csv', bytes, { told: undefined, isHeaderName });
      if (toUtf8(bytes, found.name)?.toString('utf8') === text) result.right += 1;
      else result.wrong.push(`${found.name} for ${name}: ${text}`);
    } catch (error) {
      if (!(error instanceof OperatorError) || error.code !== 'BAD_ENCODING') throw error;
      result.unsure += 1;
    }
  }
  return result;
}

describe.each(ENCODINGS)('%s', (...encoding) => {
  test(`100 lists of 3 to 200 rows as ${encoding[2]} are read right, with known names and with ASCII names`, () => {
    for (const asciiHeader of [false, true]) {
      const { right, wrong } = outcomes([3, 5, 10, 20, 50, 200], encoding, asciiHeader);
      expect(wrong).toEqual([]);
      expect(right).toBeGreaterThanOrEqual(99);
    }
  });

  test(`100 lists of one or two rows as ${encoding[2]} are never read wrong, and seldom refused`, () => {
    for (const asciiHeader of [false, true]) {
      const { right, wrong } = outcomes([1, 2], encoding, asciiHeader);
      expect(wrong).toEqual([]);
      expect(right).toBeGreaterThanOrEqual(95);
    }
  });
});

test.each([
  ['gb18030', 'gb18030', '储值余额堃'],
  ['big5hkscs', 'big5', '深水埗喆啲𠝹'],
  ['cp949', 'euc-kr', '믜슌똠'],
  ['shift_jis', 'shift_jis', '齋藤ﾀﾅｶ'],
  ['euc_jp', 'euc-jp', '齋藤佐々木'],
  ['cp1252', 'windows-1252', '€ŸéŽ'],
])('an independent encoder (Python, %s) agrees with our decoder', (codec, name, text) => {
  const hex = execFileSync('python3', ['-c', `print("${text}".encode("${codec}").hex())`], { encoding: 'utf8' });
  expect(toUtf8(Buffer.from(hex.trim(), 'hex'), name)?.toString('utf8')).toBe(text);
});

test('one line says what was chosen and why', async () => {
  const gbk = folder.file(iconv.encode('会员卡号,姓名\n1,陈小明\n', 'gb18030'));
  const read = await readAll(gbk);
  expect(read.rows[0]?.cells).toEqual(['1', '陈小明']);
  expect(read.table.notes()).toEqual([
    'The file is not UTF-8 and was read as gb18030: it gives the known column names 会员卡号, 姓名.',
  ]);
});

test('a file whose first Chinese character stands far down is read as what that is', async () => {
  const rows = '8009000501,Ann\n'.repeat(40_000);
  const path = folder.file(iconv.encode(`number,name\n${rows}8009000502,陈小明\n8009000503,李佳欣\n`, 'gb18030'));
  const { table, rows: read } = await readAll(path);
  expect(read.at(-1)?.cells).toEqual(['8009000503', '李佳欣']);
  expect(table.form).toMatchObject({ encoding: 'gb18030' });
});

test('an unsure encoding is refused with the first row in each candidate', async () => {
  const error = await errorOf(readAll(folder.file(Buffer.from('number,name\n1,\xb0\xa2\n', 'latin1'))));
  expect(error.code).toBe('BAD_ENCODING');
  expect(error.message).toMatch(/its encoding is not sure\. Its first row as .*gb18030: "1,阿"/);
  expect(error.hint).toContain('--encoding');
});

test('a Big5 list told to be GB18030 is refused, and read without the flag', async () => {
  const path = folder.file(iconv.encode('number,name\nA1,陳大文\nA2,李小明\nA3,黃志強\n', 'big5'));
  const error = await errorOf(readAll(path, { encoding: 'gb18030' }));
  expect(error.code).toBe('BAD_ENCODING');
  expect(error.hint).toContain('leave --encoding away, or say --encoding big5');
  expect((await readAll(path)).rows.map((row) => row.cells[1])).toEqual(['陳大文', '李小明', '黃志強']);
});

test('a GB18030 list told to be Big5 is refused', async () => {
  const path = folder.file(
    iconv.encode(memberList(LANGUAGES.simplified, 20, { seed: 1, asciiHeader: true }), 'gb18030'),
  );
  expect((await errorOf(readAll(path, { encoding: 'big5' }))).code).toBe('BAD_ENCODING');
});

test.each([
  ['UTF-32', Buffer.from('fffe00006e0000000a000000', 'hex')],
  ['UTF-32', Buffer.from('0000feff0000006e0000000a', 'hex')],
  ['UTF-32', Buffer.from(`6e00000061000000${'61000000'.repeat(20)}`, 'hex')],
  ['ISO-2022-JP', Buffer.from('name\n\u001b$B;3ED\u001b(B\n')],
])('%s is refused by name', async (name, bytes) => {
  const error = await errorOf(readAll(folder.file(bytes)));
  expect([error.code, error.message]).toEqual(['BAD_ENCODING', expect.stringContaining(name)]);
});

test('a damaged byte in a UTF-8 file is told with its place, not taken for another encoding', async () => {
  const text = Buffer.from(memberList(LANGUAGES.traditional, 50, { seed: 2, asciiHeader: false }));
  const bytes = Buffer.concat([text.subarray(0, 200), Buffer.from([0xff]), text.subarray(200)]);
  const error = await errorOf(readAll(folder.file(bytes)));
  expect(error.message).toMatch(/byte 0xFF at byte offset \d+ is not valid utf-8/);
});

test.each([
  ['two bytes after one Chinese name', Buffer.from([0xff, 0xfe]), '1,陈大文\n2,', '\n'],
  ['half a character at the end of a cell', Buffer.from([0xe9, 0x99]), '1,陈大文\n2,李', '\n3,王小明\n'],
])('so it is in a file of a few rows: %s', async (_, bad, before, after) => {
  const bytes = Buffer.concat([Buffer.from(`number,name\n${before}`), bad, Buffer.from(after)]);
  const error = await errorOf(readAll(folder.file(bytes)));
  expect(error.message).toMatch(/line \d, .*is not valid utf-8|byte 0x[0-9A-F]{2} .*is not valid utf-8/);
});
