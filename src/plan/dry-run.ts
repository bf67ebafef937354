import { addDecimals, isZeroDecimal } from '../base/decimal.ts';
import { EXIT, OperatorError } from '../base/errors.ts';
import { lookupKey, sendLookup, vendorOf } from '../calls/endpoints.ts';
import type { RunContext } from '../calls/run-context.ts';
import { laneOf } from '../calls/vendors.ts';
import type { Answer } from '../http/answer.ts';
import type { Found, LookupCall, WriteCall } from '../job/call.ts';
import { messageText } from '../job/member-steps.ts';
import { memberKey } from '../job/row-key.ts';
import { stepsOf } from '../job/row-steps.ts';
import type { PartToDo } from '../stage/rows-to-do.ts';
import { planTexts } from '../texts/runs/plan.ts';
import { eachPart, type Gathered, type RowsToDo } from './gather.ts';
import { answerFromSnapshot, toFound } from './lookups.ts';
import { DAY_LOG_CALL, isLookDue } from './others-today.ts';
import { priceAhead } from './plan-ahead.ts';
import { planRow, type RowPlan } from './plan-row.ts';
import { describePrice, type PlanDocument, priceOf } from './price.ts';

/** Rows whose diff is shown on the terminal; all of them go into the file of -o. */
const ROWS_SHOWN_MAX = 10;

/**
 * Reads, but never writes: what each row would do, field by field, and what the run would cost. The first rows and
 * the price are noted for the person; the whole diff goes to `diff`, where there is one.
 *
 * @returns how many rows would end with which action, and the price
 * @throws StoppedError; OperatorError LOOKUP_FAILED
 */
export async function dryRun(
  gathered: Gathered,
  context: RunContext,
  rows: RowsToDo,
  diff: { write(cells: readonly string[]): Promise<void> } | undefined,
): Promise<{ actions: ReadonlyMap<string, number>; plan: PlanDocument }> {
  const { settings, controls, vendors, reporter, clock } = context;
  const actions = new Map<string, number>();
  let rowCount = 0;
  let changedCount = 0;
  await diff?.write([...DIFF_COLUMNS]);
  for await (const part of eachPart(rows)) {
    rowCount += 1;
    const steps = stepsOf(settings, part.targetRow, undefined, gathered.categories);
    const plan = await planRow(steps, (call) => lookUp(call, gathered, context));
    const action = plannedAction(plan);
    if (action !== undefined) actions.set(action, (actions.get(action) ?? 0) + 1);
    const changes = describeChanges(part, plan, action);
    if (changes.length === 0) continue;
    for (const change of changes) await diff?.write(DIFF_COLUMNS.map((column) => String(change[column])));
    changedCount += 1;
    if (changedCount <= ROWS_SHOWN_MAX) reporter.note(renderChanges(changes));
    if (changedCount === ROWS_SHOWN_MAX + 1) reporter.note(diff ? planTexts().allInDiff : planTexts().othersInDiff);
  }
  const rowCalls = await priceAhead(gathered, context, rows);
  const calls = (await isLookDue(context, rowCount)) ? { [DAY_LOG_CALL]: 1, ...rowCalls } : rowCalls;
  const lane = laneOf(vendors, settings.targets[0] ?? 'kybio');
  await lane.readDay();
  const plan = priceOf(calls, lane, controls, settings.storeZone, clock.nowMs());
  reporter.note(describePrice(plan, controls, lane, false));
  return { actions, plan };
}

/**
 * A lookup before anything is written; what it tells is kept for the price, and for a run that may share it.
 *
 * @throws StoppedError; OperatorError LOOKUP_FAILED
 */
export async function lookUp(call: LookupCall, { snapshots }: Gathered, context: RunContext): Promise<Answer<Found>> {
  const { vendors, ledger, clock } = context;
  const kept = answerFromSnapshot(call, snapshots);
  if (kept) return { kind: 'success', data: kept };
  const sequence = await ledger.sequence();
  const { answer } = await laneOf(vendors, vendorOf(call)).perform({
    endpoint: call.endpoint,
    isRepeatable: true,
    send: (onSent, attempt) => sendLookup(vendors, call, { onSent, about: { attempt } }),
  });
  if (answer.kind !== 'success') {
    const isRefused = answer.kind === 'refused' && answer.meaning === 'credentials';
    throw new OperatorError({
      code: 'LOOKUP_FAILED',
      message: planTexts().lookupFailed(answer.errorCode),
      hint: planTexts().lookupFailedHint(isRefused),
      exitCode: isRefused ? EXIT.credentials : EXIT.stopped,
    });
  }
  const at = { nowMs: clock.nowMs(), sequence };
  const snapshot = snapshots[vendorOf(call)];
  if (answer.data === undefined) snapshot?.addAbsent(lookupKey(call), at);
  else snapshot?.addWhole(answer.data, at);
  return toFound(answer, sequence);
}

function plannedAction({ write, outcome }: RowPlan): string | undefined {
  if (outcome?.status === 'done') return outcome.action;
  if (outcome?.status === 'deferred') return 'updated';
  if (write) return ACTION_OF[write.endpoint];
  return outcome?.status === 'failed' ? outcome.errorCode : undefined;
}

/** What `result_action` would say. */
const ACTION_OF: Readonly<Record<WriteCall['endpoint'], string>> = {
  'customerOpenApi/add': 'created',
  'customerOpenApi/updateBaseInfo': 'updated',
  'customerOpenApi/updateBalancePointByIncrement': 'topped_up',
  'POST /customers': 'upserted',
  'PUT /customers/:id': 'updated',
};

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

/** One line per field that would change, and one for what would not, with the reason. */
function describeChanges(
  { targetRow: { row, target }, rowNumber }: PartToDo & { readonly rowNumber: number },
  plan: RowPlan,
  action: string | undefined,
): Change[] {
  // Without `number:`, which says no more than the column.
  const key = memberKey(row).replace(/^[a-z]+:/, '');
  const base = { row: rowNumber, target, key, action: action ?? '', field: '', old: '', new: '', note: '' };
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
  for (const message of messages) changes.push({ ...base, note: messageText(message) });
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
    case 'customerOpenApi/updateBaseInfo':
    case 'POST /customers':
    case 'PUT /customers/:id':
      return from(write.fields);
  }
}

function renderChanges(changes: readonly Change[]): string {
  const [first] = changes;
  const fields = changes.map((change) =>
    change.note === '' ? `${change.field}: ${change.old === '' ? '' : `${change.old} → `}${change.new}` : change.note,
  );
  return planTexts().changes(first?.row ?? 0, first?.key ?? '', first?.action ?? '', fields);
}
