import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openWorkspace } from './support/workspace.ts';

/*
 * samples/expected holds what each sample gives in a fresh sandbox. After a change that is meant:
 * UPDATE_EXPECTED=1 npx vitest run --config test/vitest.config.ts samples-expected, and read the difference.
 */
const samples = fileURLToPath(new URL('../samples/', import.meta.url));
const expectedFolder = join(samples, 'expected');

type Case = {
  readonly sample: string;
  readonly exitCode: number;
  readonly command: string;
  readonly flags?: readonly string[];
};

const CASES: readonly Case[] = [
  { sample: 'members.csv', exitCode: 1, command: 'import' },
  { sample: 'members-corrected.csv', exitCode: 0, command: 'import' },
  { sample: 'members-zh.csv', exitCode: 1, command: 'import' },
  { sample: 'members-gb18030.csv', exitCode: 0, command: 'import' },
  { sample: 'members-gbk.csv', exitCode: 0, command: 'import' },
  {
    sample: 'legacy-cards.csv',
    exitCode: 1,
    command: 'import',
    flags: ['--map', 'map.json', '--date-format', 'dd/MM/yyyy'],
  },
  { sample: 'topup.csv', exitCode: 0, command: 'topup' },
  { sample: 'topup-zh.csv', exitCode: 0, command: 'topup' },
  { sample: 'topup-campaign.csv', exitCode: 0, command: 'topup', flags: ['--campaign', '2026-Q4'] },
  { sample: 'topup-receipts.csv', exitCode: 0, command: 'topup' },
  { sample: 'topup-targets.csv', exitCode: 0, command: 'topup' },
  // A top-up refuses this one as a whole; `validate` says what is wrong with each row.
  { sample: 'topup-with-mistakes.csv', exitCode: 1, command: 'validate' },
  { sample: 'customers.csv', exitCode: 1, command: 'import', flags: ['--to', 'wonder'] },
  { sample: 'customers-zh.csv', exitCode: 1, command: 'import', flags: ['--to', 'wonder'] },
  { sample: 'lookups.csv', exitCode: 1, command: 'export' },
  { sample: 'lookups-zh.csv', exitCode: 0, command: 'export', flags: ['--columns', 'name,point,balance'] },
];

/** One row at a time: the sandbox numbers new members in the order in which they arrive. */
const ON_SANDBOX = ['--sandbox', '--concurrency', '1'];

test('every sample has its expected result, and nothing else lies there', () => {
  // Results that somebody's tour has left beside the samples are none.
  const sampleFiles = readdirSync(samples).filter((name) => /^[^.]+\.csv$/.test(name));
  expect(CASES.map(({ sample }) => sample).sort()).toEqual(sampleFiles.sort());
  expect(readdirSync(expectedFolder).sort()).toEqual(CASES.map(resultName).sort());
});

test.each(CASES)('$command $sample gives the expected result file', async (sampleCase) => {
  const { sample, exitCode, command, flags = [] } = sampleCase;
  const workspace = openWorkspace();
  for (const name of [sample, 'map.json']) workspace.file(name, readFileSync(join(samples, name)));
  const ended = await workspace.run([command, sample, ...flags, ...(command === 'validate' ? [] : ON_SANDBOX)]);
  expect(ended.exitCode, ended.stderr).toBe(exitCode);
  const actual = withoutThisRun(workspace.read(resultName(sampleCase)), workspace.read(sample));
  const expectedFile = join(expectedFolder, resultName(sampleCase));
  if (process.env.UPDATE_EXPECTED !== undefined) writeFileSync(expectedFile, actual);
  expect(actual).toBe(readFileSync(expectedFile, 'utf8'));
});

function resultName({ sample, command }: Case): string {
  return sample.replace(/\.csv$/, command === 'validate' ? '.checked.csv' : '.result.csv');
}

/** Blanks each dataChangeTime and each run that is not the input's own: they are new in each run. */
function withoutThisRun(result: string, input: string): string {
  const cells = /,(?:"="")?([0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8}|[0-9]{8}-[0-9]{6}-[0-9a-f]{4})(?:""")?(?=,|\r?\n)/g;
  return result.replace(cells, (cell: string, value: string) => (input.includes(value) ? cell : ','));
}
