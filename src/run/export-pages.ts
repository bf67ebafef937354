import { assert } from '../base/errors.ts';
import { forEachBounded } from '../base/pull.ts';
import type { TextFields } from '../base/text-fields.ts';
import type { RunContext } from '../calls/run-context.ts';
import { openSeenKeys } from '../intake/seen-keys.ts';
import type { PageCursor } from '../kybio/client.ts';
import type { Target } from '../ledger/ledger.ts';
import { readCustomers, readMemberPages, succeeded } from '../plan/pages.ts';
import { type FillNeeds, fillSnapshot, openFreshSnapshot, sharedSnapshotPath } from '../plan/read-snapshots.ts';
import type { FoundRecords } from '../stage/found-records.ts';

/** Where an export's records go. */
export type ExportSink = {
  /**
   * What members' own lookups have found, by row; undefined: pages carry all fields that are asked for. A page of 100
   * members needs 100 lookups: what a pause leaves of them is not asked for again.
   */
  readonly found: FoundRecords | undefined;
  /** Rows that are written. */
  readonly rowCount: () => number;
  /** Rows that an earlier attempt has written already. */
  readonly skipRows: number;
  readonly writeRows: (records: readonly TextFields[]) => Promise<void>;
  /** Makes what was written durable, with the cursor that follows it. */
  readonly checkpoint: (cursor: PageCursor | undefined) => Promise<void>;
};

/** Reads the members page by page from `cursor` on; a pause or a kill costs one page at most. */
export async function exportMembers(
  context: RunContext,
  cursor: PageCursor | undefined,
  sink: ExportSink,
): Promise<void> {
  const { kybio } = context.vendors;
  assert(kybio, 'no Kybio client is open');
  for await (const page of readMemberPages(kybio, cursor)) {
    await sink.writeRows(await complete(page.members, context, sink));
    await sink.checkpoint(page.cursor);
  }
}

/** Writes every customer once. */
export async function exportCustomers(context: RunContext, sink: ExportSink): Promise<void> {
  const { wonder } = context.vendors;
  assert(wonder, 'no Wonder client is open');
  const seen = openSeenKeys();
  try {
    let rowNumber = 0;
    for await (const { customers } of readCustomers(wonder, context.controls.pageSizes.wonder)) {
      await sink.writeRows(
        customers.filter((customer) => {
          rowNumber += 1;
          return seen.firstRowOf(customer.uuid ?? '', rowNumber) === rowNumber;
        }),
      );
    }
  } finally {
    seen.close();
  }
}

/** Records written between two checkpoints. */
const RECORDS_PER_CHECKPOINT = 100;

/** Exports what was read by pages for this command or an earlier one, reading what is missing. */
export async function exportSnapshot(target: Target, context: RunContext, sink: ExportSink): Promise<void> {
  const path = sharedSnapshotPath(context, target);
  const snapshot = openFreshSnapshot(path, target, context.controls.snapshotMaxAgeMs, context.clock.nowMs());
  try {
    if (snapshot.hasAdditions && sink.skipRows === 0) {
      // We have added members since it was read: it no longer holds everybody.
      snapshot.clear();
    }
    // Read to the end, whatever that costs: everybody is asked for.
    await fillSnapshot(snapshot, target, { ...context, settings: { lookup: 'pages' } }, EVERYBODY);
    let skipCount = sink.skipRows;
    let batch: TextFields[] = [];
    const flush = async (): Promise<void> => {
      await sink.writeRows(target === 'kybio' ? await complete(batch, context, sink) : batch);
      await sink.checkpoint(undefined);
      batch = [];
    };
    for (const record of snapshot.iterate()) {
      if (skipCount > 0) {
        skipCount -= 1;
        continue;
      }
      batch.push(record);
      if (batch.length === RECORDS_PER_CHECKPOINT) await flush();
    }
    await flush();
  } finally {
    snapshot.close();
  }
}

const EVERYBODY: FillNeeds = {
  ...{ neededCount: 1, pagesOnlyCount: 1, savesCount: 0 },
  hasWrites: false,
  countFound: async () => 0,
};

/** Adds what pages do not carry, where it is asked for. */
async function complete(
  members: readonly TextFields[],
  { vendors: { kybio }, controls }: RunContext,
  sink: ExportSink,
): Promise<readonly TextFields[]> {
  const { found } = sink;
  if (!found || !kybio) return members;
  const firstRow = sink.rowCount() + 1;
  const whole: TextFields[] = [...members];
  await forEachBounded([[...members.entries()]], controls.concurrency, async ([index, member]) => {
    const { customerUid } = member;
    if (customerUid === undefined) return;
    const known = found.read(firstRow + index);
    // The page may have come back in another order.
    if (known?.customerUid === customerUid) {
      whole[index] = known;
      return;
    }
    const { answer } = await kybio.lane.perform({
      endpoint: 'customerOpenApi/queryByUid',
      isRepeatable: true,
      send: (onSent, attempt) => kybio.client.queryByUid(customerUid, { onSent, about: { attempt } }),
    });
    // Gone since the page was read: the page's fields are what there is.
    const record = succeeded(answer, 'queryByUid') ?? member;
    found.write(firstRow + index, record);
    whole[index] = record;
  });
  return whole;
}
