import { DecimalSum, subtractDecimals } from '../base/decimal.ts';
import { assert, fileError, usageError } from '../base/errors.ts';
import { removePrivateFolder } from '../base/private-folder.ts';
import type { RunContext } from '../calls/run-context.ts';
import { StoppedError } from '../calls/run-control.ts';
import { openStagedInput } from '../intake/stage-input.ts';
import type { JobSettings } from '../job/job-settings.ts';
import type { Credit } from '../ledger/increments.ts';
import type { RunRecord } from '../ledger/ledger.ts';
import type { ResultTarget } from '../result/result-file.ts';
import { openResultFile, PLAIN_CSV } from '../result/result-file.ts';
import type { RunDocument } from '../result/run-document.ts';
import { withCalls } from '../result/summary.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { writeSavedSettings } from '../settings/saved-settings.ts';
import { openStageWriter } from '../stage/stage.ts';
import type { StagedRow } from '../stage/staged-row.ts';
import { runTexts } from '../texts/runs/run.ts';
import { sharedLedgerTexts } from '../texts/runs/shared-ledger.ts';
import { executeRun } from './execute-run.ts';
import { hasCallsToLook, lookBeforeUndo, UNDO_CALLS } from './look-before-undo.ts';
import { planRun, stoppedInPlan } from './plan-run.ts';
import { makeRunFolder, newRunId } from './run-folder.ts';
import type { RunParts } from './run-parts.ts';
import { requireStarted } from './shared/claim-run.ts';
import { shareStage } from './shared/shared-stage.ts';

/** Warnings that are shown before the sums; all of them are in the messages of the result. */
const WARNINGS_SHOWN_MAX = 5;

/** The columns of an undo's rows: made from the ledger, not from a file. */
const HEADER = ['number', 'customerUid', 'pointIncrement', 'balanceIncrement', 'undone_row'];

const ROWS_PER_BLOCK = 500;

type UndoRequest = {
  /** The top-up to take back. */
  readonly run: RunRecord;
  readonly saved: SavedSettings;
  /** Only these rows; undefined: every row that the run credited. */
  readonly rowNumbers: ReadonlySet<number> | undefined;
  readonly controls: SavedSettings['controls'];
  readonly connection: SavedSettings['connection'];
  readonly place: string;
  readonly resultFor: string;
  readonly result: ResultTarget;
  /** --dry-run: show what would be taken back; send nothing. */
  readonly isDryRun: boolean;
};

type PreparedUndo = {
  readonly rowCount: number;
  /** What will be added: the opposite of what the run credited. Exact. */
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  run(): Promise<RunDocument>;
  discard(): Promise<void>;
};

/**
 * Prepares the opposite top-up of exactly the rows that a run credited and that were not taken back yet. It is a run
 * of its own. Each of its rows names the row that it undoes, and the ledger lets a row be undone only once.
 *
 * Every member is read here, before anything is sent and before the sums are typed: who was changed since the credit,
 * or would fall below zero, is shown and told in the row.
 *
 * @throws OperatorError NOTHING_TO_UNDO, or IN_DOUBT when the run has rows in doubt (exit 3)
 */
