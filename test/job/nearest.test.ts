import { expect, test } from 'vitest';
import { nearestName } from '../../src/base/nearest.ts';

test.each([
  ['numbr', 'number'],
  ['nubmer', 'number'],
  ['NUMBER', 'number'],
  ['balanceIncrment', 'balanceIncrement'],
  ['emial', 'email'],
])('%s is a slip of %s', (name, expected) => {
  expect(nearestName(name, ['number', 'name', 'email', 'balanceIncrement'])).toBe(expected);
});

test.each(['', 'x', 'telephone', '号'])('nothing is near %j', (name) => {
  expect(nearestName(name, ['number', 'name', 'email', 'qq'])).toBeUndefined();
});

test('of two, the one with fewer slips is named', () => {
  expect(nearestName('--rat', ['--raw', '--rate', '--rats'])).toBe('--raw');
  expect(nearestName('--reserv', ['--rate', '--reserve'])).toBe('--reserve');
});
