import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { TextFields } from '../base/text-fields.ts';
import type { Reporter } from '../calls/reporter.ts';
import type { KybioVendor, Vendors, WonderVendor } from '../calls/vendors.ts';
import {
  chooseLookup,
  isWorthReadingCustomers,
  isWorthReadingOn,
  type LookupWay,
  nextProbe,
} from '../job/lookup-plan.ts';
import type { PageCursor } from '../kybio/client.ts';
import type { Ledger, Target } from '../ledger/ledger.ts';
import { readCustomers, readMembers } from './pages.ts';
import { openSnapshot, type Snapshot, type SnapshotKeys } from './snapshot.ts';

/** Records of an account as its last whole read counted them; and what an unfinished one has seen. */
const RECORD_COUNT_FACT = 'record_count';
const RECORD_COUNT_AT_LEAST_FACT = 'record_count_at_least';

const SNAPSHOT_KEYS: Readonly<Record<Target, SnapshotKeys>> = {
  kybio: { id: 'customerUid', number: 'number' },
  wonder: { id: 'uuid', number: 'reference_number' },
};

export type LookupNeeds = {
  /** Rows with a lookup that a page can answer. */
  readonly neededCount: number;
  /** Rows that only pages can answer. */
  readonly pagesOnlyCount: number;
  /** Rows that need no lookup, but would cost no write if they were known to be unchanged. */
  readonly savesCount: number;
};

export type SnapshotParts = {
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly way: LookupWay;
  readonly pageSizes: Readonly<Record<Target, number>>;
  /** Whether each row also costs a write. */
  readonly hasWrites: boolean;
  /** How many of the needed rows the snapshot answers: what the probe of an unknown account is judged by. */
  readonly countFound: (snapshot: Snapshot) => Promise<number>;
};

/** Where a run keeps its snapshot, or the account keeps one that later commands may share. */
export function snapshotPath(
  place: { runFolder: string } | { homeFolder: string; account: string },
  target: Target,
): string {
  if ('runFolder' in place) return join(place.runFolder, `snapshot-${target}.sqlite`);
  const name = createHash('sha256').update(place.account).digest('hex').slice(0, 16);
  return join(place.homeFolder, 'snapshots', `${target}-${name}.sqlite`);
}

/**
 * Opens the snapshot at `path`; one that is older than `ageMsMax` is removed first. `ageMsMax` undefined:
 * the run's own, which lives as long as the run.
 */
export function openFreshSnapshot(path: string, target: Target, ageMsMax: number | undefined, nowMs: number): Snapshot {
  const snapshot = openSnapshot(path, SNAPSHOT_KEYS[target]);
  const isExpired =
    ageMsMax !== undefined && snapshot.takenMs !== undefined && Math.abs(nowMs - snapshot.takenMs) > ageMsMax;
  if (!isExpired) return snapshot;
  snapshot.remove();
  rmSync(path, { force: true });
  return openSnapshot(path, SNAPSHOT_KEYS[target]);
}

/**
 * Reads the pages that are cheaper than single lookups into the snapshot, going on where an earlier read
 * stopped. Leaves it incomplete, or empty, when single lookups are cheaper.
 *
 * @throws StoppedError when the run stops; OperatorError PAGE_FAILED when a page could not be read
 */
export async function fillSnapshot(
  target: Target,
  snapshot: Snapshot,
  vendors: Vendors,
  needs: LookupNeeds,
  parts: SnapshotParts,
): Promise<void> {
  if (snapshot.isComplete) return;
  if (target === 'kybio' && vendors.kybio) await fillWithMembers(vendors.kybio, snapshot, needs, parts);
  if (target === 'wonder' && vendors.wonder) await fillWithCustomers(vendors.wonder, snapshot, needs, parts);
}

async function fillWithMembers(
  kybio: KybioVendor,
  snapshot: Snapshot,
  needs: LookupNeeds,
  parts: SnapshotParts,
): Promise<void> {
  const { ledger, reporter } = parts;
  const pageSize = parts.pageSizes.kybio;
  const { account } = kybio.lane.settings;
  const facts = readCounts(ledger, account);
  // What an earlier attempt or another command has read is not asked for again.
  const heldCount = snapshot.takenMs === undefined ? 0 : await parts.countFound(snapshot);
  const rowCount = needs.neededCount - heldCount;
  if (parts.way === 'auto' && rowCount <= snapshot.givenUpFor) return;
  const choice = chooseLookup(parts.way, { rowCount, pageSize, pagesHeld: snapshot.pageCount, ...facts });
  if (choice.way === 'rows') return;
  if (parts.way === 'auto') {
    reporter.note(
      facts.recordCount === undefined
        ? `Not known how many members there are: reading ${choice.probePages} pages to find out what is cheaper.`
        : `Reading the members by pages: fewer calls than a lookup for each of ${rowCount} rows.`,
    );
  }
  let { probePages } = choice;
  while (!snapshot.isComplete) {
    const pagesRead = snapshot.pageCount;
    if (probePages !== undefined && pagesRead >= probePages) {
      const foundCount = await parts.countFound(snapshot);
      // Found all: reading on could only tell how many members there are.
      if (foundCount >= needs.neededCount) break;
      const probe = { rowCount: needs.neededCount, foundCount, pagesRead, hasWrites: parts.hasWrites };
      if (!isWorthReadingOn(probe)) {
        snapshot.markGivenUp(needs.neededCount - foundCount);
        break;
      }
      probePages = nextProbe(probe);
    }
    await readMemberPage(kybio, snapshot, parts.clock);
  }
  rememberCount(ledger, account, snapshot, parts.clock);
}

