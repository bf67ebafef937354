import type { Clock } from '../base/clock.ts';
import { dayEndMs, nextMidnightMs, zonedDay } from '../base/zoned-time.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { callTexts } from '../texts/runs/calls.ts';
import { DayCount } from './day-count.ts';
import { type RunControl, StoppedError } from './run-control.ts';

export type QuotaSettings = {
  /** `kybio:<appId>` or `wonder:<appId>`: whose calls are counted. */
  readonly account: string;
  readonly quotaZone: string;
  /** Calls that this account may make in one day of the quota zone; undefined: no limit is known. */
  readonly dailyQuota: number | undefined;
  /** Of these, how many are left to others. */
  readonly reserve: number;
  /** Sleep until the quota zone's midnight instead of pausing the run. */
  readonly waitsForQuota: boolean;
  /** The run, when other processes carry it on as well: any of them may stop it. */
  readonly sharedRunId?: string | undefined;
};

/** What one call holds of the day's calls while it is performed, besides itself. */
export type QuotaHold = {
  /** Calls kept back for settling it. */
  settlingCalls: number;
  /** They stay kept back when it has ended. */
  isInDoubt: boolean;
};

export type Reserved = {
  /** How many calls the ledger may hold, this one among them. */
  readonly limit: number | undefined;
  /** Of the calls kept back, how many this one is. */
  readonly keptBackUsed: number;
};

/**
 * Waiting for the day's calls ends this long after midnight. The vendor's clock may be late; the vendor would
 * count an earlier call to the day before, and refuse it. A guess.
 */
const AFTER_MIDNIGHT_MS = 30_000;

/** A vendor that still says "used up" so soon after midnight is asked again before the next midnight. */
const MIDNIGHT_DISPUTE_MS = 10 * 60_000;
const DISPUTE_RETRY_MS = 2 * 60_000;

/** After so long the clock is looked at again. A timer stands still while a laptop is closed, and a clock may be set right. */
const SLEEP_MS_MAX = 600_000;

/**
 * The calls that one account may make in a day: lets a call through while there is one, keeps back what settling
 * may take, and stops the run or sleeps until the next day when there is none.
 */
export class DayQuota {
  readonly count: DayCount;
  /**
   * Done once before each sleep until midnight, with the calls that were kept back: increments without an answer
   * are settled while their evidence is fresh. Not done while an increment is on the wire.
   */
  beforeSleep: () => Promise<void> = async () => undefined;
  readonly #settings: QuotaSettings;
  readonly #control: RunControl;
  readonly #clock: Clock;
  readonly #onQuotaWait: (untilMs: number, detail: string) => void;
  /** Calls kept back to settle increments that are on the wire or in doubt. */
  #settlingReserve = 0;
  /** The part of `#settlingReserve` for increments on the wire. Most of them come free with the answer. */
  #reserveOnWire = 0;
  readonly #waitingForReserve: (() => void)[] = [];
  /** Until then the vendor has said that the day's calls are used up. */
  #refusedUntilMs = Number.NEGATIVE_INFINITY;
  #waitingUntilMs = Number.NEGATIVE_INFINITY;
  #toldUntilMs = Number.NEGATIVE_INFINITY;

  constructor(
    settings: QuotaSettings,
    parts: {
      ledger: Ledger;
      control: RunControl;
      clock: Clock;
      /** Told once for each wait for the day's calls. */
      onQuotaWait?: (untilMs: number, detail: string) => void;
    },
  ) {
    this.count = new DayCount(settings, parts.ledger, parts.clock);
    this.#settings = settings;
    this.#control = parts.control;
    this.#clock = parts.clock;
    this.#onQuotaWait = parts.onQuotaWait ?? (() => undefined);
  }

  /** The vendor has said that the day's calls are used up, and the day is not over. */
  get isRefused(): boolean {
    return this.#clock.nowMs() < this.#refusedUntilMs;
  }

