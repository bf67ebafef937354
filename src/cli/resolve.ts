import { EXIT, type ExitCode, usageError } from '../base/errors.ts';
import { zonedIso } from '../base/zoned-time.ts';
import { StoppedError } from '../calls/run-control.ts';
import type { Ledger, RowRecord, RunRecord } from '../ledger/ledger.ts';
import type { RunDocument } from '../result/run-document.ts';
import { exitCodeOfReason, sumCalls } from '../result/summary.ts';
import { renderSummary } from '../result/summary-text.ts';
import { type RowTransition, rewriteResult } from '../run/rewrite-result.ts';
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
import { SETTLING_CALLS, settleIncrements } from '../send/settle.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { controlsOf, placesOf } from '../settings/saved-settings.ts';
import type { Settings } from '../settings/settings.ts';
import { readChoice, readCount, readList } from '../settings/values.ts';
import { confirmYes } from './confirm.ts';
import type { CommandInput } from './run-command.ts';
import { type Session, withSession } from './session.ts';

/**
 * `resolve`: shows a run's rows in doubt with their evidence, keeps a person's decisions, sends again what is
 * to be sent again. Looking and deciding cost no call.
 */
export async function runResolve(input: CommandInput): Promise<{ exitCode: ExitCode }> {
  const { flags, argument, surroundings, console } = input;
  if (argument === undefined) {
    throw usageError('BAD_USAGE', 'resolve needs the run.', 'List the runs with: memberload runs');
  }
  // The run knows its store and its config file; both are needed before its settings can be read.
  const run = await withSession(flags, surroundings, console, async ({ ledger }) => findRun(argument, ledger));
  const saved = JSON.parse(run.settingsJson) as SavedSettings;
  return withSession(placesOf(flags, saved), surroundings, console, async (session) => {
    const { settings, ledger } = session;
    const choice = readChoices(settings);
    const chosen = chooseRows(run, choice, ledger);
    const isAsked = choice.verdict !== undefined || choice.isResend || choice.isSettling;
    const notes: string[] = [];
    let calls = sumCalls([]);
    if (choice.verdict !== undefined) {
      for (const { record } of chosen) {
        await decideRow(record, choice.verdict, { ledger, clock: session.clock, storeZone: saved.job.storeZone });
      }
    } else if (isAsked) {
      calls = await callAgain(input, session, run, saved, { rows: chosen, isResend: choice.isResend, notes });
    }
    const changes = chosen.map(({ record }) => ({ before: record, after: currentRecord(record, ledger) }));
    return report(input, session, run, saved, isAsked ? changes : undefined, notes, calls, choice.rowNumbers);
  });
}

function findRun(runId: string, ledger: Ledger): RunRecord {
  const run = ledger.runs.find(runId);
  if (!run) throw usageError('UNKNOWN_RUN', `There is no run '${runId}'.`, 'List them with: memberload runs');
  if (run.command !== 'topup') {
    throw usageError(
      'NOTHING_IN_DOUBT',
      `Run ${runId} is no top-up: only increments can be in doubt.`,
      `Carry it on, if it is unfinished, with: memberload resume ${runId}`,
    );
  }
  if (run.prunedMs > 0) {
    throw usageError('RUN_PRUNED', `Run ${runId} had nothing in doubt; its rows were dropped by runs prune.`, '');
  }
  return run;
}

type Choice = {
  readonly rowNumbers: readonly number[] | undefined;
  readonly verdict: Verdict | undefined;
  readonly isResend: boolean;
  readonly isSettling: boolean;
};

/** Only as typed: a config file must not decide about money. */
function readChoices(settings: Settings): Choice {
  const typed = (name: string): string | undefined => (settings.isTyped(name) ? settings.text(name) : undefined);
  const rows = typed('row');
  const as = typed('as');
  const choice = {
    rowNumbers: rows === undefined ? undefined : readList(rows).map((row) => readCount('--row', row, 1, 1e9)),
    verdict: as === undefined ? undefined : readChoice('--as', as, ['applied', 'not-applied'] as const),
    isResend: settings.isTyped('resend') && settings.isOn('resend'),
    isSettling: settings.isTyped('settle') && settings.isOn('settle'),
  };
  if (choice.verdict !== undefined && choice.rowNumbers === undefined) {
    throw usageError('BAD_USAGE', '--as needs to know which row.', 'Add --row N, or --row N,M for several.');
  }
  if ([choice.verdict !== undefined, choice.isResend, choice.isSettling].filter(Boolean).length > 1) {
    throw usageError(
      'BAD_USAGE',
      '--as, --resend and --settle are three ways to go.',
      'Type one of them; --as not-applied may be followed by a --resend of its own.',
    );
  }
  return choice;
}

