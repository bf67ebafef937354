/**
 * A run that several processes carry on at once: slice 0 reads what the rows need to know, each of the others sends a
 * part of the rows. Only a shared ledger knows slices.
 *
 * ```
 * free ──take──→ at work ──finish──→ done
 *   ↑               │
 *   └──release──────┘      also when the lease of a killed process is over
 * ```
 */
export interface SliceStore {
  /** That slice, or any that is free. The process may then begin and record the rows of the slice. */
  take(runId: string, slice?: number): Promise<Taken>;
  /**
   * Every row of the slice was seen to. Durable with everything that was recorded of the rows.
   *
   * @param calls made for it, since the slice was taken
   */
  finish(runId: string, slice: number, calls: SliceCalls): Promise<void>;
  /** Lets go of a slice that is not done. A worker takes it up from that time on, by the ledger's clock. */
  release(runId: string, slice: number, fromMs: number, calls: SliceCalls): Promise<void>;
  /** Calls made for slices of the run, as far as its summary does not tell of them yet. */
  readCalls(runId: string): Promise<SliceCalls>;
  /** Stops the run for every process: none begins a call of it any more. */
  stop(runId: string, stop: RunStop): Promise<void>;
  /**
   * From now on the run belongs to a person, and no worker takes it up. Those that work on it end their slices; with
   * `stop` they begin no call any more.
   */
  takeBack(runId: string, stop?: RunStop): Promise<void>;
  /** Lets a worker do that job from that time on. Nothing for a run that is not left to workers. */
  queue(job: SliceJob, fromMs: number): Promise<void>;
  /** Takes jobs of these accounts from the queue until `stop`. */
  serve(service: SliceService): Promise<Serving>;
}

export interface SliceReader {
  /** Processes that work on runs at this moment. */
  listAtWork(): Promise<readonly AtWork[]>;
  /** Runs that are left to workers. */
  listHandedOut(): Promise<readonly string[]>;
  /** Who has recorded how many rows of the run. */
  listWorkers(runId: string): Promise<readonly { readonly who: string; readonly rowCount: number }[]>;
}

export type AtWork = {
  readonly runId: string;
  readonly who: string;
  readonly sinceMs: number;
  /** How many slices it has; 0: the whole run. */
  readonly sliceCount: number;
};

export type Slice = { readonly slice: number; readonly firstRow: number; readonly lastRow: number };

export type Taken =
  | ({ readonly kind: 'taken' } & Slice)
  /** Others are at work on everything that is left. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'all_done' }
  /** The run has ended, or was stopped, or one process has claimed the whole of it. */
  | { readonly kind: 'over'; readonly stop: RunStop | undefined }
  | { readonly kind: 'lease_lost' };

/** What stops a run for everybody who works on it. */
export const RUN_STOPS = ['credentials', 'breaker', 'max_errors', 'mismatch'] as const;
export type RunStop = { readonly kind: (typeof RUN_STOPS)[number]; readonly detail: string };

/** `sent`, `retried`, and calls by endpoint. */
export type SliceCalls = Readonly<Record<string, number>>;

/** How a run is cut when it starts. */
export type Cut = {
  readonly rowsEach: number;
  /** So many slices at most are worked on at once by workers. */
  readonly lanes: number;
  /** Left to workers. Else only processes that know the run take its slices. */
  readonly isHandedOut: boolean;
};

/** A job of the queue. Slice -1 is the end of the run. */
export type SliceJob = { readonly runId: string; readonly slice: number };
export const END_OF_RUN = -1;

export type SliceService = {
  readonly accounts: readonly string[];
  readonly jobsAtOnce: number;
  /** An error is told to `onJobError`, and the job comes again later. */
  work(job: SliceJob): Promise<void>;
  /** Begun once at its time by whichever worker comes first; by the next one to start, when none was there. */
  readonly nightly: readonly NightlyJob[];
  onJobError(error: unknown): void;
  /** The queue could not be asked or written just now. */
  onError(error: unknown): void;
  /** The queue could not be written, or others take this process for dead: it is given no job any more. */
  onEnded(why: 'queue_failed' | 'lease_lost'): void;
};

export type NightlyJob = {
  /** The same on all workers that have the job. */
  readonly name: string;
  /** Whether it begins at that minute, milliseconds since the epoch. */
  isDue(minuteMs: number): boolean;
  run(): Promise<void>;
};

export type Serving = {
  /** Takes no new job. Resolves when those under way have ended. */
  stop(): Promise<void>;
};