/** Reads the next page of members into the snapshot. */
export async function readMemberPage(
  kybio: KybioVendor,
  snapshot: Snapshot,
  clock: Clock,
): Promise<readonly TextFields[]> {
  const cursor = snapshot.cursorJson === '' ? undefined : (JSON.parse(snapshot.cursorJson) as PageCursor);
  const page = await readMembers(kybio, cursor);
  snapshot.addPage(page.members, {
    cursorJson: page.cursor ? JSON.stringify(page.cursor) : '',
    isLast: page.isLast || page.cursor === undefined,
    nowMs: clock.nowMs(),
  });
  return page.members;
}

async function fillWithCustomers(
  wonder: WonderVendor,
  snapshot: Snapshot,
  needs: LookupNeeds,
  parts: SnapshotParts,
): Promise<void> {
  const { ledger, clock } = parts;
  const pageSize = parts.pageSizes.wonder;
  const { account } = wonder.lane.settings;
  const { recordCount, recordCountAtLeast } = readCounts(ledger, account);
  const isWorthIt = (count: number, recordsPerPage: number): boolean =>
    isWorthReadingCustomers(parts.way, needs, count, recordsPerPage);
  // The first page tells how many there are: asked only where one call may pay.
  if (!isWorthIt(likelyCustomerCount({ recordCount, recordCountAtLeast }), pageSize)) return;
  let seenCount = 0;
  for await (const { customers, total, isLast } of readCustomers(wonder, pageSize)) {
    snapshot.addPage(customers, { cursorJson: '', isLast, nowMs: clock.nowMs() });
    seenCount += customers.length;
    if (isLast) break;
    const known = total ?? (recordCount !== undefined && recordCount > seenCount ? recordCount : undefined);
    const count = known ?? likelyCustomerCount({ recordCount: undefined, recordCountAtLeast: seenCount });
    // A server may lower the limit, which makes the pages more.
    if (isWorthIt(count, Math.min(pageSize, customers.length))) continue;
    if (total === undefined) writeRecordCountAtLeast(ledger, account, seenCount, clock.nowMs());
    else writeRecordCount(ledger, account, total, clock.nowMs());
    return;
  }
  rememberCount(ledger, account, snapshot, clock);
}

/**
 * How many customers to reckon with. Where nothing announces their number, twice as many as were seen:
 * giving up halfway costs at most 1.5 times the better way.
 */
export function likelyCustomerCount({ recordCount, recordCountAtLeast }: RecordCounts): number {
  return recordCount ?? 2 * recordCountAtLeast;
}

export type RecordCounts = {
  /** As the last whole read counted them. */
  readonly recordCount: number | undefined;
  readonly recordCountAtLeast: number;
};

export function readCounts(ledger: Ledger, account: string): RecordCounts {
  const counted = ledger.facts.read(account, RECORD_COUNT_FACT);
  const recordCount = counted === undefined ? undefined : Number(counted);
  const recordCountAtLeast = Number(ledger.facts.read(account, RECORD_COUNT_AT_LEAST_FACT) ?? 0);
  // More were seen since they were counted: how many there are is not known any more.
  const isOutdated = recordCount !== undefined && recordCount < recordCountAtLeast;
  return { recordCount: isOutdated ? undefined : recordCount, recordCountAtLeast };
}

/** What a whole read has counted; what earlier ones saw says nothing more. */
export function writeRecordCount(ledger: Ledger, account: string, recordCount: number, nowMs: number): void {
  ledger.facts.write(account, RECORD_COUNT_FACT, String(recordCount), nowMs);
  ledger.facts.write(account, RECORD_COUNT_AT_LEAST_FACT, '0', nowMs);
}

function writeRecordCountAtLeast(ledger: Ledger, account: string, seenCount: number, nowMs: number): void {
  const atLeast = Math.max(seenCount, readCounts(ledger, account).recordCountAtLeast);
  ledger.facts.write(account, RECORD_COUNT_AT_LEAST_FACT, String(atLeast), nowMs);
}

function rememberCount(ledger: Ledger, account: string, snapshot: Snapshot, clock: Clock): void {
  const write = snapshot.isComplete ? writeRecordCount : writeRecordCountAtLeast;
  write(ledger, account, snapshot.recordCount, clock.nowMs());
}
