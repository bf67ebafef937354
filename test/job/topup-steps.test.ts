import { describe, expect, test } from 'vitest';
import { topupSteps } from '../../src/job/topup-steps.ts';
import type { TopupRow } from '../../src/job/validate-row.ts';
import { absent, drive, driveAll, endpointsOf, found, notSent, refused, success, unanswered } from './drive-steps.ts';

const row = (given: Partial<TopupRow> = { number: 'N1' }): TopupRow => ({
  kind: 'topup',
  pointIncrement: '5',
  balanceIncrement: '0.10',
  ...given,
});

const member = found({ customerUid: '7', point: '1', balance: '2.5' });

/** What the vendor answers when it did what was asked, with something else in it. */
const applied = (wrong: object = {}) =>
  success({
    customerUid: '7',
    pointBeforeUpdate: '1',
    pointIncrement: '5',
    pointAfterUpdate: '6',
    balanceBeforeUpdate: '2.5',
    balanceIncrement: '0.1',
    balanceAfterUpdate: '2.60',
    ...wrong,
  });

describe('a top-up', () => {
  test('by number looks the uid up, and takes the values before from there', () => {
    const { calls, outcome } = drive(topupSteps(row(), false), member, applied());
    expect(calls).toEqual([
      { endpoint: 'customerOpenApi/queryByNumber', number: 'N1', source: 'snapshot_if_present' },
      {
        endpoint: 'customerOpenApi/updateBalancePointByIncrement',
        customerUid: '7',
        number: 'N1',
        pointIncrement: '5',
        balanceIncrement: '0.10',
        reference: '',
        siblingCredits: 0,
        dataChangeTime: undefined,
        before: { point: '1', balance: '2.5', sequence: 7 },
        isTarget: false,
      },
    ]);
    expect(outcome).toEqual({
      status: 'done',
      action: 'topped_up',
      messages: [],
      customerUid: '7',
      change: { pointBefore: '1', pointAfter: '6', balanceBefore: '2.5', balanceAfter: '2.60' },
    });
  });

  test('by uid needs no lookup, and a time that the row gives is used', () => {
    const { calls } = drive(
      topupSteps(row({ customerUid: '7', dataChangeTime: '2026-01-05 13:26:23' }), false),
      applied(),
    );
    expect(calls).toMatchObject([{ customerUid: '7', dataChangeTime: '2026-01-05 13:26:23', before: undefined }]);
  });

  test('values from before this run are no evidence', () => {
    const old = found({ customerUid: '7', point: '1', balance: '2' }, [], false);
    expect(drive(topupSteps(row(), false), old, applied()).calls[1]).toMatchObject({ before: undefined });
  });

  test('half of the values before is none', () => {
    expect(drive(topupSteps(row(), false), found({ customerUid: '7', point: '1' }), applied()).calls[1]).toMatchObject({
      before: undefined,
    });
  });

  test.each([
    ['nobody', absent],
    ['somebody without a uid', found({ number: 'N1' })],
  ])('a lookup that finds %s credits nothing', (_, answer) => {
    const { calls, outcome } = drive(topupSteps(row(), false), answer);
    expect(endpointsOf(calls)).toEqual(['queryByNumber']);
    expect(outcome).toMatchObject({ status: 'failed', errorCode: 'MEMBER_NOT_FOUND', mayRetry: false });
  });

  test.each([
    ['unanswered', unanswered, { status: 'failed', errorCode: 'TIMEOUT', mayRetry: true }],
    ['refused for the quota', refused('quota', '9010'), { status: 'unapplied' }],
  ])('a lookup that is %s credits nothing', (_, answer, outcome) => {
    expect(drive(topupSteps(row(), false), answer).outcome).toMatchObject(outcome);
  });
});

