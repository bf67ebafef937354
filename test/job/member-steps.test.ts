import { describe, expect, test } from 'vitest';
import { textFields } from '../../src/base/text-fields.ts';
import { type ImportMode, memberSteps, type PriorIntent } from '../../src/job/member-steps.ts';
import type { MemberRow } from '../../src/job/validate-row.ts';
import {
  absent,
  drive,
  driveAll,
  endpointsOf,
  exists,
  found,
  notSent,
  refused,
  success,
  unanswered,
} from './drive-steps.ts';

type Given = { number?: string; customerUid?: string; fields?: Record<string, string> };

const row = ({ fields = { name: 'Grace' }, ...keys }: Given = { number: 'N1' }): MemberRow => ({
  kind: 'member',
  ...keys,
  fields: textFields(Object.entries(fields)),
});

const steps = (mode: ImportMode, given?: Given, prior?: PriorIntent) => memberSteps(row(given), mode, prior);

const ADD_BEGUN: PriorIntent = { operation: 'customerOpenApi/add' };
const UPDATE_BEGUN: PriorIntent = { operation: 'customerOpenApi/updateBaseInfo' };

describe('create', () => {
  test('adds without a lookup, and takes the uid from the answer when it is there', () => {
    const { calls, outcome } = drive(steps('create'), success({ customerUid: '7' }));
    expect(endpointsOf(calls)).toEqual(['add']);
    expect(outcome).toEqual({ status: 'done', action: 'created', messages: [], customerUid: '7' });
    expect(drive(steps('create'), success({})).outcome).toEqual({ status: 'done', action: 'created', messages: [] });
  });

  test('a number that is taken fails with the code of the vendor', () => {
    expect(drive(steps('create'), exists).outcome).toMatchObject({
      status: 'failed',
      errorCode: '2012',
      mayRetry: false,
    });
  });

  test('an unanswered add is looked up: there and as sent, it was ours', () => {
    const { calls, outcome } = drive(steps('create'), unanswered, found({ customerUid: '7', name: 'Grace' }));
    expect(endpointsOf(calls)).toEqual(['add', 'queryByNumber']);
    expect(calls[1]).toMatchObject({ source: 'vendor' });
    expect(outcome).toMatchObject({ status: 'done', action: 'created', customerUid: '7' });
  });

  test('an unanswered add is looked up: there and different, it was somebody else', () => {
    const { outcome } = drive(steps('create'), unanswered, found({ customerUid: '7', name: 'Tom' }));
    expect(outcome).toMatchObject({ status: 'failed', errorCode: '2012' });
  });

  test('an unanswered add is looked up: absent, it is sent again, three times at most', () => {
    const { calls, outcome } = drive(steps('create'), unanswered, absent, unanswered, absent, unanswered, absent);
    expect(endpointsOf(calls).filter((name) => name === 'add')).toHaveLength(3);
    expect(outcome).toMatchObject({ status: 'failed', errorCode: 'TIMEOUT', mayRetry: true });
  });

  test('"exists" after an unanswered add of ours is checked the same way', () => {
    const late = drive(steps('create'), unanswered, absent, exists, found({ customerUid: '7', name: 'Grace' }));
    expect(late.outcome).toMatchObject({ status: 'done', action: 'created' });
  });

  test('a taken number under which nobody can be read is told as such', () => {
    const { outcome } = drive(steps('create'), unanswered, absent, exists, absent);
    expect(outcome).toMatchObject({ status: 'failed', errorCode: '2012', mayRetry: false });
    expect(outcome).toHaveProperty('messages', [expect.stringContaining('a deleted member may hold it')]);
  });

  test('an add begun before a kill is looked up first', () => {
    expect(
      drive(steps('create', undefined, ADD_BEGUN), found({ customerUid: '7', name: 'Grace' })).outcome,
    ).toMatchObject({
      status: 'done',
      action: 'created',
      customerUid: '7',
    });
    const anew = drive(steps('create', undefined, ADD_BEGUN), absent, success({ customerUid: '8' }));
    expect(endpointsOf(anew.calls)).toEqual(['queryByNumber', 'add']);
    expect(anew.outcome).toMatchObject({ status: 'done', action: 'created', customerUid: '8' });
    expect(
      drive(steps('create', undefined, ADD_BEGUN), found({ customerUid: '7', name: 'Tom' })).outcome,
    ).toMatchObject({
      status: 'failed',
      errorCode: '2012',
    });
  });

  test.each([
    ['row', refused('row', '2011'), { status: 'failed', errorCode: '2011', mayRetry: false }],
    ['unknown', refused('unknown', '7777'), { status: 'failed', errorCode: '7777', mayRetry: false }],
    ['too_fast', refused('too_fast', '9011'), { status: 'failed', errorCode: '9011', mayRetry: true }],
    ['credentials', refused('credentials', '1032'), { status: 'unapplied', errorCode: '1032' }],
    ['quota', refused('quota', '9010'), { status: 'unapplied', errorCode: '9010' }],
    ['not_sent', notSent, { status: 'failed', errorCode: 'CONNECTION_FAILED', mayRetry: true }],
  ])('an add that ends as %s decides the row', (_, answer, outcome) => {
    expect(drive(steps('create'), answer).outcome).toMatchObject(outcome);
  });
});

