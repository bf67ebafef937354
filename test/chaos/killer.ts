import { END_POINTS, type PointName, ROW_POINTS, SETTLE_POINTS } from './points.ts';
import type { Seeded } from './seeded.ts';
import { startTool, type ToolEnd, type ToolOptions } from './tool.ts';

/** How one process is to die. */
export type KillPlan =
  /** By itself, when it passes a named point the n-th time. */
  | { readonly kind: 'at_point'; readonly point: PointName; readonly nth: number }
  /** From outside, so many milliseconds after the n-th of all points passed: anywhere in between. */
  | { readonly kind: 'after_pass'; readonly nth: number; readonly delayMs: number }
  /** From outside, so long after the start, be it while it starts. */
  | { readonly kind: 'after_start'; readonly delayMs: number };

export type Killing = KillPlan & {
  /** What happens at the latest: no process gets past it. Undefined: it may live. */
  readonly dieBy: PointName | undefined;
};

/**
 * Half of the plans name a point, half take any moment. `rowsPerKill` rows shall have gone when it dies,
 * in the mean, so that the rows last for all kills.
 */
export function planKill(random: Seeded, rowsPerKill: number, repeat: 'accepted' | 'refused'): Killing {
  const dieBy = random.pick(END_POINTS.filter((point) => point !== 'finish.after'));
  const rowCount = 1 + Math.floor(-Math.log(1 - random.next()) * rowsPerKill);
  const which = random.next();
  if (which < 0.4) return { kind: 'at_point', point: random.pick(ROW_POINTS), nth: rowCount, dieBy };
  if (which < 0.5) {
    return { kind: 'at_point', point: random.pick(SETTLE_POINTS[repeat]), nth: random.whole(1, 4), dieBy };
  }
  if (which < 0.95) {
    return { kind: 'after_pass', nth: rowCount * PASSES_PER_ROW, delayMs: random.next() * 12, dieBy };
  }
  return { kind: 'after_start', delayMs: random.whole(0, 900), dieBy };
}

/** Every end point in turn: for processes that have only the result to write. */
export function planEndKill(random: Seeded): Killing {
  const point = random.pick(END_POINTS.filter((name) => name !== 'finish.after'));
  return { kind: 'at_point', point, nth: point === 'view.row' ? random.whole(1, 60) : 1, dieBy: undefined };
}

const PASSES_PER_ROW = 12;

/** Starts the tool and lets the plan come true; ends with the process. */
export async function runAndKill(args: readonly string[], options: ToolOptions, plan: Killing): Promise<ToolEnd> {
  const tool = startTool(args, {
    ...options,
    dieBy: plan.dieBy,
    ...(plan.kind === 'at_point' && { kill: { point: plan.point, nth: plan.nth } }),
  });
  const timers: NodeJS.Timeout[] = [];
  const killIn = (delayMs: number): void => {
    timers.push(setTimeout(() => tool.kill('SIGKILL'), delayMs));
  };
  if (plan.kind === 'after_start') killIn(plan.delayMs);
  if (plan.kind === 'after_pass') {
    let passCount = 0;
    tool.onPass(() => {
      passCount += 1;
      if (passCount === plan.nth) killIn(plan.delayMs);
    });
  }
  try {
    return await tool.ended;
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}
