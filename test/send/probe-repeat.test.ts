import { describe, expect, test } from 'vitest';
import { PROBE_CALLS, probeRepeat } from '../../src/send/probe-repeat.ts';
import { readRepeatFact, repeatCodesOf } from '../../src/send/repeat-fact.ts';
import { ACCOUNT, openStage, REPEAT_CODE, refusal, type Stage } from '../support/scripted-kybio.ts';

function probe(stage: Stage) {
  const { kybio } = stage.context.vendors;
  if (!kybio) throw new Error('no vendor');
  return probeRepeat('N1', { kybio, ledger: stage.ledger, storeZone: 'Asia/Shanghai' });
}

describe('the probe of repeats', () => {
  test('learns the code of an account that refuses a repeat and accepts an earlier time', async () => {
    const stage = await openStage();
    stage.refusesRepeats = true;
    expect(await probe(stage)).toMatchObject({ isLearned: true, fact: { kind: 'refused', code: REPEAT_CODE } });
    expect(await readRepeatFact(stage.ledger, ACCOUNT)).toEqual({ kind: 'refused', code: REPEAT_CODE });
    expect(stage.calls).toHaveLength(PROBE_CALLS.most);
    expect(stage.member).toEqual({ point: '10', balance: '2.5' });
  });

  test('learns that a refusal of what is not newer is no repeat check, whatever the config file says', async () => {
    const stage = await openStage({ repeatCodes: [REPEAT_CODE] });
    stage.refusesOlder = true;
    expect(await probe(stage)).toMatchObject({ isLearned: true, fact: { kind: 'newer_only' } });
    expect(stage.calls).toHaveLength(PROBE_CALLS.most);
    const { kybio } = stage.context.vendors;
    expect(kybio && (await repeatCodesOf(stage.ledger, kybio))).toEqual([]);
  });

  test('learns the same again when the clock was ahead at first: its new time is newer than all that the member had', async () => {
    const stage = await openStage();
    stage.refusesOlder = true;
    const rightMs = stage.clock.nowMs();
    stage.clock.jumpTo(rightMs + 9 * 86_400_000);
    await probe(stage);
    stage.clock.jumpTo(rightMs);
    expect(await probe(stage)).toMatchObject({ isLearned: true, fact: { kind: 'newer_only' } });
  });

  test('learns the same again and again: what was learned before changes nothing', async () => {
    const stage = await openStage();
    stage.refusesOlder = true;
    for (let round = 1; round <= 3; round += 1) {
      expect(await probe(stage)).toMatchObject({ isLearned: true, fact: { kind: 'newer_only' } });
    }
  });

  test('learns that an account accepts repeats', async () => {
    const stage = await openStage();
    expect(await probe(stage)).toMatchObject({ isLearned: true, fact: { kind: 'accepted' } });
    expect(stage.calls).toHaveLength(PROBE_CALLS.least);
  });

  test('learns nothing from a vendor that is out of order for a moment', async () => {
    const stage = await openStage();
    stage.treatments.push(
      (apply) => apply(),
      () => refusal('7777'),
      () => refusal('7777'),
      () => refusal('7777'),
    );
    expect(await probe(stage)).toMatchObject({ isLearned: false });
    expect(await readRepeatFact(stage.ledger, ACCOUNT)).toEqual({ kind: 'unknown' });
  });

  test('learns nothing when somebody changes the member meanwhile', async () => {
    const stage = await openStage();
    let readCount = 0;
    stage.beforeRead = () => {
      readCount += 1;
      if (readCount === 2) stage.member.point = '11';
    };
    expect(await probe(stage)).toMatchObject({ isLearned: false, why: expect.stringContaining('changed meanwhile') });
  });
});

test('what an older version learned without the proof of earlier times is learned anew', async () => {
  const stage = await openStage();
  await stage.ledger.facts.write(ACCOUNT, 'repeat_code', REPEAT_CODE);
  expect(await readRepeatFact(stage.ledger, ACCOUNT)).toEqual({ kind: 'unknown' });
  await stage.ledger.facts.write(ACCOUNT, 'repeats_accepted', 'true');
  expect(await readRepeatFact(stage.ledger, ACCOUNT)).toEqual({ kind: 'accepted' });
});
