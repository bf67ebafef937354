import { describe, expect, test } from 'vitest';
import { RunControl } from '../../src/calls/run-control.ts';
import { lines } from '../support/csv-text.ts';
import { RESULT_FOR, readText, verdictsOf } from './read-text.ts';

const RESULT_HEADER = 'number,pointIncrement,result_status,result_customerUid,result_for';
const result = (...cells: string[]) => cells.join(',');

describe('one pass over the input', () => {
  test('judges, numbers and adds up every record of a pipe, whose bytes come once', async () => {
    const read = await readText(
      lines(
        'number,pointIncrement,balanceIncrement',
        'A,0.1,10',
        'B,x,1',
        '"C",0.2,-2.50',
        ',,',
        'D,9007199254740993,',
      ),
    );
    expect(verdictsOf(read)).toEqual(['to send', 'NOT_A_DECIMAL', 'to send', 'to send']);
    expect(read.rows.map(({ rowNumber, lineNumber }) => [rowNumber, lineNumber])).toEqual([
      [1, 2],
      [2, 3],
      [3, 4],
      [4, 6],
    ]);
    expect(read.sums).toMatchObject({
      rowCount: 4,
      invalidCount: 1,
      pointIncrement: '9007199254740993.3',
      balanceIncrement: '7.5',
      firstIssues: [{ rowNumber: 2, lineNumber: 3, errorCode: 'NOT_A_DECIMAL' }],
    });
  });

  test('a record with a cell too many is invalid, and is not taken for a row of its cells', async () => {
    const read = await readText(lines('number,pointIncrement', 'A,1,2', 'B,1'));
    expect(verdictsOf(read)).toEqual(['WRONG_COLUMN_COUNT', 'to send']);
  });

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('waiting for a pipe that gives no more, ends with %s and says so', async (signal, exitCode) => {
    for (const sent of ['', lines('number,pointIncrement', 'A,1')]) {
      const control = new RunControl();
      const waiting = readText(
        stalled(sent, () => control.stop({ kind: 'interrupted', signal })),
        { control },
      );
      await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED', exitCode });
    }
  });
});

/** A pipe whose writer sleeps: `onWait` is called when its reader has come to the end of what was sent. */
async function* stalled(text: string, onWait: () => void): AsyncGenerator<Uint8Array> {
  if (text !== '') yield Buffer.from(text);
  setImmediate(onWait);
  await new Promise(() => undefined);
}

describe('a member given twice', () => {
  test('is refused at its second row, whatever names it', async () => {
    const read = await readText(
      lines('number,customerUid,pointIncrement', 'A,813951242628553127,1', 'B,,1', 'A,,1', ',813951242628553127,1'),
    );
    expect(verdictsOf(read)).toEqual(['to send', 'to send', 'DUPLICATE_ROW', 'DUPLICATE_ROW']);
    expect(read.rows[2]?.issues[0]?.message).toContain('row 1');
    expect(read.sums.repeatedCount).toBe(2);
  });

  test('is refused at its third row too, which shares only the uid of the second', async () => {
    const read = await readText(
      lines('number,customerUid,pointIncrement', 'A,,1', 'A,813951242628553127,1', ',813951242628553127,1'),
    );
    expect(verdictsOf(read)).toEqual(['to send', 'DUPLICATE_ROW', 'DUPLICATE_ROW']);
  });

  test('is let pass with --on-duplicate allow, and in a file of lookups', async () => {
    const text = lines('number,pointIncrement', 'A,1', 'A,1');
    expect(verdictsOf(await readText(text, { settings: { onDuplicate: 'allow' } }))).toEqual(['to send', 'to send']);
    const lookups = { command: 'export', fileKinds: ['lookups'] } as const;
    expect(verdictsOf(await readText(lines('number', 'A', 'A'), { settings: lookups }))).toEqual([
      'to send',
      'to send',
    ]);
  });

  test('is about the reference too, and then whatever the members are and --on-duplicate says', async () => {
    const text = lines('number,pointIncrement,reference', 'A,1,R-1', 'B,1,R-2', 'B,1,R-1', 'A,1,R-3', 'C,1,', 'D,1,');
    const read = await readText(text, { settings: { onDuplicate: 'allow' } });
    expect(verdictsOf(read)).toEqual(['to send', 'to send', 'DUPLICATE_ROW', 'to send', 'to send', 'to send']);
    expect(read.rows[2]?.issues[0]).toMatchObject({
      column: 'reference',
      message: expect.stringMatching(/row 1\. A ref/),
    });
    expect(read.sums).toMatchObject({ repeatedCount: 1, pointIncrement: '5' });
  });

  test('an invalid row claims no member', async () => {
    const read = await readText(lines('number,pointIncrement', 'A,x', 'A,1'));
    expect(verdictsOf(read)).toEqual(['NOT_A_DECIMAL', 'to send']);
  });
});

