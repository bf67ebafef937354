import type { RowKey, RowRecord } from './ledger.ts';
import type { RunStop } from './slices.ts';

/*
 * The part of the ledger's contract that is about money: intents of increments, and credits. The rules of every method
 * are those of `ledger.ts`.
 */

/**
 * An increment that was or may have been applied (`done`, `intent`, `in_doubt`), or that a run which may be carried
 * on has still to send (`planned`, `open`, `retry`).
 */
export type Credit = Pick<
  RowRecord,
  | 'runId'
  | 'rowNumber'
  | 'state'
  | 'customerUid'
  | 'number'
  | 'pointIncrement'
  | 'balanceIncrement'
  | 'reference'
  | 'campaign'
  | 'dataChangeTime'
  | 'intentMs'
> & {
  /** Taken back by a row of `undo` that is done: the credit no longer counts. */
  readonly isUndone: boolean;
};

/** A credit, and the run of `undo` that may have taken it back or is still to do it; '' when there is none. */
export type StandingCredit = Credit & { readonly undoRun: string };

/** What an increment is about. The ledger chooses its dataChangeTime when it records the intent. */
export type IncrementIntent = {
  readonly key: RowKey;
  readonly account: string;
  readonly operation: string;
  readonly customerUid: string;
  /** '' when it is not known. */
  readonly number: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  readonly reference: string;
  /** The member's values as read, and the sequence of the ledger before the read was sent. */
  readonly before: { readonly point: string; readonly balance: string; readonly sequence: number } | undefined;
  readonly dataChangeTime:
    | { readonly kind: 'given'; readonly time: string }
    /**
     * The first second from that moment on, in the zone, that is later than every time that the member ever had: an
     * account may refuse what is not newer. Times more than a day ahead do not count, unless the account is known to
     * do so (`REPEAT_FACT`).
     */
    | { readonly kind: 'next'; readonly fromMs: number; readonly timeZone: string };
  /** `--on-duplicate allow`: another row of this run may credit the same member. */
  readonly mayRepeatMember: boolean;
  /** What counts as the same credit; undefined: it is credited whatever was credited before (`--again`). */
  readonly guard: CreditGuard | undefined;
};

/** DESIGN §4: reference, else campaign, else the same amounts within the window. */
export type CreditGuard = { readonly campaign: string; readonly repeatWindowMs: number };

export type Begun =
  | {
      readonly kind: 'begun';
      readonly dataChangeTime: string;
      /** False: another row credited the member after the values were read, so they are no evidence. */
      readonly hasBefore: boolean;
    }
  /** The given dataChangeTime was used for this member before. */
  | { readonly kind: 'time_taken' }
  /** Another increment of the member has no outcome yet. */
  | { readonly kind: 'member_waits'; readonly runId: string; readonly rowNumber: number }
  /** Another row of this run was begun for the member. */
  | { readonly kind: 'member_repeated'; readonly rowNumber: number }
  /** The same credit was given before. */
  | { readonly kind: 'credited_before'; readonly credit: Credit }
  /** The same reference or campaign was credited with other amounts. */
  | { readonly kind: 'credited_otherwise'; readonly credit: Credit }
  /** This process was out of touch with a shared ledger for too long: others take it for dead. */
  | { readonly kind: 'lease_lost' }
  /** Another process that works on the run has stopped it. */
  | { readonly kind: 'run_stopped'; readonly stop: RunStop };

export interface IncrementReader {
  /** Increments of all runs of the account without an outcome (intent, in doubt), the oldest run first. */
  listUnsettled(account: string): Promise<RowRecord[]>;
  /** Increments to one member in all runs of the account that were begun, oldest first. */
  listOfMember(account: string, customerUid: string): Promise<RowRecord[]>;
  /**
   * Credits of these members (by number or by uid) and of these references, of all runs of the account. Rows
   * of `undo` are left out: what they take back bears `isUndone`. Each credit comes once.
   */
  findCredits(
    account: string,
    of: {
      readonly numbers: readonly string[];
      readonly customerUids: readonly string[];
      readonly references: readonly string[];
    },
  ): Promise<StandingCredit[]>;
  /**
   * Credits of a run that may be taken back: done, and no row of another run has taken them back, may have, or is
   * still to do it. By row number, in pages.
   */
  readCreditsOfRun(runId: string): AsyncIterable<readonly Credit[]>;
}

export interface IncrementStore extends IncrementReader {
  /**
   * Records an increment's intent together with its dataChangeTime, or says why it must not be sent. All that
   * it looks at is read in the statement that records. A row that was begun before keeps its dataChangeTime, unless it
   * is certainly not applied (`open`, `retry`) and the member has had a later time since: it then gets a new one. A
   * given time is never moved. The run must be claimed.
   *
   * @throws OperatorError LEDGER_OLDER, see `requireNewest`
   */
  begin(intent: IncrementIntent): Promise<Begun>;
  /**
   * Takes a dataChangeTime for a change that credits nothing (the probe): the first second from that moment on that
   * the member never had; with `newest` one that is later than every time that the member ever had.
   */
  claimTime(
    account: string,
    customerUid: string,
    from: { readonly fromMs: number; readonly timeZone: string; readonly order: 'newest' | 'unused' },
  ): Promise<string>;
}
