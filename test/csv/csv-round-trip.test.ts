import { join } from 'node:path';
import iconv from 'iconv-lite';
import { expect, test } from 'vitest';
import { type CsvDialect, formatCsvRows } from '../../src/csv/format-csv.ts';
import { openTable } from '../../src/csv/open-table.ts';
import { openTableWriter, openXlsxWriter } from '../../src/csv/open-table-writer.ts';
import { looksLikeData } from '../../src/csv/table-header.ts';
import { fc } from '../support/chance.ts';
import { collect, csvFolder, excelDialect, options, readAll } from './csv-folder.ts';

const folder = csvFolder();

/** What breaks CSV tools, in a few characters each. */
const sign = fc.constantFrom(
  '"',
  '""',
  ',',
  ';',
  '\t',
  '|',
  '\n',
  '\r',
  '\r\n',
  "'",
  '=',
  '+',
  '-',
  '@',
  ' ',
  '\0',
  '1',
);
const word = fc.constantFrom(
  'a',
  '陳大文',
  '😀',
  'é',
  '__proto__',
  'constructor',
  '\uFFFD',
  '\uFEFF',
  '＝',
  '\u{10000}',
  'null',
);
const cell = fc.oneof(
  { weight: 3, arbitrary: fc.array(fc.oneof(sign, word), { maxLength: 8 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);

/** Names as the reader gives them back: trimmed, not blank, all different, and not all of them data. */
const header = fc
  .uniqueArray(
    cell.map((name) => name.trim()).filter((name) => name !== ''),
    { minLength: 1, maxLength: 5 },
  )
  .filter((names) => !names.every(looksLikeData));

const table = header.chain((names) =>
  fc.record({
    names: fc.constant(names),
    // A row without any value is left out by the reader.
    rows: fc.array(
      fc
        .array(cell, { minLength: names.length, maxLength: names.length })
        .filter((cells) => cells.some((text) => text.trim() !== '')),
      { maxLength: 6 },
    ),
  }),
);

const dialect = fc.oneof(
  fc.record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    lineEnding: fc.constantFrom('\n' as const, '\r\n' as const),
    withByteOrderMark: fc.boolean(),
    raw: fc.constant(false),
  }),
  fc.constantFrom(',', ';', '\t').map(excelDialect),
);

/** The names are known: else a title row cannot be told from a header. */
const knowing = (names: readonly string[]) => ({ isHeaderName: (text: string) => names.includes(text) });

test('whatever our writer wrote, our reader reads back equal, without being told anything', async () => {
  let count = 0;
  await fc.assert(
    fc.asyncProperty(table, dialect, async ({ names, rows }, written) => {
      // With one column nothing tells the delimiter; the reader then takes a comma.
      if (names.length === 1 && written.delimiter !== ',') return;
      count += 1;
      const path = join(folder.path, `round-${count % 8}.csv`);
      const writer = await openTableWriter({ path, mayReplace: true }, written);
      await writer.writeBlock([names]);
      await writer.writeBlock(rows);
      await writer.commit();
      const read = await readAll(path, knowing(names));
      expect(read.header).toEqual(names);
      expect(read.rows.map((row) => row.cells)).toEqual(rows);
      expect(read.rows.every((row) => row.columnCountError === undefined)).toBe(true);
      expect(read.table.form).toMatchObject({
        delimiter: written.delimiter,
        hasByteOrderMark: written.withByteOrderMark,
      });
    }),
    { numRuns: 500 },
  );
});

test('whatever our writer wrote as .xlsx is read back equal', async () => {
  let count = 0;
  const sheetNames = { rows: 'result', toCorrect: 'to correct', summary: 'summary' };
  await fc.assert(
    fc.asyncProperty(table, async ({ names, rows }) => {
      count += 1;
      const path = join(folder.path, `round-${count % 8}.xlsx`);
      const writer = await openXlsxWriter({ path, mayReplace: true }, { header: names, sheetNames });
      await writer.writeBlock(rows.map((cells) => ({ cells, tone: 'good', isToCorrect: false })));
      await writer.commit([['done', `${rows.length}`]]);
      const read = await readAll(path, knowing(names));
      expect(read.header).toEqual(names);
      expect(read.rows.map((row) => row.cells)).toEqual(rows);
    }),
    { numRuns: 150 },
  );
});

const plain: CsvDialect = { delimiter: ',', lineEnding: '\n', withByteOrderMark: false, raw: false };

test('chunks may end at any byte, in any encoding, within characters, quotes and line ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.constantFrom('utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'big5', 'shift_jis', 'euc-kr'),
      fc.constantFrom('\n' as const, '\r\n' as const),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 20 }),
      async ({ names, rows }, encoding, lineEnding, sizes) => {
        const text = formatCsvRows([names, ...rows], { ...plain, lineEnding }, true);
        const bytes = iconv.encode(text, ICONV[encoding] ?? encoding);
        // Not every encoding has every character, and no text in an older one has private-use characters.
        fc.pre(iconv.decode(bytes, ICONV[encoding] ?? encoding) === text);
        fc.pre(encoding.startsWith('utf') || !/[\ue000-\uf8ff\ufffd\u0080-\u009f]|\p{Co}/u.test(text));
        const table = await openTable(
          { stream: inChunks(bytes, sizes), name: 'x.csv' },
          { ...options, ...knowing(names), encoding, delimiter: ',' },
        );
        const read = await collect(table);
        expect(read.header).toEqual(names);
        expect(read.rows.map((row) => row.cells)).toEqual(rows);

        // The line numbers, counted a second way: whatever ends a line in the records before.
        let lineNumber = 1;
        const expected = [names, ...rows].map((cells) => {
          const start = lineNumber;
          lineNumber += formatCsvRows([cells], { ...plain, lineEnding }, false).split(/\r\n|\n|\r/).length - 1;
          return start;
        });
        expect(read.rows.map((row) => row.lineNumber)).toEqual(expected.slice(1));
      },
    ),
    { numRuns: 600 },
  );
});

const ICONV: Readonly<Record<string, string>> = {
  'utf-16le': 'utf16-le',
  'utf-16be': 'utf16-be',
  big5: 'big5hkscs',
  shift_jis: 'shiftjis',
  'euc-kr': 'cp949',
};

test('any text at all is either read or refused with an operator error, the same however it is cut', async () => {
  const noise = fc.array(fc.oneof(sign, word), { maxLength: 30 }).map((parts) => `name,x\n${parts.join('')}`);
  const outcome = async (bytes: Buffer, sizes: number[]) => {
    try {
      const table = await openTable({ stream: inChunks(bytes, sizes), name: 'x.csv' }, options);
      const { header: names, rows } = await collect(table);
      return { names, rows };
    } catch (error) {
      expect(error).toHaveProperty('exitCode', 3);
      return String(error);
    }
  };
  await fc.assert(
    fc.asyncProperty(noise, fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1 }), async (text, sizes) => {
      const bytes = Buffer.from(text);
      expect(await outcome(bytes, sizes)).toEqual(await outcome(bytes, [1000]));
    }),
    { numRuns: 1000 },
  );
});

/** A stream that gives its bytes in chunks of these sizes, over and over. */
async function* inChunks(bytes: Buffer, sizes: readonly number[]) {
  let count = 0;
  for (let position = 0; position < bytes.length; ) {
    const size = sizes[count % sizes.length] ?? 1;
    count += 1;
    yield bytes.subarray(position, position + size);
    position += size;
  }
}
