import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_SEED } from '../support/chance.ts';
import { DONE_BEFORE, FENCE, IN_FLIGHT, withoutGuards } from '../support/machines.ts';
import { emptyLedger, HAS_POSTGRES } from '../support/postgres.ts';
import { type Build, copyBuild } from './build.ts';
import { runMachinesCampaign } from './machines-campaign.ts';
import { CONTROLS, type PointName } from './points.ts';
import { runWorkersCampaign } from './workers-campaign.ts';
import { describeWorkers, problemsOf, type WorkersFigures } from './workers-figures.ts';

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

  /** One worker falls asleep there, for so long that others end its run, and people send again what is in doubt. */
  async function asleepAt(points: readonly PointName[], url: string): Promise<WorkersFigures> {
    const figures = await runWorkersCampaign({
      ...{ build, seed: TEST_SEED, url, memberCount: 30, quota: 900, minutesMax: 3, control: CONTROLS.withoutDeadline },
      ...{ blows: ['pause'], points, struckCount: 1, pauseMs: [20_000, 30_000] },
    });
    process.stderr.write(`${describeWorkers(figures)}\n`);
    return figures;
  }

  test('negative control: without the deadline those who wake up send what others have sent', async () => {
    const { verdict } = await asleepAt(['intent.after', 'send.before'], await emptyLedger());
    expect(verdict.doubles).not.toEqual([]);
  });

  test('negative control: without the fence, and what stands behind it, they begin what others have done', async () => {
    const url = await emptyLedger();
    await withoutGuards(url, FENCE);
    await withoutGuards(url, DONE_BEFORE);
    const { verdict } = await asleepAt(['intent.before'], url);
    expect(verdict.doubles).not.toEqual([]);
  });

  test('negative control: without in_flight the amounts of a member get mixed up', async () => {
    const url = await emptyLedger();
    await withoutGuards(url, IN_FLIGHT);
    const figures = await runWorkersCampaign({
      ...{ build, seed: TEST_SEED, url, memberCount: 40, quota: 600, minutesMax: 2, blows: ['nap'] },
    });
    process.stderr.write(`${describeWorkers(figures)}\n`);
    expect(problemsOf(figures)).not.toEqual([]);
  });

  // Deadline, fence and in_flight have controls of their own, where a person resends: end-to-end/shared-ledger-asleep
  // and ledger/postgres. By itself no machine sends again what it finds begun, so that they alone double nothing here.
  test('negative control: the campaign finds the doubles of a resume that sends again what it finds begun', async () => {
    const url = await emptyLedger();
    const { verdict } = await runMachinesCampaign({
      ...{ build, seed: TEST_SEED, url, memberCount: 14, blowCount: 14, blows: ['kill'] },
      control: CONTROLS.resendsIntents,
    });
    expect(verdict.doubles).not.toEqual([]);
  });
});