export async function prepareUndo(request: UndoRequest, parts: RunParts): Promise<PreparedUndo> {
  const { run, saved, rowNumbers } = request;
  const { ledger, clock, homeFolder } = parts;
  if (run.command !== 'topup') {
    throw usageError('NOTHING_TO_UNDO', runTexts().undoOfNoTopup(run.runId), '');
  }
  const inDoubt = await ledger.rows.listByState(run.runId, ['intent', 'in_doubt']);
  if (inDoubt.length > 0) {
    throw fileError(
      'IN_DOUBT',
      runTexts().undoInDoubt(run.runId, inDoubt.length),
      runTexts().undoInDoubtHint(run.runId),
    );
  }
  const mark = await ledger.runs.markOf(run.account);
  const credits: Credit[] = [];
  for await (const page of ledger.increments.readCreditsOfRun(run.runId)) {
    credits.push(...page.filter(({ rowNumber }) => rowNumbers?.has(rowNumber) ?? true));
  }
  if (credits.length === 0) {
    const undoing = await ledger.runs.listUndoing(run.runId);
    const unfinished = undoing.find(({ state }) => state !== 'finished' && state !== 'cancelled');
    throw fileError(
      'NOTHING_TO_UNDO',
      runTexts().nothingToUndo(run.runId, rowNumbers !== undefined),
      unfinished ? runTexts().undoUnfinished(unfinished.runId) : runTexts().nothingToUndoHint(run.runId),
    );
  }
  const settings: JobSettings = {
    ...saved.job,
    command: 'undo',
    isAgain: true,
    campaign: '',
    columnMap: undefined,
    // As the result is written now: resume writes it again.
    excel: request.result.excel,
    raw: request.result.raw,
    onDuplicate: 'allow',
    readsBefore: true,
  };
  // A reading shared with other commands may be older than a change that must be seen.
  const controls = { ...request.controls, snapshotMaxAgeMs: 0 };
  const runId = newRunId(clock.nowMs(), settings.storeZone);
  const file =
    request.result.path === '' ? undefined : await openResultFile(request.result, { ...parts, ownSha256s: [], runId });
  const runFolder = makeRunFolder(homeFolder, runId);
  const vendors = parts.openVendors(request.isDryRun ? undefined : runId);
  // The look before the run and the run itself count as one.
  const ownParts: RunParts = { ...parts, openVendors: () => vendors };
  let isBegun = false;
  const discard = async (): Promise<void> => {
    if (isBegun) return;
    await file?.abort();
    await vendors.kybio?.client.close();
    removePrivateFolder(runFolder);
  };
  try {
    const points = new DecimalSum();
    const balance = new DecimalSum();
    const context: RunContext = { ...parts, runId: '', settings, controls, runFolder, vendors };
    const rows = await withWarnings(credits, run, context);
    const writer = await openStageWriter(runFolder);
    for (let start = 0; start < rows.length; start += ROWS_PER_BLOCK) {
      const block = rows.slice(start, start + ROWS_PER_BLOCK);
      const cells = credits.slice(start, start + ROWS_PER_BLOCK).map(toCells);
      for (const [, , pointIncrement = '0', balanceIncrement = '0'] of cells) {
        points.add(pointIncrement);
        balance.add(balanceIncrement);
      }
      await writer.write({ rows: block, cells });
    }
    const sums = { pointIncrement: points.value(), balanceIncrement: balance.value() };
    await writer.commit(
      {
        sha256: '',
        header: HEADER,
        form: PLAIN_CSV,
        notes: [],
        sums: {
          ...sums,
          rowCount: rows.length,
          doneEarlierCount: 0,
          inDoubtEarlierCount: 0,
          creditedCount: 0,
          invalidCount: 0,
          repeatedCount: 0,
          firstIssues: [],
        },
      },
      { issues: [], damages: [] },
    );
    const start = async (): Promise<void> => {
      await ledger.requireNewest(run.account);
      await shareStage(runId, runFolder, ledger);
      const started = await ledger.runs.start(
        {
          runId,
          command: 'undo',
          targets: settings.targets,
          account: run.account,
          place: request.place,
          inputPath: '',
          inputSha256: '',
          resultPath: request.result.path,
          undoes: run.runId,
          rowCount: rows.length,
          settingsJson: writeSavedSettings({
            job: settings,
            controls,
            connection: request.connection,
            resultFor: request.resultFor,
          }),
        },
        [credits.map(toPlanned)],
        mark,
      );
      requireStarted(started, sharedLedgerTexts().undoOf(run.runId));
      isBegun = true;
    };
    return {
      rowCount: rows.length,
      ...sums,
      discard,
      async run() {
        if (!request.isDryRun) await start();
        const staged = await openStagedInput(runFolder, settings);
        assert(staged, 'the stage that was just made is there');
        const job = { settings, controls, account: run.account, place: request.place, inputPath: '' };
        if (!request.isDryRun) return executeRun({ ...request, ...job, runId, runFolder, staged, file }, ownParts);
        try {
          return await planRun(job, staged, { runFolder, file }, ownParts);
        } finally {
          await staged.stage.close();
        }
      },
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** The rows to send, each with what speaks against it. Shows the first of these warnings. */
async function withWarnings(
  credits: readonly Credit[],
  { runId }: RunRecord,
  context: RunContext,
): Promise<readonly StagedRow[]> {
  const { reporter, control, vendors } = context;
  const rows = credits.map((credit, index) => toRow(credit, index + 1));
  reporter.note(runTexts().undoPrice(rows.length, runId, UNDO_CALLS));
  if (!(await hasCallsToLook(context, rows.length))) {
    reporter.note(runTexts().undoUnseen);
    return rows;
  }
  try {
    const warnings = await lookBeforeUndo(credits, rows, context);
    for (const { undoneRow, member, text } of warnings.slice(0, WARNINGS_SHOWN_MAX)) {
      reporter.note(runTexts().undoWarning(undoneRow, member, text));
    }
    const restCount = warnings.length - WARNINGS_SHOWN_MAX;
    if (restCount > 0) reporter.note(runTexts().undoWarningsMore(restCount));
    if (warnings.length === 0) reporter.note(runTexts().undoUnchanged);
    const textByRow = new Map(warnings.map(({ rowNumber, text }) => [rowNumber, text]));
    return rows.map((row) => {
      const text = textByRow.get(row.rowNumber);
      return text === undefined ? row : { ...row, notes: [text] };
    });
  } catch (error) {
    throw withCalls(
      error instanceof StoppedError ? stoppedInPlan(control.reason, context.settings.storeZone) : error,
      vendors,
    );
  }
}

function opposite(amount: string): string {
  return subtractDecimals('0', amount || '0');
}

function toCells({ number, customerUid, pointIncrement, balanceIncrement, rowNumber }: Credit): string[] {
  return [number, customerUid, opposite(pointIncrement), opposite(balanceIncrement), String(rowNumber)];
}

function toRow(credit: Credit, rowNumber: number): StagedRow {
  return {
    rowNumber,
    lineNumber: rowNumber,
    issues: [],
    targetRows: [
      {
        target: 'kybio',
        row: {
          kind: 'topup',
          customerUid: credit.customerUid,
          pointIncrement: opposite(credit.pointIncrement),
          balanceIncrement: opposite(credit.balanceIncrement),
        },
      },
    ],
  };
}

function toPlanned(credit: Credit, index: number) {
  const { number, customerUid, runId, rowNumber } = credit;
  return {
    rowNumber: index + 1,
    number,
    customerUid,
    pointIncrement: opposite(credit.pointIncrement),
    balanceIncrement: opposite(credit.balanceIncrement),
    reference: '',
    campaign: '',
    undoes: { runId, rowNumber },
  };
}
