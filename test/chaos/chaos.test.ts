import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Build, copyBuild } from './build.ts';
import { type CampaignFigures, runCampaign } from './campaign.ts';
import { undecidedCount } from './judge.ts';
import { CONTROLS } from './points.ts';

/** `CHAOS_SEED=n` repeats a campaign that failed. */
const SEED = Number(process.env.CHAOS_SEED ?? Date.now() % 1_000_000);

let build: Build;
beforeAll(() => {
  build = copyBuild();
});
afterAll(() => build.remove());

const campaign = (repeat: 'accepted' | 'refused', seed: number): Promise<CampaignFigures> =>
  runCampaign({ build, seed, repeat, rowCount: 200, killCount: 15 });

function expectExactlyOnce({ verdict }: CampaignFigures): void {
  expect(verdict.doubles).toEqual([]);
  expect(verdict.unexplained).toEqual([]);
}

describe.concurrent(`a top-up that is killed again and again, with faults (CHAOS_SEED=${SEED})`, () => {
  test('credits no row twice and loses none in silence when the account accepts repeats', async () => {
    const figures = await campaign('accepted', SEED);
    expectExactlyOnce(figures);
    expect(figures.killCount).toBeGreaterThanOrEqual(15);
  }, 300_000);

  test('leaves nothing in doubt as well when the account is known to refuse repeats', async () => {
    const figures = await campaign('refused', SEED + 1);
    expectExactlyOnce(figures);
    expect(undecidedCount(figures.verdict)).toBe(0);
    expect(figures.killCount).toBeGreaterThanOrEqual(15);
  }, 300_000);
});

/** Without these the tests above would prove nothing: the same chaos, with a safeguard taken out. */
describe.concurrent(`the same chaos finds double credits (CHAOS_SEED=${SEED})`, () => {
  test.each([
    ['when no intent is recorded before the increment is sent', CONTROLS.withoutIntent],
    ['when resume sends rows again that have an intent', CONTROLS.resendsIntents],
  ])(
    '%s',
    async (_, control) => {
      const { verdict } = await runCampaign({
        build,
        seed: SEED,
        repeat: 'accepted',
        rowCount: 120,
        killCount: 40,
        control,
      });
      expect(verdict.doubles).not.toEqual([]);
    },
    300_000,
  );
});