describe('the answer to an increment', () => {
  const outcomeOf = (answer: Parameters<typeof drive>[1]) =>
    drive(topupSteps(row({ customerUid: '7' }), false), answer).outcome;

  test.each([
    ['another member', { customerUid: '8' }, 'customerUid 8 instead of 7'],
    ['other points', { pointIncrement: '50' }, 'pointIncrement 50 instead of 5'],
    ['another amount', { balanceIncrement: '0.11' }, 'balanceIncrement 0.11 instead of 0.10'],
    ['points that do not add up', { pointAfterUpdate: '7' }, 'pointAfterUpdate 7 instead of 6'],
    ['a balance that does not add up', { balanceAfterUpdate: '2.61' }, 'balanceAfterUpdate 2.61 instead of 2.6'],
  ])('a success about %s is a mismatch that stops the run', (_, wrong, message) => {
    expect(outcomeOf(applied(wrong))).toMatchObject({
      status: 'in_doubt',
      errorCode: 'RESPONSE_MISMATCH',
      isMismatch: true,
      messages: [expect.stringContaining(message)],
    });
  });

  test.each(['row', 'not_found', 'exists'] as const)(
    'a refusal that means %s failed: nothing was applied',
    (meaning) => {
      expect(outcomeOf(refused(meaning, '2013'))).toMatchObject({
        status: 'failed',
        errorCode: '2013',
        mayRetry: false,
        customerUid: '7',
      });
    },
  );

  test('"too fast" and what was never sent failed, and may be done again', () => {
    expect(outcomeOf(refused('too_fast', '9011'))).toMatchObject({ status: 'failed', mayRetry: true });
    expect(outcomeOf(notSent)).toMatchObject({ status: 'failed', mayRetry: true });
  });

  test.each(['credentials', 'quota'] as const)('a refusal for %s leaves the row to resume', (meaning) => {
    expect(outcomeOf(refused(meaning, '1032'))).toMatchObject({ status: 'unapplied', customerUid: '7' });
  });

  test('a code that nobody knows is in doubt', () => {
    const outcome = outcomeOf(refused('unknown', '7777'));
    expect(outcome).toMatchObject({ status: 'in_doubt', errorCode: '7777', isMismatch: false });
  });

  test('the repeat code as first answer means that the second belongs to somebody else: certainly not applied', () => {
    expect(outcomeOf(refused('repeat', '2031'))).toMatchObject({
      status: 'failed',
      errorCode: '2031',
      mayRetry: false,
      messages: [expect.stringContaining('somebody else changed this member in the same second')],
    });
  });

  test('no answer is in doubt', () => {
    expect(outcomeOf(unanswered)).toMatchObject({ status: 'in_doubt', errorCode: 'TIMEOUT', isMismatch: false });
  });
});

describe('a row that gives number and uid', () => {
  const both = row({ number: 'N1', customerUid: '7' });

  test('is credited when they name one member, at the cost of one lookup', () => {
    const { calls, outcome } = drive(topupSteps(both, false), member, applied());
    expect(endpointsOf(calls)).toEqual(['queryByNumber', 'updateBalancePointByIncrement']);
    expect(outcome.status).toBe('done');
  });

  test('is refused when they name two, and nothing is sent', () => {
    const { calls, outcome } = drive(topupSteps(both, false), found({ customerUid: '8', point: '1', balance: '2' }));
    expect(endpointsOf(calls)).toEqual(['queryByNumber']);
    expect(outcome).toMatchObject({
      status: 'invalid',
      errorCode: 'BAD_ID',
      messages: [expect.stringContaining("'7' is not the member with number 'N1', who has 8")],
    });
  });
});

test('--read-before spends one call on a row by uid, so that a lost answer leaves evidence', () => {
  const { calls } = drive(topupSteps(row({ customerUid: '7' }), true), member, applied());
  expect(endpointsOf(calls)).toEqual(['queryByUid', 'updateBalancePointByIncrement']);
  expect(calls[1]).toMatchObject({ before: { point: '1', balance: '2.5', sequence: 7 } });
});

describe('targets', () => {
  const target = (targets: Partial<TopupRow>) =>
    row({ number: 'N1', pointIncrement: '0', balanceIncrement: '0', ...targets });

  test('send the exact difference to the value that was read, and no earlier credit stops it', () => {
    const asked = { pointIncrement: '-0.9', pointAfterUpdate: '0.1', balanceIncrement: '0', balanceAfterUpdate: '2.5' };
    const { calls, outcome } = drive(topupSteps(target({ pointTarget: '0.1' }), false), member, applied(asked));
    expect(calls[1]).toMatchObject({ pointIncrement: '-0.9', balanceIncrement: '0', isTarget: true });
    expect(outcome).toMatchObject({ status: 'done', action: 'topped_up', messages: [] });
  });

  test('that are reached already send nothing', () => {
    const { calls, outcome } = drive(topupSteps(target({ pointTarget: '1.0', balanceTarget: '2.50' }), false), member);
    expect(endpointsOf(calls)).toEqual(['queryByNumber']);
    expect(outcome).toMatchObject({ status: 'done', action: 'unchanged' });
  });

  test('read an old value anew: the tills may have moved it', () => {
    const old = found({ customerUid: '7', point: '9', balance: '9' }, [], false);
    const { calls } = drive(topupSteps(target({ pointTarget: '6' }), false), old, member, applied());
    expect(calls.slice(0, 2)).toMatchObject([{ source: 'snapshot_if_present' }, { source: 'vendor' }]);
    expect(calls[2]).toMatchObject({ pointIncrement: '5' });
  });

  test('tell a sale between the read and the answer', () => {
    const sold = { pointBeforeUpdate: '0', pointAfterUpdate: '5', balanceIncrement: '0', balanceAfterUpdate: '2.5' };
    const { outcome } = drive(topupSteps(target({ pointTarget: '6' }), false), member, applied(sold));
    expect(outcome).toMatchObject({ status: 'done', messages: [expect.stringContaining('read as point 1')] });
  });
});

test('a number that lost its zeros credits nobody, and names the whole number', () => {
  const { outcome } = driveAll(topupSteps(row({ number: '123' }), false), absent, found({ customerUid: '7' }));
  expect(outcome).toMatchObject({ status: 'invalid', errorCode: 'EXCEL_DAMAGED', messages: [/Write 0123/] });
});