  /**
   * Resolves when our own count has a call for this one. The call is then reserved here, and its limit is what
   * the ledger is to hold.
   *
   * @param settlingCalls what settling this call may need: it is not begun without them
   * @throws StoppedError when the run stops first, also because the day's calls are used up
   */
  async reserve(isSettling: boolean, settlingCalls: number, held: QuotaHold): Promise<Reserved> {
    for (;;) {
      await this.count.start();
      const { dailyQuota, reserve } = this.#settings;
      if (this.isRefused) {
        await this.#pause(callTexts().vendorSaysUsedUp, this.#refusedUntilMs, false);
        continue;
      }
      if (dailyQuota === undefined) return this.#hold(undefined, isSettling, settlingCalls, held);
      // A quota smaller than what settling may take still lets one row a day go out.
      const ownCalls = Math.max(0, Math.min(settlingCalls, dailyQuota - reserve - 1));
      const keptBack = reserve + (isSettling ? 0 : this.#settlingReserve) + ownCalls;
      const limit = dailyQuota - keptBack;
      if (this.count.used < limit) return this.#hold(limit, isSettling, settlingCalls, held);
      // Calls kept back for increments on the wire may come free. An increment that is tried again does not wait:
      // the calls that it would wait for are its own.
      if (!isSettling && held.settlingCalls === 0 && this.#reserveOnWire > 0) {
        await new Promise<void>((resolve) => this.#waitingForReserve.push(resolve));
        this.#control.check();
        continue;
      }
      const ahead = this.#ahead();
      const detail = callTexts().usedUp(this.count.used, dailyQuota, keptBack, ahead);
      await this.#pause(detail, this.#dayEndMs(), ahead === undefined);
    }
  }

  /** In the same turn as the look at the count: two calls must not see the same last call of the day. */
  #hold(limit: number | undefined, isSettling: boolean, settlingCalls: number, held: QuotaHold): Reserved {
    this.count.expect();
    this.#settlingReserve += settlingCalls;
    this.#reserveOnWire += settlingCalls;
    held.settlingCalls += settlingCalls;
    // A settling call is one of those that were kept back.
    const keptBackUsed = isSettling ? Math.min(1, this.#settlingReserve) : 0;
    this.#settlingReserve -= keptBackUsed;
    return { limit, keptBackUsed };
  }

  /** Undoes `reserve`, when somebody else took the last call of the day in the ledger. */
  takeBack({ keptBackUsed }: Reserved, settlingCalls: number, held: QuotaHold): void {
    this.#settlingReserve += keptBackUsed - settlingCalls;
    this.#reserveOnWire -= settlingCalls;
    held.settlingCalls -= settlingCalls;
  }

  /** The call has ended: its calls for settling are free again, or stay kept back while it is in doubt. */
  release({ settlingCalls, isInDoubt }: QuotaHold): void {
    this.#reserveOnWire -= settlingCalls;
    if (!isInDoubt) this.#settlingReserve -= settlingCalls;
    for (const wake of this.#waitingForReserve.splice(0)) wake();
  }

  /** The vendor has answered that the day's calls are used up. Stops the run, unless it waits for the next day. */
  refuse(errorCode: string): void {
    const { quotaZone, waitsForQuota } = this.#settings;
    const nowMs = this.#clock.nowMs();
    // By the vendor's clock the day before may not be over yet. The day of our own count may lie ahead of both clocks.
    const isDisputed = zonedDay(nowMs - MIDNIGHT_DISPUTE_MS, quotaZone) !== zonedDay(nowMs, quotaZone);
    const midnightMs = nextMidnightMs(nowMs, quotaZone) + AFTER_MIDNIGHT_MS;
    this.#refusedUntilMs = isDisputed ? nowMs + DISPUTE_RETRY_MS : midnightMs;
    if (waitsForQuota) return;
    this.#control.stop({
      kind: 'quota',
      detail: callTexts().answeredUsedUp(errorCode),
      resumeAtMs: this.#refusedUntilMs,
      isForeseen: false,
    });
  }

  /** With --wait sleeps until then and returns; otherwise stops the run. */
  async #pause(detail: string, resumeAtMs: number, isForeseen: boolean): Promise<void> {
    if (!this.#settings.waitsForQuota) {
      this.#control.stop({ kind: 'quota', detail, resumeAtMs, isForeseen });
      throw new StoppedError();
    }
    if (resumeAtMs !== this.#waitingUntilMs) {
      this.#waitingUntilMs = resumeAtMs;
      // An increment that was answered just now records its outcome in this turn of the event loop. Without the turn
      // the settling would take it for unanswered, and spend two calls on it.
      await this.#clock.sleep(0);
      if (!this.isRefused && this.#reserveOnWire === 0) await this.beforeSleep();
    }
    // Told by whoever sleeps first: what is done before the sleep may use up the last calls itself.
    if (resumeAtMs !== this.#toldUntilMs) {
      this.#toldUntilMs = resumeAtMs;
      this.#onQuotaWait(resumeAtMs, detail);
    }
    await this.#clock.sleep(Math.min(resumeAtMs - this.#clock.nowMs(), SLEEP_MS_MAX), this.#control.signal);
    this.#control.check();
  }

  /** When the counted day is over. After a clock that was ahead this is not the next midnight. */
  #dayEndMs(): number {
    return dayEndMs(this.count.day, this.#settings.quotaZone) + AFTER_MIDNIGHT_MS;
  }

  /** Why the calls do not come back at the next midnight: they are counted on a later day. Undefined when they do. */
  #ahead(): { readonly clockDay: string; readonly day: string } | undefined {
    const { day } = this.count;
    const clockDay = zonedDay(this.#clock.nowMs(), this.#settings.quotaZone);
    return day <= clockDay ? undefined : { clockDay, day };
  }
}
