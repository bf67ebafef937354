import pLimit from 'p-limit';
import type { Clock } from '../base/clock.ts';
import { type Answer, quoteWords } from '../http/answer.ts';
import { createRetryBudget, decideRetry } from '../http/retry-timing.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { callTexts } from '../texts/runs/calls.ts';
import { Breaker } from './breaker.ts';
import { DayQuota, type QuotaHold, type QuotaSettings, type Reserved } from './day-quota.ts';
import type { Admission, RateLimiter } from './rate-limiter.ts';
import { type RunControl, StoppedError, type StopReason } from './run-control.ts';

type CallAudit = {
  readonly sent: number;
  readonly retried: number;
  readonly byEndpoint: ReadonlyMap<string, number>;
};

/** One call to make: `send` is one attempt. */
export type LaneCall<T> = {
  readonly endpoint: string;
  readonly isRepeatable: boolean;
  send(onSent: () => void, attempt: number): Promise<Answer<T>>;
  /**
   * Recorded in the same commit as the call's count, before the first attempt. False: the call must not be sent;
   * `perform` then throws NotBegunError.
   */
  beforeSend?(): Promise<boolean>;
  /** Takes `beforeSend` back while nothing can have been applied. `beforeSend` may be asked again later. */
  withdraw?(): Promise<void>;
  /** Calls of the day that settling this call may take: it is not begun without them. */
  readonly settlingCalls?: number;
  /** What the answer means for later calls. Asked before another call may take the connection. */
  weigh?(answer: Answer<T>): Weight | Promise<Weight>;
  /** Settles increments: may use the calls kept back for that, and goes on when the day's other calls are gone. */
  readonly isSettling?: boolean;
};

export type Weight = {
  /** The calls for settling stay kept back. */
  readonly isInDoubt: boolean;
  /** Why nothing more may be sent. */
  readonly stop?: StopReason;
};

/** `beforeSend` said that the call must not be sent. */
export class NotBegunError extends Error {}

/** What one call holds while it is performed. */
type Held = QuotaHold & {
  /** `beforeSend` has been recorded. */
  isPrepared: boolean;
};

type LaneAnswer<T> = { readonly answer: Answer<T>; readonly attempts: number };

/**
 * The one way to a vendor: admits each attempt at the rate and within the day's quota, counts it in the
 * ledger before it is sent, retries what may be retried, and stops the run when the account or the vendor
 * is at fault.
 *
 * The first call goes alone, so that a wrong key costs one call and not as many as are sent at once.
 */
export class Lane {
  readonly settings: QuotaSettings;
  readonly #quota: DayQuota;
  readonly #limiter: RateLimiter;
  readonly #control: RunControl;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #connections: ReturnType<typeof pLimit>;
  readonly #breaker = new Breaker();
  readonly #budget = createRetryBudget();
  readonly #byEndpoint = new Map<string, number>();
  #sent = 0;
  #retried = 0;
  #isProven = false;
  #firstCall: Promise<unknown> | undefined;
  #quotaRefusalCount = 0;

  constructor(
    settings: QuotaSettings,
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
    this.#quota = new DayQuota(settings, parts);
    this.#limiter = parts.limiter;
    this.#control = parts.control;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#connections = pLimit(parts.connections);
  }

  get audit(): CallAudit {
    return { sent: this.#sent, retried: this.#retried, byEndpoint: this.#byEndpoint };
  }

  /** Calls counted today for the account, over all runs; as of the last call or `readDay`. */
  get usedToday(): number {
    return this.#quota.count.used;
  }

  /** Today in the quota's zone; as of the last call or `readDay`. */
  get day(): string {
    return this.#quota.count.day;
  }

  /** Reads from the ledger what was counted today. */
  async readDay(): Promise<{ day: string; used: number }> {
    const { count } = this.#quota;
    await count.read();
    return { day: count.day, used: count.used };
  }

  /** At the end of its work: calls that were counted and never begun are the account's again. */
  giveBackCalls(): Promise<void> {
    return this.#quota.count.returnSpare();
  }

  /** Writes that the vendor refused because the day's calls were used up, while this lane waits for more. They are to be done again. */
  get quotaRefusalCount(): number {
    return this.#quotaRefusalCount;
  }

  /** See `DayQuota.beforeSleep`. */
  set beforeQuotaSleep(work: () => Promise<void>) {
    this.#quota.beforeSleep = work;
  }

  /**
   * @throws StoppedError when the run stops before the call was sent; NotBegunError when `beforeSend` said no.
   *   Neither takes `beforeSend` back: the caller does
   */
  async perform<T>(call: LaneCall<T>): Promise<LaneAnswer<T>> {
    const held: Held = { settlingCalls: 0, isInDoubt: false, isPrepared: false };
    try {
      return await this.#attemptUntilDone(call, held);
    } finally {
      this.#quota.release(held);
    }
  }

  async #attemptUntilDone<T>(call: LaneCall<T>, held: Held): Promise<LaneAnswer<T>> {
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#sendInTurn(call, attempt, held);
      if (answer.kind === 'refused' && answer.meaning === 'quota' && this.settings.waitsForQuota) {
        // Refused, so not applied. A repeatable call waits here and is sent again after midnight. Any other write
        // goes back to its caller: a kill during a wait of hours must not leave an intent that looks in doubt.
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

  #sendInTurn<T>(call: LaneCall<T>, attempt: number, held: Held): Promise<Answer<T>> {
    if (!this.#isProven) return this.#sendBehindFirst(call, attempt, held);
    if (!call.isSettling) this.#control.check();
    return this.#send(call, attempt, held);
  }

  async #sendBehindFirst<T>(call: LaneCall<T>, attempt: number, held: Held): Promise<Answer<T>> {
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
    for (;;) {
      const taken = await this.#countAndPrepare(call, settlingCalls, held);
      // Waited for here and not in the transport, where waiting would use up the call's own time for an answer.
      const answer = await this.#connections(() => this.#admitAndSend(call, attempt, taken.day, held));
      if (answer !== 'day_is_over') return answer;
      await this.#unprepare(call, settlingCalls, held, taken.reserved);
    }
  }

  /**
   * Count and intent are queued in the same turn of the event loop, so that they share a commit.
   *
   * @returns the day that the call is counted on, and what it holds of that day
   */
  async #countAndPrepare<T>(
    call: LaneCall<T>,
    settlingCalls: number,
    held: Held,
  ): Promise<{ day: string; reserved: Reserved }> {
    for (;;) {
      const reserved = await this.#quota.reserve(call.isSettling === true, settlingCalls, held);
      const { count } = this.#quota;
      const { day } = count;
      const taking = count.take(call.endpoint, reserved.limit);
      const preparing = held.isPrepared ? true : (call.beforeSend?.() ?? true);
      // Awaited together: they fail together, and neither failure may go unheard.
      const [{ isTaken, stop }, mayBeSent] = await Promise.all([taking, preparing]);
      held.isPrepared = mayBeSent;
      if (stop) {
        this.#control.stop(stop);
        this.#quota.takeBack(reserved, settlingCalls, held);
        throw new StoppedError();
      }
      if (isTaken && mayBeSent) return { day, reserved };
      if (!mayBeSent) {
        if (isTaken) count.giveBack(call.endpoint, day);
        throw new NotBegunError();
      }
      // Somebody else took the last call of the day.
      await this.#unprepare(call, settlingCalls, held, reserved);
    }
  }

