import { Columns } from '../columns.ts';
import type { NewEvidence, RowChange, RowKey, RowReader, RowRecord, RowStore } from '../ledger.ts';
import { pages } from '../reading.ts';
import { toEvidence, toRow, toStateCounts } from '../records.ts';
import type { RowState } from '../row-states.ts';
import type { Reader, WriterParts } from './parts.ts';
import type { WriteOp } from './write-queue.ts';

/** Rows read at once: memory stays bounded whatever the size of the run. */
const PAGE_ROWS = 1000;

export function openRowReader(read: Reader): RowReader {
  return {
    async find({ runId, rowNumber, target }) {
      const records = await read(
        `SELECT * FROM memberload.run_row WHERE run_id = $1 AND row_number = $2 AND target = $3 AND state <> 'planned'`,
        [runId, rowNumber, target],
      );
      return records[0] === undefined ? undefined : toRow(records[0]);
    },
    read: (runId, fromRow = 0) =>
      pages<RowRecord>(PAGE_ROWS, async (last) => {
        const records = await read(
          `SELECT * FROM memberload.run_row WHERE run_id = $1 AND (row_number, target) > ($2, $3) AND state <> 'planned'
           ORDER BY row_number, target LIMIT ${PAGE_ROWS}`,
          [runId, last?.rowNumber ?? fromRow, last?.target ?? ''],
        );
        return records.map(toRow);
      }),
    async listByState(runId, states) {
      const records = await read(
        `SELECT * FROM memberload.run_row WHERE run_id = $1 AND state = ANY($2)
           AND NOT EXISTS (SELECT FROM memberload.starting_run WHERE run_id = $1)
         ORDER BY row_number, target`,
        [runId, states],
      );
      return records.map(toRow);
    },
    async countByState(runId, ranges) {
      const records = await read(
        `SELECT place, state, row_count
         FROM unnest($2::int[], $3::int[]) WITH ORDINALITY AS part (first_row, last_row, place)
         CROSS JOIN LATERAL (
           SELECT state, count(*) AS row_count FROM memberload.run_row
           WHERE run_id = $1 AND row_number BETWEEN first_row AND last_row AND state <> 'planned' GROUP BY state) counts`,
        [runId, ranges.map(({ firstRow }) => firstRow), ranges.map(({ lastRow }) => lastRow)],
      );
      const byPlace = ranges.map((): unknown[] => []);
      for (const record of records) byPlace[new Columns(record).integer('place') - 1]?.push(record);
      return byPlace.map(toStateCounts);
    },
    async listEvidenced(runId) {
      const records = await read(
        'SELECT DISTINCT row_number FROM memberload.evidence WHERE run_id = $1 ORDER BY row_number',
        [runId],
      );
      return records.map((record) => new Columns(record).integer('row_number'));
    },
    async listEvidence(runId, rowNumber) {
      const records = await read(
        `SELECT recorded_ms, kind, detail_json FROM memberload.evidence WHERE run_id = $1 AND row_number = $2
         ORDER BY evidence_id`,
        [runId, rowNumber],
      );
      return records.map(toEvidence);
    },
  };
}

export function openRowStore({ queue, read }: WriterParts): RowStore {
  return {
    ...openRowReader(read),
    async record(key, change, evidence) {
      await queue.write(putOf(key, change, evidence));
    },
    async recordSoon(key, change) {
      queue.writeBehind(putOf(key, change, undefined));
    },
    async decide(record, change, evidence) {
      return (await queue.write({ ...putOf(record, change, evidence), ifSequence: record.sequence })) === true;
    },
    async addEvidence(key, evidence) {
      await queue.write({ do: 'evidence', ...keyOf(key), evidence });
    },
  };
}

export function keyOf({ runId, rowNumber, target }: RowKey): RowKey {
  return { runId, rowNumber, target };
}

function putOf(key: RowKey, change: RowChange & { state: RowState }, evidence: NewEvidence | undefined): WriteOp {
  return { do: 'put', ...keyOf(key), change: columnsOf(change), ...(evidence && { evidence }) };
}

/** A change by the names of the table's columns. A field that is not given is left out, and keeps its value. */
export function columnsOf(change: RowChange): Record<string, unknown> {
  const columns: Record<string, unknown> = {};
  for (const [field, value] of Object.entries(change)) {
    if (value === undefined) continue;
    if (field === 'messages') columns.messages_json = JSON.stringify(value);
    else columns[field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)] = value;
  }
  return columns;
}
