import { EXIT, type ExitCode, usageError } from '../base/errors.ts';
import { nearestName } from '../base/nearest.ts';
import { padToWidth } from '../base/text-width.ts';
import { zonedDateTime } from '../base/zoned-time.ts';
import type { CallsOfDay } from '../ledger/account-stores.ts';
import type { LedgerReader, RowRecord, RunRecord } from '../ledger/ledger.ts';
import type { AtWork } from '../ledger/slices.ts';
import { readRunDocument, writeRunDocument } from '../result/run-document.ts';
import { type NextCommand, renderSummary } from '../result/summary-text.ts';
import { cancelRun } from '../run/cancel-run.ts';
import { pruneRuns } from '../run/prune-runs.ts';
import { isResultMissing } from '../run/run-folder.ts';
import { describePlace } from '../settings/place.ts';
import { connectionOf, readSavedSettings } from '../settings/saved-settings.ts';
import { SETTINGS } from '../settings/settings-table.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import { workerTexts } from '../texts/cli/workers.ts';
import type { CommandInput } from './commands.ts';
import { findRun } from './find-run.ts';
import { rebuildParts } from './run-command.ts';
import { withLedgerReader, withSession } from './session.ts';
import { nextOfRun } from './terminal/next-command.ts';
import { emptyDocument } from './terminal/print-end.ts';

const RUNS_SHOWN = 50;
const CALL_LINES_SHOWN = 100;

/** `runs`: what the ledger knows, without a call, also while a run works. `prune` and `cancel` change it. */
export async function runRuns(input: CommandInput): Promise<{ exitCode: ExitCode }> {
  const { argument, console } = input;
  const [word, runId] = input.arguments;
  // To drop every old run where one was named would be too much.
  if (word !== 'cancel' && runId !== undefined) {
    const usage =
      word === 'prune'
        ? 'memberload runs prune --older-than 90d'
        : nearestName(word ?? '', ['cancel']) === undefined
          ? `memberload runs ${runId}`
          : `memberload runs cancel ${runId}`;
    throw usageError('BAD_USAGE', commandTexts().notTakenAsWell('runs', runId), commandTexts().typeIt(usage));
  }
  if (word === 'prune') return prune(input);
  if (input.settings.isTyped('olderThan')) {
    throw usageError('BAD_USAGE', commandTexts().olderThanAlone, commandTexts().olderThanAloneHint);
  }
  if (word === 'cancel') return cancel(input, runId);
  return withLedgerReader(input, async (opened, settings) => {
    const print = settings.get('json') ? (value: object) => console.print(JSON.stringify(value)) : undefined;
    if (argument === undefined) {
      const runs = opened ? await runsToShow(opened) : [];
      const calls = (await opened?.calls.byDay(undefined, CALL_LINES_SHOWN)) ?? [];
      const people = await peopleOf(opened);
      if (print) print({ runs: runs.map((run) => ({ ...describeRun(run), ...describePeople(run, people) })), calls });
      else for (const line of [...listRuns(runs, people), ...listCalls(calls)]) console.print(line);
      return { exitCode: EXIT.ok };
    }
    const { run, ledger } = await findRun(argument, opened);
    if (run.prunedMs > 0) {
      if (print) print({ ...describeRun(run), pruned: new Date(run.prunedMs).toISOString() });
      else console.print(commandTexts().prunedRun(run.runId, run.command));
      return { exitCode: EXIT.ok };
    }
    const inDoubt = await rowsInDoubt(run, ledger);
    const undoing = await ledger.runs.listUndoing(run.runId);
    const people = await peopleOf(ledger);
    if (print) {
      const settingsOfRun = JSON.parse(run.settingsJson) as object;
      const summary = readRunDocument(run.summaryJson) ?? null;
      const undoneBy = undoing.map(describeRun);
      const whole = { settings: settingsOfRun, summary, inDoubt: inDoubt.map(describeRow), undoneBy };
      print({ ...describeRun(run), ...describePeople(run, people), ...whole });
      return { exitCode: EXIT.ok };
    }
    const lines = [
      ...showRun(run, { inDoubt, undoing, next: nextOfRun(run, settings) }),
      ...tellPeople(run, people),
      ...((await ledger.slices?.listWorkers(run.runId)) ?? []).map(({ who, rowCount }) =>
        workerTexts().hasDone(who, rowCount),
      ),
    ];
    for (const line of lines) console.print(console.asTyped(line));
    return { exitCode: EXIT.ok };
  });
}

