import { describe, expect, test } from 'vitest';
import { guardTopup } from '../../src/intake/guard-topup.ts';
import type { JobSettings } from '../../src/job/job-settings.ts';
import type { Expectations } from '../../src/settings/run-settings.ts';
import { lines } from '../support/csv-text.ts';
import { topupSettings } from '../support/job-settings.ts';
import { readText } from './read-text.ts';

const NOTHING_EXPECTED: Expectations = { rows: undefined, points: undefined, balance: undefined };

/** The error code with which the file is refused; undefined: it may be sent. */
async function refusalOf(text: string, settings: Partial<JobSettings> = {}, expected: Partial<Expectations> = {}) {
  const { sums } = await readText(text, { settings });
  try {
    const expectations = { ...NOTHING_EXPECTED, ...expected };
    guardTopup(sums, { settings: topupSettings(settings), expectations, inputPath: 'march 2026.csv' });
    return undefined;
  } catch (error) {
    expect(error).toMatchObject({ exitCode: 3, hint: expect.stringContaining('Nothing was sent') });
    return error;
  }
}

const GOOD = lines('number,pointIncrement,balanceIncrement', 'A,0.1,10', 'B,0.2,-2.50');

describe('a top-up', () => {
  test('with an invalid row is refused whole, and --skip-invalid credits the others', async () => {
    const text = lines('number,pointIncrement', 'A,1', 'B,x');
    expect(await refusalOf(text)).toMatchObject({
      code: 'INVALID_ROWS',
      message: expect.stringMatching(/^1 of 2 rows cannot be credited\. Row 2 \(line 3\), pointIncrement: 'x'/),
    });
    expect(await refusalOf(text, { skipInvalid: true })).toBeUndefined();
  });

  test('with a member given twice is refused, also with --skip-invalid', async () => {
    const text = lines('number,pointIncrement', 'A,1', 'A,2', 'B,x');
    for (const settings of [{}, { skipInvalid: true }]) {
      expect(await refusalOf(text, settings)).toMatchObject({
        code: 'DUPLICATE_ROW',
        message: expect.stringMatching(/^1 of 3 rows name a member .* Row 2 \(line 3\)/),
      });
    }
    expect(await refusalOf(text, { skipInvalid: true, onDuplicate: 'allow' })).toBeUndefined();
  });

  test('an import is refused for none of it: its good rows are sent', async () => {
    const settings = { command: 'import', fileKinds: ['members'] } as const;
    expect(await refusalOf(lines('number,name', 'A,x', 'A,y', ',z'), settings)).toBeUndefined();
  });

  test('many bad rows are told by the first five of each sort', async () => {
    const bad = Array.from({ length: 9 }, (_, row) => `B${row},x`);
    const error = await refusalOf(lines('number,pointIncrement', ...bad, 'A,1', 'A,1'), { onDuplicate: 'allow' });
    expect(String((error as Error).message).match(/Row \d+/g)).toEqual(['Row 1', 'Row 2', 'Row 3', 'Row 4', 'Row 5']);
  });
});

describe('control totals', () => {
  test.each([[{ rows: 2, points: '0.3', balance: '7.5' }], [{ points: '0.30', balance: '7.500' }], [{}]])(
    'that are right let the file pass: %o',
    async (expected) => {
      expect(await refusalOf(GOOD, {}, expected)).toBeUndefined();
    },
  );

  test.each([
    [{ rows: 3 }, '--expect-rows 3, the file has 2 to credit'],
    [{ points: '0.30000000000000001' }, '--expect-points 0.30000000000000001, the file adds up to 0.3'],
    [{ balance: '12.5' }, '--expect-balance 12.5, the file adds up to 7.5'],
  ])('that differ refuse the file: %o', async (expected, told) => {
    expect(await refusalOf(GOOD, {}, expected)).toMatchObject({
      code: 'TOTALS_DIFFER',
      message: expect.stringContaining(told),
    });
  });

  test('are about the rows that will be sent: not about invalid ones, nor those done before', async () => {
    const text = lines(
      'number,pointIncrement,result_status,result_for',
      'A,1,done,topup SANDBOX',
      'B,2,,',
      'C,4,failed,topup SANDBOX',
      'D,x,,',
    );
    expect(await refusalOf(text, { skipInvalid: true }, { rows: 2, points: '6' })).toBeUndefined();
  });

  test('keep every digit of large amounts', async () => {
    const text = lines('number,pointIncrement', 'A,9007199254740993', 'B,9007199254740993');
    expect(await refusalOf(text, {}, { points: '18014398509481986' })).toBeUndefined();
    expect(await refusalOf(text, {}, { points: '18014398509481984' })).toMatchObject({ code: 'TOTALS_DIFFER' });
  });
});
