import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openTableWriter, openXlsxWriter } from '../../src/csv/open-table-writer.ts';
import { csvFolder, excelDialect, readAll } from './csv-folder.ts';

const folder = csvFolder();
const STRINGS = JSON.parse(
  readFileSync(fileURLToPath(import.meta.resolve('big-list-of-naughty-strings')), 'utf8'),
) as string[];
const rows = STRINGS.map((text, index) => [`N${index}`, text]);
const isHeaderName = (text: string) => text === 'number' || text === 'name';

test('the list is there', () => expect(STRINGS.length).toBeGreaterThan(400));

test.each([',', ';', '\t'])('every naughty string is written and read back equal, split at %j', async (delimiter) => {
  for (const dialect of [
    { delimiter, lineEnding: '\n' as const, withByteOrderMark: false, raw: false },
    excelDialect(delimiter),
  ]) {
    const path = join(folder.path, 'naughty.csv');
    const writer = await openTableWriter({ path, mayReplace: true }, dialect);
    await writer.writeBlock([['number', 'name'], ...rows]);
    await writer.commit();
    const read = await readAll(path, { isHeaderName });
    expect(read.rows.map(({ cells }) => cells)).toEqual(rows);
  }
});

test('every naughty string is written into a workbook and read back equal', async () => {
  const path = join(folder.path, 'naughty.xlsx');
  const sheetNames = { rows: 'result', toCorrect: 'to correct', summary: 'summary' };
  const writer = await openXlsxWriter({ path, mayReplace: true }, { header: ['number', 'name'], sheetNames });
  await writer.writeBlock(rows.map((cells) => ({ cells, tone: 'good', isToCorrect: false })));
  await writer.commit([['done', `${rows.length}`]]);
  expect((await readAll(path, { isHeaderName })).rows.map(({ cells }) => cells)).toEqual(rows);
});

test('a file of naughty strings in quotes, as any program writes it, is read as it stands', async () => {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
  const text = ['number,name', ...rows.map((cells) => cells.map(quoted).join(','))].join('\r\n');
  const { rows: read } = await readAll(folder.file(`${text}\r\n`), { isHeaderName, raw: true });
  expect(read.map(({ cells }) => cells)).toEqual(rows);
});