/** The rows that the command is about. @throws OperatorError (exit 2) when one of them cannot be decided */
function chooseRows(
  run: RunRecord,
  { rowNumbers, verdict, isResend, isSettling }: Choice,
  ledger: Ledger,
): RowInDoubt[] {
  if (isSettling) {
    const { open } = listRowsInDoubt(run.runId, ledger);
    return open.filter(({ record }) => rowNumbers?.includes(record.rowNumber) ?? true);
  }
  if (rowNumbers === undefined) {
    if (!isResend) return [];
    // Without a row: those of which a person has said that they were not applied, never what is still in doubt.
    return listRowsInDoubt(run.runId, ledger).decided.filter((row) => row.mayResend);
  }
  if (verdict === undefined && !isResend) return [];
  return rowNumbers.map((rowNumber) => {
    const record = ledger.rows.find({ runId: run.runId, rowNumber, target: 'kybio' });
    const row = record && withEvidence(record, ledger);
    const mayBe = row && (isResend ? row.mayResend : isUnsettled(row.record) || row.decision !== undefined);
    if (mayBe) return row;
    const is = record === undefined ? 'was never begun' : `is ${record.state}`;
    throw usageError(
      'NOT_IN_DOUBT',
      `Row ${rowNumber} of run ${run.runId} ${is}: there is nothing to decide.`,
      `Its rows in doubt: memberload resolve ${run.runId}`,
    );
  });
}

/** --resend and --settle: the two that call. Rows that are sent and get no answer again are settled as well. */
async function callAgain(
  { surroundings, console }: CommandInput,
  session: Session,
  run: RunRecord,
  saved: SavedSettings,
  { rows, isResend, notes }: { rows: readonly RowInDoubt[]; isResend: boolean; notes: string[] },
): Promise<RunDocument['calls']> {
  const { settings, ledger, clock, control } = session;
  ledger.requireNewest();
  const controls = controlsOf(settings, saved.controls);
  const connected = await session.connect(['kybio'], controls, saved.connection.usesSandbox);
  if (connected.account !== run.account) {
    throw usageError(
      'OTHER_ACCOUNT',
      `Run ${run.runId} belongs to ${run.account}, the settings now are those of ${connected.account}.`,
      'Set the credentials that the run began with.',
    );
  }
  if (rows.length === 0) {
    if (isResend) notes.push('No row was decided not-applied, so nothing is sent again. Name rows with --row N.');
    return sumCalls([]);
  }
  const count = rows.length === 1 ? '1 row is' : `${rows.length} rows are`;
  if (isResend) {
    console.say(
      `${count} sent again: ${RESEND_CALLS} calls a row, ${rows.length * RESEND_CALLS} in all, and up to ${SETTLING_CALLS} more for each that gets no answer again.`,
    );
    await confirmYes('What was applied after all would be credited twice.', 'refuse', settings, surroundings);
  } else
    console.say(
      `${count} looked at again: at most ${SETTLING_CALLS} calls a row, ${rows.length * SETTLING_CALLS} in all.`,
    );
  const { kybio } = connected.openVendors();
  if (kybio === undefined) return sumCalls([]);
  try {
    for (const row of isResend ? rows : []) {
      const refusal = await resendRow(row, {
        kybio,
        ledger,
        clock,
        storeZone: saved.job.storeZone,
        isAgain: settings.isTyped('again') && settings.isOn('again'),
      });
      if (refusal !== undefined) notes.push(`Row ${row.record.rowNumber} was not sent: ${refusal}.`);
    }
    await settleIncrements({
      runId: run.runId,
      rowNumbers: new Set(
        rows
          .map(({ record }) => currentRecord(record, ledger))
          .filter(({ state }) => !isResend || state === 'intent')
          .map(({ rowNumber }) => rowNumber),
      ),
      kybio,
      ledger,
      clock,
      signal: control.interruptSignal,
      mayGoOn: () => control.maySettle,
      quietWindowMs: controls.quietWindowMs,
      startedMs: session.startedMs,
      onWait: (rowCount, delayMs) =>
        console.say(
          `${rowCount} again without an answer; looking at them in ${Math.ceil(delayMs / 1000)} s (quietWindow).`,
        ),
    });
  } catch (error) {
    if (!(error instanceof StoppedError)) throw error;
  } finally {
    await kybio.client.close();
  }
  const { reason } = control;
  if (reason && 'detail' in reason) notes.push(`Stopped: ${reason.detail.replace(/\.$/, '')}.`);
  return sumCalls([kybio.lane]);
}

function currentRecord(record: RowRecord, ledger: Ledger): RowRecord {
  return ledger.rows.find(record) ?? record;
}

