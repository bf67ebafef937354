import pLimit from 'p-limit';
import type { Clock } from '../base/clock.ts';
import { nextMidnightMs, zonedDay } from '../base/zoned-time.ts';
import type { Answer } from '../http/answer.ts';
import { createRetryBudget, decideRetry, RETRY_AFTER_MS_MAX } from '../http/retry-timing.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { Breaker } from './breaker.ts';
import type { Admission, RateLimiter } from './rate-limiter.ts';
import { type RunControl, StoppedError, type StopReason } from './run-control.ts';

export type LaneSettings = {
  /** `kybio:<appId>` or `wonder:<appId>`: whose calls are counted. */
  readonly account: string;
  readonly quotaZone: string;
  /** Calls that this account may make in one day of the quota zone; undefined: no limit is known. */
  readonly dailyQuota: number | undefined;
  /** Of these, how many are left to others. */
  readonly reserve: number;
  /** Sleep until the quota zone's midnight instead of pausing the run. */
  readonly waitsForQuota: boolean;
};

export type CallAudit = {
  readonly sent: number;
  readonly retried: number;
  readonly byEndpoint: ReadonlyMap<string, number>;
};

/** One call to make: `send` is one attempt. */
export type LaneCall<T> = {
  readonly endpoint: string;
  readonly isRepeatable: boolean;
  send(onSent: () => void): Promise<Answer<T>>;
  /** Made durable together with the call's count, before the first attempt. */
  beforeSend?(): Promise<void>;
  /** Calls of the day that settling this one may take; it is not begun without them. */
  readonly settlingCalls?: number;
  /** What the answer means for the calls after this one; asked before another may take its connection. */
  weigh?(answer: Answer<T>): Weight;
  /** Settles increments: may use the calls kept back for that, and goes on when the day's other calls are gone. */
  readonly isSettling?: boolean;
};

export type Weight = {
  /** The calls for settling stay kept back. */
  readonly isInDoubt: boolean;
  /** Why nothing more may be sent. */
  readonly stop?: StopReason;
};

/** Calls kept back for the settling of one increment, once it was admitted. */
type Held = { settlingCalls: number; isInDoubt: boolean };

export type LaneAnswer<T> = { readonly answer: Answer<T>; readonly attempts: number };

/**
 * Waiting for the day's calls ends this long after midnight: the vendor's clock may be late, and a call that
 * it still counts to the day before would be refused. A guess.
 */
const AFTER_MIDNIGHT_MS = 30_000;

/** A vendor that still says "used up" so soon after midnight is asked again before the next midnight. */
const MIDNIGHT_DISPUTE_MS = 10 * 60_000;
const DISPUTE_RETRY_MS = 2 * 60_000;

/**
 * The one way to a vendor: admits each attempt at the rate and within the day's quota, counts it in the
 * ledger before it is sent, retries what may be retried, and stops the run when the account or the vendor
 * is at fault.
 *
 * The first call goes alone, so that a wrong key costs one call and not as many as are sent at once.
 */
export class Lane {
  readonly settings: LaneSettings;
  readonly #ledger: Ledger;
  readonly #limiter: RateLimiter;
  readonly #control: RunControl;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #connections: ReturnType<typeof pLimit>;
  readonly #onQuotaWait: (untilMs: number, detail: string) => void;
  readonly #breaker = new Breaker();
  readonly #budget = createRetryBudget();
  readonly #byEndpoint = new Map<string, number>();
  #sent = 0;
  #retried = 0;
  #day = '';
  #usedToday = 0;
  #isProven = false;
  #firstCall: Promise<unknown> | undefined;
  /** Calls kept back for increments that are on the wire or in doubt: two reads each. */
  #settlingReserve = 0;
  /** Of these, the ones on the wire: most of them come free again with the answer. */
  #reserveOnWire = 0;
  readonly #waitingForReserve: (() => void)[] = [];
  /** Until then the vendor has said that the day's calls are used up. */
  #vendorQuotaUntilMs = Number.NEGATIVE_INFINITY;
  #waitingUntilMs = Number.NEGATIVE_INFINITY;
  #beforeQuotaSleep: () => Promise<void> = async () => undefined;
  #quotaRefusalCount = 0;

  constructor(
    settings: LaneSettings,
    parts: {
      ledger: Ledger;
      limiter: RateLimiter;
      control: RunControl;
      clock: Clock;
      random: () => number;
      /** Calls that may be under way at once. */
      connections: number;
      /** Told once for each wait for the day's calls. */
      onQuotaWait?: (untilMs: number, detail: string) => void;
    },
  ) {
    this.settings = settings;
    this.#ledger = parts.ledger;
    this.#limiter = parts.limiter;
    this.#control = parts.control;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#connections = pLimit(parts.connections);
    this.#onQuotaWait = parts.onQuotaWait ?? (() => undefined);
  }

