import { BugError } from '../../base/errors.ts';
import { Columns } from '../columns.ts';
import type { NewRun, PlannedRow, RunReader, RunStore } from '../ledger.ts';
import { toRun } from '../records.ts';
import type { Connection } from './connection.ts';
import type { WriterParts } from './writer-parts.ts';

export function openRunReader(connection: Connection): RunReader {
  // Newest first by rowid, which rises with every run: a clock can be set back.
  const find = connection.prepare('SELECT * FROM run WHERE run_id = ?');
  const list = connection.prepare('SELECT * FROM run WHERE pruned_ms = 0 ORDER BY rowid DESC LIMIT ?');
  const unfinished = connection.prepare(
    `SELECT * FROM run WHERE state NOT IN ('finished', 'cancelled') AND pruned_ms = 0
     AND (?1 IS NULL OR command = ?1) AND (?2 IS NULL OR account = ?2) ORDER BY rowid DESC`,
  );
  const order = connection.prepare(
    'SELECT run_id FROM run WHERE run_id IN (SELECT value FROM json_each(?)) ORDER BY rowid',
  );
  const undoing = connection.prepare("SELECT * FROM run WHERE undoes = ? AND undoes <> '' ORDER BY rowid");
  return {
    find: (runId) =>
      connection.read(() => {
        const record = find.get(runId);
        return record === undefined ? undefined : toRun(record);
      }),
    list: (limit) => connection.read(() => list.all(limit).map(toRun)),
    listUnfinished: (of) => connection.read(() => unfinished.all(of?.command ?? null, of?.account ?? null).map(toRun)),
    inOrder: (runIds) =>
      connection.read(() => order.all(JSON.stringify(runIds)).map((record) => new Columns(record).text('run_id'))),
    listUndoing: (runId) => connection.read(() => undoing.all(runId).map(toRun)),
  };
}

export function openRunStore(parts: WriterParts): RunStore {
  const { connection, commits, clock } = parts;
  const mark = connection.prepare('SELECT COALESCE(max(rowid), 0) AS mark FROM run WHERE account = ?');
  const setState = connection.prepare('UPDATE run SET state = ?, updated_ms = ? WHERE run_id = ?');
  const end = connection.prepare('UPDATE run SET state = ?, summary_json = ?, updated_ms = ? WHERE run_id = ?');
  const setProgress = connection.prepare('UPDATE run SET progress_json = ?, updated_ms = ? WHERE run_id = ?');
  const setResult = connection.prepare(
    'UPDATE run SET result_path = ?, result_sha256 = ?, updated_ms = ? WHERE run_id = ?',
  );
  return {
    ...openRunReader(connection),
    ...openEndedRuns(parts),
    start: startRuns(parts),
    markOf: (account) => connection.read(() => new Columns(mark.get(account)).integer('mark')),
    // The ledger's lock keeps every other process out.
    claim: async () => ({ kind: 'claimed' }),
    release: async () => undefined,
    setState: (runId, state) => commits.write(() => void setState.run(state, clock.nowMs(), runId)),
    end: (runId, { state, summaryJson }) => commits.write(() => void end.run(state, summaryJson, clock.nowMs(), runId)),
    setProgress: (runId, progressJson) => commits.write(() => void setProgress.run(progressJson, clock.nowMs(), runId)),
    setResult: (runId, { path, sha256 }) => commits.write(() => void setResult.run(path, sha256, clock.nowMs(), runId)),
  };
}

/**
 * The planned rows are committed page by page, so that neither memory nor one transaction grows with the file. The
 * run itself is recorded last: every query about planned rows joins it, so that they appear with it, all at once.
 */
