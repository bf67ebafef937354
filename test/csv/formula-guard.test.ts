import { expect, test } from 'vitest';
import { guardCell as guardFor, unguardCell } from '../../src/csv/formula-guard.ts';
import { fc } from '../support/chance.ts';

const guardCell = (text: string) => guardFor(text, ',');

test.each([
  '=1+1',
  '+cmd|x',
  '-2+3',
  '@SUM(A1)',
  '＝1',
  '＋1',
  '－1',
  '＠x',
  '-',
  '+',
  '=',
  '-1,5',
  '+1+2',
  '+852-9123-4567',
  '+852 9123-4567',
  '  =1',
  '\u00a0@x',
  '\ufeff=1',
  '\u200b\u2060-1+2',
  '\u3000＝1',
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
  '1990-01-05',
  'a;-5',
  'tea, - no sugar',
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

test.each([
  ['\tx', ',', "'\tx"],
  ['\t=1', ',', "'\t'=1"],
  ['\r\n=1', ',', "'\r'\n'=1"],
  ['Flat 3;=1+1', ',', "Flat 3;'=1+1"],
  ['a\t@x', ',', "a\t'@x"],
  ['a\n=1', ',', "a\n'=1"],
  ['a; \u200b=1', ',', "a;' \u200b=1"],
  ['tea, - no sugar', ';', "tea,' - no sugar"],
  ['a;=1', ';', 'a;=1'],
  ["a;'=1", ';', "a;''=1"],
])('%j in a file with %j is guarded where another locale would split it', (text, delimiter, guarded) => {
  expect(guardFor(text, delimiter)).toBe(guarded);
  expect(unguardCell(guarded)).toBe(text);
});

test('unguarding gives back every text that was guarded, and no guarded text can run in any locale', () => {
  const signs = fc.constantFrom(..."'=+-@\t\r\n＝－1. a;,\u200b\ufeff".split(''));
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: signs }));
  fc.assert(
    fc.property(text, fc.constantFrom(',', ';', '\t', '|'), (cell, delimiter) => {
      const guarded = guardFor(cell, delimiter);
      expect(unguardCell(guarded)).toBe(cell);
      const others = [',', ';', '\t', '\n', '\r'].filter((sign) => sign !== delimiter);
      const pieces = guarded.split(new RegExp(`[${others.join('')}]`));
      for (const piece of [guarded, ...pieces.slice(1)]) {
        const bare = piece.replace(/^[\s\u200b\ufeff]+/, '');
        if (/^[=@＝－]/.test(bare)) throw new Error(`${JSON.stringify(piece)} would run`);
        if (/^[+-]/.test(bare)) expect(piece).toMatch(/^[+-][0-9]+(\.[0-9]+)?(?![^,;\t\n\r])/);
      }
    }),
    { numRuns: 5000 },
  );
});

test('very long cells of signs, blanks or delimiters are decided at once', () => {
  for (const part of ['1-', '\t', ' ', ';', "'", ";'", '; ', '=']) {
    const cell = `+${part.repeat(500_000)}x`;
    expect(unguardCell(guardCell(cell))).toBe(cell);
  }
}, 5_000);
