import { expect, type TestContext } from 'vitest';
import type { RunDocument } from '../../src/result/run-document.ts';
import type { Build } from './build.ts';
import { noFaults } from './faults.ts';
import { openStage, type Stage, type StageSettings } from './stage.ts';
import { documentOf, runTool, type ToolEnd } from './tool.ts';
import type { FileRow, NewMember } from './topup-file.ts';
import type { Books } from './vendor.ts';

/** Members 1 to n, each with 10 points and a balance of 100.5. */
export function plainMembers(count: number): NewMember[] {
  return Array.from({ length: count }, (_, index) => ({ number: numberOf(index + 1), point: '10', balance: '100.5' }));
}

/** Row n credits member n with n points and n.25, by number; every fifth by uid when `someByUid`. */
export function plainRows(count: number, someByUid = false): FileRow[] {
  return Array.from({ length: count }, (_, index) => ({
    rowNumber: index + 1,
    memberNumber: numberOf(index + 1),
    isByUid: someByUid && index % 5 === 4,
    pointIncrement: String(index + 1),
    balanceIncrement: `${index + 1}.25`,
  }));
}

export function numberOf(member: number): string {
  return `8${String(member).padStart(6, '0')}`;
}

/** A stage that goes away after the test. */
export async function useStage(
  { onTestFinished }: Pick<TestContext, 'onTestFinished'>,
  build: Build,
  rowCount: number,
  settings: Partial<StageSettings> = {},
): Promise<Stage> {
  const stage = await openStage({ build, members: plainMembers(rowCount), rows: plainRows(rowCount), ...settings });
  onTestFinished(() => stage.close());
  return stage;
}

/** Carries the run on without faults, until it has ended or only rows in doubt are left. */
export async function carryOn(stage: Stage): Promise<RunDocument | undefined> {
  await stage.vendor.set(noFaults());
  const first = documentOf(await runTool(stage.resume, stage.tool));
  // Nothing to resume: it had ended, or was killed before it began.
  if (first !== undefined && first.run !== null) return first;
  const again = await runTool(stage.topup, stage.tool);
  return again.exitCode === 3 ? undefined : documentOf(again);
}

export async function expectExactlyOnce(stage: Stage, end: ToolEnd | RunDocument | undefined, books?: Books) {
  const document = end && 'stdout' in end ? documentOf(end) : end;
  const verdict = await stage.judge(document, books);
  expect(verdict.doubles).toEqual([]);
  expect(verdict.unexplained).toEqual([]);
  return verdict;
}
