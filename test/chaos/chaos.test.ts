import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_SEED } from '../support/chance.ts';
import { type Build, copyBuild } from './build.ts';
import { runPersonCampaign } from './person-campaign.ts';
import { CONTROLS } from './points.ts';

// A minute of processor time for all of chaos in `npm test`: what takes longer is in *.long.test.ts, and in
// `npm run chaos`.

let build: Build;
beforeAll(() => {
  build = copyBuild();
});
afterAll(() => build.remove());

describe.concurrent(`a person works with the files between the kills (TEST_SEED=${TEST_SEED})`, () => {
  test('and every row is credited once, and none is lost in silence', async () => {
    const { doubles, unexplained } = await runPersonCampaign({
      ...{ build, seed: TEST_SEED, repeat: 'accepted', memberCount: 24, killCount: 4 },
    });
    expect({ doubles, unexplained }).toEqual({ doubles: [], unexplained: [] });
  }, 600_000);

  test('the control: without the guard members are credited twice', async () => {
    const { doubles } = await runPersonCampaign({
      ...{ build, seed: TEST_SEED, repeat: 'accepted', memberCount: 24, killCount: 20 },
      control: CONTROLS.withoutGuard,
      acts: ['newOccasion', 'sameCommandAgain', 'sorts', 'splits', 'rekeys'],
      faults: ['fault.slow'],
    });
    expect(doubles).not.toEqual([]);
  }, 600_000);
});