function prune(input: CommandInput): Promise<{ exitCode: ExitCode }> {
  const { console } = input;
  return withSession(input, async ({ settings, ledger, clock }) => {
    const sinceMs = clock.nowMs() - settings.get('olderThan');
    const { runCount, folderCount } = await pruneRuns(settings.homeFolder, ledger, sinceMs);
    if (settings.get('json'))
      console.print(JSON.stringify({ command: 'runs', prunedRuns: runCount, removedFolders: folderCount }));
    console.say(
      commandTexts().pruned(runCount, settings.typedText('olderThan') ?? SETTINGS.olderThan.standard, folderCount),
    );
    return { exitCode: EXIT.ok };
  });
}

function cancel(input: CommandInput, runId: string | undefined): Promise<{ exitCode: ExitCode }> {
  const { console } = input;
  if (runId === undefined) {
    throw usageError('BAD_USAGE', commandTexts().cancelWhat, commandTexts().cancelWhatHint);
  }
  return withSession(input, async (session) => {
    const { settings, ledger } = session;
    const { run } = await findRun(runId, ledger);
    if (run.state === 'finished' || run.state === 'cancelled') {
      const hint = isResultMissing(run, settings.homeFolder) ? commandTexts().writeResult(runId) : '';
      throw usageError('RUN_FINISHED', commandTexts().cancelEnded(runId), hint);
    }
    const { givenUpCount, inDoubtCount, document } = await cancelRun(run, rebuildParts(input, session));
    // The result could not be written: the person was told where to go on.
    const isUnwritten = document?.exitCode === EXIT.stopped;
    const exitCode = inDoubtCount > 0 ? EXIT.inDoubt : isUnwritten ? EXIT.stopped : EXIT.ok;
    if (settings.get('json')) {
      const ended = document ?? { ...emptyDocument(run.command), run: runId, place: run.place, state: 'cancelled' };
      console.print(writeRunDocument({ ...ended, exitCode }));
    }
    console.say(commandTexts().givenUp(runId, givenUpCount));
    if (document?.result) console.say(commandTexts().resultFile(document.result));
    if (inDoubtCount > 0) console.say(commandTexts().doubtsStay(runId, inDoubtCount));
    return { exitCode };
  });
}

/** The newest runs, and every older one that waits to be carried on: it must not be forgotten. Newest first. */
async function runsToShow(ledger: LedgerReader): Promise<RunRecord[]> {
  const newest = await ledger.runs.list(RUNS_SHOWN);
  const shown = new Set(newest.map((run) => run.runId));
  const older = (await ledger.runs.listUnfinished()).filter((run) => !shown.has(run.runId));
  return [...newest, ...older];
}

/** Who works on runs at this moment, and which runs are left to workers; undefined: the ledger has one writer. */
type People = { readonly atWork: readonly AtWork[]; readonly handedOut: readonly string[] } | undefined;

async function peopleOf(ledger: LedgerReader | undefined): Promise<People> {
  const slices = ledger?.slices;
  return slices && { atWork: await slices.listAtWork(), handedOut: await slices.listHandedOut() };
}

function tellPeople({ runId }: RunRecord, people: People): string[] {
  if (people === undefined) return [];
  const texts = workerTexts();
  const atWork = people.atWork.filter((each) => each.runId === runId);
  return [
    ...(people.handedOut.includes(runId) ? [texts.leftToWorkers(runId)] : []),
    ...atWork.map(({ who, sliceCount }) => texts.atWork(who, sliceCount)),
  ];
}

function describePeople({ runId }: RunRecord, people: People): object {
  if (people === undefined) return {};
  const atWork = people.atWork.filter((each) => each.runId === runId);
  return {
    leftToWorkers: people.handedOut.includes(runId),
    atWork: atWork.map(({ who, sinceMs, sliceCount }) => ({
      who,
      since: new Date(sinceMs).toISOString(),
      slices: sliceCount,
    })),
  };
}

