import type { CallReader, CallStore, FactReader, FactStore, Pace } from './account-stores.ts';
import type { IncrementReader, IncrementStore } from './increments.ts';
import type { RowState, StateCounts } from './row-states.ts';
import type { Cut, SliceReader, SliceStore } from './slices.ts';

/**
 * The ledger: what must survive a kill and a power cut. Runs, rows, increments, counted calls, facts of an
 * account, evidence. Every backend keeps this contract; `test/ledger/contract` runs on all of them.
 *
 * Rules for every method:
 * - It takes data and returns data, never a callback. A backend on a network could not keep a callback.
 * - A read sees every write whose promise was given out before the read began.
 * - A write resolves when the change is durable, unless its comment says otherwise.
 * - Writes take effect in the order in which they were called.
 * - Times are the ledger's own (`now`). Order is told by `sequence`, never by a clock: a clock can be set back.
 * - A failure is an OperatorError `LEDGER_FAILED` or `LEDGER_DAMAGED` (exit 5), also from an async iterable.
 *   After a failure the ledger refuses everything, and nothing more may be sent.
 */
export interface Ledger extends LedgerReader {
  readonly runs: RunStore;
  readonly rows: RowStore;
  readonly increments: IncrementStore;
  readonly calls: CallStore;
  readonly facts: FactStore;
  /** Copies of the stages of runs, for other machines; undefined in a ledger with one writer. */
  readonly stages: StageStore | undefined;
  /** Runs that several processes carry on at once; undefined in a ledger with one writer. */
  readonly slices: (SliceStore & SliceReader) | undefined;
  /** Shares out the rate of an account; undefined in a ledger with one writer. */
  readonly pace: Pace | undefined;
  /** Who this is, for others: `anna on hk-ops-2`; '' in a ledger with one writer. */
  readonly person: string;
  /** Resolves when everything written so far is durable. */
  flush(): Promise<void>;
  /**
   * Asked before increments are planned. Intents are refused without it, too.
   *
   * @param account whose members are to be credited; undefined: only the ledger itself is in question
   * @throws OperatorError LEDGER_OLDER when this may be an older copy of what was sent from here; LEDGER_SHARED when
   *   another ledger, shared with other machines, knows what was credited; LEDGER_MAY_LOSE when the ledger may forget
   *   (all exit 2)
   */
  requireNewest(account?: string): Promise<void>;
  /** A person has looked, and says that this ledger is the newest. */
  acceptAsNewest(): Promise<void>;
  /**
   * Whether a call that takes at most `callMs` may go out now: it must have ended before others may take this process
   * for dead. Asked immediately before the first byte of an increment. A ledger with
   * one writer says yes as long as its file is there.
   */
  mayStillSend(callMs: number): boolean;
  /** Makes the lease long enough for calls that take at most `callMs`. Does nothing in a ledger with one writer. */
  holdFor(callMs: number): Promise<void>;
}

/** The half of the ledger that only reads. It works while another process writes. */
export interface LedgerReader {
  readonly runs: RunReader;
  readonly rows: RowReader;
  readonly increments: IncrementReader;
  readonly calls: CallReader;
  readonly facts: FactReader;
  readonly slices: SliceReader | undefined;
  /** Where the ledger is, for messages. Holds no password. */
  readonly place: string;
  /** Milliseconds since the epoch, by the ledger's clock. */
  now(): Promise<number>;
  /** Rises with every change of a row. What is read at sequence s has seen every change up to s. */
  sequence(): Promise<number>;
  /** Reads the whole ledger: seconds for a large one. */
  readHealth(): Promise<LedgerHealth>;
  /** Does nothing when it is closed already. */
  close(): Promise<void>;
}

export type LedgerHealth = {
  readonly place: string;
  readonly version: number;
  /** Increments that were ever begun from here. */
  readonly intentCount: number;
  /** What is wrong, one sentence each; empty: the ledger is sound. */
  readonly problems: readonly string[];
  /** Facts for a person, such as `journal_mode wal`. */
  readonly details: readonly string[];
};

// ── Runs ────────────────────────────────────────────────────────────────────────────────────────────────

export const RUN_STATES = ['running', 'paused', 'stopped', 'interrupted', 'finished', 'cancelled'] as const;
export type RunState = (typeof RUN_STATES)[number];

export const TARGETS = ['kybio', 'wonder'] as const;
export type Target = (typeof TARGETS)[number];

