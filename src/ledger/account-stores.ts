import type { RunStop } from './slices.ts';

/*
 * The part of the ledger's contract that is about an account over all runs: its calls, their rate, what was learned of
 * it. The rules of every method are those of `ledger.ts`.
 */

export type CallsOfDay = {
  readonly account: string;
  readonly day: string;
  readonly endpoint: string;
  readonly calls: number;
};

export interface CallReader {
  /** Calls counted for the account on that day, over all runs. */
  total(account: string, day: string): Promise<number>;
  /** The newest day that a call was counted on; undefined: none was. A day of the quota is never older. */
  newestDay(account: string): Promise<string | undefined>;
  /** Newest day first. */
  byDay(account: string | undefined, limit: number): Promise<CallsOfDay[]>;
}

export interface CallStore extends CallReader {
  /**
   * Takes one call of the day before it is sent, unless `limit` calls are taken already. Counted although it may
   * never be sent: a kill can only waste a call.
   */
  take(
    account: string,
    call: {
      readonly day: string;
      readonly endpoint: string;
      readonly limit: number | undefined;
      /** Of a run with slices: a run that somebody has stopped takes no call any more. */
      readonly runId?: string | undefined;
    },
  ): Promise<{ readonly isTaken: boolean; readonly used: number; readonly stop?: RunStop | undefined }>;
  /** Counts calls no more that were taken and certainly never sent. Never more than were taken. */
  giveBack(
    account: string,
    calls: { readonly day: string; readonly endpoint: string; readonly count: number },
  ): Promise<void>;
  /** Forgets the days before that one. */
  prune(beforeDay: string): Promise<void>;
}

/** When calls of an account may go out, over all processes. */
export interface Pace {
  /**
   * The account's next place, `spacingMs` after the one before, whoever had that.
   *
   * @returns when it is, by the monotonic clock of this process, in milliseconds; never early
   */
  nextPlace(account: string, spacingMs: number): Promise<number>;
  /** Gives no places of the account for so long (Retry-After). It can only be pushed out. */
  hold(account: string, forMs: number): Promise<void>;
}

/** What was learned of an account: its member count, the code of a refused repeat. */
export interface FactReader {
  read(account: string, fact: string): Promise<string | undefined>;
}

/** The one fact that the ledger reads itself: what the account does with a dataChangeTime that is not newer. */
export const REPEAT_FACT = 'repeat_check';
/** Its value for an account that refuses every time that is not newer than the last change. */
export const NEWER_ONLY = 'newer_only';

/** The last dataChangeTime but one that can be written: one more must still come after the newest one. */
export const END_OF_TIME = '9999-12-31 23:59:58';
/** One time that was typed far ahead must not drag all later ones along, unless the account is `NEWER_ONLY`. */
export const FAR_MS = 86_400_000;

export interface FactStore extends FactReader {
  write(account: string, fact: string, value: string): Promise<void>;
}
