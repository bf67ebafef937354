import { vendorOf } from '../calls/endpoints.ts';
import type { RunContext } from '../calls/run-context.ts';
import type { Answer } from '../http/answer.ts';
import type { Found, LookupCall } from '../job/call.ts';
import { CATEGORY_LIST_CALL } from '../job/category-calls.ts';
import { chooseLookup, isWorthReadingCustomers, isWorthReadingToSkip } from '../job/lookup-plan.ts';
import { stepsOf } from '../job/row-steps.ts';
import type { Target } from '../ledger/ledger.ts';
import { eachPart, type Gathered, type RowsToDo } from './gather.ts';
import { answerFromSnapshot, findRecord, present } from './lookups.ts';
import { CallCounts, planRow } from './plan-row.ts';
import { likelyRecordCount, readCounts } from './read-snapshots.ts';

/**
 * The calls that a run started right after this dry run would make. Exact when nothing else happens meanwhile:
 * the way of reading is chosen again by what is known now, and every row is followed with what was read.
 */
export async function priceAhead(
  gathered: Gathered,
  context: RunContext,
  rows: RowsToDo,
): Promise<Readonly<Record<string, number>>> {
  const { settings } = context;
  const counts = new CallCounts();
  const ways = { kybio: await membersAhead(gathered, context), wonder: await customersAhead(gathered, context) };
  const answer = answerAhead(ways, gathered, counts);
  for await (const { targetRow } of eachPart(rows)) {
    counts.addRow(await planRow(stepsOf(settings, targetRow, undefined, gathered.categories), answer));
  }
  if (settings.changesCategory) counts.add(CATEGORY_LIST_CALL);
  return counts.byEndpoint();
}

/** How a run that follows a dry run will find a vendor's records. */
type ReadingAhead =
  /** From what the dry run has read: only what it did not keep is asked again. */
  | { readonly way: 'kept' }
  /** By the same pages as the dry run; what it looked up besides is looked up again. */
  | { readonly way: 'pages'; readonly endpoint: string; readonly pageCount: number }
  | { readonly way: 'rows' };

/**
 * A run that begins as the dry run did reads the same pages and stops after the same: what they hold decides.
 * Only the choice to read at all may be another, by what the dry run has learned.
 */
async function membersAhead({ snapshots, needs }: Gathered, context: RunContext): Promise<ReadingAhead> {
  const { settings, controls, vendors, ledger } = context;
  if (controls.snapshotMaxAgeMs > 0) return { way: 'kept' };
  if (!vendors.kybio || !snapshots.kybio) return { way: 'rows' };
  const counts = await readCounts(ledger, vendors.kybio.lane.settings.account);
  const pageSize = controls.pageSizes.kybio;
  const { neededCount, savesCount } = needs.kybio;
  const { way } = chooseLookup(settings.lookup, { ...counts, rowCount: neededCount, pageSize, pagesHeld: 0 });
  const savesWrites = isWorthReadingToSkip(settings.lookup, savesCount, likelyRecordCount(counts), pageSize);
  if (way === 'rows' && !savesWrites) return { way };
  return { way: 'pages', endpoint: 'customerOpenApi/queryCustomerPages', pageCount: snapshots.kybio.pageCount };
}

async function customersAhead({ snapshots, needs }: Gathered, context: RunContext): Promise<ReadingAhead> {
  const { settings, controls, vendors, ledger } = context;
  if (controls.snapshotMaxAgeMs > 0) return { way: 'kept' };
  if (!vendors.wonder || !snapshots.wonder) return { way: 'rows' };
  const count = likelyRecordCount(await readCounts(ledger, vendors.wonder.lane.settings.account));
  const isRead = isWorthReadingCustomers(settings.lookup, needs.wonder, count, controls.pageSizes.wonder);
  if (!isRead) return { way: 'rows' };
  return { way: 'pages', endpoint: 'GET /customers', pageCount: snapshots.wonder.pageCount };
}

/** Answers the lookups of the run to come from what was read, and counts the calls that it will make for them. */
function answerAhead(
  ways: Readonly<Record<Target, ReadingAhead>>,
  { snapshots }: Gathered,
  counts: CallCounts,
): (call: LookupCall) => Answer<Found> {
  for (const ahead of Object.values(ways)) if (ahead.way === 'pages') counts.add(ahead.endpoint, ahead.pageCount);
  return (call) => {
    const target = vendorOf(call);
    const free = freeAnswer(call, ways[target].way, snapshots);
    if (free) return { kind: 'success', data: free };
    if (call.source === 'snapshot_only') return { kind: 'success', data: { state: 'not_read' } };
    counts.add(call.endpoint);
    const snapshot = snapshots[target];
    const record = snapshot && findRecord(call, snapshot);
    const whole = record && { ...record, isWhole: true };
    return { kind: 'success', data: whole ? present(call, whole, 0) : { state: 'absent' } };
  };
}

/** What a lookup will be told without a call. */
function freeAnswer(call: LookupCall, way: ReadingAhead['way'], snapshots: Gathered['snapshots']): Found | undefined {
  switch (way) {
    case 'kept':
      return answerFromSnapshot(call, snapshots);
    case 'rows':
      return undefined;
    case 'pages': {
      // The pages alone, without the lookups that the dry run made besides.
      if (call.source === 'vendor' || call.source === 'snapshot_if_whole') return undefined;
      const snapshot = snapshots[vendorOf(call)];
      const record = snapshot && findRecord(call, snapshot);
      if (record?.isOnPage) return present(call, { ...record, isWhole: false }, 0);
      return snapshot?.isComplete && call.source !== 'snapshot_if_present' ? { state: 'absent' } : undefined;
    }
  }
}