  get audit(): CallAudit {
    return { sent: this.#sent, retried: this.#retried, byEndpoint: this.#byEndpoint };
  }

  /** Calls counted today for the account, over all runs. */
  get usedToday(): number {
    this.#startDay();
    return this.#usedToday;
  }

  get day(): string {
    this.#startDay();
    return this.#day;
  }

  /** Writes that the vendor refused because the day's calls were used up, while this lane waits for more: to be done again. */
  get quotaRefusalCount(): number {
    return this.#quotaRefusalCount;
  }

  /**
   * What is to be done with the calls kept back, once before each sleep until midnight: increments without an
   * answer are settled while their evidence is fresh. Not while one is on the wire or about to be tried again.
   */
  set beforeQuotaSleep(work: () => Promise<void>) {
    this.#beforeQuotaSleep = work;
  }

  /** @throws StoppedError when the run stops before the call was sent */
  async perform<T>(call: LaneCall<T>): Promise<LaneAnswer<T>> {
    const held: Held = { settlingCalls: 0, isInDoubt: false };
    try {
      return await this.#attemptUntilDone(call, held);
    } finally {
      this.#release(held);
    }
  }

  async #attemptUntilDone<T>(call: LaneCall<T>, held: Held): Promise<LaneAnswer<T>> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#sendInTurn(call, attempt, held);
      if (answer.kind === 'refused' && answer.meaning === 'quota' && this.settings.waitsForQuota) {
        // Refused, so not applied. What repeats no harm is sent again after midnight from here; any other write
        // is given back, so that a wait of hours does not look like an increment in doubt when it is cut short.
        if (call.isRepeatable && this.#control.reason === undefined) {
          attempt -= 1;
          continue;
        }
        this.#quotaRefusalCount += 1;
        return { answer, attempts: attempt };
      }
      if (attempt === 1) this.#budget.recordCall();
      const decision = decideRetry({
        attempt,
        answer,
        repeatable: call.isRepeatable,
        budget: this.#budget,
        random: this.#random,
      });
      if (!decision.retry || this.#control.reason !== undefined) return { answer, attempts: attempt };
      await this.#clock.sleep(decision.delayMs, this.#control.signal);
      // Stopped in the backoff: the answer stands as it is.
      if (this.#control.reason !== undefined) return { answer, attempts: attempt };
      this.#budget.recordRetry();
      this.#retried += 1;
    }
  }

  /** An increment's calls for settling are free again, or stay kept back while it is in doubt. */
  #release({ settlingCalls, isInDoubt }: Held): void {
    this.#reserveOnWire -= settlingCalls;
    if (!isInDoubt) this.#settlingReserve -= settlingCalls;
    for (const wake of this.#waitingForReserve.splice(0)) wake();
  }

  async #sendInTurn<T>(call: LaneCall<T>, attempt: number, held: Held): Promise<Answer<T>> {
    while (!this.#isProven && this.#firstCall) await this.#firstCall;
    if (!call.isSettling) this.#control.check();
    if (this.#isProven) return this.#send(call, attempt, held);
    const first = this.#send(call, attempt, held);
    this.#firstCall = first.then(
      (answer) => {
        if (answer.kind !== 'refused' || answer.meaning !== 'credentials') this.#isProven = true;
        this.#firstCall = undefined;
      },
      () => {
        this.#firstCall = undefined;
      },
    );
    return first;
  }

  async #send<T>(call: LaneCall<T>, attempt: number, held: Held): Promise<Answer<T>> {
    const settlingCalls = attempt === 1 ? (call.settlingCalls ?? 0) : 0;
    await this.#takeFromQuota(call.isSettling === true, settlingCalls, held);
    held.settlingCalls += settlingCalls;
    const counted = this.#ledger.calls.count(this.settings.account, this.#day, call.endpoint);
    // Queued in the same turn, so that both are in one commit.
    const prepared = attempt === 1 ? call.beforeSend?.() : undefined;
    // Awaited together: they fail together, and neither failure may go unheard.
    await Promise.all([counted, prepared]);
    // Waited for here and not in the transport, where it would use up the call's own time for an answer.
    return this.#connections(() => this.#admitAndSend(call, held));
  }

