import { describe, expect, test, vi } from 'vitest';
import type { Outcome } from '../../src/job/outcome.ts';
import type { TopupRow } from '../../src/job/validate-row.ts';
import { sendRows } from '../../src/send/send-rows.ts';
import { settleIncrements } from '../../src/send/settle.ts';
import type { RowToDo } from '../../src/stage/rows-to-do.ts';
import { ACCOUNT, openStage, REPEAT_CODE, refusal, type Stage, UID, unanswered } from '../support/scripted-kybio.ts';
import { newRun, plannedRow } from '../support/test-ledger.ts';

const row = (rowNumber: number, given: Partial<TopupRow> = {}): RowToDo => ({
  rowNumber,
  parts: [
    {
      targetRow: {
        target: 'kybio',
        row: { kind: 'topup', customerUid: UID, pointIncrement: '5', balanceIncrement: '0', ...given },
      },
      record: undefined,
    },
  ],
});

/** A row whose values before are read, so that evidence is left. */
const byNumber: Partial<TopupRow> = { number: 'N1' };

async function send(stage: Stage, ...rows: readonly RowToDo[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  async function* blocks() {
    yield rows;
  }
  await sendRows(blocks(), stage.context, {
    snapshots: { ownFrom: 0 },
    categories: undefined,
    found: undefined,
    onRow: (outcome) => void outcomes.push(outcome),
  });
  return outcomes;
}

const recordOf = (stage: Stage, rowNumber = 1) =>
  stage.ledger.rows.find({ runId: 'run-1', rowNumber, target: 'kybio' });

describe('an increment', () => {
  test('is credited once, with its intent in the ledger before its first byte', async () => {
    const stage = await openStage();
    stage.treatments.push(async (apply, _, options) => {
      expect(await recordOf(stage)).toMatchObject({ state: 'intent', customerUid: UID, pointIncrement: '5' });
      options.onSent?.();
      return apply();
    });
    expect(await send(stage, row(1))).toMatchObject([{ status: 'done', action: 'topped_up' }]);
    expect(await recordOf(stage)).toMatchObject({ state: 'done', pointBefore: '10', pointAfter: '15', attempts: 1 });
    expect(stage.member.point).toBe('15');
  });

  test('carries reference, number, and the sequence from before its values were read', async () => {
    const stage = await openStage();
    await send(stage, row(1, { ...byNumber, reference: 'R-9' }));
    expect(stage.ledger.intents).toMatchObject([
      {
        account: ACCOUNT,
        number: 'N1',
        reference: 'R-9',
        before: { point: '10', balance: '2.50', sequence: 0 },
        mayRepeatMember: false,
        guard: { campaign: '', repeatWindowMs: 35 * 86_400_000 },
      },
    ]);
  });

  test('waits in this process until the outcome of the row before it of the same member', async () => {
    const stage = await openStage({ settings: { onDuplicate: 'allow' } });
    expect(await send(stage, row(1), row(2, { number: 'N1' }))).toHaveLength(2);
    expect(stage.member.point).toBe('20');
    // Read before row 1 was credited or after: either way row 2's values are no false evidence.
    expect(await recordOf(stage, 2)).toMatchObject({ state: 'done', pointBefore: '15', pointAfter: '20' });
  });

  test('of a member with one in doubt is left to resume', async () => {
    const stage = await openStage({ settings: { onDuplicate: 'allow' } });
    stage.treatments.push((_, __, options) => {
      options.onSent?.();
      return unanswered;
    });
    await send(stage, row(1), row(2));
    expect(await recordOf(stage, 1)).toMatchObject({ state: 'intent', errorCode: 'TIMEOUT' });
    expect(await recordOf(stage, 2)).toMatchObject({
      state: 'open',
      messages: [expect.stringContaining('Waits: row 1 credits the same member and is in doubt')],
    });
    expect(stage.calls).toEqual(['increment']);
  });

  test('for a member of another row of the file is refused, unless repetitions are allowed', async () => {
    const stage = await openStage();
    await send(stage, row(1), row(2, { number: 'N1' }));
    expect(await recordOf(stage, 2)).toMatchObject({ state: 'invalid', errorCode: 'DUPLICATE_ROW' });
    expect(stage.member.point).toBe('15');
  });
});

describe('a credit that was given before', () => {
  const credited = { runId: 'run-0', customerUid: UID, pointIncrement: '5', balanceIncrement: '0' };
  const sent = { action: 'topped_up', dataChangeTime: '2026-11-20 08:00:00' };

  test('is refused by name, with the ways on, and nothing is sent', async () => {
    const stage = await openStage();
    await stage.ledger.put({ ...credited, ...sent, rowNumber: 8, intentMs: stage.clock.nowMs() });
    const [outcome] = await send(stage, row(1));
    expect(outcome).toMatchObject({ status: 'invalid', errorCode: 'CREDITED_BEFORE' });
    expect(outcome && 'messages' in outcome && outcome.messages.join()).toMatch(
      /Row 8 of run run-0 credited customerUid 71.*2026-11-22.*--skip-credited.*--campaign.*--again/,
    );
    expect(stage.calls).toEqual([]);
  });

  test.each([
    ['with --skip-credited', { skipsCredited: true }, {}, {}],
    ['with the same campaign', { campaign: 'Q3' }, { campaign: 'Q3' }, {}],
    ['with the same reference', {}, { reference: 'R-9' }, { reference: 'R-9' }],
  ])('is skipped %s', async (_, settings, values, given) => {
    const stage = await openStage({ settings });
    await stage.ledger.put({ ...credited, ...sent, ...values, intentMs: stage.clock.nowMs() });
    expect(await send(stage, row(1, given))).toMatchObject([{ status: 'done', action: 'credited_before' }]);
    expect(stage.calls).toEqual([]);
  });

  test('is not skipped while another run has still to send it: that run is to be carried on', async () => {
    const stage = await openStage({ settings: { skipsCredited: true } });
    await stage.ledger.runs.start(newRun({ runId: 'run-0', account: ACCOUNT }), [
      [plannedRow({ customerUid: UID, pointIncrement: '5', balanceIncrement: '0' })],
    ]);
    const [outcome] = await send(stage, row(1));
    const message = outcome && 'messages' in outcome ? outcome.messages.join() : '';
    expect([outcome?.status, message.includes('memberload resume run-0')]).toEqual(['invalid', true]);
    expect(message).not.toContain('--skip-credited');
    expect(stage.calls).toEqual([]);
  });

  test('under the same reference with other amounts is refused', async () => {
    const stage = await openStage();
    await stage.ledger.put({
      ...credited,
      ...sent,
      reference: 'R-9',
      pointIncrement: '6',
      intentMs: stage.clock.nowMs(),
    });
    expect(await send(stage, row(1, { reference: 'R-9' }))).toMatchObject([
      { status: 'invalid', errorCode: 'CREDITED_OTHERWISE' },
    ]);
  });

  test.each([
    ['--again', { isAgain: true }, {}],
    ['a target', {}, { ...byNumber, pointIncrement: '0', pointTarget: '15' }],
  ])('is no obstacle to %s', async (_, settings, given) => {
    const stage = await openStage({ settings });
    await stage.ledger.put({ ...credited, ...sent, intentMs: stage.clock.nowMs() });
    expect(await send(stage, row(1, given))).toMatchObject([{ status: 'done', action: 'topped_up' }]);
    expect(stage.ledger.intents[0]?.guard).toBeUndefined();
    expect(stage.member.point).toBe('15');
  });
});

describe('the repeat code as first answer', () => {
  const stageWithCode = () => openStage({ repeatCodes: [REPEAT_CODE] });
  const refuse = (stage: Stage, isApplied: boolean) =>
    stage.treatments.push((apply, _, options) => {
      options.onSent?.();
      if (isApplied) apply();
      return refusal(REPEAT_CODE);
    });

  test('means that somebody else has that second: failed with advice, and one read makes sure', async () => {
    const stage = await stageWithCode();
    refuse(stage, false);
    expect(await send(stage, row(1, byNumber))).toMatchObject([{ status: 'failed', errorCode: REPEAT_CODE }]);
    expect(stage.calls).toEqual(['read', 'increment', 'read']);
    expect(await settleIncrements(stage.context)).toBe(0);
    expect(stage.member.point).toBe('10');
  });

  test('is "applied once" only when the read says so', async () => {
    const stage = await stageWithCode();
    refuse(stage, true);
    expect(await send(stage, row(1, byNumber))).toMatchObject([{ status: 'done', change: { pointAfter: '15' } }]);
  });

  test('costs no read where no value before is known', async () => {
    const stage = await stageWithCode();
    refuse(stage, false);
    expect(await send(stage, row(1))).toMatchObject([{ status: 'failed' }]);
    expect(stage.calls).toEqual(['increment']);
  });

  test('of an account that was seen to accept repeats says nothing: in doubt', async () => {
    const stage = await stageWithCode();
    await stage.ledger.facts.write(ACCOUNT, 'repeat_check', 'accepted');
    refuse(stage, false);
    expect(await send(stage, row(1))).toMatchObject([{ status: 'in_doubt', errorCode: REPEAT_CODE }]);
  });
});

describe('an answer that a proxy replays', () => {
  const amounts = { pointIncrement: '5', balanceIncrement: '0' };

  test('with the dataChangeTime of another increment of ours is not believed, and stops the run', async () => {
    const stage = await openStage({ settings: { onDuplicate: 'allow' } });
    let first: ReturnType<Parameters<Stage['treatments']['push']>[0]> | undefined;
    stage.treatments.push(
      (apply, _, options) => {
        options.onSent?.();
        first = apply();
        return first;
      },
      (_, __, options) => {
        options.onSent?.();
        return first ?? unanswered;
      },
    );
    await send(stage, row(1), row(2));
    expect(await recordOf(stage, 2)).toMatchObject({
      state: 'in_doubt',
      errorCode: 'RESPONSE_MISMATCH',
      messages: [expect.stringContaining('it names the dataChangeTime of row 1')],
    });
    expect(stage.control.reason).toMatchObject({ kind: 'mismatch' });
  });

  test('without any time is not believed when its values are those from before our last credit', async () => {
    const stage = await openStage({ settings: { onDuplicate: 'allow' } });
    const withoutTime = {
      kind: 'success',
      data: {
        ...{ customerUid: UID, ...amounts },
        ...{ pointBeforeUpdate: '10', pointAfterUpdate: '15', balanceBeforeUpdate: '2.50', balanceAfterUpdate: '2.50' },
      },
    } as const;
    stage.treatments.push(
      (apply, _, options) => {
        options.onSent?.();
        apply();
        return withoutTime;
      },
      (_, __, options) => {
        options.onSent?.();
        return withoutTime;
      },
    );
    await send(stage, row(1), row(2));
    expect(await recordOf(stage, 1)).toMatchObject({ state: 'done' });
    expect(await recordOf(stage, 2)).toMatchObject({ state: 'in_doubt', errorCode: 'RESPONSE_MISMATCH' });
  });

  test('is not suspected where a member who spent everything is credited the same in a later run', async () => {
    const stage = await openStage({ settings: { isAgain: true } });
    await stage.ledger.put({
      ...{ runId: 'run-0', customerUid: UID, action: 'topped_up', dataChangeTime: '2026-08-01 08:00:00', ...amounts },
      ...{ pointBefore: '10', pointAfter: '15', balanceBefore: '2.50', balanceAfter: '2.50' },
    });
    stage.treatments.push((apply, _, options) => {
      options.onSent?.();
      const answer = apply();
      return answer.kind === 'success' ? { ...answer, data: { ...answer.data, dataChangeTime: '' } } : answer;
    });
    expect(await send(stage, row(1))).toMatchObject([{ status: 'done' }]);
  });
});

describe('stopping', () => {
  test('a second Ctrl-C writes back as open what has touched no socket, and leaves what has', async () => {
    const stage = await openStage();
    const other = '72';
    const neverAnswered = new Promise<never>(() => undefined);
    stage.treatments.push(
      (_, __, options) => {
        options.onSent?.();
        return neverAnswered;
      },
      (_, __, options) =>
        new Promise((resolve) => {
          // Still connecting: the transport ends it as not sent when the signal aborts.
          const notSent = {
            kind: 'not_sent',
            errorCode: 'CONNECTION_FAILED',
            detail: 'aborted before it was sent',
          } as const;
          if (options.signal) options.signal.onabort = () => resolve(notSent);
        }),
    );
    stage.control.holdUnsent().end();
    // The first call of a lane goes alone: it is behind us.
    await stage.context.vendors.kybio?.lane.perform({
      endpoint: 'warm-up',
      isRepeatable: true,
      send: async () => ({ kind: 'success', data: undefined }),
    });
    void send(stage, row(1), row(2, { customerUid: other }));
    await vi.waitUntil(() => stage.calls.length === 2);
    stage.control.stop({ kind: 'interrupted', signal: 'SIGINT' });
    await stage.control.withdrawUnsent();
    expect(await recordOf(stage, 1)).toMatchObject({ state: 'intent' });
    expect(await recordOf(stage, 2)).toMatchObject({ state: 'open' });
  });

  test('never are more intents under way than the concurrency', async () => {
    const stage = await openStage({ controls: { concurrency: 2 } });
    let open = 0;
    let most = 0;
    const rows = Array.from({ length: 9 }, (_, index) => row(index + 1, { customerUid: `${100 + index}` }));
    for (const _ of rows) {
      stage.treatments.push(async (apply, __, options) => {
        options.onSent?.();
        await new Promise((resolve) => setImmediate(resolve));
        open = (await stage.ledger.rows.listByState('run-1', ['intent'])).length;
        most = Math.max(most, open);
        return apply();
      });
    }
    await send(stage, ...rows);
    expect(most).toBe(2);
  });

  test('a gateway that shuts increments out stops the run after the first, which is in doubt', async () => {
    const stage = await openStage();
    stage.treatments.push((_, __, options) => {
      options.onSent?.();
      return { kind: 'unanswered', errorCode: 'HTTP_401', detail: 'HTTP 401 without an answer of its own' };
    });
    await send(stage, row(1), row(2, { customerUid: '72' }));
    expect(await recordOf(stage)).toMatchObject({ state: 'intent', errorCode: 'HTTP_401' });
    expect(stage.control.reason).toMatchObject({ kind: 'credentials' });
    expect(stage.calls).toEqual(['increment']);
  });
});