/** Prints where the run stands; after a decision also writes its result file again. */
async function report(
  { console }: CommandInput,
  session: Session,
  run: RunRecord,
  saved: SavedSettings,
  changes: readonly RowTransition[] | undefined,
  notes: string[],
  calls: RunDocument['calls'],
  rowNumbers: readonly number[] | undefined,
): Promise<{ exitCode: ExitCode }> {
  const { settings, ledger, clock, control } = session;
  const { storeZone } = saved.job;
  const rewritten =
    changes === undefined ? undefined : await rewriteResult(run, changes, { ledger, nowMs: clock.nowMs(), calls });
  if (rewritten?.problem !== undefined) notes.push(rewritten.problem);
  const { open, decided } = listRowsInDoubt(run.runId, ledger);
  const isShown = ({ record }: RowInDoubt): boolean => rowNumbers?.includes(record.rowNumber) ?? true;
  const state = rewritten?.document?.state ?? run.state;
  const exitCode =
    open.length > 0 ? EXIT.inDoubt : (exitCodeOfReason(control.reason) ?? rewritten?.document?.exitCode ?? EXIT.ok);
  if (settings.isOn('json')) {
    console.print(
      JSON.stringify({
        ...(rewritten?.document ?? { run: run.runId, state }),
        command: 'resolve',
        calls,
        inDoubt: open.filter(isShown).map((row) => describeRow(row, storeZone)),
        decided: decided.filter(isShown).map((row) => describeRow(row, storeZone)),
        notes,
        exitCode,
      }),
    );
  } else {
    for (const row of open.filter(isShown)) for (const line of showRow(row, storeZone)) console.print(line);
    for (const { record, decision } of decided.filter(isShown)) {
      console.print(`Row ${record.rowNumber}: decided ${decision}. ${record.messages.join(' ')}`);
    }
    if (open.length + decided.length === 0) console.print(`Run ${run.runId} has no row in doubt.`);
  }
  for (const note of notes) console.say(note);
  if (rewritten?.document) for (const line of renderSummary({ ...rewritten.document, exitCode })) console.say(line);
  else if (open.length > 0) for (const line of whatToDo(run)) console.say(line);
  return { exitCode };
}

function whatToDo({ runId }: RunRecord): string[] {
  return [
    `To have the members looked at once more: memberload resolve ${runId} --settle`,
    'Look at each member in the back office, then type one of:',
    `  memberload resolve ${runId} --row N --as applied       it was credited once; nothing is sent`,
    `  memberload resolve ${runId} --row N --as not-applied   it was not credited; the row becomes failed`,
    `  memberload resolve ${runId} --row N --resend           it was not credited; send it again now`,
  ];
}

function showRow({ record, evidence }: RowInDoubt, zone: string): string[] {
  const { pointBefore, balanceBefore } = record;
  const known = pointBefore !== '' && balanceBefore !== '';
  return [
    `Row ${record.rowNumber}: customerUid ${record.customerUid}, points ${record.pointIncrement}, balance ${record.balanceIncrement}, dataChangeTime ${record.dataChangeTime}`,
    `  before: ${known ? `point ${pointBefore}, balance ${balanceBefore}` : 'not known'}`,
    `  ${zonedIso(record.intentMs, zone)} sent`,
    ...evidence.map(({ recordedMs, kind, detailJson }) => `  ${zonedIso(recordedMs, zone)} ${tell(kind, detailJson)}`),
    ...record.messages.map((message) => `  ${message}`),
    ...(record.state === 'intent' && record.errorCode === ''
      ? [`  No outcome was recorded: the process ended first. memberload resume ${record.runId} looks at the member.`]
      : []),
  ];
}

function tell(kind: string, detailJson: string): string {
  const detail = JSON.parse(detailJson) as Record<string, unknown>;
  switch (kind) {
    case 'read':
      return `read: point ${detail.point ?? 'unknown'}, balance ${detail.balance ?? 'unknown'}`;
    case 'answer':
      return `the vendor said: ${detail.answer}${detail.data === undefined ? '' : ` ${JSON.stringify(detail.data)}`}`;
    case 'repeat':
      return `the same again: ${detail.answer}`;
    case 'decision':
      return `decided by a person: ${detail.as}`;
    case 'resend':
      return `sent again by a person: ${detailJson}`;
    default:
      return `${kind}: ${detailJson}`;
  }
}

function describeRow({ record, evidence, decision }: RowInDoubt, zone: string): object {
  return {
    row: record.rowNumber,
    state: isUnsettled(record) ? 'in_doubt' : record.state,
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
    evidence: evidence.map(({ recordedMs, kind, detailJson }) => ({
      at: zonedIso(recordedMs, zone),
      kind,
      ...(JSON.parse(detailJson) as object),
    })),
  };
}
