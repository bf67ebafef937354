import { EXIT, OperatorError, usageError } from '../base/errors.ts';
import type { RunRecord } from '../ledger/ledger.ts';
import { type RunDocument, readRunDocument, withoutWords, writeRunDocument } from '../result/run-document.ts';
import { isUnanswered } from '../run/execute-run.ts';
import { rebuildResult } from '../run/rebuild-result.ts';
import { isResultMissing } from '../run/run-folder.ts';
import { claimRun } from '../run/shared/claim-run.ts';
import { describePlace } from '../settings/place.ts';
import { placesOf, readSavedSettings } from '../settings/saved-settings.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import type { CommandInput, CommandResult, EndedRun } from './commands.ts';
import { findRun } from './find-run.ts';
import { rebuildParts, resumeInSession, worstExitCode } from './run-command.ts';
import { resultTargetOf } from './run-files.ts';
import { type Session, withSession } from './session.ts';
import { nextOfRun } from './terminal/next-command.ts';
import { documentOfRuns, emptyDocument, errorDocument, printSummary } from './terminal/print-end.ts';

/**
 * `resume`: an unfinished run with its own settings, and the run-control flags that are typed now. The input file is
 * not needed. `--all`: every unfinished run, oldest first.
 */
export async function runResume(input: CommandInput): Promise<CommandResult> {
  if (input.settings.get('all')) return resumeAll(input);
  const run = await withSession(input, (session) => chooseRun(session, input.argument));
  if (run === undefined) {
    return nothingToResume(input);
  }
  return resumeOne(input, run);
}

function nothingToResume({ settings, console }: CommandInput): CommandResult {
  console.say(commandTexts().noUnfinishedRun);
  if (settings.get('json')) console.print(writeRunDocument(emptyDocument('resume')));
  return { exitCode: EXIT.ok };
}

/** The run knows its store and its config file; both are needed before its settings can be read. */
function resumeOne(input: CommandInput, run: RunRecord): Promise<EndedRun> {
  const saved = readSavedSettings(run.settingsJson);
  const withOwnPlaces = { ...input, settings: placesOf(input.settings, saved) };
  return withSession(withOwnPlaces, async (session) => {
    // Looked up again: another command may have ended the run since.
    const current = (await chooseRun(session, run.runId)) ?? run;
    const document = hasEnded(current)
      ? await writeMissingResult(input, session, current)
      : await resumeInSession(withOwnPlaces, session, current);
    const place = describePlace(saved.connection, run.account);
    return { document, next: nextOfRun(run, input.settings), place };
  });
}

/** All that is left of the run is its result file: no call is made. */
async function writeMissingResult(input: CommandInput, session: Session, known: RunRecord): Promise<RunDocument> {
  const { settings, ledger, control, reporter } = session;
  const { run } = await claimRun(known, { ledger, note: reporter.note, signal: control.signal });
  const result = settings.isTyped('output') ? resultTargetOf(settings, run.inputPath) : undefined;
  return rebuildResult(run, rebuildParts(input, session), result && { result });
}

function hasEnded({ state }: RunRecord): boolean {
  return state === 'finished' || state === 'cancelled';
}

/**
 * Goes on after a run that fails, and ends with the worst exit code. A run that was stopped by refused credentials or
 * by a breaker is named and left alone: the run would most likely end so again, and each try costs calls. Its exit
 * code counts, so that a scheduler tells of it every day. `resume <run>` carries it on.
 */
async function resumeAll(input: CommandInput): Promise<CommandResult> {
  const { argument, console, settings } = input;
  if (argument !== undefined) {
    throw usageError('BAD_USAGE', commandTexts().allOrOne, commandTexts().allOrOneHint);
  }
  const runs = await withSession(input, async ({ ledger }) => (await carriedOnHere(ledger)).reverse());
  if (runs.length === 0) return nothingToResume(input);
  const documents: RunDocument[] = [];
  const fail = (run: RunRecord, error: OperatorError): void => {
    console.fail(error);
    const where = { argument: run.inputPath || undefined, place: run.place };
    documents.push({ ...errorDocument(error, run.command, where), run: run.runId });
  };
  for (const run of runs) {
    const leftAlone = leaveAlone(run);
    if (leftAlone !== undefined) {
      fail(run, leftAlone);
      continue;
    }
    try {
      const ended = await resumeOne(input, run);
      documents.push(ended.document);
      printSummary(ended.document, ended.next, console);
      if (ended.document.state === 'interrupted') break;
    } catch (error) {
      if (!(error instanceof OperatorError)) throw error;
      // An earlier one of these runs has decided its last row, or it was cancelled meanwhile.
      if (error.code === 'RUN_FINISHED') continue;
      console.say(commandTexts().run(run.runId));
      fail(run, error);
    }
  }
  const exitCode = worstExitCode(documents.map((document) => document.exitCode));
  const [first, ...others] = documents;
  const isOne = first !== undefined && others.length === 0;
  if (settings.get('json'))
    console.print(JSON.stringify(isOne ? withoutWords(first) : documentOfRuns('resume', documents, exitCode)));
  return { exitCode };
}

function leaveAlone(run: RunRecord): OperatorError | undefined {
  const { runId, state, summaryJson } = run;
  if (isUnanswered(run)) {
    return usageError('RUN_LEFT_ALONE', commandTexts().leftAlone(runId, 'question'), commandTexts().carryOn(runId));
  }
  const exitCode = readRunDocument(summaryJson)?.exitCode;
  if (state !== 'stopped' || (exitCode !== EXIT.credentials && exitCode !== EXIT.stopped)) return undefined;
  return new OperatorError({
    code: 'RUN_LEFT_ALONE',
    message: commandTexts().leftAlone(runId, exitCode === EXIT.credentials ? 'credentials' : 'errors'),
    hint: commandTexts().carryOn(runId),
    exitCode,
  });
}

/** Unfinished runs, newest first, without those that are left to workers. */
async function carriedOnHere({ runs, slices }: Session['ledger']): Promise<RunRecord[]> {
  const handedOut = new Set(await slices?.listHandedOut());
  return (await runs.listUnfinished()).filter(({ runId }) => !handedOut.has(runId));
}

async function chooseRun({ ledger, settings }: Session, runId: string | undefined): Promise<RunRecord | undefined> {
  if (runId === undefined) return (await carriedOnHere(ledger))[0];
  const { run } = await findRun(runId, ledger);
  if (hasEnded(run) && !isResultMissing(run, settings.homeFolder)) {
    throw usageError(
      'RUN_FINISHED',
      commandTexts().hasEnded(runId, run.state === 'finished' ? 'finished' : 'cancelled'),
      commandTexts().hasEndedHint(runId, run.resultPath),
    );
  }
  return run;
}
