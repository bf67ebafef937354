import { describe, expect, test } from 'vitest';
import type { RowRecord } from '../../src/ledger/ledger.ts';
import { keepRepeatFact, readRepeatFact } from '../../src/send/repeat-fact.ts';
import { settleIncrements, settleOldDoubts } from '../../src/send/settle.ts';
import { ACCOUNT, openStage, REPEAT_CODE, type Stage, UID, unanswered } from '../support/scripted-kybio.ts';

const MINUTE_MS = 60_000;
const BEFORE = { pointBefore: '10', balanceBefore: '2.50' };

/** A row whose increment went out and got no answer. */
function lost(stage: Stage, values: Partial<RowRecord> = {}): Promise<RowRecord> {
  const nowMs = stage.clock.nowMs();
  return stage.ledger.put({
    ...{ state: 'intent', errorCode: 'TIMEOUT', operation: 'customerOpenApi/updateBalancePointByIncrement' },
    ...{ customerUid: UID, number: 'N1', pointIncrement: '5', balanceIncrement: '0' },
    ...{ dataChangeTime: '2026-11-22 12:00:00', intentMs: nowMs - MINUTE_MS },
    ...values,
  });
}

const recordOf = (stage: Stage, { runId, rowNumber, target }: RowRecord) =>
  stage.ledger.rows.find({ runId, rowNumber, target });

async function refusingStage(): Promise<Stage> {
  const stage = await openStage();
  stage.refusesRepeats = true;
  await keepRepeatFact(stage.ledger, ACCOUNT, { kind: 'refused', code: REPEAT_CODE });
  return stage;
}

/** The vendor has applied what we had no answer to. */
async function applyLost(stage: Stage, row: RowRecord): Promise<void> {
  await stage.context.vendors.kybio?.client.updateBalancePointByIncrement(row);
  stage.calls.length = 0;
}

describe('an account that refuses repeats', () => {
  test('settles a young increment by sending the same bytes again', async () => {
    const stage = await refusingStage();
    const [applied, notApplied] = [
      await lost(stage),
      await lost(stage, { rowNumber: 2, dataChangeTime: '2026-11-22 12:00:01' }),
    ];
    await applyLost(stage, applied);
    expect(await settleIncrements(stage.context)).toBe(2);
    expect(stage.member.point).toBe('20');
    expect(await recordOf(stage, applied)).toMatchObject({
      state: 'done',
      messages: [expect.stringContaining('Applied once')],
    });
    expect(await recordOf(stage, notApplied)).toMatchObject({ state: 'done', pointAfter: '20' });
    expect(stage.calls).toEqual(['increment', 'increment']);
  });

  test('is asked for the values first where those before are known, and not sent to when it was applied', async () => {
    const stage = await refusingStage();
    const row = await lost(stage, BEFORE);
    await applyLost(stage, row);
    expect(await settleIncrements(stage.context)).toBe(1);
    expect(stage.calls).toEqual(['read']);
    expect(await recordOf(stage, row)).toMatchObject({ state: 'done', pointAfter: '15' });
  });

  test('is sent the same bytes again when the values are still those before', async () => {
    const stage = await refusingStage();
    const row = await lost(stage, BEFORE);
    expect(await settleIncrements(stage.context)).toBe(1);
    expect(stage.calls).toEqual(['read', 'increment']);
    expect(await recordOf(stage, row)).toMatchObject({ state: 'done', pointAfter: '15' });
  });

  // The vendor has forgotten the first send by then: a repeat would be applied a second time.
  test.each([
    ['with values before is read', BEFORE],
    ['without is left to a person', {}],
  ])('never gets a repeat of an old increment: one %s', async (_, values) => {
    const stage = await refusingStage();
    const row = await lost(stage, { ...values, intentMs: stage.clock.nowMs() - 11 * MINUTE_MS });
    await applyLost(stage, row);
    stage.refusesRepeats = false;
    await settleIncrements(stage.context);
    expect(stage.calls).not.toContain('increment');
    expect(stage.member.point).toBe('15');
    expect((await recordOf(stage, row))?.state).toBe('pointBefore' in values ? 'done' : 'in_doubt');
  });

  test('a clock that was set back makes nothing young', async () => {
    const stage = await refusingStage();
    await lost(stage, { intentMs: stage.clock.nowMs() + 20 * MINUTE_MS });
    await settleIncrements(stage.context);
    expect(stage.calls).not.toContain('increment');
  });

  test('gets no repeat of an increment whose first answer was the repeat code', async () => {
    const stage = await refusingStage();
    const row = await lost(stage, { errorCode: REPEAT_CODE });
    await settleIncrements(stage.context);
    expect(stage.calls).toEqual(['read', 'read']);
    expect(await recordOf(stage, row)).toMatchObject({ state: 'in_doubt' });
  });

  test('that applies one twice all the same is never believed again', async () => {
    const stage = await refusingStage();
    stage.refusesRepeats = false;
    const row = await lost(stage, BEFORE);
    // The first send is applied late, between the read and the repeat.
    stage.treatments.push((apply) => {
      stage.member.point = '15';
      return apply();
    });
    await settleIncrements(stage.context);
    expect(await recordOf(stage, row)).toMatchObject({ state: 'in_doubt', errorCode: 'RESPONSE_MISMATCH' });
    expect(await readRepeatFact(stage.ledger, ACCOUNT)).toEqual({ kind: 'accepted' });
  });

  test('that does not answer the repeat either leaves the row in doubt', async () => {
    const stage = await refusingStage();
    const row = await lost(stage);
    // Each of the lane's three attempts.
    stage.treatments.push(...Array.from({ length: 3 }, () => () => unanswered));
    expect(await settleIncrements(stage.context)).toBe(0);
    expect(await recordOf(stage, row)).toMatchObject({ state: 'in_doubt', errorCode: 'TIMEOUT' });
  });
});

