import { BugError, EXIT, OperatorError } from '../../base/errors.ts';
import { sharedLedgerTexts } from '../../texts/runs/shared-ledger.ts';
import { Columns } from '../columns.ts';
import type { NewRun, PlannedRow, RunReader, RunStore } from '../ledger.ts';
import { toRun } from '../records.ts';
import type { Query } from './database.ts';
import type { Reader, WriterParts } from './parts.ts';

export function openRunReader(read: Reader): RunReader {
  const list = async (sql: string, values: readonly unknown[] = []) => (await read(sql, values)).map(toRun);
  return {
    find: async (runId) => (await list('SELECT * FROM memberload.run WHERE run_id = $1', [runId]))[0],
    // Newest first by run_number: clocks of different machines differ.
    list: (limit) =>
      list('SELECT * FROM memberload.run WHERE pruned_ms = 0 ORDER BY run_number DESC LIMIT $1', [limit]),
    listUnfinished: (of) =>
      list(
        `SELECT * FROM memberload.run WHERE state NOT IN ('finished', 'cancelled') AND pruned_ms = 0
         AND ($1::text IS NULL OR command = $1) AND ($2::text IS NULL OR account = $2) ORDER BY run_number DESC`,
        [of?.command ?? null, of?.account ?? null],
      ),
    inOrder: async (runIds) => {
      const sql = 'SELECT run_id FROM memberload.run WHERE run_id = ANY($1::text[]) ORDER BY run_number';
      return (await read(sql, [runIds])).map((record) => new Columns(record).text('run_id'));
    },
    listUndoing: (runId) =>
      list("SELECT * FROM memberload.run WHERE undoes = $1 AND undoes <> '' ORDER BY run_number", [runId]),
  };
}

export function openRunStore(parts: WriterParts): RunStore {
  const { queue, read, workerId } = parts;
  const change = async (runId: string, fields: object): Promise<void> => {
    await queue.write({ do: 'run', runId, ...fields });
  };
  return {
    ...openRunReader(read),
    start: (run, planned, after) => startRun(parts, run, planned, after),
    markOf: (account) =>
      queue.alone(async (query) => {
        const [record] = await query('SELECT memberload.mark_of($1) AS mark', [account]);
        return new Columns(record).integer('mark');
      }),
    claim: (runId) =>
      queue.alone(async (query) => {
        const [record] = await query('SELECT memberload.claim_run($1, $2) AS holder', [workerId, runId]);
        const { holder } = record as { holder: unknown };
        if (holder === null) return { kind: 'claimed' };
        const columns = new Columns(holder);
        return {
          kind: 'at_work',
          who: columns.text('who'),
          sinceMs: columns.integer('started_ms'),
          leaseUntilMs: columns.integer('lease_until_ms'),
        };
      }),
    release: (runId) =>
      queue.alone(async (query) => {
        await query('UPDATE memberload.run SET is_claimed = false WHERE run_id = $1 AND worker_id = $2', [
          runId,
          workerId,
        ]);
      }),
    setState: (runId, state) => change(runId, { state }),
    end: (runId, { state, summaryJson }) => change(runId, { state, summaryJson }),
    setProgress: (runId, progressJson) => change(runId, { progressJson }),
    setResult: (runId, { path, sha256 }) => change(runId, { resultPath: path, resultSha256: sha256 }),
    cancel: (runId) => queue.alone((query) => cancelRun(query, parts, runId)),
    prune: (endedBeforeMs) => queue.alone((query) => pruneRuns(query, endedBeforeMs, parts.heldNowMs())),
  };
}

const PLANNED_COLUMNS: readonly (readonly [string, 'bigint' | 'text', (row: PlannedRow) => string | number])[] = [
  ['row_number', 'bigint', ({ rowNumber }) => rowNumber],
  ['number', 'text', ({ number }) => number],
  ['customer_uid', 'text', ({ customerUid }) => customerUid],
  ['point_increment', 'text', ({ pointIncrement }) => pointIncrement],
  ['balance_increment', 'text', ({ balanceIncrement }) => balanceIncrement],
  ['reference', 'text', ({ reference }) => reference],
  ['campaign', 'text', ({ campaign }) => campaign],
  ['undoes_run', 'text', ({ undoes }) => undoes?.runId ?? ''],
  ['undoes_row', 'bigint', ({ undoes }) => undoes?.rowNumber ?? 0],
];

const INSERT_PLANNED = `INSERT INTO memberload.run_row (run_id, target, state, account, updated_ms, sequence,
    ${PLANNED_COLUMNS.map(([name]) => name).join(', ')})
  SELECT $1, 'kybio', 'planned', $2, COALESCE($3, memberload.clock_ms()), nextval('memberload.row_sequence'), planned.*
  FROM unnest(${PLANNED_COLUMNS.map(([, type], index) => `$${index + 4}::${type}[]`).join(', ')}) AS planned`;

/**
 * The planned rows are committed page by page: no transaction stays open while the source of the rows is read. The run
 * itself is recorded last, in one statement: every query about planned rows looks for it, so that they appear all at once.
 */
