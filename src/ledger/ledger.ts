import type { MarkState } from './high-water-mark.ts';
import type { RowState } from './row-states.ts';

/**
 * Durable memory of runs, rows, calls and dataChangeTimes: the contract that every backend keeps.
 * A promise resolves once the change is durable; rows are read with every change made to them before. Any failure is an OperatorError `LEDGER_FAILED` after
 * which the ledger refuses everything: the process must stop.
 */
export interface Ledger {
  readonly runs: RunStore;
  readonly rows: RowStore;
  readonly calls: CallStore;
  readonly changeTimes: ChangeTimeStore;
  readonly facts: FactStore;
  readonly evidence: EvidenceStore;
  /** Path of the database, for messages. */
  readonly path: string;
  /**
   * To be asked before increments are planned; no intent is recorded without it either.
   *
   * @throws OperatorError LEDGER_OLDER when this may be an older copy of what was sent from here
   */
  requireNewest(): void;
  /** A person has looked and says that this ledger is to be taken for the newest. */
  acceptAsNewest(): void;
  /** Resolves once everything that was written so far is durable. */
  flush(): Promise<void>;
  /** Reads every page of the database: seconds for a large one. */
  readHealth(): LedgerHealth;
  close(): void;
}

export type LedgerHealth = {
  readonly path: string;
  readonly version: number;
  readonly sqliteVersion: string;
  readonly journalMode: string;
  readonly synchronous: string;
  readonly lockingMode: string;
  /** What SQLite found wrong; empty when all is well. */
  readonly problems: readonly string[];
  readonly mark: MarkState;
};

export type RunState = 'running' | 'finished' | 'paused' | 'stopped' | 'interrupted';

export type RunRecord = {
  readonly runId: string;
  readonly command: string;
  readonly targets: string;
  readonly account: string;
  readonly state: RunState;
  readonly createdMs: number;
  readonly updatedMs: number;
  readonly inputPath: string;
  readonly inputSha256: string;
  readonly resultPath: string;
  readonly settingsJson: string;
  readonly rowsDigest: string;
  readonly rowCount: number;
  readonly progressJson: string;
  readonly summaryJson: string;
  /** When all but what the same-file guard needs was dropped; 0: it is all there. */
  readonly prunedMs: number;
};

export interface RunStore {
  start(run: Omit<RunRecord, 'updatedMs' | 'progressJson' | 'summaryJson' | 'prunedMs'>): void;
  find(runId: string): RunRecord | undefined;
  /** Newest first, without those that were pruned. */
  list(limit: number): RunRecord[];
  /** Every run that is not finished, newest first: of all accounts, or of one command and account. */
  listUnfinished(of?: { readonly command: string; readonly account: string }): RunRecord[];
  /** Newest first; runs of the same rows (in any order, under any file name) for the same account. */
  findByDigest(command: string, rowsDigest: string, account: string): RunRecord[];
  setState(runId: string, state: RunState, nowMs: number): void;
  setSummary(runId: string, summaryJson: string, nowMs: number): void;
  setProgress(runId: string, progressJson: string, nowMs: number): Promise<void>;
  /**
   * Drops what is known of runs that finished before that time and have no row in doubt. Of a top-up the
   * digest of its rows stays, so that the same file is still refused; its dataChangeTimes stay in any case.
   *
   * @returns how many runs
   */
  prune(finishedBeforeMs: number, nowMs: number): number;
}

export type Target = 'kybio' | 'wonder';

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
  readonly uuid: string;
  /** The category that a deferred row is to get. */
  readonly categoryUid: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  readonly dataChangeTime: string;
  readonly pointBefore: string;
  readonly pointAfter: string;
  readonly balanceBefore: string;
  readonly balanceAfter: string;
  readonly intentMs: number;
  readonly updatedMs: number;
};

export type RowKey = Pick<RowRecord, 'runId' | 'rowNumber' | 'target'>;

/** What a step adds to a row; fields that are not given keep what the ledger has. */
export type RowChange = Partial<Omit<RowRecord, keyof RowKey | 'updatedMs'>>;

export interface RowStore {
  /** Makes a change of a row durable. */
  record(key: RowKey, change: RowChange & { state: RowState }, nowMs: number): Promise<void>;
  /**
   * The same without waiting for the disk, for outcomes; `flush` waits for all of them. Lost in a power cut,
   * the row has its intent still and is settled.
   */
  recordBehind(key: RowKey, change: RowChange & { state: RowState }, nowMs: number): void;
  find(key: RowKey): RowRecord | undefined;
  /** All rows that were begun, by row number and target, read in pages so that memory stays bounded. */
  iterate(runId: string): Iterable<RowRecord>;
  /** Rows in one of these states, by row number. */
  listByState(runId: string, states: readonly RowState[]): RowRecord[];
  countByState(runId: string): { target: Target; state: RowState; rowCount: number }[];
  /** Increments of all runs of the account that may or may not have been applied, the oldest run first. */
  listUnsettledIncrements(account: string): RowRecord[];
  /** Increments to one member in all runs of the account, whatever became of them. */
  listOfMember(account: string, customerUid: string): RowRecord[];
}

export interface CallStore {
  /** Counts one call before it is sent. `account` is `kybio:<appId>`, `day` the quota day. */
  count(account: string, day: string, endpoint: string): Promise<void>;
  /** Calls counted for the account on that day, over all runs. */
  total(account: string, day: string): number;
  byDay(
    account: string | undefined,
    limit: number,
  ): { account: string; day: string; endpoint: string; calls: number }[];
  /** Forgets the days before that one. */
  prune(beforeDay: string): void;
}

export interface ChangeTimeStore {
  /** Whether the member ever had this dataChangeTime. */
  isTaken(account: string, customerUid: string, dataChangeTime: string): boolean;
  /** Takes the first of `candidates` that the member never had, for a change that credits nothing. */
  claim(account: string, customerUid: string, candidates: Iterable<string>): Promise<string | undefined>;
  /**
   * Records an increment's intent together with the first of `candidates` that the member never had, in one
   * commit, and resolves to that dataChangeTime once it is durable; to undefined, with nothing recorded,
   * when every candidate is taken. `candidates` may be endless; `intent` is asked when all that was recorded
   * before can be read.
   *
   * @throws OperatorError LEDGER_OLDER, see `requireNewest`
   */
  claimWithIntent(
    account: string,
    key: RowKey,
    intent: () => RowChange & { customerUid: string },
    candidates: Iterable<string>,
    nowMs: number,
  ): Promise<string | undefined>;
}

export interface FactStore {
  read(account: string, fact: string): string | undefined;
  write(account: string, fact: string, value: string, nowMs: number): void;
}

export type Evidence = { readonly recordedMs: number; readonly kind: string; readonly detailJson: string };

export interface EvidenceStore {
  add(runId: string, rowNumber: number, evidence: Evidence): Promise<void>;
  list(runId: string, rowNumber: number): Evidence[];
}
