import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.ts';
import { OperatorError } from '../../src/base/errors.ts';
import { createRateLimiter, parseRate, type RateLimiter } from '../../src/calls/rate-limiter.ts';
import { openTransport } from '../../src/http/transport.ts';
import { fc } from '../support/chance.ts';
import { openHttpServer } from '../support/http-server.ts';

describe('parseRate', () => {
  it.each([
    ['5/s', { calls: 5, perMs: 1000 }],
    ['100/m', { calls: 100, perMs: 60_000 }],
    ['0.5/s', { calls: 1, perMs: 2000 }],
    ['2.5/s', { calls: 5, perMs: 2000 }],
    ['0.1/m', { calls: 1, perMs: 600_000 }],
    ['10000/s', { calls: 10_000, perMs: 1000 }],
    ['unlimited', 'unlimited'],
  ])('reads %s', (text, rate) => {
    expect(parseRate(text)).toEqual(rate);
  });

  it.each(['', '5', '5/h', '5 /s', '-5/s', '0/s', '0.0/s', '1e3/s', '5/S', 'Unlimited', '10001/s', '5/s/s', '٥/s'])(
    'refuses %j and says what to write',
    (text) => {
      expect(() => parseRate(text)).toThrow(OperatorError);
      try {
        parseRate(text);
      } catch (error) {
        expect(error).toMatchObject({ exitCode: 2, hint: expect.stringContaining('5/s') });
      }
    },
  );
});

/**
 * Time that stands still until `advance`: sleepers wake in order, each late by what `lateness` says, and
 * everything they cause runs before time goes on.
 */
class HeldClock implements Clock {
  #nowMs = 1000;
  readonly #lateness: () => number;
  readonly #sleepers: { wakeMs: number; wake: () => void }[] = [];

  constructor(lateness: () => number = () => 0) {
    this.#lateness = lateness;
  }

  nowMs = () => this.#nowMs;
  monotonicMs = () => this.#nowMs;

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = { wakeMs: this.#nowMs + delayMs + this.#lateness(), wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        const place = this.#sleepers.indexOf(sleeper);
        if (place >= 0) this.#sleepers.splice(place, 1);
        resolve();
      });
    });
  }

  sleeperCount(): number {
    return this.#sleepers.length;
  }

  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs;
    for (;;) {
      await settle();
      this.#sleepers.sort((left, right) => left.wakeMs - right.wakeMs);
      const next = this.#sleepers[0];
      if (!next || next.wakeMs > endMs) break;
      this.#sleepers.shift();
      this.#nowMs = Math.max(this.#nowMs, next.wakeMs);
      next.wake();
    }
    this.#nowMs = endMs;
    await settle();
  }
}

/** A turn of the event loop: whatever promises were due have run, however many steps they take. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Asks without pause, `width` askers at a time, and notes when each was let through. */
function keepAsking(limiter: RateLimiter, clock: Clock, width: number, stop: AbortSignal): number[] {
  const admittedAtMs: number[] = [];
  const ask = async () => {
    while (await limiter.admit(stop)) admittedAtMs.push(clock.monotonicMs());
  };
  for (let asker = 0; asker < width; asker++) ask();
  return admittedAtMs;
}

