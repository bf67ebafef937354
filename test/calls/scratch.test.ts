import { describe, expect, test } from 'vitest';
import { csv, memberNumber, membersSeed, range } from '../bench/call-jobs.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { quickWork, total } from './counted.ts';

const vendor = useVendorSandbox();

async function seeded(count: number) {
  await vendor.reset({ empty: true });
  if (count > 0) await vendor.seed(membersSeed(count));
}

type Placed = 'spread' | 'front' | 'end' | 'new';
function numbers(members: number, rows: number, placed: Placed): string[] {
  return range(rows).map((row) => {
    switch (placed) {
      case 'spread':
        return memberNumber(Math.floor((row * members) / rows));
      case 'front':
        return memberNumber(row);
      case 'end':
        return memberNumber(members - 1 - row);
      case 'new':
        return `X${row}`;
    }
  });
}

describe('price', () => {
  const cases: [string, number, number, Placed, string[], string[]][] = [];
  for (const [members, rows] of [
    [300, 10],
    [1500, 10],
    [900, 30],
    [2500, 30],
    [2500, 60],
    [200, 5],
    [50, 1],
  ] as const)
    for (const placed of ['spread', 'front', 'end', 'new'] as const)
      for (const age of ['0s', '12h']) {
        cases.push(['topup', members, rows, placed, ['topup'], [age]]);
        cases.push(['import', members, rows, placed, ['import'], [age]]);
        cases.push(['export', members, rows, placed, ['export'], [age]]);
      }
  test.each(cases)('%s %d members %d rows %s %s %s', async (command, members, rows, placed, _args, [age]) => {
    await seeded(members);
    const work = quickWork(vendor, { snapshotMaxAge: age });
    const keys = numbers(members, rows, placed);
    work.file(
      'f.csv',
      command === 'topup'
        ? csv(
            ['number', 'pointIncrement'],
            keys.map((n) => [n, '5']),
          )
        : command === 'import'
          ? csv(
              ['number', 'name'],
              keys.map((n, i) => [n, i % 2 ? `Changed ${n}` : `Member ${Number(n.slice(1))}`]),
            )
          : csv(
              ['number'],
              keys.map((n) => [n]),
            ),
    );
    const flags = command === 'export' ? ['--columns', 'name,point'] : [];
    const dry = await work.run([command, 'f.csv', '--dry-run', ...flags]);
    const real = await work.run([command, 'f.csv', ...flags]);
    expect({ dry: total(dry.spent), ...dry.document.plan?.calls }).toEqual({ dry: total(dry.spent), ...real.spent });
  });
});
