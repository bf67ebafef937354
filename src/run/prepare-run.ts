import { EXIT } from '../base/errors.ts';
import { removePrivateFolder } from '../base/private-folder.ts';
import { CreditGuard } from '../intake/credit-guard.ts';
import { guardTopup } from '../intake/guard-topup.ts';
import { countToSend, type InputSums } from '../intake/input-sums.ts';
import { type StagedInput, stageInput } from '../intake/stage-input.ts';
import type { HeaderMatch } from '../job/header-match.ts';
import type { Ledger, PlannedRow, RunRecord, Started } from '../ledger/ledger.ts';
import type { Cut } from '../ledger/slices.ts';
import { openResultFile, type ResultFile } from '../result/result-file.ts';
import { sha256OfFile } from '../result/result-path.ts';
import type { RunDocument } from '../result/run-document.ts';
import { runDocument } from '../result/summary.ts';
import { Tally } from '../result/tally.ts';
import { writeSavedSettings } from '../settings/saved-settings.ts';
import type { Stage } from '../stage/stage.ts';
import { type BegunRun, executeRun } from './execute-run.ts';
import { recordResult } from './own-result.ts';
import { planRun } from './plan-run.ts';
import { giveUp, isRefused } from './refused-run.ts';
import { makeRunFolder, newRunId, removeLeftFolders } from './run-folder.ts';
import type { FileRun, RunParts } from './run-parts.ts';
import { findSameRun, requireSameMeaning } from './same-run.ts';
import { requireStarted } from './shared/claim-run.ts';
import { shareRun } from './shared/share-run.ts';
import { shareStage } from './shared/shared-stage.ts';
import { findSigns, rememberSigns } from './signs-of-run.ts';
import { tellColumns } from './tell-columns.ts';
import { findUsedMapping, rememberMapping } from './used-mapping.ts';

/** A run that may begin: its input is read, checked and staged, nothing was sent. */
type PreparedRun =
  | {
      readonly kind: 'ready';
      /** What the person is asked to confirm: the rows to send, and their exact sums. */
      readonly sums: Pick<InputSums, 'rowCount' | 'pointIncrement' | 'balanceIncrement'>;
      readonly match: HeaderMatch;
      /** Records the run and carries it out. */
      run(): Promise<RunDocument>;
      /** Leaves nothing behind. Does nothing after `run`. */
      discard(): Promise<void>;
    }
  /** The same command on the same file is unfinished already: that run is to be carried on. */
  | { readonly kind: 'unfinished'; readonly run: RunRecord };

/**
 * The first half of a run: intake, guards, result path. No call is made.
 *
 * @throws OperatorError (exit 2 or 3) when the run must not begin; nothing is left behind
 */
