import { describe, expect, test } from 'vitest';
import { CreditGuard } from '../../src/intake/credit-guard.ts';
import type { JobSettings } from '../../src/job/job-settings.ts';
import type { Ledger, PlannedRow } from '../../src/ledger/ledger.ts';
import { lines } from '../support/csv-text.ts';
import { topupSettings } from '../support/job-settings.ts';
import { ACCOUNT, newIntent, newRun, openTestLedger, plannedRow } from '../support/test-ledger.ts';
import { NOW_MS, RESULT_FOR, readText, verdictsOf } from './read-text.ts';

const DAY_MS = 86_400_000;
const UID = '813951242628553127';

/** What an earlier run was to credit: 10 points to member A, but for what the test is about. */
type Given = Partial<PlannedRow> & { readonly runId?: string; readonly atMs?: number };

const given = (rows: readonly Given[]) =>
  rows.map(({ runId: _runId, atMs: _atMs, ...row }, index) =>
    plannedRow({ rowNumber: index + 1, number: 'A', pointIncrement: '10', balanceIncrement: '0', ...row }),
  );

/** A run that has still to send its rows. */
async function plan(ledger: Ledger, ...rows: readonly Given[]): Promise<readonly PlannedRow[]> {
  const planned = given(rows);
  await ledger.runs.start(newRun({ runId: rows[0]?.runId ?? 'run-1', rowCount: rows.length }), [planned]);
  return planned;
}

/** A run that has sent its rows, of which the vendor has answered. */
async function credit(ledger: Ledger, ...rows: readonly Given[]): Promise<void> {
  for (const row of await plan(ledger, ...rows)) {
    const key = { runId: rows[0]?.runId ?? 'run-1', rowNumber: row.rowNumber, target: 'kybio' } as const;
    const { number, pointIncrement, balanceIncrement, reference } = row;
    const amounts = { number, pointIncrement, balanceIncrement, reference };
    const customerUid = row.customerUid || UID;
    const begun = await ledger.increments.begin(newIntent({ key, customerUid, ...amounts, mayRepeatMember: true }));
    expect(begun.kind).toBe('begun');
    await ledger.rows.record(key, { state: 'done' });
  }
}

/** Reads a file with the guard on. Amounts and keys by column. */
async function read(ledger: Ledger, text: string, settings: Partial<JobSettings> = {}, nowMs = NOW_MS) {
  const guard = new CreditGuard({ ledger, account: ACCOUNT, settings: topupSettings(settings), nowMs });
  const result = await readText(text, { settings, guard });
  let refusal: unknown;
  try {
    await guard.check(result.sums.rowCount);
  } catch (error) {
    refusal = error;
  }
  return { ...result, refusal, verdicts: verdictsOf(result) };
}

const REFUSED = { code: 'CREDITED_BEFORE', exitCode: 3 };
const byNumber = (number: string, points = '10') => lines('number,pointIncrement', `${number},${points}`);
const byUid = (uid: string, points = '10') => lines('customerUid,pointIncrement', `${uid},${points}`);
const byReference = (number: string, points: string, reference: string) =>
  lines('number,pointIncrement,reference', `${number},${points},${reference}`);

