import { Columns, oneOf } from '../columns.ts';
import { RUN_STOPS, type RunStop, type SliceReader, type SliceStore, type Taken } from '../slices.ts';
import type { LedgerAddress } from './address.ts';
import type { Reader, WriterParts } from './parts.ts';

export function openSliceReader(read: Reader): SliceReader {
  return {
    async listAtWork() {
      const records = await read(
        `SELECT at_work.run_id, w.who, w.started_ms, sum(at_work.slices)::bigint AS slices FROM (
           SELECT run_id, worker_id, 1 AS slices FROM memberload.slice WHERE worker_id <> 0 AND NOT is_done
           UNION ALL
           SELECT run_id, worker_id, 0 FROM memberload.run
           WHERE is_claimed AND state NOT IN ('finished', 'cancelled')) AS at_work
         JOIN memberload.worker AS w USING (worker_id) WHERE memberload.is_alive(w.worker_id)
         GROUP BY at_work.run_id, w.worker_id ORDER BY at_work.run_id, w.worker_id`,
      );
      return records.map((record) => {
        const columns = new Columns(record);
        return {
          ...{ runId: columns.text('run_id'), who: columns.text('who') },
          ...{ sinceMs: columns.integer('started_ms'), sliceCount: columns.integer('slices') },
        };
      });
    },
    async listHandedOut() {
      const records = await read(
        `SELECT run_id FROM memberload.run WHERE is_handed_out AND state NOT IN ('finished', 'cancelled')`,
      );
      return records.map((record) => new Columns(record).text('run_id'));
    },
    async listWorkers(runId) {
      const records = await read(
        `SELECT w.who, count(*) AS row_count FROM memberload.run_row AS r
         JOIN memberload.worker AS w ON w.worker_id = r.changed_by
         WHERE r.run_id = $1 AND r.state NOT IN ('planned', 'open') GROUP BY w.who ORDER BY row_count DESC, w.who`,
        [runId],
      );
      return records.map((record) => {
        const columns = new Columns(record);
        return { who: columns.text('who'), rowCount: columns.integer('row_count') };
      });
    },
  };
}

export function openSliceStore({ queue, read, workerId }: WriterParts, address: LedgerAddress): SliceStore {
  const change = (sql: string, ...values: readonly unknown[]): Promise<void> =>
    queue.alone(async (query) => {
      await query(sql, values);
    });
  return {
    take: (runId, slice) =>
      queue.alone(async (query) => {
        const [record] = await query('SELECT memberload.take_slice($1, $2, $3) AS taken', [
          ...[workerId, runId, slice ?? null],
        ]);
        return toTaken((record as { taken: unknown }).taken);
      }),
    finish: (runId, slice, calls) =>
      change('SELECT memberload.finish_slice($1, $2, $3, $4)', workerId, runId, slice, JSON.stringify(calls)),
    release: (runId, slice, fromMs, calls) =>
      change(
        'SELECT memberload.release_slice($1, $2, $3, $4, $5)',
        ...[workerId, runId, slice],
        ...[Math.ceil(fromMs), JSON.stringify(calls)],
      ),
    async readCalls(runId) {
      const [record] = await read('SELECT slice_calls FROM memberload.run WHERE run_id = $1', [runId]);
      const { slice_calls: calls } = (record ?? { slice_calls: {} }) as { slice_calls: object };
      const columns = new Columns(calls);
      return Object.fromEntries(Object.keys(calls).map((name) => [name, columns.integer(name)]));
    },
    stop: (runId, { kind, detail }) =>
      change('SELECT memberload.stop_run($1, $2, $3)', workerId, runId, JSON.stringify({ kind, detail })),
    takeBack: (runId, stop) =>
      change('SELECT memberload.take_back($1, $2)', runId, stop === undefined ? '' : JSON.stringify(stop)),
    queue: ({ runId, slice }, fromMs) =>
      change('SELECT memberload.queue_slice($1, $2, $3)', runId, slice, Math.ceil(fromMs)),
    async serve(service) {
      const { serveJobs } = await import('./job-queue.ts');
      return serveJobs(service, { address, workerId });
    },
  };
}

function toTaken(value: unknown): Taken {
  const columns = new Columns(value);
  const kind = oneOf(columns.text('kind'), ['taken', 'busy', 'all_done', 'over', 'lease_lost'] as const, 'kind');
  if (kind === 'over') return { kind, stop: toStop((value as { stop?: unknown }).stop) };
  if (kind !== 'taken') return { kind };
  return {
    ...{ kind, slice: columns.integer('slice') },
    ...{ firstRow: columns.integer('first_row'), lastRow: columns.integer('last_row') },
  };
}

/** Undefined: the run was not stopped. */
export function toStop(value: unknown): RunStop | undefined {
  if (value === null || value === undefined) return undefined;
  const columns = new Columns(value);
  return { kind: columns.oneOf('kind', RUN_STOPS), detail: columns.text('detail') };
}
