import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Build, copyBuild } from './build.ts';
import { POINT_NAMES } from './points.ts';
import { carryOn, expectExactlyOnce, plainRows, useStage } from './small-stage.ts';
import { runTool, startTool } from './tool.ts';

let build: Build;
beforeAll(() => {
  build = copyBuild();
});
afterAll(() => build.remove());

describe.concurrent('killed at a named point of the protocol, a top-up is credited exactly once', {
  timeout: 120_000,
}, () => {
  test.for(POINT_NAMES)('%s', async (point, context) => {
    const stage = await useStage(context, build, 12, {
      rows: plainRows(12, true),
      repeat: point === 'settle.repeat' ? 'refused' : 'accepted',
    });
    // So that there is something to settle.
    await stage.vendor.set({ 'fault.cutAfter': 0.4, faultsOn: 'increments', seed: 7 });
    const end = await runTool(stage.topup, { ...stage.tool, kills: [{ point, nth: 1 }] });
    // The point is where the product really passes: otherwise the campaigns kill less than they say.
    expect(end).toMatchObject({ isKilled: true, killedAt: point });
    await expectExactlyOnce(stage, await carryOn(stage));
  });
});

test('a point that is no longer in the build ends the tool, so that no test passes by testing nothing', async (context) => {
  const stage = await useStage(context, build, 1);
  const gone = { file: 'send/send-row.js', anchor: 'this text was refactored away', replacement: '' };
  expect(() => startTool(stage.topup, { ...stage.tool, patches: [gone] })).toThrow(/CHAOS_ANCHOR: send\/send-row/);
});
