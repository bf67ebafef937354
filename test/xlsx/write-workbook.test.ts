import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openXlsxWriter } from '../../src/csv/open-table-writer.ts';
import type { RowToWrite } from '../../src/xlsx/write-sheet.ts';
import { openZipParts } from '../../src/xlsx/zip-parts.ts';
import { csvFolder, errorOf, readAll } from '../csv/csv-folder.ts';

const folder = csvFolder();
const sheetNames = { rows: 'result', toCorrect: 'to correct', summary: 'summary' };
const header = ['number', 'name', 'result_status'];
const good = (cells: string[]): RowToWrite => ({ cells, tone: 'good', isToCorrect: false });
const bad = (cells: string[], badCell: number, message: string): RowToWrite => ({
  cells,
  tone: 'bad',
  isToCorrect: true,
  badCell,
  message,
});

async function partsOf(path: string) {
  const parts = await openZipParts(path, { bytes: readFileSync(path) });
  return {
    names: parts.names(),
    async text(part: string) {
      let text = '';
      for await (const chunk of parts.read(part)) text += chunk;
      return text;
    },
  };
}

async function write(path: string, rows: RowToWrite[]) {
  const writer = await openXlsxWriter({ path, mayReplace: true }, { header, sheetNames });
  await writer.writeBlock(rows);
  return writer.commit([
    ['done', '1'],
    ['invalid', '1'],
  ]);
}

test('the rows, the rows to correct and the summary stand on three sheets, and ids stay text', async () => {
  const path = join(folder.path, 'three.xlsx');
  await write(path, [
    good(['008009000501', '=1+1', 'done']),
    bad(['800900000012345678', '陳 & <大文>\r\n', 'invalid'], 1, 'name: "陳" is <bad>'),
  ]);
  const all = await readAll(path);
  expect(all.rows.map((row) => row.cells)).toEqual([
    ['008009000501', '=1+1', 'done'],
    ['800900000012345678', '陳 & <大文>\r\n', 'invalid'],
  ]);
  expect(all.table.notes()).toContain(
    "The sheet 'to correct' repeats rows of 'result': what is corrected there is not read. Correct them in 'result'.",
  );
  expect((await readAll(path, { sheet: 'to correct' })).rows.map((row) => row.cells[0])).toEqual([
    '800900000012345678',
  ]);
  const summary = await readAll(path, { sheet: 'summary', headerRow: 1 });
  expect([summary.header, summary.rows[0]?.cells]).toEqual([
    ['done', '1'],
    ['invalid', '1'],
  ]);
});

test('the header is frozen and filtered, the bad cell is marked, and its comment has a shape', async () => {
  const path = join(folder.path, 'marked.xlsx');
  await write(path, [good(['1', 'a', 'done']), bad(['2', '', 'invalid'], 1, 'name: missing & "wrong"')]);
  const parts = await partsOf(path);
  const sheet = await parts.text('xl/worksheets/sheet1.xml');
  expect(sheet).toContain('state="frozen"');
  expect(sheet).toContain('<autoFilter ref="A1:C3"/>');
  expect(sheet).toContain('<legacyDrawing r:id="rId2"/>');
  expect(sheet).toMatch(/<c r="A3" s="3" .*<c r="B3" s="6"\/>/);
  expect(await parts.text('xl/comments1.xml')).toContain(
    '<comment ref="B3" authorId="0"><text><t xml:space="preserve">name: missing &amp; &quot;wrong&quot;</t></text></comment>',
  );
  expect(await parts.text('xl/drawings/vmlDrawing1.vml')).toContain('<x:Row>2</x:Row><x:Column>1</x:Column>');
  expect(await parts.text('xl/comments2.xml')).toContain('ref="B2"');
});

test('without rows to correct there is no comment part, and nothing refers to one', async () => {
  const path = join(folder.path, 'clean.xlsx');
  await write(path, [good(['1', 'a', 'done'])]);
  const parts = await partsOf(path);
  expect(parts.names.filter((name) => /comment|vml/.test(name))).toEqual([]);
  expect(await parts.text('xl/worksheets/sheet1.xml')).not.toContain('legacyDrawing');
});

test('a cell longer than a sheet can hold is refused, and no file is left', async () => {
  const writer = await openXlsxWriter(
    { path: join(folder.path, 'long.xlsx'), mayReplace: true },
    { header, sheetNames },
  );
  const error = await errorOf(writer.writeBlock([good(['x'.repeat(40_000), '', ''])]));
  expect(error.code).toBe('CELL_TOO_LONG');
  expect(readdirSync(folder.path).filter((name) => name.includes('long'))).toEqual([]);
});

test('aborting leaves nothing behind', async () => {
  const writer = await openXlsxWriter(
    { path: join(folder.path, 'gone.xlsx'), mayReplace: true },
    { header, sheetNames },
  );
  await writer.writeBlock([good(['1', '', ''])]);
  await writer.abort();
  expect(readdirSync(folder.path).filter((name) => name.includes('gone'))).toEqual([]);
});

test('100,000 rows, all of them to correct, take bounded memory', async () => {
  const path = join(folder.path, 'many.xlsx');
  const writer = await openXlsxWriter({ path, mayReplace: true }, { header, sheetNames });
  const before = process.memoryUsage().rss;
  for (let block = 0; block < 100; block += 1) {
    await writer.writeBlock(
      Array.from({ length: 1000 }, (_, index) =>
        bad([`${8_009_000_000 + block * 1000 + index}`, 'Chan Tai Man', 'invalid'], 1, `name: row ${index} is wrong`),
      ),
    );
  }
  await writer.commit([['invalid', '100000']]);
  expect(process.memoryUsage().rss - before).toBeLessThan(250 << 20);
  expect(execFileSync('unzip', ['-tqq', path]).toString()).toBe('');
});