describe('an account of which nothing is known', () => {
  test('is read twice, after the quiet window', async () => {
    const stage = await openStage();
    const row = await lost(stage, BEFORE);
    await applyLost(stage, row);
    expect(await settleIncrements(stage.context)).toBe(1);
    expect(stage.clock.sleptMs).toContain(MINUTE_MS);
    expect(stage.calls).toEqual(['read', 'read']);
    expect(await recordOf(stage, row)).toMatchObject({
      state: 'done',
      pointAfter: '15',
      messages: [expect.stringContaining('applied once')],
    });
    expect(await stage.ledger.rows.listEvidence('run-1', 1)).toHaveLength(2);
  });

  test('that refuses what is not newer is no repeat check: never sent to again', async () => {
    const stage = await openStage({ repeatCodes: [REPEAT_CODE] });
    await keepRepeatFact(stage.ledger, ACCOUNT, { kind: 'newer_only' });
    await lost(stage, BEFORE);
    await settleIncrements(stage.context);
    expect(stage.calls).toEqual(['read', 'read']);
  });

  test('does not lend one read to two rows of a member', async () => {
    const stage = await openStage();
    const rows = [
      await lost(stage, BEFORE),
      await lost(stage, { ...BEFORE, rowNumber: 2, dataChangeTime: '2026-11-22 12:00:01' }),
    ];
    stage.member.point = '15';
    expect(await settleIncrements(stage.context)).toBe(0);
    for (const row of rows) {
      expect(await recordOf(stage, row)).toMatchObject({
        state: 'in_doubt',
        messages: [expect.stringContaining('Two rows in doubt credit this member')],
      });
    }
  });

  test('is not asked about a mismatch: that is for a person', async () => {
    const stage = await openStage();
    await lost(stage, { ...BEFORE, state: 'in_doubt', errorCode: 'RESPONSE_MISMATCH' });
    expect(await settleIncrements(stage.context)).toBe(0);
    expect(stage.calls).toEqual([]);
  });

  test('is not read again for rows that were looked at', async () => {
    const stage = await openStage();
    await lost(stage, BEFORE);
    const lookedAt = new Set<number>();
    await settleIncrements(stage.context, { lookedAt });
    await settleIncrements(stage.context, { lookedAt });
    expect(stage.calls).toEqual(['read', 'read']);
  });
});

describe('old doubts', () => {
  const old = (stage: Stage, values: Partial<RowRecord> = {}) =>
    lost(stage, {
      ...{ ...BEFORE, runId: 'run-0', state: 'in_doubt' },
      ...{ intentMs: stage.clock.nowMs() - 60 * MINUTE_MS, updatedMs: stage.clock.nowMs() - 60 * MINUTE_MS },
      ...values,
    });

  test('of other runs are looked at once, a few at most', async () => {
    const stage = await openStage();
    for (let rowNumber = 1; rowNumber <= 5; rowNumber += 1) {
      await old(stage, {
        rowNumber,
        customerUid: `${100 + rowNumber}`,
        dataChangeTime: `2026-11-22 11:00:0${rowNumber}`,
      });
    }
    stage.member.point = '15';
    const decided = await settleOldDoubts(stage.context);
    expect(decided.map(({ runId, rowNumber, state }) => [runId, rowNumber, state])).toEqual([
      ['run-0', 1, 'done'],
      ['run-0', 2, 'done'],
      ['run-0', 3, 'done'],
    ]);
    expect(stage.calls).toHaveLength(6);
  });

  test.each([
    ['of this run', { runId: 'run-1' }],
    ['that reading cannot decide', { pointBefore: '' }],
    ['that are still within the quiet window', { updatedMs: Date.UTC(2026, 10, 22, 4, 1) }],
    ['that are days old', { intentMs: 0 }],
    ['that a running process may hold', { state: 'intent', updatedMs: Date.UTC(2026, 10, 22, 3, 30) }],
  ] as const)('%s are left alone', async (_, values) => {
    const stage = await openStage();
    await old(stage, values);
    expect(await settleOldDoubts(stage.context)).toEqual([]);
    expect(stage.calls).toEqual([]);
  });

  test('take no more than a tenth of the calls that are left today', async () => {
    const few = await openStage({ controls: { dailyQuota: 19 } });
    await old(few);
    await settleOldDoubts(few.context);
    expect(few.calls).toEqual([]);
    const enough = await openStage({ controls: { dailyQuota: 20 } });
    await old(enough);
    await settleOldDoubts(enough.context);
    expect(enough.calls).toHaveLength(2);
  });
});

test('settling stops when the run does, and leaves the rows as they are', async () => {
  const stage = await openStage();
  const row = await lost(stage, BEFORE);
  stage.control.stop({ kind: 'breaker', detail: 'broken' });
  expect(await settleIncrements(stage.context)).toBe(0);
  expect(await recordOf(stage, row)).toEqual(row);
});
