import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { looksLikeData } from '../../src/csv/csv-header.ts';
import type { FileBytes } from '../../src/csv/file-bytes.ts';
import { formatCsvRow } from '../../src/csv/format-csv.ts';
import { readCsv, toldFormat } from '../../src/csv/read-csv.ts';
import { openCsvWriter } from '../../src/csv/write-csv.ts';
import { collect, csvFolder, readAll } from './csv-folder.ts';

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
    rows: fc.array(fc.array(cell, { minLength: names.length, maxLength: names.length }), { maxLength: 6 }),
  }),
);

test('whatever our writer wrote, our reader reads back equal, without being told anything', async () => {
  let count = 0;
  const options = fc.record({
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    lineEnding: fc.constantFrom('\n' as const, '\r\n' as const),
    withByteOrderMark: fc.boolean(),
    raw: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(table, options, async ({ names, rows }, writeOptions) => {
      // With one column nothing tells the delimiter; the reader then takes a comma.
      if (names.length === 1 && writeOptions.delimiter !== ',') return;
      count += 1;
      const path = join(folder.path, `round-${count % 8}.csv`);
      const writer = await openCsvWriter(path, writeOptions);
      for (const cells of [names, ...rows]) await writer.write(cells);
      await writer.commit();
      const read = await readAll(path, { raw: writeOptions.raw });
      expect(read.header).toEqual(names);
      expect(read.rows.map((row) => row.cells)).toEqual(rows);
      expect(read.rows.every((row) => row.columnCountError === undefined)).toBe(true);
      expect([read.file.lineEnding, read.file.hasByteOrderMark]).toEqual([
        writeOptions.lineEnding,
        writeOptions.withByteOrderMark,
      ]);
    }),
    { numRuns: 500 },
  );
});

test('chunks may end at any byte, in any encoding, within characters, quotes and line ends', async () => {
  await fc.assert(
    fc.asyncProperty(
      table,
      fc.constantFrom('utf-8', 'utf-16le', 'utf-16be', 'gb18030'),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 20 }),
      async ({ names, rows }, encoding, lineEnding, sizes) => {
        const text = [names, ...rows]
          .map(
            (cells, index) => formatCsvRow(cells, { delimiter: ',', raw: false, isHeader: index === 0 }) + lineEnding,
          )
          .join('');
        // Private-use characters moved about between the editions of GB18030.
        fc.pre(encoding !== 'gb18030' || !/[\ue000-\uf8ff]/.test(text));
        const bytes = encode(text, encoding);
        const file = await readCsv('x.csv', inChunks(bytes, sizes), toldFormat({ encoding, delimiter: ',' }));
        const read = await collect(file);
        expect(read.header).toEqual(names);
        expect(read.rows.map((row) => row.cells)).toEqual(rows);

        // The line numbers, counted a second way: whatever ends a line in the records before.
        let lineNumber = 1;
        const expected = [names, ...rows].map((cells) => {
          const start = lineNumber;
          const record = formatCsvRow(cells, { delimiter: ',', raw: false }) + lineEnding;
          lineNumber += record.split(/\r\n|\n|\r/).length - 1;
          return start;
        });
        expect(read.rows.map((row) => row.lineNumber)).toEqual(expected.slice(1));
      },
    ),
    { numRuns: 1000 },
  );
});

test('any text at all is either read or refused with an operator error, the same however it is cut', async () => {
  const noise = fc.array(fc.oneof(sign, word), { maxLength: 30 }).map((parts) => `name,x\n${parts.join('')}`);
  const outcome = async (bytes: Buffer, sizes: number[]) => {
    try {
      const { header: names, rows } = await collect(await readCsv('x.csv', inChunks(bytes, sizes), toldFormat({})));
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

/** A file that gives its bytes in chunks of these sizes, over and over; the first is long enough for a mark. */
function inChunks(bytes: Buffer, sizes: readonly number[]): FileBytes {
  let position = 0;
  let count = 0;
  return {
    async read() {
      if (position === bytes.length) return undefined;
      const size = (sizes[count % sizes.length] ?? 1) + (count === 0 ? 3 : 0);
      count += 1;
      const chunk = bytes.subarray(position, position + size);
      position += chunk.length;
      return chunk;
    },
    byteLength: () => position,
    sha256: () => '',
    close: async () => undefined,
  };
}

function encode(text: string, encoding: string): Buffer {
  if (encoding === 'utf-16le') return Buffer.from(text, 'utf16le');
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  if (encoding === 'gb18030') return encodeGb18030(text);
  return Buffer.from(text, 'utf8');
}

/** Node only decodes GB18030, so each character's bytes are looked for once by decoding. */
function encodeGb18030(text: string): Buffer {
  return Buffer.concat(
    Array.from(text, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return code < 0x80 ? Buffer.from([code]) : gb18030Bytes(character, code);
    }),
  );
}

const decoder = new TextDecoder('gb18030', { ignoreBOM: true });
const knownBytes = new Map<string, Buffer>();

function gb18030Bytes(character: string, code: number): Buffer {
  if (knownBytes.size === 0) {
    for (let lead = 0x81; lead <= 0xfe; lead += 1) {
      for (let trail = 0x40; trail <= 0xfe; trail += 1) {
        const bytes = Buffer.from([lead, trail]);
        const [decoded = '', ...rest] = decoder.decode(bytes);
        if (trail !== 0x7f && rest.length === 0 && decoded !== '\uFFFD') knownBytes.set(decoded, bytes);
      }
    }
    for (let index = 0; index < 39_420; index += 1) {
      const bytes = fourBytes(index);
      const decoded = decoder.decode(bytes);
      if (!knownBytes.has(decoded)) knownBytes.set(decoded, bytes);
    }
  }
  const bytes = knownBytes.get(character) ?? fourBytes(code - 0x10000 + 189_000);
  if (decoder.decode(bytes) !== character) throw new Error(`no GB18030 bytes found for U+${code.toString(16)}`);
  return bytes;
}

/** The `index`th of GB18030's four-byte codes. */
function fourBytes(index: number): Buffer {
  return Buffer.from([
    0x81 + Math.floor(index / 12_600),
    0x30 + (Math.floor(index / 1260) % 10),
    0x81 + (Math.floor(index / 10) % 126),
    0x30 + (index % 10),
  ]);
}