describe('upsert', () => {
  test('adds whom the lookup does not find', () => {
    const { calls, outcome } = drive(steps('upsert'), absent, success({ customerUid: '7' }));
    expect(calls).toEqual([
      { endpoint: 'customerOpenApi/queryByNumber', number: 'N1', source: 'snapshot' },
      {
        endpoint: 'customerOpenApi/add',
        customerInfo: textFields([
          ['number', 'N1'],
          ['name', 'Grace'],
        ]),
      },
    ]);
    expect(outcome).toMatchObject({ status: 'done', action: 'created' });
  });

  test('sends nothing when every given field is so already, whatever its spelling', () => {
    const given = { number: 'N1', fields: { name: 'Grace', point: '12.50', birthday: '1990-01-05' } };
    const member = found({
      customerUid: '7',
      name: 'Grace',
      point: '12.5',
      birthday: '1990-01-05 00:00:00',
      phone: '1',
    });
    expect(drive(steps('upsert', given), member).outcome).toEqual({
      status: 'done',
      action: 'unchanged',
      messages: [],
      customerUid: '7',
    });
  });

  test('updates only what differs, and names what cannot change', () => {
    const given = { number: 'N1', fields: { name: 'Grace', phone: '2', point: '5', password: 'x' } };
    const { calls, outcome } = drive(
      steps('upsert', given),
      found({ customerUid: '7', name: 'Grace', phone: '1', point: '0' }),
      success(),
    );
    expect(calls[1]).toEqual({
      endpoint: 'customerOpenApi/updateBaseInfo',
      customerUid: '7',
      fields: textFields([['phone', '2']]),
    });
    expect(outcome).toEqual({
      status: 'done',
      action: 'updated',
      messages: ['not_changed: point, password'],
      customerUid: '7',
    });
  });

  test('a number that belongs to another uid than the row says is refused', () => {
    const { outcome } = drive(steps('upsert', { number: 'N1', customerUid: '8' }), found({ customerUid: '7' }));
    expect(outcome).toMatchObject({ status: 'failed', errorCode: 'RESPONSE_MISMATCH', mayRetry: false });
  });

  test('a member without a uid in the answer cannot be updated, and may be tried again', () => {
    expect(drive(steps('upsert'), found({ name: 'Tom' })).outcome).toMatchObject({
      status: 'failed',
      errorCode: 'BAD_RESPONSE',
      mayRetry: true,
    });
  });

  test('somebody added the member in between: "exists" leads to an update', () => {
    const { calls, outcome } = drive(
      steps('upsert'),
      absent,
      exists,
      found({ customerUid: '7', name: 'Tom' }),
      success(),
    );
    expect(endpointsOf(calls)).toEqual(['queryByNumber', 'add', 'queryByNumber', 'updateBaseInfo']);
    expect(outcome).toMatchObject({ status: 'done', action: 'updated' });
  });

  test('what a page lacks is asked for only when it decides whether to send', () => {
    const remarks = { number: 'N1', fields: { name: 'Grace', remarks: 'vip' } };
    const page = found({ customerUid: '7', name: 'Grace' }, ['remarks']);
    const same = drive(steps('upsert', remarks), page, found({ customerUid: '7', name: 'Grace', remarks: 'vip' }));
    expect(endpointsOf(same.calls)).toEqual(['queryByNumber', 'queryByNumber']);
    expect(same.outcome).toMatchObject({ action: 'unchanged' });
    const differing = drive(steps('upsert', remarks), found({ customerUid: '7', name: 'Tom' }, ['remarks']), success());
    expect(differing.calls[1]).toMatchObject({
      fields: textFields([
        ['name', 'Grace'],
        ['remarks', 'vip'],
      ]),
    });
    expect(differing.outcome).toMatchObject({ action: 'updated' });
  });

  test('after a kill, "already so" is our own update or add', () => {
    const same = found({ customerUid: '7', name: 'Grace' });
    expect(drive(steps('upsert', undefined, UPDATE_BEGUN), same).outcome).toMatchObject({ action: 'updated' });
    expect(drive(steps('upsert', undefined, ADD_BEGUN), same).outcome).toMatchObject({ action: 'created' });
    const other = drive(steps('upsert', undefined, ADD_BEGUN), found({ customerUid: '7', name: 'Tom' }), success());
    expect(other.outcome).toMatchObject({ action: 'updated' });
    expect(other.calls[0]).toMatchObject({ source: 'vendor' });
  });

  test('a lookup that fails decides the row before anything is written', () => {
    expect(drive(steps('upsert'), unanswered).outcome).toMatchObject({
      status: 'failed',
      errorCode: 'TIMEOUT',
      mayRetry: true,
    });
    expect(drive(steps('upsert'), refused('credentials', '1032')).outcome).toMatchObject({ status: 'unapplied' });
    expect(drive(steps('upsert'), absent, unanswered, unanswered).outcome).toMatchObject({
      status: 'failed',
      mayRetry: true,
    });
  });

  test('without a number the uid is updated as it stands', () => {
    const { calls, outcome } = drive(steps('upsert', { customerUid: '7' }), success());
    expect(endpointsOf(calls)).toEqual(['updateBaseInfo']);
    expect(outcome).toMatchObject({ status: 'done', action: 'updated', customerUid: '7' });
  });

  test('an update that is refused keeps the uid', () => {
    expect(
      drive(steps('upsert'), found({ customerUid: '7', name: 'Tom' }), refused('row', '2016')).outcome,
    ).toMatchObject({
      status: 'failed',
      errorCode: '2016',
      customerUid: '7',
    });
  });
});

