import { EXIT, fileError, OperatorError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import type { RunContext } from '../calls/run-context.ts';
import type { KybioVendor } from '../calls/vendors.ts';
import { CATEGORY_LIST_CALL } from '../job/category-calls.ts';
import type { JobRow } from '../job/check-row.ts';
import { chooseFields } from '../job/fetched-fields.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { lookupNeed, rowByRowCalls } from '../job/lookup-need.ts';
import type { Categories } from '../job/member-steps.ts';
import type { Target } from '../ledger/ledger.ts';
import type { PartToDo, RowToDo } from '../stage/rows-to-do.ts';
import { planTexts } from '../texts/runs/plan.ts';
import type { Snapshots } from './lookups.ts';
import {
  fillSnapshot,
  type LookupNeeds,
  openFreshSnapshot,
  ownSnapshotPath,
  sharedSnapshotPath,
} from './read-snapshots.ts';
import type { Snapshot } from './snapshot.ts';

/** Reads the rows that are to be done from the start, in blocks, each time it is called. */
export type RowsToDo = () => AsyncIterable<readonly RowToDo[]>;

export type Gathered = {
  readonly snapshots: Snapshots;
  readonly needs: Readonly<Record<Target, LookupNeeds>>;
  readonly categories: Categories;
  /** What the rows would cost one by one: told beside what they did cost. */
  readonly rowByRowCalls: number;
};

/** Opens what a run keeps of the vendors' records, shared with other commands when that is asked for. */
export async function openSnapshots(context: RunContext): Promise<Snapshots> {
  const { settings, controls, clock } = context;
  const isShared = controls.snapshotMaxAgeMs > 0;
  const open = (target: Target): Snapshot =>
    openFreshSnapshot(
      isShared ? sharedSnapshotPath(context, target) : ownSnapshotPath(context.runFolder, target),
      target,
      isShared ? controls.snapshotMaxAgeMs : undefined,
      clock.nowMs(),
    );
  return {
    // The run's own reading is its own, also after `resume`. A shared one may be older than the run.
    ownFrom: isShared ? await context.ledger.sequence() : 0,
    ...(settings.targets.includes('kybio') && { kybio: open('kybio') }),
    ...(settings.targets.includes('wonder') && { wonder: open('wonder') }),
  };
}

export function closeSnapshots(snapshots: Snapshots): void {
  snapshots.kybio?.close();
  snapshots.wonder?.close();
}

/**
 * Reads what the rows need to know before any of them is sent: pages where they are cheaper than single
 * lookups, and the categories when they are to be changed.
 *
 * @throws StoppedError; OperatorError PAGE_FAILED, CATEGORIES_UNREAD, UNKNOWN_CATEGORY
 */
export async function gather(snapshots: Snapshots, context: RunContext, rows: RowsToDo): Promise<Gathered> {
  const { settings } = context;
  const { needs, rowByRowCalls: rowByRow, categoryNames } = await countNeeds(settings, rows);
  // First: a name that the account does not have ends it here, for one call.
  const categories = await categoriesFor(categoryNames, context);
  for (const target of settings.targets) {
    const snapshot = snapshots[target];
    if (!snapshot) continue;
    const countFound = (filled: Snapshot) => countRowsFound(filled, target, settings, rows);
    await fillSnapshot(snapshot, target, context, {
      ...needs[target],
      hasWrites: settings.command !== 'export',
      countFound,
    });
  }
  return { snapshots, needs, categories, rowByRowCalls: rowByRow };
}

/**
 * All that a part of the rows takes when the pages were read for all of them: the categories, where they are changed.
 *
 * @throws StoppedError; OperatorError CATEGORIES_UNREAD, UNKNOWN_CATEGORY
 */
export async function gatherCategories(context: RunContext, rows: RowsToDo): Promise<Categories> {
  return categoriesFor((await countNeeds(context.settings, rows)).categoryNames, context);
}

/** Names that are needed, and their uids; without a name no call is made. */
async function categoriesFor(
  names: ReadonlySet<string>,
  { settings, vendors }: RunContext,
): Promise<ReadonlyMap<string, string> | undefined> {
  if (!settings.changesCategory || !vendors.kybio || names.size === 0) return undefined;
  return readCategories(vendors.kybio, names);
}

/** Every row that is to be done, one target at a time. */
export async function* eachPart(rows: RowsToDo): AsyncGenerator<PartToDo & { readonly rowNumber: number }> {
  for await (const block of rows()) {
    for (const { rowNumber, parts } of block) for (const part of parts) yield { ...part, rowNumber };
  }
}

type Counted = Pick<Gathered, 'needs' | 'rowByRowCalls'> & { readonly categoryNames: ReadonlySet<string> };

async function countNeeds(settings: JobSettings, rows: RowsToDo): Promise<Counted> {
  let rowByRow = 0;
  const counts = { kybio: noNeeds(), wonder: noNeeds() };
  const categoryNames = new Set<string>();
  const countPart = ({ targetRow: { row, target } }: PartToDo): void => {
    const needs = counts[target];
    rowByRow += rowByRowCalls(row, settings);
    const name = row.kind === 'member' ? row.fields.categoryName : undefined;
    if (name !== undefined) categoryNames.add(name);
    switch (needOf(row, target, settings)) {
      case 'needed':
        needs.neededCount += 1;
        break;
      case 'pages':
        needs.pagesOnlyCount += 1;
        break;
      case 'saves':
        needs.savesCount += 1;
        break;
      case 'none':
        break;
    }
  };
  for await (const block of rows()) for (const { parts } of block) for (const part of parts) countPart(part);
  return { needs: counts, rowByRowCalls: rowByRow, categoryNames };
}

function noNeeds(): { neededCount: number; pagesOnlyCount: number; savesCount: number } {
  return { neededCount: 0, pagesOnlyCount: 0, savesCount: 0 };
}

function needOf(row: JobRow, target: Target, settings: JobSettings): ReturnType<typeof lookupNeed> {
  const fields = settings.command === 'export' ? chooseFields(target, settings.columns) : [];
  return lookupNeed(row, { mode: settings.mode, fields, readsBefore: settings.readsBefore });
}

async function countRowsFound(
  snapshot: Snapshot,
  target: Target,
  settings: JobSettings,
  rows: RowsToDo,
): Promise<number> {
  let foundCount = 0;
  for await (const { targetRow } of eachPart(rows)) {
    const { row } = targetRow;
    if (targetRow.target !== target || needOf(row, target, settings) !== 'needed') continue;
    if (holds(snapshot, row)) foundCount += 1;
  }
  return foundCount;
}

/** Whether it is there, or a lookup has found that it is not. */
function holds(snapshot: Snapshot, row: JobRow): boolean {
  const number = 'reference_number' in row ? row.reference_number : 'number' in row ? row.number : undefined;
  if (number !== undefined) return snapshot.findByNumber(number) !== undefined || snapshot.isKnownAbsent(number);
  const id = 'customerUid' in row ? row.customerUid : undefined;
  return id !== undefined && (snapshot.findById(id) !== undefined || snapshot.isKnownAbsent(id));
}

/**
 * The account's categories, name → uid, after checking that every name of the file is among them.
 *
 * @throws OperatorError UNKNOWN_CATEGORY (exit 3), before anything is written
 */
async function readCategories(kybio: KybioVendor, names: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> {
  const { answer } = await kybio.lane.perform({
    endpoint: CATEGORY_LIST_CALL,
    isRepeatable: true,
    send: (onSent, attempt) => kybio.client.queryAllCustomerCategory({ onSent, about: { attempt } }),
  });
  if (answer.kind !== 'success') {
    throw new OperatorError({
      code: 'CATEGORIES_UNREAD',
      message: planTexts().categoriesUnread(answer.errorCode),
      hint: planTexts().categoriesUnreadHint,
      exitCode: answer.kind === 'refused' && answer.meaning === 'credentials' ? EXIT.credentials : EXIT.stopped,
    });
  }
  const categories = new Map(answer.data.map(({ name, uid }) => [name, uid]));
  const unknown = [...names].filter((name) => !categories.has(name));
  if (unknown.length === 0) return categories;
  const named = unknown.map((name) => ({ name, nearest: nearestName(name, categories.keys()) }));
  throw fileError(
    'UNKNOWN_CATEGORY',
    planTexts().unknownCategories(named),
    planTexts().unknownCategoriesHint([...categories.keys()]),
  );
}
