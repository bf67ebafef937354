import { describe, expect, test } from 'vitest';
import { judgeReads, type Reading } from '../../src/send/settle.ts';

const record = (values: Partial<Parameters<typeof judgeReads>[0]> = {}) => ({
  pointBefore: '10',
  balanceBefore: '2.5',
  pointIncrement: '5',
  balanceIncrement: '0.10',
  ...values,
});

const read = (point: string | undefined, balance: string | undefined): Reading => ({ point, balance });

describe('two reads after the quiet window', () => {
  test.each([
    [
      'both show before + increment',
      record(),
      [read('15', '2.60'), read('15.0', '2.6')],
      true,
      'applied once by the evidence',
    ],
    ['both show before', record(), [read('10', '2.50'), read('10', '2.5')], false, 'Not applied so far'],
    ['only one of them shows the increment', record(), [read('10', '2.5'), read('15', '2.6')], false, 'does not tell'],
    [
      'one column moved and the other did not',
      record(),
      [read('15', '2.5'), read('15', '2.5')],
      false,
      'does not tell',
    ],
    ['something else happened as well', record(), [read('17', '2.6'), read('17', '2.6')], false, 'does not tell'],
    ['one read told nothing', record(), [read('15', '2.6'), read(undefined, undefined)], false, 'does not tell'],
    ['half a read is none', record(), [read('15', undefined), read('15', undefined)], false, 'does not tell'],
    ['there were no reads', record(), [], false, 'does not tell'],
    [
      'the points before are not known',
      record({ pointBefore: '' }),
      [read('15', '2.6'), read('15', '2.6')],
      false,
      'not known',
    ],
    [
      'the balance before is not known',
      record({ balanceBefore: '' }),
      [read('15', '2.6'), read('15', '2.6')],
      false,
      'not known',
    ],
    [
      'amounts that a double cannot hold are compared to the last digit',
      record({ pointBefore: '9007199254740993', pointIncrement: '1' }),
      [read('9007199254740995', '2.6'), read('9007199254740995', '2.6')],
      false,
      'does not tell',
    ],
    [
      'amounts that a double cannot hold are believed to the last digit',
      record({ pointBefore: '9007199254740993', pointIncrement: '1' }),
      [read('9007199254740994', '2.6'), read('9007199254740994', '2.6')],
      true,
      'applied once',
    ],
  ])('%s', (_, given, reads, isApplied, message) => {
    expect(judgeReads(given, reads)).toEqual({ isApplied, message: expect.stringContaining(message) });
  });

  test('the message holds the evidence', () => {
    expect(judgeReads(record(), [read('15', '2.6'), read('15', undefined)]).message).toContain(
      'before: point 10, balance 2.5; read: point 15, balance 2.6; then point 15, balance unknown.',
    );
  });
});
