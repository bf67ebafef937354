import { expect, test } from 'vitest';
import { textFields } from '../../src/base/text-fields.ts';
import { creditKeys, memberKey, memberKeys, rowDigestText } from '../../src/job/row-key.ts';
import type { MemberRow } from '../../src/job/validate-row.ts';

const memberRow = (fields: Record<string, string>): MemberRow => ({
  kind: 'member',
  number: 'M1',
  fields: textFields(Object.entries(fields)),
});

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

test('however a row is written, its digest text is one', () => {
  expect(rowDigestText(memberRow({ name: 'a', point: '12.50', balance: '-0.00' }))).toBe(
    rowDigestText(memberRow({ balance: '0', point: '12.5', name: 'a' })),
  );
  expect(rowDigestText(memberRow({ point: '100' }))).not.toBe(rowDigestText(memberRow({ point: '1' })));
  expect(rowDigestText(memberRow({ name: '12.50' }))).not.toBe(rowDigestText(memberRow({ name: '12.5' })));
});

test('no value can look like two', () => {
  expect(rowDigestText(memberRow({ name: 'a","b' }))).not.toBe(rowDigestText(memberRow({ name: 'a', remarks: 'b' })));
});

test('rows of different jobs differ, and a top-up counts both increments and its time', () => {
  const topup = { kind: 'topup', number: 'M1', pointIncrement: '1', balanceIncrement: '0' } as const;
  const texts = [
    topup,
    { ...topup, number: 'M2' },
    { ...topup, pointIncrement: '0', balanceIncrement: '1' },
    { ...topup, dataChangeTime: '2026-01-05 00:00:00' },
    { kind: 'lookup', number: 'M1' } as const,
  ].map(rowDigestText);
  expect(new Set(texts).size).toBe(texts.length);
});

test('a password is not part of the text', () => {
  expect(rowDigestText(memberRow({ password: 'secret' }))).not.toContain('secret');
});
