import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Build, copyBuild } from './build.ts';
import type { Patch } from './points.ts';
import { carryOn, expectExactlyOnce, useStage } from './small-stage.ts';
import type { Stage } from './stage.ts';
import { documentOf, errorCodeOf, runTool, startTool } from './tool.ts';

let build: Build;
beforeAll(() => {
  build = copyBuild();
});
afterAll(() => build.remove());

/** In place of the fsync of the ledger's log, or of the mark beside it, for which nothing waits. */
const logSync = (replacement: string): Patch => ({
  file: 'ledger/sqlite/wal-file.js',
  anchor: 'sync: () => fdatasync(file),',
  replacement: `sync: ${replacement},`,
});
const markSync = (replacement: string): Patch => ({
  file: 'ledger/sqlite/high-water-mark.js',
  anchor: 'await fdatasync(marked);',
  replacement: `await (${replacement})();`,
});
const NEVER = '() => new Promise(() => {})';
const AT_ONCE = 'async () => {}';
const BROKEN = "() => Promise.reject(Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' }))";

/** Increments that the vendor has booked by the time at which an undisturbed run has long ended. */
async function bookedAfterAWhile(stage: Stage, patches: readonly Patch[]): Promise<number> {
  const tool = startTool(stage.topup, { ...stage.tool, patches });
  await tool.passed('commit.after');
  await sleep(1500);
  tool.kill('SIGKILL');
  await tool.ended;
  return (await stage.vendor.books()).increments.length;
}

describe.concurrent('no increment goes out before its intent is on the disk', { timeout: 120_000 }, () => {
  test('a disk that does not answer for the log of the ledger holds everything back', async (context) => {
    const stage = await useStage(context, build, 5);
    expect(await bookedAfterAWhile(stage, [logSync(NEVER)])).toBe(0);
    // Rows with an intent were never sent, which nobody can know after a kill; the others are credited.
    await expectExactlyOnce(stage, await carryOn(stage));
  });

  test('the control: a disk that is not waited for lets them go', async (context) => {
    const stage = await useStage(context, build, 5);
    expect(await bookedAfterAWhile(stage, [logSync(AT_ONCE)])).toBe(5);
  });

  test.for([
    ['the log of the ledger', logSync(BROKEN), 0],
    // Nobody waits for the mark: what went out meanwhile has its intent in the log.
    ['the mark beside it', markSync(BROKEN), 5],
  ] as const)('an fsync of %s that fails stops the run', async ([_, patch, sentMax], context) => {
    const stage = await useStage(context, build, 5);
    const end = await runTool(stage.topup, { ...stage.tool, patches: [patch] });
    expect([end.exitCode, errorCodeOf(end)]).toEqual([5, 'LEDGER_FAILED']);
    expect((await stage.vendor.books()).increments.length).toBeLessThanOrEqual(sentMax);
    expect(documentOf(await runTool(['runs', '--json'], stage.tool))).toBeDefined();
    await expectExactlyOnce(stage, await carryOn(stage));
  });
});
