import { EXIT, type ExitCode, usageError } from '../base/errors.ts';
import type { Ledger, RunRecord } from '../ledger/ledger.ts';
import type { RunDocument } from '../result/run-document.ts';
import { renderSummary } from '../result/summary-text.ts';
import { pruneRuns } from '../run/prune-runs.ts';
import type { SavedSettings } from '../settings/run-settings.ts';
import { readDuration } from '../settings/values.ts';
import type { CommandInput } from './run-command.ts';
import { withSession } from './session.ts';

const RUNS_SHOWN = 50;
const CALL_LINES_SHOWN = 100;

/** `runs`: what the ledger knows, without a call; `runs prune` drops what is old. */
export async function runRuns(input: CommandInput): Promise<{ exitCode: ExitCode }> {
  const { flags, argument, surroundings, console } = input;
  if (argument === 'prune') return runPrune(input);
  if (flags['older-than'] !== undefined) {
    throw usageError('BAD_USAGE', '--older-than belongs to prune.', 'Type: memberload runs prune --older-than 90d');
  }
  return withSession(flags, surroundings, console, async ({ ledger, settings }) => {
    const isJson = settings.isOn('json');
    const print = isJson ? (value: object) => console.print(JSON.stringify(value)) : undefined;
    if (argument === undefined) {
      const runs = ledger.runs.list(RUNS_SHOWN);
      const calls = ledger.calls.byDay(undefined, CALL_LINES_SHOWN);
      if (print) print({ runs: runs.map(describeRun), calls });
      else for (const line of [...listRuns(runs), ...listCalls(calls)]) console.print(line);
      return { exitCode: EXIT.ok };
    }
    const run = ledger.runs.find(argument);
    if (!run) throw usageError('UNKNOWN_RUN', `There is no run '${argument}'.`, 'List them with: memberload runs');
    if (run.prunedMs > 0) {
      if (print) print({ ...describeRun(run), pruned: new Date(run.prunedMs).toISOString() });
      else console.print(`Run ${run.runId}: ${run.command}, finished; its rows were dropped by runs prune.`);
      return { exitCode: EXIT.ok };
    }
    const inDoubt = rowsInDoubt(run, ledger);
    if (print)
      print({
        ...describeRun(run),
        settings: JSON.parse(run.settingsJson) as object,
        summary: summaryOf(run),
        inDoubt,
      });
    else for (const line of showRun(run, inDoubt)) console.print(line);
    return { exitCode: EXIT.ok };
  });
}

const RETENTION = '90d';
const RETENTION_MS_MAX = 100 * 365 * 86_400_000;

async function runPrune({ flags, surroundings, console }: CommandInput): Promise<{ exitCode: ExitCode }> {
  return withSession(flags, surroundings, console, async ({ settings, ledger, clock }) => {
    const text = settings.isTyped('older-than') ? settings.text('older-than') : undefined;
    const olderThanMs = readDuration('--older-than', text ?? RETENTION, RETENTION_MS_MAX);
    const { runCount, folderCount } = pruneRuns(settings.homeFolder, ledger, { olderThanMs, nowMs: clock.nowMs() });
    if (settings.isOn('json'))
      console.print(JSON.stringify({ command: 'runs', prunedRuns: runCount, removedFolders: folderCount }));
    console.say(
      `${runCount} runs that finished more than ${text ?? RETENTION} ago were dropped, ${folderCount} folders removed. Their top-ups are still known: the same rows are refused as before.`,
    );
    return { exitCode: EXIT.ok };
  });
}

function listRuns(runs: readonly RunRecord[]): string[] {
  if (runs.length === 0) return ['No runs yet.'];
  return runs.map(
    (run) =>
      `${run.runId}  ${run.state.padEnd(11)} ${run.command.padEnd(8)} ${String(run.rowCount).padStart(7)} rows  ${run.inputPath || run.resultPath}`,
  );
}

function listCalls(calls: ReturnType<Ledger['calls']['byDay']>): string[] {
  if (calls.length === 0) return [];
  return [
    '',
    'Calls:',
    ...calls.map(({ day, account, endpoint, calls: count }) => `${day}  ${account}  ${endpoint}  ${count}`),
  ];
}

function showRun(run: RunRecord, inDoubt: readonly RowInDoubt[]): string[] {
  const { job, controls } = JSON.parse(run.settingsJson) as SavedSettings;
  const given = Object.entries({ ...job, ...controls }).filter(
    ([, value]) => value !== undefined && value !== null && value !== false,
  );
  const summary = summaryOf(run);
  return [
    `Run ${run.runId}: ${run.command}, ${run.state}, begun ${new Date(run.createdMs).toISOString()}`,
    ...(run.inputPath === '' ? [] : [`Input: ${run.inputPath} (sha256 ${run.inputSha256})`]),
    `Settings: ${given.map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`).join(', ')}`,
    ...(summary ? renderSummary(summary) : []),
    ...inDoubt.map(
      (row) =>
        `Row ${row.rowNumber} in doubt: customerUid ${row.customerUid}, points ${row.pointIncrement}, balance ${row.balanceIncrement}, dataChangeTime ${row.dataChangeTime}. ${row.messages.join(' ')}`,
    ),
  ];
}

type RowInDoubt = {
  readonly rowNumber: number;
  readonly customerUid: string;
  readonly pointIncrement: string;
  readonly balanceIncrement: string;
  readonly dataChangeTime: string;
  readonly messages: readonly string[];
};

function rowsInDoubt(run: RunRecord, ledger: Ledger): RowInDoubt[] {
  return ledger.rows
    .listByState(run.runId, ['intent', 'in_doubt'])
    .filter((row) => row.dataChangeTime !== '')
    .map(({ rowNumber, customerUid, pointIncrement, balanceIncrement, dataChangeTime, messages }) => ({
      rowNumber,
      customerUid,
      pointIncrement,
      balanceIncrement,
      dataChangeTime,
      messages,
    }));
}

function summaryOf(run: RunRecord): RunDocument | undefined {
  return run.summaryJson === '{}' ? undefined : (JSON.parse(run.summaryJson) as RunDocument);
}

function describeRun(run: RunRecord): object {
  const { runId, command, state, account, rowCount, inputPath, resultPath } = run;
  return {
    run: runId,
    command,
    state,
    account,
    rows: rowCount,
    input: inputPath === '' ? null : inputPath,
    result: resultPath,
    begun: new Date(run.createdMs).toISOString(),
  };
}
