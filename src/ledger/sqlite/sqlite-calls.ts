import type { CallReader, CallStore, FactReader, FactStore } from '../account-stores.ts';
import { Columns } from '../columns.ts';
import type { Connection } from './connection.ts';
import type { WriterParts } from './writer-parts.ts';

export function openCallReader(connection: Connection): CallReader {
  const total = connection.prepare(
    'SELECT COALESCE(sum(calls), 0) AS calls FROM call_count WHERE account = ? AND day = ?',
  );
  const newest = connection.prepare('SELECT day FROM call_count WHERE account = ? ORDER BY day DESC LIMIT 1');
  const byDay = connection.prepare(
    `SELECT account, day, endpoint, calls FROM call_count WHERE ?1 IS NULL OR account = ?1
     ORDER BY day DESC, account, calls DESC LIMIT ?2`,
  );
  return {
    total: (account, day) => connection.read(() => new Columns(total.get(account, day)).integer('calls')),
    newestDay: (account) =>
      connection.read(() => {
        const record = newest.get(account);
        return record === undefined ? undefined : new Columns(record).text('day');
      }),
    byDay: (account, limit) =>
      connection.read(() =>
        byDay.all(account ?? null, limit).map((record) => {
          const columns = new Columns(record);
          return {
            account: columns.text('account'),
            day: columns.text('day'),
            endpoint: columns.text('endpoint'),
            calls: columns.integer('calls'),
          };
        }),
      ),
  };
}

/**
 * Calls of a group are added up and written once for each endpoint: `writeTaken` runs before each commit. This process
 * is the only one that counts, so that the sum of a day is read once and known from then on.
 */
export function openCallStore({ connection, commits }: WriterParts): CallStore & { writeTaken(): void } {
  const add = connection.prepare(
    `INSERT INTO call_count (account, day, endpoint, calls) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT DO UPDATE SET calls = calls + ?4`,
  );
  const total = connection.prepare(
    'SELECT COALESCE(sum(calls), 0) AS calls FROM call_count WHERE account = ? AND day = ?',
  );
  const giveBack = connection.prepare(
    'UPDATE call_count SET calls = calls - ?4 WHERE account = ?1 AND day = ?2 AND endpoint = ?3 AND calls >= ?4',
  );
  const prune = connection.prepare('DELETE FROM call_count WHERE day < ?');
  const usedOfDay = new Map<string, number>();
  const taken = new Map<string, { account: string; day: string; endpoint: string; calls: number }>();

  function takeNow(account: string, { day, endpoint, limit }: Parameters<CallStore['take']>[1]) {
    const dayKey = `${account} ${day}`;
    const used = usedOfDay.get(dayKey) ?? new Columns(total.get(account, day)).integer('calls');
    if (limit !== undefined && used >= limit) return { isTaken: false, used };
    usedOfDay.set(dayKey, used + 1);
    const key = `${dayKey} ${endpoint}`;
    const entry = taken.get(key) ?? { account, day, endpoint, calls: 0 };
    entry.calls += 1;
    taken.set(key, entry);
    return { isTaken: true, used: used + 1 };
  }

  function writeTaken(): void {
    for (const { account, day, endpoint, calls } of taken.values()) add.run(account, day, endpoint, calls);
    taken.clear();
  }

  return {
    ...openCallReader(connection),
    writeTaken,
    async take(account, call) {
      const isKnown = usedOfDay.has(`${account} ${call.day}`);
      if (!isKnown) return commits.writeAndRead(() => takeNow(account, call));
      // Nothing has to be read: the call is taken here, and written with its group.
      const taken = takeNow(account, call);
      await commits.flush();
      return taken;
    },
    giveBack: (account, { day, endpoint, count }) =>
      commits.write(() => {
        writeTaken();
        giveBack.run(account, day, endpoint, count);
        usedOfDay.delete(`${account} ${day}`);
      }),
    prune: (beforeDay) =>
      commits.write(() => {
        writeTaken();
        prune.run(beforeDay);
        usedOfDay.clear();
      }),
  };
}

export function openFactReader(connection: Connection): FactReader {
  const read = connection.prepare('SELECT value FROM account_fact WHERE account = ? AND fact = ?');
  return {
    read: (account, fact) =>
      connection.read(() => {
        const record = read.get(account, fact);
        return record === undefined ? undefined : new Columns(record).text('value');
      }),
  };
}

export function openFactStore({ connection, commits, clock }: WriterParts): FactStore {
  const write = connection.prepare(
    `INSERT INTO account_fact (account, fact, value, updated_ms) VALUES (?1, ?2, ?3, ?4)
     ON CONFLICT DO UPDATE SET value = ?3, updated_ms = ?4`,
  );
  return {
    ...openFactReader(connection),
    write: (account, fact, value) => commits.write(() => void write.run(account, fact, value, clock.nowMs())),
  };
}
