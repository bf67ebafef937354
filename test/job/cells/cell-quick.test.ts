import { expect, test } from 'vitest';
import { quickReader } from '../../../src/job/cells/cell-quick.ts';
import { repairCell } from '../../../src/job/cells/cell-repair.ts';
import { keyWord } from '../../../src/job/cells/key-words.ts';
import { COLUMNS, type FileKind } from '../../../src/job/columns.ts';
import { matchHeader } from '../../../src/job/header-match.ts';
import { isHeaderName } from '../../../src/job/header-names.ts';
import { type Keys, readCells } from '../../../src/job/read-cells.ts';
import { fc } from '../../support/chance.ts';
import { allKinds } from '../rows.ts';

const TODAY = '2026-11-25';

/** What people put into cells, clean and not: the border between the two is where a fast check goes wrong. */
const cell = fc.oneof(
  fc.stringMatching(/^[A-Z]{0,4}[0-9]{1,20}$/),
  fc.stringMatching(/^-?[0-9]{1,16}(\.[0-9]{1,11})?$/),
  fc.stringMatching(/^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$/),
  fc.stringMatching(/^[a-z0-9._-]{1,8}@[a-z0-9.-]{1,10}\.[a-z]{1,3}$/),
  fc.stringMatching(/^\+?[0-9]{4,16}$/),
  fc.string({ unit: fc.constantFrom(...'陈大文 abAB01#=\'".-+/@\u00a0\u200b９'), maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('Total', 'N/A', '-', '#N/A', '########', '1.0', '8.00801E+09', '813951242628553000', '0', '-1', '1'),
  fc.constantFrom(...COLUMNS.members.flatMap(({ name, synonyms }) => [name, ...synonyms])),
);

test('what the fast check accepts, the full check reads as the same value', () => {
  let acceptedCount = 0;
  for (const kind of allKinds) {
    for (const column of COLUMNS[kind]) {
      const quick = quickReader(column, TODAY);
      fc.assert(
        fc.property(cell, (text) => {
          const value = quick(text);
          if (value === undefined) return;
          acceptedCount += 1;
          expect(repairCell(text, column.type)).toEqual({ text, repairs: [] });
          if (column.isKey) expect([keyWord(text), isHeaderName(text)]).toEqual([undefined, false]);
          // A blank before the cell sends it through the full check, which takes the blank away again.
          expect(readAs(kind, column.name, text)).toBe(value);
          expect(readAs(kind, column.name, ` ${text}`)).toBe(value);
        }),
        { numRuns: 150 },
      );
    }
  }
  expect(acceptedCount).toBeGreaterThan(500);
});

/** What the cell gives when it stands in its column, alone in its row. */
function readAs(kind: FileKind, name: string, text: string): string | undefined {
  const others = {
    members: ['number'],
    customers: ['reference_number', 'name', 'phone'],
    topup: name.endsWith('Target') ? ['number'] : ['number', 'pointIncrement'],
    lookups: ['number', 'uuid'],
  }[kind].filter((other) => other !== name);
  const match = matchHeader([name, ...others], kind);
  const { keys, fields } = readCells([text, ...others.map(() => '')], match, kind, { mode: 'upsert', today: TODAY });
  return keys[name as keyof Keys] ?? fields[name];
}