export async function prepareRun(job: FileRun, parts: RunParts): Promise<PreparedRun> {
  const { ledger, clock, control, reporter, homeFolder } = parts;
  const { settings } = job;
  await removeLeftFolders(homeFolder, ledger);
  const runId = newRunId(clock.nowMs(), settings.storeZone);
  // Before anything of the ledger is looked at: whoever starts the same in between is found when this run starts.
  const mark = job.isDryRun || settings.command === 'export' ? undefined : await ledger.runs.markOf(job.account);
  let file: ResultFile | undefined;
  const runFolder = makeRunFolder(homeFolder, runId);
  let staged: StagedInput | undefined;
  let isBegun = false;
  const discard = async (): Promise<void> => {
    if (isBegun) return;
    await staged?.stage.close();
    await file?.abort();
    await ledger.stages?.remove(runId).catch(() => undefined);
    removePrivateFolder(runFolder);
  };
  try {
    const guard =
      settings.command === 'topup'
        ? new CreditGuard({ ledger, account: job.account, settings, nowMs: clock.nowMs() })
        : undefined;
    staged = await stageInput(job.source, runFolder, {
      settings,
      control,
      guard,
      resultFor: job.resultFor,
      nowMs: clock.nowMs(),
      findSigns: (earlierRunId) => findSigns(earlierRunId, { ledger, account: job.account }),
      findUsedMapping: (header) => findUsedMapping(header, { ledger, account: job.account }),
    });
    const input = staged;
    if (job.mapPath !== undefined) {
      await rememberMapping(input.facts.header, job.mapPath, { ledger, account: job.account });
    }
    const unfinished = job.isDryRun ? undefined : await findSameRun(job, input.facts.sha256, ledger);
    if (unfinished) {
      await requireSameMeaning(unfinished, job, parts);
      for (const note of guard?.notes() ?? []) reporter.note(note);
      await discard();
      return { kind: 'unfinished', run: unfinished };
    }
    tellColumns(input.match, await firstCells(input.stage), reporter);
    for (const note of input.facts.notes) reporter.note(note);
    guardTopup(input.facts.sums, job);
    await guard?.check(input.facts.sums.rowCount);
    if (settings.command === 'topup' && !job.isDryRun) await ledger.requireNewest(job.account);
    // After the guards: that a file was credited before matters more than that its result is there.
    if (job.result.path !== '') file = await openResultFile(job.result, { ...parts, ownSha256s: [], runId });
    const result = file;
    return {
      kind: 'ready',
      sums: { ...input.facts.sums, rowCount: countToSend(input.facts.sums) },
      match: input.match,
      discard,
      async run() {
        if (job.isDryRun) {
          try {
            return await planRun(job, input, { runFolder, file: result }, parts);
          } finally {
            await discard();
          }
        }
        // What lookups find is in this home alone: an export is carried on where it was begun.
        if (settings.command !== 'export') await shareStage(runId, runFolder, ledger);
        const { sharing } = job;
        requireStarted(await startRun(job, input, runId, { ledger, mark }), job.inputPath);
        // From here on the ledger knows the run: its stage stays, whatever fails.
        isBegun = true;
        // `--overwrite`: after a kill the earlier result is still the one that may be replaced.
        const replaced = result && result.path !== '-' ? await sha256OfFile(result.path) : undefined;
        if (replaced !== undefined) await recordResult(ledger, runId, job.result.path, replaced);
        const begun = { ...job, runId, runFolder, staged: input, file: result };
        try {
          if (sharing?.kind === 'detached') return await leaveToWorkers(begun);
          return await (sharing ? shareRun(begun, sharing.start, parts) : executeRun(begun, parts));
        } catch (error) {
          if (await isRefused(error, runId, ledger)) await giveUp(runId, runFolder, ledger);
          throw error;
        }
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** Records the run before anything is sent for it, with the rows of a top-up that it is going to send. */
async function startRun(
  job: FileRun,
  { stage, facts }: StagedInput,
  runId: string,
  { ledger, mark }: { ledger: Ledger; mark: number | undefined },
): Promise<Started> {
  const { settings, controls, connection } = job;
  await rememberSigns(runId, facts.signs, { ledger, account: job.account });
  return ledger.runs.start(
    {
      runId,
      command: settings.command,
      targets: settings.targets,
      account: job.account,
      place: job.place,
      inputPath: job.inputPath,
      inputSha256: facts.sha256,
      resultPath: job.result.path,
      undoes: '',
      rowCount: facts.sums.rowCount,
      settingsJson: writeSavedSettings({ job: settings, controls, connection, resultFor: job.resultFor }),
      ...(job.sharing && { slices: cutOf(job, facts.sums.rowCount) }),
    },
    settings.command === 'topup' ? plannedRows(stage, settings.campaign) : [],
    mark,
  );
}

/** Rows of one slice: some minutes at a usual rate, and few enough that the queue adds next to nothing to a row. */
const SLICE_ROWS_MAX = 500;
/** So many slices for each process, so that none waits long for the last one. */
const SLICES_EACH = 8;
/** Workers on one account at most, and the calls a second from which on a second one helps. */
const LANES_MAX = 8;
const CALLS_A_LANE = 10;

function cutOf({ sharing, settings, controls: { rate } }: FileRun, rowCount: number): Cut {
  const isHandedOut = sharing?.kind === 'detached';
  const perSecond = rate === 'unlimited' ? Number.POSITIVE_INFINITY : (rate.calls / rate.perMs) * 1000;
  const lanes = perSecond < 2 * CALLS_A_LANE ? 1 : Math.min(LANES_MAX, Math.floor(perSecond / CALLS_A_LANE));
  // Rows of one member follow each other in the order of the file: one process after the other sends them.
  if (settings.onDuplicate === 'allow') return { rowsEach: Math.max(1, rowCount), lanes: 1, isHandedOut };
  const sliceCount = sharing?.kind === 'workers' ? sharing.count * SLICES_EACH : 1;
  const rowsEach = Math.max(1, Math.min(SLICE_ROWS_MAX, Math.ceil(rowCount / sliceCount)));
  return { rowsEach, lanes, isHandedOut };
}

/** The rows lie sealed in the shared ledger; nothing of them stays here. */
async function leaveToWorkers({
  runId,
  runFolder,
  staged,
  file,
  settings,
  place,
  inputPath,
}: BegunRun): Promise<RunDocument> {
  await file?.abort();
  await staged.stage.close();
  removePrivateFolder(runFolder);
  return runDocument({
    ...{ runId, settings, place, inputPath, resultPath: '', tally: new Tally(), state: 'running' },
    ...{ vendors: {}, elapsedMs: 0, exitCode: EXIT.ok },
  });
}

async function* plannedRows(stage: Stage, campaign: string): AsyncGenerator<readonly PlannedRow[]> {
  for await (const rows of stage.readRows()) {
    yield rows.flatMap(({ rowNumber, targetRows }): PlannedRow[] => {
      const row = targetRows[0]?.row;
      if (row?.kind !== 'topup') return [];
      const { number = '', customerUid = '', reference = '', pointIncrement, balanceIncrement } = row;
      return [{ rowNumber, number, customerUid, reference, campaign, pointIncrement, balanceIncrement }];
    });
  }
}

async function firstCells(stage: Stage): Promise<readonly string[]> {
  for await (const { cells } of stage.readBlocks()) return cells[0] ?? [];
  return [];
}