describe('what an earlier result says', () => {
  test('a reference that it calls done is not credited by another row, above it or below', async () => {
    const header = 'number,pointIncrement,reference,result_status,result_for';
    const done = `A,1,R-1,done,${RESULT_FOR}`;
    for (const rows of [
      [done, 'B,1,R-1,,'],
      ['B,1,R-1,,', done],
    ]) {
      const read = await readText(lines(header, ...rows), { settings: { onDuplicate: 'allow' } });
      expect(verdictsOf(read).sort()).toEqual(['DUPLICATE_ROW', 'done']);
    }
  });

  test('done and in-doubt rows are not sent, all others are', async () => {
    const read = await readText(
      lines(
        RESULT_HEADER,
        result('A', '1', 'done', '7', RESULT_FOR),
        result('B', '1', 'in_doubt', '', RESULT_FOR),
        result('C', '1', 'failed', '', RESULT_FOR),
        result('D', '1', 'not_sent', '', RESULT_FOR),
        result('E', '1', 'invalid', '', RESULT_FOR),
        result('F', '1', '', '', ''),
      ),
    );
    expect(verdictsOf(read)).toEqual(['done', 'in_doubt', 'to send', 'to send', 'to send', 'to send']);
    expect(read.sums).toMatchObject({ doneEarlierCount: 1, inDoubtEarlierCount: 1, pointIncrement: '4' });
  });

  test('a new row of a member whose row is done is refused, above that row and below it, by number and by uid', async () => {
    const read = await readText(
      lines(
        'number,customerUid,pointIncrement,result_status,result_customerUid,result_for',
        result('A', '', '5', '', '', ''),
        result('A', '', '5', 'done', '813951242628553127', RESULT_FOR),
        result('', '813951242628553127', '5', '', '', ''),
        result('B', '', '5', '', '', ''),
      ),
    );
    expect(verdictsOf(read)).toEqual(['DUPLICATE_ROW', 'done', 'DUPLICATE_ROW', 'to send']);
  });

  test('a row whose member number was cleared in a spreadsheet still names its member by the uid of the result', async () => {
    const read = await readText(
      lines(
        'number,customerUid,pointIncrement,result_status,result_customerUid,result_for',
        result('', '', '', 'done', '813951242628553127', RESULT_FOR),
        result('', '813951242628553127', '5', '', '', ''),
      ),
    );
    expect(verdictsOf(read)).toEqual(['done', 'DUPLICATE_ROW']);
  });

  test.each([
    ['of another place', 'topup Kybio hk1', 'done'],
    ['of another place, although nothing was done', 'topup Kybio hk1', 'failed'],
    ['of another command', 'import kybio SANDBOX', 'done'],
    ['that does not say where', '', 'done'],
    ['that does not say where a row is in doubt', '', 'in_doubt'],
  ])('a result %s is refused whole', async (_name, resultFor, status) => {
    const text = lines(
      RESULT_HEADER,
      result('A', '1', 'failed', '', RESULT_FOR),
      result('B', '1', status, '', resultFor),
    );
    await expect(readText(text)).rejects.toMatchObject({
      code: 'OTHER_RESULT',
      exitCode: 3,
      message: expect.stringContaining('Row 2'),
      hint: expect.stringContaining('--ignore-results'),
    });
    const ignored = await readText(text, { settings: { ignoresResults: true } });
    expect(verdictsOf(ignored)).toEqual(['to send', 'to send']);
  });

  test('a done without its result_action, typed or filled down by a person, is told', async () => {
    const header = 'number,pointIncrement,result_status,result_action,result_for';
    const read = (...rows: string[]) => readText(`${[header, ...rows].join('\n')}\n`);
    const told = await read(`1,5,done,topped_up,${RESULT_FOR}`, `2,5,done,,${RESULT_FOR}`, `3,5,done,,${RESULT_FOR}`);
    expect(told.notes.join()).toMatch(/2 rows are called done without a result_action, .* The first is row 2\./);
    expect((await read(`1,5,done,topped_up,${RESULT_FOR}`, `2,5,failed,,${RESULT_FOR}`)).notes).toEqual([]);
  });

  test.each(['result_status', 'result_for'])('a result that has lost its %s is refused whole', async (lost) => {
    const kept = RESULT_HEADER.split(',').filter((name) => name !== lost);
    const text = lines(kept.join(','), kept.map((name) => (name === 'number' ? 'A' : '')).join(','));
    await expect(readText(text)).rejects.toMatchObject({ code: 'STRIPPED_RESULT', exitCode: 3 });
  });
});

