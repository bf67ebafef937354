import { describe, expect, test } from 'vitest';
import { isDecimal } from '../../../src/base/decimal.ts';
import { readDecimal, readPercentage } from '../../../src/job/cells/cell-decimal.ts';
import { fc } from '../../support/chance.ts';

const problem = (value: ReturnType<typeof readDecimal>) =>
  typeof value === 'string' ? value : `${value.errorCode} ${value.text}`;

describe('an amount', () => {
  test.each(['0', '12.50', '-3', '0.1', '-0.00', '90071992547409.93', '9'.repeat(30), `0.${'1'.repeat(30)}`])(
    '%s is passed on as it is',
    (text) => expect(readDecimal(text)).toBe(text),
  );

  test.each([
    ['12,50', 'Write 12.50.'],
    ['-12,5', 'Write -12.5.'],
    ['0,500', 'Write 0.500.'],
    ['1234,567', 'Write 1234.567.'],
    ['1,000', 'Write 1000 if the comma separates thousands, or 1.000 if it stands before the decimals.'],
    ['-1,000', 'Write -1000 if the comma separates thousands, or -1.000 if it stands before the decimals.'],
    ['￥1,000', 'Write 1000 if the comma separates thousands, or 1.000 if it stands before the decimals.'],
    ['1,234,567', 'Write 1234567.'],
    ['1,234.50', 'Write 1234.50.'],
    ['1.234,50', 'Write 1234.50.'],
    ['1.234.567', 'Write 1234567.'],
    ['1 000', 'Write 1000.'],
    ['1\u00a0000,5', 'Write 1000.5.'],
    ["1'000", 'Write 1000.'],
    ['￥5', 'Write 5.'],
    ['¥ 5.20', 'Write 5.20.'],
    ['-$5', 'Write -5.'],
    ['HK$12.00', 'Write 12.00.'],
    ['20元', 'Write 20.'],
    ['1e5', 'Write 100000.'],
    ['+5', 'Write 5.'],
    ['007', 'Write 7.'],
    ['-007.10', 'Write -7.10.'],
    ['.5', 'Write 0.5.'],
    ['5.', 'Write 5.'],
    ['１２．５０', 'Write 12.50.'],
    ['−5', 'Write -5.'],
    ['(5.00)', 'Write -5.00.'],
  ])('%j is not a decimal, and what it surely means is said: %s', (text, suggestion) => {
    expect(readDecimal(text)).toEqual({
      errorCode: 'NOT_A_DECIMAL',
      text: `'${text}' is not a decimal. ${suggestion}`,
    });
  });

  test.each([
    'abc',
    '五十',
    '12.5O',
    '1,00,000',
    '1 00',
    '12,50,5',
    '--5',
    '5-',
    '-',
    ',',
    '12.3.4',
    'NaN',
    'Infinity',
    '0x10',
    '10%',
    '1;5',
    '1e999',
  ])('%j gets an example instead of a guess', (text) =>
    expect(problem(readDecimal(text))).toBe(
      `NOT_A_DECIMAL '${text}' is not a decimal. Write digits with a point, such as 12.50.`,
    ),
  );

  test('what a spreadsheet has shortened is not guessed at', () => {
    expect(problem(readDecimal('1.23457E+17'))).toContain('A spreadsheet has shortened it');
  });

  test.each([`1${'0'.repeat(30)}`, `0.${'1'.repeat(31)}`])('%s has too many digits', (text) => {
    expect(readDecimal(text)).toMatchObject({ errorCode: 'OUT_OF_RANGE' });
  });

  test('every text is either passed on unchanged, as a decimal, or refused with a decimal suggested', () => {
    const looksLikeAmount = fc.string({ unit: fc.constantFrom(...'0123456789.,-+ eE￥$％%５元()'), maxLength: 14 });
    fc.assert(
      fc.property(fc.oneof(looksLikeAmount, fc.string({ unit: 'binary' })), (text) => {
        const value = readDecimal(text);
        if (typeof value === 'string') {
          expect(value).toBe(text);
          expect(isDecimal(text)).toBe(true);
          return;
        }
        const suggested = /Write (-?[0-9.]+)\.$/.exec(value.text)?.[1];
        if (suggested !== undefined) expect(isDecimal(suggested)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('no digit of a decimal is ever lost or added', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?$/);
    fc.assert(fc.property(digits, (text) => readDecimal(text) === text));
  });
});

describe('a discount', () => {
  test.each(['0', '60', '99.5', '100', '100.00', '-0', '0.003'])('%s is in range', (text) => {
    expect(readPercentage(text)).toBe(text);
  });

  test.each(['100.01', '101', '-1', '-0.5', '1000'])('%s is out of range', (text) => {
    expect(readPercentage(text)).toMatchObject({ errorCode: 'OUT_OF_RANGE' });
  });

  test.each([
    ['90%', 'Write 90.'],
    ['90 ％', 'Write 90.'],
    ['9折', 'Write 90 for 90 % (9折).'],
    ['12,5', 'Write 12.5.'],
  ])('%j is not a decimal: %s', (text, suggestion) => {
    expect(readPercentage(text)).toEqual({
      errorCode: 'NOT_A_DECIMAL',
      text: `'${text}' is not a decimal. ${suggestion}`,
    });
  });
});