export type RunRecord = {
  readonly runId: string;
  readonly command: string;
  readonly targets: readonly Target[];
  /** Whose records: `kybio:<appId>` or `wonder:<appId>`, joined with `,`. */
  readonly account: string;
  /** Where, for a person: `SANDBOX`, or `Kybio, store hk1 (…CDEF)`. */
  readonly place: string;
  readonly state: RunState;
  readonly createdMs: number;
  readonly updatedMs: number;
  /** '' when there is no input (export --all). */
  readonly inputPath: string;
  readonly inputSha256: string;
  readonly resultPath: string;
  /** SHA-256 of the result file as this run wrote it last, hex; '' before. Recorded before the rename. */
  readonly resultSha256: string;
  /** The run that this run takes back; '' for any other run. */
  readonly undoes: string;
  readonly rowCount: number;
  /** The run's own settings as JSON, without secrets. `settings/saved-settings.ts` reads it. */
  readonly settingsJson: string;
  /** How far a paged export is, as JSON; '{}' before. */
  readonly progressJson: string;
  /** The document that `--json` printed last; '{}' before. */
  readonly summaryJson: string;
  /** When `runs prune` dropped its rows; 0: they are all there. */
  readonly prunedMs: number;
};

export type NewRun = Omit<
  RunRecord,
  'state' | 'createdMs' | 'updatedMs' | 'resultSha256' | 'progressJson' | 'summaryJson' | 'prunedMs'
> & {
  /** Several processes are to carry the run on: `start` then claims nothing. Only in a ledger with `slices`. */
  readonly slices?: Cut;
};

export interface RunReader {
  find(runId: string): Promise<RunRecord | undefined>;
  /** Newest first, without those that were pruned. */
  list(limit: number): Promise<RunRecord[]>;
  /** Every run that may be carried on (neither finished nor cancelled), newest first. */
  listUnfinished(of?: { readonly command: string; readonly account: string }): Promise<RunRecord[]>;
  /** Those of these runs that the ledger has, in the order in which they were started, whatever the clock said. */
  inOrder(runIds: readonly string[]): Promise<string[]>;
  /** The runs that take this run back, oldest first. */
  listUndoing(runId: string): Promise<RunRecord[]>;
}

/**
 * A row of a top-up that is still to be sent. Kept from the start of its run, so that the guard of every other
 * run of the account sees what this run will credit.
 */
export type PlannedRow = {
  readonly rowNumber: number;
  /** '' when the row does not give it. */
  readonly number: string;
  readonly customerUid: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  readonly reference: string;
  /** '' when the run has none. Kept with the row, so that the campaign is known before the row is begun. */
  readonly campaign: string;
  /** The credit that this row takes back: its run and row; undefined for any other row. */
  readonly undoes?: { readonly runId: string; readonly rowNumber: number };
};

/**
 * `overtaken`: since the mark somebody has started a run that this one should have been compared with: of the same
 * command and file, or one that credits the same account. Nothing was recorded.
 */
export type Started =
  | { readonly kind: 'started' }
  /** `who`: the person and the machine, for a message. */
  | { readonly kind: 'overtaken'; readonly by: RunRecord; readonly who: string };

type Claimed =
  | { readonly kind: 'claimed' }
  /** `leaseUntilMs` rises with every renewal: while it does, that process is alive. */
  | { readonly kind: 'at_work'; readonly who: string; readonly sinceMs: number; readonly leaseUntilMs: number };

export interface RunStore extends RunReader {
  /**
   * Records a new run with state `running`, and the rows of a top-up that it is going to send. The run and its
   * rows appear together: no read sees some of them, and a kill before that moment leaves nothing. Memory holds
   * one page. When `planned` throws, the error is passed on as it is, nothing is recorded, and the ledger goes on.
   *
   * @param after what `markOf` gave before the rows were compared with earlier credits; undefined: whoever came since
   *   does not matter
   */
  start(
    run: NewRun,
    planned: AsyncIterable<readonly PlannedRow[]> | Iterable<readonly PlannedRow[]>,
    after?: number,
  ): Promise<Started>;
  /** Where the account's runs stand. Asked before a file is compared with what was credited. */
  markOf(account: string): Promise<number>;
  /**
   * Makes this process the one that works on the run, unless another process is at work on it. A process that was
   * killed counts as at work until its lease has ended; so does one that works on a slice. Nobody takes
   * a slice of a run that is claimed. `start` claims the run that it records. What `setState`, `end`,
   * `setProgress` and `setResult` say of a run that another process has claimed since is not recorded.
   */
  claim(runId: string): Promise<Claimed>;
  /** Lets go of a run that was claimed and is not worked on any more, so that others need not wait for this process. */
  release(runId: string): Promise<void>;
  setState(runId: string, state: RunState): Promise<void>;
  /** State and summary together: a run never ends without its summary. */
  end(runId: string, end: { readonly state: RunState; readonly summaryJson: string }): Promise<void>;
  setProgress(runId: string, progressJson: string): Promise<void>;
  /** Where the result goes, and what the file that is about to be renamed there holds. */
  setResult(runId: string, result: { readonly path: string; readonly sha256: string }): Promise<void>;
  /**
   * Ends the run as `cancelled` and gives up its rows that were not sent. Rows in doubt stay. Returns how many rows
   * of the ledger were given up; rows of an import that were never begun are not in the ledger. Does nothing to a
   * run that has ended already. The run must be claimed.
   */
  cancel(runId: string): Promise<number>;
  /**
   * Drops what is known of runs that ended (finished or cancelled) before that time and have no row in doubt.
   * Credits stay: member, amounts, reference and campaign, so that they are never given again. Every
   * dataChangeTime stays too.
   *
   * @returns the runs that were dropped
   */
  prune(endedBeforeMs: number): Promise<string[]>;
}

