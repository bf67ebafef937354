import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import type { FileKind } from '../../src/job/columns.ts';
import { memberKey } from '../../src/job/row-key.ts';
import { checkFile, type FileOptions } from './rows.ts';

const samples = new URL('../../samples/', import.meta.url);

/** `row: codes` of each row that is refused, duplicates included. */
function refusedRows(
  file: string,
  kind: FileKind,
  { encoding = 'utf-8', ...options }: FileOptions & { encoding?: string } = {},
): { rowCount: number; refused: string[] } {
  const text = new TextDecoder(encoding, { fatal: true }).decode(readFileSync(new URL(file, samples)));
  const records: string[][] = parse(text, { relax_column_count: true });
  const { rows } = checkFile(records, kind, options);
  const seen = new Set<string>();
  const refused = rows.flatMap((row, index) => {
    const codes: string[] = row.isValid ? [] : row.issues.map((issue) => issue.errorCode);
    for (const { row: targetRow } of row.isValid ? row.targetRows : []) {
      if (seen.has(memberKey(targetRow))) codes.push('DUPLICATE_ROW');
      seen.add(memberKey(targetRow));
    }
    return codes.length === 0 ? [] : [`${index + 1}: ${codes.join(' ')}`];
  });
  return { rowCount: rows.length, refused };
}

test('members.csv holds one mistake of each kind', () => {
  expect(refusedRows('members.csv', 'members')).toEqual({
    rowCount: 14,
    refused: [
      '5: NOT_A_DECIMAL',
      '6: BAD_DATE',
      '7: BAD_EMAIL',
      '8: BAD_DATE NOT_A_DECIMAL OUT_OF_RANGE',
      // The customerUid is damaged too, but the number says who is meant.
      '9: EXCEL_DAMAGED',
      '10: WRONG_COLUMN_COUNT',
      '11: EXCEL_DAMAGED',
      '12: DUPLICATE_ROW',
      '13: REQUIRED',
    ],
  });
});

test('members-zh.csv is the same job with Chinese headers', () => {
  expect(refusedRows('members-zh.csv', 'members')).toEqual({
    rowCount: 11,
    refused: [
      '5: NOT_A_DECIMAL',
      '6: BAD_DATE',
      '7: BAD_PHONE BAD_DATE BAD_EMAIL NOT_A_DECIMAL NOT_A_DECIMAL',
      '9: DUPLICATE_ROW',
      '10: REQUIRED',
      '11: EXCEL_DAMAGED EXCEL_DAMAGED',
    ],
  });
});

test('members-gb18030.csv holds no mistake, and needs its encoding', () => {
  expect(refusedRows('members-gb18030.csv', 'members', { encoding: 'gb18030' })).toEqual({ rowCount: 5, refused: [] });
  expect(() => refusedRows('members-gb18030.csv', 'members')).toThrow();
});

test.each(['topup.csv', 'topup-zh.csv'])('%s holds no mistake', (file) => {
  expect(refusedRows(file, 'topup').refused).toEqual([]);
});

test('topup-with-mistakes.csv holds one mistake of each kind', () => {
  expect(refusedRows('topup-with-mistakes.csv', 'topup')).toEqual({
    rowCount: 13,
    refused: [
      '2: NOT_A_DECIMAL',
      '3: NOT_A_DECIMAL',
      '4: NOTHING_TO_DO',
      '5: NOTHING_TO_DO',
      '6: REQUIRED',
      '7: NOT_A_DECIMAL NOT_A_DECIMAL',
      '8: NOT_A_DECIMAL NOT_A_DECIMAL',
      '9: BAD_DATE',
      '10: WRONG_COLUMN_COUNT',
      '11: DUPLICATE_ROW',
      '12: NOT_A_DECIMAL EXCEL_DAMAGED BAD_DATE',
    ],
  });
});

test('customers.csv and customers-zh.csv hold one mistake of each kind', () => {
  expect(refusedRows('customers.csv', 'customers')).toEqual({
    rowCount: 13,
    refused: [
      '6: NOT_ALLOWED',
      '7: BAD_PHONE',
      '8: BAD_EMAIL NOT_ALLOWED BAD_PHONE',
      '9: REQUIRED',
      '10: NOT_ALLOWED BAD_ID REQUIRED',
      '11: BAD_ID',
      '12: REQUIRED',
      '13: DUPLICATE_ROW',
    ],
  });
  expect(refusedRows('customers-zh.csv', 'customers')).toEqual({ rowCount: 3, refused: ['3: NOT_ALLOWED'] });
});

test('lookups.csv holds damaged ids, lookups-zh.csv none', () => {
  expect(refusedRows('lookups.csv', 'lookups')).toEqual({
    rowCount: 7,
    refused: ['5: EXCEL_DAMAGED', '6: EXCEL_DAMAGED', '7: REQUIRED'],
  });
  expect(refusedRows('lookups-zh.csv', 'lookups')).toEqual({ rowCount: 2, refused: [] });
});

test('legacy-cards.csv is read with map.json and its date format', () => {
  const { columns: mapping } = JSON.parse(readFileSync(new URL('map.json', samples), 'utf-8'));
  expect(refusedRows('legacy-cards.csv', 'members', { mapping, dateFormats: ['dd/MM/yyyy'] })).toEqual({
    rowCount: 4,
    refused: ['4: BAD_DATE'],
  });
  expect(() => refusedRows('legacy-cards.csv', 'members')).toThrow('no column number or customerUid');
});
