import { addDecimals, isZeroDecimal } from '../base/decimal.ts';
import { EXIT, OperatorError } from '../base/errors.ts';
import { laneOf, sendCall } from '../calls/vendors.ts';
import { openCsvWriter } from '../csv/write-csv.ts';
import type { Answer } from '../http/answer.ts';
import { openInput } from '../intake/read-rows.ts';
import type { RowToDo } from '../intake/rows-to-do.ts';
import { issuesOf } from '../intake/scan.ts';
import type { Found, LookupCall, WriteCall } from '../job/call.ts';
import { CATEGORY_LIST_CALL } from '../job/category-calls.ts';
import { stepsOf } from '../job/check-row.ts';
import { chooseLookup, isWorthReadingCustomers } from '../job/lookup-plan.ts';
import { Tally } from '../result/tally.ts';
import { eachToDo, type Gathered, type GatherParts } from './gather.ts';
import { answerFromSnapshot, lookupKey, toFound } from './lookups.ts';
import { CallCounts, planRow, type RowPlan } from './plan-row.ts';
import { describePrice, type PlanDocument, priceOf } from './price.ts';
import { answerAhead, type ReadingAhead } from './price-run.ts';
import { likelyCustomerCount, readCounts } from './read-snapshots.ts';

/** Rows whose diff is shown on the terminal; all of them go into the file of -o. */
const ROWS_SHOWN_MAX = 10;

/**
 * Reads, but never writes: what each row would do, field by field, and what the run would cost.
 *
 * @param diffPath where the whole diff goes as CSV; undefined: nowhere
 */
export async function dryRun(
  gathered: Gathered,
  diffPath: string | undefined,
  parts: GatherParts,
): Promise<{ tally: Tally; plan: PlanDocument }> {
  const { settings, controls, vendors, reporter, clock } = parts;
  const diff = diffPath === undefined ? undefined : await openDiff(diffPath);
  const actions = new Map<string, number>();
  let shownCount = 0;
  let isMarked = false;
  try {
    for await (const toDo of eachToDo(parts)) {
      const plan = await planRow(stepsOf(settings, toDo.targetRow, undefined, gathered.categories), (call) =>
        look(call, gathered, parts),
      );
      const action = plannedAction(plan);
      if (action !== undefined) actions.set(action, (actions.get(action) ?? 0) + 1);
      const changes = describeChanges(toDo, plan, action);
      for (const change of changes) await diff?.write(toCells(change));
      if (changes.length > 0 && shownCount < ROWS_SHOWN_MAX) {
        shownCount += 1;
        reporter.note(renderChanges(changes));
      } else if (changes.length > 0 && !isMarked) {
        isMarked = true;
        reporter.note(diffPath === undefined ? '… the others with -o diff.csv' : `… all of them in ${diffPath}`);
      }
    }
    await diff?.commit();
  } catch (error) {
    await diff?.abort();
    throw error;
  }
  const calls = await priceAhead(gathered, parts);
  const lane = laneOf(vendors, settings.targets[0] ?? 'kybio');
  const plan = priceOf(calls, lane, controls, settings.storeZone, clock.nowMs());
  reporter.note([...actions].map(([action, count]) => `${action} ${count}`).join(', ') || 'Nothing to do.');
  reporter.note(describePrice(plan, controls, lane, false));
  return { tally: await tallyOf(parts, actions), plan };
}

