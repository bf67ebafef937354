import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_SEED } from '../support/chance.ts';
import { withoutGuards } from '../support/machines.ts';
import { emptyLedger, HAS_POSTGRES } from '../support/postgres.ts';
import { type Build, copyBuild } from './build.ts';
import { runMachinesCampaign } from './machines-campaign.ts';
import type { Patch } from './points.ts';

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

  const WITHOUT_DEADLINE: Patch = {
    file: 'send/send-increment.js',
    anchor: 'if (ledger.mayStillSend(controls.timeoutMs))',
    replacement: 'if (true)',
  };

  test('negative control: without deadline and fence they credit twice', async () => {
    const url = await emptyLedger();
    await withoutGuards(url, {
      apply: ['has_lease := FOUND', 'has_lease := true'],
      begin_increment: ['worker_id <> me', 'false'],
    });
    const { verdict } = await runMachinesCampaign({
      ...{ build, seed: TEST_SEED, url, memberCount: 10, blowCount: 10, blows: ['pause'], control: [WITHOUT_DEADLINE] },
    });
    expect(verdict.doubles).not.toEqual([]);
  });
});
