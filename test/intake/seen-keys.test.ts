import { describe, expect, test } from 'vitest';
import { openSeenKeys, type SeenKeys } from '../../src/intake/seen-keys.ts';
import { fc } from '../support/chance.ts';

/** The same in the plainest way. */
function openMap(): Pick<SeenKeys, 'firstRowOf' | 'claim'> {
  const rowOf = new Map<string, number>();
  return {
    firstRowOf(key, rowNumber) {
      if (!rowOf.has(key)) rowOf.set(key, rowNumber);
      return rowOf.get(key) ?? rowNumber;
    },
    claim(key, rowNumber) {
      const before = rowOf.get(key) ?? rowNumber;
      rowOf.set(key, rowNumber);
      return before;
    },
  };
}

const HASHES: Readonly<Record<string, ((key: string) => number) | undefined>> = {
  'its own hash': undefined,
  'a hash that is always the same': () => 0xffff_ffff,
  'a hash of four values at the end of the table': (key) => 0xffff_fffc + (key.length % 4),
};

describe('which row first named a key', () => {
  test.each(
    Object.keys(HASHES).flatMap((name) => [
      { name, tableKeysMax: 3 },
      { name, tableKeysMax: 1000 },
    ]),
  )('is answered as a Map answers, with $name and $tableKeysMax keys in memory', ({ name, tableKeysMax }) => {
    const key = fc.oneof(
      fc.constantFrom('', 'number:1', 'number:10', 'uid:1', '\u0000', '陈', '𠮷'),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    );
    const step = fc.record({ key, claims: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const seen = openSeenKeys({ hashOf: HASHES[name], tableKeysMax });
        const map = openMap();
        try {
          for (const [index, { key: text, claims }] of steps.entries()) {
            const ask = claims ? ('claim' as const) : ('firstRowOf' as const);
            expect(seen[ask](text, index + 1)).toBe(map[ask](text, index + 1));
          }
        } finally {
          seen.close();
        }
      }),
    );
  });

  test.each([
    { where: 'in memory', tableKeysMax: undefined },
    { where: 'on the disk, in three parts', tableKeysMax: 20_000 },
  ])('is known of 70 thousand keys $where, whatever order they are asked for in', ({ tableKeysMax }) => {
    const seen = openSeenKeys(tableKeysMax === undefined ? {} : { tableKeysMax });
    const count = 70_000;
    const claimed = new Map<number, number>();
    for (let row = 1; row <= count; row += 1) expect(seen.firstRowOf(`number:${row}`, row)).toBe(row);
    for (let row = 1; row <= count; row += 997) {
      claimed.set(row, count + row);
      expect(seen.claim(`number:${row}`, count + row)).toBe(row);
    }
    // A prime step: far from the order of the rows, and every row once.
    for (let index = 0; index < count; index += 1) {
      const row = ((index * 7919) % count) + 1;
      const first = seen.firstRowOf(`number:${row}`, 3 * count);
      if (first !== (claimed.get(row) ?? row)) expect({ row, first }).toEqual({ row, first: claimed.get(row) ?? row });
    }
    for (let row = 1; row <= count; row += 997) expect(seen.claim(`number:${row}`, 4 * count)).toBe(claimed.get(row));
    seen.close();
  });
});
