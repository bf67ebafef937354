import type { Clock } from '../base/clock.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import type { Reporter } from '../calls/reporter.ts';
import type { Vendors } from '../calls/vendors.ts';
import { openInput } from '../intake/read-rows.ts';
import { type RowToDo, rowsToDo } from '../intake/rows-to-do.ts';
import type { Scan } from '../intake/scan.ts';
import type { JobRow } from '../job/check-row.ts';
import { chooseFields } from '../job/fetched-fields.ts';
import type { JobSettings } from '../job/job-settings.ts';
import { lookupNeed, rowByRowCalls } from '../job/lookup-need.ts';
import type { Categories } from '../job/member-steps.ts';
import type { Ledger, RowRecord, Target } from '../ledger/ledger.ts';
import type { Snapshots } from './lookups.ts';
import { readCategories } from './read-categories.ts';
import { fillSnapshot, type LookupNeeds, openFreshSnapshot, snapshotPath } from './read-snapshots.ts';
import type { Snapshot } from './snapshot.ts';

export type GatherParts = {
  readonly inputPath: string;
  readonly settings: JobSettings;
  readonly controls: ControlSettings;
  readonly scan: Scan;
  readonly account: string;
  readonly homeFolder: string;
  readonly runFolder: string;
  readonly vendors: Vendors;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly reporter: Reporter;
  /** What the ledger holds of the run: nothing for a dry run. */
  readonly records: () => Iterable<RowRecord>;
};

export type Gathered = {
  readonly snapshots: Snapshots;
  readonly needs: Readonly<Record<Target, LookupNeeds>>;
  readonly categories: Categories;
  /** What the rows would cost one by one: told beside what they did cost. */
  readonly rowByRowCalls: number;
};

/** Opens what a run keeps of the vendors' records, shared with other commands when that is asked for. */
export function openSnapshots(parts: GatherParts): Snapshots {
  const { settings, controls, clock } = parts;
  const ageMsMax = controls.snapshotMaxAgeMs === 0 ? undefined : controls.snapshotMaxAgeMs;
  const place =
    ageMsMax === undefined ? { runFolder: parts.runFolder } : { homeFolder: parts.homeFolder, account: parts.account };
  const open = (target: Target): Snapshot =>
    openFreshSnapshot(snapshotPath(place, target), target, ageMsMax, clock.nowMs());
  return {
    ...(settings.targets.includes('kybio') && { kybio: open('kybio') }),
    ...(settings.targets.includes('wonder') && { wonder: open('wonder') }),
  };
}

/**
 * Reads what the rows need to know before any of them is sent: pages where they are cheaper than single
 * lookups, and the categories when they are to be changed.
 *
 * @throws StoppedError; OperatorError PAGE_FAILED, UNKNOWN_CATEGORY
 */
export async function gather(snapshots: Snapshots, parts: GatherParts): Promise<Gathered> {
  const { settings, controls, vendors } = parts;
  const { needs, rowByRowCalls: rowByRow } = await countNeeds(parts);
  // First: a name that the account does not have ends it here, for one call.
  const categories =
    settings.changesCategory && vendors.kybio
      ? await readCategories(vendors.kybio, await categoryNames(parts))
      : undefined;
  for (const target of settings.targets) {
    const snapshot = snapshots[target];
    if (!snapshot) continue;
    await fillSnapshot(target, snapshot, vendors, needs[target], {
      ledger: parts.ledger,
      clock: parts.clock,
      reporter: parts.reporter,
      way: settings.lookup,
      pageSizes: controls.pageSizes,
      hasWrites: settings.command !== 'export',
      countFound: (filled) => countFound(filled, target, parts),
    });
  }
  return { snapshots, needs, categories, rowByRowCalls: rowByRow };
}

/** Every row that is to be done, one target at a time. */
export async function* eachToDo(parts: GatherParts): AsyncGenerator<RowToDo> {
  const input = await openInput(parts.inputPath, parts.settings);
  for await (const toDo of rowsToDo(input.rows, { ...parts, records: parts.records() })) yield* toDo;
}

async function countNeeds(parts: GatherParts): Promise<Pick<Gathered, 'needs' | 'rowByRowCalls'>> {
  let rowByRow = 0;
  const counts = { kybio: noNeeds(), wonder: noNeeds() };
  for await (const { targetRow } of eachToDo(parts)) {
    const needs = counts[targetRow.target];
    rowByRow += rowByRowCalls(targetRow.row);
    switch (needOf(targetRow.row, targetRow.target, parts.settings)) {
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
  }
  return { needs: counts, rowByRowCalls: rowByRow };
}

function noNeeds(): { neededCount: number; pagesOnlyCount: number; savesCount: number } {
  return { neededCount: 0, pagesOnlyCount: 0, savesCount: 0 };
}

function needOf(row: JobRow, target: Target, settings: JobSettings): ReturnType<typeof lookupNeed> {
  const fields = settings.command === 'export' ? chooseFields(target, settings.columns) : [];
  return lookupNeed(row, { mode: settings.mode, fields });
}

async function countFound(snapshot: Snapshot, target: Target, parts: GatherParts): Promise<number> {
  let foundCount = 0;
  for await (const { targetRow } of eachToDo(parts)) {
    const { row } = targetRow;
    if (targetRow.target !== target || needOf(row, target, parts.settings) !== 'needed') continue;
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

async function categoryNames(parts: GatherParts): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const { targetRow } of eachToDo(parts)) {
    const name = targetRow.row.kind === 'member' ? targetRow.row.fields.categoryName : undefined;
    if (name !== undefined) names.add(name);
  }
  return names;
}

export function closeSnapshots(snapshots: Snapshots): void {
  snapshots.kybio?.close();
  snapshots.wonder?.close();
}
