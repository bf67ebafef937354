import type { RunContext } from '../calls/run-context.ts';
import { priorIntent } from '../job/member-steps.ts';
import type { Action, Outcome } from '../job/outcome.ts';
import { stepsOf } from '../job/row-steps.ts';
import type { PartToDo } from '../stage/rows-to-do.ts';
import type { Gathered, RowsToDo } from './gather.ts';
import { answerFromSnapshot } from './lookups.ts';
import { CallCounts, planRowNow } from './plan-row.ts';

/** What will become of the rows, as far as what was read tells it. */
export type Foreseen = {
  readonly actions: Readonly<Partial<Record<Action, number>>>;
  /** Rows whose own lookup will tell. */
  readonly unknownCount: number;
};

/**
 * What a run will spend on top of what it has read. Exact if what was read answers every lookup. Otherwise an
 * upper bound: one lookup and one write for each such row.
 */
export async function priceRun(
  { snapshots, categories }: Gathered,
  { settings }: RunContext,
  rows: RowsToDo,
): Promise<{ calls: Readonly<Record<string, number>>; isAtMost: boolean; foreseen: Foreseen }> {
  const counts = new CallCounts();
  const actions: Partial<Record<Action, number>> = {};
  let unknownCount = 0;
  let isAtMost = false;
  const pricePart = ({ targetRow, record }: PartToDo): void => {
    const plan = planRowNow(stepsOf(settings, targetRow, priorIntent(record), categories), (call) => {
      const found = answerFromSnapshot(call, snapshots);
      if (found) return { kind: 'success', data: found };
      counts.add(call.endpoint);
      return undefined;
    });
    counts.addRow(plan);
    if (plan.outcome === undefined && plan.write === undefined) unknownCount += 1;
    // Of a change of category alone, the vendor is told once for many rows.
    const action = plan.outcome?.status === 'deferred' ? 'updated' : actionOf(plan.outcome);
    if (action !== undefined) actions[action] = (actions[action] ?? 0) + 1;
    if (plan.write === undefined && plan.outcome === undefined) {
      const write = dearestWrite(targetRow.row.kind, settings.mode);
      if (write !== undefined) {
        counts.add(write);
        isAtMost = true;
      }
    }
  };
  // A block at a time: a promise for each row would cost more than the row.
  for await (const block of rows()) for (const { parts } of block) for (const part of parts) pricePart(part);
  return { calls: counts.byEndpoint(), isAtMost, foreseen: { actions, unknownCount } };
}

function actionOf(outcome: Outcome | undefined): Action | undefined {
  return outcome?.status === 'done' ? outcome.action : undefined;
}

function dearestWrite(kind: 'member' | 'customer' | 'topup' | 'lookup', mode: string): string | undefined {
  switch (kind) {
    case 'topup':
      return 'customerOpenApi/updateBalancePointByIncrement';
    case 'member':
      return mode === 'update' ? 'customerOpenApi/updateBaseInfo' : 'customerOpenApi/add';
    case 'customer':
      return 'POST /customers';
    case 'lookup':
      return undefined;
  }
}
