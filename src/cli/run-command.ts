import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { usageError } from '../base/errors.ts';
import type { ControlSettings } from '../calls/control-settings.ts';
import type { JobCommand, JobSettings } from '../job/job-settings.ts';
import type { Ledger, RunRecord } from '../ledger/ledger.ts';
import type { RunDocument } from '../result/run-document.ts';
import { renderSummary } from '../result/summary-text.ts';
import { exportAll } from '../run/export-all.ts';
import { runFile } from '../run/run-file.ts';
import { makeSpoolFolder, removeSpool } from '../run/run-folder.ts';
import { readControlSettings, readExpectations, readJobSettings, resultPathOf } from '../settings/job-settings.ts';
import type { Connection, SavedSettings } from '../settings/run-settings.ts';
import { renderSameFlags } from '../settings/same-flags.ts';
import { controlsOf } from '../settings/saved-settings.ts';
import type { TypedFlags } from '../settings/settings.ts';
import type { Surroundings } from '../settings/surroundings.ts';
import { confirmTopup } from './confirm.ts';
import type { Console } from './console.ts';
import { openProgress } from './progress.ts';
import { type Session, withSession } from './session.ts';

export type CommandInput = {
  readonly flags: TypedFlags;
  /** The command's own argument: a file, `-`, or a run. */
  readonly argument: string | undefined;
  readonly surroundings: Surroundings;
  readonly console: Console;
};

/** `import`, `topup` and `export`: a new run, or the unfinished one of the same command and file. */
async function runJobCommand(input: CommandInput, command: JobCommand): Promise<RunDocument> {
  const { flags, argument, surroundings, console } = input;
  return withSession(flags, surroundings, console, async (session) => {
    const { settings } = session;
    const job = readJobSettings(settings, command);
    const controls = readControlSettings(settings);
    const connection: Connection = {
      usesSandbox: settings.isOn('sandbox'),
      store: settings.text('store'),
      configPath: settings.config.path,
    };
    if (command === 'export' && settings.isOn('all') !== (argument === undefined)) {
      throw usageError(
        'BAD_USAGE',
        'export needs either a file of rows to look up, or --all.',
        'Type: memberload export <file>, or memberload export --all -o members.csv',
      );
    }
    return runOrResume(input, session, { job, controls, connection, input: argument, resumed: undefined });
  });
}

/** `resume`: the run's own settings, with the run-control flags that are typed now. */
export async function resumeRun(
  input: CommandInput,
  session: Session,
  run: RunRecord,
  saved: { job: JobSettings; controls: ControlSettings; connection: Connection },
): Promise<RunDocument> {
  return runOrResume(input, session, {
    ...saved,
    input: run.inputPath === '' ? undefined : run.inputPath,
    resumed: run,
  });
}

async function runOrResume(
  commandInput: CommandInput,
  session: Session,
  request: {
    job: JobSettings;
    controls: ControlSettings;
    connection: Connection;
    input: string | undefined;
    resumed: RunRecord | undefined;
  },
): Promise<RunDocument> {
  const { surroundings, console } = commandInput;
  const { settings, control, ledger, clock, startedMs } = session;
  const { job, controls, connection, resumed } = request;
  const connected = await session.connect(job.targets, controls, connection.usesSandbox);
  if (resumed && resumed.account !== connected.account) {
    throw usageError(
      'OTHER_ACCOUNT',
      `Run ${resumed.runId} belongs to ${resumed.account}, the settings now are those of ${connected.account}.`,
      'Set the credentials that the run began with.',
    );
  }
  const parts = {
    ledger,
    homeFolder: settings.homeFolder,
    openVendors: connected.openVendors,
    control,
    clock,
    reporter: openProgress(console, surroundings.stderr, clock),
    startedMs,
  };
  const mayReplaceResult = settings.isTyped('output') || settings.isOn('yes');
  if (request.input === undefined) {
    return exportAll(
      {
        settings: job,
        controls,
        connection,
        account: connected.account,
        resultPath: resumed?.resultPath ?? exportPath(session),
        mayReplaceResult,
        resumed,
        isDryRun: resumed === undefined && settings.isOn('dry-run'),
      },
      parts,
    );
  }
  const inputPath = request.input === '-' ? await spoolStdin(session, surroundings) : settings.path(request.input);
  try {
    return await runFile(
      {
        settings: job,
        controls,
        connection,
        expectations: readExpectations(settings),
        inputPath,
        resultPath: resultPathOf(settings, request.input),
        mayReplaceResult,
        isAgain: settings.isOn('again'),
        isDryRun: resumed === undefined && settings.isOn('dry-run'),
        diffPath: settings.isTyped('output') ? resultPathOf(settings, request.input) : undefined,
        resumed,
        account: connected.account,
        // With what the run was begun with, as `resume` does it, where nothing else is typed now.
        carryOn(run) {
          const saved = JSON.parse(run.settingsJson) as SavedSettings;
          const again = { ...request, controls: controlsOf(settings, saved.controls), input: inputPath, resumed: run };
          return runOrResume(commandInput, session, again);
        },
        confirm: (scan) => confirmTopup(scan, job, settings, surroundings),
      },
      parts,
    );
  } finally {
    // A file that no run will ask for again must not stay: it holds members' data.
    if (!isAskedForAgain(inputPath, ledger)) removeSpool(settings.homeFolder, inputPath);
  }
}

/** Whether `resume`, or `resolve` for its rows in doubt, will read the file again. */
function isAskedForAgain(inputPath: string, ledger: Ledger): boolean {
  return ledger.runs
    .list(Number.MAX_SAFE_INTEGER)
    .filter((run) => run.inputPath === inputPath)
    .some((run) => run.state !== 'finished' || ledger.rows.listByState(run.runId, ['in_doubt', 'intent']).length > 0);
}

function exportPath({ settings }: Session): string {
  const output = settings.text('output');
  if (output !== undefined) return settings.path(output);
  return settings.path(`${settings.text('from') ?? 'kybio'}-export.csv`);
}

/** Standard input can be read once, a run reads its file several times and again after a kill. */
async function spoolStdin(session: Session, surroundings: Surroundings): Promise<string> {
  const folder = makeSpoolFolder(session.settings.homeFolder, session.clock.nowMs());
  const path = join(folder, 'input.csv');
  await pipeline(surroundings.stdin, createWriteStream(path, { mode: 0o600 }));
  return path;
}

/** Prints how a run ended, as text or as the JSON document. */
export function printRun(document: RunDocument, console: Console, flags: TypedFlags): void {
  if (flags.json === true) console.print(JSON.stringify(document));
  for (const line of renderSummary(document, renderSameFlags(flags))) console.say(line);
}

export async function runImport(input: CommandInput): Promise<{ document: RunDocument }> {
  return { document: await runJobCommand(input, 'import') };
}

export async function runTopup(input: CommandInput): Promise<{ document: RunDocument }> {
  return { document: await runJobCommand(input, 'topup') };
}

export async function runExport(input: CommandInput): Promise<{ document: RunDocument }> {
  return { document: await runJobCommand(input, 'export') };
}
