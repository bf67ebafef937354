import { describe, expect, test } from 'vitest';
import { judgeReads } from '../../src/send/judge-reads.ts';
import type { Reading } from '../../src/send/read-amounts.ts';
import { SEND } from '../../src/texts/runs/send.ts';

const SENT_MS = Date.UTC(2026, 10, 22, 4);
const NOW_MS = SENT_MS + 5 * 60_000;

const record = (values: Partial<Parameters<typeof judgeReads>[0]> = {}) => ({
  runId: 'run-1',
  rowNumber: 3,
  intentMs: SENT_MS,
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
    expect(judgeReads(given, reads, NOW_MS)).toEqual({ isApplied, message: expect.stringContaining(message) });
  });

  test('the message holds the evidence', () => {
    expect(judgeReads(record(), [read('15', '2.6'), read('15', undefined)], NOW_MS).message).toContain(
      'before: point 10, balance 2.5; read: point 15, balance 2.6; then point 15, balance unknown.',
    );
  });

  test('"not applied so far" says how long ago the call left, and puts a later look before sending again', () => {
    const { message } = judgeReads(record(), [read('10', '2.5'), read('10', '2.5')], NOW_MS);
    expect(message).toContain('the call left 5 min ago');
    expect(message).toContain('memberload resolve run-1 --row 3 --settle');
    expect(message.indexOf('--settle')).toBeLessThan(message.indexOf('--resend'));
  });

  test.each([
    [40_000, '40 s'],
    [5 * 60_000, '5 min'],
    [3 * 3_600_000, '3 h'],
    [60 * 3_600_000, '3 days'],
    [-1, 'an unknown time'],
  ])('an age of %i ms is told as %s', (ageMs, text) => {
    expect(SEND.age(ageMs)).toBe(text);
  });
});
