import { describe, expect, onTestFinished, test } from 'vitest';
import { DAY_LOG_CALL } from '../../src/plan/others-today.ts';
import { csv, memberNumber, range } from '../bench/call-jobs.ts';
import { openRelay } from '../support/relay.ts';
import { useVendorSandbox } from '../support/vendor-sandbox.ts';
import { type CountedWork, fill, quickWork, total } from './counted.ts';

const vendor = useVendorSandbox();

const SAID = 'Somebody else, or another home, uses this account today';

async function open(rowCount: number, environment: Readonly<Record<string, string>> = {}): Promise<CountedWork> {
  await fill(vendor, 60);
  return withFiles(rowCount, environment);
}

function withFiles(rowCount: number, environment: Readonly<Record<string, string>> = {}): CountedWork {
  const work = quickWork(vendor, { environment });
  for (const amount of ['5', '6']) {
    work.file(
      `${amount}.csv`,
      csv(
        ['number', 'pointIncrement'],
        range(rowCount).map((row) => [memberNumber(row), amount]),
      ),
    );
  }
  return work;
}

describe("the first top-up of a home compares the vendor's count of today's calls with its own", () => {
  test('and says when the vendor counts more, for one call; later top-ups make no such call', async () => {
    const work = await open(50);
    await vendor.set({ otherCallsToday: 40 });
    const plan = await work.run(['topup', '5.csv', '--dry-run']);
    expect(plan.spent[DAY_LOG_CALL]).toBeUndefined();
    const first = await work.run(['topup', '5.csv']);
    expect(first.spent[DAY_LOG_CALL]).toBe(1);
    expect(first.stderr).toContain(SAID);
    expect(first.stderr).toContain('--reserve 40');
    expect(plan.document.plan).toMatchObject({ calls: first.spent, total: total(first.spent) });
    const second = await work.run(['topup', '6.csv']);
    expect(second.spent[DAY_LOG_CALL]).toBeUndefined();
    expect(second.stderr).not.toContain(SAID);
  });

  test('another home with the same file hears of the first', async () => {
    const work = await open(50);
    expect((await work.run(['topup', '5.csv'])).stderr).not.toContain(SAID);
    expect((await withFiles(50).run(['topup', '6.csv'])).stderr).toContain(SAID);
  });

  test.each([
    ['few rows', 49, []],
    ['few calls left today', 50, ['--daily-quota', '99', '--lookup', 'pages']],
  ] as const)('but not for %s: the call would be worth more than what it tells', async (_, rowCount, flags) => {
    const work = await open(rowCount);
    await vendor.set({ otherCallsToday: 40 });
    const { spent, stderr, exitCode } = await work.run(['topup', '5.csv', ...flags]);
    expect(exitCode).toBe(0);
    expect(spent[DAY_LOG_CALL]).toBeUndefined();
    expect(stderr).not.toContain(SAID);
  });

  test('and says nothing where the vendor does not tell: asked once, and the rows are credited', async () => {
    const origin = new URL(vendor.settings.KYBIO_BASE_URL).origin;
    const relay = await openRelay(origin, ({ path }) =>
      vendor.set({ 'fault.unknownCode': path.endsWith(DAY_LOG_CALL) ? 1 : 0 }),
    );
    onTestFinished(() => relay.close());
    const work = await open(50, { KYBIO_BASE_URL: vendor.settings.KYBIO_BASE_URL.replace(origin, relay.baseUrl) });
    const { exitCode, spent, stderr } = await work.run(['topup', '5.csv']);
    expect({ exitCode, asked: spent[DAY_LOG_CALL] }).toEqual({ exitCode: 0, asked: 1 });
    expect(stderr).not.toContain(SAID);
  });
});
