import { EXIT, OperatorError, usageError } from '../../base/errors.ts';
import { removePrivateFolder } from '../../base/private-folder.ts';
import type { Reporter } from '../../calls/reporter.ts';
import type { RunControl } from '../../calls/run-control.ts';
import type { StagedInput } from '../../intake/stage-input.ts';
import type { RunRecord } from '../../ledger/ledger.ts';
import { END_OF_RUN, type Slice, type SliceJob } from '../../ledger/slices.ts';
import type { RunDocument } from '../../result/run-document.ts';
import { resumeRun } from '../../run/resume-run.ts';
import { runFolderOf } from '../../run/run-folder.ts';
import { findStage } from '../../run/shared-stage.ts';
import { openSlicedRun, type SlicedRun } from '../../run/sliced-run.ts';
import { readSavedSettings } from '../../settings/saved-settings.ts';
import { commandTexts } from '../../texts/commands.ts';
import { sharedTexts } from '../../texts/shared.ts';
import { workerTexts } from '../../texts/workers.ts';
import type { CommandInput } from '../commands.ts';
import { runParts } from '../run-command.ts';
import { connectToRun, type Session } from '../session.ts';
import { type AccountHere, controlUnder } from './worker.ts';

type OpenRun = {
  readonly sliced: SlicedRun;
  readonly control: RunControl;
  readonly staged: StagedInput;
  /** Slices of it that are worked on here. */
  users: number;
  /** Stopped: its next slice needs a new control. */
  isStale: boolean;
  idle: NodeJS.Timeout | undefined;
};

/** What is wrong with this machine's settings, and not with the run. */
const OWN_FAULTS = ['OTHER_DATA_KEY', 'NO_DATA_KEY', 'OTHER_ADDRESS', 'OTHER_ACCOUNT', 'NO_STAGE'];
const LATER_MS = 30_000;

/** How long the connections of a run are kept for its next slice. */
const IDLE_MS = 5000;
/** How long one job goes on with a run before others of the account have their turn. */
const JOB_MS = 5 * 60_000;
/** How soon the end of a run is looked at again, when others are still at work on it. */
const AGAIN_MS = 2000;

/** The runs that a worker carries on at this moment. */
export class RunsAtWork {
  readonly #input: CommandInput;
  readonly #session: Session;
  readonly #accounts: ReadonlyMap<string, AccountHere>;
  readonly #open = new Map<string, Promise<OpenRun>>();

  constructor(input: CommandInput, session: Session, accounts: ReadonlyMap<string, AccountHere>) {
    this.#input = input;
    this.#session = session;
    this.#accounts = accounts;
  }

  /**
   * A job of the queue: that slice, unless somebody else has it, or the run is over. Then whatever else of the run is
   * free, for some minutes: between two jobs the queue makes a pause of its own.
   */
  async workOn(runId: string, slice: number): Promise<void> {
    const { ledger, clock } = this.#session;
    const run = await ledger.runs.find(runId);
    if (run === undefined || run.state !== 'running') return;
    const open = await this.#orLater({ runId, slice }, () => this.open(run));
    if (open === undefined) return;
    const untilMs = clock.monotonicMs() + JOB_MS;
    try {
      let taken = await open.sliced.take(slice);
      while (taken.kind === 'taken' && (await this.#workOnSlice(runId, taken, open))) {
        if (clock.monotonicMs() > untilMs) return;
        taken = await open.sliced.take();
      }
      if (taken.kind === 'lease_lost') this.#endWorker();
    } finally {
      this.letGo(runId);
    }
  }

  /** @returns whether every row of it was seen to */
  async #workOnSlice(runId: string, slice: Slice, { sliced }: OpenRun): Promise<boolean> {
    const { clock } = this.#session;
    const { console } = this.#input;
    const texts = workerTexts();
    const { firstRow, lastRow } = slice;
    const beganMs = clock.monotonicMs();
    const end = await sliced.work(slice);
    if (end.kind === 'left') {
      const why = 'detail' in end.reason ? sharedTexts().withoutStop(end.reason.detail) : texts.interrupted;
      console.say(texts.sliceLeft(runId, firstRow, lastRow, why));
      return false;
    }
    if (slice.slice === 0) console.say(texts.readDone(runId));
    else console.say(texts.sliceDone(runId, firstRow, lastRow, ((clock.monotonicMs() - beganMs) / 1000).toFixed(1)));
    return true;
  }