describe('without a reference or campaign, member and amounts', () => {
  test.each([
    ['the same', byNumber('A')],
    ['the same by customerUid', byUid(UID)],
    ['the same with another spelling of the amounts', lines('number,pointIncrement,balanceIncrement', 'A,10.00,-0')],
    ['the same with a reference column that is blank', byReference('A', '10', '')],
  ])('%s refuse the file, and say which run, which row and the three ways on', async (_name, text) => {
    const ledger = await openTestLedger();
    await credit(ledger, {});
    const { refusal } = await read(ledger, text);
    expect(refusal).toMatchObject({
      ...REFUSED,
      message: expect.stringMatching(
        /^1 of 1 rows .* run run-1 of 2026-11-22 12:00:00 credited 1\. The first is row 1\./,
      ),
      hint: expect.stringMatching(/--skip-credited.*--campaign.*--again/),
    });
  });

  test.each([
    ['another member', byNumber('B')],
    ['other amounts', byNumber('A', '10.01')],
    ['the same points and some balance', lines('number,pointIncrement,balanceIncrement', 'A,10,1')],
    ['the opposite amounts', byNumber('A', '-10')],
  ])('%s pass', async (_name, text) => {
    const ledger = await openTestLedger();
    await credit(ledger, {});
    const { refusal, verdicts } = await read(ledger, text);
    expect([refusal, ...verdicts]).toEqual([undefined, 'to send']);
  });

  test('the same pass once --repeat-window is over, and not a moment before', async () => {
    const ledger = await openTestLedger();
    await credit(ledger, {});
    const repeatWindowMs = 35 * DAY_MS;
    const at = async (nowMs: number) => (await read(ledger, byNumber('A'), { repeatWindowMs }, nowMs)).refusal;
    expect(await at(NOW_MS + repeatWindowMs)).toMatchObject(REFUSED);
    expect(await at(NOW_MS + repeatWindowMs + 1)).toBeUndefined();
  });

  test('credits of a campaign and of a reference count too: the member was given the same', async () => {
    const ledger = await openTestLedger();
    await credit(ledger, { campaign: 'spring' }, { number: 'B', reference: 'R1' });
    const { refusal } = await read(ledger, lines('number,pointIncrement', 'A,10', 'B,10'));
    expect(refusal).toMatchObject({ message: expect.stringContaining('2 of 2 rows') });
  });

  test('--skip-credited sends the others and adds up only those', async () => {
    const ledger = await openTestLedger();
    await credit(ledger, {});
    const text = lines('number,pointIncrement', 'A,10', 'B,10');
    const { refusal, verdicts, sums } = await read(ledger, text, { skipsCredited: true });
    expect([refusal, ...verdicts]).toEqual([undefined, 'credited', 'to send']);
    expect(sums).toMatchObject({ creditedCount: 1, pointIncrement: '10' });
  });

  test('a credit of another account says nothing', async () => {
    const ledger = await openTestLedger();
    await credit(ledger, {});
    const settings = topupSettings();
    const guard = new CreditGuard({ ledger, account: 'kybio:OTHER', settings, nowMs: NOW_MS });
    expect(verdictsOf(await readText(byNumber('A'), { guard }))).toEqual(['to send']);
    await guard.check(1);
  });

  test('a target is no increment: to have 10 points may be asked for again', async () => {
    const ledger = await openTestLedger();
    await credit(ledger, {});
    const { refusal, verdicts } = await read(ledger, lines('number,pointTarget', 'A,10'));
    expect([refusal, ...verdicts]).toEqual([undefined, 'to send']);
  });
});

describe('a campaign', () => {
  test('credits a member once, for ever: the same is skipped, other amounts are refused', async () => {
    const ledger = await openTestLedger();
    await credit(ledger, { campaign: 'spring' });
    const later = NOW_MS + 4000 * DAY_MS;
    for (const [text, expected] of [
      [byNumber('A', '10.0'), 'credited'],
      [byUid(UID), 'credited'],
      [byNumber('A', '11'), 'CREDITED_OTHERWISE'],
      [byNumber('B'), 'to send'],
    ] as const) {
      const { refusal, verdicts } = await read(ledger, text, { campaign: 'spring' }, later);
      expect([refusal, ...verdicts]).toEqual([undefined, expected]);
    }
  });

  test('says nothing of the credits of another campaign', async () => {
    const ledger = await openTestLedger();
    await credit(ledger, { campaign: 'spring' });
    expect((await read(ledger, byNumber('A'), { campaign: 'autumn' })).verdicts).toEqual(['to send']);
  });

  test('knows each of the rows that it gave one member', async () => {
    const ledger = await openTestLedger();
    await credit(ledger, { campaign: 'spring' }, { campaign: 'spring', pointIncrement: '20' });
    const settings = { campaign: 'spring', onDuplicate: 'allow' } as const;
    const verdictsOf = async (...rows: readonly string[]) =>
      (await read(ledger, lines('number,pointIncrement', ...rows), settings)).verdicts;
    expect(await verdictsOf('A,10', 'A,20')).toEqual(['credited', 'credited']);
    // Each credit is that of one row: a third row is another one, and of two alike only one was credited.
    expect(await verdictsOf('A,10', 'A,20', 'A,30')).toEqual(['credited', 'credited', 'to send']);
    expect(await verdictsOf('A,10', 'A,20', 'A,20')).toEqual(['credited', 'credited', 'to send']);
    expect(await verdictsOf('A,10', 'A,30')).toEqual(['credited', 'CREDITED_OTHERWISE']);
  });
});

