import { EXIT, type ExitCode, OperatorError, usageError } from '../base/errors.ts';
import type { RunRecord } from '../ledger/ledger.ts';
import { type RunDocument, readRunDocument } from '../result/run-document.ts';
import { rebuildResult } from '../run/rebuild-result.ts';
import { isResultMissing } from '../run/run-folder.ts';
import { placesOf, readSavedSettings } from '../settings/saved-settings.ts';
import type { CommandInput } from './commands.ts';
import { printRun } from './print-end.ts';
import { openProgress } from './progress.ts';
import { reportOptions, resumeInSession, worstExitCode } from './run-command.ts';
import { resultTargetOf } from './run-files.ts';
import { type Session, withSession } from './session.ts';

/**
 * `resume`: an unfinished run with its own settings, and the run-control flags that are typed now. The input file is
 * not needed. `--all`: every unfinished run, oldest first.
 */
export async function runResume(input: CommandInput): Promise<{ document: RunDocument } | { exitCode: ExitCode }> {
  if (input.settings.get('all')) return resumeAll(input);
  const run = await withSession(input, (session) => chooseRun(session, input.argument));
  if (run === undefined) {
    input.console.say('No unfinished run.');
    return { exitCode: EXIT.ok };
  }
  return { document: await resumeOne(input, run) };
}

/** The run knows its store and its config file; both are needed before its settings can be read. */
function resumeOne(input: CommandInput, run: RunRecord): Promise<RunDocument> {
  const withOwnPlaces = { ...input, settings: placesOf(input.settings, readSavedSettings(run.settingsJson)) };
  return withSession(withOwnPlaces, async (session) => {
    // Looked up again: another command may have ended the run since.
    const current = (await chooseRun(session, run.runId)) ?? run;
    return hasEnded(current)
      ? writeMissingResult(input, session, current)
      : resumeInSession(withOwnPlaces, session, current);
  });
}

/** All that is left of the run is its result file: no call is made. */
function writeMissingResult(
  input: CommandInput,
  { settings, ledger, clock, control }: Session,
  run: RunRecord,
): Promise<RunDocument> {
  const { console, surroundings } = input;
  const { homeFolder } = settings;
  const report = reportOptions(input);
  const reporter = openProgress(console, clock);
  const parts = { homeFolder, ledger, clock, control, reporter, report, stdout: surroundings.stdout.stream };
  const result = settings.isTyped('output') ? resultTargetOf(settings, run.inputPath) : undefined;
  return rebuildResult(run, parts, result && { result });
}

function hasEnded({ state }: RunRecord): boolean {
  return state === 'finished' || state === 'cancelled';
}

/**
 * Goes on after a run that fails, and ends with the worst exit code. A run that the vendor's refusal of the
 * credentials or a breaker has stopped is named and left alone: it would most likely end so again, and each try
 * costs calls. `resume <run>` carries it on.
 */
async function resumeAll(input: CommandInput): Promise<{ exitCode: ExitCode }> {
  const { argument, console } = input;
  if (argument !== undefined) {
    throw usageError('BAD_USAGE', '--all carries every unfinished run on.', 'Leave the run or --all away.');
  }
  const runs = await withSession(input, async ({ ledger }) => (await ledger.runs.listUnfinished()).reverse());
  if (runs.length === 0) console.say('No unfinished run.');
  const exitCodes: ExitCode[] = [];
  for (const run of runs) {
    const reason = whyLeftAlone(run);
    if (reason !== undefined) {
      console.say(`Run ${run.runId} is left alone: ${reason}. Carry it on with: memberload resume ${run.runId}`);
      continue;
    }
    try {
      const document = await resumeOne(input, run);
      exitCodes.push(document.exitCode);
      printRun(document, input);
      if (document.state === 'interrupted') break;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      // An earlier one of these runs has decided its last row, or it was cancelled meanwhile.
      if (error.code === 'RUN_FINISHED') continue;
      console.say(`Run ${run.runId}:`);
      console.fail(error);
      exitCodes.push(error.exitCode);
    }
  }
  return { exitCode: worstExitCode(exitCodes) };
}

function whyLeftAlone(run: RunRecord): string | undefined {
  if (run.state !== 'stopped') return undefined;
  const exitCode = readRunDocument(run.summaryJson)?.exitCode;
  if (exitCode === EXIT.credentials) return 'the vendor refused the credentials';
  return exitCode === EXIT.stopped ? 'it was stopped by errors' : undefined;
}

async function chooseRun({ ledger, settings }: Session, runId: string | undefined): Promise<RunRecord | undefined> {
  if (runId === undefined) return (await ledger.runs.listUnfinished())[0];
  const run = await ledger.runs.find(runId);
  if (!run) throw usageError('UNKNOWN_RUN', `There is no run '${runId}'.`, 'List them with: memberload runs');
  if (hasEnded(run) && !isResultMissing(run, settings.homeFolder)) {
    const ended = run.state === 'finished' ? 'has finished' : 'was cancelled';
    throw usageError(
      'RUN_FINISHED',
      `Run ${runId} ${ended}: nothing is left to carry on.`,
      `Its result file: ${run.resultPath}. Its rows in doubt, if any: memberload resolve ${runId}`,
    );
  }
  return run;
}
