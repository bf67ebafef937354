import type { Clock } from '../base/clock.ts';
import { zonedDay } from '../base/zoned-time.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RunStop } from '../ledger/slices.ts';
import type { QuotaSettings } from './day-quota.ts';

/**
 * The calls of one account on the running day of its quota: our copy of what the ledger counts. The copy saves
 * asking the ledger for calls that cannot be had; the ledger decides.
 */
export class DayCount {
  readonly #account: string;
  readonly #quotaZone: string;
  readonly #runId: string | undefined;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  /** The newest day that a call was counted on. A day of the quota is never older, whatever the clock says. */
  #day = '';
  #used = 0;
  #reading: Promise<void> | undefined;
  /** Calls of today that were counted and then not begun: the next call of that endpoint uses one of them. */
  readonly #spare = new Map<string, number>();

  constructor(settings: QuotaSettings, ledger: Ledger, clock: Clock) {
    this.#account = settings.account;
    this.#quotaZone = settings.quotaZone;
    this.#runId = settings.sharedRunId;
    this.#ledger = ledger;
    this.#clock = clock;
  }

  /** `yyyy-MM-dd`. */
  get day(): string {
    return this.#day === '' ? this.#clockDay() : this.#day;
  }

  /** Counted over all runs, as far as this process knows. */
  get used(): number {
    return this.#used;
  }

  /** By the clock a later day has begun. */
  isOver(day: string): boolean {
    return day < this.#clockDay();
  }

  /** Begins the new day when there is one. Resolves at once on any other call. */
  start(): Promise<void> | undefined {
    return this.isOver(this.#day) ? this.read() : undefined;
  }

  /** Reads from the ledger what was counted. Calls that find a new day together share one read. */
  read(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    const newest = (await this.#ledger.calls.newestDay(this.#account)) ?? '';
    const today = this.#clockDay();
    const day = newest > today ? newest : today;
    const total = await this.#ledger.calls.total(this.#account, day);
    if (day !== this.#day) this.#spare.clear();
    this.#used = total - this.#spareCount;
    this.#day = day;
  }

  /** Counts a call that is about to be taken. */
  expect(): void {
    this.#used += 1;
  }

  /**
   * Takes an expected call from the ledger, unless `limit` calls are taken already, or another process has stopped the
   * run: `stop` says why.
   */
  async take(endpoint: string, limit: number | undefined): Promise<{ isTaken: boolean; stop?: RunStop | undefined }> {
    const spareCount = this.#spare.get(endpoint) ?? 0;
    if (spareCount > 0) {
      this.#spare.set(endpoint, spareCount - 1);
      return { isTaken: true };
    }
    const day = this.#day;
    const runId = this.#runId;
    const { isTaken, used, stop } = await this.#ledger.calls.take(this.#account, { day, endpoint, limit, runId });
    if (stop) return { isTaken, stop };
    if (day === this.#day) this.#used = isTaken ? Math.max(this.#used, used - this.#spareCount) : used;
    return { isTaken };
  }

  /**
   * Gives a call of that day back that was taken and never reached the vendor. The ledger keeps counting it until
   * the next call of the endpoint uses it, or `returnSpare`: after a kill it is a wasted call, and never one too many.
   */
  giveBack(endpoint: string, day: string): void {
    if (day !== this.#day) return;
    this.#used -= 1;
    this.#spare.set(endpoint, (this.#spare.get(endpoint) ?? 0) + 1);
  }

  /** At the end of the work: the ledger counts no call more that was not begun. */
  async returnSpare(): Promise<void> {
    const spare = [...this.#spare].filter(([, count]) => count > 0);
    this.#spare.clear();
    for (const [endpoint, count] of spare) {
      await this.#ledger.calls.giveBack(this.#account, { day: this.#day, endpoint, count });
    }
  }

  get #spareCount(): number {
    return [...this.#spare.values()].reduce((sum, count) => sum + count, 0);
  }

  #clockDay(): string {
    return zonedDay(this.#clock.nowMs(), this.#quotaZone);
  }
}
