import { describe, expect, test } from 'vitest';
import { mayBeRounded, readUid, readUuid } from '../../../src/job/cells/cell-id.ts';
import { fc } from '../../support/chance.ts';

describe('a customerUid', () => {
  test.each(['1', '813951242628553689', '231607639459718452', '9223372036854775807', '100', '100000000000000'])(
    '%s is passed on',
    (text) => expect(readUid(text)).toBe(text),
  );

  test.each(['0', '012', '-5', '9223372036854775808', '10000000000000000001', '1,234', 'abc', '１２３', '12 3'])(
    '%s is no uid',
    (text) => expect(readUid(text)).toMatchObject({ errorCode: 'BAD_ID' }),
  );

  test.each(['8.13951E+17', '8.13951e+17', '2E+17', '8,13951E+17', '813951242628553689.0', '12.0'])(
    '%s was damaged by a spreadsheet or a program',
    (text) => expect(readUid(text)).toMatchObject({ errorCode: 'EXCEL_DAMAGED' }),
  );

  test.each(['813951242628553000', '1234567890123450', '9223372036854770000', '62220212345678900000'])(
    '%s may have lost its last digits in Excel: the column decides',
    (text) => expect(mayBeRounded(text)).toBe(true),
  );

  test.each(['100000000000000', '8008010000', '813951242628553001', '000000000000012000', '8139512426285530x0'])(
    '%s cannot have been rounded',
    (text) => expect(mayBeRounded(text)).toBe(false),
  );

  test('every positive Long is taken, digit for digit, and nothing above', () => {
    const long = fc.bigInt({ min: 1n, max: 2n ** 66n });
    fc.assert(
      fc.property(long, (id) => {
        const value = readUid(id.toString());
        if (id < 2n ** 63n) expect(value).toBe(id.toString());
        else expect(value).toMatchObject({ errorCode: 'BAD_ID' });
      }),
      { numRuns: 1000 },
    );
  });

  test('what Excel makes of a long id is always suspected', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 10n ** 15n, max: 2n ** 63n - 1n }), (id) => {
        const digits = id.toString();
        const asSaved = digits.slice(0, 15).padEnd(digits.length, '0');
        expect(mayBeRounded(asSaved)).toBe(true);
      }),
    );
  });
});

test('a uuid is passed on as written, anything else is refused', () => {
  expect(readUuid('1B9D6BCD-bbfd-4b2d-9b5d-ab8dfbbd4bed')).toBe('1B9D6BCD-bbfd-4b2d-9b5d-ab8dfbbd4bed');
  for (const text of [
    '1b9d6bcd',
    '{1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed}',
    '1b9d6bcdbbfd4b2d9b5dab8dfbbd4bed',
    '../x',
  ]) {
    expect(readUuid(text)).toMatchObject({ errorCode: 'BAD_ID' });
  }
});
