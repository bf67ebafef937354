import { EXIT, errorText, OperatorError, usageError } from '../../base/errors.ts';
import { removePrivateFolder } from '../../base/private-folder.ts';
import type { Reporter } from '../../calls/reporter.ts';
import type { RunControl } from '../../calls/run-control.ts';
import type { StagedInput } from '../../intake/stage-input.ts';
import type { RunRecord } from '../../ledger/ledger.ts';
import { END_OF_RUN, type Slice, type SliceJob } from '../../ledger/slices.ts';
import type { RunDocument } from '../../result/run-document.ts';
import { resumeRun } from '../../run/resume-run.ts';
import { runFolderOf } from '../../run/run-folder.ts';
import { findStage } from '../../run/shared/shared-stage.ts';
import { openSlicedRun, type SlicedRun } from '../../run/shared/sliced-run.ts';
import { readSavedSettings } from '../../settings/saved-settings.ts';
import { commandTexts } from '../../texts/cli/commands.ts';
import { workerTexts } from '../../texts/cli/workers.ts';
import { sharedTexts } from '../../texts/shared.ts';
import type { CommandInput } from '../commands.ts';
import { runParts } from '../run-command.ts';
import { connectToRun, type Session } from '../session.ts';
import type { AccountHere } from './worker.ts';

type OpenRun = {
  readonly runId: string;
  readonly sliced: SlicedRun;
  readonly control: RunControl;
  readonly staged: StagedInput;
  /** Slices of it that are worked on here. */
  users: number;
  idle: NodeJS.Timeout | undefined;
};

/** What is wrong with this machine's settings, and not with the run. */
const OWN_FAULTS = ['OTHER_DATA_KEY', 'NO_DATA_KEY', 'OTHER_ADDRESS', 'OTHER_ACCOUNT', 'NO_STAGE'];
const LATER_MS = 30_000;

/** How long the connections of a run are kept for its next slice. */
const IDLE_MS = 5000;
/** How long one job goes on with a run before others of the account have their turn. */
const JOB_MS = 5 * 60_000;
/** How often copies of runs that others have ended are looked for. */
const TIDY_MS = 30_000;
/** How soon the end of a run is looked at again, when others are still at work on it. */
const AGAIN_MS = 2000;

