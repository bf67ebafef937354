import { isZeroDecimal } from '../base/decimal.ts';
import { EXIT, type ExitCode, OperatorError, usageError } from '../base/errors.ts';
import { zonedIso } from '../base/zoned-time.ts';
import type { RunContext } from '../calls/run-context.ts';
import { StoppedError } from '../calls/run-control.ts';
import { isCrediting } from '../job/job-settings.ts';
import { evidenceDetail } from '../ledger/evidence-detail.ts';
import type { Evidence, LedgerReader, RowRecord, RunRecord } from '../ledger/ledger.ts';
import { type RunDocument, readRunDocument, withoutWords } from '../result/run-document.ts';
import { exitCodeOfReason, sumCalls } from '../result/summary.ts';
import { type NextCommand, renderSummary } from '../result/summary-text.ts';
import { rebuildResult } from '../run/rebuild-result.ts';
import { runFolderOf } from '../run/run-folder.ts';
import { claimRun } from '../run/shared/claim-run.ts';
import {
  decideRow,
  isUnsettled,
  listRowsInDoubt,
  RESEND_CALLS,
  type RowInDoubt,
  resendRow,
  type Verdict,
  withEvidence,
} from '../send/resolve-row.ts';
import { SETTLING_CALLS } from '../send/send-increment.ts';
import { settleIncrements } from '../send/settle.ts';
import { controlsOf } from '../settings/job-settings.ts';
import { describePlace } from '../settings/place.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { placesOf, readSavedSettings } from '../settings/saved-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { commandTexts } from '../texts/cli/commands.ts';
import { resolveTexts } from '../texts/cli/resolve.ts';
import { runTexts } from '../texts/runs/run.ts';
import { sharedTexts } from '../texts/shared.ts';
import type { CommandInput } from './commands.ts';
import { findRun } from './find-run.ts';
import { rebuildParts, runParts } from './run-command.ts';
import { checkSandbox, connectToRun, type Session, withLedgerReader, withSession } from './session.ts';
import { confirmYes } from './terminal/confirm.ts';
import { nextOfRun } from './terminal/next-command.ts';
import { emptyDocument } from './terminal/print-end.ts';

/**
 * `resolve`: shows a run's rows in doubt with their evidence, keeps a person's decisions, sends again what is
 * to be sent again. Looking and deciding cost no call. Looking works while another process writes.
 */
export async function runResolve(input: CommandInput): Promise<{ exitCode: ExitCode }> {
  const { argument, settings } = input;
  if (argument === undefined) {
    throw usageError('BAD_USAGE', resolveTexts().resolveWhat, commandTexts().listRuns);
  }
  const choice = readChoice(settings);
  if (choice.way === 'show') {
    return withLedgerReader(input, async (ledger) => {
      const found = await findIncrements(argument, ledger, settings);
      return report(input, found, {
        ledger: found.ledger,
        choice,
        notes: [],
        calls: sumCalls([]),
        document: undefined,
      });
    });
  }
  // The run knows its store and its config file; both are needed before its settings can be read.
  const { saved } = await withLedgerReader(input, (ledger) => findIncrements(argument, ledger, settings));
  const located = { ...input, settings: placesOf(settings, saved) };
  return withSession(located, async (session) => {
    const run = await findIncrements(argument, session.ledger, settings);
    return decideAndReport(located, session, run, choice);
  });
}

type FoundRun = {
  readonly run: RunRecord;
  readonly ledger: LedgerReader;
  readonly saved: SavedSettings;
  readonly next: NextCommand;
};

async function findIncrements(runId: string, opened: LedgerReader | undefined, settings: Settings): Promise<FoundRun> {
  const { run, ledger } = await findRun(runId, opened);
  if (!isCrediting(run.command)) {
    throw usageError('NOTHING_IN_DOUBT', resolveTexts().noTopup(runId), resolveTexts().noTopupHint(runId));
  }
  if (run.prunedMs > 0) {
    throw usageError('RUN_PRUNED', resolveTexts().pruned(runId), '');
  }
  const saved = readSavedSettings(run.settingsJson);
  checkSandbox(settings, run, saved);
  return { run, ledger, saved, next: nextOfRun(run, settings) };
}

