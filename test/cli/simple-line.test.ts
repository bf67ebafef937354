import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OperatorError } from '../../src/base/errors.ts';
import { parseWithYargs } from '../../src/cli/command-line.ts';
import { parseSimpleLine } from '../../src/cli/simple-line.ts';

const word = fc.constantFrom(
  ...[
    'import',
    'topup',
    'file.csv',
    'a b',
    '=',
    'x=1',
    '-',
    '--',
    '',
    'true',
    'false',
    'help',
    '會員.csv',
    '007',
    '1e5',
  ],
  ...['-5', "'q'", '"q"', '5/s', 'constructor', '__proto__'],
);
const flag = fc.constantFrom(
  ...[
    '--json',
    '--quiet',
    '-q',
    '-o',
    '-n',
    '-y',
    '-qy',
    '-o=x',
    '-ox',
    '--output',
    '--output=r.csv',
    '--output=',
    '--rate',
  ],
  ...[
    '--rate=5/s',
    '--no-color',
    '--no-report',
    '--json=true',
    '--json=no',
    '--set',
    '--help',
    '-h',
    '--version',
    '-v',
  ],
  ...[
    '--unknown',
    '--encoding',
    "--encoding='gbk'",
    '--constructor',
    '--Rate',
    '--rate=',
    '--delimiter=;',
    '---',
    '-5',
  ],
);

test('what is read without yargs, yargs reads alike', async () => {
  let readCount = 0;
  const line = fc.array(fc.oneof(word, flag), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(line, async (argv) => {
      const simple = parseSimpleLine(argv);
      if (simple === undefined) return;
      readCount += 1;
      expect(await parseWithYargs(argv)).toEqual(simple);
    }),
    { numRuns: 1000 },
  );
  expect(readCount).toBeGreaterThan(100);
});

test('the usual lines need no yargs', () => {
  const argv = ['topup', 'file.csv', '--rate', '5/s', '--json', '-q', '-o', 'out.csv', '--concurrency=16'];
  expect(parseSimpleLine(argv)).toEqual({
    words: ['topup', 'file.csv'],
    flags: { rate: '5/s', json: true, quiet: true, output: 'out.csv', concurrency: '16' },
    asks: undefined,
    unknown: [],
  });
});

test.each([['--unknown', 'x'], ['--output'], ['--rate=5/s', '--rate=6/s'], ['help', '-q'], ['-qy']])(
  '%j %j is left to yargs',
  (...argv) => expect(parseSimpleLine(argv)).toBeUndefined(),
);

test('a flag without its value is still refused', async () => {
  await expect(parseWithYargs(['topup', 'f', '--json=maybe'])).rejects.toThrow(OperatorError);
  expect(parseSimpleLine(['topup', 'f', '--json=maybe'])).toBeUndefined();
});