/** The runs that a worker carries on at this moment. */
export class RunsAtWork {
  readonly #input: CommandInput;
  readonly #session: Session;
  readonly #accounts: ReadonlyMap<string, AccountHere>;
  readonly #open = new Map<string, Promise<OpenRun>>();
  /** Runs of which copies may lie in this home. */
  readonly #copied = new Set<string>();
  /** Runs whose end is being worked on. */
  readonly #ending = new Set<string>();
  /** Runs that have no calls left today, and until when, by this machine's clock. */
  readonly #putOff = new Map<string, number>();
  readonly #tidying = setInterval(() => void this.#removeCopies().catch(() => undefined), TIDY_MS).unref();

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
    const waitMs = (this.#putOff.get(runId) ?? 0) - clock.nowMs();
    if (waitMs > 0) {
      await ledger.slices?.queue({ runId, slice }, (await ledger.now()) + waitMs);
      return;
    }
    const open = await this.#orLater({ runId, slice }, () => this.open(run));
    if (open === undefined) return;
    const untilMs = clock.monotonicMs() + JOB_MS;
    try {
      let taken = await open.sliced.take(slice);
      while (taken.kind === 'taken' && (await this.#workOnSlice(runId, taken, open))) {
        if (clock.monotonicMs() > untilMs) return;
        taken = await open.sliced.take();
      }
      if (taken.kind === 'lease_lost') this.endWorker();
    } finally {
      this.letGo(open);
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
      // So that the other parts need not find out one by one.
      if (end.reason.kind === 'quota') this.#putOff.set(runId, end.reason.resumeAtMs);
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
      this.endWorker();
      return;
    }
    const control = this.#session.control.child();
    if (taken.kind === 'over' && taken.stop) control.stop(taken.stop);
    if (taken.kind === 'busy' || (await ledger.runs.claim(runId)).kind !== 'claimed') {
      this.#session.control.release(control);
      await slices.queue({ runId, slice: END_OF_RUN }, (await ledger.now()) + AGAIN_MS);
      return;
    }
    this.#ending.add(runId);
    this.#copied.add(runId);
    try {
      const document = await this.#orLater({ runId, slice: END_OF_RUN }, () => this.#resume(run, control));
      if (document === undefined) return;
      this.#input.console.say(workerTexts().endedAs(runId, stateOf(document)));
      const end = { runId, slice: END_OF_RUN };
      if (document.state === 'paused') await slices.queue(end, resumeAtMs(document));
      else if (document.state === 'interrupted') await slices.queue(end, await ledger.now());
      else await slices.takeBack(runId);
    } finally {
      this.#ending.delete(runId);
      this.#session.control.release(control);
      await ledger.runs.release(runId);
      await this.#removeCopies();
    }
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
  endWorker(): void {
    const error = new OperatorError({
      ...{ code: 'LEASE_LOST', message: workerTexts().leaseLost, hint: workerTexts().leaseLostHint },
      exitCode: EXIT.stopped,
    });
    this.#session.control.stop({ kind: 'fatal', error });
  }

  /**
   * Removes the copies of runs that this worker has nothing to do for any more; all of them, when it ends. Only of rows
   * that also lie sealed in the shared ledger: what lies here alone is kept.
   */
  async #removeCopies({ all = false } = {}): Promise<void> {
    const { ledger, settings } = this.#session;
    for (const runId of this.#copied) {
      if (this.#open.has(runId) || this.#ending.has(runId)) continue;
      // A part of it may come again in a moment.
      if (!all && (await ledger.runs.find(runId))?.state === 'running') continue;
      if (await ledger.stages?.holds(runId)) removePrivateFolder(runFolderOf(settings.homeFolder, runId));
      this.#copied.delete(runId);
    }
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
    if (before && before.control.reason === undefined) {
      clearTimeout(before.idle);
      before.users += 1;
      return before;
    }
    // Another job may have opened it meanwhile.
    if (this.#open.get(runId) !== known) return this.open(run);
    const control = this.#session.control.child();
    const opening = this.#openNew(run, control);
    this.#open.set(runId, opening);
    opening.catch(() => {
      this.#forget(runId, opening);
      this.#session.control.release(control);
    });
    return opening;
  }

  #forget(runId: string, opening: Promise<OpenRun> | undefined): void {
    if (this.#open.get(runId) === opening) this.#open.delete(runId);
  }

  async #openNew(run: RunRecord, control: RunControl): Promise<OpenRun> {
    const { homeFolder } = this.#session.settings;
    const { runId } = run;
    const { session, saved } = this.#sessionOf(run, control);
    const { job: settings, controls } = saved;
    this.#copied.add(runId);
    const connected = await connectToRun(session, run, saved, { targets: settings.targets, controls });
    const parts = runParts(this.#input, session, connected);
    const staged = await findStage(run, settings, parts);
    const runFolder = runFolderOf(homeFolder, runId);
    const sliced = await openSlicedRun({ runId, settings, controls, runFolder, staged }, parts);
    return { runId, sliced, control, staged, users: 1, idle: undefined };
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
  letGo(open: OpenRun): void {
    open.users -= 1;
    if (open.users > 0) return;
    // Stopped: its next slice needs a new control.
    if (open.control.reason !== undefined) this.#closeSoon(open);
    else open.idle = setTimeout(() => this.#closeSoon(open), IDLE_MS);
  }

  #closeSoon(open: OpenRun): void {
    this.#close(open).catch((error: unknown) => this.#input.console.say(workerTexts().jobFailed(errorText(error))));
  }

  async #close(open: OpenRun): Promise<void> {
    const { runId, control, sliced, staged } = open;
    const opening = this.#open.get(runId);
    if ((await opening?.catch(() => undefined)) === open) this.#forget(runId, opening);
    clearTimeout(open.idle);
    await sliced.close();
    await staged.stage.close();
    this.#session.control.release(control);
  }

  async close(): Promise<void> {
    clearInterval(this.#tidying);
    for (const opening of [...this.#open.values()]) {
      const open = await opening.catch(() => undefined);
      if (open) await this.#close(open);
    }
    // A ledger that failed cannot say what is sealed: the next start looks again.
    await this.#removeCopies({ all: true }).catch(() => undefined);
  }
}

/** A line for what a person should know; how each row goes is told by `runs`. */
function noteOnly(note: (text: string) => void): Reporter {
  const nothing = (): void => undefined;
  return {
    note,
    warn: note,
    start: nothing,
    price: nothing,
    row: nothing,
    stand: nothing,
    sleep: nothing,
    end: nothing,
  };
}

function stateOf({ state }: RunDocument): string {
  return state === 'planned' ? state : commandTexts().states[state];
}

function resumeAtMs({ quota }: RunDocument): number {
  const told = quota?.resumeAt;
  return told === undefined ? 0 : Date.parse(told);
}
