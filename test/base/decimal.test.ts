import { Decimal as DecimalJs } from 'decimal.js';
import { describe, expect, test } from 'vitest';
import { addDecimals, DecimalSum, decimalsEqual, isZeroDecimal, subtractDecimals } from '../../src/base/decimal.ts';
import { fc } from '../support/chance.ts';

/** Wide enough that nothing in this file is ever rounded. */
const Decimal = DecimalJs.clone({ precision: 500, toExpNeg: -1000, toExpPos: 1000 });

const digits = (...[from, to = from]: [number, number?]) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: to === from ? 1 : from, maxLength: to });

/** As a valid cell gives them, around the length from which decimal.js does the adding. */
const amount = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole: fc.oneof(digits(4), digits(15, 17), digits(30), fc.constantFrom('0', '9007199254740991', '99999999999999')),
    fraction: fc.oneof(fc.constant(''), digits(3), digits(14), digits(30)),
  })
  .map(({ sign, whole, fraction }) => {
    const shortest = whole.replace(/^0+(?=.)/, '');
    return sign + shortest + (fraction === '' ? '' : `.${fraction}`);
  });

test('two amounts are added, subtracted and compared as decimal.js does it, in the same spelling', () => {
  fc.assert(
    fc.property(amount, fc.oneof(amount, fc.constantFrom('0', '-0', '0.00', '1E+2', '-0.0')), (left, right) => {
      const text = (value: DecimalJs) => (value.isZero() ? '0' : value.toFixed());
      expect(addDecimals(left, right)).toBe(text(new Decimal(left).plus(right)));
      expect(subtractDecimals(left, right)).toBe(text(new Decimal(left).minus(right)));
      expect(subtractDecimals(left, left)).toBe('0');
      expect(decimalsEqual(left, right)).toBe(new Decimal(left).equals(right));
      expect(decimalsEqual(left, left)).toBe(true);
      for (const one of [left, right]) expect(isZeroDecimal(one)).toBe(new Decimal(one).isZero());
    }),
    { numRuns: 1000 },
  );
});

describe('a sum of many amounts', () => {
  test('is what decimal.js adds up, to the last digit', () => {
    fc.assert(
      fc.property(fc.array(amount, { maxLength: 40 }), (amounts) => {
        const sum = new DecimalSum();
        for (const text of amounts) sum.add(text);
        const expected = amounts.reduce((total, text) => total.plus(text), new Decimal(0));
        expect(new Decimal(sum.value()).equals(expected)).toBe(true);
        expect(sum.value()).toBe(expected.isZero() ? '0' : expected.toFixed());
      }),
      { numRuns: 300 },
    );
  });

  test('passes what a double holds without losing a digit, upwards and downwards', () => {
    const sum = new DecimalSum();
    for (let index = 0; index < 1001; index += 1) sum.add('99999999999999');
    expect(sum.value()).toBe('100099999999998999');
    for (let index = 0; index < 1001; index += 1) sum.add('-99999999999999');
    expect(sum.value()).toBe('0');
  });

  test('may be asked for in between', () => {
    const sum = new DecimalSum();
    sum.add('0.1');
    expect(sum.value()).toBe('0.1');
    sum.add('0.2');
    expect(sum.value()).toBe('0.3');
  });
});