describe('a reference', () => {
  test.each([
    ['the same member and amounts', byReference('A', '10.00', 'R1'), 'credited'],
    ['the same member by uid', lines('customerUid,pointIncrement,reference', `${UID},10,R1`), 'credited'],
    ['other amounts', byReference('A', '11', 'R1'), 'CREDITED_OTHERWISE'],
    ['another member', byReference('B', '10', 'R1'), 'CREDITED_OTHERWISE'],
    ['another reference', byReference('A', '10', 'R2'), 'to send'],
  ])('was given before, now %s', async (_name, text, expected) => {
    const ledger = await openTestLedger();
    await credit(ledger, { reference: 'R1' });
    const { refusal, verdicts } = await read(ledger, text, {}, NOW_MS + 4000 * DAY_MS);
    expect([refusal, ...verdicts]).toEqual([undefined, expected]);
  });

  test('comes before the campaign', async () => {
    const ledger = await openTestLedger();
    await credit(ledger, { reference: 'R1', campaign: 'spring' });
    const settings = { campaign: 'spring' };
    expect((await read(ledger, byReference('A', '10', 'R2'), settings)).verdicts).toEqual(['to send']);
    expect((await read(ledger, byReference('A', '10', 'R1'), settings)).verdicts).toEqual(['credited']);
  });
});

describe('what is not credited yet', () => {
  test.each([
    ['without a name', {}, {}],
    ['with --skip-credited', {}, { skipsCredited: true }],
    ['of the same campaign', { campaign: 'spring' }, { campaign: 'spring' }],
  ])('but planned by another run refuses the file %s: to skip the row could lose it', async (_name, row, settings) => {
    const ledger = await openTestLedger();
    await plan(ledger, row);
    const { refusal } = await read(ledger, byNumber('A'), settings);
    expect(refusal).toMatchObject({
      ...REFUSED,
      message: expect.stringContaining('has 1 still to credit or in doubt'),
      hint: expect.stringContaining('First carry on what is not finished: memberload resume run-1.'),
    });
  });

  test('but is in doubt in a run that has ended is to be decided: such a run cannot be carried on', async () => {
    const ledger = await openTestLedger();
    const [row] = await plan(ledger, {});
    const key = { runId: 'run-1', rowNumber: row?.rowNumber ?? 1, target: 'kybio' } as const;
    await ledger.increments.begin(newIntent({ key, customerUid: UID, number: 'A' }));
    await ledger.rows.record(key, { state: 'in_doubt' });
    await ledger.runs.end('run-1', { state: 'finished', summaryJson: '{}' });
    const { refusal } = await read(ledger, byNumber('A'));
    expect(refusal).toMatchObject({
      ...REFUSED,
      hint: expect.stringContaining('First decide what is in doubt: memberload resolve run-1.'),
    });
  });

  test.each([
    ['is offered', {}, true],
    ['is not offered to who has typed it', { skipsCredited: true }, false],
  ])('--skip-credited %s', async (_name, settings, isOffered) => {
    const ledger = await openTestLedger();
    await plan(ledger, {});
    const { refusal } = await read(ledger, byNumber('A'), settings);
    const { hint } = refusal as { hint: string };
    expect([hint.includes('--skip-credited'), hint.includes('--campaign')]).toEqual([isOffered, true]);
  });

  test('nor ever will be, because its run was cancelled, is no reason', async () => {
    const ledger = await openTestLedger();
    await plan(ledger, {});
    await ledger.runs.cancel('run-1');
    expect((await read(ledger, byNumber('A'))).refusal).toBeUndefined();
  });

  test('and in doubt refuses the file whatever the window', async () => {
    const ledger = await openTestLedger();
    await plan(ledger, {});
    await ledger.increments.begin(newIntent({ customerUid: UID, number: 'A' }));
    const later = NOW_MS + 4000 * DAY_MS;
    expect((await read(ledger, byNumber('A'), {}, later)).refusal).toMatchObject(REFUSED);
  });
});

