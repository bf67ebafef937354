import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AmountTally } from '../../src/report/amount-spread.ts';
import { CauseTally } from '../../src/report/cause-tally.ts';
import { maskMessage } from '../../src/report/mask.ts';
import { TimeBuckets } from '../../src/report/time-buckets.ts';

describe('calls over time', () => {
  test('no call is lost, however long the run took, and there are never many bars', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 2e12 }), fc.integer({ min: 1, max: 5 })), {
          minLength: 1,
          maxLength: 2000,
        }),
        (calls) => {
          const times = new TimeBuckets();
          for (const [atMs, count] of calls) times.add(atMs, count, count - 1);
          const line = times.value();
          const sum = (of: readonly number[]): number => of.reduce((total, one) => total + one, 0);
          expect(sum(line?.buckets.map((bucket) => bucket.calls) ?? [])).toBe(sum(calls.map(([, count]) => count)));
          expect(line?.buckets.length).toBeLessThanOrEqual(60);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('a run of seconds is drawn by seconds, with its pauses', () => {
    const times = new TimeBuckets();
    for (const second of [10, 10, 13]) times.add(second * 1000, 1, 0);
    expect(times.value()).toMatchObject({
      widthMs: 1000,
      buckets: [{ calls: 2 }, { calls: 0 }, { calls: 0 }, { calls: 1 }],
    });
  });
});

describe('which amounts', () => {
  test('few are shown one by one, in their order, and one amount has one name', () => {
    const tally = new AmountTally();
    for (const amount of ['100', '-5', '12.50', '12.5', '100.00', '0', '0.00']) tally.add(amount);
    expect(tally.value()).toEqual({
      rowCount: 5,
      groups: [
        { from: '-5', to: '-5', rowCount: 1 },
        { from: '12.5', to: '12.5', rowCount: 2 },
        { from: '100', to: '100', rowCount: 2 },
      ],
    });
  });

  test('many fall into ranges that hold them', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e9, max: 1e9 }), { minLength: 40, maxLength: 40 }), (cents) => {
        const tally = new AmountTally();
        for (const cent of cents) tally.add((cent / 100).toFixed(2));
        const { groups, rowCount } = tally.value();
        expect(groups.reduce((sum, group) => sum + group.rowCount, 0)).toBe(rowCount);
        for (const cent of cents.filter((one) => one !== 0)) {
          expect(groups.some(({ from, to }) => Number(from) <= cent / 100 && cent / 100 <= Number(to))).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });
});

test('a vendor with a code for each row does not make the report grow', () => {
  const tally = new CauseTally();
  for (let row = 1; row <= 10_000; row += 1) {
    tally.add(
      { status: 'failed', errorCodes: [`E${row}`], message: 'no', rowNumber: String(row), key: '' },
      (text) => text,
    );
  }
  const causes = tally.value();
  expect(causes.length).toBeLessThanOrEqual(61);
  expect(causes.reduce((sum, { rowCount }) => sum + rowCount, 0)).toBe(10_000);
});

test('a row with several faults is counted for each, with the sentence of each', () => {
  const tally = new CauseTally();
  const message = "birthday: '5/6' has no sure order. balance: '1,2' is not a decimal.";
  tally.add(
    { status: 'invalid', errorCodes: ['BAD_DATE', 'NOT_A_DECIMAL'], message, rowNumber: '4', key: '' },
    (text) => text,
  );
  expect(
    tally.value().map(({ errorCode, example, columns }) => [errorCode, example.message, columns[0]?.name]),
  ).toEqual([
    ['BAD_DATE', "birthday: '5/6' has no sure order.", 'birthday'],
    ['NOT_A_DECIMAL', "balance: '1,2' is not a decimal.", 'balance'],
  ]);
});

test('a message loses names and phones wherever they stand, and nothing else', () => {
  const cells = [
    ['name', '陈大文'],
    ['phone', '+852 9123 0001'],
  ] as const;
  expect(
    maskMessage("phone: '+852 9123 0001' is too short. Write +85291230001. balance: '1,250' is wrong.", cells),
  ).toBe("phone: '•••01' is too short. Write •••. balance: '1,250' is wrong.");
  // In Chinese the same, whatever stands before the column.
  expect(
    maskMessage(
      "kybio:phone：'+852 9123 0001' 太短。请写成 +85291230001。email：'a@b' 不对。balance：'1,250' 有误。",
      cells,
    ),
  ).toBe("kybio:phone：'•••01' 太短。请写成 •••。email：'a•••' 不对。balance：'1,250' 有误。");
  expect(maskMessage('customerOpenApi/add: 陈大文 (+852 9123 0001) exists', cells)).toBe(
    'customerOpenApi/add: 陈••• (•••01) exists',
  );
});