/** A lookup of the dry run itself; what it tells is kept for the price, and for a run that may share it. */
async function look(call: LookupCall, gathered: Gathered, parts: GatherParts): Promise<Answer<Found>> {
  const kept = answerFromSnapshot(call, gathered.snapshots, 0);
  if (kept) return { kind: 'success', data: kept };
  const target = call.endpoint.startsWith('customerOpenApi/') ? 'kybio' : 'wonder';
  const { answer } = await laneOf(parts.vendors, target).perform({
    endpoint: call.endpoint,
    isRepeatable: true,
    send: (onSent) => sendCall(parts.vendors, call, undefined, onSent),
  });
  const found = toFound(answer, parts.clock.nowMs());
  if (found.kind !== 'success') {
    throw new OperatorError({
      code: 'LOOKUP_FAILED',
      message: `A lookup failed with ${found.errorCode}; without it there is no plan.`,
      hint: 'Nothing was written. Try again.',
      exitCode: found.kind === 'refused' && found.meaning === 'credentials' ? EXIT.credentials : EXIT.stopped,
    });
  }
  if (found.data.state === 'present') gathered.snapshots[target]?.addWhole(found.data.fields, parts.clock.nowMs());
  else gathered.snapshots[target]?.addAbsent(lookupKey(call), parts.clock.nowMs());
  return found;
}

/**
 * The calls that a run started now would make, to the call when nothing else happens meanwhile: its reading
 * is chosen again by what is known now, and every row is followed with what the dry run has read.
 */
async function priceAhead(gathered: Gathered, parts: GatherParts): Promise<Readonly<Record<string, number>>> {
  const { settings } = parts;
  const counts = new CallCounts();
  const answer = answerAhead(
    { kybio: membersAhead(gathered, parts), wonder: customersAhead(gathered, parts) },
    gathered,
    counts,
  );
  for await (const { targetRow } of eachToDo(parts)) {
    counts.addRow(await planRow(stepsOf(settings, targetRow, undefined, gathered.categories), answer));
  }
  if (settings.changesCategory) counts.add(CATEGORY_LIST_CALL);
  return counts.byEndpoint();
}

/**
 * A run that begins as the dry run did reads the same pages and stops after the same: what they hold decides.
 * Only the choice to read at all may be another, by what the dry run has learned.
 */
function membersAhead(
  { snapshots, needs }: Gathered,
  { settings, controls, vendors, ledger }: GatherParts,
): ReadingAhead {
  if (controls.snapshotMaxAgeMs > 0) return { way: 'kept' };
  if (!vendors.kybio || !snapshots.kybio) return { way: 'rows' };
  const { way } = chooseLookup(settings.lookup, {
    ...readCounts(ledger, vendors.kybio.lane.settings.account),
    rowCount: needs.kybio.neededCount,
    pageSize: controls.pageSizes.kybio,
    pagesHeld: 0,
  });
  if (way === 'rows') return { way };
  return { way, endpoint: 'customerOpenApi/queryCustomerPages', pageCount: snapshots.kybio.pageCount };
}

function customersAhead(
  { snapshots, needs }: Gathered,
  { settings, controls, vendors, ledger }: GatherParts,
): ReadingAhead {
  if (controls.snapshotMaxAgeMs > 0) return { way: 'kept' };
  if (!vendors.wonder || !snapshots.wonder) return { way: 'rows' };
  const count = likelyCustomerCount(readCounts(ledger, vendors.wonder.lane.settings.account));
  const isRead = isWorthReadingCustomers(settings.lookup, needs.wonder, count, controls.pageSizes.wonder);
  if (!isRead) return { way: 'rows' };
  return { way: 'pages', endpoint: 'GET /customers', pageCount: snapshots.wonder.pageCount };
}

function plannedAction({ write, outcome }: RowPlan): string | undefined {
  if (outcome?.status === 'done') return outcome.action;
  if (outcome?.status === 'deferred') return 'updated';
  if (write) return write.endpoint;
  return outcome?.status === 'failed' ? outcome.errorCode : undefined;
}

type Change = {
  readonly row: number;
  readonly target: string;
  readonly key: string;
  readonly action: string;
  readonly field: string;
  readonly old: string;
  readonly new: string;
  readonly note: string;
};

const DIFF_COLUMNS = ['row', 'target', 'key', 'action', 'field', 'old', 'new', 'note'] as const;

function toCells(change: Change): string[] {
  return DIFF_COLUMNS.map((column) => String(change[column]));
}