  /** The call waits for a call of the day again, perhaps for hours. Its intent must not stand so long. */
  async #unprepare<T>(call: LaneCall<T>, settlingCalls: number, held: Held, reserved: Reserved): Promise<void> {
    if (call.withdraw) {
      await call.withdraw();
      held.isPrepared = false;
    }
    this.#quota.takeBack(reserved, settlingCalls, held);
  }

  /** @returns 'day_is_over' when nothing was sent: midnight has passed since the call was counted */
  async #admitAndSend<T>(
    call: LaneCall<T>,
    attempt: number,
    day: string,
    held: Held,
  ): Promise<Answer<T> | 'day_is_over'> {
    const admission = await this.#admit(call.isSettling === true);
    if (admission === undefined) {
      this.#quota.count.giveBack(call.endpoint, day);
      throw new StoppedError();
    }
    // The vendor would count the call to the new day, and we would not: the new day would get one call too many.
    if (this.#quota.count.isOver(day)) return 'day_is_over';
    this.#sent += 1;
    this.#byEndpoint.set(call.endpoint, (this.#byEndpoint.get(call.endpoint) ?? 0) + 1);
    const answer = await call.send(() => admission.sent(), attempt);
    // The limiter learns how late calls arrive, so that the vendor never sees more than the rate.
    admission.answered();
    if (answer.kind === 'not_sent') this.#uncount(call.endpoint, day);
    // Here and not by the caller: until this returns, nobody else takes the connection.
    this.#judge(answer);
    const weight = await call.weigh?.(answer);
    held.isInDoubt = weight?.isInDoubt ?? false;
    if (weight?.stop) this.#control.stop(weight.stop);
    return answer;
  }

  /** No connection was made, or the call was stopped before its first byte: the vendor cannot have counted it. */
  #uncount(endpoint: string, day: string): void {
    this.#sent -= 1;
    this.#byEndpoint.set(endpoint, (this.#byEndpoint.get(endpoint) ?? 0) - 1);
    this.#quota.count.giveBack(endpoint, day);
  }

  async #admit(isSettling: boolean): Promise<Admission | undefined> {
    const admission = await this.#limiter.admit(isSettling ? undefined : this.#control.signal);
    if (admission !== undefined || this.#control.reason?.kind !== 'quota') return admission;
    // Another call has just learned that today's quota is used up. If the vendor says so, this call would be
    // refused too. If only our count says so, this call is among those counted: send it, or a call is wasted.
    if (this.#quota.isRefused) return undefined;
    return this.#limiter.admit(this.#control.interruptSignal);
  }

  #judge(answer: Answer<unknown>): void {
    if (answer.kind !== 'success' && 'retryAfterMs' in answer && answer.retryAfterMs !== undefined) {
      this.#limiter.hold(this.#clock.monotonicMs() + answer.retryAfterMs);
    }
    if (answer.kind === 'refused' && answer.meaning === 'credentials') {
      this.#control.stop({
        kind: 'credentials',
        detail: callTexts().badCredentials(answer.errorCode, quoteWords(answer.messages)),
      });
    }
    if (answer.kind === 'refused' && answer.meaning === 'quota') this.#quota.refuse(answer.errorCode);
    const broken = this.#breaker.observe(answer);
    if (broken !== undefined) this.#control.stop({ kind: 'breaker', detail: broken });
  }
}
