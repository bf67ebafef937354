import { describe, expect, test } from 'vitest';
import { textFields } from '../../src/base/text-fields.ts';
import { customerSteps } from '../../src/job/customer-steps.ts';
import type { CustomerRow } from '../../src/job/validate-row.ts';
import { absent, drive, found, notRead, refused, success, unanswered } from './drive-steps.ts';

const fields = textFields([['name', 'Grace']]);
const byReference: CustomerRow = { kind: 'customer', reference_number: 'K1', fields };
const byUuid: CustomerRow = { kind: 'customer', uuid: 'u-1', fields };

describe('a customer', () => {
  test('with a reference is posted; what was done is only known where pages were read', () => {
    const { calls, outcome } = drive(customerSteps(byReference, 'upsert'), notRead, success({ uuid: 'u-9' }));
    expect(calls).toEqual([
      { endpoint: 'GET /customers/ref/:id', reference: 'K1', source: 'snapshot_only' },
      {
        endpoint: 'POST /customers',
        fields: textFields([
          ['reference_number', 'K1'],
          ['name', 'Grace'],
        ]),
      },
    ]);
    expect(outcome).toEqual({ status: 'done', action: 'upserted', messages: [], uuid: 'u-9' });
    expect(drive(customerSteps(byReference, 'upsert'), absent, success({})).outcome).toMatchObject({
      action: 'created',
    });
    expect(drive(customerSteps(byReference, 'upsert'), found({ name: 'Tom' }), success({})).outcome).toMatchObject({
      action: 'updated',
    });
  });

  test('with a uuid is put, without its reference', () => {
    const { calls, outcome } = drive(customerSteps(byUuid, 'upsert'), notRead, success());
    expect(calls[1]).toEqual({ endpoint: 'PUT /customers/:id', uuid: 'u-1', fields });
    expect(outcome).toEqual({ status: 'done', action: 'updated', messages: [], uuid: 'u-1' });
  });

  test('is never created in mode update: its reference is looked up first', () => {
    const { calls, outcome } = drive(customerSteps(byReference, 'update'), absent);
    expect(calls).toEqual([{ endpoint: 'GET /customers/ref/:id', reference: 'K1', source: 'snapshot_if_present' }]);
    expect(outcome).toMatchObject({ status: 'failed', errorCode: 'CUSTOMER_NOT_FOUND' });
    const there = drive(customerSteps(byReference, 'update'), found({ name: 'Tom' }), success({}));
    expect(there.outcome).toMatchObject({ status: 'done', action: 'updated' });
    expect(drive(customerSteps(byReference, 'update'), refused('credentials', 'E000002')).outcome).toMatchObject({
      status: 'unapplied',
    });
    expect(drive(customerSteps(byUuid, 'update'), notRead, success()).outcome).toMatchObject({ action: 'updated' });
  });

  test('that is so already costs no call', () => {
    const same = found({ uuid: 'u-1', name: 'Grace', phone: '1' });
    expect(drive(customerSteps(byReference, 'upsert'), same).outcome).toMatchObject({
      action: 'unchanged',
      uuid: 'u-1',
    });
    expect(drive(customerSteps(byUuid, 'upsert'), same).outcome).toMatchObject({ action: 'unchanged', uuid: 'u-1' });
  });

  test.each([
    [unanswered, { status: 'failed', errorCode: 'TIMEOUT', mayRetry: true }],
    [refused('row', 'E000011'), { status: 'failed', errorCode: 'E000011', mayRetry: false }],
    [refused('not_found', 'HTTP_404'), { status: 'failed', errorCode: 'HTTP_404', mayRetry: false }],
    [refused('too_fast', 'HTTP_429'), { status: 'failed', errorCode: 'HTTP_429', mayRetry: true }],
    [refused('credentials', 'E000002'), { status: 'unapplied', errorCode: 'E000002' }],
  ])('an answer of %j decides the row, by POST and by PUT', (answer, outcome) => {
    expect(drive(customerSteps(byReference, 'upsert'), notRead, answer).outcome).toMatchObject(outcome);
    expect(drive(customerSteps(byUuid, 'upsert'), notRead, answer).outcome).toMatchObject({ ...outcome, uuid: 'u-1' });
  });
});