function maxInWindow(timesMs: readonly number[], windowMs: number): number {
  let most = 0;
  let first = 0;
  for (const [last, timeMs] of timesMs.entries()) {
    while (timeMs - (timesMs[first] ?? 0) >= windowMs) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

const RATES: [string, number][] = [
  ['5/s', 20_000],
  ['200/s', 5000],
  ['1000/s', 3000],
  ['100/m', 300_000],
  ['0.5/s', 60_000],
];

describe('a limiter with work', () => {
  it.each(RATES)(
    '%s: never exceeds the rate in any window and uses 98 %% of it, however timers wake',
    async (text, forMs) => {
      const rate = parseRate(text);
      if (rate === 'unlimited') return;
      await fc.assert(
        fc.asyncProperty(
          fc.infiniteStream(fc.double({ min: 0, max: 2, noNaN: true })),
          fc.integer({ min: 1, max: 8 }),
          async (late, width) => {
            const clock = new HeldClock(() => late.next().value ?? 0);
            const stop = new AbortController();
            const admitted = keepAsking(createRateLimiter(rate, clock), clock, width, stop.signal);
            await clock.advance(forMs);
            stop.abort();
            await settle();
            expect(maxInWindow(admitted, rate.perMs)).toBeLessThanOrEqual(rate.calls);
            expect(admitted.length).toBeGreaterThanOrEqual(Math.floor((0.98 * rate.calls * forMs) / rate.perMs));
          },
        ),
        { numRuns: 12 },
      );
    },
  );

  it('never exceeds the rate when wake-ups are now and then very late', async () => {
    const lateness = fc.oneof(
      { weight: 20, arbitrary: fc.double({ min: 0, max: 2, noNaN: true }) },
      { weight: 1, arbitrary: fc.double({ min: 2, max: 700, noNaN: true }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.infiniteStream(lateness), fc.integer({ min: 1, max: 60 }), async (late, calls) => {
        const clock = new HeldClock(() => late.next().value ?? 0);
        const stop = new AbortController();
        const admitted = keepAsking(createRateLimiter({ calls, perMs: 1000 }, clock), clock, 4, stop.signal);
        await clock.advance(8000);
        stop.abort();
        expect(maxInWindow(admitted, 1000)).toBeLessThanOrEqual(calls);
      }),
      { numRuns: 60 },
    );
  });

  it('never exceeds the rate however the work comes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 30 }),
        fc.array(fc.record({ askers: fc.integer({ min: 0, max: 25 }), pauseMs: fc.integer({ min: 0, max: 1500 }) }), {
          maxLength: 15,
        }),
        fc.infiniteStream(fc.double({ min: 0, max: 3, noNaN: true })),
        async (calls, bursts, late) => {
          const clock = new HeldClock(() => late.next().value ?? 0);
          const limiter = createRateLimiter({ calls, perMs: 1000 }, clock);
          const leftAtMs: number[] = [];
          for (const { askers, pauseMs } of bursts) {
            for (let asker = 0; asker < askers; asker++) limiter.admit().then(() => leftAtMs.push(clock.monotonicMs()));
            await clock.advance(pauseMs);
          }
          await clock.advance(500_000);
          expect(maxInWindow(leftAtMs, 1000)).toBeLessThanOrEqual(calls);
          expect(leftAtMs).toHaveLength(bursts.reduce((sum, { askers }) => sum + askers, 0));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('spreads the calls instead of sending them in one go, at the start and after idling', async () => {
    const clock = new HeldClock();
    const limiter = createRateLimiter({ calls: 50, perMs: 1000 }, clock);
    const admitted: number[] = [];
    const ask = (count: number) => {
      for (let asker = 0; asker < count; asker++) limiter.admit().then(() => admitted.push(clock.monotonicMs()));
    };
    ask(10);
    await clock.advance(5000);
    ask(10);
    await clock.advance(5000);
    const gaps = admitted.slice(1).map((timeMs, index) => timeMs - (admitted[index] ?? 0));
    expect(admitted).toHaveLength(20);
    expect(Math.min(...gaps)).toBeGreaterThan(19.9);
    expect(admitted[0]).toBe(1000);
    expect(admitted[10]).toBe(6000);
  });

  it('keeps the grid when one timer wakes late', async () => {
    let lateMs = 0;
    const clock = new HeldClock(() => lateMs);
    const limiter = createRateLimiter({ calls: 10, perMs: 1000 }, clock);
    const stop = new AbortController();
    const admitted = keepAsking(limiter, clock, 2, stop.signal);
    await clock.advance(150);
    lateMs = 15;
    await clock.advance(100);
    lateMs = 0;
    await clock.advance(400);
    stop.abort();
    const offGridMs = admitted.map((timeMs, index) => Math.round(timeMs - 1000 - index * 101.2));
    expect(offGridMs).toEqual([0, 0, 0, 15, 0, 0, 0]);
  });

  it('serves first come, first served', async () => {
    const clock = new HeldClock(() => 1.5);
    const limiter = createRateLimiter({ calls: 100, perMs: 1000 }, clock);
    const order: number[] = [];
    for (let asker = 0; asker < 50; asker++) limiter.admit().then(() => order.push(asker));
    await clock.advance(2000);
    expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
  });

  it('counts a call from when it really went out, when that is later than its admission', async () => {
    const clock = new HeldClock();
    const limiter = createRateLimiter({ calls: 2, perMs: 1000 }, clock);
    const first = await limiter.admit();
    await clock.advance(400);
    first?.sent();
    const admitted: number[] = [];
    for (let asker = 0; asker < 2; asker++) limiter.admit().then(() => admitted.push(clock.monotonicMs() - 1000));
    await clock.advance(3000);
    expect(admitted.map(Math.round)).toEqual([506, 1412]);
    first?.sent();
    await limiter.admit();
  });
});

describe('answers', () => {
  /** Sends at a steady pace to a server that every call reaches after `delayMs()`; answers take 5 ms back. */
  async function arrivalsAt(calls: number, forMs: number, delayMs: (nowMs: number) => number): Promise<number[]> {
    const clock = new HeldClock(() => 0.5);
    const limiter = createRateLimiter({ calls, perMs: 1000 }, clock);
    const stop = new AbortController();
    const arrivedAtMs: number[] = [];
    const lane = async () => {
      for (;;) {
        const admission = await limiter.admit(stop.signal);
        if (!admission) return;
        admission.sent();
        const wayMs = delayMs(clock.monotonicMs());
        arrivedAtMs.push(clock.monotonicMs() + wayMs);
        clock.sleep(wayMs + 5).then(() => admission.answered());
      }
    };
    for (let index = 0; index < 4; index++) lane();
    await clock.advance(forMs);
    stop.abort();
    await settle();
    return arrivedAtMs.sort((left, right) => left - right);
  }

  it('that took long are counted as late arrivals: a server that stood still is not overrun', async () => {
    // Every 700 ms nothing arrives for 100 ms, then everything that was sent meanwhile at once.
    const delayMs = (nowMs: number) => Math.max(2, 100 - (nowMs % 700));
    for (const calls of [5, 50, 200]) {
      const arrived = await arrivalsAt(calls, 20_000, delayMs);
      expect(maxInWindow(arrived, 1000)).toBeLessThanOrEqual(calls);
    }
  });

  it('that are slow but steady cost nothing after the first second', async () => {
    const arrived = await arrivalsAt(50, 60_000, () => 300);
    expect(arrived.length).toBeGreaterThanOrEqual(0.98 * 50 * 60);
  });

  it('of a vendor whose answers vary a lot cost at most a tenth of the rate', async () => {
    let seed = 1;
    const arrived = await arrivalsAt(50, 20_000, () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % 400;
    });
    expect(arrived.length).toBeGreaterThanOrEqual(0.88 * 50 * 20);
  });
});

describe('hold', () => {
  it('makes the whole lane wait, and does not let the waiting ones out in one go', async () => {
    const clock = new HeldClock();
    const limiter = createRateLimiter({ calls: 10, perMs: 1000 }, clock);
    const stop = new AbortController();
    const admitted = keepAsking(limiter, clock, 4, stop.signal);
    await clock.advance(250);
    const before = admitted.length;
    limiter.hold(clock.monotonicMs() + 5000);
    limiter.hold(clock.monotonicMs() + 10);
    await clock.advance(5500);
    stop.abort();
    const after = admitted.slice(before).map((timeMs) => Math.round(timeMs - 6250));
    expect(before).toBe(3);
    expect(after).toEqual([0, 101, 202, 304, 405]);
  });

  it('holds an unlimited lane as well', async () => {
    const clock = new HeldClock();
    const limiter = createRateLimiter('unlimited', clock);
    expect(await limiter.admit()).toBeDefined();
    limiter.hold(clock.monotonicMs() + 300);
    let admittedCount = 0;
    for (let asker = 0; asker < 5; asker++) limiter.admit().then(() => admittedCount++);
    await clock.advance(299);
    expect(admittedCount).toBe(0);
    await clock.advance(1);
    expect(admittedCount).toBe(5);
  });
});

describe('an abort', () => {
  it('ends the wait with undefined, takes no place, and leaves no timer behind', async () => {
    const clock = new HeldClock();
    const limiter = createRateLimiter({ calls: 1, perMs: 1000 }, clock);
    await limiter.admit();
    limiter.hold(clock.monotonicMs() + 300_000);
    const stop = new AbortController();
    const waiting = limiter.admit(stop.signal);
    await clock.advance(10);
    expect(clock.sleeperCount()).toBe(1);
    stop.abort();
    expect(await waiting).toBeUndefined();
    await settle();
    expect(clock.sleeperCount()).toBe(0);
    expect(await limiter.admit(stop.signal)).toBeUndefined();

    let isAdmitted = false;
    limiter.admit().then(() => {
      isAdmitted = true;
    });
    await clock.advance(300_000);
    expect(isAdmitted).toBe(true);
  });
});

it('lets an unlimited lane through at once', async () => {
  const clock = new HeldClock();
  const limiter = createRateLimiter('unlimited', clock);
  for (let call = 0; call < 1000; call++) expect(await limiter.admit()).toBeDefined();
});

describe('on the real clock', () => {
  const toClose: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const resource of toClose.splice(0).reverse()) await resource.close();
  });

  it('a server counts at most 200 calls in any second at 200/s', async () => {
    const arrivedAtMs: number[] = [];
    const server = await openHttpServer((_request, response) => {
      arrivedAtMs.push(performance.now());
      response.end('ok');
    });
    const transport = openTransport({ baseUrl: server.baseUrl, connections: 8 });
    toClose.push(server, transport);
    const limiter = createRateLimiter({ calls: 200, perMs: 1000 }, systemClock);
    const stop = new AbortController();
    const lane = async () => {
      for (;;) {
        const admission = await limiter.admit(stop.signal);
        if (!admission) return;
        const request = { method: 'POST', path: '/', headers: {}, body: '{}', timeoutMs: 5000 } as const;
        await transport.send({ ...request, onSent: admission.sent });
        admission.answered();
      }
    };
    setTimeout(() => stop.abort(), 1500);
    await Promise.all(Array.from({ length: 8 }, lane));
    expect(maxInWindow(arrivedAtMs, 1000)).toBeLessThanOrEqual(200);
    // How much of the rate is used is tested on a held clock: idle, this machine has 98 %, under load 17 it had a third.
    expect(arrivedAtMs.length).toBeGreaterThan(20);
  });
});
