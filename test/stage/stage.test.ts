import { readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { textFields } from '../../src/base/text-fields.ts';
import { openStage, openStageWriter, type StageBlock } from '../../src/stage/stage.ts';
import { decodeRows, decodeTexts, encodeRows, encodeTexts } from '../../src/stage/stage-block.ts';
import type { StagedRow } from '../../src/stage/staged-row.ts';
import { fc } from '../support/chance.ts';
import { temporaryFolder } from '../support/workspace.ts';

const NO_LATE = { issues: [], damages: [] };

const member = (rowNumber: number, values: Partial<StagedRow> = {}): StagedRow => ({
  rowNumber,
  lineNumber: rowNumber + 1,
  issues: [],
  targetRows: [
    { target: 'kybio', row: { kind: 'member', number: `M${rowNumber}`, fields: textFields([['name', '陈大文']]) } },
  ],
  ...values,
});

const blockOf = (...rows: StagedRow[]): StageBlock => ({
  rows,
  cells: rows.map(({ rowNumber }) => [`M${rowNumber}`, '陈大文', '']),
});

const cellText = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.constantFrom('', '\u0000', '"\r\n,', '𠮷'));

describe('a block of the stage', () => {
  test('gives every text back, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(fc.array(cellText, { maxLength: 6 }), { maxLength: 20 }), (records) => {
        expect(decodeTexts(encodeTexts(records))).toEqual(records);
      }),
    );
  });

  test('gives rows of every kind back as they were', () => {
    const rows: StagedRow[] = [
      member(1),
      member(2, { targetRows: [], issues: [{ errorCode: 'REQUIRED', message: 'number: it is blank.' }] }),
      member(3, {
        targetRows: [
          {
            target: 'kybio',
            row: { kind: 'topup', customerUid: '813951242628553127', pointIncrement: '10', balanceIncrement: '-0.50' },
          },
        ],
      }),
      member(4, { earlier: 'done', targetRows: [] }),
      member(5, { notes: ['number: a blank was removed.'] }),
      member(6, {
        targetRows: [
          { target: 'kybio', row: { kind: 'member', number: 'A', fields: textFields([]) } },
          { target: 'wonder', row: { kind: 'customer', reference_number: 'A', fields: textFields([['name', 'x']]) } },
        ],
      }),
    ];
    expect([...decodeRows(encodeRows(rows), 3)].flat()).toEqual(rows);
  });
});

describe('the stage', () => {
  test('is read back in blocks, from any row, with and without cells', async () => {
    const folder = temporaryFolder();
    const writer = await openStageWriter(folder);
    await writer.write(blockOf(member(1), member(2), member(3)));
    await writer.write(blockOf(member(4), member(5)));
    await writer.commit({ sha256: 'x' }, NO_LATE);
    const stage = await openStage(folder);
    expect(stage?.rowCount).toBe(5);
    expect(stage?.facts).toEqual({ sha256: 'x' });
    const numbersFrom = async (fromRow: number): Promise<number[]> => {
      const numbers: number[] = [];
      for await (const rows of stage?.readRows(fromRow) ?? []) numbers.push(...rows.map(({ rowNumber }) => rowNumber));
      return numbers;
    };
    expect(await numbersFrom(1)).toEqual([1, 2, 3, 4, 5]);
    expect(await numbersFrom(3)).toEqual([3, 4, 5]);
    expect(await numbersFrom(6)).toEqual([]);
    const cells: string[][] = [];
    for await (const block of stage?.readBlocks(5) ?? []) cells.push(...block.cells.map((row) => [...row]));
    expect(cells).toEqual([['M5', '陈大文', '']]);
    await stage?.close();
  });

  test('is private, and nothing but two files', async () => {
    const folder = temporaryFolder();
    const writer = await openStageWriter(folder);
    await writer.write(blockOf(member(1)));
    await writer.commit({}, NO_LATE);
    expect(readdirSync(folder).sort()).toEqual(['stage', 'stage.json']);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  test('that was cut off while it was made is no stage, and one that was given up is gone', async () => {
    const folder = temporaryFolder();
    const writer = await openStageWriter(folder);
    await writer.write(blockOf(member(1)));
    expect(await openStage(folder)).toBeUndefined();
    await writer.abort();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('that lost its end stops what reads it, and says so', async () => {
    const folder = temporaryFolder();
    const writer = await openStageWriter(folder);
    await writer.write(blockOf(member(1)));
    await writer.commit({}, NO_LATE);
    truncateSync(join(folder, 'stage'), 10);
    const stage = await openStage(folder);
    const read = async (): Promise<void> => {
      for await (const _ of stage?.readBlocks() ?? []);
    };
    await expect(read()).rejects.toMatchObject({ code: 'STAGE_FAILED', exitCode: 5 });
    await stage?.close();
    rmSync(folder, { recursive: true });
  });

  test('applies what only the whole file told: repeated rows and damaged columns', async () => {
    const folder = temporaryFolder();
    const writer = await openStageWriter(folder);
    const damaged = { errorCode: 'EXCEL_DAMAGED', message: 'number: rounded.' } as const;
    const conditional = [{ damage: 'number:rounded', effect: 'refuse', issue: damaged }] as const;
    await writer.write(blockOf(member(1), member(2, { conditional }), member(3, { earlier: 'done', targetRows: [] })));
    const repeated = { errorCode: 'DUPLICATE_ROW', message: 'number: twice.' } as const;
    const issues = [1, 3].map((rowNumber) => ({ rowNumber, issue: repeated }));
    await writer.commit({}, { issues, damages: ['number:rounded'] });
    const stage = await openStage(folder);
    const found: (readonly [number, readonly string[], number])[] = [];
    for await (const rows of stage?.readRows() ?? []) {
      for (const row of rows) {
        found.push([row.rowNumber, row.issues.map(({ errorCode }) => errorCode), row.targetRows.length]);
      }
    }
    await stage?.close();
    expect(found).toEqual([
      [1, ['DUPLICATE_ROW'], 0],
      [2, ['EXCEL_DAMAGED'], 0],
      // Done by an earlier run: nothing that the file repeats can take that back.
      [3, [], 0],
    ]);
  });
});