function startRuns({ connection, commits, clock, nextSequence }: WriterParts): RunStore['start'] {
  const announce = connection.prepare('INSERT OR IGNORE INTO starting_run VALUES (?)');
  const insertPlanned = connection.prepare(
    `INSERT INTO row (run_id, row_number, target, state, account, number, customer_uid, point_increment,
       balance_increment, reference, campaign, undoes_run, undoes_row, sequence, updated_ms)
     VALUES (?, ?, 'kybio', 'planned', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insert = connection.prepare(
    `INSERT INTO run (run_id, command, targets, account, place, state, created_ms, updated_ms, input_path,
       input_sha256, result_path, undoes, settings_json, row_count, has_stage)
     VALUES (?, ?, ?, ?, ?, 'running', ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
  );
  const isStarted = connection.prepare('SELECT 1 FROM run WHERE run_id = ?');
  const appear = connection.prepare('DELETE FROM starting_run WHERE run_id = ?');
  const dropPlanned = connection.prepare("DELETE FROM row WHERE run_id = ? AND state = 'planned'");

  const writePage = (run: NewRun, page: readonly PlannedRow[]): Promise<void> =>
    commits.write(() => {
      announce.run(run.runId);
      const nowMs = clock.nowMs();
      for (const row of page) {
        insertPlanned.run(
          run.runId,
          row.rowNumber,
          run.account,
          row.number,
          row.customerUid,
          row.pointIncrement,
          row.balanceIncrement,
          row.reference,
          row.campaign,
          row.undoes?.runId ?? '',
          row.undoes?.rowNumber ?? 0,
          nextSequence(),
          nowMs,
        );
      }
    });

  // Only one process has the ledger; another command in it, and tests, may still come between.
  const overtaking = connection.prepare(
    `SELECT * FROM run WHERE account = ?1 AND rowid > ?2 AND (input_sha256 = ?3 AND command = ?4
       OR ?4 IN ('topup', 'undo') AND command IN ('topup', 'undo')) ORDER BY rowid LIMIT 1`,
  );

  return async (run, planned, after) => {
    const wasThere = await connection.read(() => isStarted.get(run.runId) !== undefined);
    if (wasThere) throw new BugError(`run ${run.runId} was started before`);
    try {
      for await (const page of planned) await writePage(run, page);
    } catch (error) {
      // What failed is the source of the rows, or the ledger, which then refuses this as well.
      await commits
        .write(() => {
          dropPlanned.run(run.runId);
          appear.run(run.runId);
        })
        .catch(() => undefined);
      throw error;
    }
    return commits.writeAndRead(() => {
      const other = after === undefined ? undefined : overtaking.get(run.account, after, run.inputSha256, run.command);
      if (other !== undefined) {
        dropPlanned.run(run.runId);
        appear.run(run.runId);
        return { kind: 'overtaken', by: toRun(other), who: 'another command of this home' } as const;
      }
      const nowMs = clock.nowMs();
      insert.run(
        run.runId,
        run.command,
        run.targets.join(','),
        run.account,
        run.place,
        nowMs,
        nowMs,
        run.inputPath,
        run.inputSha256,
        run.resultPath,
        run.undoes,
        run.settingsJson,
        run.rowCount,
      );
      appear.run(run.runId);
      return { kind: 'started' } as const;
    });
  };
}

function openEndedRuns({ connection, commits, clock }: WriterParts): Pick<RunStore, 'cancel' | 'prune'> {
  const cancelRun = connection.prepare(
    "UPDATE run SET state = 'cancelled', updated_ms = ? WHERE run_id = ? AND state NOT IN ('finished', 'cancelled')",
  );
  const dropPlanned = connection.prepare("DELETE FROM row WHERE run_id = ? AND state = 'planned'");
  const countOpen = connection.prepare("SELECT count(*) AS row_count FROM row WHERE run_id = ? AND state = 'open'");
  const prunable = connection.prepare(
    `SELECT run_id FROM run WHERE state IN ('finished', 'cancelled') AND pruned_ms = 0 AND updated_ms < ?
     AND run_id NOT IN (SELECT run_id FROM row WHERE state IN ('intent', 'in_doubt') AND data_change_time <> '')
     ORDER BY rowid`,
  );
  const dropRows = connection.prepare(
    "DELETE FROM row WHERE run_id = ? AND NOT (account <> '' AND state = 'done' AND data_change_time <> '')",
  );
  const emptyCredits = connection.prepare(
    `UPDATE row SET operation = '', action = '', error_code = '', messages_json = '[]', attempts = 0, uuid = '',
       category_uid = '', point_before = '', point_after = '', balance_before = '', balance_after = ''
     WHERE run_id = ?`,
  );
  const dropEvidence = connection.prepare('DELETE FROM evidence WHERE run_id = ?');
  const emptyRun = connection.prepare(
    `UPDATE run SET pruned_ms = ?, place = '', input_path = '', input_sha256 = '', result_path = '', result_sha256 = '',
       settings_json = '{}', progress_json = '{}', summary_json = '{}' WHERE run_id = ?`,
  );
  const dropRun = connection.prepare(
    'DELETE FROM run WHERE run_id = ? AND NOT EXISTS (SELECT 1 FROM row WHERE run_id = ?1)',
  );
  // Also of runs that were never begun. What is written of a run is older than the run.
  const dropSigns = connection.prepare(
    `DELETE FROM account_fact WHERE substr(fact, 1, 6) = 'signs_' AND updated_ms < ?
     AND NOT EXISTS (SELECT 1 FROM run WHERE run_id = substr(fact, 7) AND pruned_ms = 0)`,
  );
  return {
    cancel: (runId) =>
      commits.writeAndRead(() => {
        const { changes } = cancelRun.run(clock.nowMs(), runId);
        if (Number(changes) === 0) return 0;
        // Rows that were begun and certainly not sent stay, with what was learned of them.
        return Number(dropPlanned.run(runId).changes) + new Columns(countOpen.get(runId)).integer('row_count');
      }),
    prune: (endedBeforeMs) =>
      commits.writeAndRead(() => {
        const runIds = prunable.all(endedBeforeMs).map((record) => new Columns(record).text('run_id'));
        for (const runId of runIds) {
          dropRows.run(runId);
          emptyCredits.run(runId);
          dropEvidence.run(runId);
          // A run whose credits stay is kept as a name and a time.
          emptyRun.run(clock.nowMs(), runId);
          dropRun.run(runId);
        }
        dropSigns.run(endedBeforeMs);
        return runIds;
      }),
  };
}
