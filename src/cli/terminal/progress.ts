import type { Clock } from '../../base/clock.ts';
import { zonedDateTime, zonedDay, zonedIso } from '../../base/zoned-time.ts';
import type { Reporter, Sending } from '../../calls/reporter.ts';
import type { Outcome } from '../../job/outcome.ts';
import { priceOf } from '../../plan/price.ts';
import { progressTexts } from '../../texts/cli/progress.ts';
import type { Console } from './console.ts';
import { type Finish, renderBlock, renderLine, type Standing } from './progress-text.ts';

/** A terminal is redrawn as often as an eye follows; elsewhere a plain line as CONTRACT §6 says. */
const LIVE_EVERY_MS = 200;
const PLAIN_EVERY_MS = 30_000;

/** Speeds are measured over this time: long enough to be calm, short enough to follow a change. */
const WINDOW_MS = 20_000;

/** From so many rows on, what they did cost says more about the rest than the price that was reckoned before. */
const ROWS_TO_LEARN_FROM = 20;

const DAY_MS = 86_400_000;

/** What had happened at a moment of this process. */
type Sample = { readonly atMs: number; readonly ended: number; readonly sent: number };

/** Shows how a run goes: a live block on a terminal, a plain line every 30 s elsewhere, nothing when quiet. */
export function openProgress(console: Console, clock: Clock): Reporter {
  let watched: Watched | undefined;
  let timer: NodeJS.Timeout | undefined;

  const draw = (): void => {
    if (watched === undefined) return;
    const standing = watched.standing();
    if (console.isLive) console.drawBlock(renderBlock(standing, console.columnCount));
    // A night of such lines would say nothing new.
    else if (standing.asleep === undefined) console.say(renderLine(standing));
  };

  return {
    note(text) {
      if (text !== '') console.say(text);
    },
    warn(text) {
      console.insist(text);
    },
    start(sending) {
      watched = new Watched(sending, clock);
      if (console.isQuiet) return;
      clearInterval(timer);
      timer = setInterval(draw, console.isLive ? LIVE_EVERY_MS : PLAIN_EVERY_MS);
      timer.unref();
    },
    price(callCount) {
      watched?.setPrice(callCount);
    },
    row(outcome) {
      watched?.add(outcome);
    },
    stand(ended) {
      watched?.stand(ended);
    },
    sleep(untilMs, detail) {
      watched?.sleep(untilMs, detail);
      const asleep = watched?.standing().asleep;
      if (asleep === undefined) console.say(progressTexts().waiting(zonedIso(untilMs, 'UTC'), detail));
      else if (!console.isLive) console.say(asleep);
    },
    end() {
      clearInterval(timer);
      watched = undefined;
      console.drawBlock([]);
    },
  };
}

/** Counts what ends, and says where the run stands. */
class Watched {
  readonly #sending: Sending;
  readonly #clock: Clock;
  #counts: { done: number; failed: number; inDoubt: number };
  readonly #first: Sample;
  #samples: readonly Sample[];
  /** How many calls will have been sent at the end, as reckoned before the sending. */
  #sentAtEnd: number | undefined;
  #asleep: { readonly untilMs: number; readonly detail: string } | undefined;

  constructor(sending: Sending, clock: Clock) {
    this.#sending = sending;
    this.#clock = clock;
    this.#counts = { ...sending.ended };
    this.#first = this.#sample();
    this.#samples = [this.#first];
  }

  setPrice(callCount: number): void {
    this.#sentAtEnd = this.#sample().sent + callCount;
  }

  add(outcome: Outcome): void {
    if (outcome.status === 'done') this.#counts.done += 1;
    else if (outcome.status === 'in_doubt') this.#counts.inDoubt += 1;
    else if (outcome.status !== 'unapplied') this.#counts.failed += 1;
  }

  stand(ended: Sending['ended']): void {
    this.#counts = { ...ended };
  }

  sleep(untilMs: number, detail: string): void {
    this.#asleep = { untilMs, detail };
  }