  /** A job of the queue: all slices are done, or somebody has stopped the run. */
  async endRun(runId: string): Promise<void> {
    const { ledger } = this.#session;
    const { slices } = ledger;
    const run = await ledger.runs.find(runId);
    if (slices === undefined || run === undefined) return;
    // Ended, or a person's by now.
    if (['finished', 'cancelled', 'stopped'].includes(run.state)) return;
    if (!(await slices.listHandedOut()).includes(runId)) return;
    const taken = await slices.take(runId, END_OF_RUN);
    if (taken.kind === 'lease_lost') {
      this.#endWorker();
      return;
    }
    const control = controlUnder(this.#session.control);
    if (taken.kind === 'over' && taken.stop) control.stop(taken.stop);
    if (taken.kind === 'busy' || (await ledger.runs.claim(runId)).kind !== 'claimed') {
      await slices.queue({ runId, slice: END_OF_RUN }, (await ledger.now()) + AGAIN_MS);
      return;
    }
    try {
      const document = await this.#orLater({ runId, slice: END_OF_RUN }, () => this.#resume(run, control));
      if (document === undefined) return;
      this.#input.console.say(workerTexts().endedAs(runId, stateOf(document)));
      const end = { runId, slice: END_OF_RUN };
      if (document.state === 'paused') await slices.queue(end, resumeAtMs(document));
      else if (document.state === 'interrupted') await slices.queue(end, await ledger.now());
      else await slices.takeBack(runId);
    } finally {
      await ledger.runs.release(runId);
    }
    await this.#removeCopy(runId);
  }

  /** What this machine lacks for the run another one may have: the job comes again, and does not count as failed. */
  async #orLater<T>(job: SliceJob, work: () => Promise<T>): Promise<T | undefined> {
    const { ledger } = this.#session;
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof OperatorError) || !OWN_FAULTS.includes(error.code)) throw error;
      this.#input.console.say(workerTexts().jobFailed(error.message));
      await ledger.slices?.queue(job, (await ledger.now()) + LATER_MS);
      return undefined;
    }
  }

  /** Others take this process for dead: it has to begin anew, with a new number. */
  #endWorker(): void {
    const error = new OperatorError({
      ...{ code: 'LEASE_LOST', message: workerTexts().leaseLost, hint: workerTexts().leaseLostHint },
      exitCode: EXIT.stopped,
    });
    this.#session.control.stop({ kind: 'fatal', error });
  }

  /** Rows that also lie sealed in the shared ledger are not kept here. What lies here alone is. */
  async #removeCopy(runId: string): Promise<void> {
    const { ledger, settings } = this.#session;
    const isSealed = await ledger.stages?.holds(runId).catch(() => false);
    if (isSealed) removePrivateFolder(runFolderOf(settings.homeFolder, runId));
  }

  async #resume(run: RunRecord, control: RunControl): Promise<RunDocument> {
    const { session, saved } = this.#sessionOf(run, control);
    const { controls } = saved;
    const connected = await connectToRun(session, run, saved, { targets: saved.job.targets, controls });
    const parts = runParts(this.#input, session, connected);
    // What a killed process has sent it sent before its slices were taken over, not before this worker began.
    const startedMs = session.clock.nowMs();
    return resumeRun(run, saved, { controls, result: 'none' }, { ...parts, startedMs });
  }

  /** Opens the run, or counts one more user of it. `letGo` after it. */
  async open(run: RunRecord): Promise<OpenRun> {
    const { runId } = run;
    const known = this.#open.get(runId);
    const before = await known?.catch(() => undefined);
    if (before && !before.isStale && before.control.reason === undefined) {
      clearTimeout(before.idle);
      before.users += 1;
      return before;
    }
    // Another job may have opened it meanwhile.
    if (this.#open.get(runId) !== known) return this.open(run);
    const opening = this.#openNew(run);
    this.#open.set(runId, opening);
    opening.catch(() => this.#open.get(runId) === opening && this.#open.delete(runId));
    return opening;
  }

  async #openNew(run: RunRecord): Promise<OpenRun> {
    const { homeFolder } = this.#session.settings;
    const control = controlUnder(this.#session.control);
    const { session, saved } = this.#sessionOf(run, control);
    const { job: settings, controls } = saved;
    const connected = await connectToRun(session, run, saved, { targets: settings.targets, controls });
    const parts = runParts(this.#input, session, connected);
    const staged = await findStage(run, settings, parts);
    const { runId, account } = run;
    const runFolder = runFolderOf(homeFolder, runId);
    const sliced = await openSlicedRun({ runId, account, settings, controls, runFolder, staged }, parts);
    return { sliced, control, staged, users: 1, isStale: false, idle: undefined };
  }

  #sessionOf(run: RunRecord, control: RunControl) {
    const read = readSavedSettings(run.settingsJson);
    // The rest of a run waits in the queue for the next day's calls, and not in a worker.
    const saved = { ...read, controls: { ...read.controls, waitsForQuota: false } };
    const here = this.#accounts.get(run.account);
    if (here === undefined) {
      throw usageError('OTHER_ACCOUNT', commandTexts().otherAccount(run.runId, run.account, ''), '');
    }
    const reporter = noteOnly((text) => this.#input.console.say(`${run.runId}: ${text}`));
    const session = this.#session.apart({ settings: here.settings, control, reporter });
    return { session, saved };
  }

  /** Its connections are kept for a moment: its next slice mostly follows at once. */
  letGo(runId: string): void {
    const opening = this.#open.get(runId);
    void opening?.then((open) => {
      open.users -= 1;
      if (open.control.reason !== undefined) open.isStale = true;
      if (open.users > 0) return;
      if (open.isStale) void this.#close(runId, opening, open);
      else open.idle = setTimeout(() => void this.#close(runId, opening, open), IDLE_MS);
    });
  }

  async #close(runId: string, opening: Promise<OpenRun>, open: OpenRun): Promise<void> {
    if (this.#open.get(runId) === opening) this.#open.delete(runId);
    clearTimeout(open.idle);
    await open.sliced.close();
    await open.staged.stage.close();
    if (!this.#open.has(runId)) await this.#removeCopy(runId);
  }

  async close(): Promise<void> {
    for (const [runId, opening] of [...this.#open]) {
      const open = await opening.catch(() => undefined);
      if (open) await this.#close(runId, opening, open);
    }
  }
}

/** A line for what a person should know; how each row goes is told by `runs`. */
function noteOnly(note: (text: string) => void): Reporter {
  const nothing = (): void => undefined;
  return { note, start: nothing, price: nothing, row: nothing, stand: nothing, sleep: nothing, end: nothing };
}

function stateOf({ state }: RunDocument): string {
  return state === 'planned' ? state : commandTexts().states[state];
}

function resumeAtMs({ quota }: RunDocument): number {
  const told = quota?.resumeAt;
  return told === undefined ? 0 : Date.parse(told);
}
