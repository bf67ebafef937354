import { describe, expect, test } from 'vitest';
import type { KybioVendor, WonderVendor } from '../../src/calls/vendors.ts';
import type { MemberPage, PageCursor } from '../../src/kybio/client.ts';
import { readCustomers, readMemberPages } from '../../src/plan/pages.ts';
import { readMemberPage } from '../../src/plan/read-snapshots.ts';
import { openSnapshot } from '../../src/plan/snapshot.ts';
import { openStage } from '../support/scripted-kybio.ts';
import { temporaryFolder } from '../support/workspace.ts';

const cursor = (position: string): PageCursor => ({ parameterType: 'LAST_RESULT_MAX_ID', parameterValue: position });
const page = (uids: readonly string[], next: string, isLast = false): MemberPage => ({
  members: uids.map((customerUid) => ({ customerUid, number: `N${customerUid}` })),
  cursor: cursor(next),
  isLast,
});

/** A vendor that answers these pages, one after the other. */
async function vendorOf(pages: readonly MemberPage[]) {
  const stage = await openStage();
  const { kybio } = stage.context.vendors;
  if (!kybio) throw new Error('no vendor');
  const left = [...pages];
  const client: KybioVendor['client'] = {
    ...kybio.client,
    async queryCustomerPages() {
      const data = left.shift();
      return data ? { kind: 'success', data } : { kind: 'unanswered', errorCode: 'TIMEOUT', detail: 'no page left' };
    },
  };
  return { stage, kybio: { ...kybio, client } };
}

async function readAll(pages: readonly MemberPage[]): Promise<number> {
  let memberCount = 0;
  for await (const { members } of readMemberPages((await vendorOf(pages)).kybio, undefined))
    memberCount += members.length;
  return memberCount;
}

describe('pages of members', () => {
  test('are read to the last one', async () => {
    expect(await readAll([page(['1', '2'], '2'), page(['3'], '3', true)])).toBe(3);
  });

  test.each([
    ['whose cursors lead in a circle', [page(['1'], 'A'), page(['2'], 'B'), page(['3'], 'A')]],
    ['that hold nobody new', [page(['1', '2'], 'A'), page(['2', '1'], 'B')]],
  ])('%s end the reading with an error, instead of the day with its calls', async (_, pages) => {
    await expect(readAll(pages)).rejects.toMatchObject({ code: 'PAGE_FAILED', exitCode: 5 });
  });

  test('lead in a circle also across a kill: the snapshot knows the cursors', async () => {
    const path = `${temporaryFolder()}/pages.sqlite`;
    const keys = { id: 'customerUid', number: 'number' };
    const first = await vendorOf([page(['1'], 'A'), page(['2'], 'B')]);
    let snapshot = openSnapshot(path, keys);
    await readMemberPage(snapshot, first.kybio, first.stage.context);
    await readMemberPage(snapshot, first.kybio, first.stage.context);
    snapshot.close();
    const second = await vendorOf([page(['3'], 'A')]);
    snapshot = openSnapshot(path, keys);
    await expect(readMemberPage(snapshot, second.kybio, second.stage.context)).rejects.toMatchObject({
      code: 'PAGE_FAILED',
    });
    snapshot.close();
  });

  test('keep the sequence of the ledger from before the page was read', async () => {
    const { stage, kybio } = await vendorOf([page(['1'], 'A', true)]);
    await stage.ledger.put({ rowNumber: 1 });
    await stage.ledger.put({ rowNumber: 2 });
    const snapshot = openSnapshot(`${temporaryFolder()}/pages.sqlite`, { id: 'customerUid', number: 'number' });
    await readMemberPage(snapshot, kybio, stage.context);
    expect(snapshot.findById('1')).toMatchObject({ sequence: 2, isOnPage: true, isWhole: false });
    snapshot.close();
  });
});

test('customers of a server that ignores the offset are not read for ever', async () => {
  const { stage } = await vendorOf([]);
  const { kybio } = stage.context.vendors;
  if (!kybio) throw new Error('no vendor');
  const customers = [{ uuid: 'a' }, { uuid: 'b' }];
  const client = { listCustomers: async () => ({ kind: 'success', data: { customers } }) as const };
  const wonder: WonderVendor = { lane: kybio.lane, client: client as unknown as WonderVendor['client'] };
  const read = async () => {
    for await (const _ of readCustomers(wonder, 2));
  };
  await expect(read()).rejects.toMatchObject({ code: 'PAGE_FAILED' });
});