describe('what only the whole file tells', () => {
  const uid = (index: number, ending: string) => `8139512426285${String(index).padStart(2, '0')}${ending}`;
  const file = (ending: string) =>
    lines('customerUid,pointIncrement', ...Array.from({ length: 12 }, (_, index) => `${uid(index, ending)},1`));

  test('a column of ids that all end in zeros was rounded: its rows are invalid after all', async () => {
    const read = await readText(file('000'));
    expect(new Set(verdictsOf(read))).toEqual(new Set(['EXCEL_DAMAGED']));
  });

  test('ids that end in other digits are as they are', async () => {
    const read = await readText(file('127'));
    expect(new Set(verdictsOf(read))).toEqual(new Set(['to send']));
  });
});

describe('a result that a spreadsheet has saved', () => {
  const HEADER = 'number,pointIncrement,result_status,result_run,result_for';
  const signs = (number: { cells: number; signs: number }) => async (runId: string) =>
    runId === 'RUN-1' ? { number } : undefined;
  const saved = (numbers: readonly string[], run = 'RUN-1') =>
    lines(HEADER, ...numbers.map((number, row) => `${number},5,${row === 0 ? 'done' : 'failed'},${run},${RESULT_FOR}`));

  test('and whose numbers have lost the zeros of the first input credits nobody else', async () => {
    const findSigns = signs({ cells: 3, signs: 3 });
    const read = await readText(saved(['123', '124', '0125']), { findSigns });
    expect(verdictsOf(read)).toEqual(['done', 'EXCEL_DAMAGED', 'to send']);
    expect(read.notes.join()).toMatch(/number: 3 of 3 values began with 0 or \+ .* and now 1 of 3 do/);
    // Kept for the result of this run, which has lost them too.
    expect(read.signs).toEqual({ number: { cells: 3, signs: 3 } });
    const whole = await readText(saved(['0123', '0124', '0125']), { findSigns });
    expect([verdictsOf(whole), whole.notes]).toEqual([['done', 'to send', 'to send'], []]);
  });

  test('is not suspected where few numbers had zeros, or where nobody knows', async () => {
    const few = await readText(saved(['123', '124', '125']), { findSigns: signs({ cells: 30, signs: 3 }) });
    expect(verdictsOf(few)).toEqual(['done', 'to send', 'to send']);
    const unknown = await readText(saved(['123', '124'], 'RUN-2'), { findSigns: signs({ cells: 3, signs: 3 }) });
    expect(verdictsOf(unknown)).toEqual(['done', 'to send']);
  });
});
