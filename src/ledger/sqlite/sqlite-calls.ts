import type { DatabaseSyncInstance } from '@photostructure/sqlite';
import type { CallStore, EvidenceStore, FactStore } from '../ledger.ts';
import type { GroupCommit } from './group-commit.ts';

export function openCallStore(database: DatabaseSyncInstance, commits: GroupCommit): CallStore {
  const add = database.prepare(
    `INSERT INTO call_count (account, day, endpoint, calls) VALUES (?1, ?2, ?3, 1)
     ON CONFLICT DO UPDATE SET calls = calls + 1`,
  );
  const total = database.prepare(
    'SELECT COALESCE(sum(calls), 0) AS calls FROM call_count WHERE account = ? AND day = ?',
  );
  const byDay = database.prepare(
    `SELECT account, day, endpoint, calls FROM call_count WHERE ?1 IS NULL OR account = ?1
     ORDER BY day DESC, account, calls DESC LIMIT ?2`,
  );
  const prune = database.prepare('DELETE FROM call_count WHERE day < ?');
  return {
    prune(beforeDay) {
      commits.writeNow(() => prune.run(beforeDay));
    },
    count: (account, day, endpoint) =>
      commits.write(() => {
        add.run(account, day, endpoint);
      }),
    total: (account, day) => Number((total.get(account, day) as { calls: number }).calls),
    byDay: (account, limit) =>
      byDay.all(account ?? null, limit).map((row) => {
        const columns = row as { account: string; day: string; endpoint: string; calls: number };
        return { ...columns, calls: Number(columns.calls) };
      }),
  };
}

export function openFactStore(database: DatabaseSyncInstance, commits: GroupCommit): FactStore {
  const read = database.prepare('SELECT value FROM account_fact WHERE account = ? AND fact = ?');
  const write = database.prepare(
    `INSERT INTO account_fact (account, fact, value, updated_ms) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT DO UPDATE SET value = ?3, updated_ms = ?4`,
  );
  return {
    read: (account, fact) => (read.get(account, fact) as { value: string } | undefined)?.value,
    write(account, fact, value, nowMs) {
      commits.writeNow(() => write.run(account, fact, value, nowMs));
    },
  };
}

export function openEvidenceStore(database: DatabaseSyncInstance, commits: GroupCommit): EvidenceStore {
  const add = database.prepare('INSERT INTO evidence VALUES (?, ?, ?, ?, ?)');
  const list = database.prepare(
    'SELECT recorded_ms, kind, detail_json FROM evidence WHERE run_id = ? AND row_number = ? ORDER BY rowid',
  );
  return {
    add: (runId, rowNumber, evidence) =>
      commits.write(() => {
        add.run(runId, rowNumber, evidence.recordedMs, evidence.kind, evidence.detailJson);
      }),
    list: (runId, rowNumber) =>
      list.all(runId, rowNumber).map((row) => {
        const columns = row as { recorded_ms: number; kind: string; detail_json: string };
        return { recordedMs: Number(columns.recorded_ms), kind: columns.kind, detailJson: columns.detail_json };
      }),
  };
}
