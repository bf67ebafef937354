import { dirname, join } from 'node:path';
import { usageError } from '../base/errors.ts';
import type { LedgerReader, RunRecord } from '../ledger/ledger.ts';
import type { ResultTarget } from '../result/result-file.ts';
import { prepareUndo } from '../run/undo-run.ts';
import { controlsOf } from '../settings/job-settings.ts';
import { repeatedFlags } from '../settings/repeated-flags.ts';
import { placesOf, readSavedSettings } from '../settings/saved-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import type { CommandInput, EndedRun } from './commands.ts';
import { findRun } from './find-run.ts';
import { runParts } from './run-command.ts';
import { connectToRun, withLedgerReader, withSession } from './session.ts';
import { confirmTopup } from './terminal/confirm.ts';
import { nextOfTyped } from './terminal/next-command.ts';

/** `undo`: the opposite top-up of the rows that a run credited, as a run of its own. */
export async function runUndo(input: CommandInput): Promise<EndedRun> {
  const { argument } = input;
  if (argument === undefined) {
    throw usageError('BAD_USAGE', commandTexts().undoWhat, commandTexts().listRuns);
  }
  // The run knows its store and its config file; both are needed before its settings can be read.
  const saved = await withLedgerReader(input, async (ledger) =>
    readSavedSettings((await findCredits(argument, ledger)).settingsJson),
  );
  const located = { ...input, settings: placesOf(input.settings, saved) };
  const { document, place } = await withSession(located, async (session) => {
    const { settings } = session;
    const run = await findCredits(argument, session.ledger);
    const controls = controlsOf(settings, saved.controls);
    const connected = await connectToRun(session, run, saved, { targets: saved.job.targets, controls });
    const rows = settings.typed('row');
    const { place, shownPlace, placeKey } = connected;
    const isDryRun = settings.get('dryRun');
    const result = resultOf(settings, run);
    const undo = await prepareUndo(
      {
        run,
        saved,
        rowNumbers: rows === undefined || rows === 'all' ? undefined : new Set(rows),
        controls,
        connection: { ...saved.connection, flags: repeatedFlags(input.settings) },
        place,
        resultFor: `undo ${placeKey}`,
        result: isDryRun && !settings.isTyped('output') ? { ...result, path: '' } : result,
        isDryRun,
      },
      runParts(located, session, connected),
    );
    try {
      if (!isDryRun) await confirmTopup({ sums: undo }, shownPlace, located);
      return { document: await undo.run(), place: shownPlace };
    } finally {
      await undo.discard();
    }
  });
  return { document, next: nextOfTyped(input.settings, argument), place };
}

async function findCredits(runId: string, ledger: LedgerReader | undefined): Promise<RunRecord> {
  const { run } = await findRun(runId, ledger);
  if (run.prunedMs === 0) return run;
  throw usageError('RUN_PRUNED', commandTexts().creditsPruned(runId), commandTexts().creditsPrunedHint);
}

/** Beside the result of the run that is taken back; in the working folder where that went to standard output. */
function resultOf(settings: Settings, run: RunRecord): ResultTarget {
  const output = settings.get('output');
  const name = `undo-${run.runId}.result.csv`;
  const own = run.resultPath === '-' ? settings.path(name) : join(dirname(run.resultPath), name);
  return {
    path: output === undefined ? own : output === '-' ? '-' : settings.path(output),
    mayReplace: settings.get('overwrite'),
    protectedPaths: settings.readPaths,
    excel: settings.get('excel'),
    raw: false,
  };
}
