import type { Answer } from '../http/answer.ts';
import type { Found, LookupCall } from '../job/call.ts';
import { stepsOf } from '../job/check-row.ts';
import { FIELDS_NOT_IN_PAGES } from '../job/fetched-fields.ts';
import type { Target } from '../ledger/ledger.ts';
import { priorIntent } from '../send/send-rows.ts';
import { eachToDo, type Gathered, type GatherParts } from './gather.ts';
import { answerFromSnapshot, findRecord, targetOf } from './lookups.ts';
import { CallCounts, planRow } from './plan-row.ts';
import type { SnapshotRecord } from './snapshot.ts';

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

/** How a run that follows a dry run will find a vendor's records. */
export type ReadingAhead =
  /** From what the dry run has read: only what it did not keep is asked again. */
  | { readonly way: 'kept' }
  /** By the same pages as the dry run; what it looked up besides is looked up again. */
  | { readonly way: 'pages'; readonly endpoint: string; readonly pageCount: number }
  | { readonly way: 'rows' };

/**
 * Answers the lookups of a run that is to come, from what the dry run has read, and counts the calls which
 * that run will make for them.
 */
export function answerAhead(
  aheads: Readonly<Partial<Record<Target, ReadingAhead>>>,
  { snapshots }: Gathered,
  counts: CallCounts,
): (call: LookupCall) => Answer<Found> {
  for (const ahead of Object.values(aheads)) if (ahead.way === 'pages') counts.add(ahead.endpoint, ahead.pageCount);
  return (call) => {
    const target = targetOf(call);
    const way = aheads[target]?.way ?? 'rows';
    const snapshot = snapshots[target];
    const record = snapshot && findRecord(call, snapshot);
    const free =
      way === 'kept'
        ? answerFromSnapshot(call, snapshots, 0)
        : way === 'pages'
          ? answerFromPages(call, record, snapshot?.isComplete === true)
          : undefined;
    if (free) return { kind: 'success', data: free };
    if (call.source === 'snapshot_only') return { kind: 'success', data: { state: 'not_read' } };
    counts.add(call.endpoint);
    return {
      kind: 'success',
      data: record ? { state: 'present', fields: record.fields, lacks: [], isOfThisRun: true } : { state: 'absent' },
    };
  };
}

/** What the pages alone tell, without the lookups that the dry run made besides. */
function answerFromPages(
  { source, endpoint }: LookupCall,
  record: SnapshotRecord | undefined,
  isComplete: boolean,
): Found | undefined {
  if (source === 'vendor' || source === 'snapshot_if_whole') return undefined;
  if (record?.isOnPage) {
    const lacks = endpoint.startsWith('customerOpenApi/') ? FIELDS_NOT_IN_PAGES : [];
    return { state: 'present', fields: record.fields, lacks, isOfThisRun: true };
  }
  return isComplete && source !== 'snapshot_if_present' ? { state: 'absent' } : undefined;
}
