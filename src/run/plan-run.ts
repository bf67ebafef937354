import type { Answer } from '../http/answer.ts';
import type { Found, LookupCall } from '../job/call.ts';
import { FIELDS_NOT_IN_PAGES } from '../job/fetched-fields.ts';
import { pageCalls } from '../job/lookup-plan.ts';
import { stepsOf } from './file-job.ts';
import { eachToDo, type Gathered, type GatherParts } from './gather.ts';
import { answerFromSnapshot } from './lookups.ts';
import { CallCounts, planRow } from './plan.ts';
import { priorIntent } from './run-rows.ts';

/**
 * What a run will spend on top of what it has read: exact where every lookup can be answered from what was
 * read; where it cannot, the dearest that can follow (a lookup and a write).
 */
export async function priceRun(
  gathered: Gathered,
  parts: GatherParts,
): Promise<{ calls: Readonly<Record<string, number>>; isAtMost: boolean }> {
  const counts = new CallCounts();
  let isAtMost = false;
  for await (const { targetRow, record } of eachToDo(parts)) {
    const plan = await planRow(stepsOf(parts.settings, targetRow, priorIntent(record), gathered.categories), (call) => {
      const found = answerFromSnapshot(call, gathered.snapshots, 0);
      if (found) return { kind: 'success', data: found };
      counts.add(call.endpoint);
      return undefined;
    });
    counts.addRow(plan);
    if (plan.write === undefined && plan.outcome === undefined) {
      const write = dearestWrite(targetRow.row.kind, parts.settings.mode);
      if (write !== undefined) {
        counts.add(write);
        isAtMost = true;
      }
    }
  }
  return { calls: counts.byEndpoint(), isAtMost };
}

function dearestWrite(kind: 'member' | 'customer' | 'topup' | 'lookup', mode: string): string | undefined {
  if (kind === 'topup') return 'customerOpenApi/updateBalancePointByIncrement';
  if (kind !== 'member') return undefined;
  return mode === 'update' ? 'customerOpenApi/updateBaseInfo' : 'customerOpenApi/add';
}

/** How a run that follows a dry run will find its records. */
export type ReadingAhead =
  /** From what the dry run has read: only what it did not keep is asked again. */
  | { readonly way: 'kept' }
  | { readonly way: 'pages'; readonly recordCount: number; readonly pageSize: number }
  | { readonly way: 'rows' };

/**
 * Answers the lookups of a run that is to come, from what the dry run knows, and counts the calls which
 * that run will make for them.
 */
export function answerAhead(
  ahead: ReadingAhead,
  gathered: Gathered,
  known: (call: LookupCall) => Found | undefined,
  counts: CallCounts,
): (call: LookupCall) => Answer<Found> | undefined {
  if (ahead.way === 'pages')
    counts.add('customerOpenApi/queryCustomerPages', pageCalls(ahead.recordCount, ahead.pageSize));
  return (call) => {
    if (call.source === 'snapshot_only') {
      return { kind: 'success', data: answerFromSnapshot(call, gathered.snapshots, 0) ?? { state: 'not_read' } };
    }
    const found = known(call);
    if (ahead.way === 'kept') {
      const kept = answerFromSnapshot(call, gathered.snapshots, 0);
      if (kept) return { kind: 'success', data: kept };
    }
    if (ahead.way === 'pages' && call.source !== 'vendor') {
      if (found?.state === 'present') return { kind: 'success', data: { ...found, lacks: FIELDS_NOT_IN_PAGES } };
      if (call.source === 'snapshot') return { kind: 'success', data: { state: 'absent' } };
    }
    counts.add(call.endpoint);
    return found && { kind: 'success', data: found };
  };
}
