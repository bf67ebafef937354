import { describe, expect, test, vi } from 'vitest';
import type { QuotaSettings } from '../../src/calls/day-quota.ts';
import { Lane, type LaneCall, NotBegunError } from '../../src/calls/lane.ts';
import { createRateLimiter, parseRate } from '../../src/calls/rate-limiter.ts';
import { RunControl, StoppedError } from '../../src/calls/run-control.ts';
import type { Answer } from '../../src/http/answer.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { type HeldClock, heldClock } from '../support/held-clock.ts';
import { openWatchedLedger } from '../support/watched-ledger.ts';

const ACCOUNT = 'kybio:APP';
/** 12:00 in Shanghai, where the quota's day ends twelve hours later. */
const NOON_MS = Date.UTC(2026, 10, 22, 4);
const HOUR_MS = 3_600_000;

type Refused = Extract<Answer<unknown>, { kind: 'refused' }>;

const success: Answer<string> = { kind: 'success', data: 'yes' };
const unanswered: Answer<string> = { kind: 'unanswered', errorCode: 'TIMEOUT', detail: 'nothing came' };
const notSent: Answer<string> = { kind: 'not_sent', errorCode: 'CONNECTION_FAILED', detail: 'refused' };
const refused = (meaning: Refused['meaning'], errorCode = '1', retryAfterMs?: number): Answer<string> => ({
  kind: 'refused',
  errorCode,
  messages: [],
  meaning,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

async function openLane(
  settings: Partial<QuotaSettings> = {},
  clock: HeldClock = heldClock(NOON_MS),
  rate = 'unlimited',
  connections = 16,
) {
  const ledger = await openWatchedLedger(clock);
  const control = new RunControl();
  const waits: { untilMs: number; detail: string }[] = [];
  const lane = new Lane(
    {
      account: ACCOUNT,
      quotaZone: 'Asia/Shanghai',
      dailyQuota: undefined,
      reserve: 0,
      waitsForQuota: false,
      ...settings,
    },
    {
      ledger,
      control,
      clock,
      limiter: createRateLimiter(parseRate(rate), clock),
      random: () => 0.5,
      connections,
      onQuotaWait: (untilMs, detail) => waits.push({ untilMs, detail }),
    },
  );
  return { lane, ledger, control, clock, waits };
}

/** Another process of the account makes so many calls, which our lane has not heard of. */
async function useUp(ledger: Ledger, callCount: number): Promise<void> {
  for (let made = 0; made < callCount; made += 1) {
    await ledger.calls.take(ACCOUNT, { day: '2026-11-22', endpoint: 'others', limit: undefined });
  }
}

/** A call that is answered so, attempt by attempt, the last answer again and again. */
function call(answers: Answer<string> | readonly Answer<string>[], values: Partial<LaneCall<string>> = {}) {
  const list = Array.isArray(answers) ? answers : [answers];
  let sentCount = 0;
  return {
    endpoint: 'add',
    isRepeatable: true,
    async send(onSent: () => void): Promise<Answer<string>> {
      onSent();
      sentCount += 1;
      return list[Math.min(sentCount, list.length) - 1] ?? success;
    },
    get sentCount() {
      return sentCount;
    },
    ...values,
  };
}

describe('the first call', () => {
  test('goes alone, and the others follow when it was answered', async () => {
    const { lane } = await openLane();
    let answerFirst: ((answer: Answer<string>) => void) | undefined;
    const first = lane.perform(
      call(success, {
        send: () =>
          new Promise((resolve) => {
            answerFirst = resolve;
          }),
      }),
    );
    const others = Array.from({ length: 8 }, () => call(success));
    const performed = others.map((other) => lane.perform(other));
    await vi.waitUntil(() => answerFirst !== undefined);
    await settled();
    expect(others.map(({ sentCount }) => sentCount)).toEqual(Array(8).fill(0));
    answerFirst?.(success);
    await Promise.all([first, ...performed]);
    expect(lane.audit.sent).toBe(9);
  });

  test('of many at once, no more are under way than there are connections, in the order in which they came', async () => {
    const { lane } = await openLane({}, heldClock(NOON_MS), 'unlimited', 2);
    await lane.perform(call(success));
    const underWay: number[] = [];
    const order: number[] = [];
    const answers: (() => void)[] = [];
    const performed = [1, 2, 3, 4, 5].map((which) =>
      lane.perform(
        call(success, {
          send: () => {
            order.push(which);
            return new Promise((resolve) => answers.push(() => resolve(success)));
          },
        }),
      ),
    );
    while (order.length < 5 || answers.length > 0) {
      await vi.waitUntil(() => answers.length > 0);
      await settled();
      underWay.push(answers.length);
      answers.shift()?.();
      await settled();
    }
    await Promise.all(performed);
    expect(order).toEqual([1, 2, 3, 4, 5]);
    expect(Math.max(...underWay)).toBe(2);
  });

  test('when the credentials are refused, nobody follows', async () => {
    const { lane, control } = await openLane();
    const calls = Array.from({ length: 8 }, () => call(refused('credentials', '1032')));
    const ended = await Promise.allSettled(calls.map((each) => lane.perform(each)));
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(lane.audit.sent).toBe(1);
    expect(control.reason).toMatchObject({ kind: 'credentials', detail: expect.stringContaining('1032') });
  });
});

describe('counting', () => {
  test('a call is in the ledger, with what it prepares, before its first byte', async () => {
    const { lane, ledger } = await openLane();
    const key = { runId: 'run-1', rowNumber: 1, target: 'kybio' } as const;
    const seen: unknown[] = [];
    await lane.perform(
      call(success, {
        beforeSend: async () => {
          await ledger.rows.record(key, { state: 'intent' });
          return true;
        },
        send: async () => {
          seen.push(await ledger.calls.total(ACCOUNT, '2026-11-22'), (await ledger.rows.find(key))?.state);
          return success;
        },
      }),
    );
    expect(seen).toEqual([1, 'intent']);
  });

  test('every attempt counts, and what is prepared is prepared once', async () => {
    const { lane, ledger } = await openLane();
    let preparedCount = 0;
    const flaky = call([unanswered, unanswered, success], {
      beforeSend: async () => {
        preparedCount += 1;
        return true;
      },
    });
    expect(await lane.perform(flaky)).toEqual({ answer: success, attempts: 3 });
    expect(await ledger.calls.total(ACCOUNT, '2026-11-22')).toBe(3);
    expect(lane.audit).toMatchObject({ sent: 3, retried: 2 });
    expect([...lane.audit.byEndpoint]).toEqual([['add', 3]]);
    expect(preparedCount).toBe(1);
  });
});

describe('a call that must not be sent', () => {
  test('is told to its caller, and the call that was counted for it goes to the next one', async () => {
    const { lane, ledger } = await openLane();
    const refusedCall = call(success, { beforeSend: async () => false });
    await expect(lane.perform(refusedCall)).rejects.toThrow(NotBegunError);
    expect(refusedCall.sentCount).toBe(0);
    await lane.perform(call(success));
    expect(await ledger.calls.total(ACCOUNT, '2026-11-22')).toBe(1);
    expect(lane.usedToday).toBe(1);
  });

  test('because the ledger has no call left after all, has its intent withdrawn, and the run pauses', async () => {
    const { lane, ledger, control } = await openLane({ dailyQuota: 5 });
    await lane.readDay();
    await useUp(ledger, 5);
    const events: string[] = [];
    const increment = call(success, {
      isRepeatable: false,
      beforeSend: async () => {
        events.push('intent');
        return true;
      },
      withdraw: async () => void events.push('withdrawn'),
    });
    await expect(lane.perform(increment)).rejects.toThrow(StoppedError);
    expect([events, increment.sentCount]).toEqual([['intent', 'withdrawn'], 0]);
    expect(control.reason).toMatchObject({ kind: 'quota' });
  });

  test('today goes out after midnight with --wait, with an intent of its own', async () => {
    const { lane, ledger, clock } = await openLane({ dailyQuota: 5, waitsForQuota: true });
    await lane.readDay();
    await useUp(ledger, 5);
    let intentCount = 0;
    const increment = call(success, {
      isRepeatable: false,
      beforeSend: async () => {
        intentCount += 1;
        return true;
      },
      withdraw: async () => undefined,
    });
    await lane.perform(increment);
    expect([intentCount, increment.sentCount]).toEqual([2, 1]);
    expect(clock.nowMs() - NOON_MS).toBeGreaterThanOrEqual(12 * HOUR_MS);
  });
});

describe('retries', () => {
  test.each([
    ['an unanswered call that may be repeated', unanswered, true, 3],
    ['an unanswered call that may not', unanswered, false, 1],
    ['a call that was never sent', notSent, false, 3],
    ['a call that came too fast', refused('too_fast'), false, 3],
    ['a refused row', refused('row'), true, 1],
    ['a code that nobody documents', refused('unknown'), true, 1],
    ['a success', success, true, 1],
  ])('%s', async (_, answer, isRepeatable, attempts) => {
    const { lane } = await openLane();
    expect(await lane.perform(call(answer, { isRepeatable }))).toEqual({ answer, attempts });
  });

  test('a run that stops during the pause takes the answer as it is', async () => {
    const { lane, control } = await openLane();
    const struck = call(unanswered, {
      send: async () => {
        control.stop({ kind: 'interrupted', signal: 'SIGINT' });
        return unanswered;
      },
    });
    expect(await lane.perform(struck)).toEqual({ answer: unanswered, attempts: 1 });
    await expect(lane.perform(call(success))).rejects.toThrow(StoppedError);
  });

  test('Retry-After holds every call of the lane', async () => {
    const { lane, clock } = await openLane();
    await lane.perform(call(success));
    await lane.perform(call(refused('too_fast', 'HTTP_429', 90_000), { isRepeatable: true }));
    const heldMs = clock.monotonicMs();
    expect(heldMs).toBeGreaterThanOrEqual(2 * 90_000);
    await lane.perform(call(refused('row', '1', 5 * 60_000)));
    const before = clock.monotonicMs();
    await lane.perform(call(success));
    expect(clock.monotonicMs() - before).toBeCloseTo(5 * 60_000, -3);
  });
});

describe("the day's calls", () => {
  test('of which all are used, and not one more', async () => {
    const { lane, control, ledger } = await openLane({ dailyQuota: 3 });
    const calls = Array.from({ length: 8 }, () => call(success));
    const ended = await Promise.allSettled(calls.map((each) => lane.perform(each)));
    // Those that were counted before the fourth found the day used up go out all the same.
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(lane.audit.sent).toBe(3);
    expect(await ledger.calls.total(ACCOUNT, '2026-11-22')).toBe(3);
    expect(control.reason).toMatchObject({
      kind: 'quota',
      detail: expect.stringContaining("3 of the day's 3 calls are used"),
    });
  });

  test('that earlier runs used are gone', async () => {
    const { lane, ledger } = await openLane({ dailyQuota: 2 });
    await ledger.calls.take(ACCOUNT, { day: '2026-11-22', endpoint: 'export', limit: undefined });
    await lane.perform(call(success));
    expect(lane.usedToday).toBe(2);
    await expect(lane.perform(call(success))).rejects.toThrow(StoppedError);
  });

  test('less what is left to others, and what settling an increment in doubt may need', async () => {
    const { lane } = await openLane({ dailyQuota: 5, reserve: 1 });
    await lane.perform(call(unanswered, { isRepeatable: false, settlingCalls: 2, weigh: () => ({ isInDoubt: true }) }));
    await lane.perform(call(success));
    await expect(lane.perform(call(success))).rejects.toThrow(StoppedError);
    // Settling goes on with the calls that were kept back for it, but not with those of others.
    await lane.perform(call(success, { isSettling: true }));
    await lane.perform(call(success, { isSettling: true }));
    await expect(lane.perform(call(success, { isSettling: true }))).rejects.toThrow(StoppedError);
  });

  test('are not kept back for an increment that was answered, and it is not begun without them', async () => {
    const { lane } = await openLane({ dailyQuota: 5 });
    const increment = () =>
      call(success, { isRepeatable: false, settlingCalls: 2, weigh: () => ({ isInDoubt: false }) });
    for (let count = 0; count < 3; count += 1) await lane.perform(increment());
    await expect(lane.perform(increment())).rejects.toThrow(StoppedError);
    expect(lane.usedToday).toBe(3);
  });

  test('that an increment keeps back for itself are not waited for when it is tried again', async () => {
    const { lane, control } = await openLane({ dailyQuota: 3 });
    const increment = call(refused('too_fast'), {
      isRepeatable: false,
      settlingCalls: 2,
      weigh: () => ({ isInDoubt: false }),
    });
    await expect(lane.perform(increment)).rejects.toThrow(StoppedError);
    expect(control.reason).toMatchObject({ kind: 'quota' });
    expect(lane.usedToday).toBe(1);
  });

  test('are those of the newest day that was counted, when the clock was set back', async () => {
    const { lane, ledger, clock } = await openLane({ dailyQuota: 1 });
    await ledger.calls.take(ACCOUNT, { day: '2026-11-22', endpoint: 'add', limit: undefined });
    clock.jumpTo(NOON_MS - 24 * HOUR_MS);
    await expect(lane.perform(call(success))).rejects.toThrow(StoppedError);
    expect([lane.day, lane.usedToday]).toEqual(['2026-11-22', 1]);
  });

  test('that were counted while the clock was ahead come back when that day is over, and the reason is said', async () => {
    const { lane, ledger, control } = await openLane({ dailyQuota: 1 });
    await ledger.calls.take(ACCOUNT, { day: '2026-11-25', endpoint: 'add', limit: undefined });
    await expect(lane.perform(call(success))).rejects.toThrow(StoppedError);
    expect(control.reason).toMatchObject({
      detail: expect.stringMatching(/calls are used; by the clock it is 2026-11-22.*while a clock was ahead/),
      resumeAtMs: NOON_MS + (3 * 24 + 12) * HOUR_MS + 30_000,
    });
  });

  test('with --wait, after a clock that was years ahead: the clock is looked at every ten minutes, and the wait is told once', async () => {
    const { lane, ledger, clock, waits } = await openLane({ dailyQuota: 1, waitsForQuota: true });
    await ledger.calls.take(ACCOUNT, { day: '2027-11-22', endpoint: 'add', limit: undefined });
    await lane.perform(call(success));
    expect(Math.max(...clock.sleptMs)).toBeLessThanOrEqual(HOUR_MS / 6);
    expect([lane.day, lane.usedToday, waits.length]).toEqual(['2027-11-23', 1, 1]);
  });

  test("that the vendor says are used up come back at the vendor's next midnight, wherever our own count is", async () => {
    const { lane, ledger, control } = await openLane({ dailyQuota: 5 });
    await ledger.calls.take(ACCOUNT, { day: '2026-11-25', endpoint: 'add', limit: undefined });
    await lane.perform(call(refused('quota')));
    expect(control.reason).toMatchObject({ kind: 'quota', resumeAtMs: NOON_MS + 12 * HOUR_MS + 30_000 });
  });

  test('with --wait come back after midnight of the quota zone', async () => {
    const { lane, clock, waits } = await openLane({ dailyQuota: 1, waitsForQuota: true });
    await lane.perform(call(success));
    await lane.perform(call(success));
    expect(clock.nowMs() - NOON_MS).toBeGreaterThanOrEqual(12 * HOUR_MS);
    expect(clock.nowMs() - NOON_MS).toBeLessThan(12 * HOUR_MS + 60_000);
    expect(lane.day).toBe('2026-11-23');
    expect(lane.usedToday).toBe(1);
    expect(waits).toHaveLength(1);
  });

  test('are not used up by connections that were never made', async () => {
    const { lane, ledger } = await openLane({ dailyQuota: 2 });
    const { answer, attempts } = await lane.perform(call([notSent, notSent, success]));
    expect([answer.kind, attempts]).toEqual(['success', 3]);
    expect([lane.usedToday, lane.audit.sent, lane.audit.byEndpoint.get('add')]).toEqual([1, 1, 1]);
    await lane.perform(call(success));
    expect(await ledger.calls.total(ACCOUNT, lane.day)).toBe(2);
    await expect(lane.perform(call(success))).rejects.toThrow(StoppedError);
  });

  test('stay used up by a call that went out and was not answered', async () => {
    const { lane } = await openLane({ dailyQuota: 2 });
    await lane.perform(call([unanswered, success]));
    expect(lane.usedToday).toBe(2);
    await expect(lane.perform(call(success))).rejects.toThrow(StoppedError);
  });

  test('that were never made are wasted, and never one too many, for another endpoint or after a kill', async () => {
    const clock = heldClock(NOON_MS);
    const { lane, ledger } = await openLane({ dailyQuota: 3 }, clock);
    await lane.perform(call(notSent));
    expect(lane.usedToday).toBe(0);
    // As after a kill: the ledger alone knows what was counted.
    expect(await ledger.calls.total(ACCOUNT, lane.day)).toBe(1);
    await lane.perform(call(success, { endpoint: 'other' }));
    await lane.perform(call(success, { endpoint: 'other' }));
    await expect(lane.perform(call(success, { endpoint: 'other' }))).rejects.toThrow(StoppedError);
    expect(await ledger.calls.total(ACCOUNT, lane.day)).toBe(3);
  });

  test('are over when the vendor says so, whatever we have counted', async () => {
    const { lane, control } = await openLane();
    const last = call(refused('quota', '9010'));
    expect(await lane.perform(last)).toMatchObject({ attempts: 1 });
    expect(control.reason).toMatchObject({ kind: 'quota', detail: expect.stringContaining('9010') });
    await expect(lane.perform(call(success))).rejects.toThrow(StoppedError);
    expect(lane.audit.sent).toBe(1);
  });

  test('with --wait a refused call is sent again after midnight, unless it must not be repeated', async () => {
    const { lane, clock } = await openLane({ waitsForQuota: true });
    const increment = call(refused('quota', '9010'), { isRepeatable: false });
    expect(await lane.perform(increment)).toMatchObject({ attempts: 1, answer: { meaning: 'quota' } });
    expect(lane.quotaRefusalCount).toBe(1);
    const read = call([refused('quota', '9010'), success]);
    await lane.perform(read);
    expect(clock.nowMs() - NOON_MS).toBeGreaterThanOrEqual(12 * HOUR_MS);
  });
});

describe('the breaker', () => {
  const refuse = async (lane: Lane, code: string, times: number): Promise<void> => {
    for (let count = 0; count < times; count += 1) await lane.perform(call(refused('unknown', code)));
  };

  test("stops after ten refusals in a row with one code that is no row's fault", async () => {
    const { lane, control } = await openLane();
    await refuse(lane, '7777', 9);
    expect(control.reason).toBeUndefined();
    await refuse(lane, '7777', 1);
    expect(control.reason).toMatchObject({ kind: 'breaker', detail: expect.stringContaining('7777') });
  });

  test("another code or a success begins anew, and a row's own fault is none of its business", async () => {
    const { lane, control } = await openLane();
    await refuse(lane, '7777', 9);
    await refuse(lane, '7778', 9);
    await lane.perform(call(success));
    await refuse(lane, '7778', 9);
    for (let count = 0; count < 30; count += 1) await lane.perform(call(refused('exists', '2012')));
    expect(control.reason).toBeUndefined();
  });

  test('stops after twenty calls in a row without an answer', async () => {
    const { lane, control } = await openLane();
    for (let count = 0; count < 19; count += 1) await lane.perform(call(unanswered, { isRepeatable: false }));
    expect(control.reason).toBeUndefined();
    await lane.perform(call(notSent, { isRepeatable: false }));
    expect(control.reason).toMatchObject({ kind: 'breaker', detail: expect.stringContaining('without an answer') });
  });
});

/** Lets everything that can go on go on. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