function listRuns(runs: readonly RunRecord[], people: People): string[] {
  const texts = commandTexts();
  if (runs.length === 0) return [texts.noRuns];
  return runs.flatMap((run) => {
    const state = padToWidth(texts.states[run.state], STATE_WIDTH);
    const rows = texts.rowsOfRun(String(rowCountOf(run)).padStart(7));
    const line = `${run.runId}  ${state} ${run.command.padEnd(8)} ${rows}  ${shownPlace(run)}  ${run.inputPath || run.resultPath}`;
    return [line, ...tellPeople(run, people).map((told) => `  ${told}`)];
  });
}

/** As wide as the longest state in English. */
const STATE_WIDTH = 11;

/** Where the run works, in the chosen language; as it was kept, for a run whose settings cannot be read. */
function shownPlace({ settingsJson, account, place }: RunRecord): string {
  const connection = connectionOf(settingsJson);
  return connection === undefined ? place : describePlace(connection, account);
}

function listCalls(calls: readonly CallsOfDay[]): string[] {
  if (calls.length === 0) return [];
  return [
    '',
    commandTexts().calls,
    ...calls.map(({ day, account, endpoint, calls: count }) => `${day}  ${account}  ${endpoint}  ${count}`),
  ];
}

function showRun(
  run: RunRecord,
  { inDoubt, undoing, next }: { inDoubt: readonly RowRecord[]; undoing: readonly RunRecord[]; next: NextCommand },
): string[] {
  const texts = commandTexts();
  const { job, controls } = readSavedSettings(run.settingsJson);
  const begun = zonedDateTime(run.createdMs, job.storeZone);
  const given = Object.entries({ ...job, ...controls }).filter(
    ([, value]) => value !== undefined && value !== null && value !== false && value !== '',
  );
  const summary = readRunDocument(run.summaryJson);
  return [
    texts.runIs(run.runId, run.command, texts.states[run.state], begun, job.storeZone),
    texts.placeOfRun(shownPlace(run)),
    ...(run.inputPath === '' ? [] : [texts.inputOfRun(run.inputPath, run.inputSha256)]),
    texts.settingsOfRun(
      given.map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`),
    ),
    ...(run.undoes === '' ? [] : [texts.takesBack(run.undoes)]),
    ...(summary ? renderSummary({ ...summary, place: null }, next) : []),
    ...undoing.map(tellUndo),
    ...inDoubt.map(({ rowNumber, number, customerUid, pointIncrement, balanceIncrement, dataChangeTime, messages }) =>
      texts.rowInDoubt({
        ...{ row: rowNumber, number, customerUid, messages },
        ...{ points: pointIncrement, balance: balanceIncrement, time: dataChangeTime },
      }),
    ),
    ...(inDoubt.length > 0 ? [texts.decideThem(run.runId)] : []),
    ...(run.state === 'running' ? [texts.ifKilled(run.runId)] : []),
  ];
}

function tellUndo({ runId, state, summaryJson, rowCount }: RunRecord): string {
  const done = readRunDocument(summaryJson)?.rows.done ?? 0;
  return commandTexts().takenBackBy(runId, commandTexts().states[state], done, rowCount);
}

async function rowsInDoubt(run: RunRecord, ledger: LedgerReader): Promise<RowRecord[]> {
  const rows = await ledger.rows.listByState(run.runId, ['intent', 'in_doubt']);
  return rows.filter((row) => row.dataChangeTime !== '');
}

function describeRow(row: RowRecord): object {
  const { rowNumber, number, customerUid, pointIncrement, balanceIncrement, dataChangeTime, messages } = row;
  return { rowNumber, number, customerUid, pointIncrement, balanceIncrement, dataChangeTime, messages };
}

/** Nobody knows beforehand how many rows an export of everybody has: those that it has read so far. */
function rowCountOf({ rowCount, inputPath, summaryJson }: RunRecord): number {
  return inputPath === '' ? (readRunDocument(summaryJson)?.rows.read ?? rowCount) : rowCount;
}

function describeRun(run: RunRecord): object {
  const { runId, command, state, account, place, inputPath, resultPath } = run;
  return {
    run: runId,
    command,
    state,
    account,
    place,
    rows: rowCountOf(run),
    input: inputPath === '' ? null : inputPath,
    result: resultPath,
    begun: new Date(run.createdMs).toISOString(),
  };
}
