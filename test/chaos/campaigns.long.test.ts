import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_SEED } from '../support/chance.ts';
import { type Build, copyBuild } from './build.ts';
import { type CampaignFigures, runCampaign } from './campaign.ts';
import { undecidedCount } from './judge.ts';
import { type PersonSettings, runPersonCampaign } from './person-campaign.ts';
import { CONTROLS } from './points.ts';

const LONG = 1_200_000;

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

describe(`a top-up that is killed again and again, with faults (TEST_SEED=${TEST_SEED})`, { timeout: LONG }, () => {
  test('credits no row twice and loses none in silence when the account accepts repeats', async () => {
    const figures = await campaign('accepted', TEST_SEED);
    expectExactlyOnce(figures);
    expect(figures.killCount).toBeGreaterThanOrEqual(15);
  });

  test('leaves nothing in doubt as well when the account is known to refuse repeats', async () => {
    const figures = await campaign('refused', TEST_SEED + 1);
    expectExactlyOnce(figures);
    expect(undecidedCount(figures.verdict)).toBe(0);
    expect(figures.killCount).toBeGreaterThanOrEqual(15);
  });

  test.each(['accepted', 'refused', 'newer_only', 'forgotten'] as const)(
    'the same with a person between the kills, where repeats are %s',
    async (repeat) => {
      const { doubles, unexplained } = await runPersonCampaign({
        ...{ build, seed: TEST_SEED, repeat, memberCount: 60, killCount: 20 },
      });
      expect({ doubles, unexplained }).toEqual({ doubles: [], unexplained: [] });
    },
  );
});

/** Without these the tests above would prove nothing: the same chaos, with a safeguard taken out. */
describe(`the same chaos finds double credits (TEST_SEED=${TEST_SEED})`, { timeout: LONG }, () => {
  test.each([
    ['when no intent is recorded before the increment is sent', CONTROLS.withoutIntent],
    ['when resume sends rows again that have an intent', CONTROLS.resendsIntents],
  ])('%s', async (_, control) => {
    const { verdict } = await runCampaign({
      ...{ build, seed: TEST_SEED, repeat: 'accepted', rowCount: 120, killCount: 40, control },
    });
    expect(verdict.doubles).not.toEqual([]);
  });
});

describe(`the person finds doubles or losses (TEST_SEED=${TEST_SEED})`, { timeout: LONG }, () => {
  const controls: readonly (readonly [string, Pick<PersonSettings, 'repeat' | 'control' | 'acts' | 'faults'>])[] = [
    [
      'when nobody looks at what was credited before',
      { repeat: 'accepted', control: CONTROLS.withoutGuard, acts: ['newOccasion', 'splits', 'sorts', 'rekeys'] },
    ],
    [
      'when resume reads the input that was edited meanwhile',
      {
        ...{ repeat: 'accepted', control: CONTROLS.withoutStage, faults: ['fault.slow'] },
        acts: ['newOccasion', 'editsInputUnderWay', 'resume'],
      },
    ],
    [
      'when a refused repeat counts as applied although it was the first answer',
      {
        ...{ repeat: 'refused', control: CONTROLS.believesFirstRepeat, faults: ['fault.sameSecond'] },
        acts: ['newOccasion', 'resume'],
      },
    ],
  ];
  test.each(controls)('%s', async (_, control) => {
    const figures = await runPersonCampaign({ build, seed: TEST_SEED, memberCount: 40, killCount: 40, ...control });
    expect([...figures.doubles, ...figures.unexplained]).not.toEqual([]);
  });
});