// ── Rows ────────────────────────────────────────────────────────────────────────────────────────────────

export type RowRecord = {
  readonly runId: string;
  readonly rowNumber: number;
  readonly target: Target;
  readonly state: RowState;
  /** The write that the intent is about: an endpoint's name, '' before any. */
  readonly operation: string;
  readonly action: string;
  readonly errorCode: string;
  readonly messages: readonly string[];
  readonly attempts: number;
  readonly customerUid: string;
  /** The member number of an increment; '' when it is not known. */
  readonly number: string;
  readonly uuid: string;
  /** The category that a deferred row is to get. */
  readonly categoryUid: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  readonly reference: string;
  readonly campaign: string;
  readonly dataChangeTime: string;
  readonly pointBefore: string;
  readonly pointAfter: string;
  readonly balanceBefore: string;
  readonly balanceAfter: string;
  readonly intentMs: number;
  readonly updatedMs: number;
  /** Of the row's last change. */
  readonly sequence: number;
};

export type RowKey = Pick<RowRecord, 'runId' | 'rowNumber' | 'target'>;

/** What a step adds to a row. A field that is not given keeps what the ledger has. */
export type RowChange = Partial<Omit<RowRecord, keyof RowKey | 'updatedMs' | 'sequence' | 'campaign'>>;

/** What happened to a row in doubt: a read, a repeat, an answer, a person's decision. */
export type Evidence = { readonly recordedMs: number; readonly kind: string; readonly detailJson: string };
export type NewEvidence = Omit<Evidence, 'recordedMs'>;

/** Both ends included. */
export type RowRange = { readonly firstRow: number; readonly lastRow: number };
/** To the largest number that every backend can keep. */
export const ALL_ROWS: RowRange = { firstRow: 1, lastRow: 2 ** 31 - 1 };

export interface RowReader {
  find(key: RowKey): Promise<RowRecord | undefined>;
  /**
   * All rows of the run, from `fromRow` on, but those that are only planned, by row number and target. In pages:
   * memory is bounded.
   */
  read(runId: string, fromRow?: number): AsyncIterable<readonly RowRecord[]>;
  /** Rows in one of these states, by row number. The only read that shows planned rows. */
  listByState(runId: string, states: readonly RowState[]): Promise<RowRecord[]>;
  /** Of each range of row numbers, without those that are only planned. Takes a look at every row. */
  countByState(runId: string, ranges: readonly RowRange[]): Promise<readonly StateCounts[]>;
  /** In the order in which it was recorded. */
  listEvidence(runId: string, rowNumber: number): Promise<Evidence[]>;
  /** Numbers of the run's rows of which there is evidence: what was ever in doubt. */
  listEvidenced(runId: string): Promise<number[]>;
}

export interface RowStore extends RowReader {
  /**
   * Records a change of a row, and the evidence that goes with it, in one commit. The run must be claimed. What a
   * process says of a row that another one has decided meanwhile is not recorded; where it is an increment, it is kept
   * as evidence, and the row is in doubt again when the two contradict each other.
   */
  record(key: RowKey, change: RowChange & { state: RowState }, evidence?: NewEvidence): Promise<void>;
  /**
   * The same, but resolves at once: for outcomes. Every later read sees the change; the disk gets it with the
   * writes that come next. Lost in a kill or a power cut, the row still has its intent, and the intent is settled.
   */
  recordSoon(key: RowKey, change: RowChange & { state: RowState }): Promise<void>;
  /**
   * Records what was decided about a row as it was read, together with the evidence, unless the row was changed since
   * or the process that has begun it may still be at work.
   *
   * @returns whether it was recorded
   */
  decide(record: RowRecord, change: RowChange & { state: RowState }, evidence?: NewEvidence): Promise<boolean>;
  addEvidence(key: RowKey, evidence: NewEvidence): Promise<void>;
}

// ── Stages ──────────────────────────────────────────────────────────────────────────────────────────────

/** Files of a run's stage, sealed: the ledger itself cannot read them. */
export interface StageStore {
  /** Whether this machine has the key. Without it nothing may be written. */
  readonly hasKey: boolean;
  /** Durable when it resolves. `size` is that of all bytes together. */
  write(runId: string, file: string, size: number, bytes: AsyncIterable<Buffer>): Promise<void>;
  /** Nothing when there is none. @throws OperatorError NO_DATA_KEY, OTHER_DATA_KEY (exit 2), STAGE_FAILED (exit 5) */
  read(runId: string, file: string): AsyncIterable<Buffer>;
  holds(runId: string): Promise<boolean>;
  remove(runId: string): Promise<void>;
}
