import type { CallReader, CallStore, FactReader, FactStore } from '../account-stores.ts';
import { Columns } from '../columns.ts';
import type { Reader, WriterParts } from './parts.ts';
import { toStop } from './postgres-slices.ts';

export function openCallReader(read: Reader): CallReader {
  return {
    async total(account, day) {
      const [record] = await read(
        'SELECT COALESCE(sum(used), 0)::bigint AS calls FROM memberload.call_day WHERE account = $1 AND day = $2',
        [account, day],
      );
      return new Columns(record).integer('calls');
    },
    async newestDay(account) {
      const [record] = await read(
        'SELECT day FROM memberload.call_day WHERE account = $1 AND used > 0 ORDER BY day DESC LIMIT 1',
        [account],
      );
      return record === undefined ? undefined : new Columns(record).text('day');
    },
    async byDay(account, limit) {
      const records = await read(
        `SELECT account, day, endpoint, calls FROM memberload.call_count WHERE $1::text IS NULL OR account = $1
         ORDER BY day DESC, account, calls DESC LIMIT $2`,
        [account ?? null, limit],
      );
      return records.map((record) => {
        const columns = new Columns(record);
        return {
          account: columns.text('account'),
          day: columns.text('day'),
          endpoint: columns.text('endpoint'),
          calls: columns.integer('calls'),
        };
      });
    },
  };
}

export function openCallStore({ queue, read }: WriterParts): CallStore {
  return {
    ...openCallReader(read),
    async take(account, { day, endpoint, limit, runId }) {
      const bounds = { ...(limit !== undefined && { limit }), ...(runId !== undefined && { runId }) };
      const found = await queue.write({ do: 'take', account, day, endpoint, ...bounds });
      const { isTaken, stop } = found as { isTaken: boolean; stop?: unknown };
      return { isTaken, used: new Columns(found).integer('used'), stop: toStop(stop) };
    },
    giveBack: (account, { day, endpoint, count }) =>
      queue.alone(async (query) => {
        // In the order in which calls are taken: two that wait for each other would end in an error.
        await query('SELECT FROM memberload.call_day WHERE account = $1 AND day = $2 FOR UPDATE', [account, day]);
        await query(
          `WITH given AS (
             UPDATE memberload.call_count SET calls = calls - $4
             WHERE account = $1 AND day = $2 AND endpoint = $3 AND calls >= $4 RETURNING account, day)
           UPDATE memberload.call_day AS d SET used = d.used - $4
           FROM given WHERE d.account = given.account AND d.day = given.day`,
          [account, day, endpoint, count],
        );
      }),
    prune: (beforeDay) =>
      queue.alone(async (query) => {
        await query(
          `WITH days AS (DELETE FROM memberload.call_day WHERE day < $1)
           DELETE FROM memberload.call_count WHERE day < $1`,
          [beforeDay],
        );
      }),
  };
}

export function openFactReader(read: Reader): FactReader {
  return {
    async read(account, fact) {
      const [record] = await read('SELECT value FROM memberload.account_fact WHERE account = $1 AND fact = $2', [
        account,
        fact,
      ]);
      return record === undefined ? undefined : new Columns(record).text('value');
    },
  };
}

export function openFactStore({ queue, read }: WriterParts): FactStore {
  return {
    ...openFactReader(read),
    async write(account, fact, value) {
      await queue.write({ do: 'fact', account, fact, value });
    },
  };
}
