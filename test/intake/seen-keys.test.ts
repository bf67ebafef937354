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
  test.each(Object.keys(HASHES))('is answered as a Map answers, with %s', (name) => {
    const key = fc.oneof(
      fc.constantFrom('', 'number:1', 'number:10', 'uid:1', '\u0000', '陈', '𠮷'),
      fc.string({ unit: 'grapheme', maxLength: 4 }),
    );
    const step = fc.record({ key, claims: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const seen = openSeenKeys(HASHES[name]);
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

  test('is known of keys that were put aside to the disk, over three growths of the table', () => {
    const seen = openSeenKeys();
    const count = 70_000;
    for (let row = 1; row <= count; row += 1) expect(seen.firstRowOf(`number:${row}`, row)).toBe(row);
    for (let row = 1; row <= count; row += 997) expect(seen.firstRowOf(`number:${row}`, count + 1)).toBe(row);
    expect(seen.claim('number:1', count + 2)).toBe(1);
    expect(seen.firstRowOf('number:1', count + 3)).toBe(count + 2);
    seen.close();
  });
});
