import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_SEED } from '../support/chance.ts';
import { DONE_BEFORE, FENCE, withoutGuards } from '../support/machines.ts';
import { emptyLedger, HAS_POSTGRES } from '../support/postgres.ts';
import { type Build, copyBuild } from './build.ts';
import { runMachinesCampaign } from './machines-campaign.ts';
import { CONTROLS } from './points.ts';
import { runWorkersCampaign } from './workers-campaign.ts';
import { describeWorkers, problemsOf } from './workers-figures.ts';

let build: Build;
beforeAll(() => {
  build = copyBuild();
});
afterAll(() => build.remove());

describe.runIf(HAS_POSTGRES)(`three machines with one ledger (TEST_SEED=${TEST_SEED})`, { timeout: 1_200_000 }, () => {
  test('credit no row twice and lose none in silence, whatever strikes them', async () => {
    const figures = await runMachinesCampaign({
      ...{ build, seed: TEST_SEED, url: await emptyLedger(), memberCount: 14, blowCount: 14 },
    });
    process.stderr.write(`${JSON.stringify(figures, (_, value) => (value instanceof Map ? [...value] : value))}\n`);
    expect(figures.verdict.doubles).toEqual([]);
    expect(figures.verdict.unexplained).toEqual([]);
    expect(figures.callCount).toBeLessThanOrEqual(figures.countedCount);
  });

  test('and three workers that are killed, fall asleep and wake up with parts of a run in hand', async () => {
    const figures = await runWorkersCampaign({
      ...{ build, seed: TEST_SEED, url: await emptyLedger(), memberCount: 150, quota: 900, minutesMax: 4 },
    });
    process.stderr.write(`${describeWorkers(figures)}\n`);
    expect(problemsOf(figures)).toEqual([]);
    expect([...figures.blows.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(8);
  });

  // A worker that wakes up, after others have done its rows, is about to begin the next one. Alone, the deadline and
  // in_flight double nothing here in minutes: the one needs a person who sends again what somebody holds back at that
  // moment, the other keeps two increments of a member apart, which are both asked for. They have controls of their own,
  // as the fence has, where just that happens: end-to-end/shared-ledger-asleep and ledger/postgres/workers.
  test('negative control: without the fence, and what stands behind it, they begin again what others have done', async () => {
    const url = await emptyLedger();
    await withoutGuards(url, FENCE);
    await withoutGuards(url, DONE_BEFORE);
    const figures = await runWorkersCampaign({
      ...{ build, seed: TEST_SEED, url, memberCount: 100, quota: 900, minutesMax: 2 },
      ...{ control: CONTROLS.withoutDeadline, blows: ['pause'], points: ['intent.before'] },
    });
    process.stderr.write(`${describeWorkers(figures)}\n`);
    expect(figures.verdict.doubles).not.toEqual([]);
  });

  test('negative control: the campaign finds the doubles of a resume that sends again what it finds begun', async () => {
    const url = await emptyLedger();
    const { verdict } = await runMachinesCampaign({
      ...{ build, seed: TEST_SEED, url, memberCount: 14, blowCount: 14, blows: ['kill'] },
      control: CONTROLS.resendsIntents,
    });
    expect(verdict.doubles).not.toEqual([]);
  });
});
