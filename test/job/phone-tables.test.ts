import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { checkFile } from './rows.ts';

const loadedPhoneTables = (): string[] =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes('libphonenumber-js'));

test('the phone tables are loaded by the first phone that is taken apart, and not before', () => {
  expect(
    checkFile(
      [
        ['number', 'pointIncrement'],
        ['1', '5'],
      ],
      'topup',
    ).refused,
  ).toEqual([]);
  expect(
    checkFile(
      [
        ['number', 'phone'],
        ['1', '+85291234567'],
      ],
      'members',
    ).refused,
  ).toEqual([]);
  expect(loadedPhoneTables()).toEqual([]);
  expect(
    checkFile(
      [
        ['reference_number', 'name', 'phone'],
        ['1', 'x', '+85291234567'],
      ],
      'customers',
    ).refused,
  ).toEqual([]);
  expect(loadedPhoneTables().length).toBeGreaterThan(0);
});
