import { dirname } from 'node:path';
import { EXIT, type ExitCode, usageError } from '../base/errors.ts';
import { isInsideFolder } from '../base/inside-folder.ts';
import type { RunRecord } from '../ledger/ledger.ts';
import { reportPathOf, writeReportFile } from '../report/report-file.ts';
import { reportOfRun } from '../run/report-run.ts';
import type { Settings } from '../settings/settings.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import type { CommandInput } from './commands.ts';
import { findRun } from './find-run.ts';
import { reportOptions } from './run-command.ts';
import { withLedgerReader } from './session.ts';

/** `report`: writes the HTML report of a run, the latest unless one is named. Prints its path. */
export function runReport(input: CommandInput): Promise<{ exitCode: ExitCode }> {
  const { argument, console, surroundings } = input;
  return withLedgerReader(input, async (ledger, settings) => {
    const run = argument === undefined ? (await ledger?.runs.list(1))?.[0] : (await findRun(argument, ledger)).run;
    if (ledger === undefined || run === undefined) {
      throw usageError('UNKNOWN_RUN', commandTexts().noRunToReport, commandTexts().seeHelp);
    }
    const path = await pathOf(run, settings);
    const { homeFolder } = settings;
    const page = await reportOfRun(run, { homeFolder, ledger, report: reportOptions(input) });
    if (path === '-') surroundings.stdout.write(page);
    else {
      await writeReportFile(path, page);
      console.say(commandTexts().reportOf(run.runId, run.command, commandTexts().states[run.state]));
      console.print(settings.get('json') ? JSON.stringify({ run: run.runId, state: run.state, report: path }) : path);
    }
    return { exitCode: EXIT.ok };
  });
}

/** @throws OperatorError REPORT_NOT_WRITABLE (exit 2) for a place where the ledger is */
async function pathOf(run: RunRecord, settings: Settings): Promise<string> {
  const given = settings.get('output');
  if (given === '-') return given;
  // The result went to standard output: the report goes beside the input.
  const beside = run.inputPath === '' || run.inputPath === '-' ? settings.path(run.command) : run.inputPath;
  const own = reportPathOf(run) ?? reportPathOf({ inputPath: run.inputPath, resultPath: beside });
  const path = given === undefined ? (own ?? beside) : settings.path(given);
  if (!(await isInsideFolder(dirname(path), settings.homeFolder))) return path;
  throw usageError('REPORT_NOT_WRITABLE', commandTexts().reportInHome(path), commandTexts().nameAnotherOutput);
}