type Choice = {
  readonly way: 'show' | 'decide' | 'resend' | 'settle';
  /** `all`: every row in doubt. Undefined: no row was named. */
  readonly rows: readonly number[] | 'all' | undefined;
  readonly verdict: Verdict | undefined;
};

/** Only as typed: a config file must not decide about money. */
function readChoice(settings: Settings): Choice {
  const verdict = settings.typed('verdict');
  const rows = settings.typed('row');
  if (verdict !== undefined && rows === undefined) {
    throw usageError('BAD_USAGE', resolveTexts().whichRow, resolveTexts().whichRowHint);
  }
  const ways = [
    ...(verdict === undefined ? [] : (['decide'] as const)),
    ...(settings.typed('resend') ? (['resend'] as const) : []),
    ...(settings.typed('settle') ? (['settle'] as const) : []),
  ];
  if (ways.length > 1) {
    throw usageError('BAD_USAGE', resolveTexts().threeWays, resolveTexts().threeWaysHint);
  }
  return { way: ways[0] ?? 'show', rows, verdict };
}

async function decideAndReport(
  input: CommandInput,
  session: Session,
  found: FoundRun,
  choice: Choice,
): Promise<{ exitCode: ExitCode }> {
  const { saved } = found;
  const { ledger } = session;
  const notes: string[] = [];
  const note = (text: string): void => input.console.say(text);
  const { run, waitedMs } = await claimRun(found.run, { ledger, note, signal: session.control.signal });
  const chosen = await chooseRows(run, choice, ledger);
  let calls = sumCalls([]);
  if (choice.way === 'decide' && choice.verdict !== undefined) {
    const isAgain = session.settings.typed('again') === true;
    for (const row of chosen) {
      const refusal = await decideRow(row, choice.verdict, { ledger, storeZone: saved.job.storeZone, isAgain });
      if (refusal !== undefined) notes.push(resolveTexts().notDecided(row.record.rowNumber, refusal));
    }
  } else
    calls = await callAgain(input, { ...session, startedMs: session.startedMs + waitedMs }, found, {
      way: choice.way,
      rows: chosen,
      notes,
    });
  const document = await rebuild(input, session, run, { calls, notes });
  const current = (await ledger.runs.find(run.runId)) ?? run;
  return report(input, { ...found, run: current }, { ledger, choice, notes, calls, document }, session);
}

/** The decision is in the ledger already. When the result file cannot be written, that is told, and nothing is lost. */
async function rebuild(
  input: CommandInput,
  session: Session,
  run: RunRecord,
  { calls, notes }: { calls: RunDocument['calls']; notes: string[] },
): Promise<RunDocument | undefined> {
  try {
    return await rebuildResult(run, rebuildParts(input, session), { calls });
  } catch (error) {
    if (!(error instanceof OperatorError) || error.code.startsWith('LEDGER_')) throw error;
    notes.push(resolveTexts().resultNotWritten(sharedTexts().sentences([error.message, error.hint])));
    return undefined;
  }
}

/** The rows that the command is about. @throws OperatorError (exit 2) when one of them cannot be decided */
async function chooseRows(run: RunRecord, { way, rows }: Choice, ledger: LedgerReader): Promise<RowInDoubt[]> {
  const { open, decided } = await listRowsInDoubt(run.runId, ledger);
  if (rows === 'all') return open;
  if (way === 'settle') return open.filter(({ record }) => rows?.includes(record.rowNumber) ?? true);
  // Without a row: those of which a person has said that they were not applied, never what is still in doubt.
  if (rows === undefined) return way === 'resend' ? decided.filter((row) => row.mayResend) : [];
  const chosen: RowInDoubt[] = [];
  for (const rowNumber of rows) {
    const record = await ledger.rows.find({ runId: run.runId, rowNumber, target: 'kybio' });
    const row = record && (await withEvidence(record, ledger));
    const mayBe = row && (way === 'resend' ? row.mayResend : isUnsettled(row.record) || row.decision !== undefined);
    if (!mayBe) {
      throw usageError(
        'NOT_IN_DOUBT',
        resolveTexts().notInDoubt(rowNumber, run.runId, record?.state),
        resolveTexts().rowsInDoubt(run.runId),
      );
    }
    chosen.push(row);
  }
  return chosen;
}

