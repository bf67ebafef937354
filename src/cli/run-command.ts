import { EXIT, type ExitCode, usageError } from '../base/errors.ts';
import type { JobCommand, JobSettings } from '../job/job-settings.ts';
import type { RunRecord } from '../ledger/ledger.ts';
import type { ResultTarget } from '../result/result-file.ts';
import { type RunDocument, writeRunDocument } from '../result/run-document.ts';
import { exportAll } from '../run/export-all.ts';
import { prepareRun } from '../run/prepare-run.ts';
import type { RebuildParts } from '../run/rebuild-result.ts';
import { resumeRun } from '../run/resume-run.ts';
import type { FileRun, ReportOptions, RunParts } from '../run/run-parts.ts';
import {
  controlsOf,
  readConnection,
  readControlSettings,
  readExpectations,
  readJobSettings,
} from '../settings/job-settings.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { readSavedSettings } from '../settings/saved-settings.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import { workerTexts } from '../texts/cli/workers.ts';
import { chosenLanguage } from '../texts/texts.ts';
import type { CommandInput, CommandResult } from './commands.ts';
import { resultTargetOf, sourceOf } from './run-files.ts';
import { type Connected, connectToRun, type Session, withSession } from './session.ts';
import { confirmImport, confirmTopup } from './terminal/confirm.ts';
import { nextOfRun, nextOfTyped } from './terminal/next-command.ts';
import { sharingOf } from './workers/sharing.ts';

export const runImport = (input: CommandInput): Promise<CommandResult> => runJobCommand(input, 'import');
export const runTopup = (input: CommandInput): Promise<CommandResult> => runJobCommand(input, 'topup');
export const runExport = (input: CommandInput): Promise<CommandResult> => runJobCommand(input, 'export');

/** `import`, `topup` and `export`: a new run, or the unfinished one of the same command and file. */
async function runJobCommand(input: CommandInput, command: JobCommand): Promise<CommandResult> {
  const { argument } = input;
  return withSession(input, async (session) => {
    const { settings } = session;
    const next = nextOfTyped(settings);
    const job = readJobSettings(settings, command);
    const controls = readControlSettings(settings);
    if (command === 'export' && settings.get('all') !== (argument === undefined)) {
      throw usageError('BAD_USAGE', commandTexts().exportOfWhat, commandTexts().exportOfWhatHint);
    }
    const connected = await session.connect(job.targets, controls, settings.get('sandbox'));
    const connection = { ...readConnection(settings), origins: connected.origins };
    const { account, place, shownPlace } = connected;
    const parts = runParts(input, session, connected);
    const isDryRun = settings.get('dryRun');
    const resultFor = resultForOf(job, connected);
    const result = resultTargetOf(settings, argument);
    if (argument === undefined) {
      const request = { settings: job, controls, connection, account, place, resultFor, result };
      return {
        document: await exportAll({ ...request, resumed: undefined, isDryRun }, parts),
        next,
        place: shownPlace,
      };
    }
    const sharing = sharingOf(input, command, session.ledger);
    const prepared = await prepareRun(
      {
        settings: job,
        controls,
        connection,
        expectations: readExpectations(settings),
        mapPath: mapPathOf(settings),
        source: sourceOf(settings, input.surroundings, argument),
        inputPath: argument === '-' ? '-' : settings.path(argument),
        result: isDryRun && !settings.isTyped('output') ? { ...result, path: '' } : result,
        account,
        place,
        resultFor,
        isDryRun,
        sharing,
        confirm: command === 'import' ? confirmOf(input, shownPlace) : undefined,
      },
      parts,
    );
    if (prepared.kind === 'unfinished') {
      const { run } = prepared;
      await refuseHandedOut(run, session);
      return {
        document: await resumeInSession(input, session, run),
        next: nextOfRun(run, settings),
        place: shownPlace,
      };
    }
    try {
      if (command === 'topup' && !isDryRun) await confirmTopup(prepared, shownPlace, input);
      const document = await prepared.run();
      return sharing?.kind === 'detached' ? tellDetached(document, input) : { document, next, place: shownPlace };
    } finally {
      await prepared.discard();
    }
  });
}

/** Undefined where nobody is asked. */
function confirmOf(input: CommandInput, place: string): FileRun['confirm'] {
  const isAsked = input.console.canAsk && !input.settings.get('yes');
  return isAsked ? (asked) => confirmImport(asked, place, input) : undefined;
}

