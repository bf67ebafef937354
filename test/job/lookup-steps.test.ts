import { describe, expect, test } from 'vitest';
import { customerLookupSteps, memberLookupSteps } from '../../src/job/lookup-steps.ts';
import type { LookupRow } from '../../src/job/validate-row.ts';
import { absent, drive, found, notRead, refused, unanswered } from './drive-steps.ts';

const row = (keys: Partial<LookupRow>): LookupRow => ({ kind: 'lookup', ...keys });

describe('looking a member up', () => {
  test('goes by uid when it is given, else by number', () => {
    const fields = { customerUid: '7', name: 'Grace' };
    const byUid = drive(memberLookupSteps(row({ number: 'N1', customerUid: '7' }), ['name']), found(fields));
    expect(byUid.calls).toEqual([
      { endpoint: 'customerOpenApi/queryByUid', customerUid: '7', source: 'snapshot_if_present' },
    ]);
    expect(byUid.outcome).toEqual({ status: 'done', action: 'found', messages: [], found: fields, customerUid: '7' });
    const byNumber = drive(memberLookupSteps(row({ number: 'N1' }), ['name']), found(fields));
    expect(byNumber.calls).toMatchObject([{ endpoint: 'customerOpenApi/queryByNumber', number: 'N1' }]);
  });

  test('takes what pages do not carry from a lookup of its own', () => {
    const { calls } = drive(memberLookupSteps(row({ number: 'N1' }), ['name', 'remarks']), found({ customerUid: '7' }));
    expect(calls).toMatchObject([{ source: 'snapshot_if_whole' }]);
  });

  test('names the key under which there is nobody', () => {
    expect(drive(memberLookupSteps(row({ customerUid: '7' }), []), absent).outcome).toEqual({
      status: 'failed',
      errorCode: 'MEMBER_NOT_FOUND',
      messages: ["customerUid: no member has '7'. Check it in the back office."],
      mayRetry: false,
    });
    expect(drive(memberLookupSteps(row({ number: 'N1' }), []), absent).outcome).toMatchObject({
      messages: [expect.stringContaining("number: no member has 'N1'")],
    });
  });

  test('a failed lookup may be done again, unless the vendor refused the row', () => {
    expect(drive(memberLookupSteps(row({ number: 'N1' }), []), unanswered).outcome).toMatchObject({ mayRetry: true });
    expect(drive(memberLookupSteps(row({ number: 'N1' }), []), refused('row', '9003')).outcome).toMatchObject({
      errorCode: '9003',
      mayRetry: false,
    });
    expect(drive(memberLookupSteps(row({ number: 'N1' }), []), refused('quota', '9010')).outcome).toMatchObject({
      status: 'unapplied',
    });
  });
});

describe('looking a customer up', () => {
  test('goes by reference, and by uuid only in pages', () => {
    const fields = { uuid: 'u-1', name: 'Grace' };
    const byReference = drive(customerLookupSteps(row({ reference_number: 'K1', uuid: 'u-1' })), found(fields));
    expect(byReference.calls).toMatchObject([{ endpoint: 'GET /customers/ref/:id', reference: 'K1' }]);
    expect(byReference.outcome).toMatchObject({ action: 'found', found: fields, uuid: 'u-1' });
    const byUuid = drive(customerLookupSteps(row({ uuid: 'u-1' })), found(fields));
    expect(byUuid.calls).toEqual([{ endpoint: 'GET /customers', uuid: 'u-1', source: 'snapshot_only' }]);
  });

  test.each([absent, notRead])('names the key under which there is nobody', (answer) => {
    expect(drive(customerLookupSteps(row({ uuid: 'u-1' })), answer).outcome).toMatchObject({
      status: 'failed',
      errorCode: 'CUSTOMER_NOT_FOUND',
      messages: [expect.stringContaining("uuid: no customer has 'u-1'")],
    });
  });
});
