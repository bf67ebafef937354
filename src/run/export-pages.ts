import { forEachBounded } from '../base/pull.ts';
import type { TextFields } from '../base/text-fields.ts';
import type { KybioVendor, Vendors, WonderVendor } from '../calls/vendors.ts';
import { openSeenKeys } from '../intake/seen-keys.ts';
import type { PageCursor } from '../kybio/client.ts';
import type { Target } from '../ledger/ledger.ts';
import { readCustomers, readMembers, succeeded } from '../plan/pages.ts';
import { fillSnapshot, openFreshSnapshot, type SnapshotParts, snapshotPath } from '../plan/read-snapshots.ts';

/** Where an export's records go. */
export type ExportSink = {
  /** Whether fields are asked for that pages do not carry: one call a member. */
  readonly needsLookups: boolean;
  readonly concurrency: number;
  /** Rows that an earlier attempt has written already. */
  readonly skipRows: number;
  readonly writeRows: (records: readonly TextFields[]) => Promise<void>;
  /** Makes what was written durable, with the cursor that follows it. */
  readonly checkpoint: (cursor: PageCursor | undefined) => Promise<void>;
};

/** Reads the members page by page from `cursor` on; a pause or a kill costs one page at most. */
export async function exportMembers(
  kybio: KybioVendor,
  cursor: PageCursor | undefined,
  sink: ExportSink,
): Promise<void> {
  for (let next = cursor; ; ) {
    const page = await readMembers(kybio, next);
    await sink.writeRows(await complete(page.members, kybio, sink));
    next = page.cursor;
    await sink.checkpoint(next);
    if (page.isLast || next === undefined) return;
  }
}

/** Writes every customer once. */
export async function exportCustomers(wonder: WonderVendor, pageSize: number, sink: ExportSink): Promise<void> {
  const seen = openSeenKeys();
  try {
    let rowNumber = 0;
    for await (const { customers } of readCustomers(wonder, pageSize)) {
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

export type SnapshotSource = SnapshotParts & {
  readonly account: string;
  readonly homeFolder: string;
  readonly ageMsMax: number;
};

/** Records written between two checkpoints. */
const RECORDS_PER_CHECKPOINT = 100;

/** Exports what was read by pages for this command or an earlier one, reading what is missing. */
export async function exportSnapshot(
  target: Target,
  vendors: Vendors,
  sink: ExportSink,
  source: SnapshotSource,
): Promise<void> {
  const path = snapshotPath(source, target);
  const open = () => openFreshSnapshot(path, target, source.ageMsMax, source.clock.nowMs());
  let snapshot = open();
  try {
    if (snapshot.hasAdditions && sink.skipRows === 0) {
      // We have added members since it was read: it no longer holds everybody.
      snapshot.remove();
      snapshot = open();
    }
    await fillSnapshot(target, snapshot, vendors, { neededCount: 1, pagesOnlyCount: 1, savesCount: 0 }, source);
    let skipCount = sink.skipRows;
    let batch: TextFields[] = [];
    const flush = async (): Promise<void> => {
      await sink.writeRows(vendors.kybio ? await complete(batch, vendors.kybio, sink) : batch);
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

/** Adds what pages do not carry, where it is asked for. */
async function complete(
  members: readonly TextFields[],
  kybio: KybioVendor,
  sink: ExportSink,
): Promise<readonly TextFields[]> {
  if (!sink.needsLookups) return members;
  const whole: TextFields[] = [...members];
  await forEachBounded([[...members.entries()]], sink.concurrency, async ([index, member]) => {
    const { customerUid } = member;
    if (customerUid === undefined) return;
    const { answer } = await kybio.lane.perform({
      endpoint: 'customerOpenApi/queryByUid',
      isRepeatable: true,
      send: (onSent) => kybio.client.queryByUid(customerUid, { onSent }),
    });
    // Gone since the page was read: the page's fields are what there is.
    whole[index] = succeeded(answer, 'queryByUid') ?? member;
  });
  return whole;
}
