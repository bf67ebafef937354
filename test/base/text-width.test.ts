import { expect, test } from 'vitest';
import { cutToWidth, foldLine, textWidth } from '../../src/base/text-width.ts';

test.each([
  ['abc', 3],
  ['陈大文', 6],
  ['ｆｕｌｌ', 8],
  ['ﾊﾝｶｸ', 4],
  ['한국', 4],
  ['e\u0301', 1],
  ['a\u200bb', 2],
  ['👍', 2],
  ['👨‍👩‍👧', 2],
  // Wide in a Chinese terminal: counted so everywhere.
  ['→', 2],
  ['', 0],
])('%j takes %i columns', (text, width) => expect(textWidth(text)).toBe(width));

test('a text is cut where it still fits', () => {
  expect(cutToWidth('陈大文', 5)).toBe('陈大');
  expect(cutToWidth('ab陈', 4)).toBe('ab陈');
  expect(cutToWidth('👨‍👩‍👧x', 1)).toBe('');
});

test('a folded line has all its words, in lines that fit', () => {
  const line = '  Card «1,250»: 会员号「八」缺了开头的零，请比较。 Then   type it again (twice).';
  for (let width = 12; width < 90; width += 1) {
    const folded = foldLine(line, width);
    expect(folded.join('').replace(/\s/g, '')).toBe(line.replace(/\s/g, ''));
    for (const piece of folded) expect(textWidth(piece)).toBeLessThanOrEqual(width);
    for (const piece of folded.slice(1)) expect(piece).toMatch(/^ {2}[^ ，。」]/);
  }
});