/** One line per field that would change, and one for what would not, with the reason. */
function describeChanges({ input, targetRow }: RowToDo, plan: RowPlan, action: string | undefined): Change[] {
  const { row, target } = targetRow;
  const key =
    ('number' in row && row.number) ||
    ('reference_number' in row && row.reference_number) ||
    ('customerUid' in row && row.customerUid) ||
    '';
  const base = { row: input.rowNumber, target, key, action: action ?? '', field: '', old: '', new: '', note: '' };
  const changes: Change[] = plan.write
    ? changedFields(plan.write, plan.found?.fields).map((change) => ({ ...base, ...change }))
    : [];
  const { outcome } = plan;
  if (outcome?.status === 'deferred' && row.kind === 'member') {
    const { categoryName } = row.fields;
    changes.push({
      ...base,
      field: 'categoryName',
      old: plan.found?.fields.categoryName ?? '',
      new: categoryName ?? '',
    });
  }
  const messages = outcome && 'messages' in outcome ? outcome.messages : [];
  for (const note of messages) changes.push({ ...base, note });
  return changes;
}

function changedFields(
  write: WriteCall,
  current: Readonly<Record<string, string>> | undefined,
): { field: string; old: string; new: string }[] {
  const from = (fields: Readonly<Record<string, string>>): { field: string; old: string; new: string }[] =>
    Object.entries(fields)
      .filter(([field]) => field !== 'password')
      .map(([field, value]) => ({ field, old: current?.[field] ?? '', new: value }));
  switch (write.endpoint) {
    case 'customerOpenApi/add':
      return from(write.customerInfo);
    case 'customerOpenApi/updateBalancePointByIncrement':
      return (['point', 'balance'] as const).flatMap((field) => {
        const increment = field === 'point' ? write.pointIncrement : write.balanceIncrement;
        const old = current?.[field];
        if (isZeroDecimal(increment)) return [];
        return [{ field, old: old ?? '', new: old === undefined ? `+ ${increment}` : addDecimals(old, increment) }];
      });
    default:
      return from(write.fields);
  }
}

function renderChanges(changes: readonly Change[]): string {
  const [first] = changes;
  const fields = changes.map((change) =>
    change.note === '' ? `${change.field}: ${change.old === '' ? '' : `${change.old} → `}${change.new}` : change.note,
  );
  // One line a row, whatever the cells hold.
  return `Row ${first?.row} ${first?.key} ${first?.action}: ${fields.join(', ')}`.replace(/[\r\n]+/g, ' ⏎ ');
}

type Diff = { write(cells: readonly string[]): Promise<void> | void; commit(): Promise<void>; abort(): Promise<void> };

async function openDiff(path: string): Promise<Diff> {
  const writer = await openCsvWriter(path, { delimiter: ',', lineEnding: '\n', withByteOrderMark: false, raw: false });
  await writer.write([...DIFF_COLUMNS]);
  return writer;
}

/** The counts of a plan: rows that would be sent are `not_sent`; `actions` says what they would become. */
async function tallyOf(
  { inputPath, settings, scan }: GatherParts,
  actions: ReadonlyMap<string, number>,
): Promise<Tally> {
  const tally = new Tally();
  const input = await openInput(inputPath, settings);
  for await (const row of input.rows) {
    if (row.earlier === 'done' || row.earlier === 'in_doubt') {
      tally.add({ status: row.earlier, actions: [], errorCodes: [] });
      continue;
    }
    const errorCodes = [...new Set(issuesOf(row, settings, scan.seenKeys).map(({ errorCode }) => errorCode))];
    tally.add({ status: errorCodes.length > 0 ? 'invalid' : 'not_sent', actions: [], errorCodes });
    if (errorCodes.length > 0 || !row.checked.isValid) continue;
    for (const { row: targetRow } of row.checked.targetRows) {
      if (targetRow.kind === 'topup') tally.addAmounts(targetRow, 'not_sent');
    }
  }
  tally.addActions(actions);
  return tally;
}
