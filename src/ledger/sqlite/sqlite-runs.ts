import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { RunRecord, RunState, RunStore } from '../ledger.ts';
import type { GroupCommit } from './group-commit.ts';

export function openRunStore(database: DatabaseSyncInstance, commits: GroupCommit): RunStore {
  const insert = database.prepare(
    `INSERT INTO run (run_id, command, targets, account, state, created_ms, updated_ms, input_path, input_sha256,
       result_path, settings_json, rows_digest, row_count) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const find = database.prepare('SELECT * FROM run WHERE run_id = ?');
  const list = database.prepare('SELECT * FROM run WHERE pruned_ms = 0 ORDER BY created_ms DESC, run_id DESC LIMIT ?');
  const unfinished = database.prepare(
    `SELECT * FROM run WHERE state <> 'finished' AND pruned_ms = 0
     AND (?1 IS NULL OR command = ?1) AND (?2 IS NULL OR account = ?2) ORDER BY created_ms DESC, run_id DESC`,
  );
  const byDigest = database.prepare(
    'SELECT * FROM run WHERE command = ? AND rows_digest = ? AND account = ? ORDER BY created_ms DESC, run_id DESC',
  );
  const setState = database.prepare('UPDATE run SET state = ?, updated_ms = ? WHERE run_id = ?');
  const setSummary = database.prepare('UPDATE run SET summary_json = ?, updated_ms = ? WHERE run_id = ?');
  const setProgress = database.prepare('UPDATE run SET progress_json = ?, updated_ms = ? WHERE run_id = ?');
  const prunable = database.prepare(
    `SELECT run_id, command FROM run WHERE state = 'finished' AND pruned_ms = 0 AND updated_ms < ?
     AND NOT EXISTS (SELECT 1 FROM row WHERE row.run_id = run.run_id AND row.state IN ('intent', 'in_doubt'))`,
  );
  const dropRows = database.prepare('DELETE FROM row WHERE run_id = ?');
  const dropEvidence = database.prepare('DELETE FROM evidence WHERE run_id = ?');
  const dropRun = database.prepare('DELETE FROM run WHERE run_id = ?');
  const emptyRun = database.prepare(
    `UPDATE run SET pruned_ms = ?, input_sha256 = '', result_path = '', settings_json = '{}', progress_json = '{}',
       summary_json = '{}' WHERE run_id = ?`,
  );

  return {
    start(run) {
      commits.writeNow(() =>
        insert.run(
          run.runId,
          run.command,
          run.targets,
          run.account,
          run.state,
          run.createdMs,
          run.createdMs,
          run.inputPath,
          run.inputSha256,
          run.resultPath,
          run.settingsJson,
          run.rowsDigest,
          run.rowCount,
        ),
      );
    },
    find: (runId) => optionalRun(find.get(runId)),
    list: (limit) => list.all(limit).map(toRun),
    listUnfinished: (of) => unfinished.all(of?.command ?? null, of?.account ?? null).map(toRun),
    findByDigest: (command, rowsDigest, account) => byDigest.all(command, rowsDigest, account).map(toRun),
    setState(runId, state, nowMs) {
      commits.writeNow(() => setState.run(state, nowMs, runId));
    },
    setSummary(runId, summaryJson, nowMs) {
      commits.writeNow(() => setSummary.run(summaryJson, nowMs, runId));
    },
    setProgress: (runId, progressJson, nowMs) =>
      commits.write(() => {
        setProgress.run(progressJson, nowMs, runId);
      }),
    prune: (finishedBeforeMs, nowMs) =>
      commits.writeNow(() => {
        const runs = prunable.all(finishedBeforeMs) as { run_id: string; command: string }[];
        for (const { run_id: runId, command } of runs) {
          dropRows.run(runId);
          dropEvidence.run(runId);
          if (command === 'topup') emptyRun.run(nowMs, runId);
          else dropRun.run(runId);
        }
        return runs.length;
      }),
  };
}

function optionalRun(row: unknown): RunRecord | undefined {
  return row ? toRun(row) : undefined;
}

function toRun(row: unknown): RunRecord {
  const columns = row as Record<string, string & number>;
  const text = (name: string): string => String(columns[name]);
  return {
    runId: text('run_id'),
    command: text('command'),
    targets: text('targets'),
    account: text('account'),
    state: text('state') as RunState,
    createdMs: Number(columns.created_ms),
    updatedMs: Number(columns.updated_ms),
    inputPath: text('input_path'),
    inputSha256: text('input_sha256'),
    resultPath: text('result_path'),
    settingsJson: text('settings_json'),
    rowsDigest: text('rows_digest'),
    rowCount: Number(columns.row_count),
    progressJson: text('progress_json'),
    summaryJson: text('summary_json'),
    prunedMs: Number(columns.pruned_ms),
  };
}
