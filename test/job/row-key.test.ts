import { expect, test } from 'vitest';
import { creditKeys, memberKey, memberKeys } from '../../src/job/row-key.ts';

test('a row is known by its number, else its uid; by its reference, else its uuid', () => {
  const amounts = { pointIncrement: '1', balanceIncrement: '0' };
  expect(memberKey({ kind: 'topup', number: 'M1', customerUid: '5', ...amounts })).toBe('number:M1');
  expect(memberKey({ kind: 'topup', customerUid: '5', ...amounts })).toBe('uid:5');
  expect(memberKey({ kind: 'lookup', reference_number: 'K1', uuid: 'AB' })).toBe('ref:K1');
  expect(memberKey({ kind: 'customer', uuid: 'AB', fields: {} })).toBe('uuid:ab');
  expect(memberKeys({ kind: 'topup', number: 'M1', customerUid: '5', ...amounts })).toEqual(['number:M1', 'uid:5']);
});

test("a top-up's reference names the credit, in words of its own: it is no customer's reference", () => {
  const topup = { kind: 'topup', number: 'M1', pointIncrement: '1', balanceIncrement: '0', reference: 'K1' } as const;
  expect(creditKeys(topup)).toEqual(['receipt:K1']);
  expect(memberKeys(topup)).toEqual(['number:M1']);
  expect(creditKeys({ kind: 'lookup', reference_number: 'K1' })).toEqual([]);
});
