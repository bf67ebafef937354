import { usageError } from '../../base/errors.ts';
import { removePrivateFolder } from '../../base/private-folder.ts';
import type { Reporter } from '../../calls/reporter.ts';
import type { RunControl } from '../../calls/run-control.ts';
import type { StagedInput } from '../../intake/stage-input.ts';
import type { RunRecord } from '../../ledger/ledger.ts';
import { END_OF_RUN, type Slice } from '../../ledger/slices.ts';
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
    const open = await this.open(run);
    const untilMs = clock.monotonicMs() + JOB_MS;
    try {
      let taken = await open.sliced.take(slice);
      while (taken.kind === 'taken' && (await this.#workOnSlice(runId, taken, open))) {
        if (clock.monotonicMs() > untilMs) return;
        taken = await open.sliced.take();
      }
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
    if (slices === undefined || run === undefined || run.state === 'finished' || run.state === 'cancelled') return;
    const taken = await slices.take(runId, END_OF_RUN);
    const control = controlUnder(this.#session.control);
    if (taken.kind === 'over' && taken.stop) control.stop(taken.stop);
    if (taken.kind === 'busy' || (await ledger.runs.claim(runId)).kind !== 'claimed') {
      await slices.queueEnd(runId, (await ledger.now()) + AGAIN_MS);
      return;
    }
    try {
      const document = await this.#resume(run, control);
      this.#input.console.say(workerTexts().endedAs(runId, stateOf(document)));
      if (document.state === 'paused') await slices.queueEnd(runId, resumeAtMs(document));
      else if (document.state === 'interrupted') await slices.queueEnd(runId, await ledger.now());
      else await slices.takeBack(runId);
    } finally {
      await ledger.runs.release(runId);
    }
    // The rows lie sealed in the shared ledger until somebody has fetched the result.
    removePrivateFolder(runFolderOf(this.#session.settings.homeFolder, runId));
  }

  async #resume(run: RunRecord, control: RunControl): Promise<RunDocument> {
    const { session, saved } = this.#sessionOf(run, control);
    const { controls } = saved;
    const connected = await connectToRun(session, run, saved, { targets: saved.job.targets, controls });
    return resumeRun(run, saved, { controls, result: 'none' }, runParts(this.#input, session, connected));
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
    const saved = readSavedSettings(run.settingsJson);
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
  }

  async close(): Promise<void> {
    const { homeFolder } = this.#session.settings;
    for (const [runId, opening] of [...this.#open]) {
      const open = await opening.catch(() => undefined);
      if (open) await this.#close(runId, opening, open);
      removePrivateFolder(runFolderOf(homeFolder, runId));
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