/** --resend and --settle: the two that call. Rows that are sent and get no answer again are settled as well. */
async function callAgain(
  input: CommandInput,
  session: Session,
  { run, saved }: FoundRun,
  { way, rows, notes }: { way: Choice['way']; rows: readonly RowInDoubt[]; notes: string[] },
): Promise<RunDocument['calls']> {
  const { settings, ledger, control } = session;
  const isResend = way === 'resend';
  await ledger.requireNewest(run.account);
  const controls = controlsOf(settings, saved.controls);
  const connected = await connectToRun(session, run, saved, { targets: ['kybio'], controls });
  if (rows.length === 0) {
    if (isResend) notes.push(resolveTexts().nothingToResend);
    return sumCalls([]);
  }
  await tellPrice(input, rows.length, isResend);
  const parts = runParts(input, session, connected);
  const vendors = parts.openVendors(run.runId);
  const runFolder = runFolderOf(parts.homeFolder, run.runId);
  const context: RunContext = { ...parts, runId: run.runId, settings: saved.job, controls, runFolder, vendors };
  const lanes = vendors.kybio ? [vendors.kybio.lane] : [];
  try {
    for (const row of isResend ? rows : []) {
      const refusal = await resendRow(row, context, settings.typed('again') === true);
      if (refusal !== undefined) notes.push(resolveTexts().notResent(row.record.rowNumber, refusal));
    }
    const rowNumbers = new Set<number>();
    for (const { record } of rows) {
      const state = (await ledger.rows.find(record))?.state;
      if (!isResend || state === 'intent') rowNumbers.add(record.rowNumber);
    }
    await settleIncrements(context, { rowNumbers });
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
  } finally {
    await vendors.kybio?.client.close();
  }
  const { reason } = control;
  if (reason && 'detail' in reason) notes.push(runTexts().stopped(sharedTexts().withoutStop(reason.detail)));
  return sumCalls(lanes);
}

async function tellPrice(input: CommandInput, rowCount: number, isResend: boolean): Promise<void> {
  const texts = resolveTexts();
  if (!isResend) {
    input.console.say(texts.willLook(rowCount, SETTLING_CALLS));
    return;
  }
  input.console.say(texts.willResend(rowCount, RESEND_CALLS, SETTLING_CALLS));
  await confirmYes(texts.creditedTwice, 'refuse', input);
}

type Report = {
  readonly ledger: LedgerReader;
  readonly choice: Choice;
  readonly notes: readonly string[];
  readonly calls: RunDocument['calls'];
  /** Of the run after its rows were decided; undefined: nothing was asked, or the result could not be written. */
  readonly document: RunDocument | undefined;
};

/** Prints where the run stands. */
async function report(
  { settings, console }: CommandInput,
  { run, saved, next }: FoundRun,
  { ledger, choice, notes, calls, document }: Report,
  session?: Session,
): Promise<{ exitCode: ExitCode }> {
  const { storeZone } = saved.job;
  const { open, decided } = await listRowsInDoubt(run.runId, ledger);
  const { rows } = choice;
  const isShown = ({ record }: RowInDoubt): boolean =>
    rows === undefined || rows === 'all' || rows.includes(record.rowNumber);
  const state = document?.state ?? run.state;
  const exitCode =
    open.length > 0 ? EXIT.inDoubt : (exitCodeOfReason(session?.control.reason) ?? document?.exitCode ?? EXIT.ok);
  if (settings.get('json')) {
    console.print(
      JSON.stringify({
        ...withoutWords(
          document ?? readRunDocument(run.summaryJson) ?? { ...emptyDocument('resolve'), run: run.runId },
        ),
        state,
        command: 'resolve',
        calls,
        inDoubt: open.filter(isShown).map((row) => describeRow(row, storeZone)),
        decided: decided.filter(isShown).map((row) => describeRow(row, storeZone)),
        notes,
        exitCode,
      }),
    );
  } else {
    for (const row of open.filter(isShown))
      for (const line of showRow(row, storeZone)) console.print(console.asTyped(line));
    for (const { record, decision } of decided.filter(isShown)) {
      if (decision !== undefined) console.print(resolveTexts().decided(record.rowNumber, decision, record.messages));
    }
    if (open.length + decided.length === 0) console.print(resolveTexts().noneInDoubt(run.runId));
  }
  for (const note of notes) console.say(note);
  const place = describePlace(saved.connection, run.account);
  if (document) for (const line of renderSummary({ ...document, place, exitCode }, next)) console.say(line);
  else if (open.length > 0) for (const line of whatToDo(run)) console.say(line);
  return { exitCode };
}