test('what was undone may be credited again, by amounts, campaign and reference', async () => {
  const ledger = await openTestLedger();
  await credit(ledger, { reference: 'R1', campaign: 'spring' });
  const undoes = { runId: 'run-1', rowNumber: 1 };
  const back = plannedRow({ customerUid: UID, pointIncrement: '-10', balanceIncrement: '0', undoes });
  await ledger.runs.start(newRun({ runId: 'undo-1', command: 'undo', undoes: 'run-1' }), [[back]]);
  const key = { runId: 'undo-1', rowNumber: 1, target: 'kybio' } as const;
  // To be taken back, and not yet: called credited, the row could be lost.
  const refusesForUndo = {
    ...REFUSED,
    message: expect.stringMatching(/run undo-1 of \S+ \S+ is taking 1 of them back/),
    hint: expect.stringContaining('memberload resume undo-1'),
  };
  expect((await read(ledger, byReference('A', '10', 'R1'))).refusal).toMatchObject(refusesForUndo);
  expect((await read(ledger, byNumber('A'), { campaign: 'spring' })).refusal).toMatchObject(refusesForUndo);
  expect((await read(ledger, byNumber('A'), { skipsCredited: true })).refusal).toMatchObject(refusesForUndo);
  await ledger.increments.begin(newIntent({ key, customerUid: UID, pointIncrement: '-10' }));
  await ledger.rows.record(key, { state: 'done' });
  for (const [text, settings] of [
    [byNumber('A'), {}],
    [byNumber('A'), { campaign: 'spring' }],
    [byReference('A', '10', 'R1'), {}],
  ] as const) {
    const { refusal, verdicts } = await read(ledger, text, settings);
    expect([refusal, ...verdicts]).toEqual([undefined, 'to send']);
  }
});

test('a refusal names the three runs with the most rows and counts the others', async () => {
  const ledger = await openTestLedger();
  for (let run = 1; run <= 5; run += 1) {
    await credit(
      ledger,
      ...Array.from({ length: run }, (_, row) => ({
        runId: `run-${run}`,
        number: `M${run}${row}`,
        customerUid: `${run}${row}`,
      })),
    );
  }
  const numbers = [1, 2, 3, 4, 5].flatMap((run) => Array.from({ length: run }, (_, row) => `M${run}${row},10`));
  const { refusal } = await read(ledger, lines('number,pointIncrement', ...numbers));
  expect(refusal).toMatchObject({
    message: expect.stringMatching(/^15 of 15 rows .*run-5 .*credited 5; run run-4 .*; run run-3 .*; 2 more runs\./),
  });
});

describe('a row that a result file calls done', () => {
  const result = (number: string, points: string, uid = UID, run = 'run-1') =>
    lines(
      'number,pointIncrement,result_status,result_customerUid,result_run,result_for',
      `${number},${points},done,${uid},${run},${RESULT_FOR}`,
    );

  test.each([
    ['another member', result('B', '10')],
    ['other amounts', result('A', '100')],
  ])('is skipped, and %s than its run credited is told', async (_name, text) => {
    const ledger = await openTestLedger();
    await credit(ledger, {});
    const { notes, verdicts } = await read(ledger, text);
    expect(verdicts).toEqual(['done']);
    expect(notes.join()).toMatch(
      /1 row is called done, but .* Row 1: run run-1 credited member A with points 10, balance 0/,
    );
  });

  test.each([
    ['as it was', result('A', '10.0')],
    ['of a run that this ledger does not know', result('B', '10', UID, 'run-9')],
    ['of a member that this ledger does not know', result('B', '10', '7')],
  ])('%s is told nothing of', async (_name, text) => {
    const ledger = await openTestLedger();
    await credit(ledger, {});
    expect((await read(ledger, text)).notes).toEqual([]);
  });
});