  async #admitAndSend<T>(call: LaneCall<T>, held: Held): Promise<Answer<T>> {
    const admission = await this.#admit(call.isSettling === true);
    if (admission === undefined) throw new StoppedError();
    this.#sent += 1;
    this.#byEndpoint.set(call.endpoint, (this.#byEndpoint.get(call.endpoint) ?? 0) + 1);
    const answer = await call.send(() => admission.sent());
    // The limiter learns how late calls arrive, so that the vendor never sees more than the rate.
    admission.answered();
    // Here and not by the caller: until this returns, nobody else takes the connection.
    this.#judge(answer, call.endpoint);
    const weight = call.weigh?.(answer);
    held.isInDoubt = weight?.isInDoubt ?? false;
    if (weight?.stop) this.#control.stop(weight.stop);
    return answer;
  }

  async #admit(isSettling: boolean): Promise<Admission | undefined> {
    const admission = await this.#limiter.admit(isSettling ? undefined : this.#control.signal);
    if (admission !== undefined || this.#control.reason?.kind !== 'quota') return admission;
    // A later call found the day used up. This one is among those that were counted: not sent, it would be lost.
    if (this.#clock.nowMs() < this.#vendorQuotaUntilMs) return undefined;
    return this.#limiter.admit(this.#control.interruptSignal);
  }

  /** @param settlingCalls what this call itself may need for settling: not begun without them */
  async #takeFromQuota(isSettling: boolean, settlingCalls: number, held: Held): Promise<void> {
    for (;;) {
      this.#startDay();
      const { dailyQuota, reserve } = this.settings;
      if (this.#clock.nowMs() < this.#vendorQuotaUntilMs) {
        await this.#pauseForQuota("the vendor says that the day's calls are used up", this.#vendorQuotaUntilMs);
        continue;
      }
      if (dailyQuota === undefined) break;
      // With fewer calls a day than settling may take, a row a day goes out all the same.
      const ownCalls = Math.max(0, Math.min(settlingCalls, dailyQuota - reserve - 1));
      const keptBack = reserve + (isSettling ? 0 : this.#settlingReserve) + ownCalls;
      if (this.#usedToday < dailyQuota - keptBack) break;
      // One that is tried again keeps its own calls back: waiting for them, it would wait for itself.
      if (!isSettling && held.settlingCalls === 0 && this.#reserveOnWire > 0) {
        await new Promise<void>((resolve) => this.#waitingForReserve.push(resolve));
        this.#control.check();
        continue;
      }
      await this.#pauseForQuota(
        `${this.#usedToday} of ${dailyQuota} calls of ${this.#day} (${this.settings.quotaZone}) are used${keptBack > 0 ? `, ${keptBack} kept back` : ''}`,
      );
    }
    this.#usedToday += 1;
    this.#settlingReserve += settlingCalls;
    this.#reserveOnWire += settlingCalls;
    // Spent for what it was kept back for.
    if (isSettling) this.#settlingReserve = Math.max(0, this.#settlingReserve - 1);
  }

  /** With --wait sleeps until then and returns; otherwise stops the run. */
  async #pauseForQuota(detail: string, resumeAtMs = this.#nextDayMs()): Promise<void> {
    if (!this.settings.waitsForQuota) {
      this.#control.stop({ kind: 'quota', detail, resumeAtMs });
      throw new StoppedError();
    }
    if (resumeAtMs !== this.#waitingUntilMs) {
      this.#waitingUntilMs = resumeAtMs;
      const hasCallsLeft = this.#clock.nowMs() >= this.#vendorQuotaUntilMs;
      if (hasCallsLeft && this.#reserveOnWire === 0) await this.#beforeQuotaSleep();
      this.#onQuotaWait(resumeAtMs, detail);
    }
    await this.#clock.sleep(resumeAtMs - this.#clock.nowMs(), this.#control.signal);
    this.#control.check();
  }

  #nextDayMs(): number {
    return nextMidnightMs(this.#clock.nowMs(), this.settings.quotaZone) + AFTER_MIDNIGHT_MS;
  }

  #startDay(): void {
    const today = zonedDay(this.#clock.nowMs(), this.settings.quotaZone);
    if (today === this.#day) return;
    this.#day = today;
    this.#usedToday = this.#ledger.calls.total(this.settings.account, today);
  }

  #judge(answer: Answer<unknown>, endpoint: string): void {
    if (answer.kind !== 'success' && 'retryAfterMs' in answer && answer.retryAfterMs !== undefined) {
      this.#limiter.hold(this.#clock.monotonicMs() + Math.min(answer.retryAfterMs, RETRY_AFTER_MS_MAX));
    }
    if (answer.kind === 'refused' && answer.meaning === 'credentials') {
      this.#control.stop({
        kind: 'credentials',
        detail: `${endpoint} was refused with ${answer.errorCode} (${answer.messages.join('; ')})`,
      });
    }
    if (answer.kind === 'refused' && answer.meaning === 'quota') {
      const nowMs = this.#clock.nowMs();
      // By its clock the day may not be over yet.
      const isDisputed = zonedDay(nowMs - MIDNIGHT_DISPUTE_MS, this.settings.quotaZone) !== this.day;
      this.#vendorQuotaUntilMs = isDisputed ? nowMs + DISPUTE_RETRY_MS : this.#nextDayMs();
      if (!this.settings.waitsForQuota) {
        this.#control.stop({
          kind: 'quota',
          detail: `the vendor answered ${answer.errorCode}: the day's calls are used up`,
          resumeAtMs: this.#vendorQuotaUntilMs,
        });
      }
    }
    const broken = this.#breaker.observe(answer);
    if (broken !== undefined) this.#control.stop({ kind: 'breaker', detail: broken });
  }
}
