import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { textFields } from '../../src/base/text-fields.ts';
import type { RowState } from '../../src/ledger/row-states.ts';
import { rowsToDo } from '../../src/stage/rows-to-do.ts';
import { openStage, openStageWriter } from '../../src/stage/stage.ts';
import type { StagedRow } from '../../src/stage/staged-row.ts';
import { openTestLedger } from '../support/test-ledger.ts';
import { temporaryFolder } from '../support/workspace.ts';

const member = (rowNumber: number): StagedRow => ({
  rowNumber,
  lineNumber: rowNumber + 1,
  issues: [],
  targetRows: [
    { target: 'kybio', row: { kind: 'member', number: `M${rowNumber}`, fields: textFields([['name', 'Ann']]) } },
  ],
});

/** Blocks of the rows 1–3, 4–6, 7–9, and so on, and a ledger that knows some rows. */
async function openRows(states: Readonly<Record<number, RowState>>, blockCount = 3) {
  const folder = temporaryFolder();
  const writer = await openStageWriter(folder);
  for (let block = 0; block < blockCount; block += 1) {
    const rows = [1, 2, 3].map((place) => member(block * 3 + place));
    await writer.write({ rows, cells: rows.map(({ rowNumber }) => [`M${rowNumber}`]) });
  }
  const repeated = { rowNumber: 8, issue: { errorCode: 'DUPLICATE_ROW', message: 'number: twice.' } } as const;
  await writer.commit({}, { issues: [repeated], damages: [] });
  const ledger = await openTestLedger();
  for (const [rowNumber, state] of Object.entries(states)) {
    await ledger.rows.record({ runId: 'run-1', rowNumber: Number(rowNumber), target: 'kybio' }, { state });
  }
  const stage = await openStage(folder);
  if (stage === undefined) throw new Error('there is no stage');
  const read = async (range?: { firstRow: number; lastRow: number }): Promise<string[]> => {
    const found: string[] = [];
    for await (const rows of rowsToDo(stage, ledger, 'run-1', range)) {
      for (const { rowNumber, parts } of rows) found.push(`${rowNumber} ${parts[0]?.record?.state ?? 'new'}`);
    }
    return found;
  };
  return { read, folder };
}

/** Whoever reads the first block finds that it was damaged. */
function damageFirstBlock(folder: string): void {
  const file = openSync(join(folder, 'stage'), 'r+');
  writeSync(file, Buffer.alloc(40, 0xff), 0, 40, 0);
  closeSync(file);
}

test('a block of which nothing is left is not read', async () => {
  const done = { 1: 'done', 2: 'failed', 3: 'in_doubt', 4: 'done', 5: 'retry', 7: 'done', 9: 'invalid' } as const;
  const { read, folder } = await openRows(done);
  damageFirstBlock(folder);
  expect(await read()).toEqual(['5 retry', '6 new']);
});

test('a block in which one row is left is read', async () => {
  const { read, folder } = await openRows({ 1: 'done', 2: 'open', 3: 'done' });
  expect(await read()).toEqual(['2 open', '4 new', '5 new', '6 new', '7 new', '9 new']);
  damageFirstBlock(folder);
  await expect(read()).rejects.toMatchObject({ code: 'STAGE_FAILED' });
});

test('blocks between others are left out, and a part of the file begins and ends at any row', async () => {
  const states: Record<number, RowState> = { 4: 'done', 5: 'done', 6: 'done', 11: 'open' };
  const { read } = await openRows(states, 5);
  expect(await read()).toEqual([1, 2, 3, 7, 9, 10, 11, 12, 13, 14, 15].map((n) => `${n} ${states[n] ?? 'new'}`));
  expect(await read({ firstRow: 5, lastRow: 11 })).toEqual(['7 new', '9 new', '10 new', '11 open']);
  expect(await read({ firstRow: 5, lastRow: 6 })).toEqual([]);
});
