import { expect, test } from 'vitest';
import { readEmail } from '../../../src/job/cells/cell-email.ts';

test.each([
  'abc@def.com',
  'a.b+c@example.co.uk',
  'o’brien@example.com'.replace('’', "'"),
  '陈@例子.中国',
  'user@xn--fiqs8s.xn--fiqs8s',
  '673874555@qq.com',
  'a_b-c@sub-domain.example.hk',
])('%s is an address', (text) => expect(readEmail(text, 255)).toBe(text));

test.each([
  'plain',
  'a@b',
  '@b.com',
  'a@',
  'a@b..com',
  'a..b@c.com',
  '.a@c.com',
  'a.@c.com',
  'a@-b.com',
  'a@b-.com',
  'a@1.2.3.4',
  'a@b@c.com',
  'a@b.c',
  'Chan <a@b.com>',
  'a@b.com;c@d.com',
])('%s is not', (text) => expect(readEmail(text, 255)).toMatchObject({ errorCode: 'BAD_EMAIL' }));

test.each([
  ['chan＠example.com', 'Write chan@example.com.'],
  ['chan @example.com', 'Write chan@example.com.'],
  ['chan@example.com,', 'Write chan@example.com.'],
  ['mailto:chan@example.com', 'Write chan@example.com.'],
  ['a@b.com / c@d.com', 'Write one only, such as name@example.com, or leave it blank.'],
])('%j is answered with: %s', (text, suggestion) => {
  expect(readEmail(text, 255)).toEqual({
    errorCode: 'BAD_EMAIL',
    text: `'${text}' is not an e-mail address. ${suggestion}`,
  });
});

test('more than 255 characters are too long', () => {
  expect(readEmail(`${'a'.repeat(244)}@example.com`, 255)).toMatchObject({ errorCode: 'TOO_LONG' });
});

test('a long run of letters is judged at once', () => {
  const startMs = performance.now();
  readEmail(`${'a.'.repeat(50_000)}@`, undefined);
  readEmail(`a@${'a-'.repeat(50_000)}`, undefined);
  readEmail(`a@${'a.'.repeat(50_000)}`, undefined);
  expect(performance.now() - startMs).toBeLessThan(2000);
});