  standing(): Standing {
    const { unit, totalCount, invalidCount, lanes, controls } = this.#sending;
    const now = this.#sample();
    this.#samples = [...this.#samples.filter(({ atMs }) => now.atMs - atMs <= WINDOW_MS), now];
    // A plain line comes more rarely than the window is long.
    const since = this.#samples.length > 1 ? (this.#samples[0] ?? this.#first) : this.#first;
    const seconds = Math.max(0.001, (now.atMs - since.atMs) / 1000);
    const { rate, dailyQuota, reserve } = controls;
    const usedToday = lanes[0]?.usedToday ?? 0;
    const left = Math.max(0, totalCount - now.ended);
    return {
      unit,
      total: totalCount,
      ended: Math.min(now.ended, totalCount || now.ended),
      counts: { ...this.#counts, invalid: invalidCount },
      callsPerSecond: (now.sent - since.sent) / seconds,
      callsPerSecondMax: rate === 'unlimited' ? undefined : (rate.calls / rate.perMs) * 1000,
      today:
        dailyQuota === undefined
          ? undefined
          : { left: Math.max(0, dailyQuota - reserve - usedToday), quota: dailyQuota },
      retries: lanes.reduce((sum, { audit }) => sum + audit.retried, 0),
      finish: totalCount === 0 ? undefined : this.#finish(left, (now.ended - since.ended) / seconds, now),
      asleep: this.#describeSleep(left, now),
    };
  }

  /** In so many seconds where today's calls reach that far; else the day, by the quota. */
  #finish(left: number, rowsPerSecond: number, now: Sample): Finish | undefined {
    const { lanes, controls, storeZone } = this.#sending;
    const { dailyQuota, reserve } = controls;
    const callsLeft = this.#callsLeft(left, now);
    if (callsLeft === undefined) return undefined;
    const leftToday =
      dailyQuota === undefined ? Infinity : Math.max(0, dailyQuota - reserve - (lanes[0]?.usedToday ?? 0));
    if (callsLeft > leftToday) {
      const { finishes } = priceOf({ left: callsLeft }, lanes[0], controls, storeZone, this.#clock.nowMs());
      return finishes === null ? undefined : { at: finishes };
    }
    return rowsPerSecond > 0 ? { seconds: left / rowsPerSecond } : undefined;
  }

  #callsLeft(left: number, now: Sample): number | undefined {
    const endedCount = now.ended - this.#first.ended;
    if (endedCount >= ROWS_TO_LEARN_FROM) return Math.ceil((left * (now.sent - this.#first.sent)) / endedCount);
    return this.#sentAtEnd === undefined ? undefined : Math.max(0, this.#sentAtEnd - now.sent);
  }

  #describeSleep(left: number, now: Sample): string | undefined {
    const nowMs = this.#clock.nowMs();
    if (this.#asleep === undefined || nowMs >= this.#asleep.untilMs) return undefined;
    const { controls, storeZone, createdMs } = this.#sending;
    const { untilMs, detail } = this.#asleep;
    const dayOf = (ms: number): number => Date.parse(zonedDay(ms, controls.quotaZone)) / DAY_MS;
    const day = dayOf(nowMs) - dayOf(createdMs) + 1;
    const perDay = controls.dailyQuota === undefined ? 0 : controls.dailyQuota - controls.reserve;
    const callsLeft = this.#callsLeft(left, now);
    const days = perDay > 0 && callsLeft !== undefined ? day + Math.max(1, Math.ceil(callsLeft / perDay)) : undefined;
    return progressTexts().waitingOnDay(zonedDateTime(untilMs, storeZone), detail, day, days);
  }

  #sample(): Sample {
    const { done, failed, inDoubt } = this.#counts;
    return {
      atMs: this.#clock.monotonicMs(),
      ended: done + failed + inDoubt,
      sent: this.#sending.lanes.reduce((sum, { audit }) => sum + audit.sent, 0),
    };
  }
}
