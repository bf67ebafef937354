import { END_POINTS, type PointName, ROW_POINTS, SETTLE_POINTS } from './points.ts';
import type { Seeded } from './seeded.ts';
import { startTool, type ToolEnd, type ToolOptions } from './tool.ts';

/** SIGKILL by itself when it passes a named point the n-th time. */
export type PointKill = { readonly point: PointName; readonly nth: number };

/** How one process is to die: whatever comes first. */
export type KillPlan = {
  readonly points: readonly PointKill[];
  /** From outside, so many milliseconds after rows have passed n points: anywhere in between. */
  readonly afterPasses?: { readonly passCount: number; readonly delayMs: number };
  /** From outside, so long after the start, be it while it starts. */
  readonly afterStartMs?: number;
  /** From outside, so long after its first point: a process that settles for long must not outlive its plan. */
  readonly afterFirstPassMs?: number;
};

/**
 * Half of the plans name a point, half take any moment. `rowsPerKill` rows shall have gone when it dies, in
 * the mean, so that the rows last for all kills; and no process outlives its plan.
 */
export function planKill(random: Seeded, rowsPerKill: number, repeat: 'accepted' | 'refused'): KillPlan {
  const rowCount = 1 + Math.floor(-Math.log(1 - random.next()) * rowsPerKill);
  const atRow: PointKill = { point: random.pick(ROW_POINTS), nth: rowCount };
  // When the plan does not come true: nothing to settle, or fewer rows left than it counts on.
  const atLast = [{ point: random.pick(OWN_POINTS), nth: rowCount + 2 }, lastPoint(random)];
  const which = random.next();
  // Also one that settles for long, because the vendor answers nothing.
  const afterFirstPassMs = random.whole(3000, 6000);
  if (which < 0.4) return { points: [atRow, ...atLast], afterFirstPassMs };
  if (which < 0.5) {
    const atSettling: PointKill = { point: random.pick(SETTLE_POINTS[repeat]), nth: random.whole(1, 4) };
    return { points: [atSettling, ...atLast], afterFirstPassMs };
  }
  if (which < 0.95) {
    const passCount = (rowCount - 1) * OWN_POINTS.length + random.whole(1, OWN_POINTS.length);
    return { points: atLast, afterPasses: { passCount, delayMs: random.next() * 12 }, afterFirstPassMs };
  }
  return { points: atLast, afterStartMs: random.whole(0, 900) };
}

/** While the result is written, but not after the run has ended. */
function lastPoint(random: Seeded): PointKill {
  const point = random.pick(END_POINTS.filter((name) => name !== 'finish.after'));
  return { point, nth: 1 };
}

/** For processes that have only the result to write. */
export function planEndKill(random: Seeded): KillPlan {
  const kill = lastPoint(random);
  return { points: [kill.point === 'view.row' ? { ...kill, nth: random.whole(1, 60) } : kill] };
}

/** Passed by rows alone, not by lookups or while rows are settled. */
const OWN_POINTS = ROW_POINTS.filter((point) => !/^(commit|admit)\./.test(point));

/** Starts the tool and lets the plan come true; ends with the process. */
export async function runAndKill(
  args: readonly string[],
  options: ToolOptions,
  plan: KillPlan,
  onPass: (point: string) => void = () => undefined,
): Promise<ToolEnd> {
  const { points, afterPasses, afterStartMs, afterFirstPassMs } = plan;
  const tool = startTool(args, { ...options, kills: points });
  tool.onPass(onPass);
  const timers: NodeJS.Timeout[] = [];
  const killIn = (delayMs: number): void => {
    timers.push(setTimeout(() => tool.kill('SIGKILL'), delayMs));
  };
  if (afterStartMs !== undefined) killIn(afterStartMs);
  if (afterFirstPassMs !== undefined) {
    let isBegun = false;
    tool.onPass(() => {
      if (!isBegun) killIn(afterFirstPassMs);
      isBegun = true;
    });
  }
  if (afterPasses !== undefined) {
    let passCount = 0;
    tool.onPass((point) => {
      if (!OWN_POINTS.some((own) => own === point)) return;
      passCount += 1;
      if (passCount === afterPasses.passCount) killIn(afterPasses.delayMs);
    });
  }
  try {
    return await tool.ended;
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