describe('update', () => {
  test('never adds', () => {
    const { calls, outcome } = drive(steps('update'), absent);
    expect(endpointsOf(calls)).toEqual(['queryByNumber']);
    expect(outcome).toMatchObject({ status: 'failed', errorCode: 'MEMBER_NOT_FOUND', mayRetry: false });
  });

  test('with a uid costs one call, although a number is given as well', () => {
    const { calls } = drive(
      steps('update', { number: 'N1', customerUid: '7', fields: { name: 'G', point: '1' } }),
      success(),
    );
    expect(calls).toEqual([
      { endpoint: 'customerOpenApi/updateBaseInfo', customerUid: '7', fields: textFields([['name', 'G']]) },
    ]);
  });
});

describe('categories that may change', () => {
  const categories = new Map([['Gold', '99']]);
  const gold = row({ number: 'N1', fields: { name: 'Grace', categoryName: 'Gold' } });

  test('are left to a batch call, after the update or without one', () => {
    const both = drive(
      memberSteps(gold, 'upsert', undefined, categories),
      found({ customerUid: '7', name: 'Tom' }),
      success(),
    );
    expect(endpointsOf(both.calls)).toEqual(['queryByNumber', 'updateBaseInfo']);
    expect(both.outcome).toEqual({ status: 'deferred', categoryUid: '99', customerUid: '7', messages: [] });
    const alone = drive(memberSteps(gold, 'upsert', undefined, categories), found({ customerUid: '7', name: 'Grace' }));
    expect(alone.outcome).toMatchObject({ status: 'deferred', categoryUid: '99' });
  });

  test('are named as not changed when nobody knows them', () => {
    const { outcome } = drive(
      memberSteps(gold, 'upsert', undefined, new Map()),
      found({ customerUid: '7', name: 'Grace' }),
    );
    expect(outcome).toMatchObject({ action: 'unchanged', messages: [expect.stringContaining('categoryName')] });
  });
});

