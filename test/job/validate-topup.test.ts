import { describe, expect, test } from 'vitest';
import { codesOf, lookup, problemsOf, topup } from './rows.ts';

test('a row comes out digit for digit, a blank increment as 0', () => {
  expect(topup({ number: '8008010001', pointIncrement: '', balanceIncrement: '12.50' })).toEqual({
    isValid: true,
    row: { kind: 'topup', number: '8008010001', pointIncrement: '0', balanceIncrement: '12.50' },
  });
  expect(
    topup({ customerUid: '813951242628553689', pointIncrement: '-0.10', dataChangeTime: '2026/1/5 9:30' }),
  ).toEqual({
    isValid: true,
    row: {
      kind: 'topup',
      customerUid: '813951242628553689',
      pointIncrement: '-0.10',
      balanceIncrement: '0',
      dataChangeTime: '2026-01-05 09:30:00',
    },
  });
});

test.each([
  ['', ''],
  ['0', ''],
  ['0.00', '-0'],
  ['\u3000', '0'],
])('%j points and %j balance are nothing to do', (pointIncrement, balanceIncrement) => {
  expect(problemsOf(topup({ pointIncrement, balanceIncrement }))).toEqual([
    'NOTHING_TO_DO the row adds nothing: pointIncrement and balanceIncrement are blank or 0. Fill one in, or delete the row.',
  ]);
});

test('an increment that cannot be read is not also nothing', () => {
  expect(codesOf(topup({ pointIncrement: 'x', balanceIncrement: '0' }))).toEqual(['NOT_A_DECIMAL']);
});

test('the member must be named', () => {
  expect(problemsOf(topup({ number: '', pointIncrement: '5' }))).toEqual([
    'REQUIRED number: it is blank. Give the number or the customerUid.',
  ]);
  expect(codesOf(topup({ number: '', customerUid: '5', pointIncrement: '5' }))).toEqual([]);
  expect(codesOf(topup({ customerUid: '', pointIncrement: '5' }))).toEqual(['REQUIRED']);
});

test('all issues of a row are told at once', () => {
  expect(
    codesOf(
      topup({ number: '', pointIncrement: '1,000', balanceIncrement: '￥5', dataChangeTime: '2026-02-30 10:00:00' }),
    ),
  ).toEqual(['NOT_A_DECIMAL', 'NOT_A_DECIMAL', 'BAD_DATE', 'REQUIRED']);
});

test('dataChangeTime does not follow --date-format, which is for birthdays', () => {
  const row = { pointIncrement: '5', dataChangeTime: '2026-01-05 13:26:23' };
  expect(codesOf(topup(row, { dateFormats: ['dd/MM/yyyy'] }))).toEqual([]);
});

test('a row may say what the member should have, and which receipt it is for', () => {
  expect(topup({ number: '8001', pointTarget: '120', balanceTarget: '', reference: ' R-1 ' })).toMatchObject({
    isValid: true,
    row: { kind: 'topup', number: '8001', pointTarget: '120', reference: 'R-1' },
  });
  const validated = topup({ number: '8001', balanceTarget: '0' });
  expect(validated).toEqual({
    isValid: true,
    row: { kind: 'topup', number: '8001', pointIncrement: '0', balanceIncrement: '0', balanceTarget: '0' },
  });
  expect(problemsOf(topup({ pointTarget: '', balanceTarget: '' }))).toEqual([
    'NOTHING_TO_DO the row changes nothing: pointTarget and balanceTarget are blank. Fill one in, or delete the row.',
  ]);
  expect(codesOf(topup({ pointTarget: '1,000' }))).toEqual(['NOT_A_DECIMAL']);
});

test('a row may give both the number and the uid: the vendor is asked whether they agree', () => {
  expect(topup({ number: '8001', customerUid: '813951242628553689', pointIncrement: '5' })).toMatchObject({
    row: { number: '8001', customerUid: '813951242628553689' },
  });
});

describe('a lookup', () => {
  test('at Kybio needs a number or uid, at Wonder a reference or uuid', () => {
    const uuid = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
    expect(lookup({ number: 'M1', customerUid: '5' }, 'kybio')).toEqual({
      isValid: true,
      row: { kind: 'lookup', number: 'M1', customerUid: '5' },
    });
    expect(lookup({ reference_number: 'K1', uuid, number: 'M1' }, 'wonder')).toEqual({
      isValid: true,
      row: { kind: 'lookup', reference_number: 'K1', uuid },
    });
    expect(lookup({ number: 'M1' }, 'wonder')).toEqual({
      isValid: true,
      row: { kind: 'lookup', reference_number: 'M1' },
    });
    expect(codesOf(lookup({ number: '', reference_number: 'K1' }, 'kybio'))).toEqual(['REQUIRED']);
    expect(codesOf(lookup({ reference_number: '', number: 'M1' }, 'wonder'))).toEqual(['REQUIRED']);
  });

  test('with a damaged key is not sent', () => {
    expect(codesOf(lookup({ customerUid: '8.13951E+17' }, 'kybio'))).toEqual(['EXCEL_DAMAGED']);
    expect(codesOf(lookup({ uuid: 'x' }, 'wonder'))).toEqual(['BAD_ID']);
  });
});