async function startRun(
  { queue, read, workerId, heldNowMs }: WriterParts,
  run: NewRun,
  planned: AsyncIterable<readonly PlannedRow[]> | Iterable<readonly PlannedRow[]>,
  after: number | undefined,
): ReturnType<RunStore['start']> {
  const { runId, account } = run;
  const known = await read('SELECT FROM memberload.run WHERE run_id = $1', [runId]);
  if (known.length > 0) throw new BugError(`run ${runId} was started before`);
  await queue.alone((query) =>
    query('INSERT INTO memberload.starting_run VALUES ($1, $2) ON CONFLICT DO NOTHING', [runId, workerId]),
  );
  let plannedCount = 0;
  try {
    for await (const page of planned) {
      plannedCount += page.length;
      const columns = PLANNED_COLUMNS.map(([, , cellOf]) => page.map(cellOf));
      await queue.alone((query) => query(INSERT_PLANNED, [runId, account, heldNowMs(), ...columns]));
    }
  } catch (error) {
    // What failed is the source of the rows, or the ledger, which then refuses this as well.
    await queue.alone((query) => query('SELECT memberload.drop_planned($1)', [[runId]])).catch(() => undefined);
    throw error;
  }
  const record = { ...run, targets: run.targets.join(','), plannedCount };
  const [recorded] = await queue.alone((query) =>
    query('SELECT memberload.record_run($1, $2, $3, $4) AS other', [workerId, heldNowMs(), after ?? null, record]),
  );
  const { other } = recorded as { other: { who: string; run: unknown } | { lost: true } | null };
  if (other === null) return { kind: 'started' };
  if ('lost' in other) throw startedTooLate(runId);
  return { kind: 'overtaken', by: toRun(other.run), who: other.who };
}

/** The guards of the others do not know the rows of such a run. */
function startedTooLate(runId: string): OperatorError {
  const { startedTooLate: message, startedTooLateHint, nothingSent } = sharedLedgerTexts();
  const hint = nothingSent(startedTooLateHint);
  return new OperatorError({ code: 'LEASE_LOST', message: message(runId), hint, exitCode: EXIT.stopped });
}

async function cancelRun(query: Query, { workerId, heldNowMs }: WriterParts, runId: string): Promise<number> {
  const cancelled = await query(
    `UPDATE memberload.run SET state = 'cancelled', updated_ms = COALESCE($2, memberload.clock_ms())
       WHERE run_id = $1 AND worker_id = $3 AND state NOT IN ('finished', 'cancelled') RETURNING 1`,
    [runId, heldNowMs(), workerId],
  );
  if (cancelled.length === 0) return 0;
  // Rows that were begun and certainly not sent stay, with what was learned of them.
  const [record] = await query(
    `WITH dropped AS (DELETE FROM memberload.run_row WHERE run_id = $1 AND state = 'planned' RETURNING 1)
       SELECT (SELECT count(*) FROM dropped) + (SELECT count(*) FROM memberload.run_row WHERE run_id = $1
         AND state = 'open') AS row_count`,
    [runId],
  );
  return new Columns(record).integer('row_count');
}

async function pruneRuns(query: Query, endedBeforeMs: number, heldNowMs: number | null): Promise<string[]> {
  const prunable = await query(
    `SELECT run_id FROM memberload.run WHERE state IN ('finished', 'cancelled') AND pruned_ms = 0 AND updated_ms < $1
       AND NOT EXISTS (SELECT FROM memberload.run_row AS r WHERE r.run_id = run.run_id
         AND r.state IN ('intent', 'in_doubt') AND r.data_change_time <> '')
       ORDER BY run_number FOR UPDATE`,
    [endedBeforeMs],
  );
  const runIds = prunable.map((record) => new Columns(record).text('run_id'));
  const all = [runIds];
  await query(
    `DELETE FROM memberload.run_row WHERE run_id = ANY($1)
       AND NOT (account <> '' AND state = 'done' AND data_change_time <> '')`,
    all,
  );
  await query(
    `UPDATE memberload.run_row SET operation = '', action = '', error_code = '', messages_json = '[]', attempts = 0,
         uuid = '', category_uid = '', point_before = '', point_after = '', balance_before = '', balance_after = ''
       WHERE run_id = ANY($1)`,
    all,
  );
  await query('DELETE FROM memberload.evidence WHERE run_id = ANY($1)', all);
  await query('DELETE FROM memberload.stage_file WHERE run_id = ANY($1)', all);
  // A run whose credits stay is kept as a name and a time.
  await query(
    `UPDATE memberload.run SET pruned_ms = COALESCE($2, memberload.clock_ms()), place = '', input_path = '',
         input_sha256 = '', result_path = '', result_sha256 = '', settings_json = '{}', progress_json = '{}',
         summary_json = '{}' WHERE run_id = ANY($1)`,
    [runIds, heldNowMs],
  );
  await query(
    `DELETE FROM memberload.run WHERE run_id = ANY($1)
       AND NOT EXISTS (SELECT FROM memberload.run_row AS r WHERE r.run_id = run.run_id)`,
    all,
  );
  // Also of runs that were never begun. What is written of a run is older than the run.
  await query(
    `DELETE FROM memberload.account_fact WHERE substr(fact, 1, 6) = 'signs_' AND updated_ms < $1
       AND NOT EXISTS (SELECT FROM memberload.run WHERE run_id = substr(fact, 7) AND pruned_ms = 0)`,
    [endedBeforeMs],
  );
  return runIds;
}
