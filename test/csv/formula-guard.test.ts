import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guardCell, unguardCell } from '../../src/csv/formula-guard.ts';

test.each([
  '=1+1',
  '+cmd|x',
  '-2+3',
  '@SUM(A1)',
  '\t=1',
  '\r=1',
  '＝1',
  '＋1',
  '－1',
  '＠x',
  '-',
  '+',
  '=',
  '-1,5',
  '+1+2',
])('a cell that a spreadsheet may run is written with an apostrophe: %j', (cell) =>
  expect(guardCell(cell)).toBe(`'${cell}`),
);

test.each([
  '',
  'Chan',
  '12.50',
  '-12.50',
  '+5',
  '-0',
  '+85291234567',
  '+852 9123-4567',
  "O'Neil",
  "'tis",
  "'",
  "''",
  'a=1',
])('a number, a phone number or plain text is left alone: %j', (cell) => {
  expect(guardCell(cell)).toBe(cell);
  expect(unguardCell(cell)).toBe(cell);
});

test('a text that already looks guarded gets one more apostrophe, so that reading gives it back', () => {
  expect(guardCell("'=1")).toBe("''=1");
  expect(unguardCell("''=1")).toBe("'=1");
  expect(guardCell("'-12.50")).toBe("''-12.50");
});

test('an apostrophe that a spreadsheet put before a phone number is taken away', () => {
  expect(unguardCell("'+85291234567")).toBe('+85291234567');
});

test('unguarding gives back every text that was guarded, and no guarded text can run', () => {
  const signs = fc.constantFrom("'", '=', '+', '-', '@', '\t', '\r', '＝', '－', '1', '.', ' ', 'a');
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: signs }));
  fc.assert(
    fc.property(text, (cell) => {
      const guarded = guardCell(cell);
      expect(unguardCell(guarded)).toBe(cell);
      if (/^[=@\t\r＝＋－＠]/.test(guarded)) throw new Error('it would run');
      if (/^[+-]/.test(guarded)) expect(guarded).toMatch(/^[+-][0-9][0-9. -]*$/);
    }),
    { numRuns: 2000 },
  );
});

test('a very long run of digits and signs is decided at once', () => {
  const cell = `+${'1-'.repeat(100_000)}x`;
  expect(guardCell(cell)).toBe(`'${cell}`);
});