/** Workers and this command would each send a part of it; typed on purpose, `resume` takes it from them. */
async function refuseHandedOut({ runId }: RunRecord, { ledger }: Session): Promise<void> {
  if (!(await ledger.slices?.listHandedOut())?.includes(runId)) return;
  throw usageError('LEFT_TO_WORKERS', workerTexts().stillHandedOut(runId), workerTexts().stillHandedOutHint(runId));
}

/** The run's id alone goes to stdout, for a script. */
function tellDetached(document: RunDocument, { settings, console }: CommandInput): CommandResult {
  const runId = document.run ?? '';
  console.print(settings.get('json') ? writeRunDocument(document) : runId);
  console.say(workerTexts().handedOut(runId));
  console.say(workerTexts().howToFollow(runId));
  return { exitCode: EXIT.ok };
}

function mapPathOf(settings: Session['settings']): string | undefined {
  const given = settings.get('map');
  return given === undefined ? undefined : settings.path(given);
}

/** `topup SANDBOX`, `import kybio hk1 …CDEF`. In the sandbox the vendors are named: a Kybio result says nothing of Wonder. */
function resultForOf({ command, targets }: JobSettings, { placeKey }: Connected): string {
  const isSandbox = placeKey === 'SANDBOX' && command !== 'topup';
  return isSandbox ? `${command} ${targets.join(' + ')} ${placeKey}` : `${command} ${placeKey}`;
}

/** Carries a run on with its own settings, and with the run-control flags that are typed now. */
export async function resumeInSession(input: CommandInput, session: Session, run: RunRecord): Promise<RunDocument> {
  const { settings } = session;
  const saved = readSavedSettings(run.settingsJson);
  const controls = controlsOf(settings, saved.controls);
  const connected = await connectToRun(session, run, saved, { targets: saved.job.targets, controls });
  const parts = runParts(input, session, connected);
  const result = settings.isTyped('output') ? resultTargetOf(settings, run.inputPath) : undefined;
  if (result === undefined && run.resultPath === '-')
    settings.refuseTwoDocuments(`memberload resume ${run.runId} -o other.csv`);
  if (run.command === 'export' && run.inputPath === '') return resumeExport(run, saved, { controls, result }, parts);
  const confirm = run.command === 'import' ? confirmOf(input, connected.shownPlace) : undefined;
  return resumeRun(run, saved, { controls, result, confirm }, parts);
}

function resumeExport(
  run: RunRecord,
  saved: SavedSettings,
  { controls, result }: { controls: SavedSettings['controls']; result: ResultTarget | undefined },
  parts: RunParts,
): Promise<RunDocument> {
  const { account, place } = run;
  const target = result ?? {
    path: run.resultPath,
    mayReplace: false,
    protectedPaths: [],
    excel: saved.job.excel,
    raw: saved.job.raw,
  };
  const { job, connection, resultFor } = saved;
  const request = { settings: job, controls, connection, account, place, resultFor, result: target };
  return exportAll({ ...request, resumed: run, isDryRun: false }, parts);
}

export function runParts(input: CommandInput, session: Session, { openVendors }: Connected): RunParts {
  return { ...rebuildParts(input, session), openVendors, startedMs: session.startedMs };
}

/** What a result is written again with: without a call. */
export function rebuildParts(
  input: CommandInput,
  { settings, ledger, control, clock, reporter }: Session,
): RebuildParts {
  const stdout = input.surroundings.stdout.stream;
  const report = reportOptions(input);
  return { ledger, homeFolder: settings.homeFolder, control, clock, reporter, stdout, report };
}

/** How a report is written, by the flags and the system. */
export function reportOptions({
  settings,
  surroundings,
}: Pick<CommandInput, 'settings' | 'surroundings'>): ReportOptions {
  return {
    language: chosenLanguage(),
    showsPersonal: settings.get('showPersonal'),
    version: surroundings.version,
  };
}

/** The worst of several runs, by the order of CONTRACT §6. */
export function worstExitCode(exitCodes: readonly ExitCode[]): ExitCode {
  return BY_CONCERN.find((code) => exitCodes.includes(code)) ?? EXIT.ok;
}

const BY_CONCERN: readonly ExitCode[] = [
  EXIT.bug,
  EXIT.interrupted,
  EXIT.terminated,
  EXIT.hangup,
  EXIT.inDoubt,
  EXIT.credentials,
  EXIT.stopped,
  EXIT.paused,
  EXIT.file,
  EXIT.usage,
  EXIT.rowsFailed,
];
