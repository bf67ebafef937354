import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { TextFields } from '../base/text-fields.ts';
import type { RunContext } from '../calls/run-context.ts';
import type { KybioVendor, WonderVendor } from '../calls/vendors.ts';
import {
  chooseLookup,
  isWorthReadingCustomers,
  isWorthReadingOn,
  isWorthReadingToSkip,
  nextProbe,
} from '../job/lookup-plan.ts';
import type { PageCursor } from '../kybio/client.ts';
import type { Ledger, LedgerReader, Target } from '../ledger/ledger.ts';
import { planTexts } from '../texts/runs/plan.ts';
import { pagesTurn, readCustomers, readMembers } from './pages.ts';
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

/** What decides how far a snapshot is read. */
export type FillNeeds = LookupNeeds & {
  /** Whether each row also costs a write. */
  readonly hasWrites: boolean;
  /** How many of the needed rows the snapshot answers: what the probe of an unknown account is judged by. */
  readonly countFound: (snapshot: Snapshot) => Promise<number>;
};

/** What reading pages takes of a run. */
type ReadContext = Pick<RunContext, 'vendors' | 'ledger' | 'clock' | 'reporter' | 'controls'> & {
  readonly settings: Pick<RunContext['settings'], 'lookup'>;
};

/** Where a run keeps what it has read by pages for itself alone. */
export function ownSnapshotPath(runFolder: string, target: Target): string {
  return join(runFolder, `pages-${target}.sqlite`);
}

/** Where a vendor's account keeps what later commands may share, whether they are about one vendor or about both. */
export function sharedSnapshotPath({ homeFolder, vendors }: SharedPlace, target: Target): string {
  const account = vendors[target]?.lane.settings.account ?? '';
  const name = createHash('sha256').update(account).digest('hex').slice(0, 16);
  return join(homeFolder, 'snapshots', `pages-${target}-${name}.sqlite`);
}

type SharedPlace = Pick<RunContext, 'homeFolder' | 'vendors'>;

/**
 * Opens the snapshot at `path`; one that is older than `ageMsMax` is emptied first. `ageMsMax` undefined:
 * the run's own, which lives as long as the run.
 */
export function openFreshSnapshot(path: string, target: Target, ageMsMax: number | undefined, nowMs: number): Snapshot {
  const snapshot = openSnapshot(path, SNAPSHOT_KEYS[target]);
  const isExpired =
    ageMsMax !== undefined && snapshot.takenMs !== undefined && Math.abs(nowMs - snapshot.takenMs) > ageMsMax;
  if (isExpired) snapshot.clear();
  return snapshot;
}

/**
 * Reads the pages that are cheaper than single lookups into the snapshot, going on where an earlier read
 * stopped. Leaves it incomplete, or empty, when single lookups are cheaper.
 *
 * @throws StoppedError when the run stops; OperatorError PAGE_FAILED when a page could not be read
 */
export async function fillSnapshot(
  snapshot: Snapshot,
  target: Target,
  context: ReadContext,
  needs: FillNeeds,
): Promise<void> {
  const { kybio, wonder } = context.vendors;
  if (snapshot.isComplete) return;
  if (target === 'kybio' && kybio) await fillWithMembers(snapshot, kybio, context, needs);
  if (target === 'wonder' && wonder) await fillWithCustomers(snapshot, wonder, context, needs);
}

async function fillWithMembers(
  snapshot: Snapshot,
  kybio: KybioVendor,
  context: ReadContext,
  needs: FillNeeds,
): Promise<void> {
  const { ledger, reporter } = context;
  const way = context.settings.lookup;
  const pageSize = context.controls.pageSizes.kybio;
  const { account } = kybio.lane.settings;
  const facts = await readCounts(ledger, account);
  // What an earlier attempt or another command has read is not asked for again.
  const heldCount = snapshot.takenMs === undefined ? 0 : await needs.countFound(snapshot);
  const rowCount = needs.neededCount - heldCount;
  const isGivenUp = way === 'auto' && rowCount <= snapshot.givenUpFor;
  const choice = chooseLookup(isGivenUp ? 'rows' : way, {
    rowCount,
    pageSize,
    pagesHeld: snapshot.pageCount,
    ...facts,
  });
  if (choice.way === 'rows') {
    await readToSaveWrites(snapshot, kybio, context, { ...facts, rowCount: needs.savesCount });
    return;
  }
  if (way === 'auto') {
    reporter.note(
      facts.recordCount === undefined
        ? planTexts().probing(choice.probePages ?? 0)
        : planTexts().readingPages(rowCount),
    );
  }
  let { probePages } = choice;
  while (!snapshot.isComplete) {
    const pagesRead = snapshot.pageCount;
    if (probePages !== undefined && pagesRead >= probePages) {
      const foundCount = await needs.countFound(snapshot);
      // Found all: reading on could only tell how many members there are.
      if (foundCount >= needs.neededCount) break;
      const probe = { rowCount: needs.neededCount, foundCount, pagesRead, hasWrites: needs.hasWrites };
      if (!isWorthReadingOn(probe)) {
        snapshot.markGivenUp(needs.neededCount - foundCount);
        break;
      }
      probePages = nextProbe(probe);
    }
    await readMemberPage(snapshot, kybio, context);
  }
  await rememberCount(ledger, account, snapshot);
}

