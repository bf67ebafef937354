import { describe, expect, test } from 'vitest';
import type { RowRecord } from '../../src/ledger/ledger.ts';
import { viewRow } from '../../src/result/row-view.ts';
import { rowRecord } from '../support/test-ledger.ts';

const NOT_SENT = { errorCode: 'STOPPED', message: 'The run stopped.' };
const view = (records: readonly RowRecord[]) => viewRow(['kybio'], records, NOT_SENT);
const increment = { dataChangeTime: '2026-01-05 13:26:23', pointBefore: '1', balanceBefore: '2' };

describe('one target', () => {
  test.each([
    ['done', rowRecord({ state: 'done', action: 'created' }), 'done', []],
    ['failed', rowRecord({ state: 'failed', errorCode: '2012' }), 'failed', ['2012']],
    [
      'retry: failed, though resume does it again',
      rowRecord({ state: 'retry', errorCode: 'TIMEOUT' }),
      'failed',
      ['TIMEOUT'],
    ],
    ['invalid', rowRecord({ state: 'invalid', errorCode: 'DUPLICATE_ROW' }), 'invalid', ['DUPLICATE_ROW']],
    ['in doubt', rowRecord({ state: 'in_doubt', errorCode: '7777', ...increment }), 'in_doubt', ['7777']],
    ['in doubt without a code', rowRecord({ state: 'in_doubt' }), 'in_doubt', ['IN_DOUBT']],
    ['open: not sent, for its own reason', rowRecord({ state: 'open', errorCode: '9010' }), 'not_sent', ['9010']],
    ["open: not sent, for the run's reason", rowRecord({ state: 'open' }), 'not_sent', ['STOPPED']],
    ['deferred: the category is still to be changed', rowRecord({ state: 'deferred' }), 'not_sent', ['STOPPED']],
    ['intent of an increment: money in doubt', rowRecord({ state: 'intent', ...increment }), 'in_doubt', ['IN_DOUBT']],
    [
      'intent of another write: resume completes it',
      rowRecord({ state: 'intent', operation: 'add' }),
      'not_sent',
      ['STOPPED'],
    ],
  ])('%s', (_, record, status, errorCodes) => {
    const seen = view([record]);
    expect(seen.status).toBe(status);
    expect(seen.errorCodes.map(({ errorCode }) => errorCode)).toEqual(errorCodes);
  });

  test('a row that was never begun says why', () => {
    expect(view([])).toMatchObject({
      status: 'not_sent',
      errorCodes: [{ errorCode: 'STOPPED' }],
      messages: [{ message: 'The run stopped.' }],
      attempts: 0,
      values: {},
    });
  });

  test('values before and the time stand beside an outcome, not beside a row that never went', () => {
    expect(view([rowRecord({ state: 'done', customerUid: '7', ...increment })]).values).toMatchObject({
      customerUid: '7',
      ...increment,
    });
    expect(view([rowRecord({ state: 'open', customerUid: '7', ...increment })]).values).toEqual({ customerUid: '7' });
  });
});

describe('two targets', () => {
  const both = (kybio: RowRecord | undefined, wonder: RowRecord | undefined) =>
    viewRow(
      ['kybio', 'wonder'],
      [kybio, wonder].filter((record) => record !== undefined),
      NOT_SENT,
    );
  const wonder = (values: Partial<RowRecord>) => rowRecord({ target: 'wonder', ...values });

  test('the row has the status that a person must look at first', () => {
    const done = rowRecord({ state: 'done', action: 'created', customerUid: '7' });
    expect(both(done, wonder({ state: 'done', action: 'upserted', uuid: 'u' }))).toMatchObject({
      status: 'done',
      actions: [
        { target: 'kybio', action: 'created' },
        { target: 'wonder', action: 'upserted' },
      ],
      values: { customerUid: '7', uuid: 'u' },
    });
    expect(both(done, undefined).status).toBe('not_sent');
    expect(both(done, wonder({ state: 'failed', errorCode: 'E1' }))).toMatchObject({
      status: 'failed',
      actions: [{ target: 'kybio' }],
      errorCodes: [{ target: 'wonder', errorCode: 'E1' }],
    });
    expect(both(undefined, wonder({ state: 'failed' })).status).toBe('failed');
  });
});
