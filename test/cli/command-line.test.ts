import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePlain, parseWithYargs } from '../../src/cli/command-line.ts';
import { flagName, flagsOf, settingOf } from '../../src/settings/settings-table.ts';

const FLAGS = flagsOf().flatMap((name) => {
  const { alias } = settingOf(name);
  return [`--${flagName(name)}`, ...(alias === undefined ? [] : [`-${alias}`])];
});
const NAMES = [...FLAGS, '--help', '-h', '--version', '-v', '--no-such', '--constructor', '-qy', '--', '-'];
const VALUES = ['true', 'false', 'help', 'version', 'a b', '0', '0012', '-5', '"q"', "'", 'a=b', '', '會員.csv', '1e3'];

const flag = fc.constantFrom(...NAMES);
const value = fc.oneof(fc.constantFrom(...VALUES), fc.string());
const word = fc.oneof(
  flag,
  value,
  fc.tuple(flag, value).map(([name, text]) => `${name}=${text}`),
);

test('a plain command line is read as yargs reads it', async () => {
  let plainCount = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 6 }), async (argv) => {
      const plain = parsePlain(argv);
      if (plain === undefined) return;
      plainCount += 1;
      expect(plain).toEqual(await parseWithYargs(argv));
    }),
    { numRuns: 4000 },
  );
  // Most lines that are made here are odd. Of real ones nearly all are plain.
  expect(plainCount).toBeGreaterThan(400);
});

test.each([
  'import members.csv --mode create --rate 20/s --concurrency=16 -q -o result.csv --yes',
  'topup 會員.xlsx --sheet 三月 --expect-points 100 --json',
  'resume --all --wait',
])('%s needs no yargs', (line) => {
  expect(parsePlain(line.split(' '))).toBeDefined();
});