/** Rows that need no lookup cost no write either when the pages show that their member is already so. */
async function readToSaveWrites(
  snapshot: Snapshot,
  kybio: KybioVendor,
  context: ReadContext,
  { rowCount, ...facts }: RecordCounts & { readonly rowCount: number },
): Promise<void> {
  const pageSize = context.controls.pageSizes.kybio;
  const isWorthIt = (recordCount: number): boolean =>
    isWorthReadingToSkip(context.settings.lookup, rowCount, recordCount, pageSize);
  if (!isWorthIt(likelyRecordCount(facts))) return;
  context.reporter.note(planTexts().readingPagesToSkip(rowCount));
  while (!snapshot.isComplete) {
    await readMemberPage(snapshot, kybio, context);
    const counts = { recordCount: facts.recordCount, recordCountAtLeast: snapshot.recordCount };
    if (!snapshot.isComplete && !isWorthIt(likelyRecordCount(counts))) break;
  }
  await rememberCount(context.ledger, kybio.lane.settings.account, snapshot);
}

/**
 * Reads the next page of members into the snapshot.
 *
 * @throws OperatorError PAGE_FAILED also when the page ends where an earlier page ended, or holds nobody new
 */
export async function readMemberPage(
  snapshot: Snapshot,
  kybio: KybioVendor,
  { ledger, clock }: Pick<RunContext, 'ledger' | 'clock'>,
): Promise<readonly TextFields[]> {
  const cursor = snapshot.cursorJson === '' ? undefined : (JSON.parse(snapshot.cursorJson) as PageCursor);
  const sequence = await ledger.sequence();
  const page = await readMembers(kybio, cursor);
  const cursorJson = page.cursor ? JSON.stringify(page.cursor) : '';
  const isLast = page.isLast || page.cursor === undefined;
  if (!isLast) {
    const isNew = page.members.some(({ customerUid = '' }) => snapshot.findById(customerUid)?.isOnPage !== true);
    if (!isNew || snapshot.hasCursor(cursorJson)) throw pagesTurn('queryCustomerPages');
  }
  snapshot.addPage(page.members, { cursorJson, isLast, nowMs: clock.nowMs(), sequence });
  return page.members;
}

async function fillWithCustomers(
  snapshot: Snapshot,
  wonder: WonderVendor,
  context: ReadContext,
  needs: FillNeeds,
): Promise<void> {
  const { ledger, clock } = context;
  const pageSize = context.controls.pageSizes.wonder;
  const { account } = wonder.lane.settings;
  const { recordCount, recordCountAtLeast } = await readCounts(ledger, account);
  const isWorthIt = (count: number, recordsPerPage: number): boolean =>
    isWorthReadingCustomers(context.settings.lookup, needs, count, recordsPerPage);
  // The first page tells how many there are: asked only where one call may pay.
  if (!isWorthIt(likelyRecordCount({ recordCount, recordCountAtLeast }), pageSize)) return;
  let seenCount = 0;
  const sequence = await ledger.sequence();
  for await (const { customers, total, isLast } of readCustomers(wonder, pageSize)) {
    snapshot.addPage(customers, { cursorJson: '', isLast, nowMs: clock.nowMs(), sequence });
    seenCount += customers.length;
    if (isLast) break;
    const known = total ?? (recordCount !== undefined && recordCount > seenCount ? recordCount : undefined);
    const count = known ?? likelyRecordCount({ recordCount: undefined, recordCountAtLeast: seenCount });
    // A server may lower the limit, which makes the pages more.
    if (isWorthIt(count, Math.min(pageSize, customers.length))) continue;
    if (total === undefined) await writeRecordCountAtLeast(ledger, account, seenCount);
    else await writeRecordCount(ledger, account, total);
    return;
  }
  await rememberCount(ledger, account, snapshot);
}

/**
 * How many members or customers to reckon with. Where nothing announces their number, twice as many as were seen:
 * giving up halfway costs at most 1.5 times the better way.
 */
export function likelyRecordCount({ recordCount, recordCountAtLeast }: RecordCounts): number {
  return recordCount ?? 2 * recordCountAtLeast;
}

type RecordCounts = {
  /** As the last whole read counted them. */
  readonly recordCount: number | undefined;
  readonly recordCountAtLeast: number;
};

export async function readCounts(ledger: LedgerReader, account: string): Promise<RecordCounts> {
  const counted = await ledger.facts.read(account, RECORD_COUNT_FACT);
  const recordCount = counted === undefined ? undefined : Number(counted);
  const recordCountAtLeast = Number((await ledger.facts.read(account, RECORD_COUNT_AT_LEAST_FACT)) ?? 0);
  // More were seen since they were counted: how many there are is not known any more.
  const isOutdated = recordCount !== undefined && recordCount < recordCountAtLeast;
  return { recordCount: isOutdated ? undefined : recordCount, recordCountAtLeast };
}

/** What a whole read has counted; what earlier reads saw says nothing more. */
export async function writeRecordCount(ledger: Ledger, account: string, recordCount: number): Promise<void> {
  await ledger.facts.write(account, RECORD_COUNT_FACT, String(recordCount));
  await ledger.facts.write(account, RECORD_COUNT_AT_LEAST_FACT, '0');
}

async function writeRecordCountAtLeast(ledger: Ledger, account: string, seenCount: number): Promise<void> {
  const { recordCountAtLeast } = await readCounts(ledger, account);
  await ledger.facts.write(account, RECORD_COUNT_AT_LEAST_FACT, String(Math.max(seenCount, recordCountAtLeast)));
}

async function rememberCount(ledger: Ledger, account: string, snapshot: Snapshot): Promise<void> {
  const write = snapshot.isComplete ? writeRecordCount : writeRecordCountAtLeast;
  await write(ledger, account, snapshot.recordCount);
}
