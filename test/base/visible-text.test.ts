import { expect, test } from 'vitest';
import { visibleLines, visibleText } from '../../src/base/visible-text.ts';

test.each([
  ['a\tb', 'a\tb'],
  ['a\nb\r\nc', 'a⏎b⏎c'],
  ['会员 é 👩‍👩‍👧', '会员 é 👩‍👩‍👧'],
  ['\u001b[31mred', '\\u001b[31mred'],
  ['over\rwritten', 'over\\u000dwritten'],
  ['\u0000\u007f\u009b', '\\u0000\\u007f\\u009b'],
  ['\u061c\u200e\u200f\u202a\u202e\u2066\u2069', '\\u061c\\u200e\\u200f\\u202a\\u202e\\u2066\\u2069'],
  ['two\u2028lines', 'two\\u2028lines'],
  ['top\u200bup\u00ad\ufeff\u2060', 'top\\u200bup\\u00ad\\ufeff\\u2060'],
  ['run\u200d may\u200c', 'run\\u200d may\\u200c'],
  ['می\u200cخواهم', 'می\u200cخواهم'],
  ['x\u{e0041}y', 'x\\udb40\\udc41y'],
])('%j is shown as %j', (text, shown) => {
  expect(visibleText(text)).toBe(shown);
});

test('lines after the first are set in, so that none of them looks like a line of its own', () => {
  expect(visibleLines('A is missing.\nB is missing.\u001b')).toBe('A is missing.\n  B is missing.\\u001b');
});

test('a JSON document stays the same document', () => {
  const document = { name: 'x\u202ey\u0085z', text: 'tab\tnewline\n' };
  expect(JSON.parse(visibleText(JSON.stringify(document)))).toEqual(document);
});