describe('what a spreadsheet has taken away', () => {
  const all = (mode: ImportMode, given: Given, ...answers: Parameters<typeof driveAll>[1][]) =>
    driveAll(steps(mode, given), ...answers);

  test('a number that nobody has, while a member has it with zeros before, makes nobody', () => {
    const { calls, outcome } = all('upsert', { number: '123' }, absent, absent, found({ customerUid: '7' }));
    expect(calls.map((call) => 'number' in call && call.number)).toEqual(['123', '0123', '00123']);
    expect(calls.slice(1).every((call) => 'source' in call && call.source === 'snapshot_only')).toBe(true);
    expect(outcome).toMatchObject({ status: 'invalid', errorCode: 'EXCEL_DAMAGED', messages: [/but one has '00123'/] });
    const nobody = [absent, absent, absent, absent, absent, absent, success({ customerUid: '7' })];
    expect(all('upsert', { number: '123' }, ...nobody).outcome).toMatchObject({ action: 'created' });
    // Letters were never a number to a spreadsheet.
    expect(all('upsert', { number: 'N1' }, absent, success({})).outcome).toMatchObject({ action: 'created' });
  });

  test.each([
    ['85291234567', '+85291234567', 'unchanged'],
    ['912345678', '0912345678', 'unchanged'],
    ['91234567', '+85291234567', 'updated'],
    ['+85291234567', '85291234567', 'updated'],
  ])('the phone %s of a member who has %s: %s', (phone, current, action) => {
    const given = { number: 'N1', fields: { phone } };
    const member = found({ customerUid: '7', phone: current });
    const { outcome } = drive(steps('upsert', given), member, ...(action === 'updated' ? [success()] : []));
    expect(outcome).toMatchObject({ status: 'done', action });
    expect(JSON.stringify(outcome).includes('was not changed')).toBe(action === 'unchanged');
  });
});

test('an update by uid sends nothing when the pages show that the member is already so', () => {
  const given = { customerUid: '7', fields: { name: 'Grace', phone: '1234567' } };
  const same = found({ customerUid: '7', name: 'Grace', phone: '1234567' });
  const other = found({ customerUid: '7', name: 'Tom', phone: '1234567' });
  expect(driveAll(steps('update', given), same).outcome).toMatchObject({ action: 'unchanged', customerUid: '7' });
  const { calls, outcome } = driveAll(steps('update', given), other, success());
  expect([calls[1], outcome]).toMatchObject([{ fields: { name: 'Grace' } }, { action: 'updated' }]);
  // After a write of ours, the pages tell nothing.
  expect(driveAll(steps('update', given, UPDATE_BEGUN), same, success()).outcome).toMatchObject({ action: 'updated' });
});
