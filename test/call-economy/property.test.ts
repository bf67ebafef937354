import { describe, expect, test } from 'vitest';
import { csv, memberNumber } from '../bench/call-jobs.ts';
import { fc } from '../support/chance.ts';
import { recordsOf } from '../support/csv-text.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { fill, quickWork } from './counted.ts';

const vendor = useVendorSandbox();

/** In the tests' names, and printed by fast-check with a failure; `CALLS_SEED=… CALLS_DRAWS=…` draws others. */
const SEED = Number(process.env.CALLS_SEED ?? 20261122);
const DRAWS = Number(process.env.CALLS_DRAWS ?? 7);
const SEEDS = [SEED, SEED + 1, SEED + 2];
const PAGE_SIZE = 5;

const HEADER = [
  'number',
  'name',
  'phone',
  'birthday',
  'email',
  'remarks',
  'point',
  'balance',
  'discount',
  'categoryName',
];

type Drawn = {
  readonly members: readonly Readonly<Record<string, string>>[];
  readonly rows: readonly (readonly string[])[];
  readonly mode: 'upsert' | 'update' | 'create';
  readonly onDuplicate: 'reject' | 'allow';
  readonly changesCategory: boolean;
};

/** Few values of each kind, written in different ways, so that equal and unequal pairs are both frequent. */
const names = fc.constantFrom('', '陳大文', 'Emily', "O'Brien, Sinead");
const phones = fc.constantFrom('', '91234567', '98765432');
const emails = fc.constantFrom('', 'a@example.com', 'b@example.com');
const remarks = fc.constantFrom('', '', 'vip', 'prefers a call');
const categories = fc.constantFrom('', '普通会员', 'Gold Card');

const member = fc.record({
  name: names,
  phone: phones,
  birthday: fc.constantFrom('', '1990-05-01 00:00:00', '1988-02-29 00:00:00'),
  email: emails,
  remarks,
  point: fc.constantFrom('0', '12.5', '9007199254740993'),
  balance: fc.constantFrom('0', '12.5', '-3'),
  discount: fc.constantFrom('100', '90'),
  categoryName: categories,
});

/** What a cell holds: nothing, what the member holds already, spelt in another way, or something else. */
const SAME = 'same';

function cell(others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    { weight: 5, arbitrary: fc.constant(SAME) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
  );
}

/** A row about one of the members, or of somebody new. */
const row = fc
  .tuple(
    fc.integer({ min: 0, max: 29 }),
    cell(['陳大文', 'Emily', "O'Brien, Sinead"]),
    cell(['91234567', '98765432']),
    cell(['1990-05-01', '1990/05/01', '1988-02-29 00:00:00']),
    cell(['a@example.com', 'b@example.com']),
    cell(['vip', 'prefers a call']),
    cell(['12.50', '0', '9007199254740993']),
    cell(['12.50', '12.5', '-3.0']),
    cell(['100', '90.0']),
    cell(['普通会员', 'Gold Card']),
  )
  .map(([index, ...cells]) => [String(index), ...cells]);

/** The cells of a drawn row, once it is known what its member holds. */
function cellsOf([index = '', ...cells]: readonly string[], members: Drawn['members']): string[] {
  const held = members[Number(index)];
  return [
    memberNumber(Number(index)),
    ...cells.map((text, column) => {
      const field = HEADER[column + 1] ?? '';
      return text === SAME ? respelt(field, held?.[field] ?? '') : text;
    }),
  ];
}

function respelt(field: string, value: string): string {
  if (field === 'birthday') return value.replace(/ 00:00:00$/, '');
  if (['point', 'balance', 'discount'].includes(field) && value !== '') {
    return value.includes('.') ? `${value}0` : `${value}.0`;
  }
  return value;
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  members: fc.array(member, { maxLength: 24, size: 'max' }),
  rows: fc.array(row, { minLength: 1, maxLength: 25, size: 'max' }),
  mode: fc.constantFrom('upsert', 'upsert', 'upsert', 'update', 'create'),
  onDuplicate: fc.constantFrom('reject', 'reject', 'allow'),
  changesCategory: fc.boolean(),
});

/** Runs the import against fresh members in a fresh home: how each row ended, and what the vendor has. */
async function importBy(way: string, draw: Drawn): Promise<{ rows: unknown; members: unknown }> {
  await fill(vendor, 0, { pageSize: PAGE_SIZE });
  if (draw.members.length > 0) {
    await vendor.seed(draw.members.map((fields, index) => ({ number: memberNumber(index), ...fields })));
  }
  const work = quickWork(vendor, { config: { kybio: { pageSize: PAGE_SIZE } } });
  work.file(
    'file.csv',
    csv(
      HEADER,
      draw.rows.map((drawnRow) => cellsOf(drawnRow, draw.members).map(quoted)),
    ),
  );
  const flags = ['--mode', draw.mode, '--on-duplicate', draw.onDuplicate, '--lookup', way];
  await work.run(['import', 'file.csv', ...flags, ...(draw.changesCategory ? ['--change-category'] : [])]);
  const results = recordsOf(work.read('file.result.csv')).map((record) => ({
    status: record.result_status,
    action: record.result_action,
    errorCode: record.result_errorCode,
    messages: record.result_messages,
  }));
  const members = (await vendor.members())
    // Given by the order in which new members arrived, which is nobody's promise.
    .map(({ id: _id, customerUid: _uid, createdDate: _date, ...fields }) => fields)
    .sort((one, other) => String(one.number).localeCompare(String(other.number)));
  return { rows: results, members };
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

describe('whatever the members, the rows and the way records are found', () => {
  test.each(SEEDS)(`an import ends as it does row by row (${DRAWS} draws, seed %d)`, async (seed) => {
    await fc.assert(
      fc.asyncProperty(drawn, async (draw) => {
        const reference = await importBy('rows', draw);
        for (const way of ['auto', 'pages'])
          expect({ way, ...(await importBy(way, draw)) }).toEqual({ way, ...reference });
      }),
      { seed, numRuns: DRAWS, endOnFailure: true, verbose: 1 },
    );
  });

  test('the draws are of every kind', () => {
    const draws = SEEDS.flatMap((seed) => fc.sample(drawn, { seed, numRuns: DRAWS }));
    expect(new Set(draws.map(({ mode }) => mode)).size).toBe(3);
    expect(new Set(draws.map(({ onDuplicate }) => onDuplicate)).size).toBe(2);
    expect(draws.some(({ rows }) => new Set(rows.map(([number]) => number)).size < rows.length)).toBe(true);
    expect(draws.some(({ members }) => members.length > 3 * PAGE_SIZE)).toBe(true);
  });
});
