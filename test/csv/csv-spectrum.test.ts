import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { errorOf, readAll } from './csv-folder.ts';

const spectrum = dirname(fileURLToPath(import.meta.resolve('csv-spectrum')));
const names = readdirSync(join(spectrum, 'csvs')).map((name) => name.replace(/\.csv$/, ''));

test('all files of csv-spectrum are there', () => expect(names.length).toBeGreaterThanOrEqual(12));

/** Refused by name: a quote within a cell, and a file whose only character beyond ASCII is GB18030 as well. */
const REFUSED: Readonly<Record<string, string>> = { location_coordinates: 'STRAY_QUOTE', utf8: 'BAD_ENCODING' };

test.each(Object.entries(REFUSED))(
  'csv-spectrum %s is refused as %s, and read with --encoding where that helps',
  async (name, code) => {
    const path = join(spectrum, 'csvs', `${name}.csv`);
    expect((await errorOf(readAll(path))).code).toBe(code);
    if (code === 'BAD_ENCODING') expect((await readAll(path, { encoding: 'utf-8' })).rows.at(-1)?.cells[2]).toBe('ʤ');
  },
);

test.each(names.filter((name) => !(name in REFUSED)))('csv-spectrum %s is read right', async (name) => {
  const expected = JSON.parse(readFileSync(join(spectrum, 'json', `${name}.json`), 'utf8')) as Record<string, string>[];
  const { header, rows } = await readAll(join(spectrum, 'csvs', `${name}.csv`));
  expect(rows.map(({ cells }) => Object.fromEntries(header.map((column, index) => [column, cells[index]])))).toEqual(
    expected,
  );
});
