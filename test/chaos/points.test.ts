import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Build, copyBuild } from './build.ts';
import {
  CONTROLS,
  END_POINTS,
  POINT_NAMES,
  type PointName,
  ROW_POINTS,
  SETTLE_POINTS,
  SHARED_POINTS,
  START_POINTS,
} from './points.ts';
import { carryOn, expectExactlyOnce, plainRows, useStage } from './small-stage.ts';
import type { Stage } from './stage.ts';
import { runTool, startTool } from './tool.ts';

let build: Build;
beforeAll(() => {
  build = copyBuild();
});
afterAll(() => build.remove());

/** Each process carries on what the one before has left, and is killed at the next point. */
async function killAtEach(points: readonly PointName[], stage: Stage): Promise<void> {
  for (const point of points) {
    const args = START_POINTS.includes(point) ? stage.topup : stage.resume;
    const end = await runTool(args, { ...stage.tool, kills: [{ point, nth: 1 }] });
    // The point is where the product really passes: otherwise the campaigns kill less than they say.
    expect(end).toMatchObject({ isKilled: true, killedAt: point });
  }
}

// The campaigns that need them run rarely: a control whose line has moved must be seen before.
test.each(Object.entries(CONTROLS))('the line that the control %s takes out is there', (_, patches) => {
  expect(build.patched(patches)).toContain('main.js');
});

describe.concurrent('killed at one named point of the protocol after the other', { timeout: 900_000 }, () => {
  test('a top-up is credited exactly once', async (context) => {
    const points = [
      ...START_POINTS,
      ...ROW_POINTS,
      ...SETTLE_POINTS.accepted,
      // Only the last process ends its run, and only then nothing is left to carry on.
      ...END_POINTS.filter((point) => point !== 'finish.after'),
    ];
    const stage = await useStage(context, build, 80, {
      rows: plainRows(80, true),
      flags: ['--concurrency', '3'],
    });
    // So that there is something to settle.
    await stage.vendor.set({ 'fault.cutAfter': 0.4, faultsOn: 'increments', seed: 7 });
    await killAtEach(points, stage);
    await stage.vendor.set({ 'fault.cutAfter': 0 });
    await killAtEach(['finish.after'], stage);
    await expectExactlyOnce(stage, await carryOn(stage));
  });

  test('the same where settling repeats the increment', async (context) => {
    const points = SETTLE_POINTS.refused;
    const stage = await useStage(context, build, 20, { rows: plainRows(20, true), repeat: 'refused' });
    await stage.vendor.set({ 'fault.cutAfter': 0.4, faultsOn: 'increments', seed: 7 });
    await runTool(stage.topup, { ...stage.tool, kills: [{ point: 'answer.after', nth: 8 }] });
    await killAtEach(points, stage);
    await expectExactlyOnce(stage, await carryOn(stage));
  });

  test('no point is left out', () => {
    // The shared points: end-to-end/shared-ledger-asleep.test.ts.
    const tested = [
      ...SHARED_POINTS,
      ...START_POINTS,
      ...ROW_POINTS,
      ...Object.values(SETTLE_POINTS).flat(),
      ...END_POINTS,
    ];
    expect(new Set(tested)).toEqual(new Set(POINT_NAMES));
  });
});

test('a point that is no longer in the build is refused, so that no test passes by testing nothing', async (context) => {
  const stage = await useStage(context, build, 1);
  const gone = { file: 'send/send-row.js', anchor: 'this text was refactored away', replacement: '' };
  expect(() => startTool(stage.topup, { ...stage.tool, patches: [gone] })).toThrow(/CHAOS_ANCHOR: send\/send-row/);
});