function whatToDo({ runId }: RunRecord): string[] {
  const texts = resolveTexts();
  const command = `memberload resolve ${runId}`;
  return [
    texts.lookAgain(`${command} --settle`),
    texts.lookYourself,
    `  ${command} --row N --as applied       ${texts.ways.applied}`,
    `  ${command} --row N --as not-applied   ${texts.ways.notApplied}`,
    `  ${command} --row N --resend           ${texts.ways.resend}`,
  ];
}

function showRow({ record, evidence }: RowInDoubt, zone: string): string[] {
  const { rowNumber, number, customerUid, pointIncrement, balanceIncrement, dataChangeTime } = record;
  const { pointBefore, balanceBefore } = record;
  const texts = resolveTexts();
  return [
    texts.row(rowNumber, number, customerUid, pointIncrement, balanceIncrement, dataChangeTime),
    `  ${texts.before(pointBefore === '' || balanceBefore === '' ? undefined : [pointBefore, balanceBefore])}`,
    `  ${texts.sent(zonedIso(record.intentMs, zone))}`,
    ...evidence.map((each) => `  ${zonedIso(each.recordedMs, zone)} ${tell(each)}`),
    ...record.messages.map((message) => `  ${message}`),
    `  ${searchText(record)}`,
    ...(record.state === 'intent' && record.errorCode === '' ? [`  ${texts.noOutcome(record.runId)}`] : []),
  ];
}

/** What to search for: the member, the change, the second, and who made it. */
function searchText({ number, customerUid, pointIncrement, balanceIncrement, dataChangeTime }: RowRecord): string {
  const [points, balance] = [pointIncrement, balanceIncrement].map((amount) => (isZeroDecimal(amount) ? '' : amount));
  return resolveTexts().backOffice(number || customerUid, points ?? '', balance ?? '', dataChangeTime);
}

function tell(told: Evidence): string {
  const { kind, detailJson } = told;
  const detail = evidenceDetail(told);
  const { evidence } = resolveTexts();
  const known = (value: unknown): string | undefined =>
    value === undefined || value === null ? undefined : String(value);
  switch (kind) {
    case 'read':
      return evidence.read(known(detail.point), known(detail.balance));
    case 'answer':
      return evidence.answer(String(detail.answer), detail.data === undefined ? '' : JSON.stringify(detail.data));
    case 'repeat':
      return evidence.repeat(String(detail.answer));
    case 'decision':
      return evidence.decision(String(detail.as), known(detail.by));
    case 'late_answer':
      return evidence.lateAnswer(String(detail.state), known(detail.point_after), known(detail.balance_after));
    case 'resend':
      return evidence.resend(detailJson);
    default:
      return `${kind}: ${detailJson}`;
  }
}

function describeRow({ record, evidence, decision }: RowInDoubt, zone: string): object {
  return {
    row: record.rowNumber,
    state: isUnsettled(record) ? 'in_doubt' : record.state,
    number: record.number,
    customerUid: record.customerUid,
    pointIncrement: record.pointIncrement,
    balanceIncrement: record.balanceIncrement,
    dataChangeTime: record.dataChangeTime,
    pointBefore: record.pointBefore,
    balanceBefore: record.balanceBefore,
    sentAt: zonedIso(record.intentMs, zone),
    errorCode: record.errorCode,
    messages: record.messages,
    decision: decision ?? null,
    evidence: evidence.map((each) => ({
      at: zonedIso(each.recordedMs, zone),
      kind: each.kind,
      ...evidenceDetail(each),
    })),
  };
}
