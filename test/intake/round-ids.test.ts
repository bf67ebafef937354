import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { judgeRoundIds } from '../../src/intake/round-ids.ts';
import type { JobSettings } from '../../src/job/job-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'memberload-round-ids-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const settings: JobSettings = {
  command: 'topup',
  fileKinds: ['topup'],
  targets: ['kybio'],
  mode: 'upsert',
  columns: undefined,
  encoding: undefined,
  delimiter: undefined,
  raw: false,
  columnMap: undefined,
  dateFormats: undefined,
  country: undefined,
  trustRoundIds: false,
  storeZone: 'Asia/Shanghai',
  lookup: 'auto',
  changesCategory: false,
  onDuplicate: 'reject',
  skipInvalid: false,
};

async function trusts(ids: readonly string[]): Promise<boolean> {
  const path = join(folder, 'ids.csv');
  writeFileSync(path, ['customerUid,pointIncrement', ...ids.map((id) => `${id},1`), ''].join('\n'));
  return (await judgeRoundIds(path, settings)).trustRoundIds;
}

const realIds = Array.from({ length: 200 }, (_, row) => `2316076394597184${String(10 + (row % 89))}`);

test('one id in two hundred that ends in zeros is a real one: chance makes one in a thousand', async () => {
  expect(await trusts([...realIds, '231607639459718000'])).toBe(true);
});

test('ids that end in zeros more often than chance makes them were damaged by a spreadsheet', async () => {
  expect(await trusts(['231607639459718000', '231607639459719000', '231607639459718452'])).toBe(false);
  expect(await trusts([...realIds, ...realIds.slice(0, 5).map((id) => `${id.slice(0, 15)}000`)])).toBe(false);
});
